"""Every fault of a language model, met by a running journey: what the person sees, what the ledger says, how often the model was asked.

All journeys are talked side by side in one stack; each has a fake Gemini to itself for as long as it lasts. What must come of a fault
stands in tests/reliability.py.
"""

import asyncio
import contextlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, SecretStr
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from activities.models import SECONDS
from providers.base import Generated, Picture
from providers.breaker import LONG_REST, Breaker, Breakers
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.offline.writer import OfflineWriter
from providers.store.calls import calls_of
from providers.store.log import entries_after
from tests import reliability
from tests.gemini.fake import Call as Asked
from tests.gemini.fake import FakeGemini
from tests.gemini.faults import IN_STREAMS, NAMES
from tests.gemini.faults import Fault as Laid
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.reliability import (
    CALLS,
    FAULTS,
    MODELS,
    PASSES,
    REFUSED,
    SENTENCES,
    UNUSABLE,
    WITHHELD,
    Call,
    End,
    Fault,
    Row,
    Way,
    end_of,
    engine_of,
    model_of,
)
from tests.running import Stack, replays, stack, until
from workflows.policies import MODEL_CALL

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
AT_ONCE = 24  # journeys; more of them only wait for the processor
IMPATIENT = 3.0  # seconds for a call that meets silence; the others have all that the product gives them

QUESTION = "how long does a kitchen renovation take?"
FLAGGED_QUESTION = "there is mould behind the sink, what should I do about it?"
LAST_CHOICE = "mid-range appliances please"  # with it everything is known, and skills run
ORDINARY = "what is quartz like as a countertop?"
MODELS_WORDS = "That settles it; the details stand below."
KNOWN = {
    "goal": {"kind": "text", "text": "new cabinets"},
    "place": {"kind": "place", "country": "US", "postcode": "98101"},
    "room_size": {"kind": "room_size", "length_ft": "14.5", "width_ft": "12"},
    "counter_run": {"kind": "length", "feet": "22.5"},
    "style": {"kind": "choice", "option": "modern"},
    "scope": {"kind": "choice", "option": "moderate"},
    "cabinet_tier": {"kind": "choice", "option": "semi_custom"},
    "counter_material": {"kind": "choice", "option": "quartz"},
    "floor_material": {"kind": "choice", "option": "tile"},
}


class Case(NamedTuple):
    fault: Fault
    call: Call
    ever: bool
    flagged: bool  # by a hazard: then nothing streams

    @property
    def id(self) -> str:
        return "-".join([self.fault.id, self.call, "for_ever" if self.ever else "once", *(["flagged"] if self.flagged else [])])

    @property
    def text(self) -> str:
        if self.call == "reply":
            return LAST_CHOICE
        return FLAGGED_QUESTION if self.flagged else QUESTION

    @property
    def end(self) -> End:
        return end_of(self.fault.way, self.fault.word, self.call, self.ever)


CASES = [
    Case(fault, call, ever, flagged)
    for fault in FAULTS
    for call in CALLS
    for ever in (False, True)
    for flagged in (False, True)
    if not (flagged and (fault.name in IN_STREAMS or call == "reply"))
]
every_case = pytest.mark.parametrize("case", CASES, ids=attrgetter("id"))


@dataclass
class Met:
    """A turn, and what was left of it. `asked`: the requests of all its calls; `following`: the next turn of its journey."""

    journey: str
    status: int
    turn: dict[str, Any]
    rows: list[dict[str, Any]]
    asked: list[Asked]
    following: dict[str, Any]

    def end(self, call: Call) -> End:
        """Without the first call, where it is the second that met the fault."""
        rows = tuple(Row(row["name"], row["status"], row["error"], row["attempts"]) for row in self.rows)
        others = 0 if call == "answer" else 1
        told = next((sentence for sentence in SENTENCES[call].values() if sentence in self.text), "")
        return End(self.turn["engine"], tuple(self.turn["degraded"]), told, rows[others:], len(self.asked) - others)

    @property
    def text(self) -> str:
        return str(self.turn["reply"]["text"])


