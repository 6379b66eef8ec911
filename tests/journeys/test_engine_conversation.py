"""What the engine makes of a message, of silence, and of coming back: one example each, on the small job of tests/factories.py."""

from datetime import timedelta
from decimal import Decimal

import pytest

from journeys import engine
from journeys.facts import Chose, Gave, Paused, Resumed, Said, Skipped, WentBack
from journeys.inputs import Choice, Length, Money, Text
from journeys.messages import Line
from journeys.refusals import JourneyPaused, StepCantBeSkipped, StepNotOpen, UnknownInput, UnknownOption, UnknownStep, WrongKind
from journeys.template import GO_BACK_TO
from journeys.vocabulary import of_kind
from tests.factories import Play, a_decision, a_need, a_step, a_template, at_the_decision, kitchen, said

DAY = timedelta(days=1)
GOAL = Text(text="a bigger kitchen")


def at_who(**overrides: object) -> Play:
    play = at_the_decision(**overrides)
    play.tell(Chose(step="price", option="accept"))
    play.tell(Skipped(step="extras"))
    return play


def at_room() -> Play:
    play = Play()
    play.give("goal")
    return play


# --- inputs and intents --------------------------------------------------------------------------------------------------
def test_a_journey_begins_by_asking_for_the_first_input() -> None:
    play = Play()
    assert (play.codes, play.state.focus, play.state.asked) == (["began"], "wish", "goal")


def test_inputs_are_read_whatever_the_message_seems_to_be_about() -> None:
    play = Play()
    assert play.tell(said("small_talk", goal=GOAL)) == [Line(code="noted", names=["goal"])]
    assert (play.state.inputs, play.state.focus) == ({"goal": GOAL}, "room")


def test_an_input_of_a_later_step_is_kept_and_not_asked_for_again() -> None:
    play = Play()
    play.tell(said("give_details", wall=Length(feet=Decimal(9))))
    assert play.state.asked == "goal"
    play.tell(said("give_details", goal=GOAL))
    assert play.state.asked == "look"


def torn(*intents: str, question: bool = False, **named: list[str]) -> Said:
    message = said(*intents, question=question)
    return message.model_copy(update={"understanding": message.understanding.model_copy(update={"torn": named})})


def test_two_answers_to_one_question_are_named_before_it_is_asked_and_by_an_intent_that_looks_like_a_question() -> None:
    play = Play()
    assert play.state.asked == "goal"
    assert play.tell(torn("ask_question", look=["a", "b"])) == [Line(code="torn", about="look", names=["a", "b"])]
    assert "look" not in play.state.inputs


def test_a_plain_question_that_names_two_is_still_answered() -> None:
    play = Play()
    play.tell(torn("ask_question", question=True, look=["a", "b"]))
    assert play.codes == ["torn", "question"]


def test_what_was_answered_before_is_not_torn_by_a_later_word() -> None:
    play = at_room()
    play.give("wall", "look")
    play.tell(torn("small_talk", look=["a", "b"]))
    assert "torn" not in play.codes


def test_a_value_out_of_bounds_is_said_and_not_kept() -> None:
    play = at_room()
    assert play.tell(said("give_details", wall=Length(feet=Decimal(500)))) == [Line(code="out_of_bounds", about="wall")]
    assert "wall" not in play.state.inputs


def test_what_fits_is_kept_beside_what_does_not() -> None:
    play = at_room()
    play.tell(said("give_details", wall=Length(feet=Decimal(500)), look=Choice(option="a")))
    assert (play.codes, play.state.asked) == (["out_of_bounds", "noted"], "wall")


@pytest.mark.parametrize("value", [Text(text="wide"), Choice(option="nonsense")])
def test_a_value_of_another_kind_or_no_option_is_not_kept(value: Text | Choice) -> None:
    play = at_room()
    play.tell(said("give_details", look=value))
    assert (play.codes, play.state.asked) == (["out_of_bounds"], "wall")


def test_a_reading_of_an_input_nobody_asks_for_is_left_aside() -> None:
    play = at_room()
    play.tell(said("give_details", nonsense=GOAL))
    assert (play.codes, play.state.asked, play.state.inputs) == (["clarify"], "wall", at_room().state.inputs)


def test_a_message_nobody_understands_is_answered_with_the_nearest_readings() -> None:
    play = at_room()
    assert play.tell(said(closest=("skip", "go_back"))) == [Line(code="clarify", names=["skip", "go_back"])]


