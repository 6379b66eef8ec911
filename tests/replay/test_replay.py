"""Code and rules change under open journeys: what was recorded replays, and a change that would break it is caught here."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from journeys import engine
from providers.temporal import data_converter
from tests.replay.record import HISTORIES
from tests.replay.scenarios import ASKING, IN_LINE, SCENARIOS
from tests.replay.variants import RecordsBeforeItOpens
from tests.running import Stack, replays

pytestmark = pytest.mark.anyio
RECORDED = sorted(HISTORIES.glob("*.json"))


def recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def test_every_scenario_has_a_recorded_history() -> None:
    assert {path.stem.partition("-")[2] for path in RECORDED} >= {*SCENARIOS, *ASKING, *IN_LINE}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_todays_code_follows_every_recorded_history(path: Path) -> None:
    await replays(recorded(path))


async def test_swapping_two_activities_is_caught() -> None:
    caught = Replayer(workflows=[RecordsBeforeItOpens], data_converter=data_converter)
    outcome = await caught.replay_workflow(recorded(RECORDED[0]), raise_on_replay_failure=False)
    assert outcome.replay_failure is not None


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_an_engine_that_decides_otherwise_replays_clean(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(*_: Any, **__: Any) -> Any:
        raise AssertionError("a replay follows what was decided then")

    monkeypatch.setattr(engine, "decide", otherwise)
    monkeypatch.setattr(engine, "check", otherwise)
    await replays(recorded(path))


async def test_a_bug_in_the_engine_fails_its_turn_alone_and_its_history_replays_on_the_mended_code(
    homeview: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = await homeview.start()

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a rule of ours")

    with monkeypatch.context() as bug:
        bug.setattr(engine, "decide", broken)
        failed = await homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": "hello"}, headers={"Idempotency-Key": "bug"})
        assert (failed.status_code, failed.json()["type"]) == (500, "/problems/TurnFailed")
        assert failed.json()["actions"]
        assert "rule of ours" not in failed.text
    kept = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"][-1]
    assert (kept["text"], kept["status"]) == ("hello", "failed")
    after = await homeview.say(journey, "I'm in Seattle 98101")
    assert after["inputs"]["place"]
    await replays(await homeview.history(journey))
