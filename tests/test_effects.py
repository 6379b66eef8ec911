"""A request for quotes goes out when the person says so, once, and is withdrawn with the decision: over HTTP, with a real worker."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from providers.library import library
from providers.outlets import HttpOutlet
from tests.factories import a_value
from tests.outlet_sink import Sink, sink
from tests.running import Stack, local_server, replays, stack

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def taking() -> AsyncIterator[Sink]:
    async with sink() as running:
        yield running


@pytest.fixture(scope="module")
async def asking(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], taking: Sink, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    outlet = HttpOutlet(taking.url)
    home = tmp_path_factory.mktemp("asking")
    async with stack(temporal, home, mind, through=lambda providers: replace(providers, outlet=outlet)) as homeview:
        yield homeview
    await outlet.close()


@pytest.fixture
def fresh(taking: Sink) -> Sink:
    taking.taken, taking.withdrawn, taking.faults, taking.keeps = [], [], [], False
    return taking


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


async def test_a_request_goes_out_once_with_what_was_allowed_and_its_receipt_is_told(asking: Stack, fresh: Sink) -> None:
    journey = await about_to_ask(asking)
    assert fresh.taken == []
    turn = await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    assert "I sent the request for a quote to those you named, once" in turn["reply"]["text"]
    [taken] = fresh.taken
    assert taken["key"] == f"{journey}/share.quote_request.1"
    assert "budget" not in taken["body"].lower()
    [effect] = (await asking.view(journey))["effects"]
    assert (effect["status"], effect["went_out"], effect["step"]) == ("confirmed", True, "share")
    assert taken["body"][:40] not in (await asking.history(journey)).to_json()
    await replays(await asking.history(journey))


@pytest.mark.parametrize("fault", ["lost", "500"])
async def test_what_was_taken_and_not_confirmed_is_asked_about_and_goes_out_once(asking: Stack, fresh: Sink, fault: str) -> None:
    journey = await about_to_ask(asking)
    fresh.faults = [fault]
    turn = await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    assert "I sent the request for a quote" in turn["reply"]["text"]
    assert len(fresh.taken) == 1


async def test_going_back_withdraws_it_and_deciding_again_sends_another(asking: Stack, fresh: Sink) -> None:
    journey = await about_to_ask(asking)
    await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    turn = await act(asking, journey, "back", {"step": "share"})
    assert "I withdrew the request for a quote." in turn["reply"]["text"]
    assert fresh.withdrawn == [f"{journey}/share.quote_request.1"]
    await act(asking, journey, "inputs", {"inputs": {}})
    await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    assert [taken["key"][-1] for taken in fresh.taken] == ["1", "2"]
    assert [effect["status"] for effect in (await asking.view(journey))["effects"]] == ["compensated", "confirmed"]
    await replays(await asking.history(journey))


async def test_an_end_says_what_can_not_be_undone(asking: Stack, fresh: Sink) -> None:
    journey = await about_to_ask(asking)
    await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    fresh.keeps = True
    turn = await act(asking, journey, "abandon", {})
    assert "What can't be undone: the request for a quote is out" in turn["reply"]["text"]
    assert [effect["status"] for effect in (await asking.view(journey))["effects"]] == ["confirmed"]
    await replays(await asking.history(journey))


@pytest.mark.parametrize(("choice", "sent", "status"), [("send_again", 2, "confirmed"), ("leave_it", 1, "failed")])
async def test_what_nobody_can_know_is_shown_with_a_choice_and_sent_again_only_then(
    asking: Stack, fresh: Sink, monkeypatch: pytest.MonkeyPatch, choice: str, sent: int, status: str
) -> None:
    monkeypatch.setattr(asking.providers.outlet, "can_be_asked", False)  # as a mail server
    journey = await about_to_ask(asking)
    fresh.faults = ["lost"]
    turn = await act(asking, journey, "decisions", {"step": "share", "option": "go_out"})
    assert "I can't say whether the request for a quote went out" in turn["reply"]["text"]
    assert len(fresh.taken) == 1
    offered = [action for action in (await asking.view(journey))["actions"] if action["action"] == choice]
    turn = await act(asking, journey, "effects", offered[0]["params"])
    assert [effect["status"] for effect in (await asking.view(journey))["effects"]] == [status]
    assert len(fresh.taken) == sent
    refused = await asking.http.post(f"/v1/journeys/{journey}/effects", json=offered[0]["params"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/NotInDoubt")
    await replays(await asking.history(journey))


async def test_without_a_service_it_is_kept_in_the_outbox_and_the_reply_says_so(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with local_server() as env, stack(env, tmp_path, mind) as homeview:
        journey = await about_to_ask(homeview)
        turn = await act(homeview, journey, "decisions", {"step": "share", "option": "go_out"})
        assert "nothing is set up to send it, so please send it yourself" in turn["reply"]["text"]
        assert len(list((tmp_path / "outbox").glob("*.txt"))) == 1
