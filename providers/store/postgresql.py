"""What only PostgreSQL needs: the tailer's LISTEN, and text without NUL. Imported where the URL names it."""

import re
from collections.abc import Container
from contextlib import AsyncExitStack
from typing import Self

import psycopg
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown

from providers.errors import StoreUnavailable
from providers.store.log import CHANNEL, Entry, entries_between
from providers.store.store import Store

_TOLD = re.compile(r"(\d+) (\d+) (.+)", re.DOTALL)


class WithoutNul(StrDumperUnknown):
    """PostgreSQL's text can't hold the character NUL, which a message may: a replacement character stands for it."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))


class Listening:
    """A watch (see watch.py) on a connection of its own that listens.

    Each closed turn tells its journey and its first and last `seq`, from within its transaction, so what is told is committed and can
    be read. PostgreSQL hands notifications out in the order of commits, and a journey's commits are in the order of `seq`, because each
    holds the journey's row: so by journey nothing is early and nothing is left out. Across journeys `events.id` promises no such thing:
    it is taken before the commit, and whoever remembered the highest one would miss what commits later with a lower one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        engine = self._store.engine
        given, named = engine.dialect.create_connect_args(engine.url)
        try:
            self._db = await psycopg.AsyncConnection.connect(*given, **named, autocommit=True)
            self._open.push_async_callback(self._db.close)
            await self._db.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            await self._open.aclose()
            raise lost(error) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def more(self, wanted: Container[str]) -> list[Entry]:
        spans: dict[str, tuple[int, int]] = {}
        try:
            async for told in self._db.notifies(stop_after=1):  # the first, and whatever came with it
                if (found := _TOLD.fullmatch(told.payload)) and found[3] in wanted:
                    first, _ = spans.get(found[3], (int(found[1]), 0))
                    spans[found[3]] = (first, int(found[2]))
        except psycopg.Error as error:
            raise lost(error) from error
        if not spans:  # nobody here listens to those journeys: nothing is read for them
            return []
        return await self._store.read(lambda db: [e for of, (first, last) in spans.items() for e in entries_between(db, of, first, last)])


def lost(error: psycopg.Error) -> StoreUnavailable:
    return StoreUnavailable(f"The database no longer tells what is new: {' '.join(str(error).split())}"[:300])