@pytest.mark.parametrize("intent", ["small_talk", "out_of_scope"])
def test_talk_beside_the_point_is_answered_and_the_question_stays(intent: str) -> None:
    play = at_room()
    assert (play.tell(said(intent)), play.state.asked) == ([Line(code=intent)], "wall")


def test_where_we_are_is_told_also_beside_an_answer() -> None:
    play = at_room()
    play.tell(said("ask_status", wall=Length(feet=Decimal(9))))
    assert play.codes == ["noted", "status"]


@pytest.mark.parametrize("intent", ["pause", "abandon"])
def test_a_passing_word_neither_pauses_nor_ends_a_journey(intent: str) -> None:
    play = at_room()
    assert play.tell(said(intent)) == [Line(code="how_to", about=intent)]
    assert play.state.status == "active"


def test_who_says_they_are_back_is_asked_what_was_open() -> None:
    play = at_room()
    assert play.tell(said("resume")) == [Line(code="resumed")]
    assert (play.state.status, play.state.asked) == ("active", "wall")


def test_a_name_of_an_older_vocabulary_is_no_question_and_does_no_harm() -> None:
    assert at_room().tell(said("wish_upon_a_star")) == [Line(code="clarify")]


# --- questions -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("intent", sorted(of_kind("ask", "deed")))
def test_a_question_is_answered_and_moves_nothing(intent: str) -> None:
    play = at_room()
    before = play.state.steps
    assert play.tell(said(intent)) == [Line(code="question", about=intent)]
    assert (play.state.steps, play.state.asked) == (before, "wall")


def test_a_question_by_its_form_is_one_where_no_intent_is_sure() -> None:
    assert at_room().tell(said(question=True)) == [Line(code="question", about="ask_question")]


def test_a_question_with_an_input_in_it_is_both() -> None:
    play = at_room()
    play.tell(said("ask_question", wall=Length(feet=Decimal(9))))
    assert play.codes == ["noted", "question"]


@pytest.mark.parametrize("deed", ["choose_products", "save_energy", "prioritise"])
def test_an_input_that_names_a_deed_is_an_answer_and_not_a_question(deed: str) -> None:
    play = at_room()
    play.tell(said(deed, look=Choice(option="b")))
    assert play.codes == ["noted"]


@pytest.mark.parametrize(
    ("intents", "question"),
    [(["ask_question"], False), (["estimate_cost"], False), (["check_permits"], True), (["accept"], True), ([], True)],
)
def test_a_question_about_an_open_decision_does_not_decide_it(intents: list[str], question: bool) -> None:
    play = at_the_decision()
    play.tell(said(*intents, question=question, price_decision=Choice(option="other_room")))
    assert play.statuses["price"] == "waiting"
    assert play.statuses["room"] == "done"


# --- decisions -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("intent", ["check_permits", "troubleshoot"])
def test_a_statement_that_names_an_option_chooses_it_whatever_it_is_about(intent: str) -> None:
    """ "The permit is granted" is about permits, and no question; one by its form decides nothing."""
    play = at_the_decision()
    play.tell(said(intent, question=True, price_decision=Choice(option="accept")))
    assert play.statuses["price"] == "waiting"
    play.tell(said(intent, price_decision=Choice(option="accept")))
    assert play.state.steps["price"].chosen == "accept"


def test_a_plain_yes_accepts() -> None:
    play = at_the_decision()
    assert play.tell(said("accept")) == [Line(code="chosen", about="price", names=["accept"])]
    assert (play.statuses["price"], play.state.focus) == ("done", "extras")


def test_a_plain_no_takes_the_option_that_means_no() -> None:
    play = at_the_decision()
    play.tell(said("decline"))
    assert play.codes == ["chosen", "went_back"]
    assert (play.statuses["room"], play.statuses["price"], play.state.focus) == ("open", "stale", "room")


def test_a_yes_where_no_option_means_yes_is_asked_back() -> None:
    play = at_who()
    assert (play.tell(said("accept")), play.statuses["who"]) == ([Line(code="clarify")], "waiting")


def test_an_option_named_in_the_message_is_chosen() -> None:
    play = at_who()
    play.tell(said("give_details", who_decision=Choice(option="we")))
    assert (play.codes, play.state.status) == (["chosen", "completed"], "completed")


def test_an_option_nobody_offered_chooses_nothing() -> None:
    play = at_who()
    assert (play.tell(said(who_decision=Choice(option="nonsense"))), play.statuses["who"]) == ([Line(code="clarify")], "waiting")


