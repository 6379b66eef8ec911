"""Two workers and two APIs, as on two machines, on one PostgreSQL: whichever door is taken, it is the same journey."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.api.test_events import Event, events, take
from tests.postgres import Cluster
from tests.running import Stack, stack

pytestmark = pytest.mark.anyio
Pair = tuple[Stack, Stack]


@pytest.fixture(scope="module")
async def pair(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    async with contextlib.AsyncExitStack() as open:
        url = open.enter_context(postgres.database())
        homes = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
        one, two = [await open.enter_async_context(stack(temporal, home, mind, database_url=url)) for home in homes]
        yield one, two


async def told(of: Stack, journey: str) -> list[Event]:
    """Everything a stream from the start is told, until the journey ends."""
    async with asyncio.timeout(60):
        return [event async for event in events(of.http, journey, 0)]


async def test_a_stream_at_one_api_is_told_the_turns_of_both_without_gap_or_double(pair: Pair) -> None:
    one, two = pair
    journeys = [await (one, two)[n % 2].start() for n in range(4)]
    reading = [asyncio.create_task(told(of, journey)) for journey in journeys for of in pair]

    async def talk(journey: str) -> None:
        for n in range(6):
            await (one, two)[n % 2].say(journey, f"hello {n}")
        await one.http.post(f"/v1/journeys/{journey}/abandon", json={})

    await asyncio.gather(*map(talk, journeys))
    seen = await asyncio.gather(*reading)
    for at_one, at_two in zip(seen[::2], seen[1::2], strict=True):
        assert at_one == at_two
        assert [seq for seq, _, _ in at_one] == list(range(1, len(at_one) + 1))
        assert [data["turn"] for _, kind, data in at_one if kind == "reply"] == list(range(1, 9))  # the start, six messages, the end


async def test_the_same_key_at_both_apis_at_once_is_one_turn(pair: Pair) -> None:
    one, two = pair
    journey = await one.start()
    for n in range(5):
        first, second = await asyncio.gather(*(of.say(journey, "I'm in Seattle 98101", key=f"key-{n}") for of in pair))
        assert first == second
    assert (await two.view(journey))["turns"] == 6


async def test_a_stream_goes_on_after_the_database_was_started_again(pair: Pair, postgres: Cluster) -> None:
    one, two = pair
    journey = await one.start()
    stream = events(one.http, journey, 0)
    seen = await take(stream, 1)
    with postgres.away():
        assert (await two.http.get("/readyz")).json()["database"] is False
    for n in range(3):
        await two.say(journey, f"hello {n}")
    await two.http.post(f"/v1/journeys/{journey}/abandon", json={})
    async with asyncio.timeout(60):
        seen += [event async for event in stream]
    assert [seq for seq, _, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][1] == "end"
