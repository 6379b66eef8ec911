"""HomeView's turns beside a plain Temporal workflow's and a LangGraph graph's, in turn on the same machine.

The peers wait for a fake model where HomeView really reads, searches and calculates. HomeView runs two workers, as `homeview dev` does,
the Temporal peer one. On a busy machine an engine of several processes gets a larger share of it than one of a single process: there CPU
a turn says more than turns a second.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.beds import Bed, fake_model, homeview, of_one_process, plain_temporal
from tests.bench.cells import Report, Row, loaded
from tests.bench.load import Load
from tests.bench.table import table
from tests.bench.talk import ROUND, mix

AT_ONCE = (1, 16, 64)
CALLS = ("understand", "retrieve", "reply")  # steps of a peer's turn that take the fake's pinned time, one after the other
APART = ("load", "model")  # processes whose CPU is no engine's


async def run(report: Report, work: Path, index: Path, *, quick: bool, rounds: int, peer_python: str, latency: float) -> None:
    """HomeView asks no model here."""

    def latencies(bed: Bed, at_once: int) -> Sequence[float]:
        return (0, latency) if bed.model and at_once < 64 and latency and not quick else (0,)

    kinds = ", ".join(f"{count} x {kind}" for kind, count in mix(len(ROUND)).items())
    report.say(f"turns: rounds of {len(ROUND)} messages a journey, {kinds}")
    async with contextlib.AsyncExitStack() as stack:
        model = await stack.enter_async_context(fake_model(work, CALLS))
        beds = [await stack.enter_async_context(homeview(work, index))]
        beds.append(await stack.enter_async_context(plain_temporal(work, peer_python, model)))
        beds.append(await stack.enter_async_context(of_one_process("langgraph", work, peer_python, model)))
        await sweep(report, "turns", beds, AT_ONCE, latencies, rounds=rounds, alone=2 if quick else 4)
    report.say("")
    report.say(summary(report.of("turns")))


async def sweep(
    report: Report,
    part: str,
    beds: Sequence[Bed],
    people: Sequence[int],
    latencies: Callable[[Bed, int], Sequence[float]],
    *,
    rounds: int,
    alone: int,
) -> None:
    """Two rounds or more, beds in turn within each, so that a slow minute of the machine hits all of them. One person `alone` has so many
    journeys, since twelve turns say little."""
    each = len(ROUND)
    for bed in beds:
        await loaded(bed, Load(bed.url, at_once=2, turns=each, first=90_000))
    first = 0
    for nth in range(rounds):
        for at_once in people:
            for bed in beds:
                for ms in latencies(bed, at_once):
                    first += 1000
                    load = Load(bed.url, at_once=at_once, turns=each, each=alone if at_once == 1 else 1, first=first)
                    row = await loaded(bed, load, latency=ms)
                    row.pop("journeys")
                    report.add(part, round=nth, **row)
                    report.say(_line(nth, row))


def _line(nth: int, row: Row) -> str:
    wrong = f"  {row['errors']} ERRORS, such as {row['first_errors'][0][:120]}" if row["errors"] else ""
    cpu = "  ".join(f"{role} {ms:g}" for role, ms in row["cpu_ms"].items())
    calls = f" ({row['calls']:g} calls of {row['latency_ms']:g} ms)" if row["latency_ms"] else ""
    return (
        f"  round {nth + 1}, {row['at_once']:>2} at once, {row['bed']:<14} p50 {row['p50']:>7.1f} p95 {row['p95']:>7.1f} ms{calls}, "
        f"{row['per_second']:>5.1f} turns/s, CPU ms: {cpu}; others {row['others']:g}{wrong}"
    )


def engine_cpu(row: Row) -> float:
    """Milliseconds a turn."""
    return float(sum(ms for role, ms in row["cpu_ms"].items() if role not in APART))


def summary(rows: Sequence[Row]) -> str:
    """One line a cell: medians over the rounds, with the range of the rounds' medians beside the first."""
    cells: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        cells.setdefault((row["at_once"], row["latency_ms"], row["bed"]), []).append(row)
    body = [[str(at_once), f"{ms:g}", bed, *_figures(found)] for (at_once, ms, bed), found in sorted(cells.items())]
    head = ["at once", "ms a call", "engine", "calls", "overhead p50", "(rounds)", "p95", "turns/s"]
    cpu = ["CPU ms: engine", "api", "worker", "temporal", "model", "load"]
    return table([*head, *cpu, "events", "history B", "disk B", "errors", "others", "speed"], body)


def _figures(found: Sequence[Row]) -> list[str]:
    def mid(name: str) -> float:
        return median(row[name] for row in found)

    def cpu(role: str) -> str:
        shares = [row["cpu_ms"].get(role) for row in found]
        return f"{median(shares):.1f}" if None not in shares else "-"

    medians = sorted(row["overhead_p50"] for row in found)
    return [
        f"{mid('calls'):.2f}",
        f"{mid('overhead_p50'):.0f}",
        f"{medians[0]:.0f}-{medians[-1]:.0f}",
        f"{mid('overhead_p95'):.0f}",
        f"{mid('per_second'):.1f}",
        f"{median(map(engine_cpu, found)):.1f}",
        *(cpu(role) for role in ("api", "worker", "temporal", "model", "load")),
        f"{mid('events'):g}",
        f"{mid('history_bytes'):.0f}",
        f"{median(sum(row['disk_bytes'].values()) for row in found):.0f}",
        f"{sum(row['errors'] for row in found)}",
        f"{mid('others'):.2f}",
        f"{mid('speed'):.2f}",
    ]
