"""The event log, live: one tailer a process reads what was committed and hands it to every open stream of that journey.

SQLite tells by `PRAGMA data_version` (4 microseconds) that another connection, or another process, has committed.
A stream subscribes first and then reads its backlog, so nothing falls between the two; `seq` sorts out what comes twice.
"""

import asyncio
import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from providers.store.store import Store
from providers.store.tables import events, journeys, turns

_LOOK_EVERY = 0.01  # seconds between looks while a stream is open; none is open, none is taken
_BATCH = 500
_BEHIND = 1_000  # events a slow stream may have waiting before it reads the log itself instead


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the log. `frame` is its SSE form, made once for all streams."""

    journey_id: str
    seq: int
    kind: str
    frame: bytes


@dataclass(eq=False)
class Stream:
    """One open stream: what it has to send, and whether it fell so far behind that it must read the log."""

    waiting: list[Entry] = field(default_factory=list)
    behind: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, entries: list[Entry]) -> None:
        if len(self.waiting) + len(entries) > _BEHIND:
            self.waiting, self.behind = [], True
        elif not self.behind:
            self.waiting += entries
        self.news.set()

    def take(self) -> tuple[list[Entry], bool]:
        entries, behind = self.waiting, self.behind
        self.waiting, self.behind = [], False
        self.news.clear()
        return entries, behind


def frame(seq: int, kind: str, data: str) -> bytes:
    """Server-sent event: `data` is one line of JSON."""
    return f"id: {seq}\nevent: {kind}\ndata: {data}\n\n".encode()


def entries_after(db: Connection, journey_id: str, seq: int, limit: int = _BATCH) -> list[Entry]:
    statement = select(events.c.seq, events.c.kind, events.c.data).where(events.c.journey_id == journey_id, events.c.seq > seq)
    rows = db.execute(statement.order_by(events.c.seq).limit(limit))
    return [Entry(journey_id, row.seq, row.kind, frame(row.seq, row.kind, row.data)) for row in rows]


def last_seq(db: Connection, journey_id: str) -> int | None:
    """The seq of the journey's newest event; None where there is no such journey."""
    return db.execute(select(journeys.c.last_seq).where(journeys.c.id == journey_id)).scalar_one_or_none()


class Tail:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._streams: dict[str, set[Stream]] = defaultdict(set)
        self._open = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.count = 0
        self.ended = False

    def end(self) -> None:
        """Let every open stream finish: whoever reads it comes back with its last id."""
        self.ended = True
        for streams in self._streams.values():
            for stream in streams:
                stream.news.set()

    async def __aenter__(self) -> "Tail":
        self._task = asyncio.create_task(self._follow(), name="event-tail")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    @contextlib.asynccontextmanager
    async def stream(self, journey_id: str) -> AsyncIterator[Stream]:
        stream = Stream()
        self._streams[journey_id].add(stream)
        self.count += 1
        self._open.set()
        try:
            yield stream
        finally:
            self.count -= 1
            self._streams[journey_id].discard(stream)
            if not self._streams[journey_id]:
                del self._streams[journey_id]
            if not self._streams:
                self._open.clear()

    async def _follow(self) -> None:
        """Where nobody listened for a while, what was missed is the streams' own backlog: begin at the newest."""
        with contextlib.closing(self._watch()) as watch:
            while True:
                if not self._open.is_set():
                    await self._open.wait()
                    seen, position = None, await self._store.read(lambda db: db.execute(select(func.max(events.c.id))).scalar() or 0)
                    for streams in self._streams.values():
                        for stream in streams:
                            stream.behind = True  # it may have subscribed before `position` was taken
                            stream.news.set()
                version = watch.execute("PRAGMA data_version").fetchone()[0]
                if version != seen:
                    seen, position = version, await self._hand_out(position)
                await asyncio.sleep(_LOOK_EVERY)

    async def _hand_out(self, position: int) -> int:
        while True:
            rows = await self._store.read(lambda db, after=position: _rows_after(db, after))  # type: ignore[misc]
            for journey_id, entries in _by_journey([entry for _, entry in rows]).items():
                for n, stream in enumerate(list(self._streams.get(journey_id, ()))):
                    stream.give(entries)
                    if n % 50 == 49:
                        await asyncio.sleep(0)  # two hundred tabs must not hold up the person's own answer
            position = rows[-1][0] if rows else position
            if len(rows) < _BATCH:
                return position

    def _watch(self) -> sqlite3.Connection:
        path = self._store.engine.url.database
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)


def _rows_after(db: Connection, position: int) -> list[tuple[int, Entry]]:
    statement = select(events.c.id, events.c.journey_id, events.c.seq, events.c.kind, events.c.data).where(events.c.id > position)
    rows = db.execute(statement.order_by(events.c.id).limit(_BATCH))
    return [(row.id, Entry(row.journey_id, row.seq, row.kind, frame(row.seq, row.kind, row.data))) for row in rows]


def _by_journey(entries: list[Entry]) -> dict[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.journey_id].append(entry)
    return grouped


def first_of_open_turn(db: Connection, journey_id: str) -> int | None:
    """The position just before the first event of the turn that is open; None where none is, or it has told nothing yet."""
    open_turns = select(turns.c.id).where(turns.c.journey_id == journey_id, turns.c.status == "open")
    first = select(func.min(events.c.seq)).where(events.c.journey_id == journey_id, events.c.turn_id.in_(open_turns))
    seq = db.execute(first).scalar_one_or_none()
    return None if seq is None else seq - 1
