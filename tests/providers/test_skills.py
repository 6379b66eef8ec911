"""Skills are found through entry points; whatever is wrong with a plugin is a reason why it is left out, and harms nothing else."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from providers.skills import GROUP, OURS, Registry, found, registry
from tests.plugins.install import install

MANIFEST = {"id": "paper", "version": "3", "title": "Paper", "makes": "rolls"}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes a module and gives its entry point."""
    monkeypatch.syspath_prepend(str(tmp_path))
    written: list[str] = []

    def write(text: str, name: str = "paper", package: str = "papers") -> tuple[str, EntryPoint]:
        module = f"plugin_of_a_test_{len(written)}"
        (tmp_path / f"{module}.py").write_text(f"from journeys.skill import Manifest\nSAID = {MANIFEST!r}\n{text}\n", encoding="utf-8")
        written.append(module)
        return package, EntryPoint(name=name, value=f"{module}:SKILL", group=GROUP)

    yield write
    for module in written:
        sys.modules.pop(module, None)


def test_one_pair_or_several_are_taken_and_a_manifest_may_be_a_mapping(plugin: Any) -> None:
    one = plugin("SKILL = (Manifest(**SAID), print)")
    several = plugin("SKILL = [({**SAID, 'id': 'glue'}, print), (Manifest(**{**SAID, 'id': 'paste'}), print)]")
    read = Registry([one, several])
    assert (set(read.skills), read.broken) == ({"paper", "glue", "paste"}, [])
    assert read.versions() == {"paper": "3", "glue": "3", "paste": "3"}


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("import nothing_of_this_name", "paper", "it can't be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("raise SystemExit(3)", "paper", "it can't be loaded: SystemExit: 3"),
        ("SKILLS = 1", "paper", "has no attribute 'SKILL'"),
        ("SKILL = 1", "paper", "it can't be loaded: TypeError"),
        ("SKILL = ()", "paper", "its entry point gives no skill"),
        ("SKILL = ['paper']", "paper", "something other than pairs of a manifest and a function"),
        ("SKILL = ({**SAID, 'colour': 1}, print)", "paper", "its manifest is wrong: colour: Extra inputs are not permitted"),
        ("SKILL = ({'id': 'glue', 'version': ''}, print)", "glue", "its manifest is wrong: version: String should have at least 1 char"),
        ("SKILL = (Manifest(**SAID, cost_class='free', latency_ms=0), print)", "paper", "latency_ms"),
        ("SKILL = (SAID, 'print')", "paper", "its function can't be called"),
        ("SKILL = ({**SAID, 'cost_class': 'paid'}, print)", "paper", "not yet: a skill whose cost class is paid can't be run"),
        ("SKILL = ({**SAID, 'latency_ms': 1001}, print)", "paper", "not yet: a skill that may take 1001 ms can't be run"),
        ("SKILL = ({**SAID, 'queue': 'vision'}, print)", "paper", "not yet: a skill can't run on the queue 'vision'"),
    ],
)
def test_a_broken_plugin_is_left_out_with_its_reason(plugin: Any, caplog: pytest.LogCaptureFixture, text: str, name: str, why: str) -> None:
    sound = plugin("SKILL = ({**SAID, 'id': 'sound'}, print)", name="sound")
    read = Registry([plugin(text, package="broken-papers"), sound])
    assert set(read.skills) == {"sound"}
    assert [(one.name, one.package) for one in read.broken] == [(name, "broken-papers")]
    assert why in read.broken[0].why
    assert "\n" not in read.broken[0].why
    assert any(record.message == "A skill is left out." and getattr(record, "skill", "") == name for record in caplog.records)
    assert {(row.id, row.state) for row in read.listed()} == {(name, "broken"), ("sound", "ok")}


def test_of_several_skills_of_a_plugin_only_the_broken_one_is_left_out(plugin: Any) -> None:
    read = Registry([plugin("SKILL = [(SAID, print), ({**SAID, 'id': 'Glue!'}, print)]")])
    assert (set(read.skills), [one.name for one in read.broken]) == ({"paper"}, ["Glue!"])


def test_an_id_belongs_to_the_first_package_that_has_it(plugin: Any) -> None:
    read = Registry([plugin("SKILL = (SAID, print)", package="first"), plugin("SKILL = (SAID, print)", package="second")])
    assert read.skills["paper"].package == "first"
    assert [(one.package, one.why) for one in read.broken] == [("second", "first has a skill of this id already")]
    assert read.versions() == {"paper": "3"}


def test_a_skill_that_is_broken_is_made_by_its_first_fallback_that_is_not(plugin: Any) -> None:
    paid = "SKILL = ({**SAID, 'cost_class': 'paid', 'fallbacks': ['gone', 'rough', 'rougher']}, print)"
    rough = [plugin(f"SKILL = ({{**SAID, 'id': '{name}'}}, print)") for name in ("rough", "rougher")]
    read = Registry([plugin(paid), *rough])
    assert [skill.manifest.id for skill in read.to_try("paper")] == ["rough", "rougher"]
    assert read.versions()["paper"] == "rough:3", "mended, it is another version"


def test_what_is_not_there_has_no_version_and_nothing_to_try() -> None:
    assert Registry([]).to_try("paper") == []
    assert Registry([]).versions() == {}


def test_only_a_plugin_that_could_not_be_read_leaves_its_skills_in_the_dark(plugin: Any) -> None:
    assert not Registry([plugin("SKILL = ({**SAID, 'cost_class': 'paid'}, print)")]).in_the_dark
    assert Registry([plugin("raise ValueError('x')")]).in_the_dark


# --- where they are looked for -------------------------------------------------------------------------------------------
def test_ours_are_found_as_entry_points_before_those_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path / "target")))
    points = [(package, point.name) for package, point in found()]
    assert (OURS, "kitchen") in points
    assert points[-1] == ("homeview-sample-skill", "wallpaper")
    assert {package for package, _ in points[:-1]} == {OURS}


def test_without_a_checkout_ours_are_those_of_the_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "homeview-9.9.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: homeview\nVersion: 9.9\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\nkitchen = journeys.renovation.skills:SKILLS\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [(package, point.name) for package, point in found(tmp_path / "pyproject.toml")] == [(OURS, "kitchen")]


def test_what_is_installed_is_read_once() -> None:
    assert registry() is registry()
    assert {"take_off", "estimate"} <= set(registry().skills)
