"""`homeview templates`: the library at a terminal."""

import asyncio
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from providers.library import TEMPLATES
from providers.store.migrate import migrate
from tests.moves import a_journey_at, first, publish, second
from tests.running import Stack, free_port
from worker.cli import app

KITCHEN = str(TEMPLATES / "kitchen_renovation.v1.yaml")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an empty database."""
    monkeypatch.setenv("HOMEVIEW_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    migrate(f"sqlite:///{tmp_path / 'homeview.db'}")
    return tmp_path


def run(*words: str, code: int = 0) -> Result:
    told = CliRunner().invoke(app, ["templates", *words])
    assert told.exit_code == code, told.output
    return told


def written(folder: Path, text: str, name: str = "kitchen.yaml") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_file_is_published_shared_out_and_rolled_back(home: Path) -> None:
    run("publish", written(home, first("attic")))
    assert "version 1" in run("list").stdout
    file = written(home, second("attic"))
    assert run("publish", file).stdout == "New journeys of attic start with version 2.\n"
    told = run("split", "attic", "v1=90", "v2=10", "--experiment", "light").stdout
    assert "90 % version 1, 10 % version 2 (light)" in told
    [listed] = [entry for entry in json.loads(run("list", "--json").stdout) if entry["id"] == "attic"]
    assert (listed["head"]["split"], [row["status"] for row in listed["versions"]]) == ([[1, 9000], [2, 1000]], ["published"] * 2)
    assert run("rollback", "attic").stdout == "New journeys of attic start with version 1.\n"
    shown = run("show", "attic").stdout
    assert "retired" in shown and 'rollback {"from": 2, "to": 1}' in shown
    assert run("show", "attic@2", "--yaml").stdout == second("attic")
    assert "no earlier version" in run("rollback", "attic", code=1).stderr


def test_check_names_every_mistake_with_file_and_line_and_says_no(home: Path) -> None:
    assert run("check", KITCHEN).stdout == "kitchen_renovation.v1.yaml: kitchen_renovation@1, 7 steps.\n"
    wrong = first("kitchen_renovation").replace("kind: place", "kind: planet").replace("    goal: Know the size", "    gaol: Know the size")
    told = run("check", KITCHEN, written(home, wrong), str(home / "none.yaml"), code=1)
    lines = told.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        f"kitchen.yaml:{1 + wrong[: wrong.index('kind: planet')].count(chr(10))}:",
        "kitchen.yaml:52:",
        f"kitchen.yaml:{1 + wrong[: wrong.index('gaol')].count(chr(10))}:",
        "none.yaml:1:",
    ]
    assert "7 steps" in told.stdout, "the file that is right is told so"


def test_check_finds_a_published_version_that_changed_with_and_without_a_database(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = written(home, first("kitchen_renovation").replace("Your project", "Your plan"))
    assert "is stored with other content" in run("check", changed, code=1).stderr
    monkeypatch.setenv("HOMEVIEW_HOME", str(tmp_path_factory.mktemp("empty")))
    assert "is shipped with other content" in run("check", changed, code=1).stderr
    assert "is not there. `homeview dev` or `homeview migrate` makes the database." in run("list", code=1).stderr
    assert "Kitchen renovation" in run("graph", "kitchen_renovation").stdout, "what is shipped needs no database"


def test_two_versions_are_told_apart(home: Path) -> None:
    told = run("diff", "kitchen_renovation@1", written(home, second("kitchen_renovation"))).stdout
    assert told.startswith("kitchen_renovation@1 → kitchen_renovation@2\n")
    assert "Light (light): added\n  Open journeys: It comes up once what it depends on is settled." in told
    as_json = json.loads(run("diff", KITCHEN, written(home, second("kitchen_renovation")), "--json").stdout)
    assert {step["step"]: step["kind"] for step in as_json["steps"]} == {
        "measure": "changed",
        "light": "added",
        "products": "changed",
        "take_off": "changed",
    }


def test_the_steps_are_drawn_on_the_terminal_and_as_a_picture(home: Path) -> None:
    drawn = run("graph", "kitchen_renovation").stdout
    for part in ("Measures measure ← discover", "runs take_off", "↩ back to products: Change the products", "decides hire / diy / both"):
        assert part in drawn
    told = run("graph", KITCHEN, "--svg", str(home / "kitchen.svg")).stdout
    assert told.endswith("kitchen.svg: 7 steps, 10 lines.\n")
    assert ET.parse(home / "kitchen.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "castle"], "There is no template 'castle'"),
        (["graph", "kitchen_renovation@9"], "There is no version 9"),
        (["graph", "kitchen_renovation@x"], "names no version"),
        (["graph", "none.yaml"], "can't be read: No such file"),
        (["publish", "none.yaml"], "can't be read: No such file"),
        (["split", "kitchen_renovation", "one=2"], "is no weight: write it as v1=90"),
        (["split", "kitchen_renovation", "v1=0"], "at least one of them more than zero"),
        (["split", "kitchen_renovation", "v1=1", "v7=1"], "There is no version 7"),
    ],
)
def test_what_cant_be_done_is_one_sentence(home: Path, words: list[str], sentence: str) -> None:
    assert sentence in run(*words, code=1).stderr


@pytest.mark.anyio
async def test_open_journeys_are_looked_at_then_moved_then_moved_back(homeview: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEVIEW_API_PORT", str(homeview.settings.api_port))
    monkeypatch.setenv("COLUMNS", "200")
    await publish(homeview, first("cabin"), second("cabin"))
    journeys = [await a_journey_at(homeview, place, "cabin@1") for place in (0, 4)]

    async def move(*words: str) -> str:
        return (await asyncio.to_thread(run, "move", "cabin", *words)).stdout

    looked = await move("--from", "1", "--to", "2", "--dry-run")
    assert all(journey in looked for journey in journeys), looked
    assert looked.endswith("2 open journeys: 2 can move, 0 stay where they are. Nothing was changed.\n")
    assert (await homeview.view(journeys[0]))["template"] == "cabin@1"
    assert "2 moved, 0 stay where they are, 0 were refused." in await move("--from", "1", "--to", "2")
    assert (await homeview.view(journeys[1]))["step"] == "light"
    assert "0 open journeys" in await move("--from", "1", "--to", "2"), "run again, nobody is left"
    assert "2 moved" in await move("--from", "2", "--to", "1", "--undo")
    assert [(await homeview.view(journey))["step"] for journey in journeys] == ["discover", "estimate"]


@pytest.mark.anyio
async def test_a_move_that_nobody_answers_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEVIEW_API_PORT", str(free_port()))
    told = await asyncio.to_thread(run, "move", "kitchen_renovation", "--from", "1", "--to", "2", code=1)
    assert "Start it with `homeview dev`." in told.stderr
