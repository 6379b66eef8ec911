"""What PostgreSQL brings along: several writers side by side, a server that comes and goes, complaints of its own."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from providers.errors import Misconfigured, StoreUnavailable
from providers.store.journeys import SqlRecords, close_turn, journey_of, open_turn, turn_of
from providers.store.log import entries_after
from providers.store.migrate import is_current, migrate, reach
from providers.store.store import Store
from tests.postgres import Cluster
from tests.providers.test_store import NOW, closed, opened
from tests.running import until

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("url", ["postgresql"], indirect=True)]


@pytest.fixture
def other(url: str) -> Iterator[Store]:
    """Another process's."""
    store = Store(url)
    yield store
    store.close()


class Held:
    """A work that has done its part and does not commit before it is let go."""

    def __init__(self) -> None:
        self.done, self.go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.done.set()
        assert self.go.wait(20)


async def waits_for_a_lock(store: Store) -> None:
    """Until somebody does, as the server sees it."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    await until(lambda: store.read(lambda db: db.execute(waiting).scalar_one()), 20)


def telling(turn: str, seq: int) -> dict[str, object]:
    news = {"turn": {"status": "done", "reply": {"text": "hi"}}, "journey": None, "entries": [], "news": []}
    return {"journey_id": "j", "turn_id": turn, "seq": seq, "at": NOW, **news}


async def test_two_that_tell_one_journey_at_once_commit_in_the_order_of_seq(store: Store, other: Store) -> None:
    for n in (1, 2):
        await opened(store, turn=f"t{n}", seq=n)
    held = Held()

    def hold(db: Connection) -> None:
        db.execute(text("UPDATE journeys SET last_seq = last_seq + 5 WHERE id = 'j'"))
        held()

    first = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(held.done.wait, 20)
    second = asyncio.create_task(closed(SqlRecords(other), turn="t2", seq=2))
    await waits_for_a_lock(store)
    held.go.set()
    await asyncio.gather(first, second)
    assert [entry.seq for entry in await store.read(lambda db: entries_after(db, "j", 0))] == [6, 7]


async def test_two_that_close_one_turn_at_once_tell_it_once(store: Store, other: Store) -> None:
    await opened(store)
    held = Held()

    def hold(db: Connection) -> bool:
        told = close_turn(db, **telling("t", 1))  # type: ignore[arg-type]
        held()
        return told

    first = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(held.done.wait, 20)
    second = asyncio.create_task(closed(SqlRecords(other)))
    await waits_for_a_lock(store)
    held.go.set()
    assert await asyncio.gather(first, second) == [True, False]


async def test_two_that_open_turns_at_one_place_at_once_leave_one_that_can_be_told(store: Store, other: Store) -> None:
    await opened(store, turn="before", seq=0)
    held = Held()

    def hold(db: Connection) -> None:
        request = {"journey_id": "j", "operation": "converse", "key": "first", "body_hash": "h", "turn_id": "first", "at": NOW}
        row = {"id": "first", "journey_id": "j", "seq": 1, "operation": "converse", "text": "hello", "started_at": NOW}
        open_turn(db, None, request, row, ())
        held()

    first = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(held.done.wait, 20)
    second = asyncio.create_task(opened(other, turn="second", seq=1))
    await waits_for_a_lock(store)
    held.go.set()
    await asyncio.gather(first, second)
    assert await closed(SqlRecords(store), turn="first", seq=1) is False
    assert await closed(SqlRecords(other), turn="second", seq=1) is True


async def test_groups_of_two_processes_that_cross_are_each_written(store: Store, other: Store) -> None:
    """Each has written one of two rows and wants the other's: PostgreSQL ends one of them, which does its works one by one."""
    for n in (1, 2):
        await opened(store, f"j{n}", f"t{n}")
    met = threading.Barrier(2)

    async def group(of: Store, order: tuple[int, int]) -> None:
        held, tries = Held(), iter((True, False, False))

        def add(db: Connection, n: int) -> None:
            db.execute(text(f"UPDATE journeys SET turns = turns + 1 WHERE id = 'j{n}'"))
            if n == order[0] and next(tries):
                met.wait(20)

        gathering = asyncio.create_task(of.write(lambda db: held()))  # the two that come meanwhile are one group
        await asyncio.to_thread(held.done.wait, 20)
        works = [asyncio.create_task(of.write(lambda db, n=n: add(db, n))) for n in order]  # type: ignore[misc]
        await asyncio.sleep(0)
        held.go.set()
        await asyncio.gather(gathering, *works)

    await asyncio.gather(group(store, (1, 2)), group(other, (2, 1)))
    rows = [await store.read(lambda db, n=n: journey_of(db, f"j{n}")) for n in (1, 2)]  # type: ignore[misc]
    assert [row["turns"] for row in rows if row] == [3, 3]


async def test_a_server_that_was_started_again_costs_nobody_an_error(store: Store, postgres: Cluster) -> None:
    await opened(store)
    await asyncio.gather(*(store.read(lambda db: db.execute(text("SELECT pg_sleep(0.05)")) and None) for _ in range(4)))  # four connections
    with postgres.away():
        pass
    assert await closed(SqlRecords(store))
    assert await asyncio.gather(*(store.read(lambda db: len(entries_after(db, "j", 0))) for _ in range(4))) == [2] * 4


async def test_while_the_server_is_away_it_is_a_sentence(store: Store, postgres: Cluster) -> None:
    await opened(store)
    with postgres.away():
        for answer in (store.read(lambda db: turn_of(db, "j", "t")), store.write(lambda db: None)):
            with pytest.raises(StoreUnavailable, match="The database can't be used now"):
                await answer
    assert await closed(SqlRecords(store))


async def test_nobody_waits_for_ever_behind_one_that_stopped_in_the_middle(store: Store) -> None:
    limits = text("SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')")
    assert await store.write(lambda db: tuple(db.execute(limits).one())) == ("5s", "30s")


async def test_a_complaint_holds_nothing_of_what_was_written(store: Store) -> None:
    def write(db: Connection) -> None:
        db.execute(text("INSERT INTO nowhere VALUES ('secret')"))

    with pytest.raises(Misconfigured, match='relation "nowhere" does not exist') as told:
        await store.write(write)
    assert "secret" not in str(told.value)


def test_a_database_that_is_not_there_is_a_sentence(url: str, postgres: Cluster) -> None:
    with pytest.raises(Misconfigured, match=r"does not answer. Check HOMEVIEW_DATABASE_URL, that the server runs"):
        reach(postgres.url("nowhere"))
    with pytest.raises(Misconfigured, match=r"does not answer. Check HOMEVIEW_DATABASE_URL, that the server runs"):
        migrate(postgres.url("nowhere"))
    reach(url)


def test_two_that_migrate_at_once_both_find_it_done(url: str, postgres: Cluster) -> None:
    with postgres.database(empty=True) as fresh:
        command = [sys.executable, "-m", "worker.cli", "migrate"]
        migrating = [subprocess.Popen(command, env={**os.environ, "HOMEVIEW_DATABASE_URL": fresh}) for _ in range(2)]
        assert [process.wait(60) for process in migrating] == [0, 0]
        assert is_current(fresh)
