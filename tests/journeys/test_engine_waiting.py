"""Waiting for others, for time and for what can't be made; loops with an end; roles, personas and journeys of their own."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from journeys import engine, names
from journeys.facts import ChildEnded, Chose, Gave, Heard, Skipped, SwitchedPersona
from journeys.inputs import Choice, Choices, Day, Money, Text
from journeys.messages import ChildClosed
from journeys.refusals import NotYours, Spent, StepNotOpen, UnknownFact, UnknownPersona, UnknownRole
from journeys.view import question, why
from providers.offline.writer import OfflineWriter
from tests.factories import Play, a_decision, a_need, a_step, a_template, said

QUOTE = {"quote": Money(low_cents=900_000, high_cents=900_000)}


def a_play(*steps: dict[str, Any], **overrides: Any) -> Play:
    return Play(a_template(steps=[*steps, a_step("end", decision=a_decision(), depends_on=[s["id"] for s in steps])], **overrides))


def written(play: Play) -> str:
    return OfflineWriter().write(play.template, play.state, play.said, {}, []).text


# --- for somebody else ---------------------------------------------------------------------------------------------------
def waiting_for_quotes(**more: Any) -> Play:
    outside = {"fact": "quote_received", "who": "the contractors", "remind_days": [7], "deadline_days": 21, "escalate": "Ask others."}
    step = a_step("quotes", needs=[a_need("quote", "money")], outside={**outside, **more})
    return a_play(step, a_step("colour", needs=[a_need("wall_colour")]))


def test_while_others_are_waited_for_the_conversation_goes_on_with_what_can_be_answered() -> None:
    play = waiting_for_quotes()
    assert (play.statuses["quotes"], play.state.focus, play.state.asked) == ("waiting", "colour", "wall_colour")
    play.tell(Gave(inputs={"wall_colour": Text(text="white")}))
    assert play.state.focus == "quotes"
    assert play.seen.waiting_for.kind == "outside"
    assert "waits for the contractors" in why(play.seen, play.now)


def test_a_fact_from_outside_brings_the_inputs_and_the_step_is_done() -> None:
    play = waiting_for_quotes()
    play.tell(Heard(fact="quote_received", inputs=QUOTE, source="Anna & Sons"))
    assert play.statuses["quotes"] == "done"
    assert "A quote came in, says Anna & Sons." in written(play)


def test_a_person_may_type_in_what_somebody_else_was_to_bring() -> None:
    play = waiting_for_quotes()
    play.tell(said(quote=QUOTE["quote"]))
    assert play.statuses["quotes"] == "done"


def test_a_fact_that_the_journey_does_not_wait_for_is_refused_by_name() -> None:
    with pytest.raises(UnknownFact, match=r"waits for no 'permit_decided'\. What it can wait for: quote_received"):
        waiting_for_quotes().tell(Heard(fact="permit_decided"))


def test_silence_is_reminded_of_then_escalated_and_waited_for_all_the_same() -> None:
    play = waiting_for_quotes()
    play.tell(Gave(inputs={"wall_colour": Text(text="white")}))
    told = [line.code for line in play.pass_time(timedelta(days=22)) if line.about == "quotes"]
    assert told == ["remind", "overdue"]
    assert "Ask others." in written(play)
    assert play.statuses["quotes"] == "waiting"


# --- for time ------------------------------------------------------------------------------------------------------------
def test_paint_dries_for_its_hours_and_the_step_behind_it_opens_by_itself() -> None:
    play = a_play(
        a_step("coat", needs=[a_need("painted")], rest={"say": "the first coat dries", "hours": 4}),
        a_step("second", needs=[a_need("more")], depends_on=["coat"]),
    )
    play.tell(Gave(inputs={"painted": Text(text="done")}))
    assert play.seen.waiting_for.kind == "rest"
    assert "while the first coat dries. Next by itself: the time is over in 4 hours." in why(play.seen, play.now)
    assert question(play.template, play.state) == ""
    assert [line.code for line in play.pass_time(timedelta(hours=5))] == ["rested"]
    assert (play.state.focus, play.state.asked) == ("second", "more")


def test_nobody_is_reminded_while_only_time_can_help_and_afterwards_they_are() -> None:
    play = a_play(a_step("lease", needs=[a_need("lease_end", "day")], rest={"say": "the lease runs", "until": "lease_end", "days": 1}))
    play.tell(Gave(inputs={"lease_end": Day(on=date(2026, 9, 30))}))
    assert play.pass_time(timedelta(days=150)) == []
    assert play.state.status == "active"
    codes = [line.code for line in play.pass_time(timedelta(days=70))]
    assert codes[:2] == ["rested", "nudge"]
    assert play.statuses["lease"] == "done"


def test_another_day_can_be_given_while_it_is_waited_for() -> None:
    play = a_play(a_step("lease", needs=[a_need("lease_end", "day")], rest={"say": "the lease runs", "until": "lease_end"}))
    play.tell(Gave(inputs={"lease_end": Day(on=date(2026, 9, 30))}))
    assert [action.params["input"] for action in play.seen.actions if action.action == "answer"] == ["lease_end"]
    play.tell(Gave(inputs={"lease_end": Day(on=date(2026, 3, 1))}))
    assert play.statuses["lease"] == "done"


def test_a_pause_does_not_make_paint_dry_again() -> None:
    play = a_play(a_step("coat", needs=[a_need("painted")], rest={"say": "it dries", "days": 2}))
    play.tell(Gave(inputs={"painted": Text(text="done")}))
    due = play.state.next_due()
    play.stop(engine_paused())
    play.tell(engine_resumed(), timedelta(days=1))
    assert play.state.next_due() == due


def two_coats() -> Play:
    coats = [a_step(name, needs=[a_need(f"{name}_on")], rest={"say": "it dries", "hours": 4}) for name in ("wall", "ceiling")]
    play = a_play(*coats, a_step("hang", needs=[a_need("picture")], depends_on=["wall", "ceiling"]))
    play.tell(Gave(inputs={"wall_on": Text(text="done"), "ceiling_on": Text(text="done")}))
    return play


def timers_come(play: Play) -> list[str]:
    return [line.about for line in play.pass_time(timedelta(hours=5)) if line.code == "rested"]


def the_person_is_first(play: Play) -> list[str]:
    return [line.about for line in play.tell(said("small_talk"), timedelta(hours=5)) if line.code == "rested"]


def a_pause_ends(play: Play) -> list[str]:
    play.stop(engine_paused())
    return [line.about for line in play.tell(engine_resumed(), timedelta(hours=5)) if line.code == "rested"]


@pytest.mark.parametrize("ends", [timers_come, the_person_is_first, a_pause_ends])
def test_whoever_comes_first_when_paint_is_dry_each_coat_has_dried_for_good(ends: Callable[[Play], list[str]]) -> None:
    play = two_coats()
    assert ends(play) == ["wall", "ceiling"]
    for _ in range(2):
        assert (play.statuses["wall"], play.statuses["ceiling"], play.state.asked) == ("done", "done", "picture")
        play.tell(said("small_talk"))


def engine_paused() -> Any:
    from journeys.facts import Paused

    return Paused()


def engine_resumed() -> Any:
    from journeys.facts import Resumed

    return Resumed()


# --- what can't be made --------------------------------------------------------------------------------------------------
def a_step_that_fails(*ways: dict[str, str]) -> Play:
    failing = a_step("amount", run=[{"skill": "take_off", "uses": []}], optional=[a_need("sqft", "count")], on_failure=list(ways))
    return Play(
        a_template(steps=[failing, a_step("price", run=[{"skill": "estimate", "uses": ["sqft"]}], depends_on=["amount"])]),
        refuses=lambda run: "No plan can be read." if run.skill == "take_off" else None,
    )


def test_an_input_stands_for_a_result_that_a_skill_can_not_make() -> None:
    play = a_step_that_fails({"ask": "sqft"})
    assert (play.state.asked, play.statuses["amount"]) == ("sqft", "open")
    play.give("sqft")
    assert play.state.status == "completed"
    assert ("price", "estimate") in play.versions_made()


def test_where_nothing_stands_for_it_the_journey_goes_on_without_and_says_so_once() -> None:
    play = a_step_that_fails({"without": "I go on without the plan."})
    assert play.state.status == "completed"
    failing = a_step("amount", run=[{"skill": "take_off"}], on_failure=[{"without": "I go on without."}], decision=a_decision())
    play = Play(a_template(steps=[failing]), refuses=lambda run: "No.")
    assert play.codes.count("went_without") <= 1
    play.tell(said("small_talk"))
    assert "went_without" not in play.codes


# --- loops with an end ---------------------------------------------------------------------------------------------------
def inspected() -> Play:
    options = [
        {"id": "passed", "title": "It passed", "means": "accept"},
        {"id": "failed", "title": "It failed", "back_to": "rework", "at_most": 2, "beyond": "Talk to the inspector first."},
    ]
    rework = a_step("rework", decision={"ask": "Is the work done?", "options": [{"id": "done", "title": "Done"}]})
    return a_play(rework, a_step("inspection", decision={"ask": "Did it pass?", "options": options}, depends_on=["rework"]))


def test_work_is_done_again_after_each_failed_inspection_until_that_no_longer_helps() -> None:
    play = inspected()
    for _ in range(2):
        play.tell(Chose(step="rework", option="done"))
        play.tell(Chose(step="inspection", option="failed"))
        assert (play.state.focus, play.statuses["inspection"]) == ("rework", "stale")
    play.tell(Chose(step="rework", option="done"))
    with pytest.raises(Spent, match=r"once more would not help: it was chosen 2 times\. Talk to the inspector"):
        play.tell(Chose(step="inspection", option="failed"))
    assert [action.params["option"] for action in play.seen.actions if action.action == "decide"] == ["passed"]
    play.tell(said(inspection_decision=Choice(option="failed")))
    assert "Talk to the inspector first." in written(play), "a message is never refused, it is told"
    play.tell(Chose(step="inspection", option="passed"))
    assert play.statuses["inspection"] == "done"


# --- several people ------------------------------------------------------------------------------------------------------
def for_the_client() -> Play:
    offer = a_step("offer", decision=a_decision(by=["client"]))
    return a_play(offer, roles={"client": "The client"})


def test_a_decision_is_made_by_whom_it_is_for_and_by_nobody_else() -> None:
    play = for_the_client()
    with pytest.raises(NotYours, match="Offer is for the client to decide"):
        play.tell(Chose(step="offer", option="yes"))
    with pytest.raises(UnknownRole, match=r"no role 'spouse'\. It has: client"):
        play.tell(Chose(step="offer", option="yes", role="spouse"))
    play.tell(said("accept"))
    assert play.codes == ["not_yours"]
    assert "is for the client to decide" in written(play)
    play.tell(said("accept", role="client"))
    assert play.statuses["offer"] == "done"


# --- personas ------------------------------------------------------------------------------------------------------------
def for_two() -> Play:
    return a_play(
        a_step("safety", needs=[a_need("tools")], personas=["diy_worker"]),
        a_step("hire", needs=[a_need("trade")], personas=["homeowner"]),
        personas=["homeowner", "diy_worker"],
    )


def test_a_step_that_is_for_somebody_else_is_passed_over_and_comes_with_them() -> None:
    play = for_two()
    assert (play.statuses["safety"], play.statuses["hire"]) == ("skipped", "open")
    play.give("trade")
    play.tell(SwitchedPersona(persona="diy_worker"))
    assert play.state.persona == "diy_worker"
    assert (play.statuses["safety"], play.statuses["hire"]) == ("open", "skipped")
    assert "trade" in play.state.inputs, "what was given is kept"
    with pytest.raises(UnknownPersona, match="is for homeowner, diy_worker; 'investor' is none of them"):
        play.tell(SwitchedPersona(persona="investor"))


def test_a_step_that_comes_with_somebody_else_is_not_shown_as_skipped_while_it_waits_for_another() -> None:
    mine = {"personas": ["diy_worker"]}
    steps = [a_step("safety", needs=[a_need("tools")], **mine), a_step("demolish", needs=[a_need("day")], depends_on=["safety"], **mine)]
    play = a_play(*steps, a_step("hire", needs=[a_need("trade")]), personas=["homeowner", "diy_worker"])
    assert (play.statuses["safety"], play.statuses["demolish"]) == ("skipped", "skipped")
    play.tell(SwitchedPersona(persona="diy_worker"))
    assert (play.statuses["safety"], play.statuses["demolish"]) == ("open", "pending")
    play.give("tools")
    assert (play.statuses["safety"], play.statuses["demolish"]) == ("done", "open")
    play.tell(SwitchedPersona(persona="homeowner"))
    assert (play.statuses["safety"], play.statuses["demolish"]) == ("skipped", "skipped")


def test_another_persona_is_offered_after_two_messages_once_and_asked_before_it_is_switched_to() -> None:
    play = for_two()
    play.tell(said("small_talk", sounds_like="diy_worker"))
    assert "offered" not in play.codes
    play.tell(said("small_talk", sounds_like="diy_worker"))
    assert "offered" in play.codes
    assert play.state.persona == "homeowner"
    assert "Shall I go on as for somebody who does the work?" in written(play)
    assert "switch_persona" in {action.action for action in play.seen.actions}
    play.tell(said("decline"))
    assert (play.codes, play.state.persona) == (["stays"], "homeowner")
    for _ in range(3):
        play.tell(said("small_talk", sounds_like="diy_worker"))
        assert "offered" not in play.codes


def test_a_yes_to_the_offer_switches_and_decides_nothing_else() -> None:
    play = Play(a_template(personas=["homeowner", "investor"]))
    play.go_on(lambda p: p.state.steps["price"].status == "waiting")
    play.tell(said("switch_persona", sounds_like="investor"))
    play.tell(said("accept"))
    assert play.state.persona == "investor"
    assert play.statuses["price"] == "waiting"


def test_a_persona_that_the_template_is_not_for_is_never_offered() -> None:
    play = for_two()
    for _ in range(4):
        play.tell(said("small_talk", sounds_like="contractor"))
        assert "offered" not in play.codes


# --- journeys of their own -----------------------------------------------------------------------------------------------
def with_projects() -> Play:
    options = [
        {"id": "kitchen", "title": "The kitchen", "starts": "kitchen_renovation", "hands": ["place_of_home"], "at_most": 2},
        {"id": "enough", "title": "That is all"},
    ]
    return a_play(
        a_step("home", needs=[a_need("place_of_home", "place")]),
        a_step("projects", decision={"ask": "Which project?", "options": options}, depends_on=["home"]),
    )


def test_choosing_a_project_starts_a_journey_of_its_own_and_asks_again() -> None:
    play = with_projects()
    play.give("place_of_home")
    play.tell(Chose(step="projects", option="kitchen"))
    (start,) = play.decisions[-1].starts
    assert start.journey_id == names.child_id("j1", "projects", "kitchen", 1)
    assert start.inputs == {"place_of_home": play.state.inputs["place_of_home"]}
    assert play.statuses["projects"] == "waiting"
    play.tell(Chose(step="projects", option="kitchen"))
    assert len(play.state.children) == 2
    with pytest.raises(Spent):
        play.tell(Chose(step="projects", option="kitchen"))
    play.tell(Chose(step="projects", option="enough"))
    assert play.statuses["projects"] == "done"


def test_its_end_is_told_once_with_what_came_of_it() -> None:
    play = with_projects()
    play.give("place_of_home")
    play.tell(Chose(step="projects", option="kitchen"))
    (child,) = play.state.children
    closed = ChildEnded(child=ChildClosed(journey_id=child, status="completed", headline="About $40,500."))
    play.tell(closed)
    assert "News of “The kitchen”: it is completed. About $40,500." in written(play)
    assert play.seen.children[0].status == "completed"
    play.tell(closed)
    assert play.codes == []


def test_a_question_asked_a_third_time_is_noticed() -> None:
    play = Play()
    for expected in (False, False, True):
        play.tell(said("ask_question", question=True, signature="demolition long take"))
        assert ("repeated" in play.codes) is expected


def test_somebody_who_only_wants_something_done_is_asked_at_most_four_things() -> None:
    play = Play(a_template(steps=[a_step("start", needs=[a_need(f"n{n}") for n in range(6)])]))
    play.tell(said("start_project"))
    (line,) = play.said
    assert (line.code, len(line.names)) == ("intake", 4)
    assert written(play).count("\n- ") == 4


def test_what_waits_for_somebody_else_can_not_be_decided_or_skipped_for_them() -> None:
    play = waiting_for_quotes()
    with pytest.raises(StepNotOpen):
        play.tell(Chose(step="end", option="yes"))
    with pytest.raises(Exception, match="can't be skipped"):
        play.tell(Skipped(step="quotes"))
    assert engine.reader_needs(play.template, play.state)


def test_what_the_template_gives_is_an_input_that_nobody_is_asked_for() -> None:
    given = {"kind_of_home": {"kind": "choice", "option": "duplex"}}
    uses = a_step("price", run=[{"skill": "estimate", "uses": ["kind_of_home"]}], skip_if={"step": "wish", "option": "no"})
    wish = a_step("wish", decision=a_decision())
    play = Play(a_template(steps=[wish, {**uses, "depends_on": ["wish"]}], given=given))
    play.tell(Chose(step="wish", option="yes"))
    assert play.state.inputs == {"kind_of_home": Choice(option="duplex")}
    assert play.runs[0].skill == "estimate"
    with pytest.raises(ValueError, match="'kind_of_home' is given by the template, so nobody can be asked for it"):
        a_template(steps=[a_step("wish", needs=[a_need("kind_of_home")])], given=given)


def test_several_options_are_the_same_input_in_whatever_order_they_are_named() -> None:
    play = Play(a_template(steps=[a_step("start", needs=[a_need("rooms", "choices"), a_need("goal")])]))
    play.tell(Gave(inputs={"rooms": Choices(options=("b", "a"))}))
    assert play.state.inputs["rooms"] == Choices(options=("a", "b"))
