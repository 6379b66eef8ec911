"""The stream of a journey: no gap, nothing twice, whoever reconnects whenever."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from providers.store.log import last_seq
from tests.running import Stack, until

pytestmark = pytest.mark.anyio
Event = tuple[int, str, dict[str, Any]]


async def events(http: httpx2.AsyncClient, journey: str, position: int | None = None) -> AsyncIterator[Event]:
    """(id, kind, data), as a browser would read them."""
    headers = {} if position is None else {"Last-Event-ID": str(position)}
    async with http.stream("GET", f"/v1/journeys/{journey}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        kept: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                kept[name] = value
            elif "data" in kept:
                yield int(kept["id"]), kept["event"], json.loads(kept["data"])
                kept = {}


async def take(stream: AsyncIterator[Event], count: int) -> list[Event]:
    async with asyncio.timeout(60):
        return [await anext(stream) for _ in range(count)]


async def test_a_stream_from_the_start_tells_every_turn_in_order(homeview: Stack) -> None:
    journey = await homeview.start()
    for text in ("I'm in Seattle 98101", "hello", "modern"):
        await homeview.say(journey, text)
    view = await homeview.view(journey)
    told: list[Event] = []
    async with asyncio.timeout(60):
        async for event in events(homeview.http, journey, 0):
            told.append(event)
            if event[2].get("turn") == view["turns"] and event[1] == "reply":
                break
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    assert [data["turn"] for _, kind, data in told if kind == "reply"] == [1, 2, 3, 4]


async def test_a_stream_without_a_position_starts_now_and_is_told_what_comes(homeview: Stack) -> None:
    journey = await homeview.start()
    stream = events(homeview.http, journey)
    first = asyncio.create_task(take(stream, 1))
    await until(lambda: homeview_streams(homeview), 10)
    turn = await homeview.say(journey, "hello")
    [(_, kind, data)] = await first
    assert (kind, data["turn_id"]) == ("reply", turn["turn_id"])


async def homeview_streams(homeview: Stack) -> bool:
    return "homeview_event_streams 1.0" in (await homeview.http.get("/metrics")).text


async def test_the_stream_ends_with_the_journey(homeview: Stack) -> None:
    journey = await homeview.start()
    await homeview.http.post(f"/v1/journeys/{journey}/abandon", json={})
    async with asyncio.timeout(60):
        told = [kind async for _, kind, _ in events(homeview.http, journey, 0)]
    assert told[-1] == "end"


async def test_a_position_from_another_life_is_answered_with_the_view(homeview: Stack) -> None:
    journey = await homeview.start()
    [(seq, kind, data)] = await take(events(homeview.http, journey, 10_000), 1)
    assert kind == "resync"
    assert data["view"]["journey_id"] == journey
    assert seq < 10_000


async def test_a_thousand_events_over_random_disconnects_come_once_each_and_in_order(homeview: Stack) -> None:
    """Readers that hang up after none to four events and come back with the last id they saw, while turns go on."""
    journey = await homeview.start()
    chance = random.Random(7)

    async def read() -> list[int]:
        seen: list[int] = []
        while True:
            enough = chance.randint(0, 4)
            async for seq, kind, _ in events(homeview.http, journey, seen[-1] if seen else 0):
                seen.append(seq)
                if kind == "end":
                    return seen
                if enough <= 0:
                    break
                enough -= 1

    readers = [asyncio.create_task(read()) for _ in range(25)]
    for n in range(40):
        await homeview.say(journey, f"hello {n}")
    await homeview.http.post(f"/v1/journeys/{journey}/abandon", json={})
    async with asyncio.timeout(120):
        seen = await asyncio.gather(*readers)
    newest = await homeview.store.read(lambda db: last_seq(db, journey)) or 0
    assert len(readers) * newest >= 1_000
    assert all(one == list(range(1, newest + 1)) for one in seen)


async def test_two_hundred_streams_on_one_journey_each_see_every_event_once(homeview: Stack) -> None:
    journey = await homeview.start()
    limits = httpx2.Limits(max_connections=250)
    async with httpx2.AsyncClient(base_url=homeview.settings.api_url, timeout=60, trust_env=False, limits=limits) as tabs:
        reading = [asyncio.create_task(take(events(tabs, journey, 0), 6)) for _ in range(200)]
        for n in range(5):
            await homeview.say(journey, f"hello {n}")
        told = await asyncio.gather(*reading)
    assert all([seq for seq, _, _ in one] == [1, 2, 3, 4, 5, 6] for one in told)
