"""/v1/health says in sentences how everything does, whatever is away; /why says when no model can word a reply."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from api.health import PartHealth, degraded_by_rest, health, journeys_part
from providers.breaker import Standing
from providers.indexing import POINTER
from providers.store.health import SqlHealth
from providers.store.migrate import migrate
from tests.running import Stack, serving, settings_at, stack

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, SECOND = "gemini:gemini-3.8-flash", "gemini:gemini-3.5-flash-lite"
WELL = [PartHealth(part="database", is_well=True, says="-")]
KEY = {"gemini_api_key": "a-key-that-nobody-may-see"}


def resting(engine: str, error: str = "Upstream5xx", retry_in: float = 10, since: datetime = NOW) -> Standing:
    return Standing(engine, "open", since, error, NOW + timedelta(seconds=retry_in))


# --- in sentences --------------------------------------------------------------------------------------------------------
def test_models_that_nothing_was_ever_wrong_with_are_well() -> None:
    told = health({"chat": [FIRST, SECOND], "vision": [FIRST]}, [], WELL, NOW)
    assert (told.status, [model.state for model in told.models]) == ("well", ["closed", "closed"])
    assert told.models[0].asked_for == ["chat", "vision"]


def test_a_model_that_rests_says_since_when_why_and_when_it_is_asked_again() -> None:
    told = health({"chat": [FIRST, SECOND]}, [resting(FIRST, "AuthConfig", 300)], WELL, NOW)
    assert (told.status, told.says) == ("degraded", "1 of 2 language models rests; journeys go on, and say where something is missing.")
    assert told.models[0].says == (
        f"{FIRST} rests since 2026-11-22 12:00:00 UTC: its key, or the rights of the key, are not accepted. "
        "It is asked again at 2026-11-22 12:05:00 UTC."
    )
    assert (told.models[0].last_failure, told.models[0].retry_at) == ("AuthConfig", NOW + timedelta(minutes=5))


def test_a_model_whose_rest_is_over_is_half_open() -> None:
    [model] = health({"chat": [FIRST]}, [resting(FIRST, retry_in=-1)], WELL, NOW).models
    assert (model.state, "with the next message" in model.says) == ("half_open", True)


def test_a_model_that_is_back_says_since_when() -> None:
    [model] = health({"chat": [FIRST]}, [Standing(FIRST, "closed", NOW, "Upstream5xx")], WELL, NOW).models
    assert (model.state, model.says) == ("closed", f"{FIRST} is well again since 2026-11-22 12:00:00 UTC.")


@pytest.mark.parametrize(("part", "status"), [("database", "down"), ("temporal", "down"), ("worker", "down"), ("index", "degraded")])
def test_what_is_away_decides_how_it_is(part: Any, status: str) -> None:
    told = health({"chat": [FIRST]}, None if part == "database" else [], [PartHealth(part=part, is_well=False, says="-")], NOW)
    assert told.status == status
    assert told.models[0].state == ("unknown" if part == "database" else "closed")


def test_replies_are_degraded_only_while_every_model_rests() -> None:
    both = [resting(FIRST, since=NOW - timedelta(hours=1)), resting(SECOND, "UpstreamTimeout", 20)]
    assert degraded_by_rest([FIRST, SECOND], both, NOW) == (
        "Since 2026-11-22 12:00:00 UTC replies come from our own rules and pages, because all language models rest "
        f"({FIRST}: it fails on its side; {SECOND}: it does not answer in time); they are asked again at 2026-11-22 12:00:10 UTC."
    )
    assert degraded_by_rest([FIRST, SECOND], both[:1], NOW) == ""
    assert degraded_by_rest([], both, NOW) == ""
    assert "it is asked again with the next message" in degraded_by_rest([FIRST], [resting(FIRST, retry_in=-1)], NOW)


def test_an_embedder_that_rests_is_told_apart_from_the_models_that_word_replies() -> None:
    routes = {"chat": [FIRST], "embedding": ["gemini:an-embedder"]}
    told = health(routes, [resting("gemini:an-embedder")], WELL, NOW)
    assert (told.status, told.models[1].asked_for) == ("degraded", ["embedding"])
    assert told.says == "The embedder rests, and passages come from the free index; journeys go on, and say where something is missing."


def test_a_model_that_is_looked_after_says_when_it_was_last_checked() -> None:
    [model] = health({"chat": [FIRST]}, [Standing(FIRST, checked_at=NOW)], WELL, NOW).models
    assert (model.checked_at, model.says) == (NOW, f"Nothing is wrong with {FIRST}. It was last checked at 2026-11-22 12:00:00 UTC.")


@pytest.mark.parametrize(("wedged", "status"), [(0, "well"), (2, "degraded"), (None, "well")])
def test_journeys_that_stand_still_are_counted_and_what_to_do_is_said(wedged: int | None, status: str) -> None:
    told = health({}, [], [*WELL, journeys_part(wedged)], NOW, wedged)
    assert (told.status, told.wedged) == (status, wedged)
    if wedged:
        assert told.says == "2 journeys stand still; the others go on."
        assert "docs/operating.md" in told.parts[-1].says


# --- over HTTP -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
async def asking(temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    async with stack(temporal, tmp_path_factory.mktemp("health"), mind, **KEY) as running:
        yield running


async def test_health_names_each_model_and_each_part_and_no_secret(asking: Stack) -> None:
    answer = await asking.http.get("/v1/health")
    told = answer.json()
    assert answer.status_code == 200
    assert [model["engine"] for model in told["models"]] == [FIRST, SECOND]
    well = {"database": True, "temporal": True, "worker": True, "index": False, "journeys": True}
    assert {part["part"]: part["is_well"] for part in told["parts"]} == well
    assert told["status"] == "degraded"  # this home has no index of its own
    assert KEY["gemini_api_key"] not in answer.text


async def test_health_sees_the_index_that_is_there(asking: Stack, index_root: Path) -> None:
    pointer = asking.settings.index_root / POINTER
    name = (index_root / POINTER).read_text().strip()
    asking.settings.index_root.mkdir()
    (asking.settings.index_root / name).symlink_to(index_root / name)
    pointer.write_text(name)
    told = (await asking.http.get("/v1/health")).json()
    assert (told["status"], told["parts"][3]["is_well"]) == ("well", True)
    pointer.unlink()


async def test_why_says_that_replies_are_degraded_while_every_model_rests(asking: Stack) -> None:
    journey = await asking.start()
    shared = SqlHealth(asking.store)
    await shared.tell(resting(FIRST))
    assert "language models rest" not in (await asking.http.get(f"/v1/journeys/{journey}/why")).json()["why"]
    await shared.tell(resting(SECOND))
    why = (await asking.http.get(f"/v1/journeys/{journey}/why")).json()["why"]
    assert why.count("all language models rest") == 1
    assert [model["state"] for model in (await asking.http.get("/v1/health")).json()["models"]] == ["half_open", "half_open"]
    await shared.tell(Standing(FIRST))
    await shared.tell(Standing(SECOND))


async def test_health_answers_while_temporal_is_away(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "127.0.0.1:9")
    migrate(settings.database_url)
    async with serving(settings) as http:
        answer = await http.get("/v1/health")
    told = {part["part"]: part["is_well"] for part in answer.json()["parts"]}
    assert (answer.status_code, answer.json()["status"]) == (200, "down")
    assert (told["database"], told["temporal"], told["worker"]) == (True, False, False)


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "sqlite:///{}/not-migrated.db"])
async def test_health_answers_while_the_database_is_away_or_not_ours(temporal: WorkflowEnvironment, tmp_path: Path, url: str) -> None:
    settings = settings_at(tmp_path, temporal.client.service_client.config.target_host, database_url=url.format(tmp_path), **KEY)
    async with serving(settings) as http:
        answer = await http.get("/v1/health")
        misplaced = await http.post("/v1/health")
    told = {part["part"]: part["is_well"] for part in answer.json()["parts"]}
    assert (answer.status_code, answer.json()["status"], told["database"], told["temporal"]) == (200, "down", False, True)
    assert {model["state"] for model in answer.json()["models"]} == {"unknown"}
    assert (misplaced.status_code, misplaced.headers["content-type"]) == (405, "application/problem+json")
