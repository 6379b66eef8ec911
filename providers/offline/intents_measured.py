"""How well the intents are read: `python -m providers.offline.intents` prints it, with `--choose` also what speaks for the settings.

Chosen is by cross-validation over the examples alone. The held-out messages and those out of scope are only ever measured.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import NamedTuple

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
    flatten,
    read_examples,
    softmax,
    solve,
)

APART = Path(__file__).parents[2] / "tests" / "providers" / "offline"  # in a checkout; not in an installed copy
HELD_OUT, OLDER, FOREIGN = APART / "held_out_intents.yaml", APART / "held_out.yaml", APART / "out_of_scope.yaml"
FOLDS = 5
ANSWERED = 0.9  # of the messages that are in scope, at least
OUT = "out_of_scope"


class Miss(NamedTuple):
    text: str
    meant: str
    read: str
    p: float


@dataclass(frozen=True)
class Score:
    """How labelled messages were read. `answered` are those not abstained on; `confused`: meant, read, how often; `missed`: every one.

    Macro-F1 is the mean over the intents that are meant. `false_alarms`: in scope, and read as out of scope; `foreign`: out of scope,
    and read as that or not answered (both as shares of their kind).
    """

    messages: int
    accuracy: float
    macro_f1: float
    answered: float
    accuracy_answered: float
    macro_f1_answered: float
    false_alarms: float
    foreign: float
    confused: list[tuple[str, str, int]]
    missed: list[Miss]


class Folds(NamedTuple):
    """Scores before the softmax of examples that the model which read them had not seen, and the fold each was in."""

    texts: list[str]
    names: list[str]
    labels: Integers
    scores: Floats
    fold: Integers


def macro_f1(labels: Integers, read: Integers, classes: int) -> float:
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (labels, read), 1)
    f1 = 2 * table.diagonal() / np.maximum(1, table.sum(axis=0) + table.sum(axis=1))
    return float(f1[table.sum(axis=1) > 0].mean())


def score(texts: Sequence[str], names: Sequence[str], labels: Integers, probabilities: Floats, floor: float = ABSTAIN_BELOW) -> Score:
    read, best = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right, answered, foreign = read == labels, best >= floor, labels == names.index(OUT)
    refused = read == names.index(OUT)
    table = np.zeros((len(names), len(names)), np.int64)
    np.add.at(table, (labels, read), 1)
    pairs = [(names[i], names[j], int(table[i, j])) for i, j in np.argwhere(table) if i != j]
    return Score(
        messages=len(labels),
        accuracy=share(right),
        macro_f1=macro_f1(labels, read, len(names)),
        answered=share(answered),
        accuracy_answered=share(right[answered]),
        macro_f1_answered=macro_f1(labels[answered], read[answered], len(names)),
        false_alarms=share((refused & answered)[~foreign]),
        foreign=share((refused | ~answered)[foreign]),
        confused=sorted(pairs, key=lambda pair: -pair[2]),
        missed=[Miss(texts[i], names[labels[i]], names[read[i]], round(float(best[i]), 2)) for i in map(int, np.flatnonzero(~right))],
    )


def share(of: Sequence[bool] | Floats | Integers) -> float:
    return float(np.mean(of)) if len(of) else 0.0


def cross_validate(labelled: Mapping[str, list[str]], encoder: Encoder, settings: Settings) -> Folds:
    """Each fifth of every intent's examples read by a model fitted on the other four; the split is drawn once, from seed 0."""
    texts, labels, names = flatten(labelled)
    body = features(texts, encoder.layers(texts), settings)[:, :-1]
    body -= body.mean(axis=0)
    gram = body @ body.T
    chance, fold = np.random.default_rng(0), np.zeros(len(labels), np.int64)
    for each in range(len(names)):
        places = np.flatnonzero(labels == each)
        chance.shuffle(places)
        fold[places] = np.arange(len(places)) % FOLDS
    scores = np.zeros((len(labels), len(names)), np.float32)
    for each in range(FOLDS):
        learnt, asked = fold != each, fold == each
        shares, offset = solve(gram[np.ix_(learnt, learnt)], labels[learnt], len(names), settings)
        scores[asked] = gram[np.ix_(asked, learnt)] @ shares + offset
    return Folds(texts, names, labels, scores, fold)


def of_folds(folds: Folds, settings: Settings) -> tuple[Score, list[float]]:
    """Over all examples, and the macro-F1 of each fold."""
    probabilities = softmax(folds.scores / settings.temperature)
    each = [macro_f1(folds.labels[part], probabilities[part].argmax(axis=1), len(folds.names)) for part in _parts(folds)]
    return score(folds.texts, folds.names, folds.labels, probabilities), each


