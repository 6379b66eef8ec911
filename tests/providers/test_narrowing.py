"""A search for somebody, somewhere, at some step: it finds all that is theirs, and nothing that is another's."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from providers.base import Passage, Where
from providers.index import ADMISSIONS, ChromaKnowledge, score
from providers.indexing import Entry, entries, write_index
from providers.narrowing import around
from tests.providers.test_index import Words

pytestmark = pytest.mark.anyio

REGIONS = ("general", "US", "US-WA", "US-TX", "CA", "CA-ON")
PERSONAS = ("homeowner", "contractor", "investor")
STEPS = ("measure", "estimate")
TOPICS = ("floors", "walls")


@pytest.fixture
def anyio_backend():
    return "asyncio"


def a_passage(id_: str, region: str = "general", topic: str = "floors", personas: Sequence[str] = (), steps: Sequence[str] = ()) -> Passage:
    fields = {
        "id": id_,
        "title": "Oak",
        "text": f"About oak, {id_}.",
        "source": "-",
        "date_read": "2026-11-22",
        "asked": (f"is oak {id_}?",),
    }
    return Passage.model_validate({**fields, "region": region, "topic": topic, "personas": personas, "steps": steps})


PAGES = [
    a_passage("for-all"),
    a_passage("us", region="US"),
    a_passage("washington", region="US-WA"),
    a_passage("texas", region="US-TX"),
    a_passage("canada", region="CA"),
    a_passage("walls", topic="walls"),
    a_passage("landlords", personas=["investor", "contractor"]),
    a_passage("measuring", steps=["measure", "take_off"]),
    a_passage("landlords-in-washington-at-the-estimate", region="US-WA", personas=["investor"], steps=["estimate"]),
]


def indexed(root: Path, passages: Sequence[Passage], words: Words, name: str = "0" * 16) -> None:
    vectors = [words.vector(entry.read) for entry in entries(passages)]
    write_index(root, name, root, words.model_id, passages, vectors)


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def knowledge(tmp_path: Path, words: Words) -> Iterator[ChromaKnowledge]:
    indexed(tmp_path, PAGES, words)
    knowledge = ChromaKnowledge(tmp_path, words, floor=0.0)
    yield knowledge
    knowledge.close()


async def found(knowledge: ChromaKnowledge, where: Where | None) -> set[str]:
    return {passage.id for passage in await knowledge.search("is oak good?", limit=len(PAGES), where=where)}


ALL = {page.id for page in PAGES}
OF_WASHINGTON = {"washington", "landlords-in-washington-at-the-estimate"}
FOR_SOME = {"landlords", "landlords-in-washington-at-the-estimate"}
AT_SOME_STEP = {"measuring", "landlords-in-washington-at-the-estimate"}


@pytest.mark.parametrize("where", [None, Where()])
async def test_without_a_wish_everything_may_be_found(knowledge, where):
    assert await found(knowledge, where) == ALL


@pytest.mark.parametrize(
    ("region", "hidden"),
    [
        ("US-WA", {"texas", "canada"}),
        ("US-OR", {"texas", "canada"} | OF_WASHINGTON),
        ("US", {"texas", "canada"} | OF_WASHINGTON),
        ("CA-ON", {"us", "texas"} | OF_WASHINGTON),
        ("general", {"us", "texas", "canada"} | OF_WASHINGTON),
    ],
)
async def test_a_region_takes_its_own_pages_those_of_its_country_and_the_general_ones(knowledge, region, hidden):
    assert await found(knowledge, Where(region=region)) == ALL - hidden


@pytest.mark.parametrize(
    ("persona", "hidden"),
    [
        ("investor", set()),
        ("contractor", {"landlords-in-washington-at-the-estimate"}),
        ("homeowner", FOR_SOME),
        ("nobody_knows", FOR_SOME),
    ],
)
async def test_a_persona_takes_the_pages_for_everybody_and_its_own(knowledge, persona, hidden):
    assert await found(knowledge, Where(persona=persona)) == ALL - hidden


@pytest.mark.parametrize(
    ("step", "hidden"),
    [("take_off", {"landlords-in-washington-at-the-estimate"}), ("estimate", {"measuring"}), ("style", AT_SOME_STEP)],
)
async def test_a_step_takes_the_pages_of_any_step_and_its_own(knowledge, step, hidden):
    assert await found(knowledge, Where(step=step)) == ALL - hidden


async def test_a_topic_takes_its_own_pages_only(knowledge):
    assert await found(knowledge, Where(topic="walls")) == {"walls"}


async def test_wishes_are_met_all_together(knowledge):
    at_home = Where(topic="floors", region="US-WA", persona="investor", step="estimate")
    assert await found(knowledge, at_home) == {"for-all", "us", "washington", "landlords", "landlords-in-washington-at-the-estimate"}
    assert await found(knowledge, at_home.model_copy(update={"persona": "homeowner"})) == {"for-all", "us", "washington"}


async def test_where_nothing_is_admitted_nothing_is_found(knowledge):
    for _ in range(2):  # the second time by what is remembered of the first
        assert await found(knowledge, Where(topic="roofs")) == set()
    assert await found(knowledge, Where(topic="walls")) == {"walls"}


async def test_a_passage_tells_whom_it_is_for_and_its_step_as_its_page_did(knowledge):
    bare = [page.model_copy(update={"asked": ()}) for page in PAGES]  # questions are not told
    assert await knowledge.passages([page.id for page in PAGES]) == bare


async def test_what_a_wish_admits_is_looked_up_anew_when_the_index_moves(knowledge, tmp_path, words):
    assert await found(knowledge, Where(topic="walls")) == {"walls"}
    indexed(tmp_path, [*PAGES, a_passage("plaster", topic="walls")], words, name="1" * 16)
    assert await found(knowledge, Where(topic="walls")) == {"walls", "plaster"}


async def test_no_more_than_a_bounded_number_of_wishes_is_remembered(knowledge):
    for n in range(ADMISSIONS + 5):
        await found(knowledge, Where(topic=f"topic_{n}"))
    assert len(knowledge._admissions) == ADMISSIONS


async def test_a_vector_that_the_caller_has_costs_no_embedding(knowledge, words):
    told = await knowledge.search("is oak us?")
    words.asked.clear()
    assert await knowledge.search("is oak us?", vector=words.vector("is oak us?")) == told
    assert words.asked == []
    with pytest.raises(ValueError, match="a vector of 2 numbers is not words-1's, which have 256"):
        await knowledge.search("is oak us?", vector=[0.6, 0.8])


@pytest.mark.parametrize("wrong", [{"region": "Seattle"}, {"persona": "*"}, {"topic": ""}, {"colour": "red"}])
def test_a_wish_that_no_page_could_meet_by_its_form_is_refused(wrong):
    with pytest.raises(ValidationError):
        Where.model_validate(wrong)


def test_the_floor_is_the_embedders_unless_one_is_handed_in(tmp_path, words):
    assert ChromaKnowledge(tmp_path, words).floor == words.floor
    assert ChromaKnowledge(tmp_path, words, floor=0.5).floor == 0.5


# --- against a search that looks at everything ---------------------------------------------------------------------------------
LABELS = st.fixed_dictionaries(
    {
        "region": st.sampled_from(REGIONS),
        "topic": st.sampled_from(TOPICS),
        "personas": st.sets(st.sampled_from(PERSONAS), max_size=2).map(sorted),
        "steps": st.sets(st.sampled_from(STEPS), max_size=1).map(sorted),
    }
)
WISHES = st.builds(
    Where,
    topic=st.none() | st.sampled_from(TOPICS),
    region=st.none() | st.sampled_from(REGIONS),
    persona=st.none() | st.sampled_from(PERSONAS),
    step=st.none() | st.sampled_from(STEPS),
)


def admits(where: Where, passage: Passage) -> bool:
    return (
        where.topic in (None, passage.topic)
        and (where.region is None or passage.region in {where.region, where.region[:2], "general"})
        and (where.persona is None or not passage.personas or where.persona in passage.personas)
        and (where.step is None or not passage.steps or where.step in passage.steps)
    )


def looked_through(of: Sequence[Entry], vectors: np.ndarray, question: np.ndarray, limit: int, where: Where) -> list[tuple[str, float]]:
    """As the index says it searches, with every admitted vector compared: the passages of the nearest eight for each one wanted."""
    cosines = vectors @ question
    admitted = sorted((n for n, entry in enumerate(of) if admits(where, entry.passage)), key=lambda n: -cosines[n])[: limit * 8]
    texts = {entry.id: float(cosines[n]) for n, entry in enumerate(of)}
    nearest: dict[str, float] = {}
    for n in admitted:
        nearest.setdefault(of[n].passage.id, float(cosines[n]))
    scores = [(id_, score(best, texts[id_])) for id_, best in nearest.items()]
    return sorted(scores, key=lambda scored: -scored[1])[:limit]


@settings(max_examples=15, deadline=None)
@given(labels=st.lists(LABELS, min_size=1, max_size=120), seed=st.integers(0, 2**32 - 1), wishes=st.lists(WISHES, min_size=1, max_size=6))
def test_under_any_wish_the_nearest_are_those_of_a_search_that_looks_at_every_vector(labels, seed, wishes):
    chance, words = np.random.default_rng(seed), Words()
    words.dimensions = 16
    passages = [a_passage(f"p{n}", **fields) for n, fields in enumerate(labels)]
    of = entries(passages)
    vectors = chance.normal(size=(len(of), 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with TemporaryDirectory() as folder:
        write_index(Path(folder), "0" * 16, Path(folder), words.model_id, passages, vectors.tolist())
        knowledge = ChromaKnowledge(Path(folder), words, floor=0.0)
        for where, limit in zip(wishes * 2, (1 + n % 3 for n in count()), strict=False):
            question = vectors[chance.integers(len(of))] + chance.normal(0, 0.3, 16).astype(np.float32)
            question /= np.linalg.norm(question)
            expected = [scored for scored in looked_through(of, vectors, question, limit, where) if scored[1] > 0]
            told = [
                (p.id, p.score) for p in knowledge._nearest(question.tolist(), limit, where) if p.score > 0
            ]  # of noughts none is nearer
            assert [id_ for id_, _ in told] == [id_ for id_, _ in expected]
            assert [number for _, number in told] == pytest.approx([number for _, number in expected], abs=1e-4)
        knowledge.close()


def test_a_region_is_its_own_its_countrys_and_the_worlds():
    assert [around(region) for region in ("US-WA", "US", "general")] == [["US-WA", "US", "general"], ["US", "general"], ["general"]]
