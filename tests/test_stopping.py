"""A reply that is being written can be stopped: at once, with what was shown by then, and the journey goes on."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio.testing import WorkflowEnvironment

from providers.base import CutShort, Generated, Picture
from providers.store.calls import calls_of
from tests.running import BUSY, Stack, replays, stack, until
from tests.worker.test_chat import Seen

pytestmark = pytest.mark.anyio
WITHIN = 1.0 * BUSY  # seconds, from the stop's arrival to the end of the call, which would never end by itself
QUESTION = "how long does a kitchen renovation take?"
WORDS = "A kitchen takes some time and some patience and a good plan and people who keep to it and "


class Slow:
    """A LanguageModel that says a word every twentieth of a second and never comes to an end."""

    engine = "test:slow"

    def __init__(self) -> None:
        self.speaking, self.cancelled_at = asyncio.Event(), 0.0

    async def generate(
        self,
        instructions: str,
        content: str,
        *,
        schema: type[BaseModel] | None = None,
        most_tokens: int,
        seconds: float,
        on_text: Callable[[str], Awaitable[None]] | None = None,
        images: Sequence[Picture] = (),
    ) -> Generated:
        words, said = WORDS.split(" "), ""
        begun = json.dumps({"intents": [{"name": "ask_question", "p": 0.9}], "inputs": []})[:-1] + ', "reply": "'
        try:
            for n in range(10_000):
                said += f"{words[n % len(words)]} "
                if on_text:
                    await on_text(begun + said)
                if n == 10:
                    self.speaking.set()
                await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            self.cancelled_at = time.monotonic()
            usage = {"promptTokenCount": 10, "candidatesTokenCount": len(said)}
            raise CutShort(Generated(text=begun + said, finish="stop", model="slow", usage=usage)) from None
        raise AssertionError("It was never stopped.")

    async def look(self, *, seconds: float) -> None: ...


@pytest.fixture(scope="module")
def slow() -> Slow:
    return Slow()


@pytest.fixture(scope="module")
async def speaking(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], slow: Slow, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    async with stack(temporal, tmp_path_factory.mktemp("speaking"), mind, models=[slow]) as homeview:
        yield homeview


async def begin(homeview: Stack, slow: Slow) -> tuple[str, "asyncio.Task[Any]"]:
    """A journey, and a message whose reply is being written."""
    journey = await homeview.start()
    slow.speaking.clear()
    sending = asyncio.create_task(homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": QUESTION}))
    async with asyncio.timeout(10 * BUSY):
        await slow.speaking.wait()
    return journey, sending


async def test_a_stop_ends_the_call_soon_and_keeps_what_was_shown(speaking: Stack, slow: Slow) -> None:
    journey, sending = await begin(speaking, slow)
    began = time.monotonic()
    stopped = await speaking.http.post(f"/v1/journeys/{journey}/stop", json={})
    answer = await sending
    assert slow.cancelled_at - began < WITHIN
    turn = answer.json()["turn"]
    assert (answer.status_code, turn["status"], turn["problem"]["type"]) == (200, "stopped", "Stopped")
    assert turn["reply"]["text"].startswith("A kitchen takes some time")
    assert "The reply was stopped here, as you asked, so this is not the whole answer." in turn["reply"]["text"]
    assert turn["reply"]["actions"]
    assert stopped.json()["turn"]["reply"]["text"].startswith(f"Stopped: the reply of turn {turn['seq']}")
    [call] = await speaking.store.read(lambda db: calls_of(db, journey))
    assert (call["status"], call["attempts"], call["in_doubt"]) == ("stopped", 1, 0)
    assert call["usage"]["candidatesTokenCount"] > 0
    given = {"goal": {"kind": "text", "text": "new cabinets"}}
    assert (await speaking.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": given})).status_code == 200
    await replays(await speaking.history(journey))


@pytest.mark.parametrize(("control", "status"), [("pause", "paused"), ("abandon", "abandoned")])
async def test_a_pause_and_an_end_stop_the_call_as_well(speaking: Stack, slow: Slow, control: str, status: str) -> None:
    journey, sending = await begin(speaking, slow)
    began = time.monotonic()
    assert (await speaking.http.post(f"/v1/journeys/{journey}/{control}", json={})).status_code == 200
    turn = (await sending).json()["turn"]
    assert slow.cancelled_at - began < WITHIN
    assert turn["status"] == "stopped"
    assert f"The reply was stopped here, since the journey is {status}" in turn["reply"]["text"]

    async def is_so() -> bool:
        return bool((await speaking.view(journey))["status"] == status)

    await until(is_so, within=5)
    await replays(await speaking.history(journey))


async def test_a_stop_with_nothing_to_stop_says_so_and_the_same_key_answers_the_same(speaking: Stack) -> None:
    journey = await speaking.start()
    answers = [
        (await speaking.http.post(f"/v1/journeys/{journey}/stop", json={}, headers={"Idempotency-Key": "once"})).json()["turn"]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert "there is nothing to stop" in answers[0]["reply"]["text"]


async def test_ctrl_c_in_the_chat_stops_the_reply_and_the_conversation_goes_on(speaking: Stack, slow: Slow) -> None:
    seen = Seen(speaking)
    slow.speaking.clear()

    async def interrupt() -> None:
        await slow.speaking.wait()
        assert seen.chat.hush()
        assert not seen.chat.hush()  # the second one leaves

    interrupting = asyncio.create_task(interrupt())
    text = await seen.run(message=QUESTION)
    await interrupting
    assert "A kitchen takes some time" in text
    assert "The reply was stopped here" in text
    assert "In another window" not in text
    assert not seen.chat.hush()
