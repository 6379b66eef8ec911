"""The load generator, a process of its own: so many people at once, each waits for an answer before saying the next thing.

    python -m tests.bench.load '{"url": …, "at_once": 16, "turns": 12}'

It starts its journeys, says `ready`, waits for a line, sends the turns, and prints one line of JSON.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.bench.talk import line

STARTING_AT_ONCE = 8


@dataclass(frozen=True)
class Load:
    """`each`: journeys one after the other for each person. `first`: number of the first journey. `ids`: journeys that exist already."""

    url: str
    at_once: int
    turns: int
    each: int = 1
    first: int = 0
    from_turn: int = 0
    ids: tuple[str, ...] = ()

    @property
    def span(self) -> range:
        """The turns of each journey, counted from 0."""
        return range(self.from_turn, self.from_turn + self.turns)

    def texts(self) -> list[str]:
        """All that will be said."""
        return [line(number, turn)[1] for number in range(self.first, self.first + self.at_once * self.each) for turn in self.span]


class People:
    def __init__(self, load: Load, http: httpx2.AsyncClient) -> None:
        self.load, self.http = load, http
        self.said: list[tuple[str, float, str]] = []  # kind, milliseconds, id of the turn
        self.starts: list[float] = []
        self.errors: list[str] = []
        self.statuses: dict[int, int] = {}

    async def start(self) -> list[str]:
        if self.load.ids:
            return list(self.load.ids)
        gate = asyncio.Semaphore(STARTING_AT_ONCE)

        async def one() -> str:
            async with gate:
                began = time.perf_counter()
                answer = await self.http.post("/v1/journeys", json={"template": "kitchen_renovation@1"})
                answer.raise_for_status()
                self.starts.append(time.perf_counter() - began)
                return str(answer.json()["journey_id"])

        return await asyncio.gather(*(one() for _ in range(self.load.at_once * self.load.each)))

    async def talk(self, person: int, journeys: list[str]) -> None:
        await asyncio.sleep(random.random() * 0.02 * self.load.at_once)  # not in step: a kitchen's estimate costs more than a greeting
        for nth, journey in enumerate(journeys):
            number = self.load.first + person + nth * self.load.at_once
            for turn in self.load.span:
                await self.say(journey, *line(number, turn))

    async def say(self, journey: str, kind: str, text: str) -> None:
        began = time.perf_counter()
        try:
            answer = await self.http.post(f"/v1/journeys/{journey}/messages", json={"text": text})
            took = time.perf_counter() - began
            self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
            told = answer.json().get("turn", {}) if answer.status_code == 200 else {}
            if answer.status_code != 200:
                self.errors.append(f"{answer.status_code}: {answer.text[:160]}")
            elif not told["reply"]["text"]:
                self.errors.append("an empty reply")
            self.said.append((kind, took * 1e3, told.get("turn_id", "")))
        except httpx2.HTTPError as error:
            self.errors.append(repr(error)[:160])


async def run(load: Load) -> None:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx2.AsyncClient(base_url=load.url, timeout=120, trust_env=False, limits=limits) as http:
        people = People(load, http)
        journeys = await people.start()
        print(json.dumps({"ready": journeys}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.perf_counter()
        async with asyncio.TaskGroup() as talking:
            for person in range(load.at_once):
                talking.create_task(people.talk(person, journeys[person :: load.at_once]))
        print(json.dumps(_told(people, time.perf_counter() - began)), flush=True)


def _told(people: People, seconds: float) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "said": [[kind, round(ms, 2), turn_id] for kind, ms, turn_id in people.said],
        "starts": [round(s * 1e3, 2) for s in people.starts],
        "errors": len(people.errors),
        "first_errors": people.errors[:3],
    }


if __name__ == "__main__":
    asyncio.run(run(Load(**json.loads(sys.argv[1]))))
