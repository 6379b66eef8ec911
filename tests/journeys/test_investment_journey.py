"""The let property: what its template promises beyond what its script plays. Its skills are fakes here; their figures have other tests."""

from datetime import date, timedelta

import pytest

from journeys.facts import Chose, Gave, Heard, Skipped
from journeys.inputs import Choice, Day, Money, Place, Value
from journeys.refusals import Spent
from journeys.template import Template
from journeys.view import question
from providers.library import library
from providers.offline.writer import OfflineWriter
from tests.factories import Play, a_state, said


def the_template() -> Template:
    template = library().newest("investment_roi")
    assert template is not None
    return template


def playing(until: str, **overrides: object) -> Play:
    """Until that step is open or waits for somebody."""
    template = the_template()
    play = Play(template, a_state(template, persona="investor"), **overrides)  # type: ignore[arg-type]
    play.go_on(lambda p: p.state.steps[until].status in ("open", "waiting") and not p.runs)
    return play


def written(play: Play) -> str:
    return OfflineWriter().write(play.template, play.state, play.said, {}, []).text


def usd(dollars: int) -> Money:
    return Money(low_cents=dollars * 100, high_cents=dollars * 100)


def choose(play: Play, step: str, option: str) -> None:
    play.tell(Chose(step=step, option=option))


def under_lease(days: int = 60) -> tuple[Play, date]:
    """The plan is financed, and the first lease ends in so many days."""
    play = playing("phasing")
    play.go_on(lambda p: p.state.steps["phasing"].chosen is not None)
    ends = (play.now + timedelta(days=days)).date()
    play.tell(Gave(inputs={"lease_end": Day(on=ends)}))
    return play, ends


UNIT: dict[str, Value] = {"actual_cost": usd(17_200), "achieved_rent": usd(1_290)}


def after_the_first_unit() -> Play:
    play, _ = under_lease(1)
    play.pass_time(timedelta(days=2))
    play.tell(Heard(fact="work_reported", inputs=UNIT, source="the contractor"))
    return play


def test_only_an_investor_is_offered_it() -> None:
    assert the_template().personas == ["investor"]


def test_a_unit_waits_for_the_end_of_its_lease_while_the_rest_goes_on() -> None:
    play, ends = under_lease(60)
    assert (play.statuses["unit_lease"], play.state.steps["unit_lease"].awaits) == ("waiting", "rest")
    assert play.state.focus == "portfolio"
    assert play.statuses["lessons"] == "pending"
    play.pass_time(timedelta(days=58))
    assert play.statuses["unit_lease"] == "waiting"
    told = play.pass_time(timedelta(days=3))
    assert play.now.date() > ends
    assert ("rested", "unit_lease") in [(line.code, line.about) for line in told]
    assert (play.statuses["unit_lease"], play.statuses["lessons"]) == ("done", "waiting")


def test_a_tenant_who_leaves_early_ends_the_wait_at_once() -> None:
    play, _ = under_lease(200)
    play.tell(Heard(fact="lease_ended", inputs={"lease_end": Day(on=play.now.date())}, source="the tenant"))
    assert play.statuses["unit_lease"] == "done"
    assert "A tenant moved out, says the tenant." in written(play)


def test_while_nobody_knows_when_the_lease_ends_the_tenant_is_waited_for_and_asked_after() -> None:
    play = playing("unit_lease")
    assert play.state.steps["unit_lease"].awaits == "outside"
    told = play.pass_time(timedelta(days=61))
    assert [line.code for line in told if line.about == "unit_lease"] == ["remind", "remind", "overdue"]


def test_the_next_unit_waits_for_its_own_lease_and_is_held_against_the_plan_again() -> None:
    play = after_the_first_unit()
    assert play.state.asked == "lessons_decision"
    choose(play, "lessons", "next_unit")
    assert (play.state.focus, play.state.asked, play.statuses["lessons"]) == ("unit_lease", "lease_end", "stale")
    play.tell(Gave(inputs={"lease_end": Day(on=(play.now + timedelta(days=30)).date())}))
    assert play.state.steps["unit_lease"].awaits == "rest"
    play.pass_time(timedelta(days=31))
    play.tell(Heard(fact="work_reported", inputs={**UNIT, "actual_cost": usd(15_800)}))
    assert play.state.asked == "lessons_decision"
    assert play.versions_made()["lessons", "unit_result"] == 2
    choose(play, "lessons", "all_done")
    assert play.statuses["lessons"] == "done"


