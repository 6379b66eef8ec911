import json
from datetime import date
from decimal import Decimal as D
from typing import get_args

import pytest

from journeys.inputs import Area, Choice, Choices, Count, Day, Kind, Length, Money, Percent, Place, RoomSize, Text, Weeks
from journeys.renovation.building_pages import PAGES
from journeys.renovation.building_skills import SKILLS
from journeys.renovation.errors import BadMeasure, CannotEstimate, MissingInput, UnknownChoice, WrongInputKind
from journeys.renovation.pages import as_text
from tests.journeys.renovation.kitchens import SEATTLE

MAKES = {manifest.id: make for manifest, make in SKILLS}
MANIFESTS = {manifest.id: manifest for manifest, _ in SKILLS}
BATH = RoomSize(length_ft=D(8), width_ft=D(5))


def ft(number):
    return Length(feet=D(str(number)))


def inch(number):
    """As a journey keeps what was said in inches: to a ten-thousandth of a foot."""
    return Length(feet=(D(str(number)) / 12).quantize(D("0.0001")))


def pick(option):
    return Choice(option=option)


def text(said):
    return Text(text=said)


def sqft(number):
    return Area(sqft=D(number))


def money(dollars, currency=None):
    return Money(low_cents=dollars * 100, high_cents=dollars * 100, currency=currency)


GIVEN = {
    "paint_plan": {"room_size": BATH, "doors": Count(count=0), "windows": Count(count=0), "place": SEATTLE},
    "tile_take_off": {"wall_run": ft(30), "tile_height": inch(18), "tile_width": inch(3), "tile_length": inch(6), "box_area": sqft(9)},
    "flooring_take_off": {"room_list": text("hall 4x20, office 10 x 11"), "floor_material": pick("vinyl")},
    "counter_cuts": {"counter_runs": text("10 ft, 8 ft and 4.5 ft")},
    "bathroom_take_off": {"room_size": BATH, "scope": pick("full"), "wet_area": pick("tub"), "floor_material": pick("tile")},
    "basement_take_off": {"floor_area": sqft(800), "partition_run": ft(120), "ceiling_height": ft(7.5), "doors": Count(count=5)},
    "area_check": {
        "room_list": text("living 20 x 40, bath 10 x 20, powder 5 x 10 ft"),
        "floor_area": sqft(1500),
        "bath_count": text("1.5"),
    },
    "code_flags": {
        "place": SEATTLE,
        "window_width": inch(20),
        "window_height": inch(41.04),
        "window_sill": inch(44),
        "beam_height": inch(75),
    },
    "work_schedule": {"project_kind": pick("kitchen"), "start_on": Day(on=date(2027, 3, 1)), "timeline": Weeks(low=D(10), high=D(10))},
    "fixture_fit": {
        "fixture_kind": pick("appliance"),
        **{name: inch(size) for name, size in (("product_width", 36), ("product_depth", 30), ("product_height", 70))},
        **{name: inch(size) for name, size in (("space_width", 33), ("space_depth", 80), ("space_height", 84))},
        "price": money(1200),
        "budget": money(1000),
        "style_match": Percent(percent=D(80)),
    },
    "estimate_confidence": {"room_size": BATH, "place": SEATTLE, "scope": pick("moderate")},
}


def made(skill, **changes):
    """A skill's result as a journey keeps it: through JSON. None takes an input away."""
    inputs = {"currency": text("USD"), **GIVEN[skill], **changes}
    return json.loads(json.dumps(MAKES[skill]({name: value for name, value in inputs.items() if value is not None}, {})))


