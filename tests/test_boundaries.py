"""What each room may know, read in the source: direction, purity, and what workflow code must never do."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["journeys", "providers", "activities", "workflows", "api", "worker"]  # each may import those before it; doors: see below
DOORS = {"api", "worker"}
FILES = [(room, path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
NAMES = [str(path.relative_to(ROOT)) for _, path in FILES]


def imported(path: Path) -> Iterator[str]:
    """The top package of everything the file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the room they take from"
            yield (node.module or "").partition(".")[0]


def test_the_rooms_are_found() -> None:
    assert {room for room, _ in FILES} == set(ROOMS)


@pytest.mark.parametrize(("room", "path"), FILES, ids=NAMES)
def test_imports_point_from_the_doors_inwards(room: str, path: Path) -> None:
    ours = set(imported(path)) & {*ROOMS, "tests"}
    allowed = set(ROOMS[: ROOMS.index(room) + 1]) - (DOORS - {room})
    if path == ROOT / "worker" / "cli.py":
        allowed |= DOORS  # the command that opens either door
    assert ours <= allowed


@pytest.mark.parametrize(
    "path", [path for room, path in FILES if room == "journeys"], ids=[name for name in NAMES if name.startswith("journeys")]
)
def test_journeys_is_pure_data_and_pure_functions(path: Path) -> None:
    assert set(imported(path)) - set(sys.stdlib_module_names) <= {"pydantic", "journeys"}
    impure = {"os", "socket", "subprocess", "random", "time", "asyncio", "threading", "logging", "urllib", "http", "secrets"}
    assert not set(imported(path)) & impure
    assert not re.search(r"\b(datetime|date)\.(now|today|utcnow)\(|\bopen\(", path.read_text(encoding="utf-8"))


def test_the_workflow_brings_no_library_of_the_outside_world_along() -> None:
    foreign = ["google.genai", "chromadb", "sqlalchemy", "httpx2", "httpx", "structlog", "prometheus_client"]
    foreign += ["fastapi", "numpy", "onnxruntime", "ruamel", "tokenizers"]
    code = f"import sys, workflows.journey; print([name for name in {foreign} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"


def test_a_worker_polls_before_it_has_loaded_what_only_a_turn_needs() -> None:
    later = ["chromadb", "onnxruntime", "tokenizers", "numpy", "rapidfuzz", "ruamel", "sqlalchemy.dialects.postgresql"]
    later += ["google.genai", "genai_prices"]
    code = f"import sys, worker.cli, worker.logs, worker.main; print([name for name in {later} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"


def test_the_rooms_that_are_imported_are_those_of_this_tree() -> None:
    code = f"import {', '.join(ROOMS)}; print(*({', '.join(f'{room}.__path__[0]' for room in ROOMS)}), sep='\\n')"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.split() == [str(ROOT / room) for room in ROOMS]


@pytest.mark.parametrize(("room", "path"), FILES, ids=NAMES)
def test_there_is_no_temporal_query_anywhere(room: str, path: Path) -> None:
    """A query on a run that a killed worker held can wedge the journey for ever."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"@workflow\.query|set_current_details|\bcurrent_details\b|query_workflow", text)
    if room != "providers":  # Chroma's collections are queried there, and no workflow is
        assert not re.search(r"\.query\(", text)


@pytest.mark.parametrize(
    "path", [path for room, path in FILES if room == "workflows"], ids=[name for name in NAMES if name.startswith("workflows")]
)
def test_workflow_code_never_catches_every_exception(path: Path) -> None:
    """The caught failure enters history, and the mended code no longer replays it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno} catches everything"
            caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
            assert not caught & {"Exception", "BaseException"}, f"line {node.lineno} catches everything"


@pytest.mark.parametrize(
    "path", [path for room, path in FILES if room == "workflows"], ids=[name for name in NAMES if name.startswith("workflows")]
)
def test_workflow_code_has_no_clock_but_the_workflows(path: Path) -> None:
    assert not re.search(
        r"datetime\.(now|today|utcnow)\(|\btime\.(time|monotonic|sleep)\(|\brandom\.|\buuid4\(|Settings\b", path.read_text(encoding="utf-8")
    )
