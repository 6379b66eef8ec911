"""History stays small, turn after turn and run after run; a key outlives the run it came in."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from journeys import names
from journeys.messages import Begin, JourneyStart, Message
from providers.library import library
from tests.running import Stack, replays
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
TURNS = 200
RUN_OF_TWENTY = 150  # events after which a run continues as new: about twenty turns of seven


async def begin(homeview: Stack, name: str, continue_after_events: int) -> str:
    """As the API starts a journey, with shorter runs."""
    template = library().newest("kitchen_renovation@1")
    assert template
    journey = names.journey_id("home", name)
    common: dict[str, Any] = {"tenant": "home", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
    start = JourneyStart(journey_id=journey, template=template, continue_after_events=continue_after_events, **common)
    handle = await homeview.temporal.start_workflow(JourneyWorkflow.run, start, id=journey, task_queue=names.JOURNEYS_QUEUE)
    await handle.execute_update(JourneyWorkflow.begin, Begin(key=name, body_hash=""), id=names.update_id("begin", name))  # type: ignore[arg-type]
    return journey


async def runs(homeview: Stack, journey: str) -> AsyncIterator[list[HistoryEvent]]:
    """The history of every run, the newest first."""
    run_id: str | None = None
    while True:
        handle = homeview.temporal.get_workflow_handle(journey, run_id=run_id)
        history = await handle.fetch_history()
        await replays(history)
        yield list(history.events)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return


def payloads(message: Proto) -> Iterator[Payload]:
    """Every payload anywhere in an event."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        map_value = field.message_type.GetOptions().map_entry
        for part in value.values() if map_value else value if field.is_repeated else [value]:
            if isinstance(part, Proto):
                yield from payloads(part)


@dataclass
class Turn:
    events: int
    size: int


def turns(events: list[HistoryEvent]) -> Iterator[Turn]:
    """What each turn of a run added, from its task's scheduling to its update's completion; the run's first events left out."""
    counted, size = 0, 0
    ends = [n for n, event in enumerate(events) if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED]
    for event in events[ends[0] + 1 :] if ends else []:
        counted, size = counted + 1, size + event.ByteSize()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            yield Turn(counted, size)
            counted, size = 0, 0


async def test_two_hundred_turns_stay_within_their_measure_whatever_is_said_and_however_long_it_gets(homeview: Stack) -> None:
    journey = await begin(homeview, "long", RUN_OF_TWENTY)
    said = ["hello", "how long does a kitchen take?", "I'm in Seattle 98101", "x" * 7_000, "modern", "actually make it farmhouse"]
    for n in range(TURNS):
        await homeview.say(journey, f"{said[n % len(said)]} {n}")
    histories = [events async for events in runs(homeview, journey)]
    assert len(histories) >= TURNS // 25
    per_turn = [turn for events in histories for turn in turns(events)]
    assert max(turn.events for turn in per_turn) <= 40
    assert max(turn.size for turn in per_turn) <= 16 * 1024
    largest = max(len(payload.data) for events in histories for event in events for payload in payloads(event))
    assert largest <= 64 * 1024
    firsts = [events[0].ByteSize() for events in histories]
    assert max(firsts) <= 64 * 1024, "template and state, carried from run to run"
    view = await homeview.view(journey)
    assert view["turns"] == TURNS + 1
    short = sorted(turn.events for turn in per_turn)
    sizes = sorted(turn.size for turn in per_turn)
    print(f"\n{len(histories)} runs; events a turn: median {short[len(short) // 2]}, most {short[-1]};", end=" ")
    print(f"bytes a turn: median {sizes[len(sizes) // 2]}, most {sizes[-1]}; largest payload {largest}; first event {max(firsts)}")


async def test_a_key_makes_one_turn_whatever_run_it_is_sent_to(homeview: Stack) -> None:
    journey = await begin(homeview, "keys", 40)
    first = await homeview.say(journey, "I'm in Seattle 98101", key="once")
    for n in range(12):
        await homeview.say(journey, f"hello {n}")
    assert len([events async for events in runs(homeview, journey)]) > 1
    again = await homeview.say(journey, "I'm in Seattle 98101", key="once")
    assert again == first
    body_hash = names.body_hash("converse", {"text": "I'm in Seattle 98101"})
    message = Message(key="once", body_hash=body_hash, text="I'm in Seattle 98101")
    handle = homeview.temporal.get_workflow_handle(journey)
    receipt = await handle.execute_update(JourneyWorkflow.converse, message, id="converse:once")
    assert (receipt.turn_id, receipt.seq) == (first["turn_id"], first["seq"]), "past the API's own memory, the workflow remembers too"
    assert (await homeview.view(journey))["turns"] == 14


async def test_a_key_older_than_those_that_travel_along_is_remembered_by_the_records(homeview: Stack) -> None:
    journey = await begin(homeview, "old-keys", 60)
    first = await homeview.say(journey, "I'm in Seattle 98101", key="long-ago")
    for n in range(70):
        await homeview.say(journey, f"hello {n}")
    body_hash = names.body_hash("converse", {"text": "I'm in Seattle 98101"})
    message = Message(key="long-ago", body_hash=body_hash, text="I'm in Seattle 98101")
    receipt = await homeview.temporal.get_workflow_handle(journey).execute_update(JourneyWorkflow.converse, message, id="converse:long-ago")
    assert (receipt.turn_id, receipt.seq) == (first["turn_id"], first["seq"])
