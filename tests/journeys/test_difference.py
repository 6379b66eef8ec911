"""What tells two templates apart, and what is said about it to whoever has open journeys."""

from typing import Any

from journeys.difference import Difference, StepChange, difference
from journeys.template import Template
from tests.factories import a_decision, a_need, a_step, a_template, kitchen


def changed(template: Template, step_id: str, **fields: Any) -> Template:
    """The next version, with these fields of one step."""
    document = template.model_dump(mode="json")
    document["version"] += 1
    document["steps"] = [step | fields if step["id"] == step_id else step for step in document["steps"]]
    return Template.model_validate(document)


def of_step(found: Difference, step_id: str) -> StepChange:
    [step] = [step for step in found.steps if step.step == step_id]
    return step


def said(step: StepChange) -> list[str]:
    return [change.text() for change in step.changes]


def three(*order: str, **more: Any) -> Template:
    return a_template(steps=[a_step(name, needs=[a_need(f"of_{name}")], **more.get(name, {})) for name in order])


def test_a_template_does_not_differ_from_itself() -> None:
    found = difference(kitchen(), kitchen())
    assert found.is_empty
    assert found.text() == "kitchen_renovation@1 and kitchen_renovation@1 are the same."


def test_steps_that_come_and_go_are_named_with_what_becomes_of_open_journeys() -> None:
    old, new = three("a", "b", "c"), three("a", "c", "d", c={"depends_on": ["a"]})
    found = difference(old, new)
    assert {step.step: step.kind for step in found.steps} == {"b": "removed", "c": "changed", "d": "added"}
    assert "of_b" in of_step(found, "b").means[0]
    assert said(of_step(found, "c")) == ["+ depends_on a"]
    assert "stale where one of these is not settled" in of_step(found, "c").means[0]


def test_an_inserted_step_says_who_has_to_wait_for_it() -> None:
    old = three("a", "b", b={"depends_on": ["a"]})
    new = three("a", "x", "b", b={"depends_on": ["a", "x"]})
    assert "Where b was reached already, it becomes stale" in of_step(difference(old, new), "x").means[1]


def test_one_step_that_changed_place_is_one_move() -> None:
    found = difference(three("a", "b", "c", "d"), three("a", "d", "b", "c"))
    assert [(step.step, step.kind) for step in found.steps] == [("d", "moved")]
    assert found.steps[0].means == ["Only its place among the steps differs; nothing is asked again."]


def test_inputs_are_compared_by_name() -> None:
    old = a_template()
    needs = [a_need("look", "choice", options=[{"id": "a", "title": "A"}]), a_need("colour")]
    found = of_step(difference(old, changed(old, "room", needs=needs)), "room")
    assert said(found) == ["- needs wall", "~ needs look (options)", "+ needs colour"]
    assert found.means == [
        "It is open again where colour was not given.",
        "The answer to wall is put away.",
        "An answer to look that no longer fits is put away and asked for again.",
    ]


def test_other_words_ask_nothing_again() -> None:
    old = a_template()
    found = of_step(difference(old, changed(old, "wish", title="Your wish", needs=[a_need("goal", ask="What do you want?")])), "wish")
    assert found.means == ["Words only: nothing is asked again."]


def test_options_and_times_of_a_decision_are_told_apart() -> None:
    old = a_template()
    who = {"ask": "Who?", "options": [{"id": "we", "title": "We"}], "deadline_days": 20}
    found = of_step(difference(old, changed(old, "who", decision=who)), "who")
    assert said(found) == ["- decision.options they", "- decision.default", "~ decision.deadline_days"]
    assert found.means == ["Who chose they decides again."]
    later = changed(old, "who", decision=old.model_dump(mode="json")["steps"][5]["decision"] | {"deadline_days": 20})
    assert of_step(difference(old, later), "who").means == ["Reminders and deadlines count anew from when it was asked."]


def test_decisions_skills_and_skipping_that_come_or_go_are_told() -> None:
    old = a_template()
    assert "waits for a decision" in of_step(difference(old, changed(old, "amount", decision=a_decision())), "amount").means[0]
    assert "goes on by itself" in of_step(difference(old, changed(old, "price", decision=None)), "price").means[0]
    assert "Who skipped it has to do it." in of_step(difference(old, changed(old, "extras", may_skip=False)), "extras").means
    other_uses = changed(old, "amount", run=[{"skill": "take_off", "uses": ["wall", "budget"]}])
    assert "made again" in of_step(difference(old, other_uses), "amount").means[0]
    skip = changed(old, "amount", skip_if={"input": "look", "option": "a"})
    assert "passed over" in of_step(difference(old, skip), "amount").means[0]


def test_what_is_said_of_the_whole_template_comes_first_and_reads_as_text() -> None:
    old = a_template()
    new = changed(old, "wish", goal="Other")
    new = new.model_copy(update={"personas": ["homeowner", "investor"]})
    told = difference(old, new)
    assert [change.text() for change in told.template] == ["~ personas"]
    assert told.text() == "\n".join(
        ["small@1 → small@2", "  ~ personas", "Wish (wish): changed", "  ~ goal", "  Open journeys: Words only: nothing is asked again."]
    )
    assert Difference.model_validate_json(told.model_dump_json()) == told
