"""MiniLM on this machine: sentences to unit vectors of 384 numbers, with no key and no network."""

import asyncio
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from providers.errors import Misconfigured
from providers.loading import load_modules
from providers.offline.weights import MODEL_ID, minilm_folder

if TYPE_CHECKING:  # numpy is loaded with the model
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

TOKENS = 256  # what the model was trained to read; the rest of a longer text is not seen
CHARACTERS = 8192  # 256 tokens of ordinary words end long before this
REMEMBERED = 256
# The third of the six layers, as graph.py names what it gives. The model's file offers only the last one; a message that follows it
# in the same bytes is merged into it (https://protobuf.dev/programming-guides/encoding/#last-one-wins), so this adds an output.
MIDDLE = b"layernormalization_69"
WITH_MIDDLE = b"\x3a" + bytes((len(MIDDLE) + 4,)) + b"\x62" + bytes((len(MIDDLE) + 2,)) + b"\x0a" + bytes((len(MIDDLE),)) + MIDDLE
SIDE_BY_SIDE = min(4, os.cpu_count() or 1)  # texts of a whole index; a message is one text


class WeightsMissing(Misconfigured):
    """The offline model is not on this machine, or is another than this code wants."""


class MiniLM:
    """An Embedder. Loads at first use (about 0.3 s), so a worker polls before the model is in memory; safe to share among threads.

    Texts go through the network one at a time. Int8 scales are taken over a whole batch, so in a batch a text's vector
    depends on its companions (mean cosine to itself .990); and one at a time is faster on one thread: 0.56 s for 158
    sentences against 1.03 s in batches of 16, whose padding is computed as well (measured 2026-11-22, 2 cores).
    """

    dimensions: int = 384
    floor: float = 0.467  # chosen on the tuning questions of tests/providers/knowledge_questions.yaml, where it lies in a gap of .43 to .51

    def __init__(self, folder: Path | None = None) -> None:
        self.model_id: str = MODEL_ID
        self.folder = folder or minilm_folder()
        self.loading = Lock()
        # One message is embedded for its intent and again for retrieval: the second time costs nothing.
        self.remembered = lru_cache(maxsize=REMEMBERED)(self._vector)
        self.one_by_one = Lock()  # two who want the same text at the same moment: the second finds it

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One unit vector for each text. Raises WeightsMissing. Runs in a thread: the event loop keeps moving."""
        vectors = await asyncio.to_thread(self.encode, texts)
        return [[float(number) for number in vector] for vector in vectors]

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """The same, in this thread: float32, len(texts) x 384. Raises WeightsMissing."""
        return self.layers(texts)[:, 0]

    def layers(self, texts: Sequence[str]) -> "Vectors":
        """Unit vectors of the last and of a middle layer: float32, len(texts) x 2 x 384. Raises WeightsMissing.

        The last says what a text is about, the middle one more of how it is said: a wish, a question, a change of mind.
        """
        load_modules("numpy")
        import numpy as np

        if not texts:
            return np.empty((0, 2, self.dimensions), np.float32)
        if len(texts) == 1:
            with self.one_by_one:
                return self.remembered(texts[0][:CHARACTERS])[np.newaxis]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:  # the network lets go of the interpreter's lock
            return np.stack(list(threads.map(self._vector, (text[:CHARACTERS] for text in texts))))

    def _vector(self, text: str) -> "Vectors":
        import numpy as np

        tokenizer, session = self.model
        readable = text.encode("utf-8", "replace").decode()  # half a surrogate pair would stop the tokenizer
        ids = np.array([tokenizer.encode(readable).ids], np.int64)
        hidden = session.run(["hidden", MIDDLE.decode()], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        means: Vectors = np.stack([layer[0].mean(axis=0) for layer in hidden])
        unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        unit.flags.writeable = False  # it is remembered
        return unit

    @property
    def model(self) -> tuple[Any, Any]:
        with self.loading:
            return self._model

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        load_modules("onnxruntime", "tokenizers")
        import onnxruntime
        from tokenizers import Tokenizer

        self.check_weights()
        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # more threads spin against each other for a sentence this short
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            (self.folder / "model.onnx").read_bytes() + WITH_MIDDLE, options, providers=["CPUExecutionProvider"]
        )
        return tokenizer, session

    def check_weights(self) -> None:
        """Raises WeightsMissing unless the folder's manifest names the model this code was written for."""
        try:
            found = json.loads((self.folder / "manifest.json").read_text())["model_id"]
        except (OSError, ValueError, KeyError, TypeError):
            raise WeightsMissing("The offline model is not installed: run make venv.") from None
        if found != self.model_id:
            raise WeightsMissing(f"The offline model is {found}, this version needs {self.model_id}: run make venv.")
