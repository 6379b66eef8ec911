"""A request for quotes goes out when the person says so, once, and is withdrawn with the decision: over HTTP, with a real worker."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from providers.blobs import Blobs
from providers.outlets import HttpOutlet, Outbox
from providers.store.effects import effects_of
from providers.store.log import entries_after
from tests.object_store import its_keys, object_store
from tests.outlet_sink import Sink, sink
from tests.quotes import about_to_ask, act, found_out, in_doubt, sweep
from tests.running import Stack, local_server, replays, stack, until

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


async def test_what_a_sweep_settles_the_person_is_told_without_asking_and_the_view_knows(asking: Stack, fresh: Sink) -> None:
    journey = await in_doubt(asking)
    before = await asking.view(journey)
    assert {"send_again", "leave_it"} <= {action["action"] for action in before["actions"]}
    assert (await sweep(asking)).told == 1
    await until(lambda: found_out(asking, journey), within=20)
    view = await asking.view(journey)
    assert [effect["status"] for effect in view["effects"]] == ["confirmed"]
    assert not {"send_again", "leave_it"} & {action["action"] for action in view["actions"]}
    same = {"effects", "actions", "turns", "last_turn_id"}
    assert {name: view[name] for name in view if name not in same} == {name: before[name] for name in before if name not in same}
    for _ in range(2):
        await sweep(asking)
    await act(asking, journey, "messages", {"text": "where are we?"})
    [turn] = await found_out(asking, journey)
    assert "it did go out, once, and I have a receipt" in turn["reply"]["text"]
    events = await asking.store.read(lambda db: entries_after(db, journey, -1))
    assert [event.kind for event in events if turn["turn_id"] in event.frame.decode()] == ["notice"]
    entries = (await asking.http.get(f"/v1/journeys/{journey}/timeline?limit=200")).json()["items"]
    assert [entry["kind"] for entry in entries if entry["turn_id"] == turn["turn_id"]] == ["came_out"]
    assert len(fresh.taken) == 1
    await replays(await asking.history(journey))


async def test_a_paused_journey_is_told_and_stays_paused(asking: Stack, fresh: Sink) -> None:
    journey = await in_doubt(asking)
    await act(asking, journey, "pause", {})
    await sweep(asking)
    await until(lambda: found_out(asking, journey), within=20)
    view = await asking.view(journey)
    assert (view["status"], [effect["status"] for effect in view["effects"]]) == ("paused", ["confirmed"])
    await replays(await asking.history(journey))


async def test_of_a_journey_that_has_ended_only_the_row_changes(asking: Stack, fresh: Sink) -> None:
    journey = await in_doubt(asking)
    fresh.keeps = True
    await act(asking, journey, "abandon", {})
    handle = asking.temporal.get_workflow_handle(journey)
    await until(lambda: is_over(handle), within=20)
    length = len((await handle.fetch_history()).events)
    await sweep(asking)
    [effect] = await asking.store.read(lambda db: effects_of(db, journey))
    assert (effect.status, effect.told, len((await handle.fetch_history()).events)) == ("confirmed", "confirmed", length)
    assert await found_out(asking, journey) == []


async def is_over(handle: Any) -> bool:
    return bool((await handle.describe()).status == WorkflowExecutionStatus.COMPLETED)


@pytest.mark.parametrize(("control", "status", "said"), [("pause", "confirmed", "I sent"), ("abandon", "compensated", "I withdrew")])
async def test_what_goes_out_while_a_pause_or_an_end_lands_is_told_and_an_end_withdraws_it(
    asking: Stack, fresh: Sink, control: str, status: str, said: str
) -> None:
    journey = await about_to_ask(asking)
    fresh.faults, fresh.go = ["held"], asyncio.Event()
    deciding = asyncio.create_task(act(asking, journey, "decisions", {"step": "share", "option": "go_out"}))
    await until(lambda: fresh.taken, within=20)
    await act(asking, journey, control, {})
    fresh.go.set()
    turn = await deciding
    assert said in turn["reply"]["text"]
    assert [effect["status"] for effect in (await asking.view(journey))["effects"]] == [status]
    assert (len(fresh.taken), len(fresh.withdrawn)) == (1, status == "compensated")
    assert (await asking.view(journey))["status"] == {"pause": "paused", "abandon": "abandoned"}[control]
    await replays(await asking.history(journey))


async def test_without_a_service_it_is_kept_in_the_outbox_and_the_reply_says_so(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with local_server() as env, stack(env, tmp_path, mind) as homeview:
        journey = await about_to_ask(homeview)
        turn = await act(homeview, journey, "decisions", {"step": "share", "option": "go_out"})
        assert "nothing is set up to send it, so please send it yourself" in turn["reply"]["text"]
        [kept] = (tmp_path / "blobs" / "outbox").glob("*.txt")
        [effect] = (await homeview.http.get(f"/v1/journeys/{journey}/effects")).json()["items"]
        assert effect["status"] == "confirmed"
        assert kept.read_text() == f"quote request\nTo: {effect['recipient']}\n\n{effect['body']}\n"


@pytest.mark.parametrize("fault", ["503", "reset", "hang"])
async def test_an_object_store_that_refuses_delays_what_goes_out_and_loses_nothing(
    mind: tuple[Any, Any, Any], tmp_path: Path, fault: str
) -> None:
    async with object_store() as bucket, local_server() as env:
        outbox = Outbox(Blobs(bucket.url, seconds=0.5))
        with its_keys():
            async with stack(env, tmp_path, mind, through=lambda providers: replace(providers, outlet=outbox)) as homeview:
                journey = await about_to_ask(homeview)
                bucket.strike(fault)
                turn = await act(homeview, journey, "decisions", {"step": "share", "option": "go_out"})
                assert "I could not send the request for a quote yet" in turn["reply"]["text"]
                [effect] = (await homeview.http.get(f"/v1/journeys/{journey}/effects")).json()["items"]
                assert (effect["status"], bucket.files) == ("reserved", {})
                bucket.lift()
                assert (await sweep(homeview)).settled == 1
                assert [effect["body"].encode() in kept for kept in bucket.files.values()] == [True]
                await until(lambda: found_out(homeview, journey), within=20)
                [effect] = (await homeview.view(journey))["effects"]
                assert (effect["status"], effect["went_out"]) == ("confirmed", False)
                await replays(await homeview.history(journey))
