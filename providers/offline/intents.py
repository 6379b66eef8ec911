"""What a message is about: least squares with a ridge over MiniLM vectors, words and letters, fitted from journeys/intents.yaml.

`python -m providers.offline.intents` measures it; `make venv` fits it ahead, so that a worker only loads it.
"""

import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
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
    """What is needed of an embedder here: its name, and unit vectors of two layers at once (texts x 2 x numbers)."""

    model_id: str

    def layers(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


@dataclass(frozen=True)
class Settings:
    """Chosen by cross-validation over the examples (`python -m providers.offline.intents --choose`), never on held-out messages.

    `middle`, `words`, `letters`: weight of the middle layer, of hashed words and word pairs (for what MiniLM blurs: back/next,
    more/less) and of hashed runs of letters (for typos), beside the last layer's 1. `temperature` divides the scores, so that of
    messages read with a probability of .7 about seven in ten are read right.
    """

    middle: float = 2.0
    words: float = 0.6
    letters: float = 0.6
    buckets: int = 2048
    ridge: float = 1.0
    temperature: float = 0.06


# Of the floors at which nine in ten of the examples that are in scope are answered in cross-validation, the one with the best macro-F1
# of what is answered: .922, and .884 if everything is (2026-11-22, 5220 examples). Below it one in two is wrong: better to ask.
ABSTAIN_BELOW = 0.55


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

    def classify(self, text: str) -> Reading:
        """The first call loads or fits, so run that one in a thread.

        Raises WeightsMissing (no model to embed with), ValueError (examples file broken).
        """
        if not text.strip():
            return Reading([], [])
        names, weights = self.ready()
        probabilities = softmax(features([text], self.encoder.layers([text]), self.settings) @ weights)[0]
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
        weights = fit(features(texts, self.encoder.layers(texts), self.settings), labels, len(names), self.settings)
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


def features(texts: Sequence[str], layers: npt.NDArray[np.float32], settings: Settings) -> Floats:
    """The two layers' vectors, then words with word pairs and runs of letters hashed into buckets (unit length, weighted), then a 1."""
    words, letters = hashed(map(terms, texts), settings.buckets), hashed(map(runs, texts), settings.buckets)
    weighted = [layers[:, 0], settings.middle * layers[:, 1], settings.words * words, settings.letters * letters]
    return np.hstack([*weighted, np.ones((len(texts), 1))], dtype=np.float32)


def hashed(found: Iterable[Sequence[str]], buckets: int) -> Floats:
    rows = []
    for each in found:
        row = np.zeros(buckets, np.float32)
        row[[zlib.crc32(term.encode()) % buckets for term in each]] = 1
        rows.append(row / max(1.0, float(np.linalg.norm(row))))
    return np.array(rows, np.float32)


def terms(text: str) -> list[str]:
    """Words, with every number as 0, and pairs of neighbours; the first and last are paired with the edge."""
    words = ["0" if word[0].isdigit() else word for word in re.findall(r"[a-z']+|[0-9]+|\?", text.lower())]
    return words + [f"{left} {right}" for left, right in zip(["^", *words], [*words, "$"], strict=True)]


def runs(text: str) -> list[str]:
    """Three and four letters in a row, the edges of a word among them: "permitt" shares most of its own with "permit"."""
    words = [f"<{word}>" for word in re.findall(r"[a-z']+", text.lower())]
    return [word[i : i + length] for word in words for length in (3, 4) for i in range(len(word) - length + 1)]


def fit(rows: Floats, labels: Integers, classes: int, settings: Settings) -> Floats:
    """Weights (features x classes) of a least squares fit with a ridge, the offset's last: one equation, so no chance in it."""
    body = rows[:, :-1].astype(np.float32)
    mean = body.mean(axis=0)
    body -= mean
    shares, offset = solve(body @ body.T, labels, classes, settings)
    weights = body.T @ shares
    fitted: Floats = np.vstack([weights, offset - mean @ weights]) / np.float32(settings.temperature)
    return fitted


def solve(gram: Floats, labels: Integers, classes: int, settings: Settings) -> tuple[Floats, Floats]:
    """Each example's share in the weights (examples x classes), and the offset.

    The weights are sums of examples, of which there are as many as features; so cross-validation can take its folds out of one `gram`,
    the products of the examples with each other.
    """
    truth = np.eye(classes, dtype=np.float32)[labels]
    offset = truth.mean(axis=0)
    ridged = gram.copy()
    ridged[np.diag_indices(len(gram))] += np.float32(settings.ridge)
    shares: Floats = np.linalg.solve(ridged, truth - offset)
    return shares, offset


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    total: Floats = raised / raised.sum(axis=1, keepdims=True)
    return total


if __name__ == "__main__":
    from providers.offline.intents_measured import main

    main()
