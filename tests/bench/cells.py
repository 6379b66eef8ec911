"""One cell: a load put on a bed, measured from outside."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TextIO

from tests.bench.beds import ROOT, Bed
from tests.bench.load import Load
from tests.bench.machine import Meter

Row = dict[str, Any]


@dataclass
class Report:
    """Rows as they come: a JSON line each in `out`, a line for people on the terminal."""

    out: TextIO | None
    rows: list[Row] = field(default_factory=list)

    def add(self, part: str, **row: Any) -> Row:
        row = {"part": part, **row}
        self.rows.append(row)
        if self.out:
            self.out.write(json.dumps(row) + "\n")
            self.out.flush()
        return row

    def of(self, part: str) -> list[Row]:
        return [row for row in self.rows if row["part"] == part]

    def say(self, line: str) -> None:
        print(line, flush=True)


@contextlib.asynccontextmanager
async def helper(module: str, argument: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of the bench itself, ended by its id whatever happens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        argument,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        limit=2**26,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def told(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("the load generator ended without a word")
    return json.loads(line)


async def go(process: asyncio.subprocess.Process) -> None:
    assert process.stdin
    process.stdin.write(b"go\n")
    await process.stdin.drain()


async def loaded(
    bed: Bed, load: Load, *, latency: float = 0, sample: int = 4, before: Callable[[Sequence[str]], None] | None = None
) -> Row:
    """Latency, throughput, CPU, history and disk of one load. Its journeys are started before the clock runs. `latency`: ms a call of the
    bed's model; what a turn takes beside its calls is its overhead."""
    if bed.model:
        await bed.model.prepare(latency, load.texts())
    async with helper("tests.bench.load", json.dumps(asdict(load))) as generator:
        journeys = (await told(generator))["ready"]
        watched = journeys[:: max(1, len(journeys) // sample)][:sample]
        histories = [await bed.history(journey) for journey in watched]
        if before:
            before(journeys)
        disk = bed.disk()
        meter = Meter({**bed.pids(), "load": [generator.pid]})
        meter.begin()
        await go(generator)
        answer = await told(generator)
        meter.end()
        grown = {name: size - disk[name] for name, size in bed.disk().items()}
        after = [await bed.history(journey) for journey in watched]
    turns = len(answer["said"])
    each = load.turns
    calls = await bed.calls(journeys, [turn for _, _, turn in answer["said"]])
    kinds = sorted({kind for kind, *_ in answer["said"]})
    overhead = spread([ms - latency * made for (_, ms, _), made in zip(answer["said"], calls, strict=True)])
    return {
        "bed": bed.name,
        "at_once": load.at_once,
        "turns": turns,
        **spread([ms for _, ms, _ in answer["said"]]),
        "latency_ms": latency,
        "calls": round(sum(calls) / max(1, turns), 2),
        **{f"overhead_{name}": ms for name, ms in overhead.items()},
        "kinds": {kind: round(median(ms for k, ms, _ in answer["said"] if k == kind), 1) for kind in kinds},
        "per_second": round(turns / answer["seconds"], 2),
        "cpu_ms": meter.per(turns),
        "others": round(meter.others, 2),
        "speed": round(meter.speed, 3),
        "events": round(sum(b[0] - a[0] for a, b in zip(histories, after, strict=True)) / len(watched) / each, 1),
        "history_bytes": round(sum(b[1] - a[1] for a, b in zip(histories, after, strict=True)) / len(watched) / each),
        "disk_bytes": {name: round(size / max(1, turns)) for name, size in grown.items()},
        "start_ms": round(median(answer["starts"]), 1) if answer["starts"] else None,
        "errors": answer["errors"],
        "first_errors": answer["first_errors"],
        "journeys": list(journeys),
    }


def spread(ms: Sequence[float]) -> dict[str, float]:
    ranked = sorted(ms)
    if not ranked:
        return {"p50": float("nan"), "p95": float("nan")}
    return {"p50": round(median(ranked), 1), "p95": round(ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))], 1)}


def open_out(path: Path | None) -> TextIO | None:
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8")