def _parts(folds: Folds) -> list[Integers]:
    return [np.flatnonzero(folds.fold == each) for each in range(FOLDS)]


def likeliest_temperature(folds: Folds) -> float:
    """The one under which what was meant is most probable."""

    def surprise(temperature: float) -> float:
        meant = softmax(folds.scores / temperature)[np.arange(len(folds.labels)), folds.labels]
        return float(-np.log(np.maximum(meant, 1e-12)).mean())

    return min((step / 100 for step in range(4, 31)), key=surprise)


def best_floor(folds: Folds, temperature: float) -> float:
    """Where the macro-F1 of what is answered is best while at least `ANSWERED` of the messages in scope are answered."""
    probabilities = softmax(folds.scores / temperature)
    best, ours = probabilities.max(axis=1), folds.labels != folds.names.index(OUT)

    def worth(floor: float) -> float:
        kept = best >= floor
        return macro_f1(folds.labels[kept], probabilities[kept].argmax(axis=1), len(folds.names))

    return max((floor for step in range(10, 80) if (best[ours] >= (floor := step / 100)).mean() >= ANSWERED), key=worth)


def read_apart(intents: Intents, file: Path) -> Score:
    """Messages that nothing learns from. The keys of `FOREIGN` are kinds of what is out of scope."""
    labelled = read_examples(file)
    if file == FOREIGN:
        labelled = {OUT: [text for texts in labelled.values() for text in texts]}
    names, weights = intents.ready()
    if unknown := set(labelled) - set(names):
        raise ValueError(f"{file.name} has intents that {intents.examples.name} lacks: {', '.join(sorted(unknown))}")
    texts = [text for name in labelled for text in labelled[name]]
    labels = np.array([names.index(name) for name in labelled for _ in labelled[name]], np.int64)
    return score(texts, names, labels, softmax(features(texts, intents.encoder.layers(texts), intents.settings) @ weights))


def choose(labelled: Mapping[str, list[str]], encoder: Encoder) -> None:
    """A line for each settings tried: what cross-validation says, and the temperature and floor that would go with them."""
    now = Settings()
    around = [{}, {"middle": 1.5}, {"middle": 0.0}, {"words": 0.0}, {"letters": 0.0}, {"letters": 0.0, "words": 0.0, "middle": 0.0}]
    around += [{"middle": 3.0}, {"words": 1.0, "letters": 1.0}, {"ridge": now.ridge / 2}, {"ridge": now.ridge * 2}]
    for change in around:
        settings = replace(now, **change)  # type: ignore[arg-type]
        folds = cross_validate(labelled, encoder, settings)
        temperature = likeliest_temperature(folds)
        floor = best_floor(folds, temperature)
        result = score(folds.texts, folds.names, folds.labels, softmax(folds.scores / temperature), floor)
        said = ", ".join(f"{name} {value:g}" for name, value in change.items()) or "as they are"
        print(
            f"{said}: accuracy {result.accuracy:.3f}, macro-F1 {result.macro_f1:.3f}; temperature {temperature:g}, floor {floor:g}: "
            f"answers {result.answered:.3f}, macro-F1 of these {result.macro_f1_answered:.3f}, out of scope {result.foreign:.3f}",
            flush=True,
        )


def told(title: str, result: Score) -> str:
    return (
        f"{title} ({result.messages}): accuracy {result.accuracy:.3f}, macro-F1 {result.macro_f1:.3f}; answers {result.answered:.3f}, "
        f"of these {result.accuracy_answered:.3f} right, macro-F1 {result.macro_f1_answered:.3f}; "
        f"false alarms of out of scope {result.false_alarms:.3f}"
    )


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    encoder, labelled = MiniLM(), read_examples(EXAMPLES)
    print(f"{sum(map(len, labelled.values()))} examples of {len(labelled)} intents, {encoder.model_id}")
    if "--choose" in arguments:
        choose(labelled, encoder)
        return
    result, each = of_folds(cross_validate(labelled, encoder, Settings()), Settings())
    print(told("cross-validation", result) + f"; folds {min(each):.3f} to {max(each):.3f}, mean {mean(each):.3f}")
    for meant, read, times in result.confused[:20]:
        print(f"  {times:3d}  {meant} read as {read}")
    if HELD_OUT.exists():
        for title, file in (("held-out", HELD_OUT), ("older held-out", OLDER), ("out of scope", FOREIGN)):
            apart = read_apart(Intents(encoder), file)
            print(told(title, apart) + (f"; refused or not answered {apart.foreign:.3f}" if file == FOREIGN else ""))
