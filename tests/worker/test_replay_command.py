"""`homeview replay` and `homeview why`: one sentence and an exit code."""

import asyncio
import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import Stack
from worker.replaying import NoHistory, read, replay, replayed

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def journey(homeview: Stack) -> str:
    journey = await homeview.start()
    await homeview.say(journey, "A kitchen in Seattle, 98101")
    await homeview.say(journey, "14.5 x 12 ft and 22.5 feet of countertop")
    return journey


@pytest.fixture(scope="module")
async def written(homeview: Stack, journey: str) -> dict[str, Any]:
    """Its history as JSON."""
    written: dict[str, Any] = json.loads((await homeview.history(journey)).to_json())
    return written


def in_a_file(folder: Path, history: dict[str, Any]) -> str:
    file = folder / "history.json"
    file.write_text(json.dumps(history))
    return str(file)


def with_another_activity(history: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """As if the last turn's `open` had another name when it was written; and the number of that event."""
    changed: dict[str, Any] = json.loads(json.dumps(history))
    for event in reversed(changed["events"]):
        if event["eventType"] != "EVENT_TYPE_MARKER_RECORDED":
            continue
        payload = event["markerRecordedEventAttributes"]["details"]["data"]["payloads"][0]
        data = json.loads(base64.b64decode(payload["data"]))
        if data["activity_type"] == "open":
            payload["data"] = base64.b64encode(json.dumps(data | {"activity_type": "unseal"}).encode()).decode()
            return changed, int(event["eventId"])
    raise AssertionError("no turn was opened")


def with_another_start(history: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(history))
    started = changed["events"][0]["workflowExecutionStartedEventAttributes"]
    started["input"]["payloads"][0]["data"] = base64.b64encode(b'{"journey_id": "j"}').decode()
    return changed


async def command(homeview: Stack, *arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """Exit code, stdout, stderr."""
    pipe = asyncio.subprocess.PIPE
    env = {**os.environ, **homeview.settings.environment(), **environment}
    ran = await asyncio.create_subprocess_exec(sys.executable, "-m", "worker.cli", *arguments, stdout=pipe, stderr=pipe, env=env, cwd=ROOT)
    out, err = await asyncio.wait_for(ran.communicate(), 60)
    return ran.returncode, out.decode(), err.decode()


async def test_a_journey_is_replayed_from_the_server_by_its_id(homeview: Stack, journey: str) -> None:
    events = len((await homeview.history(journey)).events)
    code, out, err = await command(homeview, "replay", journey)
    assert (code, err) == (0, "")
    assert out == f"Replays clean: {events} events. Today's code follows this journey's history.\n"


async def test_a_history_in_a_file_is_replayed_without_a_server(homeview: Stack, written: dict[str, Any], tmp_path: Path) -> None:
    outcome = await replay(homeview.settings, in_a_file(tmp_path, written))
    assert (outcome.trouble, outcome.events) == (None, len(written["events"]))


async def test_a_run_that_is_about_to_begin_is_followed_by_any_code(homeview: Stack, written: dict[str, Any], tmp_path: Path) -> None:
    code, said, _ = await command(homeview, "replay", in_a_file(tmp_path, {**written, "events": written["events"][:1]}))
    assert code == 0, said


async def test_a_history_that_differs_is_told_with_its_place_the_command_and_what_to_do(
    homeview: Stack, written: dict[str, Any], tmp_path: Path
) -> None:
    changed, number = with_another_activity(written)
    code, out, err = await command(homeview, "replay", in_a_file(tmp_path, changed))
    assert (code, out) == (1, "")
    [(first, last)] = re.findall(r"It leaves the history at events (\d+) to (\d+), of", err)
    assert int(first) < number <= int(last)
    assert int(last) - int(first) < 12
    assert "recorded marker 'unseal' does not match activity type of local activity command 'open'" in err
    assert "workflow.patched" in err
    assert "docs/operating.md" in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


async def test_a_message_that_can_not_be_read_any_more_is_told_by_its_fields(written: dict[str, Any], tmp_path: Path) -> None:
    outcome = await replayed(read(Path(in_a_file(tmp_path, with_another_start(written)))))
    assert outcome.trouble is not None
    assert "validation errors for JourneyStart tenant Field required template Field required" in outcome.trouble
    assert "a message grows by fields with a default" in outcome.trouble


async def test_what_is_no_history_is_a_sentence_and_another_exit_code(homeview: Stack, tmp_path: Path) -> None:
    code, out, err = await command(homeview, "replay", "nothing")
    assert (code, out) == (2, "")
    assert err.startswith("nothing is neither a file nor a journey that the Temporal server at")
    (tmp_path / "notes.txt").write_text("not a history")
    with pytest.raises(NoHistory, match="holds no workflow history as JSON"):
        read(tmp_path / "notes.txt")


async def test_a_server_that_is_away_is_a_sentence(homeview: Stack) -> None:
    code, _, err = await command(homeview, "replay", "some-id", HOMEVIEW_TEMPORAL_ADDRESS="127.0.0.1:1")
    assert code == 2
    assert err == "No Temporal server answers at 127.0.0.1:1. `homeview dev` starts one.\n"


async def test_why_is_one_sentence(homeview: Stack, journey: str) -> None:
    code, out, _ = await command(homeview, "why", journey)
    assert code == 0
    assert out.startswith("Kitchen renovation waits for you")
    assert len(out.splitlines()) == 1


async def test_why_of_no_journey_is_a_sentence(homeview: Stack) -> None:
    assert await command(homeview, "why", "nothing") == (1, "", "There is no such journey.\n")
