"""docs/writing-a-journey.md takes a newcomer to a journey of their own: each of its files is written, each of its commands run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import Processes

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).parents[1] / "docs" / "writing-a-journey.md"
BLOCK = re.compile(r"^```(yaml|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# file: (\S+)\n")


@pytest.fixture(scope="module")
async def homeview(tmp_path_factory: pytest.TempPathFactory, index_root: Path) -> AsyncIterator[Processes]:
    home = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(index_root, home / "index")
    processes = Processes.at(home)
    try:
        await processes.up()
        yield processes
    finally:
        processes.end()


def run(commands: str, folder: Path, homeview: Processes) -> str:
    """As typed into one shell, with HomeView's address and command in the place of a newcomer's."""
    command = f'homeview() {{ {sys.executable} -m worker.cli "$@"; }}\n'
    address = homeview.settings.api_url.removeprefix("http://")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GEMINI_", "HOMEVIEW_"))}
    environment = kept | homeview.settings.environment() | {"PYTHONPATH": str(PAGE.parents[1]), "COLUMNS": "160"}
    script = "set -euo pipefail\n" + command + commands.replace("localhost:8000", address)
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
    return done.stdout


async def test_every_file_and_command_of_the_page_leads_a_newcomer_to_a_running_journey(homeview: Processes, tmp_path: Path) -> None:
    commands: list[str] = []
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            commands.append(text)
        else:
            name = FILE.match(text)
            assert name, "each file of the page says what it is called"
            (tmp_path / name[1]).write_text(text, encoding="utf-8")
    assert len(commands) >= 4
    first = commands.index(next(text for text in commands if "diff" in text))
    told = run("\n".join(commands[:first]), tmp_path, homeview)
    assert "laundry.yaml: laundry_room@1, 4 steps." in told
    assert (tmp_path / "laundry.svg").read_text().startswith("<svg")
    assert "waits for the shop: delivery" in told
    assert "Is the floor laid?" in told or "waits at getting used to the room" in told
    view = await newest(homeview)
    assert (view["template"], view["inputs"]["floor_material"]["option"], view["step"]) == ("laundry_room@1", "vinyl", "settling")
    told = run("\n".join(commands[first:]), tmp_path, homeview)
    assert "~ needs room_size (ask)" in told
    assert told.count("1 moved, 0 stay where they are") == 2
    assert "90 % version 1, 10 % version 2" in told
    moved = await newest(homeview)
    assert (moved["template"], moved["inputs"], moved["step"]) == ("laundry_room@1", view["inputs"], view["step"]), "moved, and moved back"


async def newest(homeview: Processes) -> dict[str, Any]:
    async with homeview.http() as http:
        view: dict[str, Any] = (await http.get("/v1/journeys")).json()["items"][0]
        return view
