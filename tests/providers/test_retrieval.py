"""Questions written by somebody who had not seen the pages: what answers is found, and what nothing answers is left alone."""

from pathlib import Path

import pytest

from providers.index import ChromaKnowledge
from providers.offline.embeddings import MiniLM
from tests.bench.retrieval import APART, measured, ndcg, questions, recall, reciprocal_rank

pytestmark = pytest.mark.anyio


def test_the_measures_are_those_of_the_books() -> None:
    assert [recall(["a", "b", "c"], {"c"}, depth) for depth in (2, 3)] == [0.0, 1.0]
    assert [reciprocal_rank(["a", "b"], good) for good in ({"a"}, {"b"}, {"c"})] == [1.0, 0.5, 0.0]
    assert ndcg(["a", "b"], {"a", "b"}, 10) == 1.0
    assert ndcg(["x", "a"], {"a"}, 10) == pytest.approx(0.6309, abs=1e-4)


async def test_pages_answer_what_strangers_ask_of_them_and_are_silent_on_the_rest(index_root: Path) -> None:
    """Prints the figures with `-s`; `python -m tests.bench --only retrieval` lists what is got wrong."""
    knowledge = ChromaKnowledge(index_root, MiniLM())
    asked = questions(APART)
    found = await measured(knowledge, asked)
    knowledge.close()
    assert (len(asked["answerable"]) >= 120, found.unanswerable >= 30) == (True, True)
    assert found.unanswerable - len(found.false) >= 30
    assert len(found.false) <= 0.1 * found.unanswerable
    assert (found.recall_3 >= 0.7, found.recall_10 >= 0.9, found.mrr >= 0.75) == (True, True, True), found
