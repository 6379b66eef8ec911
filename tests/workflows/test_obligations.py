"""What no model could answer is owed, and made good by itself, once: outages, kills and continue-as-new on the time-skipping server."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio import activity
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from journeys import names
from journeys.messages import Begin, Control, Inputs, JourneyStart, Message
from journeys.view import View, why
from providers.base import Generated, Picture
from providers.breaker import FAILURES, REST, Breakers
from providers.devserver import search_attributes
from providers.errors import ProviderError, StoreUnavailable, Upstream5xx
from providers.library import library
from providers.store.calls import calls_of
from providers.store.journeys import journey_of, timeline_page, turns_page
from providers.store.log import entries_after
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.temporal import data_converter
from tests.gemini.homeview import SensibleGemini
from tests.running import Stack, local_server, providers_of, replays, stack, until
from tests.worker.test_chat import Seen
from worker.build import Providers, build_models_worker, build_worker
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
QUESTIONS = (
    "how long does a kitchen renovation take?",
    "what is quartz like as a countertop?",
    "how do I live without a kitchen?",
)
EARLIER = "Earlier, when no language model could be reached"
OUTAGE = timedelta(minutes=30)
PIECE = timedelta(seconds=2)


@dataclass
class Model:
    """Answers as our own reader does, unless it is down; counts how often it is asked, and when by the server's clock."""

    reads: SensibleGemini
    engine: str = "test:model"
    fails: Callable[[], ProviderError] | None = None
    asked: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    async def generate(
        self,
        instructions: str,
        content: str,
        *,
        schema: type[BaseModel] | None = None,
        most_tokens: int,
        seconds: float,
        on_text: Callable[[str], Awaitable[None]] | None = None,
        images: Sequence[Picture] = (),
    ) -> Generated:
        self.asked.append(json.loads(content)["message"])
        self.at.append(server_clock())
        if self.fails:
            raise self.fails()
        return Generated(text=self.reads(_Asked(content)) or "", finish="stop", model="model")  # type: ignore[arg-type]

    async def look(self, *, seconds: float) -> None:
        if self.fails:
            raise self.fails()


@dataclass
class _Asked:
    """As SensibleGemini reads it: what was asked, in Gemini's own JSON."""

    question: str

    @property
    def body(self) -> dict[str, Any]:
        return {"contents": [{"parts": [{"text": self.question}]}]}


class CutOff:
    """Records whose first fuller answer is written and never confirmed: as if the worker had been killed right then."""

    def __init__(self, records: Any) -> None:
        self.records, self.cut = records, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.records, name)

    async def make_good(self, *args: Any) -> bool:
        told: bool = await self.records.make_good(*args)
        if told and not self.cut:
            self.cut = True
            raise StoreUnavailable("The connection broke.")
        return told


def server_clock() -> float:
    """The test server's, which skips: that of the activity that asks."""
    return activity.info().started_time.timestamp()


def down() -> ProviderError:
    return Upstream5xx("It is down.")


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    binary = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(data_converter=data_converter, test_server_existing_path=str(binary)) as env:
        request = AddSearchAttributesRequest(namespace="default", search_attributes=search_attributes())
        await env.client.operator_service.add_search_attributes(request)
        yield env


