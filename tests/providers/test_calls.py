"""The ledger of model calls, on each database: what it says of a call once the turn that wanted it has ended."""

import asyncio
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from journeys.brief import Brief
from providers.base import Hold
from providers.store.calls import SqlLedger, calls_of
from providers.store.journeys import turn_of
from providers.store.log import entries_after
from providers.store.store import Store
from tests.providers.test_store import NOW, closed, opened

pytestmark = pytest.mark.anyio
DEED = "t/answer"


def free(_: Brief) -> Hold:
    return Hold()


async def begun(store: Store) -> SqlLedger:
    ledger = SqlLedger(store)
    await ledger.begin_call(
        {"deed": DEED, "journey_id": "j", "turn_id": "t", "name": "answer", "engine": "a:model", "prompt": "answer@1", "started_at": NOW},
        hold=Hold(),
    )
    return ledger


async def the_call(store: Store) -> dict[str, Any]:
    [call] = await store.read(lambda db: calls_of(db, "j"))
    return call


async def test_a_call_that_is_open_when_its_turn_ends_is_closed_as_one_in_doubt(store: Store) -> None:
    records = await opened(store)
    await begun(store)
    await closed(records)
    call = await the_call(store)
    assert (call["status"], call["error"], call["attempts"], call["in_doubt"]) == ("failed", "NoAnswer", 1, 1)
    assert call["ended_at"] == NOW


async def test_its_answer_is_booked_all_the_same_when_it_comes_late(store: Store) -> None:
    records = await opened(store)
    ledger = await begun(store)
    await closed(records)
    await ledger.book_call(DEED, {"status": "answered", "error": "", "raw": "late", "cost": 0.5, "ended_at": datetime.now(UTC)})
    call = await the_call(store)
    assert (call["status"], call["error"], call["raw"], call["cost"]) == ("answered", "", "late", 0.5)


async def test_an_answer_that_has_come_is_booked_though_nobody_waits_for_it_any_more(store: Store) -> None:
    await opened(store)
    ledger = await begun(store)
    held, go = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        assert go.wait(20)

    holding = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(held.wait, 20)
    booking = asyncio.create_task(ledger.book_call(DEED, {"status": "answered", "error": "", "raw": "yes", "cost": 0.5, "ended_at": NOW}))
    await asyncio.sleep(0)  # it is under way
    booking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await booking
    go.set()
    await holding
    await store.write(lambda db: None)  # behind it
    again = await begun(store)
    assert ((await the_call(store))["raw"], (await the_call(store))["attempts"]) == ("yes", 1)
    assert (call := await again.call_of(DEED)) and call.status == "answered"


async def test_the_end_of_a_turn_leaves_a_call_as_it_ended(store: Store) -> None:
    records = await opened(store)
    ledger = await begun(store)
    await ledger.book_call(DEED, {"status": "failed", "error": "RateLimited", "ended_at": NOW})
    await closed(records)
    call = await the_call(store)
    assert (call["status"], call["error"], call["in_doubt"]) == ("failed", "RateLimited", 0)


async def test_a_call_made_again_keeps_its_row_and_counts_what_is_in_doubt(store: Store) -> None:
    await opened(store)
    ledger = await begun(store)
    again = await ledger.begin_call(await row_of(store), hold=Hold())
    assert (again.status, again.attempt) == ("started", 2)
    await ledger.book_call(DEED, {"status": "failed", "error": "Upstream5xx", "ended_at": NOW})
    assert (await ledger.begin_call(await row_of(store), hold=Hold(), again=False)).status == "failed"
    assert (await ledger.begin_call(await row_of(store), hold=Hold())).attempt == 3
    call = await the_call(store)
    assert (call["status"], call["error"], call["attempts"], call["in_doubt"]) == ("started", "", 3, 1)


