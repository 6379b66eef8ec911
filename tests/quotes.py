"""Journeys that come to the question whether a request for quotes shall go out, and what is done about one then."""

from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.effects import Effects
from journeys.messages import Swept
from providers.errors import UpstreamTimeout
from providers.library import library
from tests.factories import a_value
from tests.running import Stack
from worker.children import TemporalJourneys


async def act(homeview: Stack, journey: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await homeview.http.post(f"/v1/journeys/{journey}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    turn: dict[str, Any] = answer.json()["turn"]
    return turn


async def about_to_ask(homeview: Stack) -> str:
    """A journey that asks whether the request shall go out."""
    journey = await homeview.start(template="contractor_bid_request")
    template = library().templates["contractor_bid_request"]
    for _ in range(20):
        view = await homeview.view(journey)
        if view["step"] == "share" and not [need for need in view["needs"] if need["name"] != "share_decision"]:
            return journey
        decide = [action for action in view["actions"] if action["action"] == "decide"]
        if decide:
            await act(homeview, journey, "decisions", {"step": decide[0]["params"]["step"], "option": decide[0]["params"]["option"]})
            continue
        needs = {need["name"]: need for need in view["needs"]}
        step = template.step(view["step"])
        assert step
        given = {need.name: a_value(need).model_dump(mode="json") for need in step.needs if need.name in needs}
        if "shared" in given:
            given["shared"]["options"] = ["work"]
        await act(homeview, journey, "inputs", {"inputs": given})
    raise AssertionError("It never came to the question.")


async def in_doubt(homeview: Stack) -> str:
    """A journey whose request was taken by an outlet that did not answer, and could not be asked about it until now."""
    outlet: Any = homeview.providers.outlet
    journey, send = await about_to_ask(homeview), outlet.send

    async def unanswered(*about: str) -> str:
        await send(*about)
        raise UpstreamTimeout("The outlet did not answer in time.")

    outlet.send, outlet.can_be_asked = unanswered, False
    try:
        await act(homeview, journey, "decisions", {"step": "share", "option": "go_out"})
    finally:
        del outlet.send, outlet.can_be_asked
    return journey


async def sweep(homeview: Stack) -> Swept:
    """As the schedule does each minute, of effects however young."""
    p = homeview.providers
    told: Swept = await ActivityEnvironment().run(Effects(p.effects, p.outlet, TemporalJourneys(homeview.temporal)).sweep, -1)
    return told


async def found_out(homeview: Stack, journey: str) -> list[dict[str, Any]]:
    """The turns in which it was told what had become of its effects."""
    items = (await homeview.http.get(f"/v1/journeys/{journey}/messages?limit=200")).json()["items"]
    return [turn for turn in items if turn["operation"] == "find_out"]
