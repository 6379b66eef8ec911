"""What tells two templates apart, step by step, and what each change means for a journey that is open. Pure.

Lists of named things (inputs, options, skills) are compared by name, so an insertion is one change and not a shift of all that follow. A
field that is not known here is compared as a whole.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from journeys.inputs import Frozen
from journeys.template import Step, Template

Kind = Literal["added", "removed", "moved", "changed"]
_NAMED = {"needs": "name", "optional": "name", "run": "skill", "options": "id"}
_WORDS = frozenset({"title", "goal", "words", "ask", "cues", "note", "summary", "escalate"})
_TIMES = frozenset({"remind_days", "deadline_days", "default"})


class Change(Frozen):
    """`at`: the field, such as decision.options; `name`: which of its entries; `fields`: what changed of that entry."""

    kind: Kind
    at: str
    name: str = ""
    fields: list[str] = []

    def text(self) -> str:
        sign = {"added": "+", "removed": "-", "moved": "~", "changed": "~"}[self.kind]
        fields = f"({', '.join(self.fields)})" if self.fields else ""
        return " ".join(part for part in (sign, self.at, self.name, fields) if part)


class StepChange(Frozen):
    """`means`: sentences for whoever has open journeys."""

    step: str
    title: str
    kind: Kind
    changes: list[Change] = []
    means: list[str] = []


class Difference(Frozen):
    old: str
    new: str
    template: list[Change] = []
    steps: list[StepChange] = []

    @property
    def is_empty(self) -> bool:
        return not self.template and not self.steps

    def text(self) -> str:
        if self.is_empty:
            return f"{self.old} and {self.new} are the same."
        lines = [f"{self.old} → {self.new}", *(f"  {change.text()}" for change in self.template)]
        for step in self.steps:
            lines.append(f"{step.title} ({step.step}): {step.kind}")
            lines += [f"  {change.text()}" for change in step.changes]
            lines += [f"  Open journeys: {sentence}" for sentence in step.means]
        return "\n".join(lines)


def difference(old: Template, new: Template) -> Difference:
    head = {"exclude": {"id", "version", "steps"}, "mode": "json"}
    template = list(_compared(old.model_dump(**head), new.model_dump(**head)))  # type: ignore[arg-type]
    before, after = [step.id for step in old.steps], [step.id for step in new.steps]
    moved = _moved([step for step in before if step in after], after)
    steps = [_gone(step, new) for step in old.steps if step.id not in after]
    for step in new.steps:
        was = old.step(step.id)
        if was is None:
            steps.append(_added(step, old, new))
            continue
        changes = list(_compared(was.model_dump(mode="json"), step.model_dump(mode="json")))
        if changes or step.id in moved:
            means = list(_meaning(was, step, changes, new)) or ["Only its place among the steps differs; nothing is asked again."]
            steps.append(StepChange(step=step.id, title=step.title, kind="changed" if changes else "moved", changes=changes, means=means))
    return Difference(old=old.name, new=new.name, template=template, steps=steps)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest of the common steps that must have changed place: all but a longest run that kept its order."""
    places = [before.index(step) for step in after if step in before]
    tails: list[int] = []
    links: list[tuple[int, int]] = []
    for n, place in enumerate(places):
        at = bisect_left([places[tail] for tail in tails], place)
        links.append((n, tails[at - 1] if at else -1))
        tails[at:] = [n, *tails[at + 1 :]]
    kept, n = set[str](), tails[-1] if tails else -1
    while n >= 0:
        kept.add(before[places[n]])
        n = links[n][1]
    return set(before) - kept


