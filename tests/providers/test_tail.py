"""The tailer: what any process commits reaches every stream of its journey, once and in order, whatever the database."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import Connection, select, text

from providers.base import Event
from providers.store.journeys import SqlRecords, keep_events
from providers.store.log import entries_after
from providers.store.store import Store
from providers.store.tables import events
from providers.store.tail import Stream, Tail
from tests.postgres import Cluster
from tests.providers.test_store import NOW, closed, opened

pytestmark = pytest.mark.anyio
postgresql_only = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
async def tail(store: Store) -> AsyncIterator[Tail]:
    async with Tail(store) as tail:
        yield tail


@pytest.fixture
def other(url: str) -> Iterator[Store]:
    """Another process's."""
    store = Store(url)
    yield store
    store.close()


async def behind(stream: Stream) -> None:
    """Until it is told to read the log: the tailer has begun to watch, or begun again."""
    async with asyncio.timeout(60):
        await stream.news.wait()
    assert stream.take()[1]


async def given(stream: Stream, count: int, above: int = 0) -> list[int]:
    """As a reader does who has read the log up to `above`."""
    seen: list[int] = []
    async with asyncio.timeout(60):
        while len(seen) < count:
            await stream.news.wait()
            entries, lost = stream.take()
            assert not lost
            seen += [entry.seq for entry in entries if entry.seq > above]
    return seen


async def test_what_another_process_tells_reaches_every_stream_of_that_journey_and_no_other(tail: Tail, other: Store) -> None:
    for journey in ("j", "quiet"):
        for n in range(10):
            await opened(other, journey, f"{journey}{n}", seq=n)
    async with tail.stream("j") as one, tail.stream("j") as two, tail.stream("quiet") as quiet:
        for stream in (one, two, quiet):
            await behind(stream)
        await asyncio.gather(*(closed(SqlRecords(other), turn=f"j{n}", events=3, seq=n) for n in range(10)))
        assert await given(one, 30) == await given(two, 30) == list(range(1, 31))
        await closed(SqlRecords(other), "quiet", "quiet0", events=1, seq=0)
        assert await given(quiet, 1) == [1]


async def test_what_was_taken_back_is_never_told(tail: Tail, other: Store) -> None:
    await opened(other)

    def tell_and_fail(db: Connection) -> None:
        keep_events(db, journey_id="j", turn_id="lost", first_seq=1, news=[Event(kind="reply", data={})], at=NOW)
        raise ArithmeticError

    async with tail.stream("j") as stream:
        await behind(stream)
        with pytest.raises(ArithmeticError):
            await other.write(tell_and_fail)
        await closed(SqlRecords(other))
        assert await given(stream, 2) == [1, 2]


@postgresql_only  # SQLite has one writer at a time
async def test_a_turn_that_commits_later_with_lower_ids_is_told_all_the_same(tail: Tail, store: Store, other: Store) -> None:
    """`events.id` is taken before the commit: whoever asks for what is above the highest one seen would never see the first turn."""
    written, go = threading.Event(), threading.Event()
    for journey in ("first", "second"):
        await opened(store, journey, journey)

    def hold(db: Connection) -> None:
        db.execute(text("UPDATE journeys SET last_seq = last_seq + 1 WHERE id = 'first'"))
        keep_events(db, journey_id="first", turn_id="first", first_seq=1, news=[Event(kind="reply", data={})], at=NOW)
        written.set()
        assert go.wait(20)

    async with tail.stream("first") as first, tail.stream("second") as second:
        await behind(first)
        await behind(second)
        holding = asyncio.create_task(other.write(hold))
        await asyncio.to_thread(written.wait, 20)
        await closed(SqlRecords(store), "second", "second", events=1)
        assert await given(second, 1) == [1]
        assert not first.news.is_set()
        go.set()
        await holding
        assert await given(first, 1) == [1]
    by_id = await store.read(lambda db: db.execute(select(events.c.journey_id).order_by(events.c.id)).scalars().all())
    assert by_id == ["first", "second"]


@postgresql_only  # there is no server that SQLite could lose
async def test_a_stream_outlives_its_server_and_misses_nothing(tail: Tail, store: Store, other: Store, postgres: Cluster) -> None:
    for n in (1, 2):
        await opened(other, turn=f"t{n}", seq=n)
    async with tail.stream("j") as stream:
        await behind(stream)
        with postgres.away():
            pass
        await closed(SqlRecords(other), turn="t1")  # before the tailer listens again, or after: it is in the log
        await behind(stream)
        assert [entry.seq for entry in await store.read(lambda db: entries_after(db, "j", 0))] == [1, 2]
        await closed(SqlRecords(other), turn="t2", seq=2)
        assert await given(stream, 2, above=2) == [3, 4]


@postgresql_only
async def test_what_others_say_on_the_channel_is_not_ours(tail: Tail, other: Store) -> None:
    await opened(other)
    async with tail.stream("j") as stream:
        await behind(stream)
        await other.write(lambda db: db.execute(text("NOTIFY homeview_events, 'hello'")) and None)
        await closed(SqlRecords(other))
        assert await given(stream, 2) == [1, 2]
