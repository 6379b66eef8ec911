import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest

from providers.base import Embedder
from providers.offline.embeddings import MiniLM, WeightsMissing

pytestmark = pytest.mark.anyio


async def test_it_keeps_the_embedders_promise(embedder: MiniLM) -> None:
    promised: Embedder = embedder
    vectors = await promised.embed(["how much will it cost?", "what is the price?", "my dog is brown", ""])
    assert [len(vector) for vector in vectors] == [promised.dimensions] * 4
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert "@" in promised.model_id  # weights and revision
    assert await promised.embed([]) == []


async def test_near_meanings_are_near(embedder: MiniLM) -> None:
    cost, price, dog = await embedder.embed(["how much will it cost?", "what is the price?", "my dog is brown"])
    assert np.dot(cost, price) > 0.6 > 0.3 > np.dot(cost, dog)


async def test_a_text_has_one_vector_whatever_is_embedded_beside_it(embedder: MiniLM) -> None:
    alone = await embedder.embed(["quartz counters"])
    beside = await embedder.embed(["a much longer sentence about floors, walls, ceilings and all the rest", "quartz counters"])
    assert alone[0] == beside[1]


def test_two_layers_are_read_in_one_pass_and_the_last_is_the_vector(embedder: MiniLM) -> None:
    texts = ["I'd like to go back", "quartz counters"]
    layers = embedder.layers(texts)
    assert np.array_equal(layers[:, 0], embedder.encode(texts))
    assert np.allclose(np.linalg.norm(layers, axis=2), 1, atol=1e-4)
    assert np.einsum("ij,ij->i", layers[:, 0], layers[:, 1]).max() < 0.9  # another layer, not the same one twice


async def test_a_single_text_is_embedded_once(embedder: MiniLM) -> None:
    await embedder.embed(["is this remembered?"])
    hits = embedder.remembered.cache_info().hits
    await embedder.embed(["is this remembered?"])
    assert embedder.remembered.cache_info().hits == hits + 1


async def test_any_string_can_be_embedded(embedder: MiniLM) -> None:
    for text in ("\ud800", "\x00", "word " * 100_000, "😀", "\n"):
        assert len((await embedder.embed([text]))[0]) == embedder.dimensions


async def test_the_event_loop_keeps_moving(embedder: MiniLM) -> None:
    pauses, last = [], time.monotonic()
    work = asyncio.create_task(embedder.embed([f"sentence {i} " * 60 for i in range(20)]))
    while not work.done():
        await asyncio.sleep(0.005)
        pauses.append(time.monotonic() - last)
        last = time.monotonic()
    assert len(pauses) > 3  # an embedder that held the loop would let it turn once


async def test_many_threads_may_load_it_at_once(embedder: MiniLM) -> None:
    fresh = MiniLM(embedder.folder)
    vectors = await asyncio.gather(*(fresh.embed(["the same words"]) for _ in range(4)))
    assert all(vector == vectors[0] for vector in vectors)


async def test_without_weights_it_says_what_to_run(tmp_path: Path) -> None:
    missing = MiniLM(tmp_path)
    with pytest.raises(WeightsMissing, match="run make venv"):
        await missing.embed(["hello"])


async def test_another_recipes_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"model_id": "something-else@1"}))
    with pytest.raises(WeightsMissing, match=r"something-else@1.*run make venv"):
        await MiniLM(tmp_path).embed(["hello"])
