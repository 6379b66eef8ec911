from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.rooms import Room, surfaces
from journeys.renovation.pricing.paint import paint_line, paint_plan
from tests.journeys.renovation.kitchens import SEATTLE, feet

BATH = surfaces(Room(length_ft=D(8), width_ft=D(5), height_ft=D(8), doors=0, windows=0))


def a_plan(**changes):
    return paint_plan(BATH, **{"coats": 2, "wall_change": ("similar",), "ceiling": "same", "currency": "USD", **changes})


def packs(plan):
    return {line.item: line.packs for line in plan.lines}


def test_248_sqft_in_two_coats_are_142_gallons_156_with_waste_and_two_cans():  # J2.3: printed as if the 1.42 held the waste
    (line,) = a_plan().lines
    assert (round(line.net, 2), round(line.gross, 2), line.packs) == (D("1.42"), D("1.56"), 2)


def test_walls_and_ceiling_in_paints_of_their_own_are_bought_apart():
    assert packs(a_plan(ceiling="own")) == {"wall_paint": 2, "ceiling_paint": 1}
    assert packs(a_plan(ceiling="none")) == {"wall_paint": 2}


@pytest.mark.parametrize("change", ["dark_to_light", "new_drywall"])
def test_a_great_change_primes_all_walls_once(change):
    plan = a_plan(wall_change=(change,))
    primer = plan.lines[-1]
    assert (primer.item, primer.inputs["area_sqft"], primer.inputs["coats"]) == ("primer", 208, 1)
    assert plan.primer_for


def test_stains_and_patches_prime_a_tenth_of_the_walls_and_stains_want_a_blocker():
    assert a_plan(wall_change=("patches",)).lines[-1].inputs["area_sqft"] == D("20.8")
    assert a_plan(wall_change=("patches", "stains")).lines[-1].title == "Stain-blocking primer"
    assert a_plan(wall_change=("stains", "dark_to_light")).lines[-1].inputs["area_sqft"] == 208


def test_walls_of_a_similar_colour_take_no_primer():
    assert "primer" not in packs(a_plan()) and a_plan().primer_for == ()
    assert any("no primer" in said for said in paint_plan(BATH, currency="USD").assumptions)


def test_the_shopping_list_is_priced_by_tier_and_adds_up():
    plan = a_plan(wall_change=("dark_to_light",))
    assert [line.low_cents for line in plan.shopping] == [2 * 20_00, 15_00, 30_00]
    for column in ("low_cents", "mid_cents", "high_cents"):
        assert getattr(plan, column) == sum(getattr(line, column) for line in plan.shopping)
    assert plan.low_cents < plan.mid_cents < plan.high_cents
    assert all(line.source for line in plan.shopping)


def test_prices_follow_the_region():
    assert a_plan(place=SEATTLE).low_cents == a_plan().low_cents * 13 // 10


def test_in_another_currency_there_are_quantities_and_no_prices():
    plan = a_plan(currency="CAD")
    assert packs(plan) == packs(a_plan())
    assert plan.low_cents is plan.mid_cents is plan.high_cents is None
    assert all(line.mid_cents is None for line in plan.shopping)
    assert any("CAD" in said for said in plan.assumptions) and "$" not in plan.headline


def test_one_to_four_coats_make_sense():
    assert [a_plan(coats=coats).coats for coats in (1, 4)] == [1, 4]
    assert "in one coat" in a_plan(coats=1).headline


@pytest.mark.parametrize("coats", [0, 5])
def test_coats_that_make_no_sense_are_refused(coats):
    with pytest.raises(BadMeasure, match="coats"):
        a_plan(coats=coats)


@given(feet("0.01", "5000"), feet("0.01", "5000"), st.integers(1, 4))
def test_paint_is_never_less_than_needed_and_never_a_can_too_many(a, b, coats):
    one, two, both = (paint_line("paint", "Paint", area, coats) for area in (a, b, a + b))
    for line in (one, two, both):
        assert 0 < line.net < line.gross <= line.packs < line.gross + 1
    assert both.packs <= one.packs + two.packs
    assert abs(one.net + two.net - both.net) < D("1e-20")


@given(feet("10", "3000"))
def test_more_coats_never_take_less(area):
    assert all(few.packs <= more.packs for few, more in pairwise(paint_line("paint", "Paint", area, coats) for coats in range(1, 5)))
