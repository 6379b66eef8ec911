"""Nobody talks, and yet it is known within a minute that a model fails, and that it is back: on the real server, over the wire."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from activities.retrieval import PaidRetrieval
from journeys import names
from journeys.names import JOURNEYS_QUEUE
from providers.base import LanguageModel
from providers.breaker import EACH, LONG_REST, Breakers
from providers.errors import Upstream5xx
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.gemini.model import GeminiModel
from providers.index import ChromaKnowledge
from providers.store.alerts import alerts_page
from providers.store.checks import checks
from providers.store.costs import costs
from providers.store.effects import SqlEffects
from providers.store.house import SqlHouse
from providers.store.journeys import SqlRecords
from providers.store.store import Store
from providers.store.tables import effects, journeys, model_calls
from providers.temporal import connect, metrics_runtime
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.running import Stack, free_port, settings_at, stack, until
from worker.build import Providers, build_models_worker, build_worker
from workflows.upkeep import UpkeepWorkflow

pytestmark = pytest.mark.anyio
FLASH, LITE, EMBEDDER = "gemini:gemini-3.8-flash", "gemini:gemini-3.5-flash-lite", "gemini:gemini-embedding-001"
QUESTION = "how long does a kitchen renovation take?"


@dataclass
class House:
    """Two models and the paid embedder, of a fake Gemini; its breakers go by a clock that is moved by hand."""

    homeview: Stack
    gemini: FakeGemini
    port: int
    breakers: Breakers
    ahead: list[float] = field(default_factory=lambda: [0.0])

    async def look_after(self, minutes: float = 1) -> list[str]:
        """A minute later the upkeep runs. Gives what it asked over the wire."""
        self.ahead[0] += minutes * EACH
        before = len(self.gemini.calls)
        assert await self.homeview.temporal.execute_workflow(UpkeepWorkflow.run, id=names.UPKEEP_ID, task_queue=JOURNEYS_QUEUE) == []
        return [f"{call.name} {call.model}" for call in self.gemini.calls[before:]]

    async def health(self) -> dict[str, Any]:
        told: dict[str, Any] = (await self.homeview.http.get("/v1/health")).json()
        return told

    async def states(self) -> dict[str, str]:
        return {model["engine"]: model["state"] for model in (await self.health())["models"]}

    async def booked(self) -> list[tuple[str, str, str]]:
        rows = await self.homeview.store.read(lambda db: checks(db, limit=100))
        return [(row["engine"], row["status"], row["error"]) for row in rows]

    async def metric(self, name: str, **of: str) -> float | None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            page = (await http.get(f"http://127.0.0.1:{self.port}/metrics")).text
        for line in page.splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            if found and all(f'{label}="{value}"' in (found[1] or "") for label, value in of.items()):
                return float(found[2])
        return None

    async def shows(self, name: str, condition: Callable[[float | None], bool], **of: str) -> None:
        """Once the SDK has it on its page."""

        async def is_there() -> bool:
            return condition(await self.metric(name, **of))

        await until(is_there, within=20, every=0.2)


@pytest.fixture(scope="module")
async def running(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], index_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    home, ahead, port = tmp_path_factory.mktemp("checked"), [0.0], free_port()
    index = settings_at(home, "127.0.0.1:9").index_root
    index.symlink_to(index_root)
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        await client.load()  # else a busy machine's first look is a late one, and counts
        models: list[LanguageModel] = [GeminiModel(client, engine.partition(":")[2]) for engine in (FLASH, LITE)]
        embedder = GeminiEmbedder(client, seconds=3.0)

        def through(providers: Providers) -> Providers:
            breakers = Breakers(providers.breakers.health, lambda: datetime.now(UTC).timestamp() + ahead[0])
            knowledge = ChromaKnowledge(home / "paid", embedder)
            paid = PaidRetrieval(providers.ledger, embedder, knowledge, breakers)
            store: Store = providers.records.store  # type: ignore[attr-defined]
            free = ChromaKnowledge(index, mind[1].embedder)
            return replace(providers, breakers=breakers, retrieval=paid, house=SqlHouse(store), knowledge=free)

        more = {"gemini_api_key": "a-key", "embedder": "gemini", "worker_metrics_port": port}
        async with (
            stack(temporal, home, mind, models=models, through=through, worker=False, **more) as homeview,
            AsyncExitStack() as works,
        ):
            worker = await connect(homeview.settings, runtime=metrics_runtime(homeview.settings))
            await works.enter_async_context(build_worker(worker, homeview.providers))
            await works.enter_async_context(build_models_worker(worker, homeview.providers))
            yield House(homeview, gemini, port, homeview.providers.breakers, ahead)
        await client.close()


@pytest.fixture
async def house(running: House) -> House:
    """With all well: what an earlier test left open is over."""
    running.gemini.forget()
    running.ahead[0] += 2 * LONG_REST
    await running.look_after()
    assert set((await running.states()).values()) == {"closed"}
    running.gemini.forget()
    return running


async def test_a_model_that_comes_back_while_nobody_talks_is_well_again_by_itself(house: House) -> None:
    house.gemini.fault("overloaded", times=None)
    for _ in range(3):
        assert (await house.health())["says"] == "All is well."
        await house.look_after()
    assert set((await house.states()).values()) <= {"open", "half_open"}
    told = await house.health()
    assert (told["status"], told["says"]) == (
        "degraded",
        "2 of 2 language models rest, the embedder rests, and passages come from the free index; "
        "journeys go on, and say where something is missing.",
    )
    await house.look_after()
    assert (await house.health())["status"] == "degraded"
    house.gemini.forget()
    await house.look_after()
    told = await house.health()
    assert [model["asked_for"] for model in told["models"]] == [["chat", "vision"], ["chat", "vision"], ["embedding"]]
    assert (told["status"], told["says"]) == ("well", "All is well.")
    assert all("is well again since" in model["says"] and model["checked_at"] for model in told["models"])


async def test_nobody_is_asked_for_words_while_all_is_well_and_each_once_in_a_minute(house: House) -> None:
    before = await house.booked()
    names_them = [f"getModel {engine.partition(':')[2]}" for engine in (EMBEDDER, LITE, FLASH)]
    assert sorted(await house.look_after()) == sorted(names_them)
    house.ahead[0] -= house.breakers.of(FLASH).now() % EACH  # to the beginning of the minute
    assert await house.look_after(0) == []
    assert await house.booked() == before


async def test_who_was_asked_within_the_last_minutes_is_not_asked_again(house: House) -> None:
    journey = await house.homeview.start()
    turn = await house.homeview.say(journey, QUESTION)
    assert turn["engine"] == FLASH
    by_our_clock = datetime.fromtimestamp(house.breakers.of(FLASH).now(), UTC)  # the ledger goes by the machine's
    of_journeys = model_calls.update().where(model_calls.c.journey_id.is_not(None))
    await house.homeview.store.write(lambda db: db.execute(of_journeys.values(started_at=by_our_clock)) and None)
    assert f"getModel {FLASH.partition(':')[2]}" not in await house.look_after()


async def test_a_key_that_was_revoked_is_known_and_told_before_anybody_meets_it(house: House) -> None:
    house.gemini.fault("invalid_key", times=None, of=lambda asked: asked.model == LITE.partition(":")[2])
    await house.look_after()
    [lite] = [model for model in (await house.health())["models"] if model["engine"] == LITE]
    assert (lite["state"], lite["last_failure"]) == ("open", "AuthConfig")
    await house.look_after(LONG_REST / EACH)  # the probe, which is refused too
    alerts = [alert for alert in await house.homeview.store.read(lambda db: alerts_page(db, limit=50)) if alert["about"] == LITE]
    assert [(alert["kind"], alert["status"]) for alert in alerts] == [("model", "pending")]
    assert LITE in alerts[0]["text"] and "a-key" not in alerts[0]["text"]


async def test_a_model_that_is_gone_rests_though_a_persons_message_might_have_been_the_bad_one(house: House) -> None:
    house.gemini.fault("model_not_found", times=None, of=lambda asked: asked.model == LITE.partition(":")[2])
    assert f"generateContent {LITE.partition(':')[2]}" in await house.look_after()
    [lite] = [model for model in (await house.health())["models"] if model["engine"] == LITE]
    assert (lite["state"], lite["last_failure"]) == ("open", "InvalidRequest")
    assert "knows no model of this name" in lite["says"]


async def test_one_that_its_provider_does_not_name_and_that_answers_is_well(house: House) -> None:
    flash = FLASH.partition(":")[2]
    house.gemini.fault("model_not_found", times=None, call="getModel", of=lambda asked: asked.model == flash)
    asked = [await house.look_after(), await house.look_after(10)]
    assert (await house.states())[FLASH] == "closed"
    assert [calls.count(f"generateContent {flash}") for calls in asked] == [1, 0]  # paid for once
    house.gemini.forget()


async def test_a_probe_is_paid_for_by_the_house_and_shows_in_the_costs(house: House) -> None:
    breaker = house.breakers.of(FLASH)
    for _ in range(3):
        async with house.breakers.admitted(FLASH) as permit:
            breaker.failed(permit, Upstream5xx("-"))
    before = await house.booked()
    assert f"generateContent {FLASH.partition(':')[2]}" in await house.look_after()
    assert (await house.booked())[len(before) :] == [(FLASH, "answered", "")]
    store = house.homeview.store
    [sum_] = [row for row in await store.read(lambda db: costs(db, "call")) if row["key"] == "check"]
    assert sum_["cost"] > 0
    assert "homeview" in {row["key"] for row in await store.read(lambda db: costs(db, "tenant"))}
    own = (await house.homeview.http.get("/v1/costs?by=call")).json()["items"]
    assert "check" not in {item["key"] for item in own}


async def test_the_metrics_tell_of_each_engine_how_it_stands_and_how_long_it_was_silent(house: House) -> None:
    await house.look_after()
    for engine in (FLASH, LITE, EMBEDDER):
        await house.shows("homeview_breaker_state", lambda value: value == 0, engine=engine)
        await house.shows("homeview_model_silence_seconds", lambda value: value is not None and value < 60, engine=engine)
    house.gemini.fault("invalid_key", times=None)
    await house.look_after()
    await house.shows("homeview_breaker_state", lambda value: value == 2, engine=FLASH)
    await house.shows("homeview_model_failures_total", lambda value: value is not None and value >= 1, engine=FLASH, kind="AuthConfig")


async def test_the_metrics_tell_what_lies_undone_and_whether_the_index_answers(house: House) -> None:
    journey, store, at = await house.homeview.start(), house.homeview.store, datetime.now(UTC)
    row = {
        "deed": "d",
        "journey_id": journey,
        "turn_id": "t",
        "step": "s",
        "kind": "notice",
        "recipient": "r",
        "body": "b",
        "body_hash": "h",
    }
    await SqlEffects(store).reserve([{**row, "reserved_at": at}])
    assert await SqlEffects(store).move("d", ["reserved"], "in_doubt", at)
    await SqlRecords(store).show(journey, at, {"owed": 2})
    await house.look_after()
    expected = {
        "homeview_answers_owed": 2,
        "homeview_effects_in_doubt": 1,
        "homeview_journeys_wedged": 0,
        "homeview_model_calls_in_doubt": 0,
        "homeview_index_answers": 1,
    }
    for name, count in expected.items():
        await house.shows(name, lambda value, count=count: value == count)  # type: ignore[misc]
    assert (await house.metric("homeview_alerts_undelivered") or 0) >= 1  # the keys of the tests before this one
    await store.write(lambda db: db.execute(effects.delete()) and None)
    await store.write(lambda db: db.execute(journeys.update().values(owed=0)) and None)


async def test_an_index_that_does_not_answer_is_a_zero_and_no_failure_of_the_round(house: House) -> None:
    index = house.homeview.settings.index_root
    pages = index.readlink()
    index.unlink()
    await house.look_after()
    await house.shows("homeview_index_answers", lambda value: value == 0)
    index.symlink_to(pages)
    await house.look_after()
    await house.shows("homeview_index_answers", lambda value: value == 1)
