import json
from decimal import Decimal as D

import pytest

from journeys.inputs import Choice, Count, Length, Money, Place, RoomSize, Text
from journeys.renovation.errors import BadMeasure, CannotEstimate, MissingInput, UnknownChoice, UnpricedCurrency, WrongInputKind
from journeys.renovation.pages import as_text
from journeys.renovation.skills import estimate, take_off
from tests.journeys.renovation.kitchens import inputs


def kept(result):
    """As a journey keeps it: through JSON."""
    return json.loads(json.dumps(result))


def both(**changes):
    given = inputs(**changes)
    return estimate(given, {"take_off": kept(take_off(given, {}))})


def no_floats(value):
    if isinstance(value, dict):
        return all(map(no_floats, value.values()))
    if isinstance(value, list):
        return all(map(no_floats, value))
    return not isinstance(value, float)


def test_results_are_json_without_floats_and_carry_headline_and_citation():
    taken, priced = kept(take_off(inputs(), {})), kept(both())
    assert no_floats(taken) and no_floats(priced)
    assert taken["headline"] == (
        "Your kitchen of 14.5 x 12 ft (174 sq ft) with 22.5 ft of counter takes 3 countertop slabs, 5 boxes of backsplash tile, "
        "21 boxes of flooring and 4 gallons of paint."
    )
    assert priced["headline"] == "About $40,500 (range $34,400-$46,500), $9,500 under your budget."
    assert priced["citation"] == "HomeView price book, illustrative, undated USD"
    assert priced["price_book_version"] == "2026.1"


def test_the_same_values_give_the_same_bytes():
    assert json.dumps(both()) == json.dumps(both())


def test_a_said_ceiling_height_overrides_the_rooms():
    room = RoomSize(length_ft=D("14.5"), width_ft=D(12), height_ft=D(9))
    assert take_off(inputs(room_size=room), {})["wall_sqft"] == "441.0"
    assert take_off(inputs(room_size=room, ceiling_height=Length(feet=D(10))), {})["wall_sqft"] == "494.0"


def test_openings_and_cabinets_are_taken_where_given():
    taken = take_off(inputs(cabinet_run=Length(feet=D(18)), doors=Count(count=0), windows=Count(count=2)), {})
    assert taken["measures"]["cabinet_run_ft"] == "18"
    assert taken["wall_sqft"] == "394.0"


def test_without_a_scope_a_moderate_kitchen_is_measured():
    taken = take_off(inputs(scope=None, floor_material=None), {})
    assert (taken["scope"], taken["floor_material"]) == ("moderate", None)


def test_the_estimate_follows_a_choice_made_after_the_take_off():
    taken = kept(take_off(inputs(), {}))
    changed = inputs(scope=Choice(option="full"), floor_material=Choice(option="vinyl"))
    assert estimate(changed, {"take_off": taken}) == both(scope=Choice(option="full"), floor_material=Choice(option="vinyl"))


@pytest.mark.parametrize("name", ["room_size", "counter_run"])
def test_a_take_off_without_its_measures_asks_for_them(name):
    with pytest.raises(MissingInput, match=f"I still need {name.replace('_', ' ')}"):
        take_off(inputs(**{name: None}), {})


@pytest.mark.parametrize("name", ["scope", "cabinet_tier", "counter_material", "floor_material", "appliance_tier", "currency"])
def test_an_estimate_without_its_choices_asks_for_them(name):
    with pytest.raises(MissingInput, match=name.replace("_", " ")):
        both(**{name: None})


def test_place_and_budget_may_be_unknown():
    priced = both(place=None, budget=None)
    assert priced["variance"] is None and priced["value_engineering"] is None
    assert priced["region"]["id"] == "national"
    assert "budget" not in priced["headline"]


def test_an_estimate_without_or_with_an_unreadable_take_off_is_refused():
    with pytest.raises(MissingInput, match="take off"):
        estimate(inputs(), {})
    with pytest.raises(BadMeasure, match="measured again"):
        estimate(inputs(), {"take_off": {"lines": "?"}})


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"scope": Choice(option="luxury")}, UnknownChoice, "Scope can be refresh, moderate, full"),
        ({"counter_material": Choice(option="gold")}, UnknownChoice, "gold"),
        ({"currency": Text(text="CAD")}, UnpricedCurrency, "CAD"),
        ({"budget": Money(low_cents=0, high_cents=0)}, MissingInput, "budget"),
        ({"counter_run": Length(feet=D(500))}, BadMeasure, "don't fit"),
        ({"doors": Count(count=500)}, BadMeasure, "check them"),
        ({"counter_run": Text(text="long")}, WrongInputKind, "Counter run should be a length, not a text"),
    ],
)
def test_bad_values_are_refused_by_name_in_a_sentence(changes, error, words):
    with pytest.raises(error, match=words) as refused:
        both(**changes)
    assert isinstance(refused.value, CannotEstimate) and isinstance(refused.value, ValueError)


def test_the_pages_show_totals_drivers_assumptions_and_where_prices_come_from():
    page = as_text("estimate", kept(both()))
    for words in (
        "About $40,500",
        "| Total ",
        "$40,454.88",
        "Biggest parts: Cabinets",
        "West Coast, x1.30",
        "Taken for granted:",
        "Not in it:",
    ):
        assert words in page
    assert "HomeView price book, illustrative, undated USD (version 2026.1)" in page
    assert "How it could cost less" not in page
    over = as_text("estimate", kept(both(budget=Money(low_cents=1, high_cents=20_000_00))))
    assert all(way in over for way in ("In phases: Now cosmetic work for $20,000", "Cheaper choices: ", "The most important first: "))
    assert "which fits" in over and "I would do it this way" in over
    assert "still $5,4" in as_text("estimate", kept(both(budget=Money(low_cents=1, high_cents=10_000_00))))
    assert "Three ways on" not in as_text("estimate", kept(both()))
    assert "How it could cost less" in over and "The cheapest of each kind together" in over
    assert len({len(line) for line in page.splitlines() if line.startswith("|")}) == 1


def test_the_page_of_a_take_off_lists_packs_and_cuts():
    page = as_text("take_off", kept(take_off(inputs(), {})))
    for words in ("3 x 8 ft slab", "Cut list: 8; 8; 6.5 ft", "46.9 sq ft", "Taken for granted:"):
        assert words in page


def test_a_canadian_kitchen_is_priced_nationally_and_says_so():
    page = as_text("estimate", kept(both(place=Place(country="CA", subdivision="ON", postcode="M5V 2T6"))))
    assert "No regional factor known for ON, M5V 2T6, CA" in page


def test_a_kind_without_a_page_is_a_key_error():
    with pytest.raises(KeyError):
        as_text("moodboard", {})
