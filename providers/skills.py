"""The skills that can be run, found through the entry-point group `homeview.skills`; ours are found in the same way.

An entry point gives one pair of Manifest and function, or several. A plugin is the outside world: whatever is wrong with it is a reason why
it is left out, logged and listed, and never an error of ours. docs/writing-a-skill.md says how to write one.
"""

import logging
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError

from journeys.inputs import Kind, Value
from journeys.skill import Manifest

GROUP: Final = "homeview.skills"
OURS: Final = "homeview"
LONGEST_MS: Final = 1_000  # a skill runs beside the workflow, inside its turn
MOST_TRIES: Final = 4  # a skill and three fallbacks, each with a time of its own, fit into one activity
_CHECKOUT: Final = Path(__file__).parent.parent / "pyproject.toml"
_LONGEST_WHY: Final = 300
log = logging.getLogger(__name__)

# Inputs by the name of their need, results by the skill that made them; gives a result, or the awaitable of one.
Make = Callable[[Mapping[str, Value], Mapping[str, dict[str, Any]]], Any]


@dataclass(frozen=True)
class Skill:
    manifest: Manifest
    make: Make
    package: str


@dataclass(frozen=True)
class Broken:
    """`name` is the skill's id, or the entry point's name where its manifest could not be read."""

    name: str
    package: str
    why: str
    manifest: Manifest | None = None


class Listed(BaseModel):
    """One skill as people and machines read it. `why`: what is broken, in a sentence."""

    id: str
    version: str | None
    package: str
    state: Literal["ok", "broken"]
    why: str = ""
    title: str = ""
    makes: str = ""
    inputs: dict[str, Kind] = {}
    optional: dict[str, Kind] = {}
    takes: list[str] = []
    may_take: list[str] = []
    cost_class: str = ""
    latency_ms: int | None = None
    personas: list[str] = []
    safety_tags: list[str] = []
    fallbacks: list[str] = []


class Registry:
    """What was found: `skills` by id, and what is `broken`. The first to come keeps an id; `points` are (package, entry point)."""

    def __init__(self, points: Iterable[tuple[str, EntryPoint]]) -> None:
        self.skills: dict[str, Skill] = {}
        self.broken: list[Broken] = []
        for package, point in points:
            for found in _read(package, point):
                self._keep(found)

    def _keep(self, found: Skill | Broken) -> None:
        if isinstance(found, Skill) and (first := self.skills.get(found.manifest.id)):
            why = f"{first.package} has a skill of this id already"
            found = Broken(found.manifest.id, found.package, why, found.manifest)
        if isinstance(found, Skill):
            self.skills[found.manifest.id] = found
        else:
            self.broken.append(found)
            log.warning("A skill is left out.", extra={"skill": found.name, "package": found.package, "why": found.why})

    @property
    def manifests(self) -> dict[str, Manifest]:
        """Of the broken ones too, where they can be read: their fallbacks and their inputs are known."""
        broken = {one.name: one.manifest for one in self.broken if one.manifest}
        return {**broken, **{name: skill.manifest for name, skill in self.skills.items()}}

    @property
    def in_the_dark(self) -> bool:
        """Whether a plugin is broken so that nobody knows which skills it has: a name that is unknown may be one of them."""
        return any(one.manifest is None for one in self.broken)

    def names(self) -> set[str]:
        return {*self.skills, *(one.name for one in self.broken)}

    def to_try(self, skill_id: str) -> list[Skill]:
        """The skill, then its fallbacks, without those that can't run."""
        manifest = self.manifests.get(skill_id)
        wanted = [skill_id, *(manifest.fallbacks if manifest else [])]
        return [self.skills[name] for name in dict.fromkeys(wanted) if name in self.skills][:MOST_TRIES]

    def versions(self) -> dict[str, str]:
        """With which version each skill would run now; a skill is not in it that can't run. A fallback's carries its name."""
        first = {name: tried[0] for name in self.manifests if (tried := self.to_try(name))}
        return {name: skill.manifest.version if skill.manifest.id == name else _as_fallback(skill) for name, skill in first.items()}

    def listed(self) -> list[Listed]:
        """Everything that was found, by id."""
        rows = [Listed(package=skill.package, state="ok", **skill.manifest.model_dump(include=_TOLD)) for skill in self.skills.values()]
        for one in self.broken:
            told = one.manifest.model_dump(include=_TOLD) if one.manifest else {"version": None}
            rows.append(Listed(**{**told, "id": one.name}, package=one.package, state="broken", why=one.why))
        return sorted(rows, key=lambda row: (row.id, row.state, row.package))


