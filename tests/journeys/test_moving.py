"""A journey moved to another version of its template keeps what fits, says what it can't, and goes back to where it was."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys import engine, moving
from journeys.facts import Abandoned, Began, Gave, Made, Paused, Resumed, Skipped, WentBack
from journeys.inputs import Choice, Length
from journeys.messages import Decision, MovedFrom
from journeys.moving import MovePlan, plan_move, rebuilt
from journeys.refusals import CantMove, JourneyClosed
from journeys.state import JourneyState
from journeys.template import Template
from tests.factories import MINUTE, NOW, VERSIONS, Play, a_decision, a_need, a_state, a_step, a_template

Document = dict[str, Any]


def edited(template: Template, insert: tuple[Document, str] | None = None, **steps: Any) -> Template:
    """The next version: a step with other fields, or without this step where its fields are None; and a new one before another."""
    document = template.model_dump(mode="json")
    document["version"] += 1
    document["steps"] = [step | (steps.get(step["id"]) or {}) for step in document["steps"] if steps.get(step["id"], step) is not None]
    if insert:
        document["steps"].insert([step["id"] for step in document["steps"]].index(insert[1]), insert[0])
    return Template.model_validate(document).holds_together()


def with_light(template: Template) -> Template:
    """A new step, before the skills."""
    light = a_step("light", needs=[a_need("lamp")], depends_on=["wish"])
    return edited(template, insert=(light, "amount"), amount={"depends_on": ["room", "light"]})


def at(step: str) -> Play:
    """A journey whose conversation is at this step of a_template()."""
    play = Play()
    play.go_on(lambda now: now.state.focus == step)
    return play


def move(play: Play, new: Template, *, undo: bool = False, kept: MovedFrom | None = None) -> Decision:
    """As the workflow does it: the move, then what follows, then its skills."""
    play.now += MINUTE
    play.runs = []
    decision = moving.decide_move(play.template, new, play.state, undo=undo, kept=kept, now=play.now, skills=VERSIONS)
    assert decision.move
    moving.carry_out(play.state, new, decision.move)
    play.template = new
    engine.carry_out(play.state, decision)
    if decision.runs:
        play.tell(Made(results=[play.made(run) for run in decision.runs]))
    return decision


def undo(play: Play, old: Template, decision: Decision) -> Decision:
    assert decision.move
    return move(play, old, undo=True, kept=decision.move.kept)


def back_to(step: str) -> WentBack:
    return WentBack(step=step)


def standing(state: JourneyState) -> Document:
    """Without the clock: what was asked, when."""
    return {
        "steps": {name: held.model_dump(exclude={"asked_at"}) for name, held in state.steps.items()},
        "inputs": state.inputs,
        "focus": state.focus,
        "status": state.status,
    }


def test_other_words_move_a_journey_without_changing_anything() -> None:
    play = at("price")
    before = standing(play.state)
    move(play, edited(play.template, wish={"title": "Your wish"}))
    assert standing(play.state) == before
    assert play.template.name == "small@2"
    assert play.runs == []


def test_a_new_step_before_what_is_done_makes_that_stale_and_is_asked() -> None:
    play = at("price")
    new = with_light(play.template)
    plan = plan_move(play.template, new, play.state)
    assert (plan.can, plan.step, plan.added, plan.stale) == (True, "light", ["light"], ["amount", "price"])
    move(play, new)
    assert (play.state.focus, play.state.asked, play.state.steps["price"].status) == ("light", "lamp", "stale")
    runs = len(play.runs)
    play.give("lamp")
    assert (play.state.focus, play.runs, runs) == ("price", [], 0), "the results still hold: nothing is made again"


def test_a_step_that_goes_is_put_away_and_comes_back_by_undoing() -> None:
    play = at("who")
    before, old = standing(play.state), play.template
    assert "island" in play.state.inputs
    done = move(play, edited(old, extras=None, who={"depends_on": ["price"]}))
    assert "extras" not in play.state.steps and "island" not in play.state.inputs
    assert [(line.code, line.about, line.names) for line in done.say[:2]] == [
        ("moved", "small@2", ["small@1"]),
        ("put_away", "", ["Island", "Extras"]),
    ]
    undo(play, old, done)
    assert standing(play.state) == before


def test_a_journey_that_waits_for_a_decision_the_new_version_does_not_have_stays() -> None:
    play = at("price")
    new = edited(play.template, price=None, who={"depends_on": ["amount", "extras"]})
    plan = plan_move(play.template, new, play.state)
    assert (plan.can, plan.why_not) == (False, ["It waits for the decision on price, a step that small@2 does not have."])
    before = play.state.model_copy(deep=True)
    with pytest.raises(CantMove, match="waits for the decision on price"):
        move(play, new)
    assert play.state == before


def test_a_choice_whose_option_is_gone_is_decided_again_and_comes_back_by_undoing() -> None:
    play = at("who")
    options = [{"id": "fine", "title": "Fine", "means": "accept"}, {"id": "other_room", "title": "Another room", "back_to": "room"}]
    old, before = play.template, standing(play.state)
    new = edited(old, price={"decision": a_decision(options=options)})
    assert plan_move(old, new, play.state).asked_again == ["price_decision"]
    done = move(play, new)
    assert (play.state.focus, play.state.steps["price"].status, play.state.steps["price"].chosen) == ("price", "waiting", None)
    undo(play, old, done)
    assert standing(play.state) == before


def test_an_answer_that_no_longer_fits_is_asked_for_again() -> None:
    play = at("price")
    play.tell(Gave(inputs={"wall": Length(feet="30")}))
    old = play.template
    room = {"needs": [a_need("wall", "length", at_least=2, at_most=20), a_need("look", "choice")]}
    new = edited(old, room=room)
    plan = plan_move(old, new, play.state)
    assert (plan.asked_again, plan.step, plan.stale) == (["wall"], "room", ["room", "amount", "price"])
    done = move(play, new)
    assert play.state.asked == "wall"
    play.tell(Gave(inputs={"wall": Length(feet="12")}))
    undo(play, old, done)
    assert play.state.inputs["wall"] == Length(feet="12"), "what was said since stands"


def test_a_skill_that_reads_more_runs_again_and_its_decision_is_asked_again() -> None:
    play = at("who")
    new = edited(play.template, amount={"run": [{"skill": "take_off", "uses": ["wall", "look"]}]})
    plan = plan_move(play.template, new, play.state)
    assert (plan.made_again, plan.stale) == (["amount"], ["amount", "price", "who"])
    move(play, new)
    assert (play.state.focus, play.state.steps["amount"].results["take_off"].version) == ("price", 2)


def test_a_step_that_asks_nothing_any_more_keeps_no_journey_in_it() -> None:
    play = at("price")
    old = play.template
    play.tell(back_to("room"))
    assert play.state.steps["room"].revisiting
    new = edited(old, room={"needs": [], "decision": a_decision()}, amount={"run": [{"skill": "take_off", "uses": []}]})
    move(play, new)
    assert (play.state.focus, play.state.steps["room"].status) == ("room", "waiting")


def test_who_skipped_a_step_that_can_no_longer_be_skipped_is_asked() -> None:
    play = at("extras")
    play.tell(Skipped(step="extras"))
    old, before = play.template, standing(play.state)
    done = move(play, edited(old, extras={"may_skip": False}))
    assert (play.state.steps["extras"].status, play.state.focus) == ("open", "extras")
    undo(play, old, done)
    assert standing(play.state) == before


def test_a_paused_journey_moves_and_is_still_paused_until_it_is_resumed() -> None:
    play = at("price")
    play.tell(Paused())
    new = with_light(play.template)
    assert plan_move(play.template, new, play.state).step == "light"
    move(play, new)
    assert (play.state.status, play.state.timers) == ("paused", [])
    play.tell(Resumed())
    assert (play.state.status, play.state.asked) == ("active", "lamp")


def test_what_can_not_be_moved_says_why() -> None:
    play = at("price")
    same, other = plan_move(play.template, play.template, play.state), a_template(id="large")
    assert same.why_not == ["It follows small@1 already."]
    assert "another template" in plan_move(play.template, other, play.state).why_not[0]
    investors = a_template(version=2, personas=["investor"])
    assert plan_move(play.template, investors, play.state).why_not == ["small@2 is for investor, and this journey's person is a homeowner."]
    nothing_left = edited(play.template, price={"decision": None}, who=None, extras=None)
    assert "would end by being moved" in plan_move(play.template, nothing_left, play.state).why_not[0]
    with pytest.raises(CantMove, match="was not moved"):
        move(play, investors, undo=True)
    with pytest.raises(CantMove, match="the last move left small@7"):
        move(play, investors, undo=True, kept=MovedFrom(template="small@7"))
    play.tell(Abandoned())
    assert plan_move(play.template, investors, play.state).why_not == ["The journey is abandoned."]
    with pytest.raises(JourneyClosed):
        move(play, investors)


def test_a_move_takes_reminders_and_deadlines_of_the_new_version() -> None:
    play = at("price")
    old = play.template
    decision = old.step("price").decision.model_dump(mode="json")  # type: ignore[union-attr]
    move(play, edited(old, price={"decision": decision | {"remind_days": [1], "deadline_days": 5}}))
    assert {timer.id for timer in play.state.timers if timer.step} == {"remind.price.1", "deadline.price"}


# --- any journey, any edit ---------------------------------------------------------------------------------------------------
ONLY_B = [{"id": "b", "title": "B"}]
EDITS: dict[str, Any] = {
    "words": lambda t: edited(t, wish={"title": "Other"}),
    "new step": with_light,
    "without extras": lambda t: edited(t, extras=None, who={"depends_on": ["price"]}),
    "other options": lambda t: edited(t, room={"needs": [a_need("wall", "length"), a_need("look", "choice", options=ONLY_B)]}),
    "other input": lambda t: edited(t, wish={"needs": [a_need("purpose")]}),
    "another decision": lambda t: edited(t, amount={"decision": a_decision()}),
    "no skill": lambda t: edited(t, price={"run": []}),
    "no second decision": lambda t: edited(t, who={"decision": None, "needs": [a_need("whom", "choice")]}),
    "skipped by choice": lambda t: edited(t, extras={"skip_if": {"input": "look", "option": "a"}}),
    "more to read": lambda t: edited(t, price={"run": [{"skill": "estimate", "uses": ["budget", "look"], "takes": ["amount"]}]}),
}  # fmt: skip
WAYS = st.lists(st.sampled_from(["on", "on", "on", "back", "give", "skip", "pause", "resume"]), max_size=14)


def walked(ways: Sequence[str]) -> Play:
    play = Play()
    for n, way in enumerate(ways):
        if play.state.is_closed:
            break
        reached = [name for name, held in play.state.steps.items() if held.was_reached]
        try:
            match way:
                case "on":
                    if fact := play.way_on():
                        play.tell(fact)
                case "back":
                    play.tell(back_to(reached[n % len(reached)]))
                case "give":
                    play.tell(Gave(inputs={"wall": Length(feet=3 + n), "look": Choice(option="ab"[n % 2])}))
                case "skip":
                    play.tell(Skipped(step="extras"))
                case "pause":
                    play.tell(Paused())
                case "resume":
                    play.tell(Resumed())
        except Exception as refusal:
            if type(refusal).__module__ != "journeys.refusals" and not isinstance(refusal, (ZeroDivisionError, IndexError)):
                raise
    return play


@given(WAYS, st.sampled_from(sorted(EDITS)))
def test_whatever_was_said_a_planned_move_keeps_its_word_can_be_undone_and_leads_on(ways: Sequence[str], edit: str) -> None:
    play = walked(ways)
    old, before, untouched = play.template, standing(play.state), play.state.model_copy(deep=True)
    new = EDITS[edit](old)
    plan: MovePlan = plan_move(old, new, play.state)
    assert play.state == untouched, "a plan changes nothing"
    if not plan.can:
        assert plan.why_not
        return
    done = move(play, new)
    assert list(play.state.steps) == [step.id for step in new.steps]
    assert all(new.need(name) for name in play.state.inputs)
    assert play.state.status == before["status"]
    remade = play.runs or done.runs
    if before["status"] != "paused" and not remade:
        assert play.state.focus == plan.step
    back = plan_move(new, old, play.state, done.move.kept if done.move else None)
    if back.can:
        undo(play, old, done)
        if not remade and before["status"] != "paused":
            assert standing(play.state)["inputs"] == before["inputs"]
            chosen = {name: held["chosen"] for name, held in before["steps"].items()}
            assert {name: held.chosen for name, held in play.state.steps.items()} == chosen
    play.go_on()
    assert play.state.status == "completed", "a moved journey has a way to its end"


def test_a_state_is_rebuilt_from_what_its_turns_carried_out() -> None:
    told: list[tuple[str, Decision]] = []
    template = a_template()
    told.append(("begin", engine.decide(template, a_state(), Began(), NOW, VERSIONS)))
    play = Play(template, watch=lambda play, fact, decision: told.append(("provide", decision)))
    play.go_on(lambda now: now.state.focus == "who")
    play.tell(back_to("room"))
    assert standing(rebuilt(a_state(), play.template, told)) == standing(play.state)
    new = edited(play.template, extras=None, who={"depends_on": ["price"]})
    told.append(("move", move(play, new)))
    assert standing(rebuilt(a_state(new), new, told)) == standing(play.state)
    play.tell(Gave(inputs={}))
    assert standing(rebuilt(a_state(new), new, told)) == standing(play.state)
