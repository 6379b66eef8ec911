"""The journeys whose histories are kept: each takes a path through the workflow's code that the others don't."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tests.gemini.fake import FakeGemini
from tests.moves import a_journey_at, first, publish, second, write
from tests.quotes import act, found_out, in_doubt, sweep
from tests.running import Stack, until

KITCHEN = [
    "I'd like to redo my kitchen in Seattle, 98101, for about $50k",
    "how long does a kitchen renovation take?",
    "It's 14.5 x 12 ft and there are 22.5 feet of countertop",
    "modern please, and a moderate remodel",
    "semi-custom cabinets, quartz counters, tile floor and mid-range appliances",
]


async def whole_kitchen(homeview: Stack) -> str:
    """Messages, skills, two decisions; closed."""
    journey = await homeview.start()
    for text in [*KITCHEN, "looks good, go ahead", "hire it out"]:
        await homeview.say(journey, text)
    return journey


async def second_thoughts(homeview: Stack) -> str:
    """Back to the products after the estimate, another choice, a refusal, a step that depends on it made again; still open."""
    journey = await homeview.start()
    for text in KITCHEN:
        await homeview.say(journey, text)
    await homeview.http.post(f"/v1/journeys/{journey}/back", json={"step": "products"})
    given = {"counter_material": {"kind": "choice", "option": "laminate"}}
    await homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": given})
    await homeview.http.post(f"/v1/journeys/{journey}/decisions", json={"step": "route", "option": "hire"})
    return journey


async def paused_and_ended(homeview: Stack) -> str:
    """The updates that pass the lock."""
    journey = await homeview.start()
    await homeview.say(journey, KITCHEN[0])
    for control in ("pause", "resume", "abandon"):
        await homeview.http.post(f"/v1/journeys/{journey}/{control}", json={})
    return journey


async def told_as_decided(homeview: Stack) -> str:
    """Turns that are told in the transaction that decides them (docs/decisions/0016), by message, input and decision; still open."""
    journey = await homeview.start()
    for text in [*KITCHEN, "where are we?", "looks good, go ahead"]:
        await homeview.say(journey, text)
    await homeview.http.post(f"/v1/journeys/{journey}/back", json={"step": "style"})
    await homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": {"style": {"kind": "choice", "option": "farmhouse"}}})
    return journey


async def moved(homeview: Stack) -> str:
    """To another version of its template: with skills to run, on from there, a move that is refused, and back; still open."""
    await publish(homeview, first("cottage"), second("cottage"))
    journey = await a_journey_at(homeview, 5, "cottage@1")
    await write(homeview, journey, "move", {"to": 2})
    await write(homeview, journey, "move", {"to": 2}, status=409)
    given = {"light": {"kind": "choice", "option": "ceiling"}, "counter_material": {"kind": "choice", "option": "quartz"}}
    await write(homeview, journey, "inputs", {"inputs": given})
    await write(homeview, journey, "move", {"undo": True})
    await homeview.say(journey, "looks good, go ahead")
    return journey


async def sent_out(homeview: Stack) -> str:
    """Effects: one in doubt of which a sweep tells later, one that is withdrawn by going back, one that an end withdraws."""
    journey = await in_doubt(homeview)
    await sweep(homeview)
    await until(lambda: found_out(homeview, journey), within=20)
    for _ in range(2):
        await act(homeview, journey, "back", {"step": "share"})
        await act(homeview, journey, "inputs", {"inputs": {}})
        await act(homeview, journey, "decisions", {"step": "share", "option": "go_out"})
    await act(homeview, journey, "abandon", {})
    return journey


async def with_a_model(homeview: Stack, gemini: FakeGemini) -> str:
    """Calls of a model: answered, worded after skills and after a refusal, taken over by the second model, and by nobody."""
    journey = await homeview.start()
    for text in [*KITCHEN, "skip this"]:
        await homeview.say(journey, text)
    gemini.fault("daily_quota")
    await homeview.say(journey, "how do I live without a kitchen?")
    gemini.fault("daily_quota", times=2)
    for text in ["what should I ask a contractor?", "looks good, go ahead", "hire it out"]:
        await homeview.say(journey, text)
    return journey


async def stopped(homeview: Stack, gemini: FakeGemini) -> str:
    """A reply that is stopped while it streams, another that a pause cancels, and what follows; still open."""
    journey = await homeview.start()
    for control in ("stop", "pause"):
        before = len(gemini.calls)
        gemini.fault("stalled_stream")
        asking = asyncio.create_task(homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": KITCHEN[1]}))
        await until(lambda before=before: len(gemini.calls) > before, within=10)
        await homeview.http.post(f"/v1/journeys/{journey}/{control}", json={})
        await asking
    await homeview.http.post(f"/v1/journeys/{journey}/resume", json={})
    await homeview.say(journey, KITCHEN[0])
    return journey


async def made_good(homeview: Stack, gemini: FakeGemini) -> str:
    """A question that no model could answer, and its answer with the next one that a model could; still open."""
    journey = await homeview.start()
    gemini.fault("daily_quota", times=2)
    for text in (KITCHEN[1], "what is quartz like as a countertop?"):
        await homeview.say(journey, text)

    async def is_told() -> bool:
        turns = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
        return any(turn["operation"] == "fulfil" for turn in turns)

    await until(is_told, within=20)
    await homeview.say(journey, KITCHEN[0])
    return journey


async def in_line(homeview: Stack, gemini: FakeGemini) -> str:
    """Where the models' queue has one place, and another turn has it: a question that waits too long, one that is stopped while it waits,
    and one that gets the place; still open."""
    assert homeview.providers.places
    journey = await homeview.start()
    await homeview.providers.places.take("another turn", "home", datetime.now(UTC))
    await homeview.say(journey, KITCHEN[1])
    stopped = asyncio.create_task(homeview.say(journey, "what is quartz like as a countertop?"))
    await until(lambda: is_open(homeview, journey), within=20)
    await homeview.http.post(f"/v1/journeys/{journey}/stop", json={})
    await stopped
    await homeview.say(journey, KITCHEN[0])
    return journey


async def is_open(homeview: Stack, journey: str) -> bool:
    turns = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
    return any(turn["status"] == "open" for turn in turns)


SCENARIOS: dict[str, Callable[[Stack], Awaitable[str]]] = {
    "whole_kitchen": whole_kitchen,
    "second_thoughts": second_thoughts,
    "paused_and_ended": paused_and_ended,
    "told_as_decided": told_as_decided,
    "moved": moved,
    "sent_out": sent_out,
}
ASKING: dict[str, Callable[[Stack, FakeGemini], Awaitable[str]]] = {
    "with_a_model": with_a_model,
    "stopped": stopped,
    "made_good": made_good,
}
IN_LINE = {"in_line": in_line}
