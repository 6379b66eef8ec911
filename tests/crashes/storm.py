"""Journeys that talk without a pause while worker, API and server are killed, and a count of what became of every turn.

python -m tests.crashes.storm --kills 200 --seed 7      ten thousand turns in flight: some 40 minutes on two cores
python -m tests.crashes.storm --kills 5 --gemini        every turn asks a language model: the fake Gemini, as a process of its own
"""

import argparse
import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from providers.indexing import ensure_index
from providers.offline.embeddings import MiniLM
from providers.pages import OUR_PAGES
from providers.temporal import connect
from tests.crashes.asking import BASICS, PRODUCTS, ROUND_PRODUCTS, Ask, Caller, begin, choice, give, journey_of, say
from tests.crashes.money import calls_so_far, faults_in_the_end
from tests.running import Processes, replays, until

IN_FLIGHT = 50  # turns that are asked and not answered when a kill falls
SPARE = 6  # journeys beyond that: some have just been answered
PATIENCE = 300.0  # seconds; on a busy machine fifty journeys are long in coming back
FULLER = "fulfil"  # the operation of a turn that makes good what an earlier one left undone; nobody asks for it
PACE = 0.4  # seconds between the pieces of a model's answer, so that kills fall into them
AT_ONCE = 8  # journeys that are begun at the same moment
VICTIMS = (["worker"], ["api"], ["temporal"], ["worker", "temporal"], ["worker", "api", "temporal"])


@dataclass
class Talk:
    """One journey, its client, and what was answered to it with 200, in order."""

    journey: str
    chance: random.Random
    answered: list[dict[str, Any]] = field(default_factory=list)
    asking: bool = False
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

    async def run(self, caller: Caller, over: asyncio.Event) -> None:
        nth = 0
        while not over.is_set():
            nth += 1
            ask, asked_at = self.next_ask(nth), time.monotonic()
            await self.say(caller, ask, f"talk-{nth}")
            if ask.operation == "pause":
                await self.say(caller, Ask("resume", "resume", {}), f"talk-{nth}-goes-on")
            self.slowest = max(self.slowest, time.monotonic() - asked_at)

    async def say(self, caller: Caller, ask: Ask, key: str) -> None:
        self.asking = True
        answer = await caller.ask(self.journey, ask, key)
        self.asking = False
        assert answer.status == 200, answer
        self.answered.append({**answer.body["turn"], "asked": ask})


class Chat(Talk):
    """Every turn is a message, which a model is asked to answer."""

    def next_ask(self, nth: int) -> Ask:
        what = self.chance.randrange(10)
        if what < 4:
            return say(f"how long does a kitchen renovation take, for {nth} people?")
        return say(self.chance.choice(ROUND_PRODUCTS)) if what < 6 else say(f"It's {10 + nth % 20} x 11 ft")


@dataclass
class Tally:
    """What stands in the records beside what was answered. `wrong`: sentences."""

    turns: int = 0
    lost: int = 0
    doubled: int = 0
    fuller: int = 0  # answers that came by themselves, where no model could be asked before
    wrong: list[str] = field(default_factory=list)


