"""The database: writes commit together and fail alone, the log has no gaps, and a full disk is a sentence."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from providers.base import Event
from providers.errors import Misconfigured, StoreUnavailable
from providers.store.journeys import SqlRecords, journey_of, journeys_page, results_of, turn_of
from providers.store.migrate import is_current, migrate
from providers.store.store import Store
from providers.store.tables import metadata
from providers.store.tail import entries_after

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'homeview.db'}"
    migrate(url)
    return url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


async def opened(store: Store, journey: str = "j", turn: str = "t", seq: int = 1, **more: Any) -> SqlRecords:
    records = SqlRecords(store)
    row = {"id": journey, "tenant": "home", "template": "kitchen@1", "persona": "homeowner", "status": "active", "step": "discover"}
    row |= {"title": "Kitchen", "view": {}, "turns": 1, "created_at": NOW, "updated_at": NOW}
    request = {"journey_id": journey, "operation": "converse", "key": turn, "body_hash": "h", "turn_id": turn, "at": NOW}
    await records.open_turn(
        journey=row,
        request=request,
        turn={"id": turn, "journey_id": journey, "seq": seq, "operation": "converse", "text": "hello", "started_at": NOW},
        **more,
    )
    return records


async def closed(records: SqlRecords, journey: str = "j", turn: str = "t", events: int = 2, seq: int = 1) -> bool:
    return await records.close_turn(
        journey_id=journey,
        turn_id=turn,
        seq=seq,
        at=NOW,
        turn={"status": "done", "reply": {"text": "hi"}},
        journey={"status": "active"},
        entries=[{"kind": "noted", "about": "", "detail": {}}],
        news=[Event(kind="step" if n else "reply", data={"n": n}) for n in range(events)],
    )


def test_the_migrations_make_just_the_tables_that_the_code_uses(url: str) -> None:
    assert is_current(url)
    store = Store(url)
    with store.engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
    store.close()


def test_a_database_of_a_newer_version_is_refused_with_a_sentence(url: str) -> None:
    store = Store(url)
    with store.engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(Misconfigured, match="another version of HomeView"):
        migrate(url)


def test_a_database_that_cant_be_opened_says_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="HOMEVIEW_DATABASE_URL"):
        migrate(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")


async def test_a_turn_is_closed_once_and_its_events_are_told_once(store: Store) -> None:
    records = await opened(store)
    assert [await closed(records), await closed(records)] == [True, False]
    told = await store.read(lambda db: entries_after(db, "j", 0))
    assert [(entry.seq, entry.kind) for entry in told] == [(1, "reply"), (2, "step")]


async def test_opening_a_turn_again_changes_nothing(store: Store) -> None:
    records = await opened(store)
    await closed(records)
    await opened(store)
    turn = await store.read(lambda db: turn_of(db, "j", "t"))
    assert turn is not None
    assert (turn["status"], turn["reply"]) == ("done", {"text": "hi"})
    known = (await records.known("j", "t", 1, "none")).ended
    assert known is not None
    assert (known.seq, known.status, known.body_hash) == (1, "done", "h")


async def test_a_turn_whose_place_was_taken_can_no_longer_be_told(store: Store) -> None:
    """A worker that lost its task may still be at work on a turn that another has put elsewhere."""
    lost = await opened(store, turn="first")
    await opened(store, turn="second")
    assert await closed(lost, turn="first") is False
    assert await closed(lost, turn="second") is True
    await opened(store, turn="first", seq=2)
    assert await closed(lost, turn="first", seq=2) is True


async def test_what_was_told_beyond_what_the_workflow_knows_is_given_back_in_order(store: Store) -> None:
    records = SqlRecords(store)
    for n in (1, 2, 3):
        await opened(store, turn=f"t{n}", seq=n)
        await closed(records, turn=f"t{n}", seq=n)
    known = await records.known("j", "t9", 2, "none")
    assert (known.ended, [missed.turn_id for missed in known.missed]) == (None, ["t2", "t3"])
    again = await records.known("j", "t2", 2, "none")
    assert again.ended is not None
    assert (again.ended.turn_id, [missed.turn_id for missed in again.missed]) == ("t2", ["t3"])


async def test_turns_closed_side_by_side_leave_no_gap_in_the_log(store: Store) -> None:
    for n in range(20):
        await opened(store, "j", f"t{n}", seq=n)
    await asyncio.gather(*(closed(SqlRecords(store), "j", f"t{n}", events=3, seq=n) for n in range(20)))
    told = await store.read(lambda db: entries_after(db, "j", 0))
    assert [entry.seq for entry in told] == list(range(1, 61))


async def test_one_write_that_fails_takes_no_other_with_it(store: Store) -> None:
    def insert(db: Connection, value: str) -> None:
        db.execute(text("INSERT INTO scratch VALUES (:value)"), {"value": value})

    await store.write(lambda db: db.execute(text("CREATE TABLE scratch (value TEXT UNIQUE)")) and None)
    values = ["a", "b", "a", "c"]
    outcomes = await asyncio.gather(*(store.write(lambda db, v=value: insert(db, v)) for value in values), return_exceptions=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes].count(True) == 1
    kept = await store.read(lambda db: db.execute(text("SELECT value FROM scratch ORDER BY value")).scalars().all())
    assert kept == ["a", "b", "c"]


async def test_a_write_nobody_waits_for_any_more_does_not_end_the_writer(store: Store) -> None:
    await opened(store)
    given_up = [asyncio.create_task(store.write(lambda db: None)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert await store.write(lambda db: 7) == 7


async def test_a_full_disk_is_a_sentence_and_room_makes_it_work_again(store: Store) -> None:
    """SQLite's own limit on pages gives the very error of a full disk."""
    await store.write(lambda db: db.execute(text("CREATE TABLE scratch (value TEXT)")) and None)

    def fill(db: Connection) -> None:
        db.execute(text("INSERT INTO scratch VALUES (:value)"), {"value": "x" * 200_000})

    def limit(db: Connection, pages: int) -> None:
        db.execute(text(f"PRAGMA max_page_count = {pages}"))

    await store.write(lambda db: limit(db, 60))
    with pytest.raises(StoreUnavailable, match="full") as full:
        await store.write(fill)
    assert "xxx" not in str(full.value)
    await store.write(lambda db: limit(db, 1_000_000))
    await store.write(fill)


