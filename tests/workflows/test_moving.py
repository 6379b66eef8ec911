"""Open journeys moved to another version and back, on a real server: what was planned happens, once, and every history replays."""

import asyncio
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from journeys import names
from journeys.messages import MAX_MESSAGE_BYTES, Begin, JourneyStart
from providers.library import parse_template
from tests.moves import GIVEN, PLACES, a_journey_at, first, journeys_everywhere, planned, publish, second, write
from tests.running import Stack, replays
from tests.workflows.test_growth import payloads, runs
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio


def standing(view: dict[str, Any]) -> dict[str, Any]:
    """Of a step that was made again only the version has grown."""
    steps = [{name: value for name, value in step.items() if name != "version"} for step in view["steps"]]
    return {name: view[name] for name in ("template", "inputs", "step", "question", "status", "progress")} | {"steps": steps}


async def test_thirty_open_journeys_are_moved_as_planned_and_back_again(homeview: Stack) -> None:
    await publish(homeview, first("thirty"), second("thirty"))
    journeys = await journeys_everywhere(homeview, "thirty@1", 30)
    before = {journey: await homeview.view(journey) for journey in journeys}
    plans = await planned(homeview, "thirty", 1, 2)
    assert set(plans) == set(journeys)
    assert all(plan["can"] for plan in plans.values())
    assert {journey: await homeview.view(journey) for journey in journeys} == before, "a plan changes nothing"

    few = asyncio.Semaphore(6)

    async def move(journey: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        async with few:
            return await write(homeview, journey, "move", body, key)

    moved = dict(zip(journeys, await asyncio.gather(*(move(journey, {"to": 2}, "there") for journey in journeys)), strict=True))
    for n, journey in enumerate(journeys):
        view, plan = await homeview.view(journey), plans[journey]
        assert (view["template"], view["moved_from"], view["step"]) == ("thirty@2", "thirty@1", plan["step"])
        assert {step["id"] for step in view["steps"] if step["status"] == "stale"} <= set(plan["stale"])
        assert ("counter_material" in plan["asked_again"]) == (n % PLACES >= 4), "marble was chosen"
        assert ("ceiling_height" in plan["put_away"]) == (n % PLACES >= 2)
        assert moved[journey]["turn"]["reply"]["text"].startswith("This journey now follows version 2")
    assert await planned(homeview, "thirty", 1, 2) == {}

    await asyncio.gather(*(move(journey, {"undo": True}, "back") for journey in journeys))
    for journey in journeys:
        view = await homeview.view(journey)
        assert standing(view) == standing(before[journey])
        assert view["moved_from"] is None
        timeline = (await homeview.http.get(f"/v1/journeys/{journey}/timeline")).json()["items"]
        moves = [(entry["about"], entry["detail"]["names"]) for entry in timeline if entry["kind"] == "moved"]
        assert moves == [("thirty@2", ["thirty@1"]), ("thirty@1", ["thirty@2"])]
        await replays(await homeview.history(journey))


async def test_a_moved_journey_goes_on_to_its_end_in_the_new_version(homeview: Stack) -> None:
    await publish(homeview, first("onward"), second("onward"))
    journey = await a_journey_at(homeview, 4, "onward@1")
    await write(homeview, journey, "move", {"to": 2})
    assert (await homeview.view(journey))["step"] == "light"
    given = {"light": {"kind": "choice", "option": "ceiling"}, "counter_material": {"kind": "choice", "option": "quartz"}}
    await write(homeview, journey, "inputs", {"inputs": given})
    assert (await homeview.view(journey))["step"] == "estimate"
    await write(homeview, journey, "decisions", {"step": "estimate", "option": "accept"})
    await write(homeview, journey, "decisions", {"step": "route", "option": "hire"})
    view = await homeview.view(journey)
    assert (view["status"], view["progress"]) == ("completed", {"done": 8, "total": 8})
    described = await homeview.temporal.get_workflow_handle(journey).describe()
    attributes = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert attributes["JourneyTemplate"] == "onward@2"
    await replays(await homeview.history(journey))


async def test_a_move_is_made_once_whatever_is_sent_again_and_refused_where_it_makes_no_sense(homeview: Stack) -> None:
    await publish(homeview, first("once"), second("once"))
    journey = await a_journey_at(homeview, 2, "once@1")
    answers = await asyncio.gather(*(write(homeview, journey, "move", {"to": 2}, "k") for _ in range(4)))
    assert len({str(answer) for answer in answers}) == 1
    assert [entry["operation"] for entry in (await conversation(homeview, journey))].count("move") == 1
    again = await write(homeview, journey, "move", {"to": 2}, "other", status=409)
    assert (again["type"], "follows once@2 already" in again["detail"]) == ("/problems/CantMove", True)
    other_body = await write(homeview, journey, "move", {"to": 1}, "k", status=409)
    assert other_body["type"] == "/problems/KeyReused"
    await write(homeview, journey, "move", {"undo": True}, "u")
    assert (await write(homeview, journey, "move", {"undo": True}, "u"))["turn"]["operation"] == "move", "the same key, the same answer"
    assert (await write(homeview, journey, "move", {"undo": True}, "u2", status=409))["type"] == "/problems/CantMove"
    await write(homeview, journey, "move", {}, status=422)
    await write(homeview, journey, "move", {"to": 2, "undo": True}, status=422)
    await write(homeview, journey, "move", {"to": 99}, status=404)
    third = second("once").replace("version: 2\n", "version: 3\n", 1)
    await homeview.http.post("/v1/templates", json={"yaml": third})
    assert (await write(homeview, journey, "move", {"to": 3}, status=409))["type"] == "/problems/NotPublished"
    await write(homeview, journey, "abandon", {})
    assert (await write(homeview, journey, "move", {"to": 2}, status=409))["type"] == "/problems/JourneyClosed"


async def test_a_journey_that_waits_for_a_decision_that_is_gone_is_refused_and_goes_on(homeview: Stack) -> None:
    without = first("waits").replace("version: 1\n", "version: 2\n", 1)
    route = without.index("  - id: route")
    without = without[:route] + LAST_STEP
    await publish(homeview, first("waits"), without)
    journey = await a_journey_at(homeview, PLACES - 1, "waits@1")
    sentence = "It waits for the decision on who does the work, a step that waits@2 does not have."
    assert (await planned(homeview, "waits", 1, 2))[journey]["why_not"] == [sentence]
    refused = await write(homeview, journey, "move", {"to": 2}, status=409)
    assert (refused["type"], refused["detail"]) == ("/problems/CantMove", sentence)
    assert (await homeview.view(journey))["template"] == "waits@1"
    await write(homeview, journey, "decisions", {"step": "route", "option": "both"})
    assert (await homeview.view(journey))["status"] == "completed"


LAST_STEP = """\
  - id: paint
    title: Paint
    goal: Know the colour.
    needs:
      - {name: colour, kind: text, title: Colour, ask: Which colour?}
"""


async def test_a_paused_journey_is_moved_and_still_paused(homeview: Stack) -> None:
    await publish(homeview, first("pausing"), second("pausing"))
    journey = await a_journey_at(homeview, 4, "pausing@1")
    await write(homeview, journey, "pause", {})
    await write(homeview, journey, "move", {"to": 2})
    view = await homeview.view(journey)
    assert (view["status"], view["template"], view["waiting_for"]["kind"]) == ("paused", "pausing@2", "resume")
    await write(homeview, journey, "resume", {})
    assert (await homeview.view(journey))["step"] == "light"
    await replays(await homeview.history(journey))


async def test_a_pause_that_comes_with_a_move_ends_with_a_paused_journey_and_one_truth(homeview: Stack) -> None:
    await publish(homeview, first("crossing"), second("crossing"))
    for n in range(6):
        journey = await a_journey_at(homeview, 4, "crossing@1")
        headers = {"Idempotency-Key": f"cross-{n}"}
        moving = homeview.http.post(f"/v1/journeys/{journey}/move", json={"to": 2}, headers=headers)
        answer, _ = await asyncio.gather(moving, write(homeview, journey, "pause", {}))
        view = await homeview.view(journey)
        assert answer.status_code in (200, 409)
        assert (view["status"], view["template"]) == ("paused", "crossing@2" if answer.status_code == 200 else "crossing@1")
        assert (view["moved_from"] is None) == (answer.status_code == 409)
        await write(homeview, journey, "resume", {})
        assert (await homeview.view(journey))["step"] == ("light" if answer.status_code == 200 else "estimate")
        await replays(await homeview.history(journey))


async def test_a_moved_journey_that_continues_as_new_keeps_its_template_and_can_still_be_moved_back(homeview: Stack) -> None:
    await publish(homeview, first("renewed"), second("renewed"))
    common: dict[str, Any] = {"tenant": "home", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
    journey = names.journey_id("home", "renewed")
    template = parse_template(first("renewed"), "yaml")
    start = JourneyStart(journey_id=journey, template=template, continue_after_events=60, **common)
    handle = await homeview.temporal.start_workflow(JourneyWorkflow.run, start, id=journey, task_queue=names.JOURNEYS_QUEUE)
    await handle.execute_update(JourneyWorkflow.begin, Begin(key="b", body_hash=""), id=names.update_id("begin", "b"))  # type: ignore[arg-type]
    for inputs in GIVEN:
        await write(homeview, journey, "inputs", {"inputs": inputs})
    before = await homeview.view(journey)
    await write(homeview, journey, "move", {"to": 2})
    for n in range(14):
        await homeview.say(journey, f"hello {n}")
    view = await homeview.view(journey)
    assert (view["template"], view["step"]) == ("renewed@2", "light")
    await write(homeview, journey, "move", {"undo": True})
    assert standing(await homeview.view(journey))["inputs"] == before["inputs"]
    histories = [events async for events in runs(homeview, journey)]
    assert len(histories) > 1
    largest = max(len(payload.data) for events in histories for event in events for payload in payloads(event))
    assert MAX_MESSAGE_BYTES < largest <= 64 * 1024, "the new template is the largest thing in it"


async def test_a_move_that_was_told_but_is_not_in_history_is_taken_up_with_its_template(homeview: Stack) -> None:
    """As after a worker that was killed between telling it and the end of its task: here the history is taken back to before the move."""
    await publish(homeview, first("lost"), second("lost"))
    journey = await a_journey_at(homeview, 4, "lost@1")
    before = (await homeview.history(journey)).events
    last = max(event.event_id for event in before if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    await write(homeview, journey, "move", {"to": 2}, "k")
    told = await homeview.view(journey)
    await homeview.temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=homeview.temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=journey),
            reason="as if it had never been written down",
            workflow_task_finish_event_id=last,
            request_id=journey,
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
        )
    )
    await homeview.say(journey, "hello")
    await write(homeview, journey, "inputs", {"inputs": {"light": {"kind": "choice", "option": "ceiling"}}})
    view = await homeview.view(journey)
    assert (told["template"], told["step"], view["template"], view["question"]) == ("lost@2", "light", "lost@2", MATERIAL)
    assert (await write(homeview, journey, "move", {"to": 2}, "k"))["turn"]["operation"] == "move"
    await write(homeview, journey, "move", {"undo": True})
    assert (await homeview.view(journey))["template"] == "lost@1"
    await replays(await homeview.history(journey))


MATERIAL = "Which countertop: quartz, granite, laminate or butcher block?"


async def conversation(homeview: Stack, journey: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
    return items
