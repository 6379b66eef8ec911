"""Back to any step of any journey: exactly what depends on it waits again, nothing is deleted, nothing unchanged is made again."""

import pytest

from journeys.engine import dependants
from journeys.facts import WentBack
from journeys.state import SETTLED
from journeys.template import Template
from providers.library import library
from providers.skills import registry
from tests.factories import Play, a_decision, a_step, a_template

NAMES = sorted(library().versions)
VERSIONS = registry().versions()


def nearly_finished(template: Template, persona: str) -> Play:
    """All is settled but a last decision, so that the journey stays open."""
    end = a_step("the_end", depends_on=[step.id for step in template.steps], decision=a_decision())
    fields = template.model_dump(include={"id", "personas", "roles", "given", "locale", "currency"})
    longer = Template.model_validate(
        {**a_template().model_dump(), **fields, "steps": [*(step.model_dump() for step in template.steps), end]}
    )
    play = Play(longer, versions=dict(VERSIONS))
    play.state.persona = persona
    play.go_on(settled)
    return play


def settled(play: Play) -> bool:
    return all(held.status in SETTLED for step_id, held in play.state.steps.items() if step_id != "the_end")


@pytest.mark.parametrize(("name", "persona"), [(name, persona) for name in NAMES for persona in library().versions[name].personas])
def test_back_to_each_step_exactly_its_dependants_wait_and_what_is_unchanged_is_used_again(name: str, persona: str) -> None:
    template = library().versions[name]
    done = nearly_finished(template, persona)
    for step in done.template.steps[:-1]:
        if not done.state.steps[step.id].was_reached or done.state.steps[step.id].status == "skipped":
            continue
        play = Play(done.template, state=done.state.model_copy(deep=True), now=done.now, versions=dict(VERSIONS))
        before = play.state.model_copy(deep=True)
        play.tell(WentBack(step=step.id))
        reopened = bool(step.needs or step.decision)
        behind = {
            other
            for other in dependants(play.template, step.id)
            if before.steps[other].was_reached and before.steps[other].status != "skipped"
        }
        stale = {step_id for step_id, status in play.statuses.items() if status == "stale"}
        assert stale == (behind if reopened else set()), f"{name}, back to {step.id}"
        assert play.runs == [], f"{name}, back to {step.id}: something was made again"
        assert {s: h.results for s, h in play.state.steps.items()} == {s: h.results for s, h in before.steps.items()}
        assert play.state.inputs == before.inputs
        made = play.versions_made()
        play.go_on(settled)
        assert play.versions_made() == made, f"{name}, back to {step.id}: unchanged inputs were paid for again"