def test_no_i_do_not_accept_it_accepts_nothing() -> None:
    play = at_the_decision()
    play.tell(said("decline", price_decision=Choice(option="accept")))
    assert (play.codes, play.statuses["price"]) == (["clarify"], "waiting")


def test_changing_the_budget_asks_for_it_and_then_prices_again() -> None:
    play = at_the_decision()
    play.tell(said("change_budget"))
    assert (play.state.asked, play.statuses["price"], play.runs) == ("budget", "waiting", [])
    play.tell(said("give_details", budget=Money(low_cents=0, high_cents=90_000_00)))
    assert [(run.step, run.version) for run in play.runs] == [("price", 2)]
    assert (play.codes, play.state.asked) == (["noted", "made"], "price_decision")


def test_the_option_to_change_the_budget_asks_for_it_too() -> None:
    play = at_the_decision()
    play.tell(Chose(step="price", option="other_budget"))
    assert (play.state.asked, play.statuses["price"]) == ("budget", "waiting")


def test_a_new_budget_in_the_same_message_is_taken_at_once() -> None:
    play = at_the_decision()
    play.tell(said("change_budget", budget=Money(low_cents=0, high_cents=90_000_00)))
    assert play.codes == ["noted", "made"]


@pytest.mark.parametrize("word", ["accept", "decline"])
def test_a_yes_or_no_to_another_question_decides_nothing(word: str) -> None:
    play = at_the_decision()
    play.tell(said("change_budget"))
    play.tell(said(word))
    assert (play.codes, play.statuses["price"], play.state.asked) == (["clarify"], "waiting", "price_decision")


def test_an_accepted_price_is_asked_about_again_when_its_inputs_change() -> None:
    play = at_who()
    play.give("budget", n=7)
    assert (play.statuses["price"], play.statuses["who"], play.state.asked) == ("waiting", "stale", "price_decision")


def test_decisions_out_of_order_are_refused_by_name() -> None:
    play = at_the_decision()
    with pytest.raises(StepNotOpen, match="Price comes first"):
        play.tell(Chose(step="who", option="we"))
    with pytest.raises(StepNotOpen, match="asks no decision"):
        play.tell(Chose(step="room", option="yes"))
    with pytest.raises(UnknownOption, match="accept, other_room, other_budget"):
        play.tell(Chose(step="price", option="yes"))
    with pytest.raises(UnknownStep):
        play.tell(Chose(step="nonsense", option="yes"))


def test_inputs_given_by_name_are_refused_with_the_reason() -> None:
    play = at_room()
    with pytest.raises(UnknownInput, match="It has: goal, budget, wall, look, island"):
        play.tell(Gave(inputs={"nonsense": GOAL}))
    with pytest.raises(WrongKind, match="a length is needed here, not a text"):
        play.tell(Gave(inputs={"wall": GOAL}))
    with pytest.raises(WrongKind, match="above 80"):
        play.tell(Gave(inputs={"wall": Length(feet=Decimal(81))}))
    with pytest.raises(WrongKind, match="none of a, b"):
        play.tell(Gave(inputs={"look": Choice(option="c")}))
    with pytest.raises(UnknownInput, match="no step is being revisited"):
        play.tell(Gave(inputs={}))


# --- back ----------------------------------------------------------------------------------------------------------------
def test_going_back_to_a_named_step_opens_it_and_marks_what_was_built_on_it() -> None:
    play = at_the_decision()
    assert play.tell(said("go_back", **{GO_BACK_TO: Choice(option="wish")})) == [
        Line(code="went_back", about="wish", names=["room", "amount", "price"])
    ]
    assert play.statuses == {"wish": "open", "room": "stale", "amount": "stale", "price": "stale", "extras": "pending", "who": "pending"}


def test_going_back_with_a_new_value_goes_to_its_step_and_takes_it() -> None:
    play = at_the_decision()
    play.tell(said("go_back", wall=Length(feet=Decimal(30))))
    assert play.codes == ["went_back", "noted", "made", "made"]
    assert play.said[0].about == "room"
    assert [(run.skill, run.version) for run in play.runs] == [("take_off", 2), ("estimate", 2)]


def test_going_back_without_a_name_goes_to_the_last_step_that_asked_something() -> None:
    play = at_the_decision()
    assert play.tell(said("go_back"))[0].about == "room"
    assert play.tell(said("go_back"))[0].about == "wish", "and from there on backwards, never ahead to a stale step"
    assert play.tell(said("go_back")) == [Line(code="cant_go_back")]


