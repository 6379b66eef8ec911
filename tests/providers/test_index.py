"""The knowledge index: built beside the one that is read, pointed at when whole, never asked by another model."""

import asyncio
import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from statistics import median

import psutil
import pytest
from ruamel.yaml import YAML

from providers import index
from providers.base import Embedder, Knowledge
from providers.index import REMEMBERED, ChromaKnowledge, IndexBusy, IndexDamaged, IndexMissing, IndexOfAnotherModel, pointed
from providers.indexing import build_index, check_index, ensure_index
from providers.offline.embeddings import MiniLM
from providers.pages import OUR_PAGES, BrokenPage
from tests.outages.striking import locked
from tests.providers.test_pages import PAGE, a_page
from tests.running import until

pytestmark = pytest.mark.anyio

SINK, SEAM = "sinks#one-bowl-or-two", "sinks#where-the-seam-goes"


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Words:
    """A deterministic Embedder: texts are near where they share words. Remembers what it was asked."""

    dimensions = 256
    floor = 0.2

    def __init__(self, model_id: str = "words-1") -> None:
        self.model_id = model_id
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> list[float]:
        numbers = [0.0] * self.dimensions
        for word in set(re.findall(r"[a-z]+", text.lower())):
            numbers[int.from_bytes(sha256(word.encode()).digest()[:2]) % self.dimensions] += 1.0
        length = sum(number * number for number in numbers) ** 0.5 or 1.0
        return [number / length for number in numbers]


class Broken(Words):
    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise TimeoutError("the model is away")


