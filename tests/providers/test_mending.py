"""An index that can't be asked mends itself under a running worker, and questions find passages again with nothing started anew."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest

from providers import index
from providers.errors import Misconfigured
from providers.index import ChromaKnowledge, IndexUnusable, marker_of, pointed
from providers.indexing import build_index
from providers.mending import IndexMender
from tests.outages.striking import locked, points_at_nothing
from tests.providers.test_index import Words
from tests.providers.test_pages import a_page
from tests.running import until

pytestmark = pytest.mark.anyio
ASKED = "one large bowl or two"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    a_page(folder)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


class Worker:
    """What a worker has of it."""

    def __init__(self, pages: Path, root: Path, words: Words) -> None:
        self.knowledge = ChromaKnowledge(root, words, floor=0.2)
        self.mender = IndexMender(pages, root, words, self.knowledge)

    async def finds(self) -> bool:
        try:
            return bool(await self.knowledge.search(ASKED))
        except IndexUnusable:
            return False


def current(root: Path) -> Path:
    return root / (pointed(root) or "")


def whole_folder(root: Path) -> None:
    rmtree(root)


def folder_in_use(root: Path) -> None:
    rmtree(current(root))


def pointer_to_nowhere(root: Path) -> None:
    (root / "current").write_text("0123456789abcdef\n")


def unreadable_pointer(root: Path) -> None:
    (root / "current").write_bytes(b"\xff\x00garbage")


def garbage_in_the_database(root: Path) -> None:
    (current(root) / "chroma.sqlite3").write_bytes(b"not a database" * 1000)


def garbage_in_every_file(root: Path) -> None:
    for file in current(root).rglob("*"):
        if file.is_file():
            file.write_bytes(b"garbage" * 100)


def a_database_cut_short(root: Path) -> None:
    file = current(root) / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


WRONGS = [
    whole_folder,
    folder_in_use,
    pointer_to_nowhere,
    unreadable_pointer,
    garbage_in_the_database,
    garbage_in_every_file,
    a_database_cut_short,
    points_at_nothing,
]


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
async def test_what_is_wrong_with_the_files_is_mended_while_it_is_asked(pages: Path, root: Path, wrong: Callable[[Path], None]) -> None:
    await build_index(pages, root, Words())
    worker = Worker(pages, root, Words())
    assert await worker.finds()
    assert await worker.mender.look() is None
    wrong(root)
    assert await worker.mender.look() is not None
    assert await worker.finds()
    assert await worker.mender.look() is None
    worker.knowledge.close()


async def test_an_index_that_another_process_holds_is_left_as_it_is(pages: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "HELD", 0.2)
    await build_index(pages, root, Words())
    worker, marker = Worker(pages, root, Words()), current(root) / "whole.json"
    before = marker.stat()
    async with locked(current(root) / "chroma.sqlite3"):
        assert await worker.mender.look() is None
    assert marker.stat() == before
    assert await worker.finds()
    worker.knowledge.close()


async def test_an_index_of_another_model_is_built_anew_with_ours(pages: Path, root: Path) -> None:
    await build_index(pages, root, Words("another"))
    worker = Worker(pages, root, Words())
    assert not await worker.finds()
    assert await worker.mender.look() is not None
    assert await worker.finds()
    marker = marker_of(current(root))
    assert marker
    assert marker.model_id == "words-1"
    worker.knowledge.close()


async def test_workers_that_share_a_folder_build_it_once_and_both_find(pages: Path, root: Path) -> None:
    await build_index(pages, root, Words())
    words = [Words(), Words()]
    workers = [Worker(pages, root, each) for each in words]
    assert [await worker.finds() for worker in workers] == [True, True]
    whole_folder(root)
    built = await asyncio.gather(*(worker.mender.look() for worker in workers))
    assert sorted(bool(each and each.built) for each in built) == [False, True]
    assert [await worker.finds() for worker in workers] == [True, True]
    for worker in workers:
        worker.knowledge.close()


async def test_an_index_of_other_pages_is_built_anew_from_those(pages: Path, root: Path, tmp_path: Path) -> None:
    await build_index(pages, root, Words())
    worker = Worker(tmp_path / "ours", root, Words())
    garbage_in_the_database(root)
    assert await worker.mender.look() is not None
    assert await worker.finds()
    worker.knowledge.close()


async def test_it_looks_by_itself_and_again_after_what_it_could_not_mend(pages: Path, root: Path) -> None:
    pages.rename(pages.with_name("elsewhere"))  # there is nothing to build from
    worker = Worker(pages, root, Words())
    with pytest.raises(Misconfigured):
        await worker.mender.look()
    looking = asyncio.create_task(worker.mender.run(every=0.01))
    pages.with_name("elsewhere").rename(pages)
    await until(worker.finds, 20)
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    worker.knowledge.close()
