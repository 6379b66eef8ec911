"""Money across kill -9, with real processes: no threshold is told twice or forgotten, and no budget is overspent.

A model of the fake Gemini's thinks so long that a turn costs some two dollars and holds three, by prices of our own (HOMEVIEW_PRICES).
"""

import asyncio
import contextlib
import itertools
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update
from temporalio.client import Client

from activities.models import TOKENS
from journeys import names
from journeys.messages import Begin, JourneyStart
from providers.library import library
from providers.store.alerts import DOUBT_AFTER, raise_alert
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.store.tables import alerts, budgets, model_calls, turns
from providers.temporal import connect
from tests.crashes.asked_again import Asking, by_asking, faults_in_asking
from tests.crashes.money import faults_in_the_end
from tests.gemini.asked import Asked
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini, brief_of
from tests.gemini.running import fake_gemini
from tests.mailbox import mailbox, webhook
from tests.providers.test_budgets import guarded
from tests.running import BUSY, Processes, replays, until
from worker.talk import Talk
from workflows.journey import JourneyWorkflow

pytestmark = [pytest.mark.anyio, pytest.mark.long]  # half a minute each on a quiet machine
MODEL = "gemini-3.8-flash"
DOLLARS_A_MILLION = 1_000  # for what it says and thinks; what it is asked is free
THOUGHTS = 2_000  # tokens
CAP = Decimal(20)  # of a journey: told at 10 and 16 dollars, and the tenth turn or so is not covered
QUESTION = "how long does a kitchen renovation take, for {} people?"
AT_ONCE = 64  # turns
NO_SCHEMA = json.dumps({"something_else": "valid JSON of no schema, thought about and paid for like any other"})
GUARDED = "IntegrityError"  # of the database, where it refuses what nobody should have asked of it
HELD = 8  # calls that are held when a kill falls
SHORT_RUN = 60  # events: some four turns
PATIENCE = 120.0  # seconds; only the end of a hang


@dataclass
class Bank:
    """HomeView as processes, its fake model, and its database as a test looks into it."""

    processes: Processes
    gemini: FakeGemini
    store: Store
    temporal: Client
    http: httpx2.AsyncClient

    async def rows(self, table: Any, *conditions: Any) -> list[dict[str, Any]]:
        found = await self.store.read(lambda db: db.execute(select(table).where(*conditions)).mappings().all())
        return [dict(row) for row in found]

    async def spent(self, journey: str) -> Decimal:
        return sum((row["spent"] for row in await self.rows(budgets, budgets.c.key == journey)), Decimal(0))

    async def highest(self) -> Decimal:
        """What was spent and reserved of any day when it was most, by `watched`."""
        most = await self.store.read(lambda db: db.execute(text("SELECT max(height) FROM heights")).scalar_one())
        return Decimal(most).scaleb(-8)

    async def sees(self, what: str, condition: Callable[[], bool]) -> None:
        """Waits until it is so; fails with what was seen instead."""
        try:
            await until(condition, PATIENCE / BUSY, every=0.005)
        except TimeoutError:
            calls = Counter(call["status"] for call in await self.rows(model_calls))
            gave = Counter(call.gave for call in self.gemini.calls)
            seen = f"{self.gemini.open} calls are under way, the fake gave {dict(gave)}, the ledger holds {dict(calls)}"
            raise AssertionError(f"{what}: that never came; {seen}") from None

    async def alert(self, key: str) -> dict[str, Any]:
        return next(iter(await self.rows(alerts, alerts.c.key == key)), {"status": "none", "reached": []})

    async def is_sent(self, key: str) -> bool:
        return bool((await self.alert(key))["status"] == "sent")

    def restart(self) -> None:
        self.processes.kill("worker")
        self.processes.worker()


class EverySecond:
    """Which calls a fault befalls, so that some are under way while others are answered."""

    def __init__(self) -> None:
        self.is_on = True
        self._numbers = itertools.count()

    def __call__(self, asked: Asked) -> bool:
        return self.is_on and brief_of(asked) is not None and next(self._numbers) % 2 == 0


async def watched(store: Store) -> None:
    """From here on the database keeps what is spent and reserved of a day, after each change (SQLite's hundred-millionths of a dollar)."""

    def watch(db: Any) -> None:
        db.execute(text("CREATE TABLE heights (height BIGINT)"))
        keep = "INSERT INTO heights VALUES (NEW.spent + NEW.reserved)"
        db.execute(text(f"CREATE TRIGGER watch AFTER UPDATE ON budgets WHEN NEW.scope = 'day' BEGIN {keep}; END"))

    await store.write(watch)


def held_by(call: Mapping[str, Any]) -> Decimal:
    """What it had to reserve: a repair may say twice as much."""
    return Decimal((2 if call["name"].endswith(".repair") else 1) * TOKENS * DOLLARS_A_MILLION) / 1_000_000


