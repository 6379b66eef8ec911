"""What a person said is kept once, comes back with its turn, and what is handed over is bounded whatever was said."""

from typing import Any

import pytest
from sqlalchemy import func, select

from journeys.memory import EXCHANGES, MOST_CHARACTERS, RECALLED, Exchange, Recalled, as_text
from journeys.messages import MAX_MESSAGE_BYTES
from providers.base import Memory
from providers.memory import NEWEST, SqlMemory
from providers.offline.embeddings import MiniLM
from providers.store.journeys import SqlRecords
from providers.store.store import Store
from providers.store.tables import memories
from tests.factories import NOW
from tests.providers.test_index import Words

pytestmark = pytest.mark.anyio


async def told(records: SqlRecords, journey: str, turn: str, seq: int, text: str | None, reply: str | None) -> None:
    """A turn of a journey: what was said, and what was replied; None where it failed."""
    row: dict[str, Any] = {"id": journey, "tenant": "home", "template": "kitchen@1", "persona": "homeowner", "status": "active"}
    row |= {"step": "discover", "title": "Kitchen", "view": {}, "turns": seq, "created_at": NOW, "updated_at": NOW}
    request = {"journey_id": journey, "operation": "converse", "key": turn, "body_hash": "h", "turn_id": turn, "at": NOW}
    opened = {"id": turn, "journey_id": journey, "seq": seq, "operation": "converse", "text": text, "started_at": NOW}
    await records.open_turn(journey=row, request=request, turn=opened)
    outcome = {"status": "done", "reply": {"text": reply}} if reply else {"status": "failed", "problem": {"detail": "It went wrong."}}
    await records.close_turn(journey_id=journey, turn_id=turn, seq=seq, at=NOW, turn=outcome, journey=None, entries=[], news=[])


@pytest.fixture
def memory(store: Store) -> SqlMemory:
    return SqlMemory(store, Words())


async def said(memory: SqlMemory, *texts: str, journey: str = "j") -> None:
    """Turns 1, 2, … of a journey."""
    for seq, text in enumerate(texts, 1):
        await told(SqlRecords(memory.store), journey, f"{journey}-{seq}", seq, text, f"reply {seq}")
        await memory.keep(journey, f"{journey}-{seq}", seq, text, NOW)


async def kept(memory: SqlMemory) -> int:
    return await memory.store.read(lambda db: db.execute(select(func.count()).select_from(memories)).scalar_one())


async def test_what_was_said_comes_back_with_its_turn_and_the_last_exchanges_whole(memory: SqlMemory) -> None:
    promised: Memory = memory
    await said(memory, "The dog is called Biscuit. Hello?", *(f"we want oak fronts {n}" for n in range(2, 7)))
    recollection = await promised.recall("j", "what is the dog called", before=7, limit=1)
    assert recollection.recalled == (Recalled(1, "The dog is called Biscuit."),)
    assert recollection.recent == tuple(Exchange(n, f"we want oak fronts {n}", f"reply {n}") for n in range(3, 7))


async def test_nothing_is_both_recalled_and_among_the_last_exchanges(memory: SqlMemory) -> None:
    await said(memory, *(f"we want oak fronts {n}" for n in range(1, 9)))
    for before in range(1, 10):
        recollection = await memory.recall("j", "we want oak fronts", before=before, limit=9)
        old, recent = [[turn.seq for turn in turns] for turns in (recollection.recalled, recollection.recent)]
        assert old + recent == list(range(1, before))
        assert len(recent) == min(EXCHANGES, before - 1)


async def test_a_message_kept_again_is_there_once(memory: SqlMemory) -> None:
    for _ in range(3):
        await memory.keep("j", "t", 1, "The dog is called Biscuit. We keep kosher.", NOW)
    assert await kept(memory) == 2


async def test_what_is_not_worth_it_costs_no_embedding(memory: SqlMemory) -> None:
    await memory.keep("j", "t", 1, "ok. And what now?", NOW)
    assert (await kept(memory), memory.embedder.asked) == (0, [])  # type: ignore[attr-defined]


async def test_journeys_know_nothing_of_each_other(memory: SqlMemory) -> None:
    await said(memory, "The dog is called Biscuit.", "yes", "yes", "yes", "yes", journey="theirs")
    ours = await memory.recall("ours", "The dog is called Biscuit.", before=9, limit=9)
    assert (ours.recalled, ours.recent) == ((), ())


async def test_turns_without_words_are_no_exchange_and_a_failure_is_its_sentence(memory: SqlMemory) -> None:
    records = SqlRecords(memory.store)
    await told(records, "j", "t1", 1, "is anybody there?", None)
    await told(records, "j", "t2", 2, None, "Accepted.")
    recollection = await memory.recall("j", "hello", before=3, limit=9)
    assert recollection.recent == (Exchange(1, "is anybody there?", "It went wrong."),)


async def test_a_turn_that_was_taken_back_is_not_recalled_before_it_is_opened_again(memory: SqlMemory) -> None:
    records = SqlRecords(memory.store)
    for turn in ("first", "second"):  # at the same place: the second displaces the first
        opened = {"id": turn, "journey_id": "j", "seq": 1, "operation": "converse", "text": turn, "started_at": NOW}
        request = {"journey_id": "j", "operation": "converse", "key": turn, "body_hash": "h", "turn_id": turn, "at": NOW}
        await records.open_turn(journey=None, request=request, turn=opened)
    assert [turn.said for turn in (await memory.recall("j", "hello", before=2, limit=9)).recent] == ["second"]


async def test_vectors_of_another_model_are_not_compared_but_standing_facts_hold(memory: SqlMemory) -> None:
    await said(memory, "We want oak fronts. The dog is called Biscuit.", "yes", "yes", "yes", "yes")
    other = SqlMemory(memory.store, Words("words-2"))
    ours, others = [[old.text for old in (await m.recall("j", "We want oak.", before=6, limit=9)).recalled] for m in (memory, other)]
    assert (ours, others) == (["We want oak fronts.", "The dog is called Biscuit."], ["The dog is called Biscuit."])


async def test_of_a_very_long_conversation_the_newest_sentences_are_looked_at(memory: SqlMemory) -> None:
    await memory.keep("j", "t0", 0, "The dog is called Biscuit.", NOW)
    for seq in range(1, NEWEST // 5 + 1):
        await memory.keep("j", f"t{seq}", seq, ". ".join(f"we want oak {seq} x {n}" for n in range(5)), NOW)
    for before, found in ((NEWEST // 5, True), (NEWEST // 5 + 1, False)):
        recollection = await memory.recall("j", "the dog is called", before=before, limit=9)
        assert (Recalled(0, "The dog is called Biscuit.") in recollection.recalled) is found


@pytest.mark.parametrize(
    "text",
    [
        "x" * MAX_MESSAGE_BYTES,
        "We must have 12 1/2 ft \0 of counter. " * 220,
        "never küche 😀 \u2028 木 " * 250,
        "' ; -- %s \\ :name " * 400,
        "",
    ],
)
async def test_any_message_can_be_kept_and_is_recalled_within_the_bound(store: Store, embedder: MiniLM, text: str) -> None:
    memory = SqlMemory(store, embedder)
    await said(memory, *(f"{n} {text}"[:MAX_MESSAGE_BYTES] for n in range(7)))
    recollection = await memory.recall("j", text, before=8, limit=1_000)
    assert len(recollection.recalled) <= RECALLED
    assert len(as_text(recollection)) <= MOST_CHARACTERS
