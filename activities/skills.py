"""Runs a skill for a step and keeps its result; each is run once for the same inputs.

A skill is given what its manifest names and nothing else. Where it is broken or refuses, its fallbacks are tried in their order; where none
makes anything, the problem is a result too: that step says so, and the journey goes on.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from temporalio import activity

from activities.plugins import LONGEST, NotMade, ask
from journeys.composing import ALWAYS_GIVEN
from journeys.inputs import Text, Value
from journeys.messages import SkillResult
from journeys.renovation.errors import CannotEstimate, MissingInput
from journeys.result_page import as_made
from journeys.safety import guarded_result, known
from journeys.skill import Manifest
from journeys.state import ResultRef
from journeys.vocabulary import PERSONAS
from journeys.work import RunSkill
from providers import base
from providers.skills import Registry, Skill, registry

T = TypeVar("T")
KEPT = "What you gave is kept, and I try it again when you next write."


def versions() -> dict[str, str]:
    """Of what is installed here."""
    return registry().versions()


class Skills:
    def __init__(self, records: base.Records, found: Registry) -> None:
        self.records, self.found = records, found

    @activity.defn(name="run_skill")
    async def run(self, asked: RunSkill) -> SkillResult:
        """The result is stored in full and given by reference. What can't be calculated is a result too: the sentence why."""
        run, state = asked.run, asked.state
        done = SkillResult(step=run.step, skill=run.skill, inputs_hash=run.inputs_hash)
        kept = (await self.records.results(state.journey_id, [(run.step, run.skill, run.version)])).get((run.step, run.skill))
        if kept and (kept["inputs_hash"], kept["made_with"]) == (run.inputs_hash, run.made_with):
            return done.model_copy(update={"ref": _ref(kept, run.version)})
        step = asked.template.step(run.step)
        wanted = next(planned for planned in step.run if planned.skill == run.skill) if step else None
        if wanted is None:
            raise LookupError(f"step {run.step} runs no {run.skill}")
        inputs: dict[str, Value] = {name: state.inputs[name] for name in wanted.uses if name in state.inputs}
        inputs["currency"] = Text(text=state.currency)
        taken = await self._taken(asked, wanted.takes)
        body: dict[str, Any] | None = None
        problems: list[tuple[str, bool]] = []  # each with whether it may pass
        for skill in self.found.to_try(run.skill):
            try:
                body = await _made(skill, inputs, taken, state.persona)
                break
            except CannotEstimate as refusal:
                problems.append((str(refusal) or f"{_title(skill)} can't be worked out from this.", False))
            except _NotForThem as refusal:
                problems.append((str(refusal), True))
            except NotMade as failure:
                activity.logger.error(
                    "A skill failed.",
                    exc_info=failure.__cause__,
                    extra={"skill": skill.manifest.id, "package": skill.package, "step": run.step, "why": str(failure)},
                )
                problems.append((f"The skill “{_title(skill)}” failed, so it could not be worked out. {KEPT}", True))
        if body is None:
            return done.model_copy(update=self._problem(run.skill, problems))
        body = guarded_result(body, known.year_built(state), persona=state.persona, country=known.country(state))
        row = {"journey_id": state.journey_id, "step": run.step, "skill": run.skill, "version": run.version, "body": body}
        row |= {
            "inputs_hash": run.inputs_hash,
            "made_with": run.made_with,
            "headline": body["headline"][:LONGEST],
            "made_at": asked.turn.at,
        }
        await self.records.keep_result(row)
        return done.model_copy(update={"ref": _ref(row, run.version)})

    def _problem(self, skill_id: str, problems: list[tuple[str, bool]]) -> dict[str, Any]:
        """What the skill itself said, where it could be asked; a fallback's word where it could not."""
        if not problems:
            manifest = self.found.manifests.get(skill_id)
            title = manifest.title if manifest else skill_id.replace("_", " ")
            activity.logger.error("A skill is missing.", extra={"skill": skill_id})
            problems = [(f"The skill “{title}” is not working at the moment. {KEPT}", True)]
        return {"problem": problems[0][0][:LONGEST], "passes": any(passes for _, passes in problems)}

    async def _taken(self, asked: RunSkill, steps: list[str]) -> dict[str, dict[str, Any]]:
        """The results of these steps by skill; of two of one skill, that of the later step."""
        ordered = [step.id for step in asked.template.steps if step.id in steps]
        refs = [(step, skill, ref.version) for step in ordered for skill, ref in asked.state.steps[step].results.items()]
        rows = await self.records.results(asked.state.journey_id, refs)
        return {skill: as_made(rows[step, skill]["body"]) for step, skill, _ in refs if (step, skill) in rows}


class _NotForThem(Exception):
    """The message is a sentence."""


async def _made(skill: Skill, inputs: Mapping[str, Value], taken: Mapping[str, dict[str, Any]], persona: str) -> dict[str, Any]:
    """Raises CannotEstimate, _NotForThem and NotMade."""
    manifest = skill.manifest
    if manifest.personas and persona not in manifest.personas:
        raise _NotForThem(f"{_title(skill)} is not made for whoever {PERSONAS.get(persona, persona)}.")
    given = _only(inputs, {*manifest.inputs, *manifest.optional, *ALWAYS_GIVEN})
    results = _only(taken, {*manifest.takes, *manifest.may_take})
    for name in _missing(manifest, given, results):
        raise MissingInput(name)
    return await ask(skill, given, results)


def _missing(manifest: Manifest, given: Mapping[str, Value], results: Mapping[str, Any]) -> list[str]:
    return [*(name for name in manifest.inputs if name not in given), *(name for name in manifest.takes if name not in results)]


def _only(values: Mapping[str, T], named: set[str]) -> dict[str, T]:
    return {name: value for name, value in values.items() if name in named}


def _title(skill: Skill) -> str:
    return skill.manifest.title


def _ref(row: Mapping[str, Any], version: int) -> ResultRef:
    kept = {name: row[name] for name in ("inputs_hash", "made_with", "headline", "made_at")}
    return ResultRef(version=version, **kept)