def test_a_refused_loan_leads_to_a_smaller_package_three_times_and_then_to_other_ways() -> None:
    play = playing("phasing")
    play.go_on(lambda p: p.state.asked == "phasing_decision")
    for package in ("premium", "moderate", "budget"):
        play.tell(said("decline"))
        assert (play.state.focus, play.state.asked) == ("choose_package", "package")
        play.tell(Gave(inputs={"package": Choice(option=package)}))
        assert play.state.asked == "phasing_decision"
    with pytest.raises(Spent, match="Three times no money: work paid from the rent"):
        choose(play, "phasing", "denied")
    play.tell(said("decline"))
    assert "Three times no money" in written(play)


def test_deferred_maintenance_that_is_found_opens_the_improvements_again_five_times_at_most() -> None:
    play = after_the_first_unit()
    for _ in range(5):
        choose(play, "lessons", "maintenance_found")
        assert (play.state.focus, play.state.asked) == ("options", "deferred_maintenance")
        assert {step for step, status in play.statuses.items() if status == "stale"} >= {"packages", "choose_package", "phasing", "lessons"}
        assert "keep its cost apart" in question(play.template, play.state)
        play.tell(Gave(inputs={"deferred_maintenance": Choice(option="big"), "repair_cost": usd(6_000)}))
        assert play.state.asked == "lessons_decision"
    with pytest.raises(Spent, match="independent inspector"):
        choose(play, "lessons", "maintenance_found")


def test_a_market_that_fell_is_asked_for_again_and_everything_behind_it_is_made_anew() -> None:
    play = after_the_first_unit()
    before = play.versions_made()
    choose(play, "lessons", "market_fell")
    assert (play.state.focus, play.state.asked) == ("market", "market_rent")
    play.tell(Gave(inputs={"market_rent": usd(1_100)}))
    again = {step for (step, skill), version in play.versions_made().items() if version > before.get((step, skill), version)}
    assert {"market", "urgency", "options", "packages", "phasing"} <= again
    assert "baseline" not in again
    assert play.state.asked == "phasing_decision"  # other figures, another decision


def test_a_market_rent_is_marked_as_the_persons_own_figure() -> None:
    play = playing("market")
    assert question(play.template, play.state).startswith("I can't look up rents yet, so I take your own figure")


def test_outside_the_us_tax_is_passed_over_with_a_sentence() -> None:
    play = playing("tax_education", refuses=lambda run: "US only." if run.skill == "tax_education" else None)
    play.tell(Gave(inputs={"place": Place(country="CA", subdivision="ON"), "building_value": usd(228_000)}))
    play.give("tax_rate")
    assert play.statuses["tax_education"] == "done"
    assert "ask a tax adviser there" in written(play)


@pytest.mark.parametrize("step", ["loan", "photos", "refinance", "tax_education"])
def test_what_an_investor_may_not_know_can_be_skipped(step: str) -> None:
    play = playing(step)
    play.tell(Skipped(step=step))
    assert play.statuses[step] == "skipped"


def test_each_month_is_written_down_and_asked_about_anew_until_it_is_enough() -> None:
    play = playing("monitor")
    for n, paid in enumerate((2_700, 2_210, 2_300), 1):
        play.tell(Heard(fact="work_reported", inputs={"month_rent": usd(2_580), "month_costs": usd(paid)}))
        assert (play.state.asked, play.versions_made()["monitor", "month_result"]) == ("monitor_decision", n)
        choose(play, "monitor", "another_month")
        assert play.state.focus == "monitor"
    play.tell(Gave(inputs={}))
    choose(play, "monitor", "enough")
    assert play.state.status == "completed"


@pytest.mark.parametrize(("option", "step"), [("rent", "market"), ("improvements", "options"), ("loan", "refinance")])
def test_a_month_that_lost_money_leads_back_to_what_can_be_changed(option: str, step: str) -> None:
    play = playing("monitor")
    play.tell(Gave(inputs={"month_rent": usd(2_580), "month_costs": usd(2_700)}))
    choose(play, "monitor", option)
    assert (play.state.focus, play.statuses["monitor"]) == (step, "stale")


def test_another_property_is_looked_at_in_a_journey_of_its_own() -> None:
    play, _ = under_lease()
    choose(play, "portfolio", "another")
    (start,) = play.decisions[0].starts
    assert (start.template, set(start.inputs)) == ("investment_roi", {"maintenance_share", "vacancy_share"})
    assert play.state.asked == "portfolio_decision"


def test_silence_alone_never_ends_it() -> None:
    play = playing("phasing")
    play.go_on(lambda p: p.state.asked == "phasing_decision")
    play.pass_time(timedelta(days=400))
    assert (play.state.status, play.state.asked) == ("dormant", "phasing_decision")
