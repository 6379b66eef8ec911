"""Vectors by Gemini, over the wire."""

import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.base import Embedder
from providers.errors import RateLimited, Upstream5xx
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import EMBEDDING_MODEL, Counted, GeminiEmbedder
from tests.gemini.answers import Answer
from tests.gemini.embeddings import vector
from tests.gemini.fake import FakeGemini

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def embedder(client: GeminiClient) -> GeminiEmbedder:
    return GeminiEmbedder(client, now=lambda: NOON)


def answered(*values: list[float]) -> Answer:
    return Answer(body={"embeddings": [{"values": one} for one in values]})


async def test_each_text_has_its_vector_in_the_order_of_the_texts(gemini: FakeGemini, embedder: GeminiEmbedder) -> None:
    vectors = await embedder.embed(["oak", "maple", "oak"])
    assert vectors[0] == vectors[2] == pytest.approx(vector("oak"))
    assert vectors[1] == pytest.approx(vector("maple"))


async def test_the_model_dimensions_and_task_are_asked_for(gemini: FakeGemini, client: GeminiClient) -> None:
    embedder: Embedder = GeminiEmbedder(client, dimensions=256)
    [found] = await embedder.embed(["oak"])
    assert (embedder.model_id, embedder.dimensions, len(found)) == ("gemini-embedding-001@256", 256, 256)
    [call] = gemini.calls
    assert call.request and (call.name, call.model) == ("batchEmbedContents", EMBEDDING_MODEL)
    [request] = call.request["requests"]
    assert (request["outputDimensionality"], request["taskType"]) == (256, "SEMANTIC_SIMILARITY")


@pytest.mark.parametrize("model", [EMBEDDING_MODEL, "gemini-embedding-2"])
async def test_texts_stay_apart_whatever_the_model(gemini: FakeGemini, client: GeminiClient, model: str) -> None:
    assert len(await GeminiEmbedder(client, model).embed(["oak", "maple"])) == 2


async def test_vectors_have_unit_length_whatever_length_they_came_with(gemini: FakeGemini, client: GeminiClient) -> None:
    gemini.script(answered([3, 4], [0.1, 0]), call="batchEmbedContents")
    assert await GeminiEmbedder(client, dimensions=2).embed(["oak", "maple"]) == [[0.6, 0.8], [1, 0]]


@pytest.mark.parametrize(
    "wrong", [answered([1, 0]), answered([1, 0], [0, 0]), answered([1, 0], [1]), answered([1, 0], [1, 1e999]), Answer(body={})]
)
async def test_vectors_that_are_none_are_a_failure_of_gemini(gemini: FakeGemini, client: GeminiClient, wrong: Answer) -> None:
    gemini.script(wrong, call="batchEmbedContents")
    with pytest.raises(Upstream5xx):
        await GeminiEmbedder(client, dimensions=2).embed(["oak", "maple"])


async def test_many_texts_go_in_batches_of_a_hundred(gemini: FakeGemini, embedder: GeminiEmbedder) -> None:
    texts = [f"board {number}" for number in range(230)]
    vectors, usage, cost, priced_as, known = await embedder.embed_counted(texts)
    assert known
    assert [len(call.request["requests"]) for call in gemini.calls if call.request] == [100, 100, 30]
    assert [vectors[0], vectors[229]] == [pytest.approx(vector("board 0")), pytest.approx(vector("board 229"))]
    tokens = sum(-(-len(text) // 4) for text in texts)
    assert usage == {"promptTokenCount": tokens, "totalTokenCount": tokens}
    assert (cost, priced_as) == (tokens * Decimal("0.15") / 1_000_000, EMBEDDING_MODEL)


async def test_no_texts_are_no_request_and_cost_nothing(gemini: FakeGemini, embedder: GeminiEmbedder) -> None:
    assert await embedder.embed_counted([]) == Counted([], {}, Decimal(0), "")
    assert gemini.calls == []


async def test_tokens_that_gemini_does_not_count_are_guessed_and_paid_for(gemini: FakeGemini, client: GeminiClient) -> None:
    gemini.script(answered([1, 0]), call="batchEmbedContents")
    counted = await GeminiEmbedder(client, dimensions=2).embed_counted(["quarter-sawn oak"])
    assert counted.usage == {"promptTokenCount": 6, "guessedTokenCount": 6}
    assert counted.cost > 0


async def test_a_batch_that_fails_fails_the_whole(gemini: FakeGemini, embedder: GeminiEmbedder) -> None:
    gemini.fault("rate_limited", nth=2)
    with pytest.raises(RateLimited):
        await embedder.embed(["oak"] * 150)
    assert len(gemini.calls) == 2


async def test_the_fakes_vectors_have_unit_length(gemini: FakeGemini, embedder: GeminiEmbedder) -> None:
    for found in await embedder.embed(["oak", "maple"]):
        assert math.isclose(math.hypot(*found), 1)
