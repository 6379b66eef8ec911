"""The ledger of model calls, on each database: what it says of a call once the turn that wanted it has ended."""

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.store.calls import SqlLedger, calls_of
from providers.store.store import Store
from tests.providers.test_store import NOW, closed, opened

pytestmark = pytest.mark.anyio
DEED = "t/answer"


async def begun(store: Store) -> SqlLedger:
    ledger = SqlLedger(store)
    await ledger.begin_call(
        {"deed": DEED, "journey_id": "j", "turn_id": "t", "name": "answer", "engine": "a:model", "prompt": "answer@1", "started_at": NOW}
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


async def test_the_end_of_a_turn_leaves_a_call_as_it_ended(store: Store) -> None:
    records = await opened(store)
    ledger = await begun(store)
    await ledger.book_call(DEED, {"status": "failed", "error": "RateLimited", "ended_at": NOW})
    await closed(records)
    call = await the_call(store)
    assert (call["status"], call["error"], call["in_doubt"]) == ("failed", "RateLimited", 0)
