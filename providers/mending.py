"""Keeps the knowledge index whole: what is missing, can't be read, has lost passages or holds another model's vectors is built anew, beside
the turns.

Each worker looks after the folder on its own machine; those that share one wait for each other. Meanwhile turns say that the pages can't be
searched, and afterwards they find passages with nothing started again.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Final

import structlog

from providers.base import Embedder
from providers.errors import ProviderError
from providers.index import ChromaKnowledge, IndexBusy, IndexUnusable, is_busy, marker_of, pointed
from providers.indexing import BuiltIndex, build_index, discard

LOOK_EVERY: Final = 10.0  # seconds; a look takes some milliseconds
QUESTION: Final = "how long does a kitchen take"  # found or not: what counts is that it could be looked for
log = structlog.get_logger()


class IndexMender:
    """Of the index that `knowledge` asks. `pages` are ours: an index of another folder's pages is built anew from that folder, while it
    is there."""

    def __init__(self, pages: Path, root: Path, embedder: Embedder, knowledge: ChromaKnowledge) -> None:
        self.pages, self.root, self.embedder, self.knowledge = pages, root, embedder, knowledge

    async def run(self, every: float = LOOK_EVERY) -> None:
        """Until cancelled. Nothing here may end the process."""
        while True:
            try:
                await self.look()
            except ProviderError as error:
                log.warning("index.not_mended", error=type(error).__name__, why=str(error))
            except Exception:
                log.exception("index.not_mended")
            await asyncio.sleep(every)

    async def look(self) -> BuiltIndex | None:
        """What was built, where something was wrong. Raises BrokenPage or Misconfigured for the pages, and what the embedder raises."""
        wrong = await self.wrong()
        if wrong is None:
            return None
        log.warning("index.mending", wrong=wrong)
        pages = await asyncio.to_thread(self._pages)
        await asyncio.to_thread(self.knowledge.close)  # it may hold files that are gone, under a name that comes back
        await asyncio.to_thread(discard, self.root, is_broken)
        built = await build_index(pages, self.root, self.embedder)
        await asyncio.to_thread(self.knowledge.close)  # a question that came meanwhile may have opened it again
        await self.knowledge.load()
        log.warning("index.mended", passages=built.passages, built=built.built)
        return built

    async def wrong(self) -> str | None:
        """The type of what a question would meet, now or when it is asked of the files anew."""
        name = await asyncio.to_thread(pointed, self.root)
        if name is not None and await asyncio.to_thread(is_broken, self.root / name):
            return "IndexDamaged"
        try:
            await self.knowledge.search(QUESTION, limit=1)
        except IndexBusy:
            return None  # it may be as whole as ever
        except IndexUnusable as error:
            return type(error).__name__
        return None

    def _pages(self) -> Path:
        name = pointed(self.root)
        marker = marker_of(self.root / name) if name else None
        return Path(marker.pages) if marker and Path(marker.pages).is_dir() else self.pages


def is_broken(folder: Path) -> bool:
    """Whether a folder that claims to be whole isn't: SQLite's own check of Chroma's tables, and fewer passages in them than were put
    there. Chroma itself may go on for long with what it has in memory."""
    marker = marker_of(folder)
    if marker is None:
        return True
    try:
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'chroma.sqlite3'}?mode=ro", uri=True)) as db:
            if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return True
            (held,) = db.execute("SELECT count(*) FROM embeddings").fetchone()
            return bool(held < marker.passages)
    except sqlite3.Error as error:
        return not is_busy(error)
