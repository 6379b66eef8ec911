"""Whose call of a model comes first where many wait: counted in the order in which a worker gets them, on the real server."""

import asyncio
import contextlib
import dataclasses
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio import activity, workflow
from temporalio.api.common.v1 import Priority as Sent
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from journeys import names
from journeys.messages import JourneyStart, Message
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.library import library
from providers.store.places import SERVED_WITHIN
from tests.bench.fairness import jain
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.running import Stack, local_server, replays, skipping_server, stack, until
from worker.children import TemporalJourneys
from workflows.asking import IN_LINE
from workflows.journey import JourneyWorkflow
from workflows.policies import MODEL_CALL, Urgency, priority

pytestmark = pytest.mark.anyio
QUEUE = "calls-in-order"
FLOOD = 100
PAUSE = 5.0  # seconds
QUESTION = "how long does a kitchen renovation take?"
NUMBERS = itertools.count()
Waiting = tuple[str, Urgency]


@workflow.defn
class OneCall:
    @workflow.run
    async def run(self, tenant: str, urgency: int) -> None:
        ever = timedelta(minutes=10)  # what is counted is the order, and not who was given up on a busy machine
        options: dict[str, Any] = {**MODEL_CALL, "task_queue": QUEUE, "schedule_to_start_timeout": ever, "schedule_to_close_timeout": ever}
        await workflow.execute_activity("call", tenant, **options, priority=priority(tenant, Urgency(urgency)))


@dataclass
class Desk:
    """Takes calls one at a time, and remembers whose they were."""

    served: list[str] = field(default_factory=list)

    @activity.defn(name="call")
    async def call(self, tenant: str) -> None:
        self.served.append(tenant)


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with local_server() as env:
        yield env


async def served(client: Client, calls: Sequence[Waiting]) -> list[str]:
    """In which order they were taken, where all of them waited before anybody took one."""
    desk = Desk()
    async with Worker(client, task_queue=QUEUE, workflows=[OneCall], workflow_runner=UnsandboxedWorkflowRunner()):
        for tenant, urgency in calls:
            await client.start_workflow(OneCall.run, args=[tenant, urgency], id=f"one-call-{next(NUMBERS)}", task_queue=QUEUE)
        await until(lambda: backlog_is(client, len(calls)), 60)
        async with Worker(client, task_queue=QUEUE, activities=[desk.call], max_concurrent_activities=1):
            await until(lambda: len(desk.served) == len(calls), 60)
    return desk.served


