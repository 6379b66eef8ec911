"""One tenant floods the models' queue, a hundred turns in flight against one of each other tenant, with the queue's rate limit on.

What others notice is the time of their turns; beside it stands what their calls waited in the queue for. Three loads on one bed:

    idle     the others alone
    flood    the same others, and the flood
    one key  the same, every journey of the same tenant: what the flood does where nobody takes turns

and then a window in which every tenant has more to do than the limit lets through: its calls, counted by tenant, and Jain's index of them.
There is one tenant behind the API until there is a login, so journeys are started and talked to at the workflow server itself, as the API
does it.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from journeys.messages import JourneyStart, Message
from journeys.names import MODELS_QUEUE
from providers.library import library
from tests.bench.beds import Bed, fake_gemini, homeview
from tests.bench.cells import Report, spread
from tests.bench.table import table
from tests.bench.talk import ROUND, line
from worker.children import TemporalJourneys
from workflows.journey import JourneyWorkflow

OTHERS = ("ann", "bob", "cat", "dan")
FLOOD = 100  # of its turns in flight for each one of another tenant's
A_SECOND = 5.0  # calls that the queue lets through, of all tenants
CALL = 500.0  # ms of a call
FULL = 16  # calls that wait in the queue, where more wait before it (providers/store/places.py)
THINKS = 1.0  # seconds on average between an answer and a person's next sentence; the flood never thinks
TEMPLATE = library().versions["kitchen_renovation@1"]
TALKED = [nth for nth, says in enumerate(ROUND) if says.kind != "input"]  # one call of a model each; an input may take two


@dataclass
class Crowd:
    """Journeys of tenants, and how long each of their turns took."""

    client: Client
    took: dict[str, list[float]] = field(default_factory=dict)
    degraded: dict[str, int] = field(default_factory=dict)
    numbers: Iterable[int] = field(default_factory=itertools.count)

    async def begin(self, tenant: str, count: int) -> list[str]:
        ids = [f"{tenant}-{next(iter(self.numbers))}-{time.time_ns()}" for _ in range(count)]
        gate = asyncio.Semaphore(8)

        async def one(journey: str) -> None:
            async with gate:
                await TemporalJourneys(self.client).start(
                    JourneyStart(
                        journey_id=journey,
                        tenant=tenant,
                        template=TEMPLATE,
                        persona="homeowner",
                        title="Kitchen",
                        locale="en-US",
                        currency="USD",
                    )
                )

        await asyncio.gather(*map(one, ids))
        return ids

    async def talk(self, name: str, journey: str, number: int, thinks: float, turns: int | None = None) -> None:
        """One person, one turn after the other; without `turns` until it is cancelled."""
        for nth in itertools.count() if turns is None else range(turns):
            if thinks:
                await asyncio.sleep(random.uniform(0.5, 1.5) * thinks)
            _, text = line(number, nth // len(TALKED) * len(ROUND) + TALKED[nth % len(TALKED)])
            key = f"{name}{nth}"
            began = time.perf_counter()
            try:
                await self.client.get_workflow_handle(journey).execute_update(
                    JourneyWorkflow.converse, Message(key=key, body_hash="", text=text), id=f"converse:{key}"
                )
            except RPCError:  # a task that is tried again takes no update; the API sends it again too
                await asyncio.sleep(0.2)
                continue
            self.took.setdefault(name, []).append((time.perf_counter() - began) * 1e3)

    @asynccontextmanager
    async def flooding(self, journeys: Sequence[str], number: int) -> AsyncIterator[None]:
        talking = [asyncio.create_task(self.talk("flood", journey, number + nth, 0)) for nth, journey in enumerate(journeys)]
        try:
            yield
        finally:
            for each in talking:
                each.cancel()
            await asyncio.gather(*talking, return_exceptions=True)


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    turns = 6 if quick else 20
    many = 40 if quick else FLOOD
    report.say(
        f"fairness: {A_SECOND:g} calls a second, {CALL:g} ms each; {len(OTHERS)} tenants with one turn in flight for {turns} turns, "
        f"and one with {many}"
    )
    async with fake_gemini(work) as gemini, homeview(work, index, "fairness", gemini, model_calls_per_second=A_SECOND) as bed:
        assert bed.temporal
        await gemini.prepare(CALL, [line(number, turn)[1] for number in range(20) for turn in TALKED])
        crowd = Crowd(bed.temporal)
        for load in ("idle", "flood", "one key"):
            await _load(report, bed, crowd, load, turns, many)
        await _shares(report, bed, crowd, many, seconds=15 if quick else 40)
    rows = report.of("fairness")
    report.say("\n" + _told(rows))


async def _load(report: Report, bed: Bed, crowd: Crowd, load: str, turns: int, many: int) -> None:
    one = load == "one key"
    people = [(await crowd.begin("flood" if one else other, 1))[0] for other in OTHERS]
    flood = [] if load == "idle" else await crowd.begin("flood", many)
    crowd.took.clear()
    async with crowd.flooding(flood, 1000):
        if flood:
            await _backlog(bed, FULL)
        async with asyncio.TaskGroup() as talking:
            for nth, journey in enumerate(people):
                talking.create_task(crowd.talk("others", journey, nth, THINKS, turns))
    waited = [ms for journey in people for ms in await _waits(bed, journey)]
    engines = {call["engine"] for call in await bed.booked(people)}
    flooded = spread(crowd.took.get("flood", []))
    row = {
        "turns": len(crowd.took["others"]),
        "engines": sorted(engines),
        "flood": flooded,
        "flood_turns": len(crowd.took.get("flood", [])),
    }
    report.add("fairness", load=load, **spread(crowd.took["others"]), wait=spread(waited), **row)
    report.say(f"  {load:<8} others {spread(crowd.took['others'])} ms, their calls waited {spread(waited)} ms; the flood {flooded} ms")
    await _backlog(bed, 0)


async def _backlog(bed: Bed, wanted: int) -> None:
    """Until so many calls wait; 0: until none does."""
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    assert bed.temporal
    request = DescribeTaskQueueRequest(
        namespace="default",
        task_queue=TaskQueue(name=MODELS_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    async with asyncio.timeout(120):
        while True:
            waiting = (await bed.temporal.workflow_service.describe_task_queue(request)).stats.approximate_backlog_count
            if waiting >= wanted if wanted else waiting == 0:
                return
            await asyncio.sleep(0.2)


async def _waits(bed: Bed, journey: str) -> list[float]:
    """Milliseconds from when each first try of a call was scheduled until a worker took it."""
    assert bed.temporal
    scheduled: dict[int, datetime] = {}
    waits = []
    async for event in bed.temporal.get_workflow_handle(journey).fetch_history_events():
        if event.HasField("activity_task_scheduled_event_attributes"):
            if event.activity_task_scheduled_event_attributes.task_queue.name == MODELS_QUEUE:
                scheduled[event.event_id] = event.event_time.ToDatetime(UTC)
        elif event.HasField("activity_task_started_event_attributes"):
            began = scheduled.get(event.activity_task_started_event_attributes.scheduled_event_id)
            if began and event.activity_task_started_event_attributes.attempt == 1:
                waits.append((event.event_time.ToDatetime(UTC) - began).total_seconds() * 1e3)
    return waits


async def _shares(report: Report, bed: Bed, crowd: Crowd, many: int, seconds: float) -> None:
    """Every other tenant has ten turns in flight, more than its share."""
    journeys = {"flood": await crowd.begin("flood", many)} | {other: await crowd.begin(other, 10) for other in OTHERS}
    everyone = [journey for ids in journeys.values() for journey in ids]
    async with crowd.flooding(everyone, 2000):
        await _backlog(bed, FULL)
        began = datetime.now(UTC)
        await asyncio.sleep(seconds)  # the window itself
        ended = datetime.now(UTC)
    counted, given_up = {}, {}
    for tenant, ids in journeys.items():
        calls = [call for call in await bed.booked(ids) if began <= call["started_at"] < ended]
        counted[tenant] = sum(call["engine"].startswith("gemini") for call in calls)
        given_up[tenant] = len(calls) - counted[tenant]  # read offline in its place
    report.add("fairness", load="shares", calls=counted, given_up=given_up, jain=round(jain(list(counted.values())), 4), seconds=seconds)
    report.say(f"  shares   calls in {seconds:g} s: {counted}, given up: {given_up}; Jain's index {jain(list(counted.values())):.3f}")


def jain(shares: Sequence[float]) -> float:
    """1 where all have the same, 1/n where one has everything. Jain, Chiu, Hawe: A Quantitative Measure of Fairness (DEC-TR-301, 1984)."""
    return sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))


def _told(rows: Sequence[dict[str, Any]]) -> str:
    by_load = {row["load"]: row for row in rows}
    loads = [by_load[load] for load in ("idle", "flood", "one key")]
    head = ["load", "others' turns", "p50 ms", "p95 ms", "call waited p50", "p95", "flood's turns", "its p50 ms"]
    body = [
        [
            row["load"],
            f"{row['turns']}",
            f"{row['p50']:.0f}",
            f"{row['p95']:.0f}",
            f"{row['wait']['p50']:.0f}",
            f"{row['wait']['p95']:.0f}",
            f"{row['flood_turns']}",
            f"{row['flood']['p50']:.0f}",
        ]
        for row in loads
    ]
    idle, flood, one = (row["p95"] for row in loads)
    return (
        f"{table(head, body)}\n"
        f"Others' P95 {flood / idle:.2f} x idle under the flood (aim: 2 at most), {one / idle:.2f} x where nobody takes turns; "
        f"Jain's index {by_load['shares']['jain']:.3f} (aim: 0.95 at least)"
    )