class OfEachJourney(Breakers):
    """Fresh breakers for each journey, since each has a provider to itself; and a clock for each."""

    def __init__(self) -> None:
        super().__init__()
        self.later: defaultdict[str | None, float] = defaultdict(float)

    def of(self, engine: str) -> Breaker:
        journey = activity.info().workflow_id
        key = f"{engine} {journey}"
        return self._of.setdefault(key, Breaker(engine, lambda: time.time() + self.later[journey]))


class OfTheJourney:
    """A LanguageModel: the one that the journey of the call has to itself, which may take at most so many seconds."""

    def __init__(self, name: str) -> None:
        self.engine = engine_of(name)
        self.of: dict[str | None, tuple[GeminiModel, float]] = {}

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
        model, most = self.of[activity.info().workflow_id]
        seconds = min(seconds, most)
        return await model.generate(instructions, content, schema=schema, most_tokens=most_tokens, seconds=seconds, on_text=on_text)


@dataclass
class House:
    """One stack and as many fakes as journeys may be talked at once."""

    homeview: Stack
    models: list[OfTheJourney]
    breakers: OfEachJourney
    free: asyncio.Queue[tuple[FakeGemini, GeminiClient]] = field(default_factory=asyncio.Queue)

    async def meet(self, case: Case) -> Met:
        async with self.journey(IMPATIENT if case.fault.silent else SECONDS) as (journey, gemini):
            if case.call == "reply":
                given = await self.homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": KNOWN})
                assert given.status_code == 200, given.text
            nth, times = 1 + CALLS.index(case.call), None if case.ever else 1
            gemini.fault(case.fault.name, nth=nth, times=times, seconds=case.fault.seconds)
            return await self.say(journey, gemini, case.text)

    async def say(self, journey: str, gemini: FakeGemini, text: str) -> Met:
        answer = await self.homeview.http.post(f"/v1/journeys/{journey}/messages?wait=60", json={"text": text})
        assert answer.status_code == 200, answer.text
        return await self.left(journey, gemini, answer.status_code, answer.json()["turn"])

    async def left(self, journey: str, gemini: FakeGemini, status: int, turn: dict[str, Any]) -> Met:
        """What was left of a turn that has ended; then all faults and rests are over, and something ordinary is said."""
        rows = [row for row in await self.calls(journey) if row["turn_id"] == turn["turn_id"]]
        asked = list(gemini.calls)
        gemini.forget()
        self.breakers.later[journey] = 2 * LONG_REST
        return Met(journey, status, turn, rows, asked, await self.homeview.say(journey, ORDINARY))

    async def calls(self, journey: str) -> list[dict[str, Any]]:
        return await self.homeview.store.read(lambda db: calls_of(db, journey))

    @contextlib.asynccontextmanager
    async def journey(self, seconds: float) -> AsyncIterator[tuple[str, FakeGemini]]:
        gemini, client = await self.free.get()
        try:
            journey = await self.homeview.start()
            for model, name in zip(self.models, MODELS, strict=True):
                model.of[journey] = (GeminiModel(client, name), seconds)
            yield journey, gemini
        finally:
            gemini.forget()
            self.free.put_nowait((gemini, client))


@dataclass
class Silence:
    """A model that says nothing, with the limits of the product; its person does not wait for the reply."""

    accepted: dict[str, Any]
    status: int
    met: Met


async def meet_silence(house: House) -> Silence:
    tries = 2  # for which the first model's time is enough
    async with house.journey(SECONDS) as (journey, gemini):
        gemini.fault("hang", times=tries)
        accepted = await house.homeview.http.post(f"/v1/journeys/{journey}/messages?wait=1", json={"text": QUESTION})
        where = accepted.headers["Location"]

        async def ended() -> bool:
            return (await house.homeview.http.get(where)).status_code == 200

        await until(ended, within=60, every=0.2)
        turn = (await house.homeview.http.get(where)).json()["turn"]
        return Silence(accepted.json(), accepted.status_code, await house.left(journey, gemini, 200, turn))


