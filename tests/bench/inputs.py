"""Inputs: of what messages say for open needs, how much is read, how much of what is read was said, and what reading costs.

The sentences of `held_out_inputs.yaml` were written before the reader of inputs; what it gets wrong is listed, not counted away.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from ruamel.yaml import YAML

from journeys.inputs import Need
from providers.offline.extract import extract
from tests.bench.cells import Report
from tests.bench.table import table
from tests.providers.offline.kitchen import brief
from tests.providers.offline.needs import JOURNEYS

HELD_OUT = Path(__file__).parents[1] / "providers" / "offline" / "held_out_inputs.yaml"
TODAY = date(2026, 11, 22)
NEEDS_OF_A_TEMPLATE = 40


@dataclass(frozen=True)
class Figures:
    """`precision`: of the values read, those that are right; `recall`: of the values said, those that were read. `exact`: sentences of
    which all was read and no more. `kinds` by the kind of the need: said, read, right."""

    sentences: int
    precision: float
    recall: float
    exact: int
    kinds: Mapping[str, tuple[int, int, int]]
    missed: Sequence[str]


def sentences(file: Path) -> list[dict[str, Any]]:
    """`text`, what was `asked`, the `journey` whose needs are open (a kitchen where none is named), and what is `found`."""
    cases: list[dict[str, Any]] = YAML(typ="safe").load(file)
    return cases


def read(case: Mapping[str, Any]) -> dict[str, str]:
    found = extract(case["text"], JOURNEYS[case.get("journey", "kitchen")], case.get("asked"), TODAY)
    return {each.need: brief(each.value) for each in found}


def expected(case: Mapping[str, Any]) -> dict[str, str]:
    return {need: str(value) for need, value in case["found"].items()}


def measured(cases: Sequence[Mapping[str, Any]]) -> Figures:
    said, given, right = Counter[str](), Counter[str](), Counter[str]()
    missed = []
    for case in cases:
        kinds = {need.name: need.kind for need in JOURNEYS[case.get("journey", "kitchen")]}
        want, got = expected(case), read(case)
        said.update(kinds[name] for name in want)
        given.update(kinds[name] for name in got)
        right.update(kinds[name] for name in got if got[name] == want.get(name))
        if want != got:
            missed.append(f"{case['text']}  → {_listed(got)}, not {_listed(want)}")
    return Figures(
        sentences=len(cases),
        precision=right.total() / given.total(),
        recall=right.total() / said.total(),
        exact=len(cases) - len(missed),
        kinds={kind: (said[kind], given[kind], right[kind]) for kind in sorted(said | given)},
        missed=missed,
    )


def of_one_template(count: int) -> list[Need]:
    """The needs of all these journeys as if one template asked for them, the later ones first: they have the kinds that cost most."""
    every = [(journey, need) for journey, needs in reversed(JOURNEYS.items()) for need in needs]
    return [need.model_copy(update={"name": f"{journey}_{need.name}"}) for journey, need in every][:count]


def milliseconds(texts: Sequence[str], needs: Sequence[Need], rounds: int) -> Iterator[float]:
    """Processor time of each reading, after one that filled what is remembered of a template's words."""
    for turn in range(rounds + 1):
        for text in texts:
            began = time.process_time()
            extract(text, needs, None, TODAY)
            if turn:
                yield (time.process_time() - began) * 1e3


async def run(report: Report, work: Path, *, quick: bool) -> None:
    cases = sentences(HELD_OUT)
    figures = measured(cases)
    values = {"precision": round(figures.precision, 4), "recall": round(figures.recall, 4), "exact": figures.exact}
    report.add("inputs", sentences=figures.sentences, **values, kinds=dict(figures.kinds))
    shares = f"precision {figures.precision:.3f}, recall {figures.recall:.3f}"
    report.say(f"inputs: {figures.sentences} sentences, {figures.exact} read exactly; {shares}")
    report.say(table(["kind", "said", "read", "right"], [[kind, *map(str, row)] for kind, row in figures.kinds.items()]))
    for line in figures.missed:
        report.say(f"  missed: {line}")
    texts = [case["text"] for case in cases]
    for name, needs in (("a kitchen", JOURNEYS["kitchen"]), ("a template of many", of_one_template(NEEDS_OF_A_TEMPLATE))):
        times = sorted(milliseconds(texts, needs, 1 if quick else 5))
        row = {"p50": round(median(times), 2), "p95": round(times[int(len(times) * 0.95)], 2), "most": round(times[-1], 2)}
        report.add("inputs_speed", needs=len(needs), **row)
        report.say(f"to read a message for {name}, {len(needs)} needs: p50 {row['p50']} ms, p95 {row['p95']} ms, most {row['most']} ms")


def _listed(values: Mapping[str, str]) -> str:
    return "; ".join(f"{need} {value}" for need, value in values.items()) or "nothing"