def no_floats(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not isinstance(value, float) and all(map(no_floats, inner))


def test_every_skill_has_its_manifest_its_page_and_its_case_here():
    assert len(MANIFESTS) == len(SKILLS)
    assert set(MANIFESTS) == set(PAGES) == set(GIVEN)
    for manifest in MANIFESTS.values():
        assert set(manifest.inputs.values()) | set(manifest.optional.values()) <= set(get_args(Kind))
        assert not set(manifest.inputs) & set(manifest.optional)


@pytest.mark.parametrize("skill", list(GIVEN))
def test_results_are_json_with_a_sentence_a_source_and_a_page(skill):
    result = made(skill)
    assert no_floats(result) and result["citation"]
    assert 0 < len(result["headline"]) <= 300 and result["headline"][-1] in ".?"
    page = as_text(skill, result)
    assert page.startswith(result["headline"]) and f"Source: {result['citation']}" in page
    assert json.dumps(made(skill)) == json.dumps(result)


@pytest.mark.parametrize("skill", list(GIVEN))
def test_a_page_can_do_without_assumptions_told_already(skill):
    assert "Taken for granted" not in as_text(skill, {**made(skill), "assumptions": []})


@pytest.mark.parametrize("skill", list(GIVEN))
def test_what_is_given_is_what_the_manifest_names_in_its_kind(skill):
    manifest = MANIFESTS[skill]
    named = {**manifest.inputs, **manifest.optional}
    assert {name: value.kind for name, value in GIVEN[skill].items()}.items() <= named.items()


@pytest.mark.parametrize(("skill", "name"), [(skill, name) for skill in GIVEN for name in MANIFESTS[skill].inputs])
def test_an_input_a_manifest_needs_is_asked_for_by_name(skill, name):
    with pytest.raises(MissingInput, match=f"I still need {name.replace('_', ' ')}"):
        made(skill, **{name: None})


@pytest.mark.parametrize(("skill", "name"), [(skill, name) for skill in GIVEN for name in GIVEN[skill]])
def test_a_value_of_another_kind_is_refused_by_name(skill, name):
    with pytest.raises(WrongInputKind, match=name.replace("_", " ").capitalize()):
        made(skill, **{name: Weeks(low=D(1), high=D(1)) if name != "timeline" else text("soon")})


@pytest.mark.parametrize(
    ("skill", "changes", "name"),
    [
        ("tile_take_off", {"tile_height": None}, "tile height"),
        ("tile_take_off", {"wall_run": None}, "floor area"),
        ("flooring_take_off", {"room_list": None}, "floor area"),
        ("counter_cuts", {"counter_runs": None}, "counter run"),
        ("basement_take_off", {"partition_run": None}, "partition run"),
        ("basement_take_off", {"floor_area": None}, "floor area"),
        ("area_check", {"floor_area": None, "bath_count": None}, "floor area"),
        ("area_check", {"scope_area": sqft(800)}, "scope rooms"),
        ("code_flags", dict.fromkeys(("window_width", "window_height", "window_sill", "beam_height")), "ceiling height"),
        ("paint_plan", {"currency": None}, "currency"),
    ],
)
def test_where_one_of_several_will_do_the_first_is_asked_for(skill, changes, name):
    with pytest.raises(MissingInput, match=name):
        made(skill, **changes)


@pytest.mark.parametrize(
    ("skill", "changes", "error"),
    [
        ("paint_plan", {"wall_change": pick("gold_leaf")}, UnknownChoice),
        ("paint_plan", {"wall_change": Choices(options=("stains", "gold_leaf"))}, UnknownChoice),
        ("paint_plan", {"doors": Count(count=500)}, BadMeasure),
        ("bathroom_take_off", {"wet_area": pick("pool")}, UnknownChoice),
        ("bathroom_take_off", {"wet_run": ft(90)}, BadMeasure),
        ("basement_take_off", {"doors": Count(count=900)}, BadMeasure),
        ("area_check", {"bath_count": text("some")}, BadMeasure),
        ("area_check", {"bath_count": text("2 or 3")}, BadMeasure),
        ("area_check", {"bath_count": text("2-3")}, BadMeasure),
        ("area_check", {"room_list": text("everything")}, BadMeasure),
        ("work_schedule", {"project_kind": pick("rocket")}, UnknownChoice),
        ("fixture_fit", {"fixture_kind": pick("piano")}, UnknownChoice),
        ("tile_take_off", {"tiles_per_box": Count(count=48)}, BadMeasure),
    ],
)
def test_what_has_no_rule_or_cannot_be_is_refused_in_a_sentence(skill, changes, error):
    with pytest.raises(error) as refused:
        made(skill, **changes)
    assert isinstance(refused.value, CannotEstimate) and str(refused.value).endswith(".")


def test_a_bathroom_of_five_by_eight_takes_two_gallons():  # J2.3
    plan = made("paint_plan")
    assert plan["lines"][0]["packs"] == 2 and plan["lines"][0]["inputs"]["area_sqft"] == "248"
    page = as_text("paint_plan", plan)
    for words in ("1.42 gal", "1.56 gal", "2 x gallon can", "Walls 208 sq ft", "our own allowance"):
        assert words in page


def test_further_rooms_are_painted_with_the_first():
    alone, both = made("paint_plan"), made("paint_plan", other_rooms=text("hall 4 x 20, closet 1.2 x 1.5 m"), ceiling_height=ft(9))
    walls = 26 * 9 + 48 * 9 - 36 + D("2") * (D("3.9370") + D("4.9213")) * 9 - 36
    assert D(both["surfaces"]["wall_sqft"]) == walls and both["lines"][0]["packs"] > alone["lines"][0]["packs"]
    assert "one door and one window" in " ".join(both["assumptions"])
    with pytest.raises(BadMeasure, match="To paint hall"):
        made("paint_plan", other_rooms=text("hall 80 sq ft"))


def test_several_changes_of_the_walls_may_be_named_at_once():
    plan = made("paint_plan", wall_change=Choices(options=("stains", "patches")))
    assert len(plan["primer_for"]) == 2 and "Primer, because" in as_text("paint_plan", plan)
    assert made("paint_plan", wall_change=pick("stains"))["primer_for"] == plan["primer_for"][:1]


def test_a_said_ceiling_overrides_the_rooms():
    high = RoomSize(length_ft=D(8), width_ft=D(5), height_ft=D(9))
    assert made("paint_plan", room_size=high)["surfaces"]["wall_sqft"] == str(26 * 9)
    assert made("paint_plan", room_size=high, ceiling_height=ft(10))["surfaces"]["wall_sqft"] == str(26 * 10)


def test_a_canadian_list_has_no_prices():
    page = as_text("paint_plan", made("paint_plan", currency=text("CAD")))
    assert "$" not in page and "CAD" in page and "2 x gallon can" in page


def test_tile_is_taken_off_of_a_floor_too():
    assert "6 boxes" in made("tile_take_off")["headline"]
    floor = made("tile_take_off", wall_run=None, room_size=RoomSize(length_ft=D(9), width_ft=D(5)), tile_layout=pick("straight"))
    assert (floor["title"], floor["lines"][0]["gross"], floor["lines"][0]["packs"]) == ("Floor tile", "49.5", 6)


def test_a_floor_runs_through_the_listed_rooms():
    assert made("flooring_take_off")["headline"] == "190 sq ft of floor in 2 rooms need 11 boxes, with 10 % for cuts."
    assert made("flooring_take_off", room_list=None, floor_area=sqft(18))["headline"].startswith("18 sq ft of floor need 1 box,")


def test_a_cut_list_can_be_made_of_one_run():
    assert made("counter_cuts", counter_runs=None, counter_run=ft(22.5))["seams"] == 2
    assert "4.5 ft (run 3) + 2 ft (run 1)" in as_text("counter_cuts", made("counter_cuts"))


def test_partitions_can_be_listed_run_by_run():
    assert made("basement_take_off")["lines"][0]["net"] == str(91 + 20)
    listed = made(
        "basement_take_off", partition_run=None, partition_runs=text("60 ft, 60 ft"), room_size=RoomSize(length_ft=D(40), width_ft=D(20))
    )
    assert D(listed["lines"][0]["net"]) == 46 + 46 + 91 + 20
    metric = made("basement_take_off", partition_run=None, partition_runs=text("4 m and 10'7\""), doors=None)
    assert D(metric["lines"][0]["net"]) == 11 + 9


def test_areas_that_hold_ask_nothing_and_those_that_do_not_do():
    assert made("area_check")["holds"] and "holds together" in made("area_check")["headline"]
    odd = made("area_check", bath_count=text("2 1/2"), scope_area=sqft(1200), scope_rooms=text("living, hall"))
    assert not odd["holds"] and len(odd["questions"]) == 2
    assert "How large is hall?" in as_text("area_check", odd)


@pytest.mark.parametrize("said", ["1.5", "1 1/2", "1½ baths", "We have 1.5 bathrooms.", "one and a half", "One and a half, I think"])
def test_bathrooms_are_counted_as_people_say_them(said):
    assert made("area_check", bath_count=text(said))["holds"]


def test_inches_come_back_from_feet_as_they_were_said():
    flags = {flag["rule"]: flag for flag in made("code_flags")["flags"]}
    assert (flags["escape_sill"]["measured"], flags["escape_sill"]["status"]) == ("44.00", "meets")
    assert (flags["escape_area"]["status"], flags["beam"]["status"]) == ("meets", "fails")


def test_outside_the_states_a_page_names_no_code_figure():
    small = {"window_width": inch(11), "window_height": inch(13), "window_sill": inch(31), "beam_height": inch(91)}
    page = as_text("code_flags", made("code_flags", place=Place(country="CA", subdivision="ON"), **small))
    assert "Not known here" in page and "building office" in page
    assert not any(figure in page for figure in ("5.7", "IRC", "20 in", "24 in", "44 in", "76", "84"))


def test_a_schedule_says_whether_it_fits_and_when_to_order():
    tight = made("work_schedule")
    assert tight["headline"] == (
        "The kitchen takes 9-13 weeks from the first order, 5-7 of them on site; 10 weeks are enough only if nothing goes slowly."
    )
    assert tight["dates"] == {"start": "2027-03-01", "order_by": "2027-01-18", "finish": ["2027-04-02", "2027-04-14"]}
    page = as_text("work_schedule", tight)
    for words in ("order by 2027-01-18", "Rough-in inspection", "Nothing on this path may slip: order cabinets", "holidays"):
        assert words in page
    short = made("work_schedule", timeline=Weeks(low=D(8), high=D(8)))["headline"]
    assert "does not fit 8 weeks; longest on the way is “Order cabinets" in short
    assert made("work_schedule", timeline=Weeks(low=D(8), high=D(13)))["in_time"] is True
    assert "that fits 13 weeks" in made("work_schedule", timeline=Weeks(low=D(8), high=D(13)))["headline"]
    assert "are enough only" in made("work_schedule", timeline=Weeks(low=D(8), high=D(9)))["headline"]
    roomy = made("work_schedule", timeline=Weeks(low=D(10), high=D(20)))
    assert "that fits 20 weeks" in roomy["headline"] and roomy["in_time"] is True
    assert made("work_schedule", timeline=None)["in_time"] is None


def test_a_schedule_follows_project_scope_cabinets_and_extras():
    assert made("work_schedule", scope=pick("refresh"))["on_site_weeks"] == [3, 4]
    assert made("work_schedule", cabinet_tier=pick("stock"))["total_weeks"] == [7, 11]
    assert not any("cabinets" in said for said in made("work_schedule", scope=pick("refresh"))["assumptions"])
    assert not any("cabinets" in said for said in made("work_schedule", project_kind=pick("master_bath"))["assumptions"])
    basement = made("work_schedule", project_kind=pick("basement"), extras=Choices(options=("wet_bar",)), start_on=None)
    assert basement["total_weeks"] == [13, 17] and "wet bar" in as_text("work_schedule", basement)
    assert made("work_schedule", project_kind=pick("master_bath"))["on_site_weeks"] == [3, 4]


def test_prices_in_another_currency_than_the_budget_are_not_compared():
    assert made("fixture_fit")["scored_on"] == ["fit", "style", "price"]
    assert made("fixture_fit", price=money(1200, "CAD"), budget=money(1000, "USD"))["scored_on"] == ["fit", "style"]
    assert made("fixture_fit", price=money(1200, "CAD"))["scored_on"] == ["fit", "style"]
    assert made("fixture_fit", price=money(1200, "USD"))["scored_on"] == ["fit", "style", "price"]


def test_a_page_of_a_fit_names_what_is_missing_and_the_next_size():
    page = as_text("fixture_fit", made("fixture_fit", product_depth=inch(34)))
    for words in ("3 in too large in width", "28.8 x 27.2 in, fits", "doorway of 32 in", "48 in are kept free"):
        assert words in page


def test_confidence_names_what_would_make_it_surer():
    found = made("estimate_confidence")
    assert (found["value"], found["missing"]) == ("0.85", ["materials"])
    assert made("estimate_confidence", counter_material=pick("quartz"))["value"] == "1"
    assert "ask before" in made("estimate_confidence", room_size=None, place=None)["headline"]
