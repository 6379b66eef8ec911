"""Knowledge from Chroma: a folder for each state of the pages, and a pointer that says which one is asked.

    index/current             the name of a folder, one line; replaced as a whole
    index/3fd0c0ffee5eed00/   Chroma's files, and whole.json, which is written last

A builder (providers/indexing.py) writes a new folder and then moves the pointer, so no process ever reads a folder that
another one writes: a long-lived Chroma client does not see what another process adds (measured with 1.5.9). chromadb is
imported where it is used, in a thread: its import takes seconds, and a worker polls before that.

Chroma writes to its SQLite file when it opens it, and waits without end for whoever holds that: with Python's lock held, so that the whole
process stands still (measured with 1.5.9). A worker that was stopped in its opening would stop all others on its machine: see `_held`.
"""

import asyncio
import contextlib
import logging
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from sys import intern
from threading import Lock
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from journeys.inputs import Frozen
from providers.base import Embedder, Passage, Where
from providers.errors import Misconfigured, ProviderError
from providers.loading import load_modules
from providers.narrowing import condition, labelled

COLLECTION: Final = "pages"
POINTER: Final = "current"
MARKER: Final = "whole.json"
REMEMBERED: Final = 1024  # passages; twice a whole corpus of ours
ADMISSIONS: Final = 64  # of a Where: a journey keeps its region and persona, and there are few personas
HELD: Final = 5.0  # seconds to wait for another process that holds the index's file; opening takes it for milliseconds
PATIENCE: Final = 10.0  # seconds for one question, opening included; a person waits for it
_LOOKED_AT: Final = 8  # vectors for each passage wanted: a passage has one of its text and four of its questions

BUSY: Final = "The knowledge index is held by another process, which may stand still: it is asked again at the next question."

T = TypeVar("T")
log = logging.getLogger(__name__)
_OPENING = Lock()  # chromadb shares one system per path among the clients of a process, and makes it without a lock


class IndexUnusable(Misconfigured):
    """There is no index to ask. The message is a sentence that says what to do."""


class IndexMissing(IndexUnusable):
    """No index was built here, or the one that the pointer names is gone or not whole."""


class IndexOfAnotherModel(IndexUnusable):
    """The index holds vectors of another embedding model, whose distances to ours mean nothing."""


class IndexDamaged(IndexUnusable):
    """Chroma can't read the index that the pointer names."""


class IndexBusy(IndexUnusable):
    """Another process holds the index's file. Nothing has to be mended: it is asked again at the next question."""


class Marker(Frozen):
    """whole.json. `pages` is the folder they were read from."""

    model_id: str
    passages: int
    pages: str


