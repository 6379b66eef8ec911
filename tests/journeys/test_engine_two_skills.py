"""A step with several skills: each one's refusal stands by itself, so that none is tried for ever for the sake of another."""

from typing import Any

import pytest

from journeys.messages import SkillResult, SkillRun
from journeys.state import StepState
from journeys.template import Template
from tests.factories import Play, a_need, a_step, a_template, said

SENTENCES = {"take_off": "The wall is too high.", "estimate": "There is no price for it."}


def both(**more: Any) -> Template:
    runs = [{"skill": "take_off", "uses": ["wall"]}, {"skill": "estimate", "uses": ["colour"]}]
    return a_template(
        steps=[
            a_step("room", needs=[a_need("wall", "length"), a_need("colour")]),
            a_step("amount", run=runs, depends_on=["room"], **more),
            a_step("mood", needs=[a_need("feeling")]),
        ]
    )


def told(template: Template, *refusing: str) -> Play:
    play = Play(template, refuses=lambda run: SENTENCES[run.skill] if run.skill in refusing else None)
    play.give("wall")
    play.give("colour")
    return play


def ran(play: Play) -> list[str]:
    return [run.skill for run in play.runs]


def lines(play: Play, code: str) -> list[str]:
    return [line.about for line in play.said if line.code == code]


@pytest.mark.parametrize("refusing", [("take_off",), ("estimate",), ("take_off", "estimate")], ids=" and ".join)
def test_what_can_be_done_without_is_gone_without_after_one_try_each(refusing: tuple[str, ...]) -> None:
    play = told(both(on_failure=[{"without": "I go on without it."}]), *refusing)
    assert ran(play) == ["take_off", "estimate"]
    assert (lines(play, "problem"), lines(play, "went_without")) == (["amount"], ["amount"])
    assert play.state.steps["amount"].status == "done"


def test_an_answer_that_stands_for_the_results_settles_the_step_though_neither_skill_can_run() -> None:
    play = told(both(optional=[a_need("rolls", "count")], on_failure=[{"ask": "rolls"}]), "take_off", "estimate")
    assert (play.state.focus, play.state.asked) == ("amount", "rolls")
    play.give("rolls")
    assert (ran(play), play.state.steps["amount"].status) == ([], "done")


def test_without_a_way_around_the_step_is_blocked_and_says_why_of_each() -> None:
    play = told(both(), "take_off", "estimate")
    held = play.state.steps["amount"]
    assert (held.status, held.problem) == ("blocked", "The wall is too high. There is no price for it.")
    assert lines(play, "problem") == ["amount"]


def test_a_changed_input_has_the_skill_that_uses_it_tried_again_and_no_other() -> None:
    play = told(both(on_failure=[{"without": "I go on without it."}]), "take_off", "estimate")
    play.refuses = lambda run: None
    play.give("wall", n=1)
    held = play.state.steps["amount"]
    assert (ran(play), held.status, held.problem) == (["take_off"], "done", "There is no price for it.")


def test_a_broken_skill_beside_one_that_works_is_tried_again_when_the_person_is_heard() -> None:
    class OneBroken(Play):
        def made(self, run: SkillRun) -> SkillResult:
            made = super().made(run)
            return made.model_copy(update={"passes": made.problem is not None})

    play = OneBroken(both(), refuses=lambda run: "It is broken." if run.skill == "take_off" else None)
    play.give("wall")
    play.give("colour")
    assert play.state.steps["amount"].status == "blocked"
    play.tell(said("small_talk"))
    assert (ran(play), lines(play, "problem")) == (["take_off"], [])
    play.refuses = lambda run: None
    play.tell(said("small_talk"))
    assert (ran(play), play.state.steps["amount"].status) == (["take_off"], "done")


def test_a_refusal_that_an_earlier_version_wrote_still_stands() -> None:
    held = StepState.model_validate({"status": "blocked", "problem": "The wall is too high.", "problem_for": "ab12"})
    assert (held.problem, held.refused) == ("The wall is too high.", {"ab12": "The wall is too high."})
    assert StepState.model_validate(held.model_dump()) == held
    assert StepState.model_validate({"status": "open", "problem": None, "problem_for": None}) == StepState(status="open")
