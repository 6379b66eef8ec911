"""A turn that was told by a worker that was killed before the history knew it: it is taken up, once, as it was told."""

from datetime import datetime
from typing import Any

import pytest

from activities.records import Records
from activities.skills import versions
from journeys import engine, names
from journeys.facts import Began, Paused, Resumed
from journeys.messages import Message, Operation
from journeys.state import JourneyState
from journeys.work import OpenTurn, RecordTurn, Turn
from providers.library import library
from tests.running import Stack, replays
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
SAID = "A new kitchen in Seattle, 98101"


async def tell_what_history_will_not_know(homeview: Stack, journey: str, text: str, key: str, seq: int = 2) -> JourneyState:
    """What the activities of a turn do, without the workflow: just what a kill -9 behind `record` leaves."""
    template = library().newest("kitchen_renovation@1")
    assert template
    row = await homeview.view(journey)
    common = {"persona": "homeowner", "title": row["title"], "locale": "en-US", "currency": "USD"}
    began = datetime.fromisoformat(row["started_at"])
    state = engine.first_state(journey_id=journey, tenant="home", template=template, now=began, **common)
    engine.carry_out(state, engine.decide(template, state, Began(), began, versions()))
    operation: Operation = "converse"
    turn_id = names.turn_id(journey, operation, key)
    body_hash = names.body_hash(operation, {"text": text})
    turn = Turn(operation=operation, key=key, body_hash=body_hash, turn_id=turn_id, seq=seq, at=began)
    providers = homeview.providers
    records = Records(providers.records, providers.ledger, providers.reader, providers.knowledge, providers.writer, versions())
    if seq > 2:
        state.turns = seq - 1
    opened = await records.open(OpenTurn(turn=turn, template=template, state=state, text=text))
    assert opened.decision
    engine.carry_out(state, opened.decision)
    await records.record(RecordTurn(turn=turn, template=template, state=state, decision=opened.decision))
    return state


async def turns(homeview: Stack, journey: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
    return items


async def test_the_next_turn_builds_on_it(homeview: Stack) -> None:
    journey = await homeview.start()
    await tell_what_history_will_not_know(homeview, journey, SAID, "lost")
    after = await homeview.say(journey, "about $50k")
    view = await homeview.view(journey)
    assert after["seq"] == 3
    assert set(view["inputs"]) == {"goal", "place", "budget"}
    assert view["turns"] == 3
    await replays(await homeview.history(journey))


async def test_sent_again_it_is_the_same_turn_and_nothing_is_told_twice(homeview: Stack) -> None:
    journey = await homeview.start()
    await tell_what_history_will_not_know(homeview, journey, SAID, "lost")
    again = await homeview.say(journey, SAID, key="lost")
    assert again["seq"] == 2
    await homeview.say(journey, "about $50k")
    assert [turn["seq"] for turn in await turns(homeview, journey)] == [1, 2, 3]
    assert (await homeview.view(journey))["inputs"]["place"]


async def test_the_workflow_itself_takes_it_up_when_the_update_comes_again(homeview: Stack) -> None:
    """Past the API's own look at the records: as the server would redeliver it."""
    journey = await homeview.start()
    await tell_what_history_will_not_know(homeview, journey, SAID, "lost")
    message = Message(key="lost", body_hash=names.body_hash("converse", {"text": SAID}), text=SAID)
    handle = homeview.temporal.get_workflow_handle(journey)
    receipt = await handle.execute_update(JourneyWorkflow.converse, message, id="converse:lost")
    assert (receipt.seq, receipt.step) == (2, "measure")
    after = await homeview.say(journey, "14.5 x 12 ft")
    assert (after["seq"], after["step"]) == (3, "measure")
    assert set((await homeview.view(journey))["inputs"]) == {"goal", "place", "room_size"}
    await replays(await homeview.history(journey))


async def test_two_that_are_taken_up_at_once_leave_no_gap_before_the_next(homeview: Stack) -> None:
    """The first comes again while the second is known to the records alone: a stopped worker that wakes up leaves just that."""
    journey = await homeview.start()
    await tell_what_history_will_not_know(homeview, journey, SAID, "lost")
    await tell_what_history_will_not_know(homeview, journey, "14.5 x 12 ft", "lost too", seq=3)
    message = Message(key="lost", body_hash=names.body_hash("converse", {"text": SAID}), text=SAID)
    receipt = await homeview.temporal.get_workflow_handle(journey).execute_update(JourneyWorkflow.converse, message, id="converse:lost")
    assert receipt.seq == 2
    assert (await homeview.say(journey, "about $50k"))["seq"] == 4
    assert [turn["seq"] for turn in await turns(homeview, journey)] == [1, 2, 3, 4]
    await replays(await homeview.history(journey))


async def test_what_it_made_possible_is_not_refused_to_the_next(homeview: Stack) -> None:
    """A resumption that was told, and that history does not know: the person was told that the journey goes on, so it does."""
    journey = await homeview.start()
    paused = (await homeview.http.post(f"/v1/journeys/{journey}/pause", json={})).json()["turn"]
    row = await homeview.view(journey)
    template = library().newest("kitchen_renovation@1")
    assert template
    began = datetime.fromisoformat(row["started_at"])
    common = {"persona": "homeowner", "title": row["title"], "locale": "en-US", "currency": "USD"}
    state = engine.first_state(journey_id=journey, tenant="home", template=template, now=began, **common)
    for fact in (Began(), Paused()):
        engine.carry_out(state, engine.decide(template, state, fact, began, versions()))
    state.turns = paused["seq"]
    hashed = names.body_hash("resume", {"reason": ""})
    turn_id = names.turn_id(journey, "resume", "lost")
    turn = Turn(operation="resume", key="lost", body_hash=hashed, turn_id=turn_id, seq=paused["seq"] + 1, at=began)
    providers = homeview.providers
    records = Records(providers.records, providers.ledger, providers.reader, providers.knowledge, providers.writer, versions())
    opened = await records.open(OpenTurn(turn=turn, template=template, state=state, fact=Resumed()))
    assert opened.decision
    state.turns = turn.seq
    engine.carry_out(state, opened.decision)
    await records.record(RecordTurn(turn=turn, template=template, state=state, decision=opened.decision))
    assert (await homeview.view(journey))["status"] == "active"

    assert (await homeview.say(journey, "about $50k"))["seq"] == 4
    assert (await homeview.view(journey))["status"] == "active"
    await replays(await homeview.history(journey))