def test_an_option_that_leads_back_is_that_option_also_where_it_sounds_like_going_back() -> None:
    """“Let's change the room” leads where the option does and is counted against its limit; a step named beside it goes first."""
    play = at_the_decision()
    play.tell(said("go_back", price_decision=Choice(option="other_room")))
    assert (play.state.focus, play.state.steps["price"].went) == ("room", {"other_room": 1})
    play = at_the_decision()
    play.tell(said("go_back", price_decision=Choice(option="other_room"), **{GO_BACK_TO: Choice(option="wish")}))
    assert (play.state.focus, play.state.steps["price"].went) == ("wish", {})
    play = at_the_decision()
    play.tell(said("go_back", question=True, price_decision=Choice(option="other_room")))
    assert play.state.steps["price"].went == {}, "who asks whether it can be done has not chosen it"


def test_there_is_nothing_to_go_back_to_at_the_beginning() -> None:
    assert Play().tell(said("go_back")) == [Line(code="cant_go_back")]


def test_a_step_that_does_not_exist_is_no_place_to_go_back_to() -> None:
    play = at_the_decision()
    assert play.tell(said("go_back", **{GO_BACK_TO: Choice(option="nonsense")}))[0].about == "room"
    with pytest.raises(UnknownStep):
        play.tell(WentBack(step="nonsense"))


def test_a_step_that_was_not_reached_is_no_place_to_go_back_to() -> None:
    play = at_room()
    with pytest.raises(StepNotOpen, match="not reached yet"):
        play.tell(WentBack(step="who"))


def test_what_is_gone_back_to_and_kept_makes_nothing_again() -> None:
    play = at_who()
    play.tell(WentBack(step="room"))
    assert (play.state.asked, play.statuses["amount"]) == ("wall", "stale")
    assert play.tell(said("accept")) == [Line(code="kept", about="room")]
    assert (play.runs, play.state.focus) == ([], "who")


def test_keeping_by_name_of_nothing_keeps_the_step_the_talk_is_at() -> None:
    play = at_the_decision()
    play.tell(WentBack(step="room"))
    play.tell(WentBack(step="wish"))
    assert play.tell(Gave(inputs={})) == [Line(code="kept", about="wish")]
    assert (play.state.focus, play.state.asked) == ("room", "wall"), "room was gone back to, too, and is still to be confirmed"


def test_a_reader_is_told_the_inputs_the_open_decision_and_the_steps_that_were_reached() -> None:
    play = at_the_decision()
    names = {need.name: need for need in engine.reader_needs(play.template, play.state)}
    assert set(names) == {"goal", "budget", "wall", "look", "island", "price_decision", GO_BACK_TO}
    assert [option.id for option in names[GO_BACK_TO].options] == ["wish", "room", "amount", "price"]
    assert {need.name for need in engine.reader_needs(Play().template, Play().state)} == {"goal", "budget", "wall", "look", "island"}


# --- skip ----------------------------------------------------------------------------------------------------------------
def test_what_may_be_skipped_is_skipped_by_a_word() -> None:
    play = at_the_decision()
    play.tell(said("accept"))
    assert play.tell(said("skip")) == [Line(code="skipped", about="extras")]
    assert play.state.focus == "who"


def test_what_may_not_be_skipped_is_not() -> None:
    play = at_room()
    assert play.tell(said("skip")) == [Line(code="cant_skip", about="room")]
    with pytest.raises(StepCantBeSkipped):
        play.tell(Skipped(step="room"))
    assert play.statuses["room"] == "open"


def test_what_is_not_open_yet_is_not_skipped() -> None:
    with pytest.raises(StepNotOpen):
        Play().tell(Skipped(step="extras"))


def test_skip_keeps_a_required_step_that_was_gone_back_to() -> None:
    play = at_the_decision()
    play.tell(WentBack(step="room"))
    assert play.tell(said("skip")) == [Line(code="kept", about="room")]


def test_a_skipped_step_that_is_gone_back_to_and_kept_is_skipped_again() -> None:
    play = at_who()
    play.tell(WentBack(step="extras"))
    assert (play.state.asked, play.statuses["who"]) == ("island", "stale")
    assert play.tell(Gave(inputs={})) == [Line(code="skipped", about="extras")]
    assert play.state.focus == "who"


