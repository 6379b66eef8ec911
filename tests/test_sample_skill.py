"""A skill that is not ours, in a package of its own: installed, found, composed into a template and run in a journey; or broken."""

import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from journeys import names
from journeys.inputs import Length, RoomSize, Text, Value
from journeys.messages import Begin, Inputs, JourneyStart
from journeys.template import Template
from providers.library import parse_template
from providers.skills import Registry, found
from providers.store.journeys import journey_of, results_of, turns_page
from providers.store.migrate import migrate
from providers.store.store import Store
from tests.plugins.install import install
from tests.running import Processes, replays, settings_at
from workflows.journey import JourneyWorkflow

pytestmark = pytest.mark.anyio
BROKEN = 'raise RuntimeError("the rolls are gone")\n'
RAISING = "\nasync def wallpaper(inputs, results):\n    raise KeyError('rolls')\n\nSKILL = (SKILL[0], wallpaper)\n"
WALLS = """\
id: walls
version: 1
title: New walls
summary: Measure a kitchen, and work out paper and tiles for it.
personas: [homeowner]
locale: en-US
currency: USD
steps:
  - id: measure
    title: Measures
    goal: Know the room.
    needs:
      - {name: room_size, kind: room_size, title: Size, ask: How large is it?}
      - {name: counter_run, kind: length, title: Counter, ask: How long is the counter?}
    optional:
      - {name: ceiling_height, kind: length, title: Ceiling, ask: How high is the ceiling?}
      - {name: colour, kind: text, title: Colour, ask: Which colour?}
  - id: paper
    title: Wallpaper for it
    goal: Know how many rolls to buy.
    depends_on: [measure]
    run: [{skill: wallpaper}]
  - id: quantities
    title: Quantities
    goal: Know the rest.
    depends_on: [measure]
    run: [{skill: take_off}]
  - id: mood
    title: Mood
    goal: Know what it shall feel like.
    depends_on: [quantities]
    needs: [{name: mood, kind: text, title: Mood, ask: What shall it feel like?}]
"""
ROOM: dict[str, Value] = {"room_size": RoomSize(length_ft="14.5", width_ft="12"), "counter_run": Length(feet="22.5")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample skill whole; one that can't be imported; one that raises when it is asked."""
    folder = tmp_path_factory.mktemp("plugins")
    whole = install(folder / "whole")
    module = (whole / "homeview_sample_skill" / "__init__.py").read_text(encoding="utf-8")
    return {"whole": whole, "broken": install(folder / "broken", BROKEN), "raising": install(folder / "raising", module + RAISING)}


@pytest.fixture
def template(installed: dict[str, Path], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Template:
    """Read where that plugin is installed: "whole" where the test names none."""
    monkeypatch.syspath_prepend(str(installed[getattr(request, "param", "whole")]))
    monkeypatch.delitem(sys.modules, "homeview_sample_skill", raising=False)
    read = parse_template(WALLS, "walls.yaml", Registry(found()))
    monkeypatch.delitem(sys.modules, "homeview_sample_skill", raising=False)
    return read


@dataclass
class Journey:
    """A journey on a worker of its own process, which is started with one plugin or another."""

    processes: Processes
    store: Store
    handle: WorkflowHandle[Any, Any]
    plugins: dict[str, Path]
    calls: int = 0

    def work_with(self, plugin: str | None) -> None:
        if "worker" in self.processes.running:
            self.processes.kill("worker")
        path = [str(self.plugins[plugin])] if plugin else []
        self.processes.worker(PYTHONPATH=os.pathsep.join([*path, os.environ.get("PYTHONPATH", "")]))

    async def give(self, **inputs: Value) -> None:
        self.calls += 1
        asked = Inputs(key=str(self.calls), body_hash="", inputs=inputs)
        await self.handle.execute_update(JourneyWorkflow.provide, asked, id=f"provide:{self.calls}")

    async def view(self) -> dict[str, Any]:
        row = await self.store.read(lambda db: journey_of(db, self.handle.id))
        assert row
        view: dict[str, Any] = row["view"]
        return view

    async def statuses(self) -> dict[str, str]:
        return {step["id"]: step["status"] for step in (await self.view())["steps"]}

    async def results(self, step: str) -> list[dict[str, Any]]:
        return [row["body"] for row in await self.store.read(lambda db: results_of(db, self.handle.id, step))]

    async def last_reply(self) -> str:
        rows = await self.store.read(lambda db: turns_page(db, self.handle.id, after=0, limit=500))
        return str(rows[-1]["reply"]["text"])


@pytest.fixture
async def journey(temporal: WorkflowEnvironment, installed: dict[str, Path], template: Template, tmp_path: Path) -> AsyncIterator[Journey]:
    settings = settings_at(tmp_path, temporal.client.service_client.config.target_host)
    migrate(settings.database_url)
    store, processes = Store(settings.database_url), Processes(tmp_path, settings)
    journey_id = names.journey_id("test", str(tmp_path))
    common = {"tenant": "test", "persona": "homeowner", "title": "Walls", "locale": "en-US", "currency": "USD"}
    start = JourneyStart(journey_id=journey_id, template=template, **common)
    handle = await temporal.client.start_workflow(JourneyWorkflow.run, start, id=journey_id, task_queue=names.JOURNEYS_QUEUE)
    running = Journey(processes, store, handle, installed)
    try:
        yield running
        await replays(await handle.fetch_history())
        if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await handle.terminate()
    finally:
        processes.end()
        store.close()


async def begun(journey: Journey, plugin: str | None) -> None:
    journey.work_with(plugin)
    await journey.handle.execute_update(JourneyWorkflow.begin, Begin(key="begin", body_hash=""), id="begin:begin")


async def test_a_skill_of_another_package_is_composed_into_a_template_and_run(journey: Journey, template: Template) -> None:
    paper = template.step("paper")
    assert paper and [(run.uses, run.takes) for run in paper.run] == [(["room_size", "ceiling_height"], [])]
    await begun(journey, "whole")
    await journey.give(**ROOM)
    assert await journey.statuses() == {"measure": "done", "paper": "done", "quantities": "done", "mood": "open"}
    assert "8 rolls of wallpaper, in 31 drops of 8 ft" in await journey.last_reply()
    assert "Taken for granted:\n- The walls are 8 ft high." in await journey.last_reply()
    await journey.give(ceiling_height=Length(feet="9"))
    kept = await journey.results("paper")
    assert [(body["rolls"], body["made_by"]) for body in kept] == [(11, "wallpaper"), (8, "wallpaper")]
    assert (await journey.results("quantities"))[0]["made_by"] == "take_off"


@pytest.mark.parametrize("template", ["broken"], indirect=True)
async def test_a_broken_plugin_blocks_its_step_alone_and_once_mended_it_runs_when_the_person_is_heard(journey: Journey) -> None:
    await begun(journey, "broken")
    await journey.give(**ROOM)
    assert await journey.statuses() == {"measure": "done", "paper": "blocked", "quantities": "done", "mood": "open"}
    reply = await journey.last_reply()
    assert "The skill “wallpaper” is not working at the moment." in reply
    assert "rolls are gone" not in reply + str(await journey.view()), "why is for the log"
    assert "the rolls are gone" in journey.processes.log("worker")
    await journey.give(mood=Text(text="calm"))
    assert (await journey.statuses())["paper"] == "blocked"
    assert (await journey.view())["status"] == "active"
    journey.work_with("whole")
    await journey.give(mood=Text(text="bright"))
    assert "8 rolls of wallpaper" in await journey.last_reply()
    assert set((await journey.statuses()).values()) == {"done"}


async def test_a_missing_plugin_blocks_its_step_alone(journey: Journey) -> None:
    await begun(journey, None)
    await journey.give(**ROOM)
    assert await journey.statuses() == {"measure": "done", "paper": "blocked", "quantities": "done", "mood": "open"}
    assert "The skill “wallpaper” is not working at the moment." in await journey.last_reply()


async def test_a_skill_that_raises_blocks_its_step_alone_and_is_asked_again(journey: Journey) -> None:
    await begun(journey, "raising")
    await journey.give(**ROOM)
    assert await journey.statuses() == {"measure": "done", "paper": "blocked", "quantities": "done", "mood": "open"}
    assert "The skill “Wallpaper” failed, so it could not be worked out. What you gave is kept" in await journey.last_reply()
    assert "KeyError" not in await journey.last_reply() and "KeyError" in journey.processes.log("worker")
    await journey.give(colour=Text(text="blue"))
    assert "Wallpaper” failed" not in await journey.last_reply(), "said once, while something else goes on"
    journey.work_with("whole")
    await journey.give(colour=Text(text="green"))
    assert (await journey.statuses())["paper"] == "done"
