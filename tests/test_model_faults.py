"""Every fault of a language model, met by a running journey: what the person sees, what the ledger says, how often the model was asked.

Each fault here is met in every first call of a turn; one of each way also once, in the second call, and in a turn with a picture. The whole
matrix, with faults that come three times or stay for half an hour, is tests/test_fault_matrix.py. What must come of a fault stands in
tests/reliability.py.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from providers.breaker import LONG_REST
from providers.store.log import entries_after
from tests import reliability
from tests.gemini.faults import NAMES
from tests.gemini.faults import Fault as Laid
from tests.matrix.cases import QUESTION, SAID, SHORT, WIRE, Case
from tests.matrix.house import FakeSlot, House, Met, Seen, house
from tests.matrix.verdicts import MODELS_WORDS, end_met, judged, kind_of
from tests.reliability import (
    FAULTS,
    IN_A_TURN,
    MODELS,
    NO_CONNECTION,
    PASSES,
    REFUSED,
    UNUSABLE,
    WITHHELD,
    Call,
    Fault,
    Row,
    Way,
    end_of,
    engine_of,
    model_of,
)
from tests.running import replays, until
from workflows.policies import MODEL_CALL

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
every_case = pytest.mark.parametrize("case", SHORT, ids=attrgetter("id"))


@dataclass
class Silence:
    """A model that says nothing, with the limits of the product; its person does not wait for the reply."""

    accepted: dict[str, Any]
    status: int
    turn: dict[str, Any]
    rows: list[Row]
    in_doubt: list[int]


async def meet_silence(house: House) -> Silence:
    tries = 2  # for which the first model's time is enough
    async with house.journey() as (journey, slot):
        assert isinstance(slot, FakeSlot)
        slot.gemini.fault("hang", times=tries)
        accepted = await house.homeview.http.post(f"/v1/journeys/{journey}/messages?wait=1", json={"text": QUESTION})
        where = accepted.headers["Location"]

        async def ended() -> bool:
            return (await house.homeview.http.get(where)).status_code == 200

        await until(ended, within=60, every=0.2)
        turn = (await house.homeview.http.get(where)).json()["turn"]
        kept = [row for row in await house.calls(journey) if row["turn_id"] == turn["turn_id"]]
        rows = [Row(row["name"], row["status"], row["error"], row["attempts"]) for row in kept]
        return Silence(accepted.json(), accepted.status_code, turn, rows, [row["in_doubt"] for row in kept])


async def meet_a_broken_answer_and_then_none(house: House) -> Seen:
    async with house.journey() as (journey, slot):
        assert isinstance(slot, FakeSlot)
        slot.gemini.script(*[Laid(fault=name) for name in ("wrong_schema", "overloaded", "overloaded", "overloaded")])
        return await house.say(journey, slot, QUESTION)


@dataclass
class World:
    """Where everything has happened. The result of a task raises what went wrong with it, in the tests that look at it."""

    house: House
    met: dict[Case, asyncio.Task[Met]]
    silence: asyncio.Task[Silence]
    broken_then_none: asyncio.Task[Seen]

    def of(self, case: Case) -> Met:
        return self.met[case].result()

    def seen(self, case: Case) -> Seen:
        [seen] = self.of(case).turns
        return seen


@pytest.fixture(scope="module")
async def world(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    reader, knowledge, _ = mind
    async with house(temporal, tmp_path_factory.mktemp("faults"), reader, knowledge) as there:
        longest_first = sorted(SHORT, key=lambda case: (case.fault.silent, case.times is None), reverse=True)
        silence, broken = asyncio.create_task(meet_silence(there)), asyncio.create_task(meet_a_broken_answer_and_then_none(there))
        met = {case: asyncio.create_task(there.meet(case)) for case in longest_first}
        await asyncio.wait([silence, broken, *met.values()])
        yield World(there, met, silence, broken)


# --- each fault ----------------------------------------------------------------------------------------------------------
@every_case
async def test_a_turn_that_meets_a_fault_ends_as_the_table_says(world: World, case: Case) -> None:
    seen = world.seen(case)
    assert (end_met(case, seen), [row["in_doubt"] for row in seen.rows if row["in_doubt"]]) == (case.end, [])


@every_case
async def test_it_heals_and_nothing_is_lost_or_doubled(world: World, case: Case) -> None:
    verdict = judged(case, world.of(case))
    assert verdict.heals, verdict
    assert verdict.kind == ("useful" if case.end.told else "recovered")


@every_case
async def test_the_ledger_counts_just_the_requests_that_each_model_got(world: World, case: Case) -> None:
    seen = world.seen(case)
    booked = [row for row in seen.rows if row["engine"] != "offline"]
    assert [row["engine"] for row in booked] == [engine_of(model_of(row["name"])) for row in booked]
    counted = [row["engine"] for row in booked for _ in range(row["attempts"])]
    assert Counter(counted) == Counter(engine_of(model) for model in seen.asked)


@every_case
async def test_its_person_gets_a_reply_with_something_in_it_and_something_to_do(world: World, case: Case) -> None:
    seen = world.seen(case)
    reply, text = seen.turn["reply"], str(seen.turn["reply"]["text"])
    assert (seen.status, seen.turn["status"]) == (200, "done")
    assert reply["actions"]
    assert reply["questions"]
    if case.call == "reply":
        assert (MODELS_WORDS in text) == (not case.end.told)
        assert "Noted — appliances: mid priced." in text
        assert [result["step"] for result in seen.turn["results"]] == ["take_off", "estimate"]
        assert all(result["headline"] in text for result in seen.turn["results"])
    else:
        assert reply["citations"]
    if case.call == "vision":
        assert text.startswith("Safety first:")


@every_case
async def test_the_next_message_is_answered_as_if_nothing_had_been(world: World, case: Case) -> None:
    after = world.of(case).after
    assert (after["status"], after["engine"], after["degraded"]) == ("done", engine_of(MODELS[0]), [])


@every_case
async def test_only_what_is_not_flagged_streams(world: World, case: Case) -> None:
    assert world.seen(case).wire <= {WIRE[case.call]}


# --- what no single fault shows ------------------------------------------------------------------------------------------
async def test_journeys_that_share_a_model_spare_one_another_the_wait_for_it(world: World) -> None:
    house, faults = world.house, ("overloaded", "reset", "daily_quota", "hang")
    async with house.journeys(len(faults)) as talking:
        for (journey, slot), fault in zip(talking, faults, strict=True):
            assert isinstance(slot, FakeSlot)
            house.breakers.shared[journey] = "shared"
            slot.gemini.fault(fault, times=None)
        found = await house.say(*talking[0], QUESTION)
        assert len(found.asked) == 2 * MODEL_CALL["retry_policy"].maximum_attempts
        others = await asyncio.gather(*(house.say(*one, QUESTION) for one in talking[1:]))
        case = next(case for case in SHORT if case.call == "answer" and case.times is None)
        assert [(kind_of(case, seen), seen.asked, seen.turn["degraded"]) for seen in others] == [("useful", [], ["resting"] * 2)] * 3
        for _, slot in talking:
            slot.forget()
        house.breakers.rested["shared"] += int(2 * LONG_REST)
        first, *later = [await house.say(*one, SAID["answer"][1]) for one in talking]
        assert [seen.turn["degraded"] for seen in (first, *later)] == [[]] * 4


async def test_a_silent_model_is_left_in_time_for_the_next_one_and_nobody_has_to_wait_for_it(world: World) -> None:
    silence = world.silence.result()
    assert (silence.status, [action["action"] for action in silence.accepted["actions"]]) == (202, ["wait"])
    assert silence.rows == [Row("answer", "failed", "UpstreamTimeout", 2), Row("answer.route2", "answered")]
    assert silence.in_doubt == [0, 0]  # it ended before Temporal gave it up, and was booked
    assert silence.turn["engine"] == engine_of(MODELS[1])


async def test_what_was_broken_is_not_asked_for_again_when_its_repair_fails(world: World) -> None:
    seen = world.broken_then_none.result()
    assert [Row(row["name"], row["status"], row["error"], row["attempts"]) for row in seen.rows] == [
        Row("answer", "broken", "WrongShape"),
        Row("answer.repair", "failed", "Upstream5xx", 3),
        Row("answer.route2", "answered"),
    ]
    assert len(seen.asked) == 5


async def test_a_draft_that_broke_off_is_told_from_the_next_and_the_reply_stands_last(world: World) -> None:
    [case] = [case for case in SHORT if case.id == "torn-reply-once"]
    met, seen = world.of(case), world.seen(case)
    entries = await world.house.homeview.store.read(lambda db: entries_after(db, met.journey, 0))
    events = [(entry.kind, json.loads(entry.frame.decode().partition("data: ")[2])) for entry in entries]
    told = [(kind, data) for kind, data in events if data["turn_id"] == seen.turn["turn_id"]]
    drafts: dict[int, str] = {}
    for kind, data in told:
        if kind == "token":
            drafts[data["attempt"]] = drafts.get(data["attempt"], "") + data["text"]
    assert set(drafts) == {1, 2, 3}  # the first call, the second call that broke off, and the second call again
    assert all(MODELS_WORDS.startswith(drafts[attempt]) for attempt in (2, 3))
    assert told[-1][0] == "reply"
    assert told[-1][1]["reply"]["text"] == seen.turn["reply"]["text"]


@pytest.mark.parametrize("way", [PASSES, REFUSED, WITHHELD, UNUSABLE], ids=attrgetter("title"))
@pytest.mark.parametrize("call", IN_A_TURN)
async def test_the_history_of_a_journey_that_met_a_fault_replays(world: World, way: Way, call: Call) -> None:
    case = next(case for case in SHORT if case.fault.way is way and case.call == call and case.times is None)
    await replays(await world.house.homeview.history(world.of(case).journey))


# --- the table -----------------------------------------------------------------------------------------------------------
def test_every_fault_of_the_fake_is_in_the_table() -> None:
    assert {fault.name for fault in FAULTS} == {*NAMES, NO_CONNECTION}


@pytest.mark.parametrize("call", IN_A_TURN)
@pytest.mark.parametrize("fault", FAULTS, ids=attrgetter("id"))
def test_nobody_is_asked_more_often_than_the_policies_allow(fault: Fault, call: Call) -> None:
    tries, routes = MODEL_CALL["retry_policy"].maximum_attempts, len(MODELS)
    allowed = {PASSES: tries * routes, REFUSED: routes, WITHHELD: 1, UNUSABLE: 2 * routes}.get(fault.way, 1)
    assert end_of(fault.way, fault.word, call, "for ever").asked <= allowed
    assert end_of(fault.way, fault.word, call, "three times").asked <= allowed
    assert end_of(fault.way, fault.word, call, "once").asked <= min(2, allowed)


def test_the_page_on_reliability_has_this_table() -> None:
    page = reliability.PAGE.read_text(encoding="utf-8")
    assert page == reliability.written(page), "python -m tests.reliability writes it anew"