def house(**extra: object) -> Play:
    """`walls` is passed over in a new house, even where it may be skipped by hand."""
    passed = {"skip_if": {"input": "age", "option": "b"}, **extra}
    steps = [a_step("home", needs=[a_need("age", "choice")]), a_step("walls", needs=[a_need("lead")], depends_on=["home"], **passed)]
    return Play(a_template(steps=[*steps, a_step("who", decision=a_decision(), depends_on=["walls"])]))


@pytest.mark.parametrize("may_skip", [True, False])
def test_a_step_passed_over_for_an_answer_opens_when_the_answer_changes(may_skip: bool) -> None:
    play = house(may_skip=may_skip)
    play.give("age", n=1)
    assert play.statuses == {"home": "done", "walls": "skipped", "who": "waiting"}
    play.give("age", n=0)
    assert play.statuses == {"home": "done", "walls": "open", "who": "stale"}


def test_a_step_skipped_by_hand_stays_skipped_whatever_the_answer() -> None:
    play = house(may_skip=True)
    play.give("age", n=0)
    play.tell(Skipped(step="walls"))
    play.give("age", n=1)
    play.give("age", n=0)
    assert play.statuses["walls"] == "skipped"


def test_a_step_that_was_passed_over_is_no_place_to_go_back_to() -> None:
    play = house()
    play.give("age", n=1)
    with pytest.raises(StepNotOpen):
        play.tell(WentBack(step="walls"))


def test_what_builds_on_a_skipped_step_waits_for_what_that_one_built_on() -> None:
    play = at_who()
    play.tell(WentBack(step="wish"))
    assert (play.statuses["extras"], play.statuses["who"]) == ("skipped", "stale")


# --- away and back -------------------------------------------------------------------------------------------------------
def test_after_fifteen_days_a_person_is_welcomed_back_and_nothing_is_made_again_where_the_skills_are_the_same() -> None:
    play = at_the_decision()
    play.tell(said("ask_status"), later=15 * DAY)
    assert play.said[0] == Line(code="welcome_back", names=["15"])
    assert (play.codes, play.runs) == (["welcome_back", "status"], [])


def test_after_fourteen_days_nobody_is_welcomed_back() -> None:
    play = at_the_decision(versions={"take_off": "1", "estimate": "1"})
    play.versions["estimate"] = "2"
    play.tell(said("ask_status"), later=14 * DAY)
    assert (play.codes, play.runs) == (["status"], [])


def test_after_fifteen_days_what_a_newer_skill_would_make_is_made_again() -> None:
    play = at_the_decision()
    play.versions["estimate"] = "2"
    play.tell(said("ask_status"), later=15 * DAY)
    assert [(run.step, run.version, run.made_with) for run in play.runs] == [("price", 2, "2")]


def test_what_takes_the_result_of_a_newer_skill_is_made_again_too() -> None:
    play = at_the_decision()
    play.versions["take_off"] = "2"
    play.tell(said("ask_status"), later=15 * DAY)
    assert [(run.step, run.version) for run in play.runs] == [("amount", 2), ("price", 2)]


def test_an_accepted_price_that_is_made_again_is_not_accepted_any_more() -> None:
    play = at_who()
    play.versions["estimate"] = "2"
    play.tell(said("ask_status"), later=15 * DAY)
    assert (play.statuses["price"], play.state.asked) == ("waiting", "price_decision")


def test_accepting_after_a_long_absence_accepts_no_price_the_person_has_not_seen() -> None:
    play = at_the_decision()
    play.versions["estimate"] = "2"
    play.tell(said("accept"), later=15 * DAY)
    assert (play.statuses["price"], play.state.asked) == ("waiting", "price_decision")


def test_a_pause_does_not_hide_a_long_absence() -> None:
    play = at_the_decision()
    play.versions["estimate"] = "2"
    play.tell(Paused(), later=20 * DAY)
    assert (play.codes, play.runs) == (["paused"], [])
    play.tell(Resumed(), later=DAY)
    assert play.said[:2] == [Line(code="welcome_back", names=["21"]), Line(code="resumed")]
    assert len(play.runs) == 1


# --- time ----------------------------------------------------------------------------------------------------------------
def dues(play: Play) -> dict[str, timedelta]:
    return {timer.id: timer.due_at - play.now for timer in play.state.timers}


def test_silence_is_nudged_after_a_day_a_week_and_a_month_and_sleeps_after_ninety_days() -> None:
    play = Play()
    due = {timer.id: timer.due_at - play.state.last_heard_at for timer in play.state.timers}
    assert due == {"nudge.1": DAY, "nudge.2": 7 * DAY, "nudge.3": 30 * DAY, "dormant": 90 * DAY}
    told = [play.pass_time(days * DAY) for days in (1, 6, 22, 1, 59, 1, 400)]
    assert [[line.code for line in lines] for lines in told] == [["nudge"], ["nudge"], [], ["nudge"], [], ["dormant"], []]
    assert (play.state.status, play.state.timers) == ("dormant", [])