async def test_a_result_written_again_for_a_version_nobody_used_stands_in_its_place(store: Store) -> None:
    records = await opened(store)
    row = {"journey_id": "j", "step": "estimate", "skill": "estimate", "version": 1, "made_with": "1", "headline": "h", "made_at": NOW}
    for hashed in ("old", "new"):
        await records.keep_result({**row, "inputs_hash": hashed, "body": {"of": hashed}})
    [kept] = await store.read(lambda db: results_of(db, "j", "estimate"))
    assert kept["body"] == {"of": "new"}
    assert (await records.results("j", [("estimate", "estimate", 1)]))["estimate", "estimate"]["inputs_hash"] == "new"


async def test_pages_of_journeys_meet_without_gap_or_double(store: Store) -> None:
    for n in range(7):
        await opened(store, f"j{n}", f"t{n}")
    first = await store.read(lambda db: journeys_page(db, "home", limit=4, cursor=None))
    last = first[-1]
    second = await store.read(lambda db: journeys_page(db, "home", limit=4, cursor=(last["created_at"], last["id"])))
    assert len({row["id"] for row in [*first, *second]}) == 7
    assert await store.read(lambda db: journeys_page(db, "another tenant", limit=4, cursor=None)) == []


async def test_times_come_back_in_utc(store: Store) -> None:
    await opened(store)
    row = await store.read(lambda db: journey_of(db, "j"))
    assert row is not None
    assert row["created_at"] == NOW
