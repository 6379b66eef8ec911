import json
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure, UnknownChoice
from journeys.renovation.measuring.takeoff import SCOPE_ITEMS, TakeOff, kitchen_take_off
from journeys.renovation.pricing.work import SCOPES, WORK
from tests.journeys.renovation.kitchens import a_kitchen, feet, kitchens


def test_a_kitchen_of_14_and_a_half_by_12_ft_has_174_sqft():  # J1
    taken = kitchen_take_off(a_kitchen(), "moderate", "tile")
    assert (taken.floor_sqft, taken.perimeter_ft, taken.wall_sqft) == (174, 53, 53 * 8 - 36)
    assert {line.item: line.packs for line in taken.lines if line.packs} == {"counter": 3, "backsplash": 5, "flooring": 21, "paint": 4}


def test_what_nobody_measured_is_said():
    said = " ".join(kitchen_take_off(a_kitchen()).assumptions)
    for words in (
        "8 ft high",
        "one door and one window",
        "21 sq ft",
        "cabinets and backsplash",
        "one run of 22.5 ft",
        "No floor is chosen",
    ):
        assert words in said


def test_what_was_measured_is_not_assumed():
    measured = a_kitchen(
        height_ft=D(9), doors=2, windows=0, cabinet_run_ft=D(18), backsplash_run_ft=D(30), counter_runs_ft=(D(12), D("10.5"))
    )
    taken = kitchen_take_off(measured, "full", "vinyl")
    said = " ".join(taken.assumptions)
    for words in ("8 ft high", "Nobody counted", "As long as", "one run", "No floor"):
        assert words not in said
    assert taken.wall_sqft == 53 * 9 - 42
    assert taken.line("cabinets").net == 18
    assert taken.line("backsplash").packs == 6
    assert taken.line("drywall").net == 18 * 9


def test_each_scope_measures_what_its_work_needs():
    for scope, rule in SCOPES.items():
        needed = {work.measure for work in WORK if work.id in rule.includes and work.measure}
        assert needed == set(SCOPE_ITEMS[scope])
        assert {line.item for line in kitchen_take_off(a_kitchen(), scope).lines} == needed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"counter_run_ft": D(225)}, "225 ft of counter don't fit a kitchen of 14.5 x 12 ft"),
        ({"cabinet_run_ft": D(107)}, "107 ft of cabinets"),
        ({"counter_runs_ft": (D(12), D(8))}, "add up to 20 ft of counter, not 22.5 ft"),
        ({"doors": 20, "windows": 10}, "no wall left"),
    ],
)
def test_measures_that_cannot_belong_together_are_refused_in_a_sentence(change, words):
    with pytest.raises(BadMeasure, match=words):
        kitchen_take_off(a_kitchen(**change))


def test_a_scope_or_floor_without_a_rule_is_refused():
    with pytest.raises(UnknownChoice, match="luxury"):
        kitchen_take_off(a_kitchen(), "luxury")
    with pytest.raises(UnknownChoice, match="carpet"):
        kitchen_take_off(a_kitchen(), "moderate", "carpet")


def test_a_take_off_survives_json():
    taken = kitchen_take_off(a_kitchen(), "full", "hardwood")
    assert TakeOff.model_validate(json.loads(json.dumps(taken.model_dump(mode="json")))) == taken


@given(kitchens, st.sampled_from(list(SCOPE_ITEMS)), feet("0", "10"))
def test_a_longer_kitchen_never_needs_less_of_anything(kitchen, scope, more):
    before = kitchen_take_off(kitchen, scope, "tile")
    after = kitchen_take_off(kitchen.model_copy(update={"length_ft": kitchen.length_ft + more}), scope, "tile")
    for small, big in zip(before.lines, after.lines, strict=True):
        assert 0 <= small.net <= big.net and small.net <= small.gross
        assert (small.packs or 0) <= (big.packs or 0)
