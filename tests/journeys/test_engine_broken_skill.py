"""A step whose skill is broken waits for the skill, not for the person: it is tried again when somebody is heard, and told once."""

from dataclasses import dataclass, field

import pytest

from journeys.messages import SkillResult, SkillRun
from journeys.template import Template
from tests.factories import VERSIONS, Play, a_need, a_step, a_template, said


def two_branches() -> Template:
    steps = [
        a_step("room", needs=[a_need("wall", "length")], optional=[a_need("colour")]),
        a_step("amount", run=[{"skill": "take_off", "uses": ["wall"]}], depends_on=["room"]),
        a_step("mood", needs=[a_need("feeling")]),
    ]
    return a_template(steps=steps)


@dataclass
class Broken(Play):
    """`down`: take_off gives no result, for a reason that passes; `asked` counts how often it was tried."""

    template: Template = field(default_factory=two_branches)
    down: bool = True
    asked: int = 0

    def made(self, run: SkillRun) -> SkillResult:
        self.asked += 1
        if self.down:
            return SkillResult(step=run.step, skill=run.skill, inputs_hash=run.inputs_hash, problem="It is broken.", passes=True)
        return super().made(run)

    @property
    def problems(self) -> list[str]:
        return [line.about for line in self.said if line.code == "problem"]


@pytest.fixture
def play() -> Broken:
    play = Broken()
    play.give("wall")
    return play


def test_it_blocks_its_step_alone_and_says_so(play: Broken) -> None:
    assert (play.state.steps["amount"].status, play.state.steps["amount"].problem) == ("blocked", "It is broken.")
    assert (play.problems, play.state.focus, play.asked) == (["amount"], "mood", 1)


def test_it_is_tried_again_when_the_person_is_heard_and_said_only_once(play: Broken) -> None:
    play.tell(said("small_talk"))
    assert (play.asked, play.problems) == (2, [])
    assert (play.state.steps["amount"].status, play.state.steps["amount"].problem) == ("blocked", "It is broken.")


def test_mended_it_runs_when_the_person_is_heard(play: Broken) -> None:
    play.down = False
    play.tell(said("small_talk"))
    held = play.state.steps["amount"]
    assert (held.status, held.problem, held.problem_passes) == ("done", None, False)


def test_broken_once_more_it_says_so_once_more(play: Broken) -> None:
    play.down = False
    play.give("wall", n=1)
    play.down = True
    play.give("wall", n=2)
    assert play.problems == ["amount"]


def test_what_can_not_be_run_at_all_is_not_tried_until_it_can(play: Broken) -> None:
    play.versions = {name: version for name, version in VERSIONS.items() if name != "take_off"}
    play.tell(said("small_talk"))
    assert play.asked == 1
    play.versions = dict(VERSIONS)
    play.tell(said("small_talk"))
    assert play.asked == 2


def test_a_refusal_stands_until_what_it_builds_on_changes() -> None:
    play = Play(two_branches(), refuses=lambda run: "The wall is too high.")
    play.give("wall")
    play.tell(said("small_talk"))
    assert play.runs == []
    play.give("wall", n=1)
    assert [run.skill for run in play.runs] == ["take_off"]
