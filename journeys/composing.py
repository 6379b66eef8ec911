"""What a template leaves out of a run is filled in from what the skill says of itself, once, when the template is read.

`uses` becomes the inputs of the manifest that the template asks for, `takes` the steps that make the results it reads. So a journey carries
all that it needs, and a workflow never looks a skill up.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from journeys.inputs import Kind, Need
from journeys.personas import Persona, all_allow
from journeys.skill import Manifest
from journeys.template import Run, Step, Template

ALWAYS_GIVEN: Final[dict[str, Kind]] = {"currency": "text"}  # the journey's own: no step asks for it, and every skill is given it


def compose(template: Template, manifests: Mapping[str, Manifest], personas: Mapping[str, Persona] | None = None) -> Template:
    """Raises ValueError as `Template.holds_together` does, where a skill could never have what it reads. A run that says what it uses or
    takes keeps that to the letter. A skill without a manifest, whose plugin is broken just now, is given all that its step builds on: the
    journey may outlive the breakage, and a skill sees no more than it names."""
    composer = _Composer(template, manifests, personas or {})
    steps = [composer.filled(step) for step in template.steps]
    return template if steps == template.steps else template.model_copy(update={"steps": steps})


class _Composer:
    def __init__(self, template: Template, manifests: Mapping[str, Manifest], personas: Mapping[str, Persona]) -> None:
        self.template, self.manifests, self.personas = template, manifests, personas
        self.asked: dict[str, tuple[int, Need]] = {
            need.name: (place, need) for place, step in enumerate(template.steps) for need in step.all_needs()
        }
        self.before: dict[str, set[str]] = {}  # of each step, all that it builds on
        for step in template.steps:
            self.before[step.id] = set(step.depends_on).union(*(self.before.get(other, set()) for other in step.depends_on))

    def filled(self, step: Step) -> Step:
        runs = [self.run(run, step) for run in step.run]
        for run in runs:
            for problem in self.problems(run, step):
                raise ValueError(f"steps.{step.id}: {problem}")
        changed = {} if runs == step.run else {"run": runs}
        people = self.people(step)
        return step.model_copy(update={**changed, **people}) if changed or people else step

    def people(self, step: Step) -> dict[str, list[str]]:
        """A step whose skill is for some people only, or closed to some, is for the others only."""
        for_whom = [set(manifest.personas) for run in step.run if (manifest := self.manifests.get(run.skill)) and manifest.personas]
        welcome = step.personas or self.template.personas
        sends = [effect for pick in step.decision.options for effect in pick.effects] if step.decision else []
        skills = [*(run.skill for run in step.run), *sends]
        allowed = [one for one in welcome if all(one in people for people in for_whom) and all_allow(self.personas, one, skills)]
        if not allowed:
            raise ValueError(f"steps.{step.id}: nobody can reach it: {', '.join(skills)} is for none of {', '.join(welcome)}")
        return {} if allowed == welcome else {"personas": allowed}

    def run(self, run: Run, step: Step) -> Run:
        told = run.model_fields_set
        found: dict[str, list[str]] = {}
        if "uses" not in told:
            found["uses"] = list(self.uses(run.skill, step))
        if "takes" not in told:
            found["takes"] = list(self.takes(run.skill, step))
        changed = {name: value for name, value in found.items() if value}
        return run.model_copy(update=changed) if changed else run

    # --- what it reads -------------------------------------------------------------------------------------------------------
    def read_by(self, skill: str) -> list[Manifest]:
        """Its own manifest, and those of its fallbacks: what one of them is made from is part of what the result is made from."""
        own = self.manifests.get(skill)
        return [own, *(self.manifests[other] for other in own.fallbacks if other in self.manifests)] if own else []

    def uses(self, skill: str, step: Step) -> Iterator[str]:
        place = self.template.steps.index(step)
        read = dict.fromkeys(name for manifest in self.read_by(skill) for name in (*manifest.inputs, *manifest.optional))
        if skill not in self.manifests:
            near = {*self.before[step.id], step.id}
            read = dict.fromkeys(name for name, (asked_at, _) in self.asked.items() if self.template.steps[asked_at].id in near)
        required = self.manifests[skill].inputs if skill in self.manifests else {}
        for name in read:
            if name in self.template.given:
                yield name
            elif name in self.asked:
                asked_at, need = self.asked[name]
                comes_later = asked_at > place and need in self.template.steps[asked_at].needs
                if name in required or not comes_later:  # what is only asked for later can't be waited for
                    yield name

    def takes(self, skill: str, step: Step) -> Iterator[str]:
        if skill not in self.manifests:
            yield from (other.id for other in self.template.steps if other.id in self.before[step.id] and other.run)
            return
        found: dict[str, None] = {}
        for manifest in self.read_by(skill):
            found |= dict.fromkeys(other for name in manifest.takes if (other := self.made_in(name, step)))
            found |= dict.fromkeys(
                other for name in manifest.may_take if (other := self.made_in(name, step)) and other in self.before[step.id]
            )
        yield from found

    def made_in(self, skill: str, step: Step) -> str | None:
        """The latest earlier step that runs it, of those that the step builds on where there is one."""
        earlier = self.template.steps[: self.template.steps.index(step)]
        running = [other.id for other in earlier if any(run.skill == skill for run in other.run)]
        near = [other for other in running if other in self.before[step.id]]
        return next(reversed(near or running), None)

    # --- whether it can have it ----------------------------------------------------------------------------------------------
    def problems(self, run: Run, step: Step) -> Iterator[str]:
        manifest = self.manifests.get(run.skill)
        if manifest is None:
            return
        if manifest.personas and not set(manifest.personas) & set(self.template.personas):
            yield f"{run.skill} is for {', '.join(manifest.personas)}, the template for {', '.join(self.template.personas)}"
        for name in manifest.inputs:
            if name in ALWAYS_GIVEN or name in run.uses:
                continue
            if name not in self.asked:
                yield f"{run.skill} needs {name!r} ({manifest.inputs[name]}), an input that no step asks for"
            else:
                yield f"{run.skill} needs {name!r}, which its `uses` leaves out"
        for name, kind in {**manifest.optional, **manifest.inputs}.items():
            if name in self.template.given and (had := self.template.given[name].kind) != kind:
                yield f"{run.skill} reads {name!r} as {kind}, and the template gives it as {had}"
            if name in run.uses and name in self.asked and (got := self.asked[name][1].kind) != kind:
                yield f"{run.skill} reads {name!r} as {kind}, and {self.template.steps[self.asked[name][0]].id!r} asks for it as {got}"
        for name in manifest.takes:
            made_in = self.made_in(name, step)
            if made_in is None:
                yield f"{run.skill} takes the result of the skill {name!r}, which no earlier step runs"
            elif not any(other.skill == name for taken in run.takes for other in getattr(self.template.step(taken), "run", ())):
                yield f"{run.skill} takes the result of the skill {name!r}, and its `takes` leaves out {made_in!r}"
