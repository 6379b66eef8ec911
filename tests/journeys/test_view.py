"""How a journey looks from outside, and `why` in one sentence."""

import json
from datetime import timedelta

import pytest

from journeys import engine
from journeys.effects import EffectRef, EffectStatus
from journeys.facts import Abandoned, Chose, Paused, Resumed, Skipped, WentBack
from journeys.state import Obligation
from journeys.view import View, question, view, why
from tests.factories import MINUTE, NOW, Play, a_decision, a_step, a_template, at_the_decision, said

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sentence(play: Play, later: timedelta = timedelta(0)) -> str:
    return why(play.seen, play.now + later)


def offered(play: Play) -> list[str]:
    return [action.action + "".join(f" {value}" for value in action.params.values()) for action in play.seen.actions]


def blocked() -> Play:
    play = Play(refuses=lambda run: "That wall is too short." if run.skill == "take_off" else None)
    play.give("goal")
    play.tell(Skipped(step="extras"))
    play.give("wall", "look")
    return play


# --- why -----------------------------------------------------------------------------------------------------------------
def test_why_says_which_input_is_missing_since_when_and_what_comes() -> None:
    play = Play()
    assert sentence(play) == "Our job waits for you to say: goal (asked 1 minute ago). Next by itself: a reminder in 23 hours."
    assert sentence(play, 5 * HOUR) == "Our job waits for you to say: goal (asked 5 hours ago). Next by itself: a reminder in 18 hours."


def test_why_counts_from_the_last_word() -> None:
    play = Play()
    play.tell(said("small_talk"), later=3 * HOUR)
    assert sentence(play) == "Our job waits for you to say: goal (asked just now). Next by itself: a reminder in 1 day."


def test_why_names_an_open_decision_and_the_next_timer() -> None:
    play = at_the_decision()
    assert (
        sentence(play, 2 * HOUR) == "Our job waits for your decision on price (asked 2 hours ago). Next by itself: a reminder in 22 hours."
    )
    play.pass_time(2 * DAY)
    assert (
        sentence(play)
        == "Our job waits for your decision on price (asked 2 days ago). Next by itself: a reminder of the decision in 1 day."
    )
    play.pass_time(27 * DAY + HOUR)
    assert sentence(play).endswith("(asked 29 days ago). Next by itself: the decision's deadline in 23 hours.")


def test_why_says_that_a_timer_is_due_now() -> None:
    assert sentence(Play(), 2 * DAY).endswith("Next by itself: a reminder now.")


def test_why_says_what_a_skill_refused() -> None:
    assert sentence(blocked(), DAY) == ("Our job got stuck at amount 1 day ago: That wall is too short. Next by itself: a reminder now.")


def test_why_says_that_a_pause_lasts_until_it_is_ended() -> None:
    play = Play()
    play.tell(Paused(), later=DAY)
    assert sentence(play, 3 * DAY) == "Our job was paused 3 days ago: it waits for you to resume it."


def test_why_says_that_something_is_worked_on() -> None:
    play = Play(
        a_template(steps=[a_step("amount", run=[{"skill": "take_off"}]), a_step("who", decision=a_decision(), depends_on=["amount"])])
    )
    play.state.steps["amount"].results.clear()
    decision = engine.decide(play.template, play.state, Resumed(), play.now, play.versions)
    engine.carry_out(play.state, decision)
    assert decision.runs
    assert sentence(play) == "Our job is working on amount (begun just now). Next by itself: a reminder in 1 day."


@pytest.mark.parametrize("ending", ["completed", "abandoned"])
def test_why_says_that_a_closed_journey_waits_for_nothing(ending: str) -> None:
    play = Play()
    if ending == "completed":
        play.go_on()
    else:
        play.tell(Abandoned())
    assert sentence(play, 9 * DAY) == f"Our job is {ending}; it waits for nothing more."


def test_why_of_a_dormant_journey_promises_nothing_by_itself() -> None:
    play = Play()
    play.pass_time(91 * DAY)
    assert sentence(play) == "Our job waits for you to say: goal (asked 91 days ago)."


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(seconds=59), "just now"),
        (MINUTE, "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (2 * DAY, "2 days ago"),
    ],
)
def test_durations_are_told_in_their_largest_whole_unit(span: timedelta, told: str) -> None:
    play = Play(state=at_the_decision().state, now=NOW)
    since = play.seen.waiting_for.since
    assert since is not None
    assert f"(asked {told})." in why(play.seen, since + span)


# --- the view ------------------------------------------------------------------------------------------------------------
def test_the_view_of_a_decision() -> None:
    seen = at_the_decision().seen
    assert (seen.status, seen.step, seen.template) == ("active", "price", "small@1")
    assert seen.progress.model_dump() == {"done": 3, "total": 6}
    assert [(step.id, step.status, step.version) for step in seen.steps] == [
        *[("wish", "done", 0), ("room", "done", 0), ("amount", "done", 1), ("price", "waiting", 1)],
        *[("extras", "open", 0), ("who", "pending", 0)],
    ]
    assert seen.question == "Do you accept it?"
    assert [need.name for need in seen.needs] == ["price_decision"]
    assert seen.inputs["wall"] == {"kind": "length", "feet": "2"}


