"""The hand-written network computes what BERT's description says: compared with a second forward pass in plain numpy."""

import math

import numpy as np
import numpy.typing as npt
import pytest

Array = npt.NDArray[np.float32]
VOCABULARY, PLACES = 50, 16


def random_tensors(width: int, layers: int) -> dict[str, Array]:
    chance = np.random.default_rng(0)

    def some(*shape: int) -> Array:
        return (chance.standard_normal(shape) * 0.1).astype(np.float32)

    named = {
        "embeddings.word_embeddings.weight": some(VOCABULARY, width),
        "embeddings.position_embeddings.weight": some(PLACES, width),
        "embeddings.token_type_embeddings.weight": some(2, width),
        "embeddings.LayerNorm.weight": some(width) + 1,
        "embeddings.LayerNorm.bias": some(width),
    }
    for i in range(layers):
        at = f"encoder.layer.{i}"
        for name, out, into in (
            *((f"attention.self.{part}", width, width) for part in ("query", "key", "value")),
            ("attention.output.dense", width, width),
            ("intermediate.dense", 4 * width, width),
            ("output.dense", width, 4 * width),
        ):
            named |= {f"{at}.{name}.weight": some(out, into), f"{at}.{name}.bias": some(out)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            named |= {f"{at}.{name}.weight": some(width) + 1, f"{at}.{name}.bias": some(width)}
    return named


def forward(tensors: dict[str, Array], ids: list[int], layers: int, heads: int) -> Array:
    def dense(value: Array, name: str) -> Array:
        return value @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(value: Array, name: str) -> Array:
        centred = value - value.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    words = tensors["embeddings.word_embeddings.weight"][ids]
    places = tensors["embeddings.position_embeddings.weight"][: len(ids)]
    value = norm(words + places + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for i in range(layers):
        at = f"encoder.layer.{i}"
        parts = [dense(value, f"{at}.attention.self.{part}") for part in ("query", "key", "value")]
        query, key, worth = (part.reshape(len(ids), heads, -1).transpose(1, 0, 2) for part in parts)
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = ((shares / shares.sum(-1, keepdims=True)) @ worth).transpose(1, 0, 2).reshape(len(ids), -1)
        value = norm(dense(mixed, f"{at}.attention.output.dense") + value, f"{at}.attention.output.LayerNorm")
        inner = dense(value, f"{at}.intermediate.dense")
        inner = inner * np.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))), otypes=[np.float32])(inner)
        value = norm(dense(inner, f"{at}.output.dense") + value, f"{at}.output.LayerNorm")
    return value


def test_the_graph_agrees_with_plain_numpy_also_beside_padding() -> None:
    pytest.importorskip("onnx", reason="only the environment that writes the weights has it")
    import onnxruntime

    from providers.offline.graph import HEADS, LAYERS, WIDTH, minilm_graph

    tensors = random_tensors(WIDTH, LAYERS)
    session = onnxruntime.InferenceSession(minilm_graph(tensors).SerializeToString(), providers=["CPUExecutionProvider"])
    sentence, shorter = [3, 14, 15, 9, 26], [5, 35, 8]
    ids = np.array([sentence, [*shorter, 0, 0]])
    mask = np.array([[1] * 5, [1, 1, 1, 0, 0]])
    hidden = session.run(["hidden"], {"input_ids": ids, "attention_mask": mask})[0]
    assert np.abs(hidden[0] - forward(tensors, sentence, LAYERS, HEADS)).max() < 1e-4
    assert np.abs(hidden[1, :3] - forward(tensors, shorter, LAYERS, HEADS)).max() < 1e-4
