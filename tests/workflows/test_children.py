"""A journey that starts journeys of its own, on the real server: each once, each told back when it closes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from journeys import names
from journeys.inputs import Money, Place
from journeys.messages import Begin, ChildClosed, DecideRequest, Inputs, JourneyStart, News, PersonaRequest
from tests.factories import a_decision, a_need, a_step, a_template
from tests.running import Stack, local_server, replays, stack, until
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
PROJECTS = {
    "ask": "Which project?",
    "options": [
        {"id": "kitchen", "title": "The kitchen", "starts": "kitchen_renovation@1", "hands": ["place"], "at_most": 2},
        {"id": "enough", "title": "That is all"},
    ],
}
HOME = a_template(
    id="home",
    personas=["homeowner", "investor"],
    steps=[
        a_step("home", needs=[a_need("place", "place")]),
        a_step("rent", needs=[a_need("quote", "money")], personas=["investor"], outside={"fact": "quote_received", "who": "them"}),
        a_step("projects", decision=PROJECTS, depends_on=["home"]),
        a_step("end", decision=a_decision(), depends_on=["projects", "rent"]),
    ],
)


class Running:
    def __init__(self, homeview: Stack, handle: WorkflowHandle[Any, Any]) -> None:
        self.homeview, self.handle, self.calls = homeview, handle, 0

    async def ask(self, update: Any, made: Any, **body: Any) -> None:
        self.calls += 1
        asked = made(key=str(self.calls), body_hash="", **body)
        await self.handle.execute_update(update, asked, id=f"{update.__name__}:{self.calls}")

    async def choose(self, option: str, step: str = "projects") -> None:
        await self.ask(JourneyWorkflow.decide, DecideRequest, step=step, option=option)

    async def children(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.homeview.view(self.handle.id))["children"]
        return found


@pytest.fixture(scope="module")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    async with local_server() as env:
        yield env


@pytest.fixture
async def home(env: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path: Any) -> AsyncIterator[Running]:
    async with stack(env, tmp_path, mind) as homeview:
        journey_id = names.journey_id("home", str(tmp_path))
        common = {"tenant": "home", "persona": "homeowner", "title": "Home", "locale": "en-US", "currency": "USD"}
        start = JourneyStart(journey_id=journey_id, template=HOME, **common)
        handle = await env.client.start_workflow(JourneyWorkflow.run, start, id=journey_id, task_queue=names.JOURNEYS_QUEUE)
        running = Running(homeview, handle)
        await running.ask(JourneyWorkflow.begin, Begin)
        await running.ask(JourneyWorkflow.provide, Inputs, inputs={"place": Place(country="US", postcode="98101")})
        yield running
        await replays(await handle.fetch_history())


async def test_a_chosen_project_runs_as_a_journey_of_its_own_with_what_was_handed_over(home: Running) -> None:
    await home.choose("kitchen")
    (child,) = await home.children()
    view = await home.homeview.view(child["journey_id"])
    assert (view["template"], view["title"], view["status"]) == ("kitchen_renovation@1", "The kitchen", "active")
    assert view["inputs"]["place"]["postcode"] == "98101"
    assert (await home.homeview.say(child["journey_id"], "It's 14.5 x 12 ft"))["reply"]["text"]
    assert (await home.homeview.view(home.handle.id))["step"] == "projects", "the parent goes on beside it"


async def test_a_journey_is_told_when_one_it_started_has_closed(home: Running) -> None:
    await home.choose("kitchen")
    (child,) = await home.children()
    answer = await home.homeview.http.post(f"/v1/journeys/{child['journey_id']}/abandon", json={})
    assert answer.status_code == 200

    async def told() -> bool:
        return [child["status"] for child in await home.children()] == ["abandoned"]

    await until(told, 10)
    await replays(await home.homeview.history(child["journey_id"]))
    messages = (await home.homeview.http.get(f"/v1/journeys/{home.handle.id}/messages")).json()["items"]
    assert "News of “The kitchen”: it is abandoned." in messages[-1]["reply"]["text"]
    await home.handle.signal(JourneyWorkflow.child_ended, ChildClosed(journey_id=child["journey_id"], status="completed"))
    await home.choose("enough")
    assert [child["status"] for child in await home.children()] == ["abandoned"], "its end is told once"


async def test_a_project_outlives_the_journey_that_started_it(home: Running) -> None:
    await home.choose("kitchen")
    (child,) = await home.children()
    await home.choose("enough")
    await home.choose("yes", "end")
    assert await home.handle.result() == "completed"
    assert (await home.homeview.http.post(f"/v1/journeys/{child['journey_id']}/abandon", json={})).status_code == 200
    assert await home.homeview.temporal.get_workflow_handle(child["journey_id"]).result() == "abandoned"


async def test_a_start_that_is_repeated_makes_no_second_journey_and_each_choice_its_own(home: Running) -> None:
    await home.choose("kitchen")
    await home.choose("kitchen")
    children = await home.children()
    assert len({child["journey_id"] for child in children}) == 2
    assert [child["title"] for child in children] == ["The kitchen", "The kitchen (2)"]
    refused = await home.homeview.http.post(f"/v1/journeys/{home.handle.id}/decisions", json={"step": "projects", "option": "kitchen"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "Spent")


async def test_facts_and_another_persona_come_over_http(home: Running) -> None:
    url = f"/v1/journeys/{home.handle.id}"
    assert (await home.homeview.http.post(f"{url}/persona", json={"persona": "investor"})).status_code == 200
    view = await home.homeview.view(home.handle.id)
    assert view["persona"] == "investor"
    assert {step["id"]: step["status"] for step in view["steps"]}["rent"] == "waiting"
    value = Money(low_cents=125_000, high_cents=125_000).model_dump(mode="json")
    news = {"fact": "quote_received", "inputs": {"quote": value}, "source": "the agent"}
    answer = await home.homeview.http.post(f"{url}/facts", json=news, headers={"Idempotency-Key": "n1"})
    assert answer.status_code == 200, answer.text
    again = await home.homeview.http.post(f"{url}/facts", json=news, headers={"Idempotency-Key": "n1"})
    assert again.json()["turn"]["turn_id"] == answer.json()["turn"]["turn_id"]
    assert "says the agent" in answer.json()["turn"]["reply"]["text"]
    wrong = await home.homeview.http.post(f"{url}/facts", json={"fact": "lease_ended"})
    assert wrong.status_code == 422
    await home.ask(JourneyWorkflow.switch_persona, PersonaRequest, persona="homeowner")
    await home.ask(JourneyWorkflow.receive, News, fact="quote_received")
