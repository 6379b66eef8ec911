"""The event log, live: one tailer a process learns what was committed and hands it to every open stream of that journey.

A stream subscribes first and then reads its backlog, so nothing falls between the two; `seq` sorts out what comes twice.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from providers.errors import ProviderError
from providers.store.log import Entry
from providers.store.store import Store
from providers.store.watch import watch

_BEHIND = 1_000  # events a slow stream may have waiting before it reads the log itself instead
_AGAIN, _LONGEST = 0.1, 2.0  # seconds until a watch that was lost is taken up again, doubled each time

log = logging.getLogger(__name__)


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
        """While a stream is open. Where nobody watched for a while, or the database was away, what was missed is in the log."""
        pause = _AGAIN
        while True:
            await self._open.wait()
            try:
                async with watch(self._store) as watched:
                    self._all_behind()  # they may have subscribed before the watch began
                    pause = _AGAIN
                    while self._open.is_set():
                        await self._hand_out(await watched.more(self._streams))
            except ProviderError as error:
                log.warning("The event log can't be followed, trying again in %.1f s: %s", pause, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST)

    def _all_behind(self) -> None:
        for streams in self._streams.values():
            for stream in streams:
                stream.behind = True
                stream.news.set()

    async def _hand_out(self, entries: list[Entry]) -> None:
        for journey_id, of_journey in _by_journey(entries).items():
            for n, stream in enumerate(list(self._streams.get(journey_id, ()))):
                stream.give(of_journey)
                if n % 50 == 49:
                    await asyncio.sleep(0)  # two hundred tabs must not hold up the person's own answer


def _by_journey(entries: list[Entry]) -> dict[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.journey_id].append(entry)
    return grouped