@dataclass
class Storm:
    seed: int
    talks: list[Talk]
    processes: Processes
    caller: Caller
    killed: list[str] = field(default_factory=list)
    in_flight: int = 0
    began: float = field(default_factory=time.monotonic)
    asks_a_model: bool = False
    open_calls: int = 0  # calls of a model that were under way when a kill fell

    async def rage(self, kills: int, in_flight: int = IN_FLIGHT, minutes: float = float("inf")) -> None:
        """So many kills, or as many as fall within the minutes. Each falls when every journey was answered since the one before and
        `in_flight` of them wait again, so that no turn counts for two kills; then at a moment of chance, within a second and a half."""
        chance, over = random.Random(self.seed), asyncio.Event()
        async with asyncio.TaskGroup() as together:
            for talk in self.talks:
                together.create_task(talk.run(self.caller, over))
            for nth in range(kills):
                await self.every_journey_was_answered()
                if time.monotonic() - self.began > 60 * minutes:
                    break
                await asyncio.sleep(chance.uniform(0, 1.5))  # the chance of it, not a wait for something
                await until(lambda: self.waiting() >= in_flight, PATIENCE)
                await self.kill(chance.choice(VICTIMS))
                print(f"kill {nth + 1}/{kills}: {self.killed[-1]}, {self.in_flight} turns in flight so far", flush=True)
            await self.every_journey_was_answered()
            over.set()

    async def rage_for(self, seconds: float, calm: tuple[float, float]) -> None:
        """Kills at moments of chance, as long as that."""
        chance, over, end = random.Random(self.seed), asyncio.Event(), time.monotonic() + seconds
        async with asyncio.TaskGroup() as together:
            for talk in self.talks:
                together.create_task(talk.run(self.caller, over))
            while (pause := chance.uniform(*calm)) < end - time.monotonic():
                await asyncio.sleep(pause)
                await self.kill(chance.choice(VICTIMS))
            await asyncio.sleep(max(0.0, end - time.monotonic()))
            over.set()

    def waiting(self) -> int:
        return sum(talk.asking for talk in self.talks)

    async def every_journey_was_answered(self) -> None:
        before = [len(talk.answered) for talk in self.talks]
        await until(lambda: all(len(talk.answered) > count for talk, count in zip(self.talks, before, strict=True)), PATIENCE)

    async def kill(self, victims: Sequence[str]) -> None:
        self.in_flight += self.waiting()
        if self.asks_a_model:
            self.open_calls += self.count("SELECT count(*) FROM model_calls WHERE status = 'started'")
        self.processes.kill(*victims)
        self.killed.append("+".join(victims))
        if "temporal" in victims:
            await self.processes.temporal()
        if "worker" in victims:
            self.processes.worker()
        if "api" in victims:
            await self.processes.api()

    # --- what became of it -------------------------------------------------------------------------------------------------
    async def tally(self, replayed: int | None = None) -> Tally:
        """Every journey beside what was answered to it; the histories of the first `replayed` (None: of all) replay."""
        found = Tally()
        temporal = await connect(self.processes.settings)
        for talk in self.talks:
            await self.look_at(talk, found)
        if self.asks_a_model:
            found.wrong += await faults_in_the_end(self.processes.settings.database_url)
        for talk in self.talks[:replayed]:
            await replays(await temporal.get_workflow_handle(talk.journey).fetch_history())
        return found

    async def look_at(self, talk: Talk, found: Tally) -> None:
        kept = (await self.caller.all_of(f"/v1/journeys/{talk.journey}/messages"))[1:]  # the first is its beginning
        view = await self.caller.get(f"/v1/journeys/{talk.journey}")
        with closing(sqlite3.connect(self.processes.settings.database_file or "")) as db:
            events = db.execute("SELECT seq, kind, turn_id FROM events WHERE journey_id = ? ORDER BY seq", (talk.journey,)).fetchall()
            asked = db.execute("SELECT count(*) FROM requests WHERE journey_id = ?", (talk.journey,)).fetchone()[0]
        told = Counter(turn for _, kind, turn in events if kind == "reply")
        replies = {turn["turn_id"]: turn["reply"] for turn in kept}
        found.turns += len(talk.answered)
        found.lost += sum(replies.get(turn["turn_id"]) != turn["reply"] or not told[turn["turn_id"]] for turn in talk.answered)
        found.doubled += len(kept) - len(replies) + sum(count > 1 for count in told.values()) + max(0, len(kept) + 1 - asked)
        by_itself = [turn for turn in kept if turn["operation"] == FULLER]
        asked_for = [turn["turn_id"] for turn in kept if turn["operation"] != FULLER]
        if asked_for != [turn["turn_id"] for turn in talk.answered]:
            found.wrong.append(f"{talk.journey}: {len(asked_for)} turns are kept of {len(talk.answered)}, or in another order")
        found.fuller += len(by_itself)
        if len(by_itself) > sum(bool(turn["degraded"]) for turn in talk.answered):
            found.wrong.append(f"{talk.journey}: it has {len(by_itself)} fuller answers, and fewer turns that owed one")
        if [turn["seq"] for turn in kept] != list(range(2, len(kept) + 2)):
            found.wrong.append(f"{talk.journey}: turns are numbered {[turn['seq'] for turn in kept]}")
        if [seq for seq, _, _ in events] != list(range(1, len(events) + 1)):
            found.wrong.append(f"{talk.journey}: its events are not numbered one by one")
        given = [turn["asked"].body.get("inputs", {}) for turn in talk.answered]
        years = [inputs["year_built"] for inputs in given if "year_built" in inputs]
        if (years and view["inputs"]["year_built"] != years[-1]) or view["status"] != "active":
            found.wrong.append(f"{talk.journey}: its view is not what was answered last")
        rooms = [turn["inputs"]["room_size"] for turn in talk.answered if "room_size" in turn["inputs"]]
        if self.asks_a_model and rooms and view["inputs"]["room_size"] != rooms[-1]:
            found.wrong.append(f"{talk.journey}: its room is {view['inputs']['room_size']}, and not {rooms[-1]}")

    def count(self, statement: str) -> int:
        with closing(sqlite3.connect(self.processes.settings.database_file or "")) as db:
            return int(db.execute(statement).fetchone()[0])

    def summary(self, found: Tally) -> str:
        met = ", ".join(f"{name} {count}" for name, count in sorted(Counter(self.killed).items()))
        slowest = max(talk.slowest for talk in self.talks)
        return (
            f"storm {self.seed}: {len(self.killed)} kills ({met}), {self.in_flight} turns in flight when they fell, {found.turns} turns of "
            f"{len(self.talks)} journeys answered in all: {found.lost} lost, {found.doubled} doubled, {len(found.wrong)} journeys wrong; "
            f"longest wait {slowest:.1f} s, {time.monotonic() - self.began:.0f} s{self.of_models(found) if self.asks_a_model else ''}"
        )

    def of_models(self, found: Tally) -> str:
        calls = calls_so_far(self.processes.settings.database_url)
        answered = Counter(turn["engine"].partition(":")[0] for talk in self.talks for turn in talk.answered if turn["engine"])
        return (
            f"; {self.open_calls} calls of a model were open when kills fell, {calls.wanted} calls were wanted and {calls.tries} made: "
            f"{calls.in_doubt} of them in doubt, {calls.again} of these made again; turns by who read them: {dict(answered)}; "
            f"{found.fuller} fuller answers came by themselves"
        )


