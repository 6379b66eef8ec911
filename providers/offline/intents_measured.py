"""How well the intents are read: printed by `python -m providers.offline.intents`, held to a floor by the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from providers.offline.embeddings import MiniLM
from providers.offline.intents import (
    ABSTAIN_BELOW,
    EXAMPLES,
    Encoder,
    Floats,
    Integers,
    Intents,
    Settings,
    features,
    fit,
    flatten,
    read_examples,
    softmax,
)

HELD_OUT = Path(__file__).parents[2] / "tests" / "providers" / "offline" / "held_out.yaml"  # in a checkout; not in an installed copy
FOLDS = 5


@dataclass(frozen=True)
class Score:
    """How a set of labelled messages was read. `kept` are those not abstained on; `confused`: meant, read, how often."""

    accuracy: float
    macro_f1: float
    abstained: float
    accuracy_of_kept: float
    confused: list[tuple[str, str, int]]


def score(names: Sequence[str], labels: Integers, probabilities: Floats) -> Score:
    read = probabilities.argmax(axis=1)
    kept = probabilities.max(axis=1) >= ABSTAIN_BELOW
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (labels, read), 1)
    f1 = 2 * table.diagonal() / np.maximum(1, table.sum(axis=0) + table.sum(axis=1))
    pairs = [(names[i], names[j], int(table[i, j])) for i, j in np.argwhere(table) if i != j]
    return Score(
        accuracy=float((read == labels).mean()),
        macro_f1=float(f1.mean()),
        abstained=float(1 - kept.mean()),
        accuracy_of_kept=float((read == labels)[kept].mean()) if kept.any() else 0.0,
        confused=sorted(pairs, key=lambda pair: -pair[2]),
    )


def cross_validate(labelled: Mapping[str, list[str]], encoder: Encoder, settings: Settings) -> Score:
    """Each fifth of every intent's examples read by a model fitted on the other four; the split is drawn once, from seed 0."""
    texts, labels, names = flatten(labelled)
    rows = features(texts, encoder.encode(texts), settings)
    chance, fold = np.random.default_rng(0), np.zeros(len(labels), np.int64)
    for each in range(len(names)):
        places = np.flatnonzero(labels == each)
        chance.shuffle(places)
        fold[places] = np.arange(len(places)) % FOLDS
    probabilities = np.zeros((len(labels), len(names)))
    for each in range(FOLDS):
        weights = fit(rows[fold != each], labels[fold != each], len(names), settings)
        probabilities[fold == each] = softmax(rows[fold == each] @ weights)
    return score(names, labels, probabilities)


def held_out_score(intents: Intents, file: Path = HELD_OUT) -> Score:
    texts, labels, names = flatten(read_examples(file))
    known, weights = intents.ready()
    if known != names:
        raise ValueError(f"{file.name} and {intents.examples.name} don't have the same intents")
    return score(names, labels, softmax(features(texts, intents.encoder.encode(texts), intents.settings) @ weights))


def main() -> None:
    encoder = MiniLM()
    labelled = read_examples(EXAMPLES)
    print(f"{sum(map(len, labelled.values()))} examples of {len(labelled)} intents, {encoder.model_id}")
    results = {f"{FOLDS}-fold cross-validation": cross_validate(labelled, encoder, Settings())}
    if HELD_OUT.exists():
        results["held-out messages"] = held_out_score(Intents(encoder))
    for title, result in results.items():
        print(f"\n{title}: accuracy {result.accuracy:.3f}, macro-F1 {result.macro_f1:.3f}")
        print(f"  abstains on {result.abstained:.1%} (best below {ABSTAIN_BELOW}); of the rest {result.accuracy_of_kept:.3f} are right")
        for meant, read, times in result.confused[:12]:
            print(f"  {times:3d}  {meant} read as {read}")
