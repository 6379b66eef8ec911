"""The template library over HTTP: drafts, versions, what starts, and that no edit ever touches an open journey."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from providers.library import TEMPLATES, Library, TemplateChanged
from providers.store.migrate import migrate
from tests.running import Stack, serving, settings_at

pytestmark = pytest.mark.anyio
KITCHEN = (TEMPLATES / "kitchen_renovation.v1.yaml").read_text()
QUESTION = "What would you like to change about your kitchen, and why?"


def version(number: int, question: str = QUESTION, template: str = "kitchen_renovation") -> str:
    text = KITCHEN.replace("version: 1\n", f"version: {number}\n", 1).replace(QUESTION, question)
    return text.replace("id: kitchen_renovation", f"id: {template}", 1)


async def ok(homeview: Stack, method: str, path: str, key: str | None = None, status: int = 200, **body: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    sent = {} if method == "GET" else {"json": body}
    answer = await homeview.http.request(method, f"/v1/templates{path}", headers=headers, **sent)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def draft(homeview: Stack, text: str) -> dict[str, Any]:
    return await ok(homeview, "POST", "", status=201, yaml=text)


async def a_family(homeview: Stack, template: str, *questions: str) -> None:
    """Versions 1, 2, … of a template of this name, all published, the last one at hand."""
    for number, question in enumerate(questions, 1):
        await draft(homeview, version(number, question, template))
        await ok(homeview, "POST", f"/{template}/versions/{number}/publish")


async def test_a_draft_is_stored_read_published_and_started(homeview: Stack) -> None:
    stored = await draft(homeview, version(1, template="loft"))
    assert (stored["status"], stored["made_by"], stored["published_at"]) == ("draft", "home", None)
    refused = await homeview.http.post("/v1/journeys", json={"template": "loft@1"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/NotPublished")
    assert (await homeview.http.post("/v1/journeys", json={"template": "loft"})).status_code == 404, "nothing of it is published"
    assert (await ok(homeview, "POST", "/loft/versions/1/publish"))["current"] == 1
    read = await ok(homeview, "GET", "/loft/versions/1")
    assert (read["yaml"], read["hash"], read["template"]["version"]) == (version(1, template="loft"), stored["hash"], 1)
    journey = await homeview.start(template="loft")
    assert (await homeview.view(journey))["template"] == "loft@1"
    [listed] = [item for item in (await ok(homeview, "GET", ""))["items"] if item["id"] == "loft"]
    assert (listed["name"], [row["status"] for row in listed["versions"]]) == ("loft@1", ["published"])
    assert (await ok(homeview, "GET", "/loft"))["versions"][0]["open_journeys"] == 1


async def test_an_edit_of_the_library_never_touches_an_open_journey(homeview: Stack) -> None:
    await a_family(homeview, "attic", "The first question?")
    open_one = await homeview.start(template="attic")
    await draft(homeview, version(2, "Another question?", "attic"))
    await ok(homeview, "POST", "/attic/versions/2/publish")
    await homeview.say(open_one, "hello")
    view, fresh = await homeview.view(open_one), await homeview.view(await homeview.start(template="attic"))
    assert (view["template"], view["question"]) == ("attic@1", "The first question?")
    assert (fresh["template"], fresh["question"]) == ("attic@2", "Another question?")
    await ok(homeview, "POST", "/attic/rollback")
    await homeview.say(fresh["journey_id"], "hello")
    assert (await homeview.view(fresh["journey_id"]))["question"] == "Another question?", "a rollback moves nobody either"
    assert (await homeview.view(await homeview.start(template="attic")))["template"] == "attic@1"
    assert [row["status"] for row in (await ok(homeview, "GET", "/attic"))["versions"]] == ["published", "retired"]


async def test_every_mistake_is_listed_with_its_line_and_nothing_is_kept(homeview: Stack) -> None:
    wrong = version(1, template="hut").replace("kind: place", "kind: planet").replace("currency: USD", "currency: dollars")
    for path in ("", "/hut/check"):
        answer = await homeview.http.post(f"/v1/templates{path}", json={"yaml": wrong})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        told = answer.json()
        assert (told["type"], [action["action"] for action in told["actions"]]) == ("/problems/BadTemplate", ["mend"])
        lines = {line.split(":")[2].strip() for line in told["errors"]}
        assert lines == {"currency", "steps.0.needs.1.kind"}
        assert all(line.split(":")[0] == "yaml" and line.split(":")[1].isdigit() for line in told["errors"])
    assert (await homeview.http.get("/v1/templates/hut")).status_code == 404


async def test_a_check_keeps_nothing_and_tells_a_version_that_would_be_refused(homeview: Stack) -> None:
    assert (await ok(homeview, "POST", "/kitchen_renovation/check", yaml=version(9)))["name"] == "kitchen_renovation@9"
    assert (await homeview.http.get("/v1/templates/kitchen_renovation/versions/9")).status_code == 404
    answer = await homeview.http.post("/v1/templates/kitchen_renovation/check", json={"yaml": version(1, "Else?")})
    assert "raise `version`" in answer.json()["errors"][0]
    answer = await homeview.http.post("/v1/templates/kitchen_renovation/check", json={"yaml": version(1, template="other")})
    assert answer.json()["errors"] == ["yaml:1: id: it is 'other', and not 'kitchen_renovation'"]


async def test_a_published_version_is_refused_other_content(homeview: Stack) -> None:
    answer = await homeview.http.post("/v1/templates", json={"yaml": version(1, "Else?")})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/VersionTaken")


async def test_the_same_key_gets_the_same_answer_and_another_body_is_a_conflict(homeview: Stack) -> None:
    first = await ok(homeview, "POST", "", key="shed-1", status=201, yaml=version(1, template="shed"))
    await ok(homeview, "POST", "/shed/versions/1/publish", key="shed-2")
    assert await ok(homeview, "POST", "", key="shed-1", status=201, yaml=version(1, template="shed")) == first
    again = await homeview.http.post("/v1/templates", json={"yaml": version(2, template="shed")}, headers={"Idempotency-Key": "shed-1"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/KeyReused")
    asked = [ok(homeview, "POST", "", key="shed-3", status=201, yaml=version(3, template="shed")) for _ in range(5)]
    assert len({answer["made_at"] for answer in await asyncio.gather(*asked)}) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", "", 422, {"yaml": "id: x", "colour": "red"}),
        ("POST", "", 422, {}),
        ("POST", "", 413, {"yaml": "x" * 90_000}),
        ("POST", "/kitchen_renovation/versions/77/publish", 404, {}),
        ("POST", "/kitchen_renovation/rollback", 422, {"to": 0}),
        ("POST", "/castle/rollback", 404, {}),
        ("PUT", "/kitchen_renovation/split", 422, {"weights": {"1": 0}}),
        ("PUT", "/kitchen_renovation/split", 422, {"weights": {"one": 1}}),
        ("PUT", "/kitchen_renovation/split", 404, {"weights": {"1": 1, "88": 1}}),
        ("GET", "/kitchen_renovation/diff?from=1&to=99", 404, None),
        ("GET", "/kitchen_renovation/diff?from=1", 422, None),
        ("GET", "/kitchen_renovation@x", 404, None),
        ("GET", "/castle", 404, None),
    ],
)
async def test_what_cant_be_done_is_a_problem_with_a_way_on(
    homeview: Stack, method: str, path: str, status: int, body: dict[str, Any] | None
) -> None:
    answer = await homeview.http.request(method, f"/v1/templates{path}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["actions"]


async def test_a_split_shares_journeys_out_and_a_journey_keeps_its_version(homeview: Stack) -> None:
    await a_family(homeview, "barn", "First?", "Second?")
    split = (await ok(homeview, "PUT", "/barn/split", weights={"1": 50, "2": 50}, experiment="wording"))["split"]
    assert split == {"experiment": "wording", "buckets": {"1": 5000, "2": 5000}}
    keys = [f"barn-{n}" for n in range(12)]

    async def start(key: str) -> str:
        answer = await homeview.http.post("/v1/journeys", json={"template": "barn"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["template"])

    drawn = [await start(key) for key in keys]
    assert set(Counter(drawn)) == {"barn@1", "barn@2"}
    await ok(homeview, "PUT", "/barn/split", weights={"1": 100})
    assert [await start(key) for key in keys] == drawn
    assert await start("barn-new") == "barn@1"


async def test_two_versions_are_told_apart_over_http(homeview: Stack) -> None:
    await a_family(homeview, "yard", "First?", "Second?")
    told = await ok(homeview, "GET", "/yard/diff?from=1&to=2")
    assert [(step["step"], step["means"]) for step in told["steps"]] == [("discover", ["Words only: nothing is asked again."])]
    assert told["text"].startswith("yard@1 → yard@2\nYour project (discover): changed")


async def test_the_api_does_not_start_with_a_published_version_that_changed(
    temporal: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_at(tmp_path, temporal.client.service_client.config.target_host)
    migrate(settings.database_url)
    async with serving(settings) as http:
        assert (await http.get("/v1/templates/kitchen_renovation")).status_code == 200
    shipped = tmp_path / "templates"
    shipped.mkdir()
    (shipped / "kitchen.yaml").write_text(version(1, "Another question under the same version?"))
    from api.app import create_app, stocked
    from providers.shelf import Shelf
    from providers.store.store import Store

    store = Store(settings.database_url)
    with pytest.raises(TemplateChanged, match=r"kitchen.yaml:1: version"):
        await stocked(Shelf(store, Library(shipped)))
    store.close()
    monkeypatch.setattr("api.app.library", lambda: Library(shipped))
    app = create_app(settings)
    with pytest.raises(TemplateChanged):
        async with app.router.lifespan_context(app):
            raise AssertionError("it serves")