@pytest.fixture
def pages(tmp_path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    a_page(folder)
    return folder


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def knowledge(root, words):
    knowledge = ChromaKnowledge(root, words, floor=0.2)
    yield knowledge
    knowledge.close()


def folders(root: Path) -> set[str]:
    return {file.name for file in root.iterdir() if file.is_dir()}


async def opened_under(root: Path, until: set[str]) -> set[str]:
    """The folders in which this process holds files. Chroma closes its own in the background, some milliseconds later."""
    for _ in range(100):
        paths = [Path(file.path) for file in psutil.Process().open_files()]
        opened = {path.relative_to(root).parts[0] for path in paths if path.is_relative_to(root)}
        if opened == until:
            break
        await asyncio.sleep(0.05)
    return opened


async def the_texts(knowledge: Knowledge, question: str) -> list[str]:
    return [passage.text for passage in await knowledge.search(question)]


async def test_a_question_finds_its_passage_with_title_source_and_day(pages, root, words, knowledge):
    await build_index(pages, root, words)
    [best, *_] = await knowledge.search("one large bowl or two")
    assert best.model_copy(update={"score": 0.0}) == (await knowledge.passages([SINK]))[0]
    assert (best.id, best.title, best.date_read, best.region) == (SINK, "Sinks: One bowl or two", "2026-11-22", "US")
    assert 0.2 < best.score <= 1.0


async def test_a_passage_is_found_by_how_people_ask_for_it_and_counts_once(pages, root, words, knowledge):
    page = next(pages.glob("*.md"))
    page.write_text(
        page.read_text().replace(
            "One large bowl takes", "Asked: which basin for roasting dishes / one basin or a pair\n\nOne large bowl takes"
        )
    )
    await build_index(pages, root, words)
    found = [passage.id for passage in await knowledge.search("which basin for roasting dishes")]
    assert (found[0], found.count(SINK)) == (SINK, 1)
    assert "basin" not in (await knowledge.passages([SINK]))[0].text


async def test_an_unrelated_question_gets_nothing(pages, root, words, knowledge):
    await build_index(pages, root, words)
    assert await knowledge.search("Xyzzy quux?") == []


async def test_a_blank_question_costs_no_embedding(pages, root, words, knowledge):
    await build_index(pages, root, words)
    asked = len(words.asked)
    assert await knowledge.search(" \n") == []
    assert len(words.asked) == asked


async def test_no_more_passages_than_wanted_and_the_best_first(pages, root, words):
    await build_index(pages, root, words)
    knowledge = ChromaKnowledge(root, words, floor=0.0)
    both = await knowledge.search("over a cabinet where the seam goes", limit=9)
    assert [passage.id for passage in both] == [SEAM, SINK]
    assert both[0].score > both[1].score
    assert await knowledge.search("over a cabinet where the seam goes", limit=1) == both[:1]
    knowledge.close()


async def test_passages_come_in_the_order_of_their_ids_and_a_lost_one_is_left_out(pages, root, words, knowledge):
    await build_index(pages, root, words)
    found = await knowledge.passages([SEAM, "sinks#gone", SINK, SEAM])
    assert [passage.id for passage in found] == [SEAM, SINK, SEAM]
    assert await knowledge.passages([]) == []


async def test_what_a_search_found_is_not_fetched_again_for_the_reply(pages, root, words, knowledge):
    name = (await build_index(pages, root, words)).name
    [best, *_] = await knowledge.search("one large bowl or two")
    (root / name / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    assert await knowledge.passages([best.id, best.id]) == [best.model_copy(update={"score": 0.0})] * 2
    with pytest.raises(IndexDamaged):
        await knowledge.passages([best.id, "sinks#never-found"])


async def test_what_was_found_is_forgotten_when_the_index_moves(pages, root, words, knowledge):
    await build_index(pages, root, words)
    assert await the_texts(knowledge, "Where the seam goes?") == ["Over a cabinet."]
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    await build_index(pages, root, words)
    assert [passage.text for passage in await knowledge.passages([SEAM])] == ["Away from the sink."]


async def test_no_more_than_a_bounded_number_of_passages_is_kept_in_memory(pages, root, words, knowledge):
    folder = pages.parent / "many"
    folder.mkdir()
    a_page(folder, PAGE + "".join(f"\n## Part {n}\n\nText {n}.\n" for n in range(REMEMBERED)))
    await build_index(folder, root, words)
    ids = [SINK, *(f"sinks#part-{n}" for n in range(REMEMBERED))]
    assert [passage.id for passage in await knowledge.passages(ids)] == ids
    assert len(knowledge._seen) == REMEMBERED


async def test_without_an_index_the_person_at_the_keyboard_is_told_what_to_run(root, words, knowledge):
    with pytest.raises(IndexMissing, match="run `homeview index`"):
        await knowledge.search("one bowl or two")
    with pytest.raises(IndexMissing, match="run `homeview index`"):
        await knowledge.load()
    assert words.asked == []


async def test_an_index_that_comes_later_is_found(pages, root, words, knowledge):
    with pytest.raises(IndexMissing):
        await knowledge.search("one bowl or two")
    await build_index(pages, root, words)
    assert await knowledge.search("one bowl or two")


async def test_unchanged_pages_are_not_embedded_again(pages, root, words):
    first = await build_index(pages, root, words)
    asked = len(words.asked)
    again = await build_index(pages, root, words)
    assert (first.built, again.built, again.name) == (True, False, first.name)
    assert len(words.asked) == asked == again.passages == 2


async def test_a_reader_follows_the_pointer_to_a_changed_page_and_lets_go_of_the_old_files(pages, root, words, knowledge):
    before = await build_index(pages, root, words)
    assert await the_texts(knowledge, "Where the seam goes?") == ["Over a cabinet."]
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    after = await build_index(pages, root, words)
    assert after.name != before.name
    assert await the_texts(knowledge, "Where the seam goes?") == ["Away from the sink."]
    assert await opened_under(root, until={after.name}) == {after.name}


async def test_a_reader_follows_what_another_process_built(pages, root, words, knowledge):
    await build_index(pages, root, words)
    assert await the_texts(knowledge, "Where the seam goes?") == ["Over a cabinet."]
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    build = (
        "import asyncio, pathlib, sys; from providers.indexing import build_index; from tests.providers.test_index import Words;"
        "asyncio.run(build_index(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), Words()))"
    )
    subprocess.run([sys.executable, "-c", build, pages, root], check=True, cwd=OUR_PAGES.parent)
    assert await the_texts(knowledge, "Where the seam goes?") == ["Away from the sink."]


async def test_only_the_index_before_is_kept_and_a_reader_that_slept_through_two_wakes_well(pages, root, words, knowledge):
    names = []
    for words_of_the_page in ("Over a cabinet.", "Away from the sink.", "Where nobody looks."):
        a_page(pages, PAGE.replace("Over a cabinet.", words_of_the_page))
        names.append((await build_index(pages, root, words)).name)
        if len(names) == 1:
            await knowledge.load()
    assert folders(root) == set(names[1:])
    assert await the_texts(knowledge, "Where the seam goes?") == ["Where nobody looks."]


async def test_going_back_to_the_pages_before_only_moves_the_pointer(pages, root, words, knowledge):
    first = await build_index(pages, root, words)
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    await build_index(pages, root, words)
    a_page(pages)
    asked = len(words.asked)
    back = await build_index(pages, root, words)
    assert (back.name, back.built, len(words.asked)) == (first.name, False, asked)
    assert await the_texts(knowledge, "Where the seam goes?") == ["Over a cabinet."]


async def test_the_pointer_names_a_whole_index_at_every_moment(pages, root, words, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    a_page(other, PAGE.replace("Over a cabinet.", "Away from the sink."))
    whole = {(await build_index(folder, root, words)).name for folder in (pages, other)}
    seen: list[str] = []

    def look() -> None:
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            seen.append((root / "current").read_text().strip())

    looking = asyncio.create_task(asyncio.to_thread(look))
    while not looking.done():
        await build_index(pages, root, words)
        await build_index(other, root, words)
    await looking
    assert set(seen) == whole


async def test_questions_are_answered_while_the_index_moves(pages, root, words, knowledge):
    await build_index(pages, root, words)

    async def edit() -> None:
        for edition in range(4):
            a_page(pages, PAGE.replace("Over a cabinet.", f"Over a cabinet, edition {edition}."))
            await build_index(pages, root, words)

    async def ask() -> None:
        for _ in range(30):
            assert (await the_texts(knowledge, "Where the seam goes over a cabinet"))[0].startswith("Over a cabinet")

    await asyncio.gather(edit(), *(ask() for _ in range(4)))


async def test_two_builders_at_once_build_one_index(pages, root, words, knowledge):
    one, two = await asyncio.gather(build_index(pages, root, words), build_index(pages, root, Words()))
    assert one.name == two.name
    assert sorted([one.built, two.built]) == [False, True]
    assert await knowledge.search("one bowl or two")


async def test_a_folder_that_a_killed_builder_left_is_never_asked_and_is_built_anew(pages, root, words, knowledge):
    name = (await build_index(pages, root, words)).name
    (root / name / "whole.json").unlink()
    with pytest.raises(IndexMissing):
        await knowledge.search("one bowl or two")
    assert (await build_index(pages, root, words)).built
    assert await knowledge.search("one bowl or two")


async def test_a_damaged_index_is_named_with_what_to_do_about_it(pages, root, words, knowledge):
    name = (await build_index(pages, root, words)).name
    await knowledge.load()
    (root / name / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(IndexDamaged, match=f"remove .*{name} and run `homeview index`"):
        await knowledge.search("one bowl or two")
    rmtree(root / name)
    assert (await build_index(pages, root, words)).built
    assert await knowledge.search("one bowl or two")


@pytest.mark.parametrize("pointer", ["", "../../etc", "0123456789abcdef\n", "\xff"])
async def test_a_pointer_to_nowhere_is_an_index_that_is_missing(pages, root, words, knowledge, pointer):
    await build_index(pages, root, words)
    (root / "current").write_text(pointer, encoding="latin-1")
    with pytest.raises(IndexMissing):
        await knowledge.search("one bowl or two")


async def test_an_index_whose_file_somebody_holds_is_told_of_in_time_and_nothing_stands_still(pages, root, words, knowledge, monkeypatch):
    """Chroma alone would wait for ever, and let no other thread of Python go on."""
    monkeypatch.setattr(index, "HELD", 0.2)
    name = (await build_index(pages, root, words)).name
    async with locked(root / name / "chroma.sqlite3"):
        with pytest.raises(IndexBusy):
            await knowledge.search("one bowl or two")
    assert await knowledge.search("one bowl or two")


async def test_a_question_that_waits_for_a_held_file_keeps_no_other_waiting(pages, root, words, knowledge, monkeypatch):
    monkeypatch.setattr(index, "PATIENCE", 0.2)
    name = (await build_index(pages, root, words)).name
    await knowledge.load()
    async with locked(root / name / "chroma.sqlite3"):
        with pytest.raises(IndexBusy):
            await knowledge.search("one bowl or two")
        monkeypatch.setattr(index, "PATIENCE", 30.0)
        with pytest.raises(IndexBusy):
            await asyncio.wait_for(knowledge.search("one bowl or two"), 10)
    await until(lambda: finds(knowledge), 10)


async def finds(knowledge: Knowledge) -> bool:
    with contextlib.suppress(IndexBusy):
        return bool(await knowledge.search("one bowl or two"))
    return False


async def test_a_build_that_fails_leaves_what_was_there(pages, root, words, knowledge):
    before = await build_index(pages, root, words)
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    with pytest.raises(TimeoutError):
        await build_index(pages, root, Broken())
    a_page(pages, PAGE.replace("topic: plumbing\n", ""))
    with pytest.raises(BrokenPage, match=r"sinks\.md:7: topic"):
        await build_index(pages, root, words)
    assert folders(root) == {before.name}
    assert await the_texts(knowledge, "Where the seam goes?") == ["Over a cabinet."]


async def test_another_model_never_asks_this_ones_vectors(pages, root, words):
    mine = await build_index(pages, root, words)
    other = Words("words-2")
    knowledge = ChromaKnowledge(root, other, floor=0.2)
    with pytest.raises(IndexOfAnotherModel, match=r"built with words-1, and this worker embeds with words-2: run `homeview index`"):
        await knowledge.search("one bowl or two")
    assert other.asked == []  # refused before an embedding is paid for
    theirs = await build_index(pages, root, other)
    assert (theirs.built, theirs.name != mine.name) == (True, True)
    assert await knowledge.search("one bowl or two")
    knowledge.close()


async def test_a_reader_stops_when_the_pointer_moves_to_another_models_index(pages, root, words, knowledge):
    await build_index(pages, root, words)
    assert await knowledge.search("one bowl or two")
    await build_index(pages, root, Words("words-2"))
    asked = len(words.asked)
    with pytest.raises(IndexOfAnotherModel):
        await knowledge.search("one bowl or two")
    assert len(words.asked) == asked


async def test_a_start_builds_what_is_missing_and_what_has_changed(pages, root, words):
    assert (await ensure_index(pages, root, words)).built
    assert not (await ensure_index(pages, root, words)).built
    a_page(pages, PAGE.replace("Over a cabinet.", "Away from the sink."))
    assert (await ensure_index(pages, root, words)).built
    assert (await ensure_index(pages, root, Words("words-2"))).built


async def test_a_check_says_whether_the_index_is_that_of_the_pages_and_builds_nothing(pages, root, words):
    assert not check_index(pages, root, words.model_id).stands
    built = await build_index(pages, root, words)
    looked = check_index(pages, root, words.model_id)
    assert (looked.stands, looked.found, looked.passages) == (True, built.name, built.passages)
    assert not check_index(pages, root, "another-model").stands
    (pages / "new.md").write_text((next(pages.glob("*.md"))).read_text())
    assert not check_index(pages, root, words.model_id).stands
    assert pointed(root) == built.name


async def test_a_start_leaves_an_index_that_was_built_from_other_pages(pages, root, words, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    a_page(theirs, PAGE.replace("Over a cabinet.", "Away from the sink."))
    chosen = await build_index(theirs, root, words)
    assert (await ensure_index(pages, root, words)).name == chosen.name
    theirs.rename(tmp_path / "elsewhere")
    assert (await ensure_index(pages, root, words)).name != chosen.name


async def test_a_closed_reader_opens_again(pages, root, words, knowledge):
    await build_index(pages, root, words)
    await knowledge.load()
    knowledge.close()
    assert await opened_under(root, until=set()) == set()
    assert await knowledge.search("one bowl or two")


def test_importing_this_room_does_not_import_chroma():
    check = "import sys, providers.index; sys.exit('chromadb' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=OUR_PAGES.parent)


async def test_our_pages_answer_what_they_should_and_stay_silent_on_the_rest(tmp_path, root):
    """Prints the figures with `-s`. recall@3: a passage that answers is among the three, above the floor."""
    model: Embedder = MiniLM()
    start = time.perf_counter()
    built = await build_index(OUR_PAGES, root, model)
    print(f"\n{built.passages} passages indexed in {time.perf_counter() - start:.1f} s; floor {model.floor}")
    knowledge = ChromaKnowledge(root, model)
    lists = YAML(typ="safe").load(Path(__file__).with_name("knowledge_questions.yaml"))
    known = [id_ for part in lists.values() for question in part["answerable"] for id_ in question["ids"]]
    assert {passage.id for passage in await knowledge.passages(known)} == set(known)
    for part, questions in lists.items():
        found = [{passage.id for passage in await knowledge.search(question["ask"])} for question in questions["answerable"]]
        recall = sum(bool(ids & set(question["ids"])) for ids, question in zip(found, questions["answerable"], strict=True)) / len(found)
        silent = sum(not ids for ids in found)
        false = [question["ask"] for question in questions["unanswerable"] if await knowledge.search(question["ask"])]
        print(f"{part}: recall@3 {recall:.2f} of {len(found)}, {silent} without an answer; ", end="")
        print(f"{len(false)} false answers to {len(questions['unanswerable'])} others: {false}")
        assert recall >= 0.85
        assert len(false) <= 0.2 * len(questions["unanswerable"])  # half of these were chosen to lie as near as can be
    asked = [question["ask"] for question in lists["tuning"]["answerable"]]
    vectors = await model.embed(asked)
    times = []
    for vector in vectors * 4:
        start = time.perf_counter()
        await asyncio.to_thread(knowledge._nearest, vector, 3)
        times.append(time.perf_counter() - start)
    print(f"a query without its embedding: median {median(times) * 1000:.1f} ms")
    knowledge.close()
