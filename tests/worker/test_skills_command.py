"""`homeview skills` and GET /v1/skills tell the same: what can be run, and what is broken about the rest."""

import json
from importlib.metadata import EntryPoint

from fastapi.testclient import TestClient
from rich.console import Console
from typer.testing import CliRunner

from api.app import create_app
from providers.settings import Settings
from providers.skills import GROUP, Registry, found
from worker.cli import app
from worker.skills import show

GONE = ("homeview-gone", EntryPoint(name="gone", value="no_module_of_this_name:SKILL", group=GROUP))


def test_the_table_says_what_each_reads_and_what_is_broken() -> None:
    console = Console(width=400, record=True)
    show(Registry([*found(), GONE]).listed(), console)
    told = console.export_text()
    assert "an estimate of cost from quantities and chosen products" in told
    assert "results of: take_off" in told
    assert "[ceiling_height]" in told
    assert "broken: it can't be loaded: ModuleNotFoundError: No module named 'no_module_of_this_name'" in told
    assert "homeview-gone" in told


def test_machines_are_told_the_same_by_the_command_and_by_the_api() -> None:
    told = CliRunner().invoke(app, ["skills", "--json"])
    rows = json.loads(told.stdout)
    assert told.exit_code == 0
    assert {"take_off", "estimate"} <= {row["id"] for row in rows if row["state"] == "ok" and row["package"] == "homeview"}
    answer = TestClient(create_app(Settings(_env_file=None)), base_url="http://127.0.0.1").get("/v1/skills")  # type: ignore[call-arg]
    assert answer.json() == {"items": rows, "next_cursor": None}


def test_the_command_shows_the_table() -> None:
    told = CliRunner().invoke(app, ["skills"])
    assert told.exit_code == 0 and "take_off" in told.stdout
