"""Runs a skill for a step and keeps its result. The skills of this slice are pure and free; each is run once for the same inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from journeys.inputs import Text, Value
from journeys.messages import SkillResult
from journeys.renovation import skills as renovation
from journeys.renovation.errors import CannotEstimate
from journeys.renovation.pricebook import BOOK
from journeys.safety import guarded_result, known
from journeys.state import ResultRef
from journeys.work import RunSkill
from providers import base

_LONGEST = 300  # characters of a headline or a problem: they travel in the state


@dataclass(frozen=True)
class Skill:
    """`version` changes when its answers do: after a long absence a result of another version is made again."""

    version: str
    make: Callable[[Mapping[str, Value], Mapping[str, dict[str, Any]]], dict[str, Any]]


SKILLS: dict[str, Skill] = {
    "take_off": Skill("1", renovation.take_off),
    "estimate": Skill(f"1+{BOOK.version}", renovation.estimate),
}


def versions() -> dict[str, str]:
    return {name: skill.version for name, skill in SKILLS.items()}


class Skills:
    def __init__(self, records: base.Records) -> None:
        self.records = records

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
        taken = await self._taken(asked, wanted.takes)
        try:
            body = SKILLS[run.skill].make({**inputs, "currency": Text(text=state.currency)}, taken)
        except CannotEstimate as refusal:
            return done.model_copy(update={"problem": str(refusal)[:_LONGEST]})
        body = guarded_result(body, known.year_built(state), persona=state.persona, country=known.country(state))
        row = {"journey_id": state.journey_id, "step": run.step, "skill": run.skill, "version": run.version, "body": body}
        row |= {
            "inputs_hash": run.inputs_hash,
            "made_with": run.made_with,
            "headline": body["headline"][:_LONGEST],
            "made_at": asked.turn.at,
        }
        await self.records.keep_result(row)
        return done.model_copy(update={"ref": _ref(row, run.version)})

    async def _taken(self, asked: RunSkill, steps: list[str]) -> dict[str, dict[str, Any]]:
        refs = [(step, skill, ref.version) for step in steps for skill, ref in asked.state.steps[step].results.items()]
        rows = await self.records.results(asked.state.journey_id, refs)
        return {step: row["body"] for (step, _), row in rows.items()}


def _ref(row: Mapping[str, Any], version: int) -> ResultRef:
    kept = {name: row[name] for name in ("inputs_hash", "made_with", "headline", "made_at")}
    return ResultRef(version=version, **kept)
