"""The whole-home assessment: what can't wait goes first, its lists are the skills' own, its projects are journeys, its months stay open."""

from datetime import date, timedelta

import pytest

from journeys.facts import Chose, Gave, Heard
from journeys.inputs import Choice, Day, Text
from journeys.refusals import Spent, UnknownRole
from journeys.renovation.building.energy import UPGRADES
from journeys.renovation.building.maintenance import MATERIALS, SYSTEMS
from journeys.renovation.building.priorities import CATALOGUE
from journeys.template import Template
from journeys.view import question
from providers.library import library
from providers.offline.extract import extract
from providers.skills import registry
from tests.factories import Play, said


@pytest.fixture(scope="module")
def home() -> Template:
    return library().templates["whole_home_assessment"]


def at(home: Template, asked: str) -> Play:
    play = Play(home, versions=registry().versions())
    play.go_on(lambda p: p.state.asked == asked)
    assert play.state.asked == asked
    return play


def option_ids(home: Template, name: str) -> set[str]:
    need = home.need(name)
    assert need is not None
    return {option.id for option in need.options}


# --- what can't wait -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", ["room_list", "prioritise_decision", "focus_decision", "upgrades", "execute_decision"])
@pytest.mark.parametrize("danger", ["gas_smell", "water_running", "sparks_or_shocks", "giving_way"])
def test_a_danger_said_at_any_step_is_spoken_of_at_once_and_the_journey_goes_on_where_it_was(
    home: Template, asked: str, danger: str
) -> None:
    play = at(home, asked)
    done = {step_id for step_id, status in play.statuses.items() if status == "done"}
    play.tell(said("give_details", emergency=Choice(option=danger)))
    assert play.state.focus == "emergency"
    assert "This goes before everything else" in question(home, play.state)
    assert play.seen.waiting_for.next_at == play.now + timedelta(days=1), "it is asked again the next day"
    play.tell(Chose(step="emergency", option="safe"))
    assert play.state.asked == "emergency", "whether anything else is dangerous"
    play.tell(said("give_details", emergency=Choice(option="none")))
    assert play.state.asked == asked
    assert {step_id for step_id, status in play.statuses.items() if status == "done"} == done
    play.tell(said("give_details", emergency=Choice(option=danger)))
    assert play.state.focus == "emergency", "a second one is no less urgent"


def test_without_a_danger_nobody_hears_of_emergencies(home: Template) -> None:
    play = at(home, "room_list")
    assert play.statuses["emergency"] == "skipped"


@pytest.mark.parametrize(
    "message",
    [
        "powder room 6 x 5, kitchen 14 x 12",
        "There is water near the tub and two outlet covers are missing.",
        "We have a gas range and gas heating.",
        "The water heater is 12 years old, and the power bill is high.",
        "The structure is sound.",
        "The basement was flooded in 2019, and there is running water in the garage.",
        "The porch floor is sagging a little.",
    ],
)
def test_what_is_in_many_homes_is_no_emergency(home: Template, message: str) -> None:
    needs = [need for _, need in home.needs()]
    assert "emergency" not in {found.need for found in extract(message, needs, None)}


@pytest.mark.parametrize(
    ("message", "danger"),
    [
        ("I smell gas in the basement!", "gas_smell"),
        ("There is a gas leak in the kitchen.", "gas_smell"),
        ("Help, there's a smell of gas.", "gas_smell"),
        ("A pipe burst upstairs.", "water_running"),
        ("We have a burst pipe and the basement is flooding!", "water_running"),
        ("Water is coming through the dining room ceiling.", "water_running"),
        ("An outlet is sparking.", "sparks_or_shocks"),
        ("The bedroom ceiling is sagging badly.", "giving_way"),
    ],
)
def test_a_danger_is_read_before_anybody_asked(home: Template, message: str, danger: str) -> None:
    needs = [need for _, need in home.needs()]
    found = {found.need: found.value for found in extract(message, needs, "goals")}
    assert found["emergency"] == Choice(option=danger)


