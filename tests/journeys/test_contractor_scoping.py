"""A contractor's bid: what the client decides, what stops the work, what leads back, and that its options are those its skills know."""

from datetime import date, timedelta

import pytest

from journeys.facts import Chose, Gave, Heard, WentBack
from journeys.inputs import Choice, Choices, Day, Text, Value
from journeys.refusals import NotYours, Spent
from journeys.renovation.bidding.changes import CHANGES
from journeys.renovation.bidding.contractor import _OPTIONS as SAVINGS
from journeys.renovation.bidding.payments import PLANS
from journeys.renovation.building.projects import EXTRAS, PROJECTS
from journeys.renovation.pricing.work import OPTIONS
from journeys.template import Step, Template
from providers.library import library
from tests.factories import Play

CLIENT = "client"


def bid() -> Template:
    template = library().newest("contractor_scoping")
    assert template is not None
    return template


def the(step_id: str) -> Step:
    step = bid().step(step_id)
    assert step is not None
    return step


def a_bid(structure: str = "sound") -> Play:
    play = Play(bid())
    play.tell(Gave(inputs={"structure": Choice(option=structure)}))
    return play


def up_to(play: Play, step: str) -> Play:
    """On the way that the first options lead, until this step waits to be decided or brought something."""
    play.go_on(lambda p: p.state.focus == step and p.state.steps[step].status == "waiting")
    return play


def decide(play: Play, step: str, option: str, role: str | None = None) -> Play:
    up_to(play, step).tell(Chose(step=step, option=option, role=role))
    return play


def hear(play: Play, fact: str, **inputs: Value) -> None:
    play.tell(Heard(fact=fact, inputs=inputs))


def options_of(name: str) -> list[str]:
    need = bid().need(name)
    assert need is not None
    return [option.id for option in need.options]


def with_changes_priced() -> Play:
    play = decide(a_bid(), "proposal", "changes", CLIENT)
    hear(play, "client_answered", changes=Choices(options=("wet_bar", "full_bath")))
    return play


def test_every_option_is_one_that_its_skill_knows() -> None:
    assert options_of("accepted_options") == [option[0] for option in SAVINGS]
    assert options_of("changes") == list(CHANGES)
    assert options_of("accepted_changes") == [*CHANGES, "other_change"]
    assert options_of("payment_plan") == list(PLANS)
    assert options_of("extras") == list(EXTRAS)
    assert set(options_of("floor_material")) == set(OPTIONS["floor_material"])
    kind = bid().given["project_kind"]
    assert isinstance(kind, Choice) and kind.option in PROJECTS


def test_what_binds_the_client_only_the_client_decides() -> None:
    theirs = [step.id for step in bid().steps if step.decision and step.decision.by]
    assert theirs == ["proposal", "client_loop", "contract", "rough_payment", "close_out"]
    play = with_changes_priced()
    for step in theirs[1:]:
        first = the(step).decision
        assert first is not None
        up_to(play, step)
        with pytest.raises(NotYours, match="for the client to decide"):
            play.tell(Chose(step=step, option=first.options[0].id))
        play.tell(Chose(step=step, option=first.options[0].id, role=CLIENT))
    assert play.state.status == "completed"


def test_a_structure_that_moves_stops_the_bid_until_the_engineer_has_reported() -> None:
    play = up_to(a_bid("suspect"), "engineer")
    assert play.seen.waiting_for.who == "the engineer"
    assert play.statuses["take_off"] == "pending"
    assert "overdue" in [line.code for line in play.pass_time(timedelta(days=28))]
    assert play.statuses["take_off"] == "pending"
    hear(play, "work_reported", engineer_report=Text(text="Two carbon-fibre straps, then sound."))
    assert (play.statuses["engineer"], play.state.focus) == ("done", "take_off")


def test_savings_are_held_against_the_maximum_again_each_time_they_change() -> None:
    play = up_to(a_bid(), "value_engineer")
    made = play.versions_made()["value_engineer", "value_options"]
    play.give("accepted_options", n=1)
    assert play.versions_made()["value_engineer", "value_options"] == made + 1
    assert play.versions_made()["estimate", "contractor_estimate"] == 1
    assert play.state.asked == "value_engineer_decision"
    play.give("budget", n=9)  # the client raises the maximum
    assert play.versions_made()["value_engineer", "value_options"] == made + 2