def test_the_view_is_stable_json() -> None:
    play = blocked()
    once = play.seen.model_dump_json()
    assert once == play.seen.model_dump_json()
    assert View.model_validate_json(once).model_dump_json() == once
    assert list(json.loads(once)) == list(View.model_fields)
    again = Play(play.template, play.state.model_validate_json(play.state.model_dump_json()))
    assert again.seen.model_dump_json() == once


def test_the_question_is_what_is_asked_and_nothing_else() -> None:
    play = Play()
    assert question(play.template, play.state) == "Which goal?"
    play.go_on(lambda p: p.state.steps["price"].status == "waiting")
    assert play.seen.question == "Do you accept it?"
    play.tell(said("change_budget"))
    assert play.seen.question == "Which budget?"
    play.tell(Paused())
    assert play.seen.question == ""
    play.tell(Resumed())
    assert play.seen.question == "Do you accept it?"
    assert blocked().seen.question == ""


# --- actions -------------------------------------------------------------------------------------------------------------
ALWAYS = ["status", "pause", "abandon"]


def test_an_open_question_can_be_answered() -> None:
    assert offered(Play()) == ["answer goal text", *ALWAYS]


def test_a_decision_can_be_made_and_earlier_steps_gone_back_to() -> None:
    play = at_the_decision()
    decide = ["decide price accept", "decide price other_room", "decide price other_budget"]
    assert offered(play) == [*decide, "go_back wish", "go_back room", *ALWAYS]
    play.tell(Chose(step="price", option="other_budget"))
    assert offered(play) == [*decide, "answer budget money", "go_back wish", "go_back room", *ALWAYS]


def test_a_step_that_may_be_skipped_offers_it() -> None:
    play = at_the_decision()
    play.tell(Chose(step="price", option="accept"))
    assert offered(play) == ["answer island choice", "skip extras", "go_back wish", "go_back room", "go_back price", *ALWAYS]


def test_a_step_gone_back_to_can_be_changed_or_kept() -> None:
    play = at_the_decision()
    play.tell(WentBack(step="room"))
    assert offered(play) == ["answer wall length", "keep room", "go_back wish", "go_back price", *ALWAYS]


def test_a_blocked_step_offers_what_it_builds_on_and_another_try() -> None:
    assert offered(blocked()) == ["answer wall length", "go_back amount", "go_back wish", "go_back room", "go_back extras", *ALWAYS]


def test_a_paused_journey_can_be_resumed_or_ended() -> None:
    play = Play()
    play.tell(Paused())
    assert offered(play) == ["resume", "abandon"]


def test_a_closed_journey_can_be_read_and_another_started() -> None:
    play = Play()
    play.tell(Abandoned())
    assert offered(play) == ["results", "start"]


def test_a_dormant_journey_offers_what_it_offered() -> None:
    play = Play()
    before = offered(play)
    play.pass_time(91 * DAY)
    assert (play.state.status, offered(play)) == ("dormant", before)


# --- effects and what is owed ------------------------------------------------------------------------------------------------
def with_an_effect(status: EffectStatus) -> View:
    play = Play()
    effect = {"j/s.quote_request.1": EffectRef(kind="quote_request", step="goal", status=status)}
    return view(play.template, play.state.model_copy(update={"effects": effect}))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("in_doubt", "I can't say whether the request for a quote went out: ask those you named, then have it sent again or leave it."),
        ("reserved", "Not sent yet: the request for a quote. It is tried again by itself."),
    ],
)
def test_why_says_of_an_open_effect_what_can_be_done(status: EffectStatus, says: str) -> None:
    assert why(with_an_effect(status), NOW).endswith(f" {says}")


@pytest.mark.parametrize("status", ["confirmed", "failed", "compensated"])
def test_why_says_nothing_of_an_effect_whose_end_is_known(status: EffectStatus) -> None:
    assert "quote" not in why(with_an_effect(status), NOW)


@pytest.mark.parametrize(("tries", "says"), [(0, "not tried since"), (1, "tried once"), (4, "tried 4 times")])
def test_why_says_what_is_owed_how_often_it_was_tried_and_when_it_is_tried_next(tries: int, says: str) -> None:
    play = Play()
    owed = Obligation(id="t1", turn=3, since=NOW - HOUR, tries=tries, due_at=NOW + 5 * MINUTE)
    seen = view(play.template, play.state.model_copy(update={"owed": [owed]}))
    assert f"Still owed since 1 hour: the fuller answer to turn 3 ({says}, next in 5 minutes). It comes by itself" in why(seen, NOW)
