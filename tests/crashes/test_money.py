"""Money across kill -9, with real processes: no threshold is told twice or forgotten, and no budget is overspent.

A model of the fake Gemini's thinks so long that a turn costs some two dollars and holds three, by prices of our own (HOMEVIEW_PRICES).
"""

import asyncio
import contextlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from temporalio.client import Client

from journeys import names
from journeys.messages import Begin, JourneyStart
from providers.library import library
from providers.store.alerts import DOUBT_AFTER, raise_alert
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.store.tables import alerts, budgets, model_calls, turns
from providers.temporal import connect
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.mailbox import mailbox, webhook
from tests.providers.test_budgets import guarded
from tests.running import Processes, replays, until
from worker.talk import Talk
from workflows.journey import JourneyWorkflow

pytestmark = [pytest.mark.anyio, pytest.mark.long]  # half a minute each on a quiet machine
MODEL = "gemini-3.8-flash"
DOLLARS_A_MILLION = 1_000  # for what it says and thinks; what it is asked is free
THOUGHTS = 2_000  # tokens
CAP = Decimal(20)  # of a journey: told at 10 and 16 dollars, and the tenth turn or so is not covered
QUESTION = "how long does a kitchen renovation take, for {} people?"
HUNG = 8  # calls that a kill ends
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

    @property
    def hung(self) -> int:
        return sum(call.gave == "hang" for call in self.gemini.calls)

    async def alert(self, key: str) -> dict[str, Any]:
        return next(iter(await self.rows(alerts, alerts.c.key == key)), {"status": "none", "reached": []})

    async def is_sent(self, key: str) -> bool:
        return bool((await self.alert(key))["status"] == "sent")

    def restart(self) -> None:
        self.processes.kill("worker")
        self.processes.worker()


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
    """A model that never comes to an answer: each turn asks it twice, and each kill ends some calls. The database refuses a statement
    that would leave more than the cap (guarded); then a turn would have failed."""
    cap = Decimal(150)  # of the day: for about half of the 128 calls that are wanted
    async with bank(tmp_path, index_root, mind, day_spend=str(cap), journey_spend="100") as home:
        home.gemini.rule = lambda asked: '{"something_else": "of no schema, and paid for all the same"}'
        home.gemini.fault("hang", times=HUNG)
        talk = Talk(home.http)
        async with asyncio.timeout(3 * PATIENCE):
            journeys = [view["journey_id"] for view in await asyncio.gather(*(talk.start("kitchen_renovation@1") for _ in range(64)))]
            saying = [asyncio.create_task(talk.say(journey, QUESTION.format(2))) for journey in journeys]
            killed: set[tuple[str, int]] = set()  # calls that a kill ended, by deed and attempt
            for kill in (1, 2):
                await until(lambda kill=kill: home.hung >= kill * HUNG, PATIENCE)
                home.processes.kill("worker")
                killed |= {(call["deed"], call["attempts"]) for call in await home.rows(model_calls, model_calls.c.status == "started")}
                assert len(killed) >= kill * HUNG
                if kill == 1:
                    home.gemini.fault("hang", times=HUNG)
                home.processes.worker()
            ended = await asyncio.gather(*saying)
        calls = {call["deed"]: call for call in await home.rows(model_calls, model_calls.c.prompt != "")}
        days = await home.rows(budgets, budgets.c.scope == "day")
        assert {turn["status"] for turn in ended} == {"done"}
        assert {turn["degraded"][-1] for turn in ended} >= {"over_budget"}
        in_doubt = {deed: call["in_doubt"] for deed, call in calls.items() if call["in_doubt"]}
        assert in_doubt == Counter(deed for deed, _ in killed)
        assert all(call["attempts"] <= 1 + call["in_doubt"] + call["lost"] for call in calls.values())  # what was settled is not made again
        assert [row for row in await home.rows(budgets) if row["reserved"]] == []
        assert [call for call in calls.values() if call["reserved"]] == []
        assert sum(day["spent"] for day in days) == sum(call["cost"] + call["doubtful"] for call in calls.values())
        assert cap / 2 < max(day["spent"] for day in days) <= cap
        assert not await home.rows(turns, turns.c.status == "open")