async def backlog_is(client: Client, wanted: int) -> bool:
    request = DescribeTaskQueueRequest(
        namespace="default",
        task_queue=TaskQueue(name=QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    return (await client.workflow_service.describe_task_queue(request)).stats.approximate_backlog_count == wanted


async def test_one_call_behind_a_hundred_of_another_tenant_is_among_the_first(env: WorkflowEnvironment) -> None:
    order = await served(env.client, [("flood", Urgency.PERSON)] * FLOOD + [("ann", Urgency.PERSON)])
    assert order.index("ann") <= 2


async def test_while_all_have_work_each_tenant_gets_the_same(env: WorkflowEnvironment) -> None:
    others = ["ann", "bob", "cat", "dan"]
    order = await served(env.client, [("flood", Urgency.PERSON)] * FLOOD + [(who, Urgency.PERSON) for who in others for _ in range(10)])
    while_all_have_work = Counter(order[: 5 * 9])
    assert set(while_all_have_work) == {"flood", *others}
    assert jain(list(while_all_have_work.values())) >= 0.95


async def test_a_persons_turn_comes_before_a_reminders_and_that_before_what_is_done_later(env: WorkflowEnvironment) -> None:
    calls = [(urgency.name, urgency) for urgency in sorted(Urgency, reverse=True) for _ in range(5)]
    order = await served(env.client, calls)
    assert order == ["PERSON"] * 5 + ["REMINDER"] * 5 + ["BACKGROUND"] * 5


def test_a_tenant_of_any_length_has_a_fairness_key_of_its_own_that_the_server_takes() -> None:
    long = ["é" * 40 + end for end in "ab"]
    keys = [priority(tenant).fairness_key or "" for tenant in ["home", *long]]
    assert keys[0] == "home"
    assert len({*keys}) == 3
    assert all(len(key.encode()) <= 64 for key in keys)


async def test_a_journey_and_its_calls_carry_their_tenant(env: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    template = library().newest("kitchen_renovation@1")
    assert template is not None
    start = JourneyStart(journey_id="fair", tenant="ann", template=template, persona="homeowner", title="", locale="en-US", currency="USD")
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        async with stack(env, tmp_path, mind, models=[GeminiModel(client, "gemini-fake")]) as homeview:
            await TemporalJourneys(env.client).start(start)
            handle = env.client.get_workflow_handle("fair")
            message = Message(key="1", body_hash=names.body_hash("converse", {}), text=QUESTION)
            await handle.execute_update(JourneyWorkflow.converse, message, id="converse:1")
            events = (await homeview.history("fair")).events
        await client.close()
    assert events[0].workflow_execution_started_event_attributes.priority == Sent(fairness_key="ann")
    calls = [event.activity_task_scheduled_event_attributes for event in events]
    [call] = [call.priority for call in calls if call.task_queue.name == names.MODELS_QUEUE]
    assert call == Sent(priority_key=Urgency.PERSON, fairness_key="ann")


async def test_a_call_that_waits_too_long_behind_others_is_answered_without_a_model_and_no_other_route_is_waited_for(
    env: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODEL_CALL, "schedule_to_start_timeout", timedelta(seconds=1))  # and nobody takes what waits
    client = GeminiClient(SecretStr("a-key"), "http://127.0.0.1:9")
    routes = [GeminiModel(client, name) for name in ("gemini-one", "gemini-two")]
    async with stack(env, tmp_path, mind, through=lambda providers: dataclasses.replace(providers, models=routes)) as homeview:
        turn = await homeview.say(await homeview.start(), QUESTION)
    await client.close()
    assert (turn["status"], turn["degraded"]) == ("done", ["WaitedTooLong"])
    assert turn["reply"]["citations"]
    assert turn["reply"]["actions"]


@dataclass
class Full:
    """Places of a queue that has none, until it is asked for the last time."""

    times: int
    asked: int = 0

    async def take(self, turn_id: str, tenant: str, at: datetime) -> float:
        self.asked += 1
        return 0.0 if self.asked > self.times else PAUSE


async def said_while_time_passes(env: WorkflowEnvironment, homeview: Stack, journey: str, full: Full) -> dict[str, Any]:
    saying = asyncio.create_task(homeview.say(journey, QUESTION))
    for nth in range(1, min(full.times, 2) + 1):
        await until(lambda nth=nth: full.asked == nth, 60)
        await env.sleep(PAUSE)
    return await saying


@contextlib.asynccontextmanager
async def with_places(
    env: WorkflowEnvironment, mind: tuple[Any, Any, Any], home: Path, places: Full
) -> AsyncIterator[tuple[Stack, FakeGemini]]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        model = GeminiModel(client, "gemini-fake")
        async with stack(env, home, mind, models=[model], through=lambda made: dataclasses.replace(made, places=places)) as homeview:
            yield homeview, gemini
        await client.close()


async def test_a_turn_without_a_place_in_the_queue_waits_for_one_and_asks_then(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with skipping_server() as env, with_places(env, mind, tmp_path, full := Full(times=2)) as (homeview, gemini):
        journey = await homeview.start()
        turn = await said_while_time_passes(env, homeview, journey, full)
        assert (turn["status"], turn["degraded"], len(gemini.calls)) == ("done", [], 1)
        await replays(await homeview.history(journey))


async def test_a_turn_that_gets_no_place_in_time_is_answered_without_a_model(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with skipping_server() as env, with_places(env, mind, tmp_path, full := Full(times=3)) as (homeview, gemini):
        journey = await homeview.start()
        turn = await said_while_time_passes(env, homeview, journey, full)
        assert (turn["status"], turn["degraded"], gemini.calls) == ("done", ["WaitedTooLong"], [])
        assert turn["reply"]["citations"]
        assert turn["reply"]["actions"]
        assert full.asked == 1 + IN_LINE.total_seconds() / PAUSE
        assert IN_LINE.total_seconds() + SERVED_WITHIN == MODEL_CALL["schedule_to_start_timeout"].total_seconds()
        await replays(await homeview.history(journey))


@pytest.mark.parametrize("control", ["stop", "pause", "abandon"])
async def test_who_waits_for_a_place_can_be_stopped(
    env: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path, control: str
) -> None:
    async with with_places(env, mind, tmp_path, full := Full(times=99)) as (homeview, gemini):
        journey = await homeview.start()
        saying = asyncio.create_task(homeview.say(journey, QUESTION))
        await until(lambda: full.asked == 1, 60)
        answer = await homeview.http.post(f"/v1/journeys/{journey}/{control}", json={})
        assert answer.status_code == 200
        turn = await saying
        assert (turn["status"], turn["problem"]["type"]) == ("stopped", "Stopped")
        assert (full.asked, gemini.calls) == (1, [])
        await replays(await homeview.history(journey))
