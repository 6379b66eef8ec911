"""A storm: journeys talk without a pause while worker, API and server are killed at random. `HOMEVIEW_STORM_SECONDS` and
`HOMEVIEW_STORM_SEED` make it longer, or another one."""

import asyncio
import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from providers.temporal import connect
from tests.crashes.asking import BASICS, PRODUCTS, ROUND_PRODUCTS, Ask, Caller, begin, choice, give, journey_of, say
from tests.running import Processes, replays

pytestmark = [pytest.mark.anyio, pytest.mark.long]
SECONDS = float(os.environ.get("HOMEVIEW_STORM_SECONDS", "15"))
SEED = int(os.environ.get("HOMEVIEW_STORM_SEED", "1"))
JOURNEYS = 8
CALM = (1.0, 4.0)  # seconds between two kills
VICTIMS = (["worker"], ["api"], ["temporal"], ["worker", "temporal"], ["worker", "api", "temporal"])


@dataclass
class Talk:
    """One journey, its client, and what was answered to it with 200, in order."""

    journey: str
    chance: random.Random
    answered: list[dict[str, Any]] = field(default_factory=list)
    slowest: float = 0.0

    def next_ask(self, nth: int) -> Ask:
        """`year_built` counts the turns: the view must end with the last one that was answered."""
        what = self.chance.randrange(10)
        if what < 5:
            return give(year_built={"kind": "count", "count": 1700 + nth % 400})
        if what == 5:
            return say(f"how long does a kitchen renovation take, for {nth} people?")
        if what == 6:
            return say(self.chance.choice(ROUND_PRODUCTS))
        if what == 7:
            return give(**PRODUCTS | {"counter_material": choice(self.chance.choice(["quartz", "granite", "laminate"]))})
        return Ask("pause", "pause", {}) if what == 8 else say(f"It's {10 + nth % 20} x 11 ft")

    async def run(self, caller: Caller, until: float) -> None:
        nth = 0
        while time.monotonic() < until:
            nth += 1
            ask, asked_at = self.next_ask(nth), time.monotonic()
            await self.say(caller, ask, f"talk-{nth}")
            if ask.operation == "pause":
                await self.say(caller, Ask("resume", "resume", {}), f"talk-{nth}-goes-on")
            self.slowest = max(self.slowest, time.monotonic() - asked_at)

    async def say(self, caller: Caller, ask: Ask, key: str) -> None:
        answer = await caller.ask(self.journey, ask, key)
        assert answer.status == 200, answer
        self.answered.append({**answer.body["turn"], "asked": ask})


async def storm(processes: Processes, chance: random.Random, until: float) -> list[str]:
    killed = []
    while (calm := chance.uniform(*CALM)) < until - time.monotonic():
        await asyncio.sleep(calm)
        victims = chance.choice(VICTIMS)
        processes.kill(*victims)
        killed.append("+".join(victims))
        if "temporal" in victims:
            await processes.temporal()
        if "worker" in victims:
            processes.worker()
        if "api" in victims:
            await processes.api()
    return killed


async def test_nothing_answered_is_lost_in_a_storm(tmp_path: Path, index_root: Path) -> None:
    shutil.copytree(index_root, tmp_path / "index")
    processes = Processes.at(tmp_path)
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    try:
        await processes.up()
        async with httpx2.AsyncClient(base_url=processes.settings.api_url, timeout=40, trust_env=False, limits=limits) as http:
            caller, talks = Caller(http), [Talk(journey_of(f"storm-{n}"), random.Random(f"{SEED} {n}")) for n in range(JOURNEYS)]
            for nth, talk in enumerate(talks):
                await caller.ask(talk.journey, begin(), f"storm-{nth}")
                await talk.say(caller, give(**BASICS), "basics")
            until = time.monotonic() + SECONDS
            async with asyncio.TaskGroup() as together:
                storming = together.create_task(storm(processes, random.Random(SEED), until))
                for talk in talks:
                    together.create_task(talk.run(caller, until))
            killed = storming.result()
            turns = sum(len(talk.answered) for talk in talks)
            print(f"\nstorm {SEED}: {turns} turns of {JOURNEYS} journeys, {len(killed)} kills ({', '.join(killed)}), ", end="")
            print(f"longest wait {max(talk.slowest for talk in talks):.1f} s")
            temporal = await connect(processes.settings)
            for talk in talks:
                await as_it_was_answered(talk, caller)
                with closing(sqlite3.connect(processes.settings.database_file or "")) as db:
                    told_once(db, talk)
                await replays(await temporal.get_workflow_handle(talk.journey).fetch_history())
    finally:
        processes.end()


async def as_it_was_answered(talk: Talk, caller: Caller) -> None:
    """The conversation is what was answered, each turn once, in order; the view holds the last year that was given."""
    kept = (await caller.all_of(f"/v1/journeys/{talk.journey}/messages"))[1:]  # the first is its beginning
    assert [turn["turn_id"] for turn in kept] == [turn["turn_id"] for turn in talk.answered]
    assert [turn["reply"] for turn in kept] == [turn["reply"] for turn in talk.answered]
    assert [turn["seq"] for turn in kept] == list(range(2, len(kept) + 2))
    years = [ask.body["inputs"]["year_built"] for ask in asks(talk) if "year_built" in ask.body.get("inputs", {})]
    view = await caller.get(f"/v1/journeys/{talk.journey}")
    assert not years or view["inputs"]["year_built"] == years[-1]
    assert view["status"] == "active"


def asks(talk: Talk) -> list[Ask]:
    return [turn["asked"] for turn in talk.answered]


def told_once(db: sqlite3.Connection, talk: Talk) -> None:
    told = db.execute("SELECT seq, kind, turn_id FROM events WHERE journey_id = ? ORDER BY seq", (talk.journey,)).fetchall()
    assert [turn for _, kind, turn in told if kind == "reply"][1:] == [turn["turn_id"] for turn in talk.answered]
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