class ChromaKnowledge:
    """Knowledge. Opens at the first question, looks at the pointer on each one, and moves when it has moved.

    Safe to share among tasks. Raises IndexMissing, IndexOfAnotherModel, IndexDamaged and IndexBusy; before an embedding is paid for
    where it can be seen that early. The floor is the embedder's, unless one is handed in.
    """

    def __init__(self, root: Path, embedder: Embedder, *, floor: float | None = None) -> None:
        self.root, self.embedder, self.floor = root, embedder, embedder.floor if floor is None else floor
        self._asking = Lock()  # a query takes 1 ms; beside another thread's move it could meet a closed client
        self._thread = ThreadPoolExecutor(1, "index")  # of its own: one that waits for a held file takes no thread from anything else
        self._waiting: Future[Any] | None = None  # what was given up, and has not ended yet
        self._name: str | None = None
        self._client: Any = None
        self._collection: Any = None
        # Both of the index that is open, the latest last: passages by id, with the vectors of their texts; and what a Where admits.
        self._seen: dict[str, tuple[Passage, Any]] = {}
        self._admissions: dict[Where, dict[str, None] | None] = {}

    async def load(self) -> None:
        """Open before the first question, to spare it the seconds of Chroma's import."""
        await asyncio.to_thread(load_modules, "chromadb")
        await self._in_time(self._open)

    async def search(
        self, question: str, *, limit: int = 3, where: Where | None = None, vector: Sequence[float] | None = None
    ) -> list[Passage]:
        """At most `limit` passages of those that `where` admits, best first, none below the floor. A `vector` is believed to be the
        question's, by our embedder; ValueError where it has another length than that one's."""
        if vector is not None and len(vector) != self.embedder.dimensions:
            raise ValueError(f"a vector of {len(vector)} numbers is not {self.embedder.model_id}'s, which have {self.embedder.dimensions}")
        if not question.strip() or limit < 1:
            return []
        if not self._is_open():
            await self.load()
        if vector is None:
            [vector] = await self.embedder.embed([question])
        return await self._in_time(self._nearest, vector, limit, where)

    async def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in their order; an id that is gone is left out. `score` is 0: nothing was asked.

        What was found a moment ago, by the search of the same turn say, is not fetched again."""
        seen = self._seen if self._is_open() else {}
        known = [kept[0] for id_ in ids if (kept := seen.get(id_))]
        return known if len(known) == len(ids) else await self._in_time(self._of, ids)

    def close(self) -> None:
        """Gives files and memory back. A later question opens again."""
        with self._asking:
            self._release()

    async def _in_time(self, work: Callable[..., T], *given: Any) -> T:
        """In the index's own thread. While what was given up still waits there, nothing else does."""
        if self._waiting and not self._waiting.done():
            raise IndexBusy(BUSY)
        asked = self._thread.submit(work, *given)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked), PATIENCE)
        except TimeoutError:
            self._waiting = asked
            raise IndexBusy(BUSY) from None

    def _is_open(self) -> bool:
        """Whether what is open is what the pointer names: 17 bytes are read, which takes less than a hop to a thread."""
        name = pointed(self.root)
        return name is not None and name == self._name

    def _open(self) -> None:
        self._asked(lambda collection: None)

    def _nearest(self, vector: Sequence[float], limit: int, where: Where | None = None) -> list[Passage]:
        """A passage counts once. Its score leans on the nearest of its questions, two to one: see `score`."""
        best: dict[str, float] = {}

        def look(collection: Any) -> dict[str, tuple[Passage, Any]]:
            admitted = self._admitted(collection, where or Where())
            if admitted is not None and not admitted:
                return {}
            for entry, distance in self._near(collection, list(vector), limit * _LOOKED_AT, admitted):
                best.setdefault(passage_of(entry), 1.0 - distance)
            return self._fetched(collection, list(best))

        near_by = self._asked(look)
        scores = {id_: score(best[id_], float(text @ vector)) for id_, (_, text) in near_by.items()}
        ranked = sorted((id_ for id_ in scores if scores[id_] >= self.floor), key=lambda id_: -scores[id_])
        return [near_by[id_][0].model_copy(update={"score": scores[id_]}) for id_ in ranked[:limit]]

    def _near(self, collection: Any, vector: list[float], count: int, admitted: dict[str, None] | None) -> list[tuple[str, float]]:
        """The nearest `count` of those admitted, with their distances.

        First among twice as many of all, since most pages are for most people: naming the ids costs a query as much again as it takes."""

        def query(n: int, ids: list[str] | None) -> list[tuple[str, float]]:
            near = collection.query(query_embeddings=[vector], ids=ids, n_results=n, include=["distances"])
            return list(zip(near["ids"][0], near["distances"][0], strict=True))

        if admitted is None:
            return query(count, None)
        found = query(2 * count, None)
        kept = [(entry, distance) for entry, distance in found if entry in admitted][:count]
        return kept if len(kept) == count or len(found) < 2 * count else query(count, list(admitted))

    def _admitted(self, collection: Any, where: Where) -> dict[str, None] | None:
        """The ids of the vectors that may be found; None: all.

        Chroma looks at the labels once for each Where; a condition in each query takes 15 ms on our pages. Within `_asked`, as only one
        thread may write here."""
        if (labels := condition(where)) is None:
            return None
        if where in self._admissions:
            admitted = self._admissions.pop(where)
        else:
            ids = collection.get(where=labels, include=[])["ids"]
            admitted = None if len(ids) == collection.count() else dict.fromkeys(intern(id_) for id_ in ids)
        self._admissions[where] = admitted
        while len(self._admissions) > ADMISSIONS:
            del self._admissions[next(iter(self._admissions))]
        return admitted

    def _of(self, ids: Sequence[str]) -> list[Passage]:
        found = self._asked(lambda collection: self._fetched(collection, list(dict.fromkeys(ids))))
        return [found[id_][0] for id_ in ids if id_ in found]

    def _fetched(self, collection: Any, ids: Sequence[str]) -> dict[str, tuple[Passage, Any]]:
        """Passages and their vectors, kept for the next time they are near: fetching them takes as long as finding them.

        Within `_asked`, as only one thread may write here."""
        if missing := [id_ for id_ in ids if id_ not in self._seen]:
            new = collection.get(ids=missing, include=["embeddings", "metadatas"])
            fresh = [_passage(id_, fields) for id_, fields in zip(new["ids"], new["metadatas"], strict=True)]
            found = {passage.id: (passage, vector) for passage, vector in zip(fresh, new["embeddings"], strict=True)}
        else:
            found = {}
        found |= {id_: self._seen.pop(id_) for id_ in ids if id_ in self._seen}
        self._seen |= found
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return found

    def _asked(self, work: Callable[[Any], T]) -> T:
        """What the work makes of the collection, for one question at a time. What Chroma raises stays here: its errors may quote what was
        asked, so none of them is a cause or a context of ours."""
        load_modules("chromadb.errors")
        with self._asking:
            try:
                return work(self._follow())
            except ProviderError:
                raise
            except Exception as problem:  # ChromaError, most often; a damaged folder also gives OSError, sqlite3.Error, KeyError and others
                log.warning("The knowledge index can't be asked: %s", type(problem).__name__)
            self._release()  # what is built in its place may have the same name
        folder = self.root / (pointed(self.root) or "")
        raise IndexDamaged(f"The knowledge index is damaged: remove {folder} and run `homeview index`.")

    def _follow(self) -> Any:
        """The collection that the pointer names. The pointer is read each time: 17 bytes, less than a hundredth of a query's time."""
        name = pointed(self.root)
        if name is not None and name == self._name:
            return self._collection
        marker = marker_of(self.root / name) if name else None
        if name is None or marker is None:
            raise IndexMissing("The knowledge pages are not indexed yet: run `homeview index`.")
        if marker.model_id != self.embedder.model_id:
            raise IndexOfAnotherModel(
                f"The knowledge index was built with {marker.model_id}, and this worker embeds with {self.embedder.model_id}: "
                "run `homeview index`."
            )
        if _held(self.root / name):
            raise IndexBusy(BUSY)
        client = chroma_at(self.root / name)
        try:
            collection = client.get_collection(COLLECTION, embedding_function=None)
        except Exception:
            client.close()
            raise
        self._release()
        self._name, self._client, self._collection = name, client, collection
        return collection

    def _release(self) -> None:
        if self._client is not None:
            self._client.close()
        self._name = self._client = self._collection = None
        self._seen, self._admissions = {}, {}