def _compared(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> Iterator[Change]:
    for field in dict.fromkeys([*old, *new]):
        was, now, place = old.get(field), new.get(field), f"{at}{field}"
        if was == now:
            continue
        if field in _NAMED and isinstance(was, list) and isinstance(now, list):
            yield from _named(was, now, _NAMED[field], place)
        elif field == "depends_on" and isinstance(was, list) and isinstance(now, list):
            yield from (Change(kind="removed", at=place, name=name) for name in was if name not in now)
            yield from (Change(kind="added", at=place, name=name) for name in now if name not in was)
        elif isinstance(was, dict) and isinstance(now, dict):
            yield from _compared(was, now, f"{place}.")
        else:
            kind: Kind = "added" if was in (None, [], "") else "removed" if now in (None, [], "") else "changed"
            yield Change(kind=kind, at=place)


def _named(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], key: str, at: str) -> Iterator[Change]:
    before, after = {entry[key]: entry for entry in old}, {entry[key]: entry for entry in new}
    yield from (Change(kind="removed", at=at, name=name) for name in before if name not in after)
    for name, entry in after.items():
        if name not in before:
            yield Change(kind="added", at=at, name=name)
        elif entry != before[name]:
            fields = [field for field in entry if entry[field] != before[name].get(field)]
            yield Change(kind="changed", at=at, name=name, fields=fields)
    common = [name for name in before if name in after]
    for name in sorted(_moved(common, list(after))):
        yield Change(kind="moved", at=at, name=name)


# --- what it means -----------------------------------------------------------------------------------------------------------
def _gone(step: Step, new: Template) -> StepChange:
    lost = [need.name for need in step.all_needs() if new.need(need.name) is None]
    means = [f"What was given there is put away: {', '.join(lost)}."] if lost else []
    if step.run:
        means.append("Its results are put away; they stay readable.")
    if step.decision:
        means.append("One that waits for this decision can't move: its choice has no place any more.")
    return StepChange(step=step.id, title=step.title, kind="removed", means=means or ["It is left out."])


def _added(step: Step, old: Template, new: Template) -> StepChange:
    waiting = [other.id for other in new.steps if step.id in other.depends_on and old.step(other.id)]
    means = ["It comes up once what it depends on is settled."]
    if waiting:
        means.append(f"Where {', '.join(waiting)} was reached already, it becomes stale until this is settled.")
    return StepChange(step=step.id, title=step.title, kind="added", means=means)


def _meaning(was: Step, now: Step, changes: Sequence[Change], new: Template) -> Iterator[str]:
    asked = [change.name for change in changes if change.at == "needs" and change.kind == "added"]
    if asked:
        yield f"It is open again where {', '.join(asked)} was not given."
    for change in changes:
        match change:
            case Change(kind="removed", at="needs" | "optional", name=name) if new.need(name) is None:
                yield f"The answer to {name} is put away."
            case Change(kind="changed", at="needs" | "optional", name=name, fields=fields) if set(fields) - _WORDS:
                yield f"An answer to {name} that no longer fits is put away and asked for again."
            case Change(kind="removed", at="decision.options", name=name):
                yield f"Who chose {name} decides again."
    if any(change.at == "run" and change.kind != "moved" for change in changes):
        yield "Its results are made again where they were made; a decision about them, and what builds on them, is looked at again."
    if now.decision and not was.decision:
        yield "It waits for a decision, also where it was done."
    if was.decision and not now.decision:
        yield "Its decision is put away; one that waits for it goes on by itself."
    if any(change.at == "depends_on" and change.kind == "added" for change in changes):
        yield "It becomes stale where one of these is not settled."
    if any(change.at == "may_skip" for change in changes) and not now.may_skip:
        yield "Who skipped it has to do it."
    if any(change.at == "skip_if" or change.at.startswith("skip_if.") for change in changes):
        yield "Whether it is passed over is looked at again."
    parts = {change.at.removeprefix("decision.") for change in changes}
    if parts and parts <= _TIMES:
        yield "Reminders and deadlines count anew from when it was asked."
    if changes and all(_only_words(change) for change in changes):
        yield "Words only: nothing is asked again."


def _only_words(change: Change) -> bool:
    if change.kind == "moved":
        return True
    named = change.at.rpartition(".")[2]
    return named in _WORDS or bool(change.fields and not set(change.fields) - _WORDS)