def test_a_message_wakes_a_dormant_journey_and_nudges_start_anew() -> None:
    play = Play()
    play.pass_time(91 * DAY)
    play.tell(said("small_talk"))
    assert (play.state.status, play.codes) == ("active", ["welcome_back", "small_talk"])
    assert dues(play)["nudge.1"] == DAY


def test_a_message_moves_the_nudges_and_leaves_the_reminders_of_a_decision() -> None:
    play = at_the_decision()
    play.tell(said("small_talk"), later=2 * DAY)
    assert (dues(play)["nudge.1"], dues(play)["remind.price.3"], dues(play)["deadline.price"]) == (DAY, DAY, 28 * DAY)


def test_an_open_decision_is_reminded_of_and_escalated_when_nothing_is_the_default() -> None:
    play = at_the_decision()
    told = play.pass_time(89 * DAY)
    assert [(line.code, line.about) for line in told if line.code != "nudge"] == [
        ("remind", "price"),
        ("remind", "price"),
        ("escalated", "price"),
    ]
    assert (play.statuses["price"], play.state.status) == ("waiting", "active")


def test_a_deadline_chooses_the_default_and_says_so() -> None:
    play = at_who()
    told = play.pass_time(10 * DAY)
    assert [line for line in told if line.code != "nudge"] == [
        Line(code="default_chosen", about="who", names=["they"]),
        Line(code="chosen", about="who", names=["they"]),
        Line(code="completed"),
    ]


def test_a_deadline_and_a_reminder_of_the_same_moment_are_both_told() -> None:
    play, reminded = (
        Play(a_template(steps=[a_step("wish", needs=[a_need("goal")]), a_step("who", decision=decision, depends_on=["wish"])]))
        for decision in (a_decision(remind_days=[7], deadline_days=7, default="no"), a_decision(remind_days=[7]))
    )
    play.give("goal")
    assert [line.code for line in play.pass_time(8 * DAY)] == ["nudge", "default_chosen", "chosen", "completed"]
    reminded.give("goal")
    assert [line.code for line in reminded.pass_time(8 * DAY)] == ["nudge", "nudge", "remind"]


def test_what_fell_due_while_no_worker_ran_is_made_up_for_without_a_flood() -> None:
    play = at_who()
    told = play.outage(60 * DAY)
    assert [line.code for line in told] == ["nudge", "default_chosen", "chosen", "completed"]
    asleep = at_the_decision()
    told = asleep.outage(100 * DAY)
    assert [line.code for line in told] == ["nudge", "remind", "escalated", "dormant"]
    assert asleep.state.status == "dormant"


def test_a_message_after_an_outage_is_not_answered_with_reminders() -> None:
    play = at_the_decision()
    play.now += 10 * DAY
    play.tell(said("small_talk"))
    assert play.state.due(play.now) is None


def test_a_pause_stops_all_clocks_and_resuming_asks_anew() -> None:
    play = at_who()
    play.tell(Paused())
    assert (play.state.timers, play.pass_time(100 * DAY)) == ([], [])
    with pytest.raises(JourneyPaused):
        play.tell(Gave(inputs={"goal": GOAL}))
    play.tell(Resumed())
    assert (play.state.status, play.state.focus, dues(play)["deadline.who"]) == ("active", "who", 10 * DAY)


def test_an_estimate_made_again_is_a_new_question_with_its_own_deadline() -> None:
    play = at_the_decision()
    play.pass_time(20 * DAY)
    play.give("budget", n=7)
    assert dues(play)["deadline.price"] == 30 * DAY


def test_a_kitchen_goes_from_the_first_sentence_to_who_does_the_work() -> None:
    play = Play(kitchen())
    asked = [play.state.asked]
    for _ in range(40):
        if play.state.is_closed:
            break
        fact = play.way_on()
        assert fact is not None
        play.tell(fact)
        asked.append(play.state.asked)
    assert asked == [
        *["goal", "place", "room_size", "counter_run", "style", "scope", "cabinet_tier", "counter_material"],
        *["floor_material", "appliance_tier", "estimate_decision", "route_decision", None],
    ]
    assert (play.codes, play.seen.progress.done) == (["chosen", "completed"], 7)
