"""A bathroom by hand and one by trades: where they stop, what they leave out, how often they go back, and what has to dry first."""

from datetime import date, timedelta

import pytest

from journeys.facts import Began, Chose, Gave, Heard
from journeys.inputs import Choice, Choices, Day, Money, RoomSize, Text, Value
from journeys.refusals import Spent, StepNotOpen
from journeys.renovation.building import bath_costs, maintenance, weekend
from journeys.renovation.pricing.paint import CeilingPaint, WallChange
from journeys.renovation.pricing.work import OPTIONS
from journeys.template import Template
from providers.library import library
from providers.skills import registry
from tests.factories import NOW, Play, a_state

REFRESH, RENOVATION = "diy_bathroom_refresh", "bathroom_renovation"
PAINTING = ("paint", "prep", "first_coat", "second_coat")
INSPECTED = ("permits", "rough_in", "rough_inspection", "waterproofing", "final")


def template(name: str) -> Template:
    return library().templates[name]


def playing(name: str, persona: str, **chosen: str) -> Play:
    """With these choices given at the start, as somebody who says it all at once."""
    play = Play(template(name), state=a_state(template(name), persona=persona), versions=registry().versions())
    play.tell(Began())
    inputs: dict[str, Value] = {need: Choice(option=option) for need, option in chosen.items()}
    if inputs:
        play.tell(Gave(inputs=inputs))
    return play


def a_refresh(*, tenure: str = "own", condition: str = "all_sound", **chosen: str) -> Play:
    return playing(REFRESH, "diy_worker", tenure=tenure, condition=condition, **chosen)


def a_renovation(*, scope: str = "full", condition: str = "all_sound", persona: str = "homeowner") -> Play:
    return playing(RENOVATION, persona, scope=scope, condition=condition)


def until(play: Play, asked: str) -> None:
    play.go_on(lambda p: p.state.asked == asked)
    assert play.state.asked == asked, f"{play.state.status} at {play.state.focus}"


def choose(play: Play, step: str, option: str) -> None:
    play.tell(Chose(step=step, option=option))


def options(name: str, need: str) -> set[str]:
    found = template(name).need(need)
    assert found is not None
    return {option.id for option in found.options}


def offered(play: Play) -> set[str]:
    return {action.params["option"] for action in play.seen.actions if action.action == "decide"}


def of(kind: object) -> set[str]:
    return set(getattr(kind, "__args__", ()))


# --- what both ask for is what their skills know -------------------------------------------------------------------------
def test_options_are_those_that_the_skills_have_rules_for() -> None:
    assert options(REFRESH, "tasks") == {*weekend.TASKS, *weekend.TOO_MUCH}
    assert options(REFRESH, "wall_change") == of(WallChange)
    assert options(REFRESH, "ceiling_paint") == of(CeilingPaint)
    assert options(REFRESH, "price_tier") == options(RENOVATION, "price_tier") == set(weekend.TIERS)
    assert options(RENOVATION, "scope") == set(bath_costs.SCOPES) == set(OPTIONS["scope"])
    assert options(RENOVATION, "floor_material") == set(OPTIONS["floor_material"])
    assert options(REFRESH, "materials") | options(RENOVATION, "materials") <= set(maintenance.MATERIALS)


@pytest.mark.parametrize(
    ("name", "persona"), [(REFRESH, "diy_worker"), (REFRESH, "homeowner"), (RENOVATION, "homeowner"), (RENOVATION, "contractor")]
)
def test_each_comes_to_its_end_by_what_is_offered(name: str, persona: str) -> None:
    play = playing(name, persona)
    play.go_on()
    assert play.state.status == "completed"


# --- the refresh ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("consent", ["written", "spoken"])
def test_a_renter_whose_landlord_agrees_goes_on_as_an_owner_does(consent: str) -> None:
    play = a_refresh(tenure="rent", consent=consent)
    until(play, "scope_decision")
    assert play.statuses["no_consent"] == "skipped"


@pytest.mark.parametrize("consent", ["not_asked", "refused"])
def test_without_the_landlords_yes_nothing_is_painted(consent: str) -> None:
    play = a_refresh(tenure="rent", consent=consent)
    until(play, "no_consent_decision")
    assert offered(play) == {"ask_landlord", "reversible"}
    for _ in range(5):
        choose(play, "no_consent", "ask_landlord")
        assert play.state.asked == "consent"
        play.tell(Gave(inputs={"consent": Choice(option="refused")}))
    with pytest.raises(Spent):
        choose(play, "no_consent", "ask_landlord")
    choose(play, "no_consent", "reversible")
    play.go_on()
    assert {play.statuses[step] for step in PAINTING} == {"skipped"}
    assert ("paint", "paint_plan") not in play.versions_made()
    assert play.state.status == "completed"


