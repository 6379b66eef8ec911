"""The object store is away while a request for quotes shall go out: everything else answers as always, and it goes out by itself later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from tests.object_store import KEYS, ObjectStore, object_store
from tests.outages.house import House, faults_in, house
from tests.outages.table import named
from tests.quotes import about_to_ask, found_out
from tests.running import Stack, until
from worker.talk import Talk

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
async def bucket() -> AsyncIterator[ObjectStore]:
    async with object_store() as running:
        yield running


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory, index_root: Path, bucket: ObjectStore) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("objects"), index_root, worker=KEYS, blobs_url=bucket.url) as running:
        yield running


@asynccontextmanager
async def away(bucket: ObjectStore, fault: str) -> AsyncIterator[None]:
    bucket.strike(fault)
    try:
        yield
    finally:
        bucket.lift()


async def test_what_shall_go_out_waits_for_the_object_store_and_everything_else_goes_on(home: House, bucket: ObjectStore) -> None:
    journeys = [await through(home, bucket, "objects_away", fault) for fault in ("503", "reset", "hang")]
    assert bucket.files == {}
    near = near_to(home)
    for journey in journeys:  # the sweep comes each minute, and leaves alone for five what a living worker may have in hand
        await until(lambda one=journey: found_out(near, one), within=400)
        assert await statuses(near, journey) == ["confirmed"]
    assert len(bucket.files) == len(journeys)
    assert faults_in(home.processes.settings.database_url, journeys) == []


async def test_what_the_object_store_refuses_is_told_and_can_be_read_all_the_same(home: House, bucket: ObjectStore) -> None:
    journey = await through(home, bucket, "objects_refused", "403")
    assert await statuses(near_to(home), journey) == ["failed"]
    [effect] = (await home.caller.get(f"/v1/journeys/{journey}/effects"))["items"]
    assert effect["body"].startswith("A request for a quote")


async def through(home: House, bucket: ObjectStore, name: str, fault: str) -> str:
    """A journey that decides that its request goes out while the fault lasts."""
    journey = await about_to_ask(near_to(home))

    async def decide() -> None:
        turn = await Talk(home.http).act(journey, "decisions", {"step": "share", "option": "go_out"})
        assert named(name).told in turn["reply"]["text"], turn["reply"]["text"]

    await home.through(f"{name}.{fault}", away(bucket, fault), decide)
    return journey


def near_to(home: House) -> Stack:
    return Stack(home.http, *cast(Any, [None] * 4))


async def statuses(near: Stack, journey: str) -> list[str]:
    return [effect["status"] for effect in (await near.view(journey))["effects"]]
