"""A journey whose models are down: nobody waits for them, each is asked again now and then, and what was decided stands in history."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from providers.breaker import LONG_REST, LONGEST_REST, REST, Breakers
from providers.errors import Upstream5xx
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.store.calls import calls_of
from providers.store.health import SqlHealth
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.running import Stack, replays, stack
from worker.build import Providers

pytestmark = pytest.mark.anyio
MODELS = ("gemini-3.8-flash", "gemini-3.5-flash-lite")
FIRST, SECOND = (f"gemini:{name}" for name in MODELS)
QUESTION = "how long does a kitchen renovation take?"


@dataclass
class House:
    homeview: Stack
    gemini: FakeGemini
    seconds: float = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    async def say(self, journey: str, text: str = QUESTION) -> tuple[dict[str, Any], list[str]]:
        """The turn, and the models that were asked over the wire."""
        before = len(self.gemini.calls)
        turn = await self.homeview.say(journey, text)
        return turn, [call.model for call in self.gemini.calls[before:]]

    async def rows(self, journey: str, turn: dict[str, Any]) -> list[tuple[str, str, str]]:
        calls = await self.homeview.store.read(lambda db: calls_of(db, journey))
        return [(call["name"], call["status"], call["error"]) for call in calls if call["turn_id"] == turn["turn_id"]]


@pytest.fixture(scope="module")
async def running(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        house = House(None, gemini)  # type: ignore[arg-type]

        def clocked(providers: Providers) -> Providers:
            assert providers.breakers.health
            return replace(providers, breakers=Breakers(providers.breakers.health, house.now))

        models = [GeminiModel(client, name) for name in MODELS]
        async with stack(temporal, tmp_path_factory.mktemp("resting"), mind, models=models, through=clocked) as homeview:
            house.homeview = homeview
            yield house
        await client.close()


@pytest.fixture
async def house(running: House) -> House:
    """With all models well: what an earlier test left open is over."""
    running.gemini.forget()
    running.seconds += 2 * LONG_REST
    for engine in (FIRST, SECOND):
        breaker = running.homeview.providers.breakers.of(engine)
        if breaker.state != "closed":
            async with running.homeview.providers.breakers.admitted(engine) as permit:
                breaker.answered(permit)
    return running


async def test_while_every_model_rests_people_are_answered_at_once_and_no_request_is_made(house: House) -> None:
    journey = await house.homeview.start()
    house.gemini.fault("overloaded", times=None)
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"]) == ([MODELS[0]] * 3 + [MODELS[1]] * 3, ["Upstream5xx", "Upstream5xx"])
    for _ in range(3):
        turn, asked = await house.say(journey)
        assert (asked, turn["degraded"], turn["engine"]) == ([], ["resting", "resting"], "offline")
        assert "The language model can't be used at the moment" in turn["reply"]["text"]
        assert turn["reply"]["citations"] and turn["reply"]["actions"]
        assert await house.rows(journey, turn) == [("understand", "answered", "")]
    await replays(await house.homeview.history(journey))


async def test_when_a_rest_is_over_one_message_asks_once_and_a_dead_model_rests_again(house: House) -> None:
    journey = await house.homeview.start()
    house.gemini.fault("overloaded", times=None)
    await house.say(journey)
    house.seconds += REST
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"]) == (list(MODELS), ["Upstream5xx", "Upstream5xx"])  # a probe that fails is not repeated
    turn, asked = await house.say(journey)
    assert asked == []


async def test_once_a_model_is_back_the_next_message_finds_it(house: House) -> None:
    journey = await house.homeview.start()
    house.gemini.fault("overloaded", times=None)
    await house.say(journey)
    house.gemini.forget()
    house.seconds += LONGEST_REST
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"], turn["engine"]) == ([MODELS[0]], [], FIRST)
    await replays(await house.homeview.history(journey))


async def test_where_one_model_rests_the_next_is_asked_and_history_says_why(house: House) -> None:
    journey = await house.homeview.start()
    house.gemini.fault("invalid_key")
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"], turn["engine"]) == (list(MODELS), ["AuthConfig"], SECOND)
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"], turn["engine"]) == ([MODELS[1]], ["resting"], SECOND)
    assert await house.rows(journey, turn) == [("answer.route2", "answered", "")]
    history = await house.homeview.history(journey)
    answers = [event.activity_task_completed_event_attributes.result.payloads for event in history.events]
    assert [b'"resting"' in payload.data for payloads in answers for payload in payloads][-2:] == [True, False]
    await replays(history)


async def test_a_route_whose_breaker_opens_between_two_tries_is_left_at_once(house: House) -> None:
    breakers = house.homeview.providers.breakers
    for _ in range(2):  # of other journeys
        async with breakers.admitted(FIRST) as permit:
            breakers.of(FIRST).failed(permit, Upstream5xx("-"))
    journey = await house.homeview.start()
    house.gemini.fault("overloaded")
    turn, asked = await house.say(journey)
    assert (asked, turn["degraded"], turn["engine"]) == (list(MODELS), ["Upstream5xx"], SECOND)


async def test_what_a_model_does_is_kept_for_operators(house: House) -> None:
    journey = await house.homeview.start()
    house.gemini.fault("daily_quota")
    await house.say(journey)
    found = {standing.engine: standing for standing in await SqlHealth(house.homeview.store).standings()}
    assert (found[FIRST].state, found[FIRST].error) == ("open", "QuotaExhausted")
    assert SECOND not in found or found[SECOND].state == "closed"
