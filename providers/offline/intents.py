"""What a message is about: logistic regression over MiniLM vectors and words, fitted from journeys/intents.yaml.

`python -m providers.offline.intents` measures it; `make venv` fits it ahead, so that a worker only loads it.
"""

import hashlib
import json
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, get_ident
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

import journeys
from journeys.messages import Intent
from providers.offline.weights import models_folder

EXAMPLES = Path(journeys.__file__).parent / "intents.yaml"
LISTED = 3  # intents given for one message, at most
WORTH_LISTING = 0.05

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.int64]


class Encoder(Protocol):
    """What is needed of an embedder here: its name, and unit vectors at once."""

    model_id: str

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True)
class Settings:
    """Chosen by cross-validation over the examples (main prints it), never on the held-out messages.

    `words`: weight of the hashed words and word pairs beside the vector, for what MiniLM blurs (back/next, more/less);
    without them accuracy is .825, with them .838. `l2`: ridge on all weights but the offset.
    """

    words: float = 0.7
    buckets: int = 1024
    l2: float = 3e-5
    rounds: int = 200


# In cross-validation a best reading between .4 and .5 is right 55 times of 100, one below .4 is right 42 times: more often
# wrong than right, so it is better to ask. That abstains on 6 % of messages (2026-11-22, 1416 examples).
ABSTAIN_BELOW = 0.4


@dataclass(frozen=True)
class Reading:
    """Intents best first, or none and the two `closest` where the best is too improbable to act on."""

    intents: list[Intent]
    closest: list[Intent]


