"""The API from outside: what each route answers, and what every mistake is told."""

import re
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from tests.running import Stack, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def journey(homeview: Stack) -> str:
    return await homeview.start()


async def problem(homeview: Stack, method: str, path: str, status: int, **more: Any) -> dict[str, Any]:
    answer = await homeview.http.request(method, path, **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["actions"], "every error names something that can be done"
    assert set(body) == {"type", "title", "status", "detail", "actions"}
    return body


async def test_the_view_says_where_the_journey_is_and_what_can_be_done(homeview: Stack, journey: str) -> None:
    view = await homeview.view(journey)
    assert (view["status"], view["step"], view["progress"]) == ("active", "discover", {"done": 0, "total": 7})
    assert view["waiting_for"]["name"] == "goal"
    assert view["question"]
    assert {action["action"] for action in view["actions"]} >= {"answer", "pause", "abandon"}
    assert [need["name"] for need in view["needs"]][:2] == ["goal", "place"]


async def test_why_is_one_sentence(homeview: Stack, journey: str) -> None:
    why = (await homeview.http.get(f"/v1/journeys/{journey}/why")).json()["why"]
    assert "what you want" in why
    assert "Next by itself: a reminder in 23 hours." in why


async def test_inputs_given_by_name_move_the_journey_as_a_message_would(homeview: Stack, journey: str) -> None:
    given = {"goal": {"kind": "text", "text": "new kitchen"}, "place": {"kind": "place", "country": "US", "postcode": "98101"}}
    answer = await homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": given})
    assert answer.json()["turn"]["step"] == "measure"
    assert answer.json()["turn"]["inputs"]["goal"] == given["goal"]


async def test_what_cant_be_granted_is_refused_with_a_reason_and_a_way_on(homeview: Stack, journey: str) -> None:
    at = f"/v1/journeys/{journey}"
    early = await problem(homeview, "POST", f"{at}/decisions", 409, json={"step": "estimate", "option": "accept"})
    assert (early["type"], "Your project comes first" in early["detail"]) == ("/problems/StepNotOpen", True)
    assert (await problem(homeview, "POST", f"{at}/back", 409, json={"step": "style"}))["type"] == "/problems/StepNotOpen"
    assert (await problem(homeview, "POST", f"{at}/back", 422, json={"step": "roof"}))["type"] == "/problems/UnknownStep"
    assert (await problem(homeview, "POST", f"{at}/skip", 409, json={"step": "discover"}))["type"] == "/problems/StepCantBeSkipped"
    unknown = {"inputs": {"colour": {"kind": "text", "text": "red"}}}
    assert (await problem(homeview, "POST", f"{at}/inputs", 422, json=unknown))["type"] == "/problems/UnknownInput"
    huge = {"inputs": {"counter_run": {"kind": "length", "feet": "900"}}}
    assert (await problem(homeview, "POST", f"{at}/inputs", 422, json=huge))["type"] == "/problems/WrongKind"
    assert (await homeview.view(journey))["turns"] == 1, "a refusal leaves no trace in the journey"


@pytest.mark.parametrize(
    ("method", "path", "status", "more"),
    [
        ("GET", "/v1/journeys/none", 404, {}),
        ("GET", "/v1/nothing", 404, {}),
        ("DELETE", "/v1/journeys/none", 405, {}),
        ("POST", "/v1/journeys", 404, {"json": {"template": "castle"}}),
        ("POST", "/v1/journeys", 422, {"json": {"template": "kitchen_renovation", "persona": "investor"}}),
        ("POST", "/v1/journeys", 422, {"json": {"colour": "red"}}),
        ("POST", "/v1/journeys", 422, {"content": b"{", "headers": {"content-type": "application/json"}}),
        ("POST", "/v1/journeys", 422, {"json": {"message": ""}}),
        ("POST", "/v1/journeys/none/messages", 404, {"json": {"text": "hello"}}),
        ("POST", "/v1/journeys/none/messages", 422, {"json": {"text": "x" * 9_000}}),
        ("POST", "/v1/journeys/none/messages", 413, {"json": {"text": "x" * 90_000}}),
        ("GET", "/v1/journeys?cursor=garbage", 422, {}),
        ("GET", "/v1/journeys/none/events", 404, {}),
    ],
)
async def test_every_mistake_is_a_problem_with_actions_and_never_repeats_what_was_sent(
    homeview: Stack, method: str, path: str, status: int, more: dict[str, Any]
) -> None:
    told = await problem(homeview, method, path, status, **more)
    assert "xxx" not in str(told)


async def test_a_page_of_another_site_cant_reach_the_api_under_its_own_name(homeview: Stack) -> None:
    answer = await homeview.http.get("/v1/journeys", headers={"Host": "evil.example"})
    assert answer.status_code == 400


async def test_lists_are_paged_without_gap_or_double(homeview: Stack) -> None:
    made = [await homeview.start(title=f"Kitchen {n}") for n in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await homeview.http.get("/v1/journeys", params=params)).json()
        seen += [item["journey_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert seen[:5] == made[::-1]


async def test_the_timeline_tells_what_happened_in_order(homeview: Stack, journey: str) -> None:
    await homeview.say(journey, "I'm in Seattle, 98101")
    items = (await homeview.http.get(f"/v1/journeys/{journey}/timeline", params={"limit": 1})).json()
    rest = (await homeview.http.get(f"/v1/journeys/{journey}/timeline", params={"cursor": items["next_cursor"]})).json()
    assert [entry["kind"] for entry in [*items["items"], *rest["items"]]][:2] == ["began", "noted"]


async def test_templates_can_be_read(homeview: Stack) -> None:
    listed = (await homeview.http.get("/v1/templates")).json()["items"]
    assert "kitchen_renovation@2" in [item["name"] for item in listed]
    template = (await homeview.http.get("/v1/templates/kitchen_renovation@1")).json()
    assert [step["id"] for step in template["steps"]] == ["discover", "measure", "style", "products", "take_off", "estimate", "route"]


async def test_health_readiness_and_metrics_answer(homeview: Stack, journey: str) -> None:
    assert (await homeview.http.get("/healthz")).json() == {"status": "alive"}

    async def worker_seen() -> bool:
        ready = await homeview.http.get("/readyz")
        return ready.status_code == 200 and bool(ready.json()["worker"])

    await until(worker_seen, 20)
    metrics = (await homeview.http.get("/metrics")).text
    assert 'homeview_requests_total{method="POST",route="/v1/journeys",status="201"}' in metrics
    assert journey not in metrics, "an id in a label would make every journey a series of its own"


async def test_the_page_of_the_api_works_without_any_other_host(homeview: Stack) -> None:
    page = await homeview.http.get("/docs")
    assert page.status_code == 200
    assert not re.findall(r"https?://(?!127\.0\.0\.1)", page.text)
    for script in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await homeview.http.get(script)).status_code == 200


async def test_operators_find_and_read_the_journey_in_temporals_own_ui(homeview: Stack, journey: str) -> None:
    for text in ("A new kitchen in Seattle, 98101", "hello", "thanks"):
        await homeview.say(journey, text)
    described = await homeview.temporal.get_workflow_handle(journey).describe()
    attributes = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert {name: attributes[name] for name in attributes if name.startswith("Journey")} == {
        "JourneyTemplate": "kitchen_renovation@1",
        "JourneyPersona": "homeowner",
        "JourneyStep": "measure",
        "JourneyStatus": "active",
    }
    assert await described.static_summary() == "Kitchen renovation for a homeowner"
    assert "Who does the work" in str(await described.static_details())
    history = await homeview.history(journey)
    upserts = [event for event in history.events if event.event_type == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES]
    assert len(upserts) == 2, "one at the beginning and one where the step changed, none for the turns between"
    summaries = [event.user_metadata.summary.data.decode() for event in history.events if event.user_metadata.HasField("summary")]
    assert any("converse 2" in summary for summary in summaries)


async def test_the_personas_are_listed_with_what_is_open_to_them(homeview: Stack) -> None:
    found = {item["id"]: item for item in (await homeview.http.get("/v1/personas")).json()["items"]}
    assert set(found) == {"homeowner", "diy_worker", "contractor", "investor", "admin"}
    assert "tax_education" in found["investor"]["skills"]
    assert "tax_education" not in found["homeowner"]["skills"]
