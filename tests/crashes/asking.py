"""What the kill tests ask of journeys, and the client that asks: it sends again with the same key until it has an answer."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from journeys import names
from tests.crashes.holds import OUR_BUG

GIVE_UP = 300.0  # seconds; no assertion about speed, only the end of a hang
AGAIN = (202, 429, 503)  # accepted and not done, too much at once, not accepted: the same key later


@dataclass(frozen=True)
class Ask:
    """One write. `operation` is its word on the wire; the path hangs below the journey, and is empty for its beginning."""

    operation: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    tries: int
    at: float  # time.monotonic() of its arrival


class Caller:
    """A client that never gives up its key. No connection, no answer and "not yet" are all the same to it: once more."""

    def __init__(self, http: httpx2.AsyncClient, give_up: float = GIVE_UP) -> None:
        self.http, self.give_up = http, give_up

    async def ask(self, journey: str, ask: Ask, key: str) -> Answer:
        url = f"/v1/journeys/{journey}/{ask.path}" if ask.path else "/v1/journeys"
        tries = 0
        async with asyncio.timeout(self.give_up):
            while True:
                tries += 1
                try:
                    answer = await self.http.post(url, json=dict(ask.body), headers={"Idempotency-Key": key})
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code in AGAIN or (answer.status_code == 404 and tries > 1):
                    await asyncio.sleep(0.1)
                    continue
                return Answer(answer.status_code, answer.json(), tries, time.monotonic())

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def all_of(self, path: str) -> list[dict[str, Any]]:
        """Every page of a list."""
        items: list[dict[str, Any]] = []
        page = await self.get(f"{path}?limit=200")
        while True:
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            page = await self.get(f"{path}?limit=200&cursor={page['next_cursor']}")


def begin() -> Ask:
    return Ask("begin", "", {"template": "kitchen_renovation@1"})


def say(text: str) -> Ask:
    return Ask("converse", "messages", {"text": text})


def give(**inputs: dict[str, Any]) -> Ask:
    return Ask("provide", "inputs", {"inputs": inputs})


def choice(option: str) -> dict[str, str]:
    return {"kind": "choice", "option": option}


PLACE = {"kind": "place", "country": "US", "subdivision": "WA", "postcode": "98101"}
BASICS: dict[str, Any] = {"goal": {"kind": "text", "text": "a new kitchen"}, "place": PLACE}
MEASURES: dict[str, Any] = {
    "room_size": {"kind": "room_size", "length_ft": "14.5", "width_ft": "12"},
    "counter_run": {"kind": "length", "feet": "22.5"},
    "style": choice("modern"),
    "scope": choice("moderate"),
}
PRODUCTS: dict[str, Any] = {
    "cabinet_tier": choice("semi_custom"),
    "counter_material": choice("quartz"),
    "floor_material": choice("tile"),
    "appliance_tier": choice("mid"),
}
ROUND_PRODUCTS = [  # each round other ones, so that the skills run again
    "semi-custom cabinets, quartz counters, tile floor and mid-range appliances",
    "custom cabinets, granite counters, hardwood floor and high-end appliances",
    "stock cabinets, laminate counters, vinyl floor and basic appliances",
    "semi-custom cabinets, granite counters, tile floor and mid-range appliances",
    "custom cabinets, marble counters, hardwood floor and high-end appliances",
    "stock cabinets, quartz counters, vinyl floor and basic appliances",
]


@dataclass(frozen=True)
class Kind:
    """A kind of turn to disturb: the inputs given before it, the turn itself in each round, and the turn that must work after it."""

    name: str
    before: Mapping[str, Any]
    turn: Callable[[int], Ask]
    after: Callable[[int], Ask]
    status: int = 200
    ends_as: str = "done"
    everywhere: bool = False


KINDS = [
    Kind("begin", {}, lambda _: begin(), lambda _: give(**BASICS), status=201),
    Kind(
        "inputs",
        BASICS,
        lambda n: say(f"It's {12 + n} x 11 ft and there are {20 + n} feet of countertop"),
        lambda n: give(budget={"kind": "money", "low_cents": 100_000 * (n + 1), "high_cents": 5_000_000}),
    ),
    Kind(
        "products",
        BASICS | MEASURES,
        lambda n: say(ROUND_PRODUCTS[n]),
        lambda n: give(year_built={"kind": "count", "count": 1950 + n}),
        everywhere=True,
    ),
    Kind(
        "question",
        BASICS,
        lambda n: say(f"how long does a kitchen renovation take, for {n + 2} people?"),
        lambda n: give(year_built={"kind": "count", "count": 1950 + n}),
    ),
    Kind(
        "decision",
        BASICS | MEASURES | PRODUCTS,
        lambda _: Ask("decide", "decisions", {"step": "estimate", "option": "accept"}),
        lambda _: Ask("go_back", "back", {"step": "estimate"}),
    ),
    Kind("pause", BASICS, lambda _: Ask("pause", "pause", {}), lambda _: Ask("resume", "resume", {})),
    Kind(
        "bug",
        BASICS,
        lambda _: say(OUR_BUG),
        lambda n: give(year_built={"kind": "count", "count": 1950 + n}),
        status=500,
        ends_as="failed",
    ),
]


MODEL_KINDS = [kind for kind in KINDS if kind.name in ("inputs", "products", "question")]


def journey_of(key: str) -> str:
    return names.journey_id("home", key)
