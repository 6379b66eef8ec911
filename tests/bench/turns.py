"""HomeView's turns beside a plain Temporal workflow's and a LangGraph graph's, in turn on the same machine.

The peers wait for a fake model where HomeView really reads, searches and calculates. HomeView runs two workers, as `homeview dev` does,
the Temporal peer one. On a busy machine an engine of several processes gets a larger share of it than one of a single process: there CPU
a turn says more than turns a second.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.beds import Bed, fake_model, homeview, langgraph, pin, plain_temporal
from tests.bench.cells import Report, Row, loaded
from tests.bench.load import Load
from tests.bench.table import table
from tests.bench.talk import ROUND, mix

AT_ONCE = (1, 16, 64)
CALLS = 3  # calls of the fake that take its pinned time, one after the other, in each turn of a peer


async def run(report: Report, work: Path, index: Path, *, quick: bool, rounds: int, peer_python: str, latency: float) -> None:
    """Two rounds or more, beds in turn within each, so that a slow minute of the machine hits all of them."""
    each = len(ROUND)
    report.say(f"turns: rounds of {each} messages a journey, {', '.join(f'{count} x {kind}' for kind, count in mix(each).items())}")
    async with contextlib.AsyncExitStack() as stack:
        model = await stack.enter_async_context(fake_model(work))
        beds: list[Bed] = [await stack.enter_async_context(homeview(work, index))]
        beds.append(await stack.enter_async_context(plain_temporal(work, peer_python, model)))
        beds.append(await stack.enter_async_context(langgraph(work, peer_python, model)))
        for bed in beds:
            await loaded(bed, Load(bed.url, at_once=2, turns=each, first=90_000))
        first = 0
        for nth in range(rounds):
            for at_once in AT_ONCE:
                journeys_each = (2 if quick else 4) if at_once == 1 else 1
                for bed in beds:
                    for ms in (0.0, latency) if bed.name != "homeview" and at_once < 64 and latency and not quick else (0.0,):
                        await pin(model, ms)
                        first += 1000
                        load = Load(bed.url, at_once=at_once, turns=each, each=journeys_each, first=first)
                        row = await loaded(bed, load)
                        row.pop("journeys")
                        pinned = ms * CALLS
                        report.add("turns", round=nth, pinned_ms=pinned, overhead_p50=round(row["p50"] - pinned, 1), **row)
                        report.say(_line(nth, row, pinned))
        await pin(model, 0)
    report.say("")
    report.say(summary(report.rows))


def _line(nth: int, row: Row, pinned: float) -> str:
    wrong = f"  {row['errors']} ERRORS, such as {row['first_errors'][0][:120]}" if row["errors"] else ""
    cpu = "  ".join(f"{role} {ms:g}" for role, ms in row["cpu_ms"].items())
    return (
        f"  round {nth + 1}, {row['at_once']:>2} at once, {row['bed']:<14} p50 {row['p50']:>7.1f} p95 {row['p95']:>7.1f} ms"
        f"{f' (pinned {pinned:g})' if pinned else ''}, {row['per_second']:>5.1f} turns/s, CPU ms: {cpu}; others {row['others']:g}{wrong}"
    )


def summary(rows: Sequence[Row]) -> str:
    """One line a cell: medians over the rounds, with the range of the rounds' medians beside the first."""
    cells: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if row["part"] == "turns":
            cells.setdefault((row["at_once"], row["bed"], row["pinned_ms"]), []).append(row)
    body = [[*_named(key), *_figures(found)] for key, found in sorted(cells.items(), key=lambda cell: (cell[0][0], cell[0][2], cell[0][1]))]
    head = ["at once", "engine", "pinned ms", "overhead p50", "(rounds)", "p95", "turns/s"]
    cpu = ["CPU ms: engine", "api", "worker", "temporal", "load"]
    return table([*head, *cpu, "events", "history B", "disk B", "others", "speed"], body)


def _named(key: tuple[Any, ...]) -> list[str]:
    return [str(key[0]), key[1], f"{key[2]:g}"]


def _figures(found: Sequence[Row]) -> list[str]:
    def mid(name: str) -> float:
        return median(row[name] for row in found)

    def cpu(role: str) -> str:
        shares = [row["cpu_ms"].get(role) for row in found]
        return f"{median(shares):.1f}" if None not in shares else "-"

    medians = sorted(row["overhead_p50"] for row in found)
    return [
        f"{mid('overhead_p50'):.0f}",
        f"{medians[0]:.0f}-{medians[-1]:.0f}",
        f"{mid('p95') - found[0]['pinned_ms']:.0f}",
        f"{mid('per_second'):.1f}",
        f"{median(sum(ms for role, ms in row['cpu_ms'].items() if role != 'load') for row in found):.1f}",
        *(cpu(role) for role in ("api", "worker", "temporal", "load")),
        f"{mid('events'):g}",
        f"{mid('history_bytes'):.0f}",
        f"{median(sum(row['disk_bytes'].values()) for row in found):.0f}",
        f"{mid('others'):.2f}",
        f"{mid('speed'):.2f}",
    ]
