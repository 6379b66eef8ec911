"""Builds the knowledge index that providers/index.py asks: a new folder, written beside the others, and then the pointer."""

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from journeys.inputs import Frozen
from providers.base import Embedder, Passage
from providers.index import COLLECTION, MARKER, POINTER, Marker, chroma_at, entry_id, marker_of, pointed
from providers.narrowing import labels
from providers.pages import read_passages

LAYOUT: Final = 3  # part of a folder's name: raise it when what is stored for a passage changes
AT_ONCE: Final = 1000  # Chroma refuses batches above 5461


class BuiltIndex(Frozen):
    """What the pointer names now; `built` is False where it was already there."""

    name: str
    model_id: str
    passages: int
    built: bool


async def build_index(pages: Path, root: Path, embedder: Embedder) -> BuiltIndex:
    """The index of these pages and this model, with the pointer on it; a whole one is taken as it is.

    Earlier indexes are removed, but for the one before. Builders of any process wait for each other. About 9 s for 540
    passages with their questions with MiniLM. Raises BrokenPage or Misconfigured for the pages, and what the embedder raises.
    """
    passages = await asyncio.to_thread(read_passages, pages)
    name = _name(passages, embedder.model_id)
    built = False
    if not await asyncio.to_thread(_take, root, name):
        vectors = await embedder.embed([entry.read for entry in entries(passages)])
        built = await asyncio.to_thread(write_index, root, name, pages, embedder.model_id, passages, vectors)
    return BuiltIndex(name=name, model_id=embedder.model_id, passages=len(passages), built=built)


class IndexCheck(Frozen):
    """What a look at pages and index says. `stands`: the pointer names a whole index of these very pages and this model."""

    passages: int
    pages: int
    wanted: str
    found: str | None
    stands: bool


def check_index(pages: Path, root: Path, model_id: str) -> IndexCheck:
    """Reads every page and looks at the index; embeds, builds and moves nothing. Raises BrokenPage or Misconfigured for the pages."""
    passages = read_passages(pages)
    wanted, found = _name(passages, model_id), pointed(root)
    stands = found == wanted and marker_of(root / wanted) is not None
    of_pages = len({passage.id.partition("#")[0] for passage in passages})
    return IndexCheck(passages=len(passages), pages=of_pages, wanted=wanted, found=found, stands=stands)


async def ensure_index(pages: Path, root: Path, embedder: Embedder) -> BuiltIndex:
    """For a start: builds where there is no index of this model, and where these very pages have changed since.

    An index that was built from another folder of pages was somebody's choice and stays. Raises as build_index does.
    """
    chosen = await asyncio.to_thread(_of_other_pages, root, pages, embedder.model_id)
    return chosen or await build_index(pages, root, embedder)


def _name(passages: Sequence[Passage], model_id: str) -> str:
    content = [LAYOUT, model_id, [passage.model_dump() for passage in passages]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


class Entry(NamedTuple):
    """One vector of the index: what the model reads, and the passage it leads to."""

    id: str
    read: str
    passage: Passage


def entries(passages: Sequence[Passage]) -> list[Entry]:
    """A passage's text, with its title before it, since a short section may not repeat what its page is about; and each of its questions,
    because a question is nearer to a question than to its answer."""
    found: list[Entry] = []
    for passage in passages:
        found.append(Entry(passage.id, f"{passage.title}. {passage.text}", passage))
        found += [Entry(entry_id(passage.id, n), asked, passage) for n, asked in enumerate(passage.asked, 1)]
    return found


def _stored(passage: Passage) -> dict[str, str]:
    # The text is metadata and not Chroma's document, which would be indexed for a full-text search that nobody asks.
    return {
        "title": passage.title,
        "source": passage.source,
        "date": passage.date_read,
        "text": passage.text,
    }


def _of_other_pages(root: Path, pages: Path, model_id: str) -> BuiltIndex | None:
    name = pointed(root)
    marker = marker_of(root / name) if name else None
    if name is None or marker is None or marker.model_id != model_id:
        return None
    if marker.pages == str(pages.resolve()) or not Path(marker.pages).is_dir():  # the checkout may have moved
        return None
    return BuiltIndex(name=name, model_id=model_id, passages=marker.passages, built=False)


def _take(root: Path, name: str) -> bool:
    """Points at the folder of this name if it is whole."""
    with _only_builder(root):
        if marker_of(root / name) is None:
            return False
        _point(root, name)
        return True


def write_index(root: Path, name: str, pages: Path, model_id: str, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> bool:
    """Writes the folder, points at it and sweeps. `vectors` are those of `entries(passages)`. False if another builder was first."""
    with _only_builder(root):
        folder = root / name
        built = marker_of(folder) is None
        if built:
            shutil.rmtree(folder, ignore_errors=True)  # left half-written by a builder that was killed
            _fill(folder, passages, vectors)
            marker = Marker(model_id=model_id, passages=len(passages), pages=str(pages.resolve()))
            _replace(folder / MARKER, marker.model_dump_json())
        before = pointed(root)
        _point(root, name)
        for old in root.iterdir():
            if re.fullmatch(r"[0-9a-f]{16}", old.name) and old.name not in (name, before):
                shutil.rmtree(old, ignore_errors=True)
        return built


def _fill(folder: Path, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]) -> None:
    client = chroma_at(folder)
    try:
        # embedding_function=None: the default one would fetch a model. ef_search above the corpus makes the search exact.
        collection = client.create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 500}}
        )
        found = entries(passages)
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            collection.add(
                ids=[entry.id for entry in some],
                embeddings=[list(vector) for vector in vectors[start : start + AT_ONCE]],
                metadatas=[labels(entry.passage) | (_stored(entry.passage) if entry.id == entry.passage.id else {}) for entry in some],
            )
    finally:
        client.close()


def _point(root: Path, name: str) -> None:
    if pointed(root) != name:
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


def discard(root: Path, is_broken: Callable[[Path], bool]) -> bool:
    """Removes the folder that the pointer names where it is broken, once no builder is at work: it may have mended it. Whether it did."""
    with _only_builder(root):
        name = pointed(root)
        if name is None or not is_broken(root / name):
            return False
        shutil.rmtree(root / name, ignore_errors=True)
        return True
