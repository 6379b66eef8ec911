"""What is looked after each minute, on the real server: journeys that stand still are found and told of once, and go on when mended."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from journeys import names
from journeys.names import JOURNEYS_QUEUE
from providers.base import Wedged
from providers.errors import Misconfigured
from providers.store.alerts import alerts_page
from providers.store.house import SqlHouse
from providers.temporal import connect
from tests.replay.variants import RecordsBeforeItOpens
from tests.running import Stack, local_server, replays, stack, until
from worker import build
from worker.schedules import ensure_schedules
from worker.wedged import MarkedJourneys
from workflows.upkeep import UpkeepWorkflow

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with local_server() as env:
        yield env


@pytest.fixture
async def homeview(env: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path) -> AsyncIterator[Stack]:
    """Without a worker: each test has its own."""
    async with stack(env, tmp_path, mind, worker=False) as running:
        yield running


async def a_worker(homeview: Stack, journey: type | None = None) -> Worker:
    """That of today's code; or with `journey` in place of the workflow."""
    p = homeview.providers
    kept = replace(p, house=SqlHouse(homeview.store))
    client = await connect(homeview.settings)
    with pytest.MonkeyPatch.context() as patch:
        if journey is not None:
            patch.setattr(build, "JourneyWorkflow", journey)
        return build.build_worker(client, kept)


async def look(homeview: Stack) -> list[str]:
    failed: list[str] = await homeview.temporal.execute_workflow(UpkeepWorkflow.run, id=names.UPKEEP_ID, task_queue=JOURNEYS_QUEUE)
    return failed


async def told(homeview: Stack) -> list[dict[str, Any]]:
    return await homeview.store.read(lambda db: alerts_page(db, limit=50))


async def test_a_wedged_journey_is_told_once_with_its_id_and_the_type_of_what_was_raised_and_goes_on_when_mended(homeview: Stack) -> None:
    async with await a_worker(homeview):
        journey = await homeview.start()
    async with await a_worker(homeview, RecordsBeforeItOpens):
        headers = {"Idempotency-Key": "said"}
        saying = homeview.http.post(f"/v1/journeys/{journey}/messages?wait=1", json={"text": "a secret of mine"}, headers=headers)
        sent = asyncio.create_task(saying)
        await until(lambda: is_wedged(homeview, journey), 60)
        assert "stands still now: its workflow task fails again and again" in await why(homeview, journey)  # before any round has found it
        assert [await look(homeview), await look(homeview)] == [[], []]
        assert (await sent).status_code in (202, 503)
        [alert] = await told(homeview)
        assert (alert["kind"], alert["about"]) == ("wedged", journey)
        assert journey in alert["text"]
        assert "TypeError" in alert["text"]
        assert "secret" not in json.dumps(alert, default=str)
        said = await why(homeview, journey)
        assert said.startswith("It stands still since ")
        assert "fails again and again with TypeError" in said and "`homeview replay ID`" in said
        health = (await homeview.http.get("/v1/health")).json()
        assert (health["status"], health["wedged"]) == ("degraded", 1)
        assert "1 journey stands still" in health["says"]
    async with await a_worker(homeview):
        answer = await homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": "a secret of mine"}, headers=headers)
        assert (answer.status_code, answer.json()["turn"]["status"]) == (200, "done")
        assert (await homeview.say(journey, "I'm in Seattle 98101"))["inputs"]["place"]
        await until(lambda: is_wedged(homeview, journey, not_any_more=True), 30)
        assert await look(homeview) == []
        assert "stands still" not in await why(homeview, journey)  # though the alert is kept
        assert (await homeview.http.get("/v1/health")).json()["wedged"] == 0
    assert len(await told(homeview)) == 1
    await replays(await homeview.history(journey))


async def why(homeview: Stack, journey: str) -> str:
    return str((await homeview.http.get(f"/v1/journeys/{journey}/why")).json()["why"])


