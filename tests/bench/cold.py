"""Workers are killed under many journeys, first short ones and then long ones: does a long past keep its person waiting?"""

import asyncio
import time
from itertools import count
from pathlib import Path
from statistics import median

from tests.bench.cells import Report
from tests.bench.table import table
from tests.crashes.asking import give
from tests.crashes.storm import Storm, Talk, brewing

KILLS = 3
SHORT = 5  # turns
keys = count()


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    long = 60 if quick else 200
    home = work / "cold"
    home.mkdir()
    async with brewing(home, index, seed=1) as storm:
        report.say(f"cold: {len(storm.talks)} journeys of {SHORT} and then of {long} turns, workers killed {KILLS} times each")
        body = [await _waits(report, storm, SHORT), await _waits(report, storm, long)]
    report.say("\n" + table(["turns before", "median wait s", "longest wait s", "turns/s before"], body))


async def _waits(report: Report, storm: Storm, turns: int) -> list[str]:
    """Of every journey's next turn, from a kill on; the worst of all kills."""
    began = time.perf_counter()
    done = await asyncio.gather(*(_grown(storm, talk, turns) for talk in storm.talks))
    rate = sum(done) / (time.perf_counter() - began)
    medians, longest = [], []
    for _ in range(KILLS):
        await storm.kill(["worker"])
        killed = time.perf_counter()
        waits = await asyncio.gather(*(_next(storm, talk, killed) for talk in storm.talks))
        medians.append(median(waits))
        longest.append(max(waits))
    row = {"turns": turns, "median_s": round(max(medians), 2), "longest_s": round(max(longest), 2), "turns_per_s": round(rate, 1)}
    report.add("cold", **row)
    return [str(value) for value in row.values()]


async def _grown(storm: Storm, talk: Talk, turns: int) -> int:
    more = max(0, turns - len(talk.answered))
    for _ in range(more):
        await _turn(storm, talk)
    return more


async def _next(storm: Storm, talk: Talk, since: float) -> float:
    await _turn(storm, talk)
    return time.perf_counter() - since


async def _turn(storm: Storm, talk: Talk) -> None:
    nth = next(keys)
    await talk.say(storm.caller, give(year_built={"kind": "count", "count": 1700 + nth % 400}), f"cold-{nth}")