def test_a_landlord_who_agrees_after_all_opens_the_way_to_paint() -> None:
    play = a_refresh(tenure="rent", consent="not_asked")
    until(play, "no_consent_decision")
    choose(play, "no_consent", "ask_landlord")
    play.tell(Gave(inputs={"consent": Choice(option="written")}))
    until(play, "colours")


@pytest.mark.parametrize("condition", ["mould", "soft_wall", "leak", "cracked_tile"])
def test_what_is_wet_soft_or_broken_stops_it_and_only_a_professional_or_less_work_goes_on(condition: str) -> None:
    play = a_refresh(condition=condition)
    until(play, "trouble_decision")
    assert offered(play) == {"pro", "shrink"}
    choose(play, "trouble", "pro")
    assert play.seen.waiting_for.who == "whoever mends it"
    assert "overdue" in [line.code for line in play.pass_time(timedelta(days=21))]
    with pytest.raises(StepNotOpen):
        choose(play, "scope", "accept")
    play.tell(Heard(fact="work_reported", inputs={"pro_report": Text(text="A leaking valve.")}, source="the plumber"))
    choose(play, "pro", "again")
    assert play.state.asked == "pro_report"
    play.tell(Heard(fact="work_reported", inputs={"pro_report": Text(text="It is dry.")}, source="the plumber"))
    choose(play, "pro", "mended")
    until(play, "scope_decision")


def test_who_leaves_bad_walls_alone_paints_none_of_them() -> None:
    play = a_refresh(condition="soft_wall")
    until(play, "trouble_decision")
    choose(play, "trouble", "shrink")
    play.go_on()
    assert {play.statuses[step] for step in (*PAINTING, "pro")} == {"skipped"}
    assert play.statuses["install"] == "done"


def test_a_wet_spot_found_while_taping_leads_back_to_the_look_and_stops_before_any_coat() -> None:
    play = a_refresh()
    until(play, "prep_decision")
    choose(play, "prep", "found")
    assert play.state.focus == "look"
    play.tell(Gave(inputs={"condition": Choice(option="leak")}))
    assert (play.state.asked, play.statuses["prep"], play.statuses["first_coat"]) == ("trouble_decision", "stale", "pending")


def test_paint_and_the_shopping_list_meet_the_budget_in_at_most_five_rounds() -> None:
    play = a_refresh()
    until(play, "fixtures_decision")
    for turn in range(5):
        choose(play, "fixtures", "other_paint")
        assert play.state.focus == "paint"
        play.tell(Gave(inputs={"colours": Text(text=f"shade {turn}")}))
        assert play.state.asked == "fixtures_decision"
    with pytest.raises(Spent, match="fewer things"):
        choose(play, "fixtures", "other_paint")
    choose(play, "fixtures", "other_prices")
    play.tell(Gave(inputs={"price_tier": Choice(option="low")}))
    assert play.versions_made()["fixtures", "diy_budget"] == 2
    choose(play, "fixtures", "accept")


def test_a_coat_dries_four_hours_and_a_night_and_nobody_can_hurry_it() -> None:
    play = a_refresh()
    until(play, "first_coat_decision")
    choose(play, "first_coat", "done")
    assert play.seen.waiting_for.kind == "rest"
    with pytest.raises(StepNotOpen):
        choose(play, "second_coat", "done")
    play.pass_time(timedelta(hours=4))
    choose(play, "second_coat", "done")
    play.pass_time(timedelta(hours=11))
    with pytest.raises(StepNotOpen):
        choose(play, "install", "done")
    play.pass_time(timedelta(hours=1))
    assert play.state.asked == "install_decision"


def test_something_going_wrong_is_written_down_and_the_step_stays_open() -> None:
    play = a_refresh()
    until(play, "first_coat_decision")
    choose(play, "first_coat", "problem")
    assert play.state.asked == "problem"
    play.give("problem")
    assert (play.state.asked, play.statuses["first_coat"]) == ("first_coat_decision", "waiting")


def test_dangerous_wires_are_for_a_professional_and_cost_no_coat_its_rest() -> None:
    play = a_refresh()
    until(play, "install_decision")
    choose(play, "install", "hazard")
    assert (play.state.asked, offered(play)) == ("hazard_decision", {"mended", "closed"})
    assert (play.statuses["first_coat"], play.statuses["second_coat"]) == ("done", "done")
    choose(play, "hazard", "mended")
    assert play.state.focus == "wrap"


def test_the_paint_cures_a_month_from_the_day_it_was_finished_and_then_the_next_project_is_offered() -> None:
    play = a_refresh()
    until(play, "finished_on")
    size = RoomSize(length_ft=5, width_ft=8)
    play.tell(Gave(inputs={"finished_on": Day(on=NOW.date()), "materials": Choices(options=("grout",)), "room_size": size}))
    until(play, "cured_decision")
    assert play.now.date() >= NOW.date() + timedelta(days=30)
    choose(play, "cured", "next")
    (started,) = play.decisions[-1].starts
    assert (started.template, started.inputs["room_size"]) == (RENOVATION, size)
    assert template(RENOVATION).need("room_size") is not None
    with pytest.raises(Spent):
        choose(play, "cured", "next")


