"""What goes out of a turn, made safe: nothing tells how dangerous work is done, whoever worded it. Pure."""

from collections.abc import Sequence

from journeys import safety
from journeys.messages import Line
from journeys.safety import known
from journeys.state import JourneyState
from journeys.template import Template
from providers.base import Passage


def guarded_turn(
    template: Template, state: JourneyState, say: Sequence[Line], passages: Sequence[Passage], spoken: str | None
) -> tuple[list[Line], list[Passage], str | None]:
    """Lines, passages and a model's words as they may be shown. A passage that tells how is left out and a line says so; steps whose
    `safety_tags` name rules have those rules' sentences said with their results."""
    built, country = known.year_built(state), known.country(state)
    hazards = [line.about for line in say if line.code == "hazard"]
    lines = [*_tagged(template, say, hazards), *say]
    if spoken is not None:
        words = safety.guarded(spoken, hazards, built, persona=state.persona, country=country, said=hazards)
        return lines, list(passages), words  # of the passages only the titles are shown then
    kept, refused, careful = list[Passage](), list[str](), list[str]()
    for passage in passages:
        verdict = safety.unsafe(passage.text, hazards, built)
        if verdict and verdict.withheld:
            refused.append(verdict.rule)
            continue
        kept.append(passage)
        if verdict and verdict.rule not in hazards:
            careful.append(verdict.rule)
    if refused and not kept:
        lines = [line for line in lines if line.code != "question"]
    care = [Line(code="hazard", about=name) for name in dict.fromkeys(careful)]
    return [*care, *lines, *(Line(code="withheld", about=name) for name in dict.fromkeys(refused))], kept, None


def _tagged(template: Template, say: Sequence[Line], hazards: Sequence[str]) -> list[Line]:
    steps = [template.step(line.about) for line in say if line.code == "made"]
    tags = dict.fromkeys(tag for step in steps for tag in getattr(step, "safety_tags", []))
    return [Line(code="hazard", about=tag) for tag in tags if safety.rule(tag) and tag not in hazards]
