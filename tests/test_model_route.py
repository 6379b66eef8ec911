"""A journey with a language model in it, over HTTP and with Gemini's own wire: what the model says, what it costs, what code keeps."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.store.calls import calls_of
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.running import Stack, replays, stack
from tests.test_whole_journey import CONVERSATION

pytestmark = pytest.mark.anyio
MODELS = ("gemini-3.8-flash", "gemini-3.5-flash-lite")


@dataclass
class Asking:
    homeview: Stack
    gemini: FakeGemini

    async def calls(self, journey: str) -> list[dict[str, Any]]:
        return await self.homeview.store.read(lambda db: calls_of(db, journey))


@pytest.fixture(scope="module")
async def running(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asking]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        models = [GeminiModel(client, name) for name in MODELS]
        async with stack(temporal, tmp_path_factory.mktemp("asking"), mind, models=models) as homeview:
            yield Asking(homeview, gemini)
        await client.close()


@pytest.fixture
def asking(running: Asking) -> Asking:
    running.gemini.forget()
    return running


async def test_a_person_talks_a_whole_kitchen_with_a_model(asking: Asking) -> None:
    journey = await asking.homeview.start(title="Our kitchen")
    for text, step in CONVERSATION:
        turn = await asking.homeview.say(journey, text)
        assert turn["step"] == step, (text, turn["reply"]["text"])
        assert turn["engine"] == f"gemini:{MODELS[0]}"
        assert turn["degraded"] == []
    view = await asking.homeview.view(journey)
    assert (view["status"], view["progress"]) == ("completed", {"done": 7, "total": 7})
    await replays(await asking.homeview.history(journey))


async def test_each_call_is_booked_with_its_words_its_tokens_and_its_price(asking: Asking) -> None:
    journey = await asking.homeview.start()
    turn = await asking.homeview.say(journey, "how long does a kitchen renovation take?")
    [call] = await asking.calls(journey)
    assert (call["name"], call["status"], call["attempts"], call["in_doubt"]) == ("answer", "answered", 1, 0)
    assert call["prompt"] == "answer@1"
    assert call["usage"]["promptTokenCount"] > 0
    assert call["cost"] > 0
    assert float(turn["cost"]) == pytest.approx(float(call["cost"]))
    assert len(asking.gemini.calls) == 1
    assert turn["reply"]["citations"]


async def test_what_skills_made_is_worded_by_a_second_call_and_its_figures_are_the_codes(asking: Asking) -> None:
    journey = await asking.homeview.start()
    for text, _ in CONVERSATION[:6]:
        turn = await asking.homeview.say(journey, text)
    last = [call for call in await asking.calls(journey) if call["turn_id"] == turn["turn_id"]]
    assert [call["name"] for call in last] == ["answer", "reply"]
    assert "That settles it" in turn["reply"]["text"]
    results = (await asking.homeview.http.get(f"/v1/journeys/{journey}/results/estimate")).json()["results"]
    assert results[0]["body"]["headline"] in turn["reply"]["text"]


async def test_history_holds_neither_what_was_asked_of_a_model_nor_what_it_answered(asking: Asking) -> None:
    journey = await asking.homeview.start()
    turn = await asking.homeview.say(journey, "how long does a kitchen renovation take?")
    history = (await asking.homeview.history(journey)).to_json()
    assert turn["reply"]["text"][:40] not in history
    assert "promptTokenCount" not in history
    assert "a-key" not in history
