"""Many open journeys moved to another version of their template and back, as `homeview templates move` does it: time, and what a move adds
to a journey's history."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from tests.bench.beds import Bed, homeview
from tests.bench.cells import Report
from tests.bench.machine import Meter
from tests.bench.table import table
from tests.moves import GIVEN, first, second
from worker.moving import AT_ONCE, move_all, planned

TEMPLATE = "bench_kitchen"
PLACES = len(GIVEN) + 1  # at the beginning, and after each of these


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    count = 100 if quick else 1_000
    report.say(f"moving: {count} open journeys at {PLACES} places, {AT_ONCE} moves at once")
    async with homeview(work, index, "moving") as bed, bed.run.http() as http:
        await _publish(http)
        journeys = await _started(http, count)
        before = await _histories(bed, journeys)
        began = time.perf_counter()
        plans = await planned(http, TEMPLATE, 1, 2)
        looked = time.perf_counter() - began
        body = []
        for what, asked in (("there", {"to": 2}), ("back", {"undo": True})):
            meter = Meter(bed.pids())
            meter.begin()
            outcome = await move_all(http, plans, asked)
            meter.end()
            after = await _histories(bed, journeys)
            events, size = (median(now[n] - was[n] for now, was in zip(after, before, strict=True)) for n in (0, 1))
            row = {
                "what": what,
                "journeys": count,
                "moved": len(outcome.moved),
                "refused": len(outcome.failed),
                "seconds": round(meter.seconds, 2),
                "moves_a_second": round(len(outcome.moved) / meter.seconds, 1),
                "cpu_ms_a_move": {role: round(cpu * 1e3 / count, 1) for role, cpu in meter.cpu.items()},
                "events_a_move": events,
                "bytes_a_move": size,
                "plan_seconds": round(looked, 2),
            }
            report.add("moving", **row)
            cpu = " ".join(f"{role} {ms}" for role, ms in row["cpu_ms_a_move"].items())  # type: ignore[attr-defined]
            body.append([what, str(row["moved"]), f"{row['seconds']:.1f}", f"{row['moves_a_second']}", f"{events:g}", f"{size:g}", cpu])
            before = after
        left = await planned(http, TEMPLATE, 2, 1)
    report.say("\n" + table(["moved", "journeys", "seconds", "a second", "events each", "bytes each", "CPU ms each"], body))
    report.say(f"planned in {looked:.2f} s ({looked * 1e3 / count:.1f} ms a journey); {len(left)} left in version 2 afterwards")


async def _publish(http: httpx2.AsyncClient) -> None:
    for number, text in enumerate((first(TEMPLATE), second(TEMPLATE)), 1):
        (await http.post("/v1/templates", json={"yaml": text})).raise_for_status()
        (await http.post(f"/v1/templates/{TEMPLATE}/versions/{number}/publish", json={})).raise_for_status()


async def _started(http: httpx2.AsyncClient, count: int) -> list[str]:
    few = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> str:
        async with few:
            journey = str((await _sent(http, "/v1/journeys", {"template": f"{TEMPLATE}@1"}, f"start-{n}"))["journey_id"])
            for place, inputs in enumerate(GIVEN[: n % PLACES]):
                await _sent(http, f"/v1/journeys/{journey}/inputs", {"inputs": inputs}, f"given-{place}")
            return journey

    return list(await asyncio.gather(*map(one, range(count))))


async def _sent(http: httpx2.AsyncClient, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Again with the same key while the machine is busy."""
    async with asyncio.timeout(120):
        while True:
            answer = await http.post(path, json=body, headers={"Idempotency-Key": key})
            if answer.status_code not in (202, 429, 503):
                answer.raise_for_status()
                told: dict[str, Any] = answer.json()
                return told
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))


async def _histories(bed: Bed, journeys: Sequence[str]) -> list[tuple[int, int]]:
    few = asyncio.Semaphore(AT_ONCE)

    async def one(journey: str) -> tuple[int, int]:
        async with few:
            return await bed.history(journey)

    return list(await asyncio.gather(*map(one, journeys)))