@asynccontextmanager
async def brewing(
    home: Path, index_root: Path, seed: int, journeys: int = IN_FLIGHT + SPARE, gemini: str | None = None
) -> AsyncIterator[Storm]:
    """Temporal, worker and API as processes on `home`, and so many journeys begun; all turns ask the `gemini` at this address."""
    shutil.copytree(index_root, home / "index")
    processes = Processes.at(home, **(asking(gemini) if gemini else {}))
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    try:
        await processes.up()
        async with httpx2.AsyncClient(base_url=processes.settings.api_url, timeout=40, trust_env=False, limits=limits) as http:
            caller, gate = Caller(http, PATIENCE), asyncio.Semaphore(AT_ONCE)
            kind = Chat if gemini else Talk
            talks = [kind(journey_of(f"storm-{n}"), random.Random(f"{seed} {n}")) for n in range(journeys)]

            async def start(nth: int, talk: Talk) -> None:
                async with gate:
                    await caller.ask(talk.journey, begin(), f"storm-{nth}")
                    await talk.say(caller, give(**BASICS), "basics")

            await asyncio.gather(*(start(nth, talk) for nth, talk in enumerate(talks)))
            yield Storm(seed, talks, processes, caller, asks_a_model=gemini is not None)
    finally:
        processes.end()


def asking(gemini: str) -> dict[str, Any]:
    """Settings with which it is asked, and money for as many turns as a storm has."""
    return {"gemini_api_key": SecretStr("a-key"), "gemini_base_url": gemini, "day_spend": 100_000, "tenant_spend": 100_000}


@asynccontextmanager
async def a_gemini() -> AsyncIterator[str]:
    """The fake one, as a process that no kill of a storm falls on; its address."""
    command = [sys.executable, "-m", "tests.gemini", "--sensible", "--pace", str(PACE)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


async def main(kills: int, seed: int, in_flight: int, minutes: float, with_gemini: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="homeview-storm-") as folder:
        index, home = Path(folder) / "index", Path(folder) / "home"
        home.mkdir()
        await ensure_index(OUR_PAGES, index, MiniLM())
        async with a_gemini() if with_gemini else nullcontext() as gemini, brewing(home, index, seed, in_flight + SPARE, gemini) as storm:
            await storm.rage(kills, in_flight, minutes)
            found = await storm.tally(replayed=5)
            print(*found.wrong, storm.summary(found), sep="\n")
    raise SystemExit(bool(found.lost or found.doubled or found.wrong))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Kill worker, API and server under many turns in flight; count what was lost.")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    arguments.add_argument("--minutes", type=float, default=float("inf"), help="no kill after them; what became of the others is counted")
    arguments.add_argument("--gemini", action="store_true", help="every turn asks a language model: the fake Gemini")
    given = arguments.parse_args()
    asyncio.run(main(given.kills, given.seed, given.in_flight, given.minutes, given.gemini))