class Intents:
    """Fitted on first use and then kept: in memory, and in `cache` under a hash of everything it was fitted from."""

    def __init__(self, encoder: Encoder, examples: Path = EXAMPLES, cache: Path | None = None, settings: Settings | None = None) -> None:
        self.encoder, self.examples = encoder, examples
        self.cache = cache or models_folder() / "intents"
        self.settings = settings or Settings()
        self.loading = Lock()
        self.fitted: tuple[list[str], Floats] | None = None

    def classify(self, text: str, vector: Sequence[float] | Floats | None = None) -> Reading:
        """`vector`: the text's embedding where the caller has it. The first call loads or fits, so run that one in a thread.

        Raises WeightsMissing (no model to embed with), ValueError (examples file broken).
        """
        if not text.strip():
            return Reading([], [])
        names, weights = self.ready()
        embedded = self.encoder.encode([text]) if vector is None else np.asarray([vector], np.float32)
        probabilities = softmax(features([text], embedded, self.settings) @ weights)[0]
        ranked = [Intent(name=names[i], p=round(float(probabilities[i]), 4)) for i in np.argsort(-probabilities, kind="stable")]
        if ranked[0].p < ABSTAIN_BELOW:
            return Reading([], ranked[:2])
        return Reading([intent for intent in ranked[:LISTED] if intent.p >= WORTH_LISTING], [])

    def ready(self) -> tuple[list[str], Floats]:
        """The intents' names and the weights (features x intents), loaded or fitted once."""
        with self.loading:
            if self.fitted is None:
                self.fitted = self._load() or self._fit()
            return self.fitted

    def _cached(self, labelled: Mapping[str, list[str]]) -> Path:
        known = json.dumps([labelled, self.encoder.model_id, asdict(self.settings)], sort_keys=True)
        return self.cache / f"{hashlib.sha256(known.encode()).hexdigest()[:24]}.npz"

    def _load(self) -> tuple[list[str], Floats] | None:
        labelled = read_examples(self.examples)
        try:
            with np.load(self._cached(labelled), allow_pickle=False) as kept:
                return sorted(labelled), kept["weights"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None  # not there, or cut off while it was written: fit again

    def _fit(self) -> tuple[list[str], Floats]:
        labelled = read_examples(self.examples)
        texts, labels, names = flatten(labelled)
        weights = fit(features(texts, self.encoder.encode(texts), self.settings), labels, len(names), self.settings)
        self._keep(self._cached(labelled), weights)
        return names, weights

    def _keep(self, file: Path, weights: Floats) -> None:
        part = file.with_suffix(f".{os.getpid()}.{get_ident()}.part")
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                np.savez(stream, weights=weights)
            os.replace(part, file)
        except OSError:
            with suppress(OSError):
                part.unlink()  # a folder we may not write to costs some seconds at the next start, nothing else


def read_examples(file: Path) -> dict[str, list[str]]:
    """Intent -> messages. Raises ValueError unless it is that, with two intents or more; FileNotFoundError."""
    labelled = YAML(typ="safe").load(file)
    if not isinstance(labelled, dict) or len(labelled) < 2:
        raise ValueError(f"{file.name}: expected intents, each with its examples")
    for name, examples in labelled.items():
        if not isinstance(examples, list) or not examples or not all(isinstance(example, str) for example in examples):
            raise ValueError(f"{file.name}: {name} needs a list of messages; quote those that YAML reads as something else")
    return labelled


def flatten(labelled: Mapping[str, list[str]]) -> tuple[list[str], Integers, list[str]]:
    names = sorted(labelled)
    texts = [text for name in names for text in labelled[name]]
    return texts, np.array([i for i, name in enumerate(names) for _ in labelled[name]], np.int64), names


def features(texts: Sequence[str], vectors: npt.NDArray[np.float32], settings: Settings) -> Floats:
    """The vector, then words and word pairs hashed into buckets (unit length, weighted), then a 1 for the offset."""
    hashed = np.zeros((len(texts), settings.buckets))
    for row, text in zip(hashed, texts, strict=True):
        for term in terms(text):
            row[zlib.crc32(term.encode()) % settings.buckets] = 1
        row *= settings.words / max(1.0, float(np.linalg.norm(row)))
    return np.hstack([vectors, hashed, np.ones((len(texts), 1))], dtype=np.float32)


def terms(text: str) -> list[str]:
    """Words, with every number as 0, and pairs of neighbours; the first and last are paired with the edge."""
    words = ["0" if word[0].isdigit() else word for word in re.findall(r"[a-z']+|[0-9]+|\?", text.lower())]
    return words + [f"{left} {right}" for left, right in zip(["^", *words], [*words, "$"], strict=True)]


def fit(rows: Floats, labels: Integers, classes: int, settings: Settings) -> Floats:
    """Multinomial logistic regression by accelerated gradient descent: from zero, a fixed number of rounds, no chance in it."""
    rows, truth = rows.astype(np.float32), np.eye(classes, dtype=np.float32)[labels]
    ridge = np.full((rows.shape[1], 1), settings.l2, np.float32)
    ridge[-1] = 0  # the offset is free
    step = np.float32(1 / (0.5 * largest_eigenvalue(rows) / len(rows) + settings.l2))  # 1 / the gradient's Lipschitz bound
    weights: Floats = np.zeros((rows.shape[1], classes), np.float32)
    ahead = weights
    pace = 1.0
    for _ in range(settings.rounds):
        gradient = rows.T @ (softmax(rows @ ahead) - truth) / np.float32(len(rows)) + ridge * ahead
        moved, next_pace = ahead - step * gradient, (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = moved + np.float32((pace - 1) / next_pace) * (moved - weights)
        weights, pace = moved, next_pace
    return weights


def largest_eigenvalue(rows: Floats) -> float:
    """Of rows' times rows, a little too large rather than too small."""
    direction = np.ones(rows.shape[1], rows.dtype)
    for _ in range(30):
        direction = rows.T @ (rows @ direction)
        direction /= np.linalg.norm(direction)
    return 1.05 * float(np.linalg.norm(rows @ direction)) ** 2


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    total: Floats = raised / raised.sum(axis=1, keepdims=True)
    return total


if __name__ == "__main__":
    from providers.offline.intents_measured import main

    main()
