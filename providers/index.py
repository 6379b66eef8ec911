"""Knowledge from Chroma: a folder for each state of the pages, and a pointer that says which one is asked.

    index/current             the name of a folder, one line; replaced as a whole
    index/3fd0c0ffee5eed00/   Chroma's files, and whole.json, which is written last

A builder writes a new folder and then moves the pointer, so no process ever reads a folder that another one writes: a
long-lived Chroma client does not see what another process adds (measured with 1.5.9). chromadb is imported where it is
used, in a thread: its import takes seconds, and a worker polls before that.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from pydantic import ValidationError

from journeys.inputs import Frozen
from providers.base import Embedder, Passage
from providers.errors import Misconfigured
from providers.pages import read_passages

# The cosine below which a passage does not answer. Chosen for MiniLM on the tuning questions of tests/providers/knowledge_questions.yaml;
# another embedding model needs a floor of its own.
FLOOR: Final = 0.34
LAYOUT: Final = 1  # part of a folder's name: raise it when what is stored for a passage changes
COLLECTION: Final = "pages"
POINTER: Final = "current"
MARKER: Final = "whole.json"
AT_ONCE: Final = 1000  # Chroma refuses batches above 5461

_OPENING = Lock()  # chromadb shares one system per path among the clients of a process, and makes it without a lock


class IndexUnusable(Misconfigured):
    """There is no index to ask. The message is a sentence that says what to do."""


class IndexMissing(IndexUnusable):
    """No index was built here, or the one that the pointer names is gone or not whole."""


class IndexOfAnotherModel(IndexUnusable):
    """The index holds vectors of another embedding model, whose distances to ours mean nothing."""


class IndexDamaged(IndexUnusable):
    """Chroma can't read the index that the pointer names."""


class BuiltIndex(Frozen):
    """What the pointer names now; `built` is False where it was already there."""

    name: str
    model_id: str
    passages: int
    built: bool


class _Marker(Frozen):
    """whole.json. `pages` is the folder they were read from."""

    model_id: str
    passages: int
    pages: str


async def build_index(pages: Path, root: Path, embedder: Embedder) -> BuiltIndex:
    """The index of these pages and this model, with the pointer on it; a whole one is taken as it is.

    Earlier indexes are removed, but for the one before. Builders of any process wait for each other. About 2 s for 150
    passages with MiniLM. Raises BrokenPage or Misconfigured for the pages, and what the embedder raises.
    """
    passages = await asyncio.to_thread(read_passages, pages)
    name = _name(passages, embedder.model_id)
    built = False
    if not await asyncio.to_thread(_take, root, name):
        vectors = await embedder.embed([_read_by_model(passage) for passage in passages])
        built = await asyncio.to_thread(_write, root, name, pages, embedder.model_id, passages, vectors)
    return BuiltIndex(name=name, model_id=embedder.model_id, passages=len(passages), built=built)


async def ensure_index(pages: Path, root: Path, embedder: Embedder) -> BuiltIndex:
    """For a start: builds where there is no index of this model, and where these very pages have changed since.

    An index that was built from another folder of pages was somebody's choice and stays. Raises as build_index does.
    """
    chosen = await asyncio.to_thread(_of_other_pages, root, pages, embedder.model_id)
    return chosen or await build_index(pages, root, embedder)


class ChromaKnowledge:
    """Knowledge. Opens at the first question, looks at the pointer on each one, and moves when it has moved.

    Safe to share among tasks. Raises IndexMissing, IndexOfAnotherModel and IndexDamaged; before an embedding is paid for
    where it can be seen that early.
    """

    def __init__(self, root: Path, embedder: Embedder, *, floor: float = FLOOR) -> None:
        self.root, self.embedder, self.floor = root, embedder, floor
        self._asking = Lock()  # a query takes 1 ms; beside another thread's move it could meet a closed client
        self._name: str | None = None
        self._client: Any = None
        self._collection: Any = None

    async def load(self) -> None:
        """Open before the first question, to spare it the seconds of Chroma's import."""
        await asyncio.to_thread(self._open)

    async def search(self, question: str, *, limit: int = 3) -> list[Passage]:
        """At most `limit` passages, best first, none below the floor."""
        if not question.strip() or limit < 1:
            return []
        await asyncio.to_thread(self._open)
        [vector] = await self.embedder.embed([question])
        return await asyncio.to_thread(self._nearest, vector, limit)

    async def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in their order; an id that is gone is left out. `score` is 0: nothing was asked."""
        return await asyncio.to_thread(self._of, ids)

    def close(self) -> None:
        """Gives files and memory back. A later question opens again."""
        with self._asking:
            self._release()

    def _open(self) -> None:
        with self._asked():
            pass

    def _nearest(self, vector: Sequence[float], limit: int) -> list[Passage]:
        with self._asked() as collection:
            found = collection.query(query_embeddings=[list(vector)], n_results=limit, include=["metadatas", "distances"])
        near = zip(found["ids"][0], found["metadatas"][0], found["distances"][0], strict=True)
        scored = [_passage(id_, stored, score=min(1.0, max(0.0, 1.0 - distance))) for id_, stored, distance in near]
        return [passage for passage in scored if passage.score >= self.floor]

    def _of(self, ids: Sequence[str]) -> list[Passage]:
        if not ids:
            return []
        with self._asked() as collection:
            found = collection.get(ids=list(dict.fromkeys(ids)), include=["metadatas"])
        stored = dict(zip(found["ids"], found["metadatas"], strict=True))
        return [_passage(id_, stored[id_]) for id_ in ids if id_ in stored]

    @contextmanager
    def _asked(self) -> Iterator[Any]:
        """The collection, for one question at a time."""
        from chromadb.errors import ChromaError

        with self._asking:
            try:
                yield self._follow()
            except ChromaError as problem:
                self._release()  # what is built in its place may have the same name
                folder = self.root / (_pointed(self.root) or "")
                raise IndexDamaged(f"The knowledge index is damaged: remove {folder} and run `homeview index`.") from problem

    def _follow(self) -> Any:
        """The collection that the pointer names. The pointer is read each time: 17 bytes, less than a hundredth of a query's time."""
        name = _pointed(self.root)
        if name is not None and name == self._name:
            return self._collection
        marker = _marker(self.root / name) if name else None
        if name is None or marker is None:
            raise IndexMissing("The knowledge pages are not indexed yet: run `homeview index`.")
        if marker.model_id != self.embedder.model_id:
            raise IndexOfAnotherModel(
                f"The knowledge index was built with {marker.model_id}, and this worker embeds with {self.embedder.model_id}: "
                "run `homeview index`."
            )
        client = _client(self.root / name)
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