# --- the renovation ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("condition", ["mould", "soft_spot", "leak"])
def test_nothing_is_designed_over_water(condition: str) -> None:
    play = a_renovation(condition=condition)
    until(play, "water_decision")
    assert offered(play) == {"pro", "shrink"}
    assert play.statuses["design"] == "pending"
    choose(play, "water", "pro")
    assert play.seen.waiting_for.who == "whoever looks at it"
    play.tell(Heard(fact="work_reported", inputs={"water_cause": Text(text="The valve.")}, source="the plumber"))
    choose(play, "water_report", "other")
    choose(play, "water", "shrink")
    assert (play.statuses["water_report"], play.state.focus) == ("skipped", "design")


def test_a_homeowner_waits_for_quotes_and_a_contractor_for_the_client() -> None:
    owner, contractor = a_renovation(), a_renovation(persona="contractor")
    until(owner, "quote_1")
    assert owner.seen.waiting_for.who == "the contractors"
    until(contractor, "client_answer")
    assert contractor.seen.waiting_for.who == "the client"
    for play in (owner, contractor):
        play.go_on()
        assert play.state.status == "completed"
    assert (owner.statuses["client"], contractor.statuses["quotes"]) == ("skipped", "skipped")


def test_a_refresh_of_the_surface_asks_for_no_permit_and_no_inspector() -> None:
    play = a_renovation(scope="refresh")
    play.go_on()
    assert {play.statuses[step] for step in (*INSPECTED, "schedule")} == {"skipped"}
    assert play.state.status == "completed"


def test_price_and_design_go_round_five_times_and_the_budget_can_change_then_too() -> None:
    play = a_renovation()
    until(play, "budget_check_decision")
    for turn in range(5):
        choose(play, "budget_check", "change_design")
        play.tell(Gave(inputs={"price_tier": Choice(option=("low", "mid")[turn % 2])}))
        until(play, "budget_check_decision")
    with pytest.raises(Spent):
        choose(play, "budget_check", "change_design")
    choose(play, "budget_check", "change_budget")
    play.tell(Gave(inputs={"budget": Money(low_cents=60_000_00, high_cents=60_000_00)}))
    choose(play, "budget_check", "accept")


def test_a_refused_permit_is_handed_in_again_three_times_and_demolition_waits() -> None:
    play = a_renovation()
    until(play, "permit_answer")
    assert play.seen.waiting_for.who == "the building department"
    for _ in range(3):
        play.tell(Heard(fact="permit_decided", inputs={"permit_answer": Text(text="Refused.")}, source="the office"))
        choose(play, "permits", "resubmit")
        assert (play.state.asked, play.statuses["demolition"]) == ("permit_answer", "pending")
    play.tell(Heard(fact="permit_decided", inputs={"permit_answer": Text(text="Granted.")}, source="the office"))
    with pytest.raises(Spent):
        choose(play, "permits", "resubmit")
    choose(play, "permits", "granted")
    play.tell(Heard(fact="delivery_arrived", inputs={"delivered": Text(text="All of it.")}, source="the shop"))
    assert play.state.focus == "demolition"


def test_a_find_in_the_wall_is_priced_anew_and_what_did_not_change_stands() -> None:
    play = a_renovation()
    until(play, "demolition_decision")
    permits = play.state.steps["permits"].chosen
    choose(play, "demolition", "hidden_issue")
    assert (play.state.asked, play.statuses["demolition"]) == ("budget_check_decision", "stale")
    choose(play, "budget_check", "accept")
    assert (play.state.asked, play.state.steps["permits"].chosen) == ("demolition_decision", permits)


@pytest.mark.parametrize(("inspection", "back_at"), [("rough_inspection", "rough_in"), ("final", "fixtures")])
def test_what_an_inspector_does_not_pass_is_done_again_three_times_at_most_and_nothing_goes_on_before(
    inspection: str, back_at: str
) -> None:
    play = a_renovation()
    until(play, f"{inspection}_decision")
    behind = {"rough_inspection": "waterproofing", "final": "upkeep"}[inspection]
    for _ in range(3):
        choose(play, inspection, "failed")
        assert (play.state.focus, play.statuses[behind]) == (back_at, "pending")
        until(play, f"{inspection}_decision")
    with pytest.raises(Spent):
        choose(play, inspection, "failed")
    choose(play, inspection, "passed")
    assert play.statuses[behind] != "pending"


def test_care_is_counted_from_the_day_it_was_finished() -> None:
    play = a_renovation()
    until(play, "finished_on")
    play.tell(Gave(inputs={"finished_on": Day(on=date(2027, 4, 9)), "materials": Choices(options=("grout",))}))
    assert play.state.status == "completed"
    assert play.versions_made()["upkeep", "maintenance_plan"] == 1