async def meet_a_broken_answer_and_then_none(house: House) -> Met:
    async with house.journey(SECONDS) as (journey, gemini):
        gemini.script(*[Laid(fault=name) for name in ("wrong_schema", "overloaded", "overloaded", "overloaded")])
        return await house.say(journey, gemini, QUESTION)


@dataclass
class World:
    """Where everything has happened. The result of a task raises what went wrong with it, in the tests that look at it."""

    house: House
    met: dict[Case, asyncio.Task[Met]]
    silence: asyncio.Task[Silence]
    broken_then_none: asyncio.Task[Met]

    def of(self, case: Case) -> Met:
        return self.met[case].result()


@pytest.fixture(scope="module")
async def world(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    reader, knowledge, _ = mind
    models, breakers = [OfTheJourney(name) for name in MODELS], OfEachJourney()
    async with contextlib.AsyncExitStack() as running:
        home = tmp_path_factory.mktemp("faults")
        homeview = await running.enter_async_context(
            stack(
                temporal,
                home,
                (reader, knowledge, OfflineWriter(asks_model=True)),
                models=models,
                through=lambda providers: replace(providers, breakers=breakers),
            )
        )
        house, sensible = House(homeview, models, breakers), SensibleGemini(reader)
        for _ in range(AT_ONCE):
            gemini = await running.enter_async_context(fake_gemini(rule=sensible))
            client = GeminiClient(SecretStr("a-key"), gemini.url)
            await client.load()
            running.push_async_callback(client.close)
            house.free.put_nowait((gemini, client))
        async with house.journey(SECONDS) as (journey, _):  # what only a first message loads is loaded by this one
            await homeview.say(journey, QUESTION)
        longest_first = sorted(CASES, key=lambda case: (case.fault.silent, case.ever), reverse=True)
        silence, broken = asyncio.create_task(meet_silence(house)), asyncio.create_task(meet_a_broken_answer_and_then_none(house))
        met = {case: asyncio.create_task(house.meet(case)) for case in longest_first}
        await asyncio.wait([silence, broken, *met.values()])
        yield World(house, met, silence, broken)


# --- each fault ----------------------------------------------------------------------------------------------------------
@every_case
async def test_a_turn_that_meets_a_fault_ends_as_the_table_says(world: World, case: Case) -> None:
    met = world.of(case)
    assert (met.end(case.call), [row["in_doubt"] for row in met.rows if row["in_doubt"]]) == (case.end, [])


@every_case
async def test_the_ledger_counts_just_the_requests_that_each_model_got(world: World, case: Case) -> None:
    met = world.of(case)
    booked = [row for row in met.rows if row["engine"] != "offline"]
    assert [row["engine"] for row in booked] == [engine_of(model_of(row["name"])) for row in booked]
    counted = [row["engine"] for row in booked for _ in range(row["attempts"])]
    assert Counter(counted) == Counter(engine_of(asked.model) for asked in met.asked)


@every_case
async def test_its_person_gets_a_reply_with_something_in_it_and_something_to_do(world: World, case: Case) -> None:
    met = world.of(case)
    reply = met.turn["reply"]
    assert (met.status, met.turn["status"]) == (200, "done")
    assert reply["actions"]
    assert reply["questions"]
    if case.call == "answer":
        assert reply["citations"]
    else:
        assert (MODELS_WORDS in met.text) == (not case.end.told)
        assert "Noted — appliances: mid priced." in met.text
        assert [result["step"] for result in met.turn["results"]] == ["take_off", "estimate"]
        assert all(result["headline"] in met.text for result in met.turn["results"])
    if case.flagged:
        assert met.text.startswith("Safety first:")


@every_case
async def test_the_next_message_is_answered_as_if_nothing_had_been(world: World, case: Case) -> None:
    following = world.of(case).following
    assert (following["status"], following["engine"], following["degraded"]) == ("done", engine_of(MODELS[0]), [])


@every_case
async def test_only_what_is_not_flagged_streams(world: World, case: Case) -> None:
    expected = "generateContent" if case.flagged else "streamGenerateContent"
    assert {asked.name for asked in world.of(case).asked} == {expected}


# --- what no single fault shows ------------------------------------------------------------------------------------------
async def test_a_silent_model_is_left_in_time_for_the_next_one_and_nobody_has_to_wait_for_it(world: World) -> None:
    silence = world.silence.result()
    met = silence.met
    assert (silence.status, [action["action"] for action in silence.accepted["actions"]]) == (202, ["wait"])
    assert met.end("answer").ledger == (Row("answer", "failed", "UpstreamTimeout", 2), Row("answer.route2", "answered"))
    assert [row["in_doubt"] for row in met.rows] == [0, 0]  # it ended before Temporal gave it up, and was booked
    assert (met.turn["engine"], met.following["degraded"]) == (engine_of(MODELS[1]), [])


async def test_what_was_broken_is_not_asked_for_again_when_its_repair_fails(world: World) -> None:
    met = world.broken_then_none.result()
    assert met.end("answer").ledger == (
        Row("answer", "broken", "WrongShape"),
        Row("answer.repair", "failed", "Upstream5xx", 3),
        Row("answer.route2", "answered"),
    )
    assert len(met.asked) == 5


async def test_no_call_is_left_open_on_any_journey(world: World) -> None:
    for case in CASES:
        assert "started" not in {call["status"] for call in await world.house.calls(world.of(case).journey)}, case.id


async def test_a_draft_that_broke_off_is_told_from_the_next_and_the_reply_stands_last(world: World) -> None:
    [case] = [case for case in CASES if case.id == "torn-reply-once"]
    met = world.of(case)
    entries = await world.house.homeview.store.read(lambda db: entries_after(db, met.journey, 0))
    events = [(entry.kind, json.loads(entry.frame.decode().partition("data: ")[2])) for entry in entries]
    told = [(kind, data) for kind, data in events if data["turn_id"] == met.turn["turn_id"]]
    drafts: dict[int, str] = {}
    for kind, data in told:
        if kind == "token":
            drafts[data["attempt"]] = drafts.get(data["attempt"], "") + data["text"]
    assert set(drafts) == {1, 2, 3}  # the first call, the second call that broke off, and the second call again
    assert all(MODELS_WORDS.startswith(drafts[attempt]) for attempt in (2, 3))
    assert told[-1][0] == "reply"
    assert told[-1][1]["reply"]["text"] == met.text


@pytest.mark.parametrize("way", [PASSES, REFUSED, WITHHELD, UNUSABLE], ids=attrgetter("title"))
@pytest.mark.parametrize("call", CALLS)
async def test_the_history_of_a_journey_that_met_a_fault_replays(world: World, way: Way, call: Call) -> None:
    case = next(case for case in CASES if case.fault.way is way and case.call == call and case.ever and not case.flagged)
    await replays(await world.house.homeview.history(world.of(case).journey))


# --- the table -----------------------------------------------------------------------------------------------------------
def test_every_fault_of_the_fake_is_in_the_table() -> None:
    assert {fault.name for fault in FAULTS} == NAMES


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", FAULTS, ids=attrgetter("id"))
def test_nobody_is_asked_more_often_than_the_policies_allow(fault: Fault, call: Call) -> None:
    tries, routes = MODEL_CALL["retry_policy"].maximum_attempts, len(MODELS)
    allowed = {PASSES: tries * routes, REFUSED: routes, WITHHELD: 1, UNUSABLE: 2 * routes}.get(fault.way, 1)
    assert end_of(fault.way, fault.word, call, ever=True).asked <= allowed
    assert end_of(fault.way, fault.word, call, ever=False).asked <= min(2, allowed)


def test_the_page_on_reliability_has_this_table() -> None:
    page = reliability.PAGE.read_text(encoding="utf-8")
    assert page == reliability.written(page), "python -m tests.reliability writes it anew"