def _name(passages: Sequence[Passage], model_id: str) -> str:
    content = [LAYOUT, model_id, [passage.model_dump() for passage in passages]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _read_by_model(passage: Passage) -> str:
    """The title stands before the text: a short section may not repeat what its page is about."""
    return f"{passage.title}. {passage.text}"


def _stored(passage: Passage) -> dict[str, str]:
    # The text is metadata and not Chroma's document, which would be indexed for a full-text search that nobody asks.
    return {
        "title": passage.title,
        "source": passage.source,
        "region": passage.region,
        "date": passage.date_read,
        "text": passage.text,
    }


def _passage(id_: str, stored: Mapping[str, str], score: float = 0.0) -> Passage:
    return Passage(
        id=id_,
        title=stored["title"],
        text=stored["text"],
        source=stored["source"],
        date_read=stored["date"],
        region=stored["region"],
        score=score,
    )


def _pointed(root: Path) -> str | None:
    try:
        name = (root / POINTER).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return name if re.fullmatch(r"[0-9a-f]{16}", name) else None


def _marker(folder: Path) -> _Marker | None:
    """What a whole folder says of itself; None where it is not whole."""
    try:
        return _Marker.model_validate_json((folder / MARKER).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _of_other_pages(root: Path, pages: Path, model_id: str) -> BuiltIndex | None:
    name = _pointed(root)
    marker = _marker(root / name) if name else None
    if name is None or marker is None or marker.model_id != model_id:
        return None
    if marker.pages == str(pages.resolve()) or not Path(marker.pages).is_dir():  # the checkout may have moved
        return None
    return BuiltIndex(name=name, model_id=model_id, passages=marker.passages, built=False)


def _take(root: Path, name: str) -> bool:
    """Points at the folder of this name if it is whole."""
    with _only_builder(root):
        if _marker(root / name) is None:
            return False
        _point(root, name)
        return True


def _write(root: Path, name: str, pages: Path, model_id: str, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> bool:
    """Writes the folder, points at it and sweeps. False if another builder was first."""
    with _only_builder(root):
        folder = root / name
        built = _marker(folder) is None
        if built:
            shutil.rmtree(folder, ignore_errors=True)  # left half-written by a builder that was killed
            _fill(folder, passages, vectors)
            marker = _Marker(model_id=model_id, passages=len(passages), pages=str(pages.resolve()))
            _replace(folder / MARKER, marker.model_dump_json())
        before = _pointed(root)
        _point(root, name)
        for old in root.iterdir():
            if re.fullmatch(r"[0-9a-f]{16}", old.name) and old.name not in (name, before):
                shutil.rmtree(old, ignore_errors=True)
        return built


def _fill(folder: Path, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> None:
    client = _client(folder)
    try:
        # embedding_function=None: the default one would fetch a model. ef_search above the corpus makes the search exact.
        collection = client.create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 500}}
        )
        for start in range(0, len(passages), AT_ONCE):
            some = passages[start : start + AT_ONCE]
            collection.add(
                ids=[passage.id for passage in some],
                embeddings=[list(vector) for vector in vectors[start : start + AT_ONCE]],
                metadatas=[_stored(passage) for passage in some],
            )
    finally:
        client.close()


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _OPENING:
        return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _point(root: Path, name: str) -> None:
    if _pointed(root) != name:
        _replace(root / POINTER, name + "\n")


def _replace(file: Path, text: str) -> None:
    """A reader sees the file before or after, never between."""
    draft = file.with_name(file.name + ".new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, file)


@contextmanager
def _only_builder(root: Path) -> Iterator[None]:
    """One builder at a time, across processes; the kernel lets go of the lock when its holder dies."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
