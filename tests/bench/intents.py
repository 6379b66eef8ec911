"""Intents: how well they are read in cross-validation, and in messages that nothing learned from. Every one missed is listed.

Who wrote the held-out messages wrote the examples too, though before and apart: a stranger's words will be read somewhat worse.
"""

import time
from pathlib import Path
from statistics import mean, median

from providers.offline.embeddings import MiniLM
from providers.offline.intents import ABSTAIN_BELOW, EXAMPLES, Intents, Settings, read_examples
from providers.offline.intents_measured import FOREIGN, HELD_OUT, OLDER, Score, cross_validate, of_folds, read_apart, told
from tests.bench.cells import Report
from tests.bench.table import table

MOST_CONFUSED = 25


async def run(report: Report, work: Path, *, quick: bool) -> None:
    """`quick` leaves out the cross-validation."""
    model = MiniLM()
    labelled = read_examples(EXAMPLES)
    report.say(f"intents: {len(labelled)}, {sum(map(len, labelled.values()))} examples; not answered below {ABSTAIN_BELOW}")
    if not quick:
        began = time.perf_counter()
        result, folds = of_folds(cross_validate(labelled, model, Settings()), Settings())
        _add(report, "cross-validation", result, folds_least=min(folds), folds_most=max(folds), folds_mean=mean(folds))
        report.say(f"  folds: macro-F1 {mean(folds):.3f} ({min(folds):.3f} to {max(folds):.3f}), {time.perf_counter() - began:.0f} s")
        report.say(table(["meant", "read", "times"], [[*pair, str(times)] for *pair, times in result.confused[:MOST_CONFUSED]]))
    intents = Intents(model, cache=work / "intents")
    began = time.perf_counter()
    intents.ready()
    fitted = time.perf_counter() - began
    for title, file in (("held-out", HELD_OUT), ("older held-out", OLDER), ("out of scope", FOREIGN)):
        apart = read_apart(intents, file)
        _add(report, title, apart)
        if file == FOREIGN:
            report.say(f"  read as out of scope or not answered: {apart.foreign:.3f}")
        for miss in apart.missed:
            answered = "" if miss.p >= ABSTAIN_BELOW else ", not answered"
            if file != FOREIGN or not answered:
                report.say(f"  missed: {miss.text}  → {miss.read} for {miss.meant} ({miss.p:.2f}{answered})")
    took = _times(intents, [miss.text for miss in read_apart(intents, HELD_OUT).missed])
    report.add("intents_speed", fit_s=round(fitted, 1), read_ms=took)
    report.say(f"fitted in {fitted:.1f} s; a message is read in {took} ms, its embedding included")


def _add(report: Report, title: str, result: Score, **more: float) -> None:
    figures = {name: round(value, 4) for name, value in vars(result).items() if isinstance(value, float | int)}
    report.add("intents", of=title, **figures, **{name: round(value, 4) for name, value in more.items()})
    report.say(told(title, result))


def _times(intents: Intents, texts: list[str]) -> float:
    """The median in milliseconds, of texts that the embedder does not remember."""
    times = []
    for text in texts:
        began = time.perf_counter()
        intents.classify(f"{text} ")
        times.append((time.perf_counter() - began) * 1e3)
    return round(median(times), 2)