def test_a_proposal_found_too_expensive_is_worked_over_five_times_and_no_more() -> None:
    play = a_bid()
    for _ in range(5):
        decide(play, "proposal", "too_expensive", CLIENT)
        decide(play, "value_engineer", "fits")
    with pytest.raises(Spent, match="worked over five times"):
        play.tell(Chose(step="proposal", option="too_expensive", role=CLIENT))


def test_a_second_phase_is_a_bid_of_its_own_for_the_same_home() -> None:
    play = decide(a_bid(), "value_engineer", "phases")
    (start,) = play.decisions[0].starts
    assert start.template == "contractor_scoping"
    assert start.inputs == {"place": play.state.inputs["place"]}
    assert play.state.asked == "value_engineer_decision"


def test_thirty_days_without_an_answer_decide_nothing_and_a_new_day_of_sending_asks_anew() -> None:
    play = up_to(a_bid(), "proposal")
    codes = [line.code for line in play.pass_time(timedelta(days=31))]
    assert codes.count("escalated") == 1 and "default_chosen" not in codes
    assert play.state.steps["proposal"].chosen is None
    play.give("issued_on", n=40)
    assert play.versions_made()["proposal", "proposal"] == 2
    assert "escalated" in [line.code for line in play.pass_time(timedelta(days=31))]


def test_a_change_order_makes_a_new_proposal_and_leaves_the_first_one_standing() -> None:
    play = with_changes_priced()
    assert play.versions_made()["change_order", "change_order"] == 1
    play.tell(Gave(inputs={"accepted_changes": Choices(options=("wet_bar",))}))
    assert play.versions_made()["client_loop", "proposal"] == 1
    play.tell(Gave(inputs={"accepted_changes": Choices(options=())}))
    assert play.versions_made()["client_loop", "proposal"] == 2
    assert play.versions_made()["proposal", "proposal"] == 1
    play.tell(Chose(step="client_loop", option="sign", role=CLIENT))
    assert play.state.focus == "contract"


def test_a_proposal_accepted_at_once_needs_no_change_order() -> None:
    play = decide(a_bid(), "proposal", "accept", CLIENT)
    assert (play.statuses["change_order"], play.statuses["client_loop"], play.state.focus) == ("skipped", "skipped", "contract")


def test_a_declined_proposal_is_only_over_when_the_contractor_has_said_why() -> None:
    play = decide(a_bid(), "proposal", "decline", CLIENT)
    assert play.state.focus == "not_taken"
    play.tell(WentBack(step="proposal"))  # the client thinks again
    decide(play, "proposal", "accept", CLIENT)
    assert play.state.focus == "contract"
    play.tell(WentBack(step="proposal"))
    decide(play, "proposal", "decline", CLIENT)
    play.give("lost_because")
    assert play.state.status == "completed"
    assert play.statuses["permits"] == play.statuses["close_out"] == "skipped"


def test_a_refused_permit_is_handed_in_again_three_times_and_nothing_is_built_before_it_is_granted() -> None:
    play = up_to(a_bid(), "permits")
    assert play.state.steps["permits"].awaits == "outside"
    for attempt in range(3):
        hear(play, "permit_decided", office_answer=Text(text=f"Refused, {attempt}"))
        play.tell(Chose(step="permits", option="refused"))
        assert play.state.focus == "permit_application"
        play.give("applied_on", n=attempt + 1)
        assert play.statuses["build"] == "pending"
    with pytest.raises(Spent, match="plan reviewer"):
        play.tell(Chose(step="permits", option="refused"))
    play.tell(Chose(step="permits", option="granted"))
    assert play.seen.waiting_for.who == "the suppliers"


def test_a_failed_inspection_leads_back_to_the_rough_work_and_holds_the_payment() -> None:
    play = up_to(a_bid(), "inspections")
    hear(play, "inspection_done", inspection_report=Text(text="Electrical failed."))
    for _ in range(5):
        play.tell(Chose(step="inspections", option="failed"))
        assert (play.state.focus, play.state.asked) == ("build", "build_decision")
        assert play.statuses["rough_payment"] == "pending"
        play.tell(Chose(step="build", option="ready"))
    with pytest.raises(Spent, match="Failed five times"):
        play.tell(Chose(step="inspections", option="failed"))
    play.tell(Chose(step="inspections", option="passed"))
    assert play.state.focus == "rough_payment"


def test_late_material_is_said_and_stops_nothing_for_good() -> None:
    play = up_to(a_bid(), "delivery")
    assert "overdue" in [line.code for line in play.pass_time(timedelta(days=21))]
    hear(play, "delivery_arrived", delivered_on=Day(on=date(2027, 6, 4)))
    assert play.state.focus == "build"
