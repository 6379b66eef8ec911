"""The database: writes commit together and fail alone, the log has no gaps, and a full disk is a sentence."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from providers.base import Event
from providers.errors import Misconfigured, StoreUnavailable
from providers.store.engine import failure_of
from providers.store.journeys import SqlRecords, journey_of, journeys_page, results_of, turn_of
from providers.store.log import entries_after
from providers.store.migrate import configured, is_current, migrate
from providers.store.store import Store
from providers.store.tables import metadata

pytestmark = pytest.mark.anyio
sqlite_only = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


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


async def test_a_database_of_an_older_version_is_brought_to_this_one_with_what_is_in_it(store: Store, url: str) -> None:
    await opened(store)
    command.downgrade(configured(url), "0001")
    assert not is_current(url)
    migrate(url)
    assert is_current(url)
    assert await store.read(lambda db: journey_of(db, "j")) is not None


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


async def test_a_table_that_is_not_there_is_told_and_not_waited_for(store: Store) -> None:
    def look(db: Connection) -> None:
        db.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Misconfigured, match="does not fit this version"):
        await store.read(look)
    outcomes = await asyncio.gather(*(store.write(look) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Misconfigured] * 3


async def test_a_read_sees_one_moment_whatever_is_written_meanwhile(store: Store, url: str) -> None:
    await opened(store)
    other = Store(url)

    def look(db: Connection) -> list[int]:
        seen = [len(journeys_page(db, "home", limit=9, cursor=None))]
        written.set()
        assert done.wait(20)
        return [*seen, len(journeys_page(db, "home", limit=9, cursor=None))]

    written, done = threading.Event(), threading.Event()
    looking = asyncio.create_task(store.read(look))
    await asyncio.to_thread(written.wait, 20)
    await opened(other, "j2", "t2")
    done.set()
    assert await looking == [1, 1]
    other.close()


async def test_whatever_a_person_types_can_be_kept(store: Store) -> None:
    records = await opened(store, turn="t\0")
    said = "Küche 🏠 \0 'quoted' \\ %s :name"
    await records.open_turn(
        journey=None,
        request={"journey_id": "j", "operation": "converse", "key": "k", "body_hash": "h", "turn_id": "t2", "at": NOW},
        turn={"id": "t2", "journey_id": "j", "seq": 2, "operation": "converse", "text": said, "started_at": NOW, "inputs": {"said": said}},
    )
    turn = await store.read(lambda db: turn_of(db, "j", "t2"))
    assert turn is not None
    assert turn["text"].replace("\ufffd", "\0") == said  # PostgreSQL's text can't hold a NUL
    assert turn["inputs"] == {"said": said}


async def test_a_write_nobody_waits_for_any_more_does_not_end_the_writer(store: Store) -> None:
    await opened(store)
    given_up = [asyncio.create_task(store.write(lambda db: None)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert await store.write(lambda db: 7) == 7


@sqlite_only  # PostgreSQL's disk is its server's; what it says then is among the complaints below
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
    assert (row["created_at"], row["created_at"].utcoffset()) == (NOW, timedelta())


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        ("57P01", StoreUnavailable),  # the administrator ended the connection
        ("57P03", StoreUnavailable),  # starting up or shutting down
        ("53300", StoreUnavailable),  # too many connections
        ("53100", StoreUnavailable),  # the disk is full
        ("40001", StoreUnavailable),  # can't be put in an order
        ("40P01", StoreUnavailable),  # a deadlock
        ("55P03", StoreUnavailable),  # a lock was not to be had in time
        ("25006", StoreUnavailable),  # read only: a standby, until it is promoted
        ("08006", StoreUnavailable),  # the connection broke
        ("42P01", Misconfigured),  # no such table
        ("42703", Misconfigured),  # no such column
        ("42501", Misconfigured),  # not allowed
        ("3D000", Misconfigured),  # no such database
        ("28P01", Misconfigured),  # a wrong password
        ("23505", DBAPIError),  # there already: the work's own fault
        ("22P02", DBAPIError),  # no number
    ],
)
def test_of_postgresqls_complaints_what_waiting_mends_is_tried_again_and_nothing_else(state: str, becomes: type[Exception]) -> None:
    said = psycopg.errors.lookup(state)("words")
    error = DBAPIError.instance("INSERT", {}, said, psycopg.Error)
    assert isinstance(error, DBAPIError)
    assert isinstance(failure_of(error), becomes)