@dataclass
class House:
    """Journeys on the time-skipping server, and their workers."""

    env: WorkflowEnvironment
    store: Store
    home: Path
    mind: tuple[Any, Any, Any]
    model: Model
    workers: AsyncExitStack = field(default_factory=AsyncExitStack)
    handles: list[WorkflowHandle[Any, Any]] = field(default_factory=list)
    calls: int = 0
    ahead: float = 0.0  # seconds: local activities have the machine's clock, behind the one that skips

    def __post_init__(self) -> None:
        self.breakers = Breakers(now=lambda: server_clock() + self.ahead)

    async def work(self) -> None:
        client: Client = await Client.connect(self.env.client.service_client.config.target_host, data_converter=data_converter)
        providers = replace(providers_of(self.store, self.home, self.mind, [self.model]), breakers=self.breakers)
        await self.workers.enter_async_context(build_worker(client, providers))
        await self.workers.enter_async_context(build_models_worker(client, providers))

    async def start(self, **more: Any) -> str:
        template = library().newest("kitchen_renovation@1")
        assert template
        journey = names.journey_id("test", f"{self.store}/{len(self.handles)}")
        common = {"tenant": "test", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
        start = JourneyStart(journey_id=journey, template=template, **common, **more)
        handle = await self.env.client.start_workflow(JourneyWorkflow.run, start, id=journey, task_queue=names.JOURNEYS_QUEUE)
        self.handles.append(handle)
        await self.ask(journey, JourneyWorkflow.begin, Begin)
        return journey

    async def ask(self, journey: str, update: Any, made: Any, **body: Any) -> None:
        self.calls += 1
        handle = self.env.client.get_workflow_handle(journey)
        await handle.execute_update(update, made(key=str(self.calls), body_hash="", **body), id=f"{update.__name__}:{self.calls}")

    async def say(self, journey: str, text: str) -> dict[str, Any]:
        await self.ask(journey, JourneyWorkflow.converse, Message, text=text)
        return next(turn for turn in reversed(await self.turns(journey)) if turn["text"] == text)

    async def turns(self, journey: str) -> list[dict[str, Any]]:
        return await self.store.read(lambda db: turns_page(db, journey, after=0, limit=500))

    async def made_good(self, journey: str) -> list[str]:
        return [turn["reply"]["text"] for turn in await self.turns(journey) if turn["operation"] == "fulfil"]

    async def view(self, journey: str) -> View:
        row = await self.store.read(lambda db: journey_of(db, journey))
        assert row
        return View.model_validate(row["view"])

    async def pass_time(self, most: timedelta, is_done: Callable[[], Awaitable[bool]]) -> None:
        """In pieces shorter than a heartbeat's timeout: what is under way when a piece ends is done in real time, not skipped over."""
        end = await self.env.get_current_time() + most
        while not await is_done() and await self.env.get_current_time() < end:
            await self.env.sleep(PIECE)

    async def nothing_is_owed(self, journeys: list[str]) -> bool:
        return not any([(await self.view(journey)).owed for journey in journeys])


@pytest.fixture
async def house(temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path / 'journeys.db'}"
    migrate(url)
    running = House(temporal, Store(url), tmp_path, mind, Model(SensibleGemini(mind[0])))
    await running.work()
    yield running
    for handle in running.handles:
        await replays(await handle.fetch_history())
        if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await handle.terminate()
    await running.workers.aclose()
    running.store.close()


async def test_half_an_hour_without_a_model_is_made_good_once_for_every_question(house: House) -> None:
    journeys = [await house.start() for _ in range(3)]
    house.model.fails = down
    for n, question in enumerate(QUESTIONS):
        for journey in journeys:
            turn = await house.say(journey, question)
            assert "can't be used at the moment" in turn["reply"]["text"]
            assert "The fuller answer comes here by itself" in turn["reply"]["text"]
            assert turn["degraded"] in (["Upstream5xx"], ["resting"])
        await house.env.sleep(OUTAGE / len(QUESTIONS))
        assert [len((await house.view(journey)).owed) for journey in journeys] == [n + 1] * 3
    probes = house.model.at[FAILURES:]
    assert all(later - earlier >= REST for earlier, later in pairwise(probes))
    house.model.fails = None
    await house.pass_time(timedelta(hours=2), lambda: house.nothing_is_owed(journeys))
    for journey in journeys:
        told = await house.made_good(journey)
        assert sorted(next(q for q in QUESTIONS if f"“{q}”" in text) for text in told) == sorted(QUESTIONS)
        assert all(text.startswith(EARLIER) for text in told)
        assert (await house.view(journey)).owed == []


async def test_a_fuller_answer_is_a_turn_a_notice_and_a_timeline_entry_and_changes_nothing_else(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    asked = await house.say(journey, QUESTIONS[0])
    house.model.fails = None
    before, events_before = await house.view(journey), len((await house.handles[-1].fetch_history()).events)
    await house.env.sleep(timedelta(minutes=2))
    took = len((await house.handles[-1].fetch_history()).events) - events_before
    assert took <= 20
    after = await house.view(journey)
    same = {"owed", "turns", "last_turn_id"}
    assert before.model_dump(exclude=same) == after.model_dump(exclude=same)
    [turn] = [turn for turn in await house.turns(journey) if turn["operation"] == "fulfil"]
    assert (turn["status"], turn["engine"], turn["seq"]) == ("done", "test:model", asked["seq"] + 1)
    events = await house.store.read(lambda db: entries_after(db, journey, -1))
    kinds = [event.kind for event in events if turn["id"] in event.frame.decode()]
    assert kinds == ["notice"]
    entries = await house.store.read(lambda db: timeline_page(db, journey, after=(0, 0), limit=500))
    assert [entry["kind"] for entry in entries if entry["turn_id"] == turn["id"]] == ["made_good", "question"]
    calls = await house.store.read(lambda db: calls_of(db, journey))
    assert [(call["name"], call["status"]) for call in calls] == [
        ("answer", "failed"),
        ("understand", "answered"),
        ("answer.later1", "answered"),
    ]


async def test_what_is_owed_is_told_in_the_view_and_in_why(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    turn = await house.say(journey, QUESTIONS[0])
    view = await house.view(journey)
    assert [(owed.turn_id, owed.turn, owed.kind) for owed in view.owed] == [(turn["id"], turn["seq"], "answer")]
    assert f"the fuller answer to turn {turn['seq']}" in why(view, view.owed[0].since)


async def test_what_is_owed_says_how_often_it_was_tried_and_when_it_is_tried_again(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    await house.say(journey, QUESTIONS[0])
    [owed] = (await house.view(journey)).owed
    assert (owed.tries, owed.next_at) == (0, owed.since + timedelta(minutes=1))
    await house.env.sleep(timedelta(minutes=20))
    view = await house.view(journey)
    [later] = view.owed
    assert later.tries >= 2
    assert later.next_at and later.next_at > owed.since + timedelta(minutes=2)
    assert f"(tried {later.tries} times, next in " in why(view, later.next_at - timedelta(minutes=3))
    await house.ask(journey, JourneyWorkflow.pause, Control)
    [paused] = (await house.view(journey)).owed
    assert (paused.tries, paused.next_at) == (later.tries, None)


@pytest.mark.parametrize("text", ["It's 14.5 x 12 ft and there are 22.5 feet of countertop", "what will it cost?", "hello"])
async def test_a_message_that_code_could_use_leaves_nothing_owed(house: House, text: str) -> None:
    journey = await house.start()
    house.model.fails = down
    turn = await house.say(journey, text)
    assert turn["degraded"] == ["Upstream5xx"]
    assert (await house.view(journey)).owed == []


async def test_the_same_question_answered_later_settles_what_was_owed(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    await house.say(journey, QUESTIONS[0])
    house.model.fails = None
    house.ahead = REST + 1
    await house.say(journey, "So how long does a kitchen renovation take?")
    assert (await house.view(journey)).owed == []
    await house.env.sleep(timedelta(hours=1))
    assert await house.made_good(journey) == []


async def test_a_model_that_answers_again_brings_what_is_owed_at_once(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    await house.say(journey, QUESTIONS[0])
    await house.env.sleep(timedelta(minutes=20))
    house.model.fails = None
    await house.say(journey, QUESTIONS[1])

    async def told() -> bool:
        return len(await house.made_good(journey)) == 1

    await until(told, within=10)


async def test_a_pause_lets_it_rest_and_an_end_owes_nothing_more(house: House) -> None:
    paused, ended = await house.start(), await house.start()
    house.model.fails = down
    for journey in (paused, ended):
        await house.say(journey, QUESTIONS[0])
    await house.ask(paused, JourneyWorkflow.pause, Control)
    await house.ask(ended, JourneyWorkflow.abandon, Control)
    house.model.fails, house.model.asked = None, []
    await house.env.sleep(timedelta(hours=5))
    assert (house.model.asked, (await house.view(ended)).owed) == ([], [])
    await house.ask(paused, JourneyWorkflow.resume, Control)
    await house.env.sleep(timedelta(minutes=1))
    assert len(await house.made_good(paused)) == 1
    assert await house.made_good(ended) == []


async def test_after_three_days_it_is_given_up_and_said(house: House) -> None:
    journey = await house.start()
    house.model.fails = down
    await house.say(journey, QUESTIONS[0])
    await house.env.sleep(timedelta(days=4))
    [text] = await house.made_good(journey)
    assert text.startswith(f"I could not give you the fuller answer to “{QUESTIONS[0]}”")
    assert 70 < len(house.model.asked) < 90  # three tries of the turn itself, one a minute or two, then one an hour
    assert (await house.view(journey)).owed == []


async def test_what_is_owed_travels_through_continue_as_new(house: House) -> None:
    journey = await house.start(continue_after_events=60)
    house.model.fails = down
    for question in QUESTIONS:
        await house.say(journey, question)
    await house.env.sleep(timedelta(hours=6))
    for n in range(4):
        await house.ask(journey, JourneyWorkflow.provide, Inputs, inputs={"goal": {"kind": "text", "text": f"cabinets {n}"}})
    runs = {handle.first_execution_run_id for handle in house.handles}
    assert (await house.env.client.get_workflow_handle(journey).describe()).run_id not in runs
    house.model.fails = None
    await house.env.sleep(timedelta(hours=2))
    assert len(await house.made_good(journey)) == len(QUESTIONS)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """The real one, where workers come and go."""
    async with local_server() as env:
        yield env


async def test_another_worker_makes_good_what_one_that_is_gone_left_owed(
    server: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path
) -> None:
    model = Model(SensibleGemini(mind[0]), fails=down)
    async with stack(server, tmp_path, mind, models=[model]) as homeview:
        journey = await homeview.start()
        await homeview.say(journey, QUESTIONS[0])
        [owed] = (await homeview.view(journey))["owed"]
        assert (owed["what"], owed["tries"]) == (f"the fuller answer to “{QUESTIONS[0]}”", 0)
        assert owed["what"] in (await homeview.http.get(f"/v1/journeys/{journey}/why")).json()["why"]
        seen = await Seen(homeview, "/status", "/quit").run(journey)
        assert "Still owed since" in " ".join(seen.split())
    model.fails = None
    async with stack(server, tmp_path, mind, models=[model]) as homeview:
        await homeview.say(journey, QUESTIONS[1])
        await until(lambda: told_later(homeview, journey), within=20)
        assert len(await later_turns(homeview, journey)) == 1
        await replays(await homeview.history(journey))


async def test_it_is_told_once_where_its_worker_is_cut_off_before_the_workflow_knows(
    server: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Path
) -> None:
    model, cut, clock = Model(SensibleGemini(mind[0]), fails=down), list[CutOff](), [0.0]

    def through(providers: Providers) -> Providers:
        cut.append(CutOff(providers.records))
        return replace(providers, records=cut[0], breakers=Breakers(now=lambda: clock[0]))

    async with stack(server, tmp_path, mind, models=[model], through=through) as homeview:
        journey = await homeview.start()
        await homeview.say(journey, QUESTIONS[0])
        model.fails, clock[0] = None, REST + 1
        await homeview.say(journey, QUESTIONS[1])

        async def settled() -> bool:
            return cut[0].cut and (await homeview.say(journey, "where are we?"))["degraded"] == []

        await until(settled, within=20)
        assert len(await later_turns(homeview, journey)) == 1
        assert model.asked.count(QUESTIONS[0]) == 4  # thrice by the turn, once later
        entries = (await homeview.http.get(f"/v1/journeys/{journey}/timeline?limit=200")).json()["items"]
        assert [entry["kind"] for entry in entries].count("made_good") == 1
        assert (await homeview.view(journey))["owed"] == []
        await replays(await homeview.history(journey))


async def later_turns(homeview: Stack, journey: str) -> list[dict[str, Any]]:
    items = (await homeview.http.get(f"/v1/journeys/{journey}/messages?limit=200")).json()["items"]
    return [turn for turn in items if turn["operation"] == "fulfil"]


async def told_later(homeview: Stack, journey: str) -> bool:
    return bool(await later_turns(homeview, journey))
