"""Twelve weeks in seconds: reminders, deadlines, silence and dormancy on the time-skipping server."""

import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from journeys import names
from journeys.inputs import Choice, Length, Place, RoomSize, Text
from journeys.messages import Begin, Control, DecideRequest, Inputs, JourneyStart, Message
from providers.devserver import search_attributes
from providers.library import library
from providers.store.journeys import journey_of, turns_page
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.temporal import data_converter
from tests.running import providers_of, replays
from worker.build import build_worker
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
GIVEN = {
    "goal": Text(text="a new kitchen"),
    "place": Place(country="US", postcode="98101"),
    "room_size": RoomSize(length_ft="14.5", width_ft="12"),
    "counter_run": Length(feet="22.5"),
    "style": Choice(option="modern"),
    "scope": Choice(option="moderate"),
    "cabinet_tier": Choice(option="stock"),
    "counter_material": Choice(option="laminate"),
    "floor_material": Choice(option="vinyl"),
    "appliance_tier": Choice(option="keep"),
}


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    binary = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(data_converter=data_converter, test_server_existing_path=str(binary)) as env:
        # The test server rejects a task for ever when it upserts an attribute it does not know.
        request = AddSearchAttributesRequest(namespace="default", search_attributes=search_attributes())
        await env.client.operator_service.add_search_attributes(request)
        yield env


class Journey:
    """A journey on the time-skipping server; each call has a key of its own."""

    def __init__(self, env: WorkflowEnvironment, store: Store, handle: WorkflowHandle[Any, Any]) -> None:
        self.env, self.store, self.handle, self.calls = env, store, handle, 0

    async def ask(self, update: Any, made: Any, **body: Any) -> None:
        self.calls += 1
        await self.handle.execute_update(update, made(key=str(self.calls), body_hash="", **body), id=f"{update.__name__}:{self.calls}")

    async def say(self, text: str) -> None:
        await self.ask(JourneyWorkflow.converse, Message, text=text)

    async def give(self, *wanted: str) -> None:
        await self.ask(JourneyWorkflow.provide, Inputs, inputs={name: GIVEN[name] for name in wanted or GIVEN})

    async def decide(self, step: str, option: str) -> None:
        await self.ask(JourneyWorkflow.decide, DecideRequest, step=step, option=option)

    async def told(self) -> list[tuple[str, str]]:
        """(operation, reply) of every turn."""
        rows = await self.store.read(lambda db: turns_page(db, self.handle.id, after=0, limit=500))
        return [(row["operation"], row["reply"]["text"] if row["reply"] else "") for row in rows]

    async def notices(self) -> list[str]:
        return [text for operation, text in await self.told() if operation == "timer"]

    async def view(self) -> dict[str, Any]:
        row = await self.store.read(lambda db: journey_of(db, self.handle.id))
        assert row
        view: dict[str, Any] = row["view"]
        return view


@pytest.fixture
async def journey(temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path) -> AsyncIterator[Journey]:
    url = f"sqlite:///{tmp_path / 'journeys.db'}"
    migrate(url)
    store = Store(url)
    template = library().newest("kitchen_renovation@1")
    assert template
    journey_id = names.journey_id("test", str(tmp_path))
    common = {"tenant": "test", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
    async with build_worker(temporal.client, providers_of(store, tmp_path, mind)):
        start = JourneyStart(journey_id=journey_id, template=template, **common)
        handle = await temporal.client.start_workflow(JourneyWorkflow.run, start, id=journey_id, task_queue=names.JOURNEYS_QUEUE)
        running = Journey(temporal, store, handle)
        await running.ask(JourneyWorkflow.begin, Begin)
        yield running
        await replays(await handle.fetch_history())
        if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await handle.terminate()
    store.close()


async def test_silence_is_nudged_after_a_day_a_week_and_a_month_and_the_journey_sleeps_after_ninety_days(journey: Journey) -> None:
    await journey.env.sleep(timedelta(days=31))
    assert len(await journey.notices()) == 3
    assert (await journey.view())["status"] == "active"
    await journey.env.sleep(timedelta(days=60))
    assert (await journey.view())["status"] == "dormant"
    await journey.say("I'm in Seattle, 98101")
    assert (await journey.view())["status"] == "active"
    assert "Welcome back after 91 days" in (await journey.told())[-1][1]


async def test_a_message_moves_the_reminders_away(journey: Journey) -> None:
    for _ in range(5):
        await journey.env.sleep(timedelta(hours=20))
        await journey.say("hello")
    assert await journey.notices() == []


async def test_an_open_decision_is_reminded_of_and_told_when_its_time_is_up(journey: Journey) -> None:
    await journey.give()
    assert (await journey.view())["step"] == "estimate"
    await journey.env.sleep(timedelta(days=29))
    reminders = [text for text in await journey.notices() if text.startswith("A reminder")]
    assert len(reminders) == 3
    await journey.env.sleep(timedelta(days=2))
    assert "a month old and still open" in (await journey.notices())[-2] + (await journey.notices())[-1]
    await journey.decide("estimate", "accept")
    assert (await journey.view())["step"] == "route"


async def test_a_paused_journey_is_left_alone_and_goes_on_where_it_was(journey: Journey) -> None:
    await journey.give("goal", "place")
    await journey.ask(JourneyWorkflow.pause, Control)
    await journey.env.sleep(timedelta(days=120))
    assert await journey.notices() == []
    await journey.ask(JourneyWorkflow.resume, Control)
    view = await journey.view()
    assert (view["status"], view["step"]) == ("active", "measure")


async def test_a_journey_of_twelve_weeks_with_a_silence_of_forty_five_days_ends_with_an_accepted_estimate(journey: Journey) -> None:
    await journey.say("I'd like to redo my kitchen in Seattle, 98101")
    await journey.env.sleep(timedelta(days=6))
    await journey.give("room_size", "counter_run")
    await journey.env.sleep(timedelta(days=45))
    assert len(await journey.notices()) == 4, "one nudge in the first week, then after a day, a week and a month of silence"
    await journey.say("modern, and a moderate remodel")
    assert "Welcome back after 45 days" in (await journey.told())[-1][1]
    await journey.env.sleep(timedelta(days=12))
    await journey.give("cabinet_tier", "counter_material", "floor_material", "appliance_tier")
    await journey.env.sleep(timedelta(days=16))
    await journey.decide("estimate", "accept")
    await journey.env.sleep(timedelta(days=5))
    await journey.decide("route", "both")
    assert await journey.handle.result() == "completed"
    described = await journey.handle.describe()
    assert described.close_time
    assert described.close_time - described.start_time >= timedelta(weeks=12)
