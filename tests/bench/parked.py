"""Thousands of journeys that wait for somebody: what they cost while nothing happens, and how soon one of them answers after a restart."""

import asyncio
import time
from pathlib import Path
from statistics import median

import httpx2

from tests.bench.beds import WORKERS, Bed, homeview
from tests.bench.cells import Report, loaded
from tests.bench.load import Load
from tests.bench.machine import Meter, memory_of
from tests.bench.table import table

AT_ONCE = 16
IDLE = 10.0  # seconds of doing nothing, measured
RESTARTS = 20
ROLES = ("worker", "api", "temporal")


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    count = 208 if quick else 2000
    report.say(f"parked: {count} journeys of one message each")
    async with homeview(work, index, "parked") as bed:
        await loaded(bed, Load(bed.url, at_once=4, turns=12, first=98_000))
        empty, disk = _memory(bed), bed.disk()
        filling = await loaded(bed, Load(bed.url, at_once=AT_ONCE, turns=1, each=count // AT_ONCE, first=10_000), sample=1)
        journeys = filling.pop("journeys")
        await asyncio.sleep(5)
        full = _memory(bed)
        kept = {name: round((size - disk[name]) / len(journeys)) for name, size in bed.disk().items()}
        idle = await _idle(bed)
        restarts = [await _restart(bed, journey) for journey in journeys[-(2 if quick else RESTARTS) :]]
        again = _memory(bed)
        cold = [await _seconds(bed, journey, "where are we?") for journey in journeys[:20]]
        warm = [await _seconds(bed, journey, "where are we now?") for journey in journeys[:20]]
    row = {
        "journeys": len(journeys),
        "errors": filling["errors"],
        "memory_before_mb": empty,
        "memory_parked_mb": full,
        "memory_after_restart_mb": again,
        "kb_a_journey": {role: round((full[role] - empty[role]) * 1024 / len(journeys), 1) for role in ROLES},
        "disk_bytes_a_journey": kept,
        "idle_cores": idle,
        "restarts": len(restarts),
        "api_up_s": round(median(up for up, _ in restarts), 2),
        "first_answer_s": round(median(first for _, first in restarts), 2),
        "slowest_answer_s": round(max(first for _, first in restarts), 2),
        "cold_turn_ms": round(median(cold) * 1e3, 1),
        "warm_turn_ms": round(median(warm) * 1e3, 1),
    }
    report.add("parked", **row)
    body = [
        [role, f"{empty[role]:.0f}", f"{full[role]:.0f}", f"{row['kb_a_journey'][role]:.1f}", f"{again[role]:.0f}", f"{idle[role]:.3f}"]
        for role in ROLES
    ]
    report.say("\n" + table(["process", "MB before", "MB parked", "KB a journey", "MB after restart", "idle cores"], body))
    report.say(
        f"disk a journey: {kept} bytes; workers and API killed and started anew {len(restarts)} times: API up after {row['api_up_s']} s, "
        f"a parked journey's first answer after {row['first_answer_s']} s (medians; the slowest {row['slowest_answer_s']} s); "
        f"then cold turns {row['cold_turn_ms']} ms, the same journeys warm {row['warm_turn_ms']} ms"
    )


def _memory(bed: Bed) -> dict[str, float]:
    return {role: round(sum(map(memory_of, pids)), 1) for role, pids in bed.pids().items()}


async def _idle(bed: Bed) -> dict[str, float]:
    meter = Meter(bed.pids())
    meter.begin()
    await asyncio.sleep(IDLE)
    meter.end()
    return {role: round(seconds / meter.seconds, 4) for role, seconds in meter.cpu.items()}


async def _restart(bed: Bed, journey: str) -> tuple[float, float]:
    """Seconds from kill -9 of workers and API, started again at once, to an API that answers and to a parked journey's reply."""
    bed.run.kill(*WORKERS, "api")
    began = time.perf_counter()
    for worker in WORKERS:
        bed.run.worker(worker)
    await bed.run.api()
    up = time.perf_counter() - began
    async with bed.run.http() as http, asyncio.timeout(120):
        while True:
            try:
                headers = {"Idempotency-Key": "after-the-restart"}
                answer = await http.post(f"/v1/journeys/{journey}/messages", json={"text": "We have about $48,000"}, headers=headers)
                if answer.status_code == 200:
                    return up, time.perf_counter() - began
                if answer.status_code not in (202, 503):
                    answer.raise_for_status()
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)


async def _seconds(bed: Bed, journey: str, text: str) -> float:
    async with bed.run.http() as http:
        await http.get("/healthz")
        began = time.perf_counter()
        (await http.post(f"/v1/journeys/{journey}/messages", json={"text": text})).raise_for_status()
        return time.perf_counter() - began
