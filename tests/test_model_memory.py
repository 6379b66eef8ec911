"""Sixty turns with a model: what was said in the second is at hand in the last, and what a turn sends does not grow."""

import json
from typing import Any

import pytest

from providers.store.calls import calls_of
from tests.test_model_route import Asking, asking, running

__all__ = ["asking", "running"]
pytestmark = pytest.mark.anyio
FACT = "My father-in-law uses a wheelchair and moves in with us next spring."
TALK = [
    "we cook for {n} people most evenings",
    "the light over the stove has flickered for {n} weeks",
    "our neighbors redid theirs in {n} months and were happy",
    "how do I live without a kitchen for {n} weeks?",
    "I like the look of house number {n} down the street",
    "thanks, I read {n} pages of your guide",
    "we could eat out {n} times a week meanwhile",
    "what should I ask a contractor, I have {n} questions?",
]


async def test_sixty_turns_remember_the_second_and_send_no_more_than_the_tenth(asking: Asking) -> None:
    journey = await asking.homeview.start()
    await asking.homeview.say(journey, "Hi, we want to redo our kitchen in Seattle, 98101")
    await asking.homeview.say(journey, f"{FACT} The dog is called Biscuit.")
    for n in range(3, 60):
        await asking.homeview.say(journey, TALK[n % len(TALK)].format(n=n))
    await asking.homeview.say(journey, "Will my father-in-law get around the island in his wheelchair?")
    last = sent(asking.gemini.calls[-1].request)
    assert FACT in [said["said"] for said in last["earlier"]]
    calls = [call for call in await asking.homeview.store.read(lambda db: calls_of(db, journey)) if call["name"] == "answer"]
    tokens = [call["usage"]["promptTokenCount"] for call in calls]
    assert len(tokens) == 60
    print(f"\nprompt tokens: turns 10-20 {spread(tokens[9:20])}, turns 50-60 {spread(tokens[49:60])}")
    assert max(tokens[49:60]) <= 1.1 * max(tokens[9:20])
    assert max(tokens) <= 6_000


def sent(request: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(request["contents"][-1]["parts"][0]["text"])
    return told


def spread(tokens: list[int]) -> str:
    return f"{min(tokens)}-{max(tokens)}"
