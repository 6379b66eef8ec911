"""How the tailer learns what was committed, by this process or another: SQLite is looked at, PostgreSQL tells (postgresql.py)."""

import asyncio
import sqlite3
from collections.abc import Container
from typing import Protocol, Self

from providers.errors import StoreUnavailable
from providers.store.engine import identity, require_writable
from providers.store.log import BATCH, Entry, entry, newest_id, rows_after
from providers.store.store import Store

_LOOK_EVERY = 0.01  # seconds between looks while a stream is open; none is open, none is taken


class Watch(Protocol):
    """From entering on it misses nothing that is committed; what was there before is the streams' own backlog."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...

    async def more(self, wanted: Container[str]) -> list[Entry]:
        """Waits, and gives what came: at least that of the wanted journeys, of each journey in order of `seq` and each once. It may
        also give nothing. Raises StoreUnavailable where it lost track: enter another one, and let the streams read the log."""


def watch(store: Store) -> Watch:
    if store.engine.dialect.name == "sqlite":
        return Looking(store)
    from providers.store.postgresql import Listening

    return Listening(store)


class Looking:
    """SQLite says by `PRAGMA data_version` (4 microseconds) that another connection, or another process, has committed. One writes at
    a time, so `events.id` is in the order of commits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: int | None = None

    async def __aenter__(self) -> Self:
        self._path = self._store.engine.url.database
        self._file = identity(self._path)
        try:
            require_writable(self._path or "")
            self._db = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database can't be looked at: {error}") from error
        try:
            self._position = await self._store.read(newest_id)
        except BaseException:
            self._db.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._db.close()

    async def more(self, wanted: Container[str]) -> list[Entry]:
        try:
            version = self._db.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database can't be looked at: {error}") from error
        if self._file != identity(self._path):  # the connection still reads what nobody writes any more
            raise StoreUnavailable("The database file was moved or removed.")
        if version == self._seen:
            await asyncio.sleep(_LOOK_EVERY)
            return []
        rows = await self._store.read(lambda db: rows_after(db, self._position))
        if rows:
            self._position = rows[-1].id
        if len(rows) < BATCH:
            self._seen = version
        return [entry(row) for row in rows]