_TOLD: Final = set(Listed.model_fields) & set(Manifest.model_fields)


@cache
def registry() -> Registry:
    """Read once a process: a plugin that was mended is there when worker and API start again."""
    return Registry(found())


def found(checkout: Path = _CHECKOUT) -> list[tuple[str, EntryPoint]]:
    """Ours first, then by package and name. In a checkout ours are those of its pyproject.toml: installed metadata is as old as the last
    installation."""
    installed = [(point.dist.name if point.dist else "?", point) for point in entry_points(group=GROUP)]
    ours = list(_of_checkout(checkout)) or [(package, point) for package, point in installed if package == OURS]
    others = [(package, point) for package, point in installed if package != OURS]
    return ours + sorted(others, key=lambda one: (one[0], one[1].name))


def _of_checkout(path: Path) -> Iterator[tuple[str, EntryPoint]]:
    if not path.exists():
        return
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") == OURS:
        for name, value in project.get("entry-points", {}).get(GROUP, {}).items():
            yield OURS, EntryPoint(name=name, value=value, group=GROUP)


def _read(package: str, point: EntryPoint) -> Iterator[Skill | Broken]:
    try:
        given = point.load()
        pairs = [given] if _is_pair(given) else list(given)
    except (Exception, SystemExit) as error:  # a plugin's module can raise anything, and one that ends the process would end ours
        yield Broken(point.name, package, _why(f"it can't be loaded: {_named(error)}"))
        return
    if not pairs:
        yield Broken(point.name, package, "its entry point gives no skill")
    for pair in pairs:
        yield _skill(package, point, pair)


def _is_pair(given: Any) -> bool:
    return isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], Manifest | Mapping)


def _skill(package: str, point: EntryPoint, pair: Any) -> Skill | Broken:
    if not _is_pair(pair):
        return Broken(point.name, package, "its entry point gives something other than pairs of a manifest and a function")
    said, make = pair
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = said.get("id") if isinstance(said, Mapping) else None
        where = ".".join(str(part) for part in first["loc"])
        return Broken(name if isinstance(name, str) else point.name, package, _why(f"its manifest is wrong: {where}: {first['msg']}"))
    if not callable(make):
        return Broken(manifest.id, package, "its function can't be called", manifest)
    if later := _not_yet(manifest):
        return Broken(manifest.id, package, f"not yet: {later}", manifest)
    return Skill(manifest, make, package)


def _not_yet(manifest: Manifest) -> str:
    """A skill runs as a local activity of the journeys' worker: it is free, short, and has no queue of its own."""
    if manifest.cost_class != "free":
        return f"a skill whose cost class is {manifest.cost_class} can't be run; only free ones can"
    if manifest.latency_ms > LONGEST_MS:
        return f"a skill that may take {manifest.latency_ms} ms can't be run; only those that take at most {LONGEST_MS} ms can"
    if manifest.queue != "journeys":
        return f"a skill can't run on the queue {manifest.queue!r}; only on 'journeys'"
    return ""


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _why(text: str) -> str:
    """One line, for a table and a log."""
    return " ".join(text.split())[:_LONGEST_WHY]


def _as_fallback(skill: Skill) -> str:
    return f"{skill.manifest.id}:{skill.manifest.version}"