async def test_a_call_that_was_answered_is_not_begun_again_and_the_first_answer_is_believed(store: Store) -> None:
    await opened(store)
    ledger = await begun(store)
    await ledger.book_call(DEED, {"status": "answered", "answer": {"reply": "one"}, "cost": Decimal("0.00123"), "ended_at": NOW})
    late = await ledger.book_call(DEED, {"status": "broken", "why": "late", "ended_at": NOW})
    assert (late.status, (await ledger.begin_call(await row_of(store), hold=Hold())).status) == ("answered", "answered")
    assert await ledger.answer_of(DEED) == {"reply": "one"}
    assert (await the_call(store))["cost"] == Decimal("0.00123000")


async def test_the_pieces_of_a_draft_are_events_until_the_turn_has_ended(store: Store) -> None:
    records = await opened(store)
    ledger = SqlLedger(store)
    for attempt, n in ((1, 0), (1, 1), (2, 0)):
        await ledger.tell_draft("j", "t", attempt, n, f"piece {attempt}.{n}")
    await closed(records)
    await ledger.tell_draft("j", "t", 2, 1, "too late")
    told = await store.read(lambda db: entries_after(db, "j", 0))
    assert [(entry.seq, entry.kind) for entry in told] == [(1, "token"), (2, "token"), (3, "token"), (4, "reply"), (5, "step")]


async def test_a_brief_comes_back_as_it_was_kept_and_the_last_one_stands(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store)
    brief = Brief(call="answer", seq=1, text="hello ☕", journey="A kitchen", persona="homeowner", locale="en-US", summary="-")
    await ledger.keep_brief("j", "t", brief, NOW)
    await ledger.keep_brief("j", "t", brief.model_copy(update={"seq": 2}), NOW)
    assert (await ledger.brief("t", "answer")) == brief.model_copy(update={"seq": 2})
    await begun(store)
    assert (await the_call(store))["body"]["text"] == "hello ☕"


async def test_a_call_begins_with_the_brief_it_is_made_from_and_not_without_one(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store)
    row = {"deed": DEED, "journey_id": "j", "turn_id": "t", "name": "answer", "engine": "a:model", "prompt": "answer@1", "started_at": NOW}
    with pytest.raises(NoResultFound):
        await ledger.begin_first(row, "answer", free)
    assert await store.read(lambda db: calls_of(db, "j")) == []
    brief = Brief(call="answer", seq=1, text="hello", journey="A kitchen", persona="homeowner", locale="en-US", summary="-")
    await ledger.keep_brief("j", "t", brief, NOW)
    assert [(await ledger.begin_first(row, "answer", free))[1] for _ in range(2)] == [brief, brief]
    assert ((call := await the_call(store))["status"], call["attempts"], call["in_doubt"]) == ("started", 2, 1)
    await ledger.book_call(DEED, {"status": "answered", "answer": {"reply": "one"}, "ended_at": NOW})
    assert ((await ledger.begin_first(row, "answer", free))[0]).status == "answered"


async def test_a_turn_is_told_as_it_is_decided_unless_its_journey_was_paused_meanwhile(store: Store) -> None:
    records = await opened(store, turn="first")
    for turn, status, told in (("second", "active", True), ("third", "paused", False)):
        row = {"id": turn, "journey_id": "j", "seq": 2, "operation": "converse", "text": "hi", "started_at": NOW, "decision": {"n": turn}}
        request = {"journey_id": "j", "operation": "converse", "key": turn, "body_hash": "h", "turn_id": turn, "at": NOW}
        closing = {"journey_id": "j", "turn_id": turn, "seq": 2, "at": NOW, "turn": {"status": "done"}, "journey": None}
        opening = {"journey": None, "request": request, "turn": row, "calls": ()}
        await records.show("j", NOW, {"status": status})
        outcome = await records.tell_turn(opening, {**closing, "entries": [], "news": []}, "active")
        assert outcome == ({"n": turn}, told)
        kept = await store.read(lambda db, turn=turn: turn_of(db, "j", turn))
        assert kept is not None
        assert kept["status"] == ("done" if told else "open")


async def row_of(store: Store) -> dict[str, Any]:
    call = await the_call(store)
    return {name: call[name] for name in ("deed", "journey_id", "turn_id", "name", "engine", "prompt", "started_at")}