def score(nearest: float, text: float) -> float:
    """0 to 1, of two cosines: of what is nearest in a passage (a question of it, most often) and of its text. Text alone can't tell a
    question it answers from one that is merely about the same thing; a question alone takes a likeness of form for one of meaning."""
    return min(1.0, max(0.0, (2 * nearest + text) / 3))


def entry_id(passage_id: str, question: int) -> str:
    """Of the vector of a passage's nth question, counted from 1; that of its text has the passage's own id."""
    return f"{passage_id}?{question}"


def passage_of(entry: str) -> str:
    return entry.partition("?")[0]


def _passage(id_: str, stored: Mapping[str, Any]) -> Passage:
    return Passage(
        id=id_,
        title=stored["title"],
        text=stored["text"],
        source=stored["source"],
        date_read=stored["date"],
        **labelled(stored),
    )


def pointed(root: Path) -> str | None:
    """The name of the folder in use; None where the pointer is missing or names none."""
    try:
        name = (root / POINTER).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return name if re.fullmatch(r"[0-9a-f]{16}", name) else None


def marker_of(folder: Path) -> Marker | None:
    """What a whole folder says of itself; None where it is not whole."""
    try:
        return Marker.model_validate_json((folder / MARKER).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _held(folder: Path) -> bool:
    """Whether somebody would keep Chroma from opening it, for longer than openings last. Asked of SQLite, which lets Python go on
    meanwhile; what else is wrong with the file, Chroma says."""
    file = f"file:{folder / 'chroma.sqlite3'}?mode=rw"
    try:
        with contextlib.closing(sqlite3.connect(file, uri=True, timeout=HELD, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        return is_busy(error)
    return False


def is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def chroma_at(folder: Path) -> Any:
    """A Chroma client of this folder alone; to be closed."""
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    with _OPENING:
        try:
            return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        except BaseException:  # half a system would be handed to whoever opens this folder next, mended or not
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
            raise
