"""A 202 is a promise: the turn comes, whatever is killed meanwhile, and stands at its Location."""

import asyncio

import pytest

from tests.crashes.asking import Kind, begin, say
from tests.crashes.fleet import Fleet
from tests.running import until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
TALK = Kind("accepted", {"goal": {"kind": "text", "text": "a new kitchen"}}, lambda _: begin(), lambda _: begin())


async def test_a_turn_that_was_accepted_behind_another_survives_a_power_cut(journeys: Fleet) -> None:
    journey, caller, http = await journeys.prepare(TALK, "accepted"), journeys.caller, journeys.caller.http
    journeys.holds.plan({journey: "open.tell_turn"})
    first = asyncio.create_task(caller.ask(journey, say("I'm in Seattle, 98101"), "first"))
    try:
        await until(lambda: journey in journeys.holds.held(), 30)
        second = await http.post(
            f"/v1/journeys/{journey}/messages?wait=0", json={"text": "I have $50k to spend"}, headers={"Idempotency-Key": "second"}
        )
        assert second.status_code == 202, second.text
        location = second.headers["Location"]
        waiting = await http.get(location)
        assert (waiting.status_code, waiting.json()["turn_id"]) == (202, second.json()["turn_id"])

        await journeys.kill(["worker", "api", "temporal"], {})

        async def is_done() -> bool:
            return bool((await http.get(location)).status_code == 200)

        await until(is_done, 60)
        turn = (await http.get(location)).json()["turn"]
        assert (turn["status"], turn["text"], turn["inputs"]["budget"]["high_cents"]) == ("done", "I have $50k to spend", 5_000_000)
        assert (await first).status == 200
    finally:
        first.cancel()
    turns = await caller.all_of(f"/v1/journeys/{journey}/messages")
    assert [turn["text"] for turn in turns[2:]] == ["I'm in Seattle, 98101", "I have $50k to spend"]