# --- the lists are those of the skills -----------------------------------------------------------------------------------
def test_what_is_asked_for_a_skill_is_what_it_reads(home: Template) -> None:
    used = {run.skill: set(run.uses) for step in home.steps for run in step.run}
    assert used["area_check"] == {"room_list", "floor_area", "bath_count"}
    assert used["priorities"] == {"projects", "budget", "horizon_months", "year_built", "reserve"}
    assert used["maintenance_plan"] == {"materials", "finished_on", *(f"{system}_age" for system in SYSTEMS)}
    assert used["energy_plan"] == {"upgrades"}


def test_whatever_can_be_chosen_has_its_figures(home: Template) -> None:
    assert option_ids(home, "projects") == set(CATALOGUE)
    assert option_ids(home, "upgrades") == set(UPGRADES)
    assert option_ids(home, "materials") == set(MATERIALS)
    assert {name.removesuffix("_age") for step in home.steps for need in step.optional if (name := need.name).endswith("_age")} == set(
        SYSTEMS
    )


# --- projects and people -------------------------------------------------------------------------------------------------
def test_projects_are_begun_side_by_side_with_what_is_known_of_the_home(home: Template) -> None:
    play = at(home, "focus_decision")
    for nth, (option, template) in enumerate([("kitchen", "kitchen_renovation"), ("bathroom", "bathroom_renovation")], 1):
        play.tell(Chose(step="focus", option=option))
        (start,) = play.decisions[-1].starts
        assert (start.template, set(start.inputs)) == (template, {"place", "year_built", "budget"})
        assert len(play.state.children) == nth
        assert play.state.asked == "focus_decision"
    for _ in range(2):
        play.tell(Chose(step="focus", option="kitchen"))
    with pytest.raises(Spent, match="Go on in one of those"):
        play.tell(Chose(step="focus", option="kitchen"))
    play.tell(said("decline"))
    assert play.statuses["focus"] == "done"


@pytest.mark.parametrize("role", [None, "spouse"])
def test_either_of_the_two_may_agree_to_the_plan(home: Template, role: str | None) -> None:
    play = at(home, "report_decision")
    with pytest.raises(UnknownRole):
        play.tell(Chose(step="report", option="accept", role="neighbour"))
    play.tell(said("accept", role=role))
    assert play.state.focus == "execute"


# --- months of work ------------------------------------------------------------------------------------------------------
def test_a_plan_that_nobody_begins_is_reminded_of_and_stays_open(home: Template) -> None:
    play = at(home, "project_begun")
    told = [line.code for line in play.pass_time(timedelta(days=125))]
    assert told.count("remind") == 3
    assert "overdue" in told
    assert play.seen.waiting_for.kind == "outside"
    begun = {"project_begun": Text(text="Repair of the leak"), "begun_on": Day(on=date(2026, 8, 3))}
    play.tell(Heard(fact="work_reported", inputs=begun, source="Dana"))
    assert play.state.asked == "execute_decision"


def test_a_yes_to_how_the_work_stands_finishes_nothing(home: Template) -> None:
    play = at(home, "execute_decision")
    play.tell(said("accept"))
    assert (play.state.status, play.codes) == ("active", ["clarify"])


def test_what_comes_to_light_leads_back_to_the_order_and_what_was_done_stays_done(home: Template) -> None:
    play = at(home, "execute_decision")
    made = play.versions_made()
    for _ in range(5):
        play.tell(Chose(step="execute", option="hidden_issue"))
        assert play.state.focus == "prioritise"
        play.tell(Gave(inputs={}))
        play.tell(Chose(step="prioritise", option="accept"))
        assert play.state.asked == "execute_decision", "report, upkeep and energy stand as they were"
    assert play.versions_made() == made
    with pytest.raises(Spent, match="independent inspector"):
        play.tell(Chose(step="execute", option="hidden_issue"))
    play.tell(Chose(step="execute", option="finished"))
    assert play.state.status == "completed"


@pytest.mark.parametrize("persona", ["homeowner", "investor"])
def test_the_assessment_is_played_to_its_end(home: Template, persona: str) -> None:
    play = Play(home, versions=registry().versions())
    play.state.persona = persona
    play.go_on()
    assert play.state.status == "completed"