async def test_a_house_without_models_checks_none_and_waits_for_nobody(homeview: Stack) -> None:
    async with await a_worker(homeview):  # nobody polls the models' queue
        run = await homeview.temporal.start_workflow(UpkeepWorkflow.run, id=names.UPKEEP_ID, task_queue=JOURNEYS_QUEUE)
        assert await run.result() == []
        asked = [
            event.activity_task_scheduled_event_attributes.activity_type.name
            for event in (await run.fetch_history()).events
            if event.HasField("activity_task_scheduled_event_attributes")
        ]
    assert asked == ["find_wedged", "sweep", "count_undone", "ask_index", "engines_to_check"]


async def is_wedged(homeview: Stack, journey: str, *, not_any_more: bool = False) -> bool:
    found = [each.journey_id for each in await MarkedJourneys(homeview.temporal).wedged()]
    return (journey in found) != not_any_more


@activity.defn
async def step() -> None: ...


@workflow.defn(name="Renovation")
class AsItWas:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(step, start_to_close_timeout=timedelta(seconds=5))
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def go_on(self) -> None: ...


@workflow.defn(name="Renovation")
class AsItBecame:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(5)
        await workflow.execute_activity(step, start_to_close_timeout=timedelta(seconds=5))

    @workflow.signal
    def go_on(self) -> None: ...


async def test_code_that_does_not_follow_an_open_history_is_named_by_the_servers_word_for_it(env: WorkflowEnvironment) -> None:
    common: dict[str, Any] = {"task_queue": "renovations", "activities": [step], "workflow_runner": UnsandboxedWorkflowRunner()}
    async with Worker(env.client, workflows=[AsItWas], **common):
        handle = await env.client.start_workflow(AsItWas.run, id="renovation", task_queue="renovations", task_timeout=timedelta(seconds=1))
        await until(lambda: has_made_its_step(env, handle.id), 20)
    async with Worker(env.client, workflows=[AsItBecame], **common):
        await handle.signal(AsItWas.go_on)
        found: list[Wedged] = []

        async def look() -> bool:
            found[:] = [each for each in await MarkedJourneys(env.client).wedged() if each.journey_id == handle.id]
            return bool(found)

        await until(look, 60)
    assert "NonDeterministic" in found[0].problem
    await handle.terminate()


async def has_made_its_step(env: WorkflowEnvironment, workflow_id: str) -> bool:
    history = await env.client.get_workflow_handle(workflow_id).fetch_history()
    return any(event.HasField("activity_task_completed_event_attributes") for event in history.events)


async def test_the_upkeep_is_scheduled_once_however_many_workers_make_sure_of_it(homeview: Stack, env: WorkflowEnvironment) -> None:
    assert [await ensure_schedules(env.client), await ensure_schedules(env.client)] == [True, True]
    handle = env.client.get_schedule_handle(names.UPKEEP_SCHEDULE)
    schedule = (await handle.describe()).schedule
    assert [each.every for each in schedule.spec.intervals] == [timedelta(minutes=1)]
    assert schedule.policy.overlap == ScheduleOverlapPolicy.SKIP
    async with await a_worker(homeview):
        await handle.trigger()
        await until(lambda: was_looked_after(env), 30)
    await handle.pause(note="not now")
    await ensure_schedules(env.client)
    assert (await handle.describe()).schedule.state.paused  # whoever paused it had a reason
    await handle.delete()


async def was_looked_after(env: WorkflowEnvironment) -> bool:
    query = f"WorkflowType = 'UpkeepWorkflow' AND ExecutionStatus = 'Completed' AND WorkflowId STARTS_WITH '{names.UPKEEP_ID}-'"
    return (await env.client.count_workflows(query)).count > 0


async def test_a_worker_goes_on_where_a_server_has_no_schedules_and_marks_nothing() -> None:
    binary = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(binary)) as simple:
        assert not await ensure_schedules(simple.client)
        with pytest.raises(Misconfigured):
            await MarkedJourneys(simple.client).wedged()