def first_refused(calls: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """By journey the call that its budget did not cover; one behind it is refused without a look at the budget."""
    refused = sorted((call for call in calls if call["status"] == "over_budget"), key=lambda call: call["started_at"], reverse=True)
    return {call["journey_id"]: call for call in refused}


@contextlib.asynccontextmanager
async def bank(home: Path, index_root: Path, mind: tuple[Any, Any, Any], **more: Any) -> AsyncIterator[Bank]:
    shutil.copytree(index_root, home / "index")
    prices = home / "prices.yaml"
    price = f"{{engine: 'gemini:{MODEL}', input: 0, output: {DOLLARS_A_MILLION}, source: this test, read: 2026-11-22}}"
    prices.write_text(f"prices:\n  - {price}\n")
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        gemini.thoughts = THOUGHTS
        asked = {"gemini_api_key": SecretStr("a-key"), "gemini_base_url": gemini.url, "gemini_model": MODEL, "gemini_cheaper_model": MODEL}
        processes = Processes.at(home, prices=prices, tenant_spend="50000", **asked, **more)
        migrate(processes.settings.database_url)
        store = Store(processes.settings.database_url)
        await guarded(store)
        try:
            await processes.up()
            limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
            async with httpx2.AsyncClient(base_url=processes.settings.api_url, trust_env=False, limits=limits) as http:
                yield Bank(processes, gemini, store, await connect(processes.settings), http)
        finally:
            processes.end()
            store.close()


async def begun(bank: Bank, cap: Decimal) -> str:
    """As the API starts a journey with a budget, with shorter runs."""
    template = library().newest("kitchen_renovation@1")
    assert template
    journey = names.journey_id("home", "dear")
    common: dict[str, Any] = {"tenant": "home", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
    start = JourneyStart(journey_id=journey, template=template, continue_after_events=SHORT_RUN, **common)
    handle = await bank.temporal.start_workflow(JourneyWorkflow.run, start, id=journey, task_queue=names.JOURNEYS_QUEUE)
    asked = Begin(key="dear", body_hash="", budget=cap)
    await handle.execute_update(JourneyWorkflow.begin, asked, id=names.update_id("begin", "dear"))  # type: ignore[arg-type]
    return journey


async def runs(bank: Bank, journey: str) -> list[str]:
    """The ids of its runs, the newest first; each history replays."""
    found: list[str] = []
    run_id: str | None = None
    while True:
        history = await bank.temporal.get_workflow_handle(journey, run_id=run_id).fetch_history()
        await replays(history)
        found.append(history.run_id)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return found


@dataclass
class Person:
    """Who talks with one journey, and sends again until there is an answer."""

    talk: Talk
    journey: str
    numbers: Iterator[int]

    async def says(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return await self.talk.say(self.journey, QUESTION.format(next(self.numbers)))


async def test_each_threshold_is_told_once_whatever_is_killed_and_continued_meanwhile(
    tmp_path: Path, index_root: Path, mind: tuple[Any, Any, Any]
) -> None:
    async with mailbox() as box, webhook() as hook:
        urls = SecretStr(f"{box.url}, {hook.url}")
        async with bank(tmp_path, index_root, mind, day_spend="10000", alerts=urls) as home:
            journey = await begun(home, CAP)
            person = Person(Talk(home.http), journey, iter(range(2, 99)))
            half, most, all_of_it = (f"budget:journey:{journey}:{step}" for step in (50, 80, 100))

            # Killed in the middle of delivering: the mail is out, and the webhook has taken it, but its answer reaches nobody.
            hook.go.clear()
            while await home.spent(journey) < CAP / 2:
                await person.says()
            await asyncio.wait_for(hook.arrived.wait(), PATIENCE)
            home.processes.kill("worker")
            hook.go.set()
            cut_short = await home.alert(half)
            assert (cut_short["status"], len(cut_short["reached"])) == ("sending", 1)
            long_ago = datetime.now(UTC) - DOUBT_AFTER - timedelta(minutes=1)
            await home.store.write(lambda db: db.execute(update(alerts).where(alerts.c.key == half).values(claimed_at=long_ago)))
            home.processes.worker()
            await until(lambda: home.is_sent(f"doubt:{half}"), PATIENCE)
            assert (box.keys, hook.keys) == ([half], [half, half])
            assert hook.texts[1].startswith("Whether you were told this is not known")
            runs_then = await runs(home, journey)

            # Killed while a model is asked, and again between the raising of an alert and its delivery.
            home.gemini.fault("hang")
            asking = asyncio.create_task(person.says())
            await until(lambda: home.gemini.calls[-1].gave == "hang", PATIENCE)
            home.restart()
            await asking
            while (await home.alert(most))["status"] == "none":
                await person.says()
            home.processes.kill("worker")
            waiting = (await home.alert(most))["status"]
            home.processes.worker()
            assert waiting in ("pending", "sent")  # at most a look of the worker's came before the kill
            await until(lambda: home.is_sent(most), PATIENCE)

            # Nothing is covered any more; and whoever starts again later tells nobody anew.
            while "over_budget" not in (await person.says())["degraded"]:
                pass
            await until(lambda: home.is_sent(all_of_it), PATIENCE)
            home.restart()
            assert "over_budget" in (await person.says())["degraded"]
            now = datetime.now(UTC)
            await home.store.write(lambda db: raise_alert(db, key="the last", kind="test", about="-", text="The last.", at=now))
            await until(lambda: home.is_sent("the last"), PATIENCE)
            assert box.keys == [half, most, all_of_it, "the last"]
            assert hook.keys == [half, half, most, all_of_it, "the last"]
            assert {row["key"] for row in await home.rows(alerts)} == {half, f"doubt:{half}", most, all_of_it, "the last"}
            assert len(set(await runs(home, journey)) - set(runs_then)) >= 1 and len(runs_then) >= 2


async def test_sixty_four_turns_at_once_on_one_budget_never_go_above_it_through_two_kills(
    tmp_path: Path, index_root: Path, mind: tuple[Any, Any, Any]
) -> None:
    """A model that never comes to an answer: each turn asks it twice, at two dollars. Every second call is held until the worker is killed.
    The database refuses a statement that would leave more than the cap (guarded); the call would have failed then."""
    cap = Decimal(150)  # of the day: for some sixty of the 128 calls that are wanted
    async with bank(tmp_path, index_root, mind, day_spend=str(cap), journey_spend="100") as home:
        await watched(home.store)
        home.gemini.rule = lambda asked: NO_SCHEMA
        home.gemini.fault("hang", times=None, of=(held := EverySecond()))
        talk = Talk(home.http)
        async with asyncio.timeout(PATIENCE):
            views = await asyncio.gather(*(talk.start("kitchen_renovation@1") for _ in range(AT_ONCE)))
        journeys = {QUESTION.format(number): view["journey_id"] for number, view in enumerate(views, 2)}
        killed: list[set[tuple[str, int]]] = []  # by kill the tries that it ended: a call's deed and how often it had been made
        async with asyncio.TaskGroup() as people:
            saying = [people.create_task(talk.say(journey, question)) for question, journey in journeys.items()]
            for _ in range(2):
                await home.sees(f"{HELD} calls under way", lambda: home.gemini.open >= HELD)
                home.processes.kill("worker")
                under_way = await home.rows(model_calls, model_calls.c.status == "started")
                killed.append({(call["deed"], call["attempts"]) for call in under_way} - set().union(*killed))
                assert await home.rows(model_calls, model_calls.c.status == "over_budget") == []  # the cap is still to be met
                await home.sees("no call of the killed worker's", lambda: home.gemini.open == 0)
                held.is_on = len(killed) < 2
                home.processes.worker()
            await home.sees("an end of all turns", lambda: all(turn.done() for turn in saying))
        ended = [turn.result() for turn in saying]
        assert {turn["status"] for turn in ended} == {"done"}
        assert not [turn for turn in ended if GUARDED in turn["degraded"]] and GUARDED not in home.processes.log("worker")

        calls = await home.rows(model_calls, model_calls.c.prompt != "")
        refused = first_refused(calls)
        assert {call["why"] for call in refused.values()} == {"day"}
        told = {journey for journey, turn in zip(journeys.values(), ended, strict=True) if "over_budget" in turn["degraded"]}
        assert told == refused.keys()
        # When a call was refused there was less left than it would have held: the cap was met while turns ran beside each other.
        assert cap - min(map(held_by, refused.values())) < await home.highest() <= cap

        # Each kill fell on tries of its own that were under way, and each of these is in doubt for good; no other is.
        assert all(len(tries) >= HELD for tries in killed)
        in_doubt = Counter({call["deed"]: call["in_doubt"] for call in calls if call["in_doubt"]})
        assert in_doubt == Counter(deed for deed, _ in itertools.chain(*killed))
        asked, questions = by_asking(home.gemini.calls), {journey: question for question, journey in journeys.items()}
        kept: dict[Asking, list[dict[str, Any]]] = {}
        for call in calls:
            kept.setdefault((questions[call["journey_id"]], call["name"].endswith(".repair")), []).append(call)
        assert [(asking, fault) for asking in asked for fault in faults_in_asking(asked[asking], kept.get(asking, []))] == []

        # One after the other until none is covered: nobody else holds anything then, so less is left than that call would have held.
        person = Person(talk, views[0]["journey_id"], itertools.count(AT_ONCE + 2))
        for _ in range(AT_ONCE):
            if "over_budget" in (await person.says())["degraded"]:
                break
        else:
            pytest.fail("the budget covers more than it holds")
        calls = await home.rows(model_calls, model_calls.c.prompt != "")
        last = max((call for call in calls if call["status"] == "over_budget"), key=lambda call: call["started_at"])
        days = await home.rows(budgets, budgets.c.scope == "day")
        assert all(day["spent"] <= cap for day in days)
        assert cap - held_by(last) < max(days, key=lambda day: day["period"])["spent"]
        assert sum(day["spent"] for day in days) == sum(call["cost"] + call["doubtful"] for call in calls)
        assert [row for row in [*calls, *await home.rows(budgets)] if row["reserved"]] == []
        assert not await home.rows(turns, turns.c.status == "open")
        assert await faults_in_the_end(home.processes.settings.database_url) == []
