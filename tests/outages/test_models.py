"""Worker, API and Temporal server are killed, stand still, or a person stops the reply, while a model is in the middle of its answer: each
message is answered once, and what was asked for is in the ledger with what it cost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from providers.store.calls import calls_of
from providers.store.store import Store
from tests.crashes.asking import Answer, Ask, say
from tests.crashes.money import faults_in_the_end
from tests.outages.house import a_message, faults_in
from tests.outages.striking import killed, stopped
from tests.outages.talkative import Talkative, talkative
from tests.running import until

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.long]
STOP = Ask("stop", "stop", {})
QUESTION = say("how long does a kitchen renovation take?")


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory, index_root: Path) -> AsyncIterator[Talkative]:
    async with talkative(tmp_path_factory.mktemp("talkative"), index_root) as running:
        yield running


@pytest.mark.parametrize("who", ["worker", "temporal", "api"])
async def test_whoever_is_killed_while_a_model_answers_is_waited_for(home: Talkative, who: str) -> None:
    await home.through(f"{who}_killed.asking", killed(home, who))


@pytest.mark.parametrize("who", ["worker", "temporal", "api"])
async def test_whoever_stands_still_while_a_model_answers_doubles_nothing(home: Talkative, who: str) -> None:
    await home.through(f"{who}_stopped.asking", stopped(home, who))


async def test_a_power_cut_while_a_model_answers_loses_and_doubles_nothing(home: Talkative) -> None:
    await home.through("api_killed.power-cut", killed(home, "worker", "temporal", "api"))


async def test_a_stop_ends_an_answer_that_hangs_and_what_it_cost_is_booked(home: Talkative) -> None:
    key = "stopped"
    asking = await begun(home, key)
    stop = await home.caller.ask(home.journeys[1], STOP, f"{key}-stop")
    turn = await ended(home, key, await asking)
    assert (turn["status"], turn["problem"]["type"]) == ("stopped", "Stopped")
    assert stop.body["turn"]["reply"]["text"].startswith("Stopped:")
    [call] = await calls(home, turn["turn_id"])
    assert (call["status"], call["attempts"], call["in_doubt"]) == ("stopped", 1, 0)
    assert call["cost"] > 0


@pytest.mark.parametrize("who", ["worker", "temporal", "api"])
async def test_a_stop_that_meets_a_kill_leaves_one_answer_and_nothing_reserved(home: Talkative, who: str) -> None:
    key = f"stop-meets-{who}"
    asking = await begun(home, key)
    stopping = asyncio.create_task(home.caller.ask(home.journeys[1], STOP, f"{key}-stop"))
    async with killed(home, who):
        pass
    stop = await stopping
    assert stop.status == 200
    assert (await home.caller.ask(home.journeys[1], STOP, f"{key}-stop")).body == stop.body
    turn = await ended(home, key, await asking)
    assert turn["status"] in ("stopped", "done")
    assert turn["reply"]["text"] and turn["reply"]["actions"]


async def begun(home: Talkative, key: str) -> "asyncio.Task[Answer]":
    """A message whose answer has begun and never goes on, by itself; asked again, the model answers."""
    home.gemini.forget()
    home.gemini.fault("stalled_stream", call="streamGenerateContent")
    asking = asyncio.create_task(home.caller.ask(home.journeys[1], QUESTION, key))
    await until(lambda: home.gemini.open, 60)
    return asking


async def ended(home: Talkative, key: str, answer: Answer) -> dict[str, Any]:
    """The turn, which the same key gets again; the next message is answered as always, and nothing is left open, lost or reserved."""
    assert answer.status == 200, answer
    assert (await home.caller.ask(home.journeys[1], QUESTION, key)).body == answer.body
    after = await home.caller.ask(home.journeys[1], a_message(len(key), len(key)), f"{key}-after")
    assert after.status == 200 and after.body["turn"]["status"] == "done", after
    assert await faults_in_the_end(home.url) == []
    assert faults_in(home.url, home.journeys[1:2], ends=("done", "stopped")) == []
    turn: dict[str, Any] = answer.body["turn"]
    return turn


async def calls(home: Talkative, turn_id: str) -> list[dict[str, Any]]:
    store = Store(home.url)
    try:
        return [
            call for call in await store.read(lambda db: calls_of(db, home.journeys[1])) if call["turn_id"] == turn_id and call["prompt"]
        ]
    finally:
        store.close()
