from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure, UnknownChoice
from journeys.renovation.measuring.fit import KINDS, Size, fixture_fit

inches = st.decimals("1", "200", places=1)
kinds = st.sampled_from(KINDS)
sizes = st.builds(Size, width_in=inches, depth_in=inches, height_in=st.none() | inches)


def size(width, depth, height=None):
    return Size(width_in=D(width), depth_in=D(depth), height_in=D(height) if height else None)


def test_an_appliance_needs_48_in_before_it():  # 3t
    assert fixture_fit("appliance", size(30, 30), size(30, 78)).fits
    assert not fixture_fit("appliance", size(30, 30), size(30, "77.9")).fits


@pytest.mark.parametrize(
    ("kind", "space"),
    [("furniture", size(40, 58)), ("bed", size(88, 76)), ("dining_table", size(112, 112)), ("built_in", size(40, 40))],
)
def test_each_kind_needs_its_clearances_to_the_inch(kind, space):  # 3t: 18 before furniture, 24 beside a bed, 36 behind a chair
    assert fixture_fit(kind, size(40, 40), space).fits
    for side in ("width_in", "depth_in"):
        assert not fixture_fit(kind, size(40, 40), space.model_copy(update={side: getattr(space, side) - D("0.1")})).fits


def test_what_does_not_fit_is_offered_at_four_fifths():  # 3t
    found = fixture_fit("built_in", size(36, 21), size(30, 21))
    assert (found.fits, found.alternative_fits, found.alternative) == (False, True, size("28.8", "16.8"))
    assert "28.8 x 16.8 in would fit" in found.headline
    tight = fixture_fit("built_in", size(60, 21), size(30, 21))
    assert not tight.alternative_fits and tight.largest == size(30, 21) and "at most 30 x 21 in" in tight.headline
    assert fixture_fit("appliance", size(30, 30), size(30, 40)).largest is None


def test_the_score_weighs_fit_style_and_price():  # 3t: .5, .3, .2
    found = fixture_fit("built_in", size(30, 20), size(30, 20), style=D("0.5"), price_cents=200_00, budget_cents=100_00)
    assert found.score == D("0.5") + D("0.3") / 2 + D("0.2") / 2
    assert found.scored_on == ("fit", "style", "price")


def test_what_is_not_known_is_left_out_of_the_score():
    found = fixture_fit("built_in", size(30, 20), size(30, 20), price_cents=1)
    assert (found.score, found.scored_on) == (1, ("fit",))
    assert fixture_fit("built_in", size(30, 20), size(30, 20), price_cents=0, budget_cents=1).score == 1


def test_a_thing_goes_through_a_doorway_on_its_smallest_end():
    assert fixture_fit("furniture", size(84, 36, 30), size(200, 200)).through_doorway is False
    assert fixture_fit("furniture", size(84, 32, 30), size(200, 200)).through_doorway is True
    assert fixture_fit("furniture", size(84, 30), size(200, 200)).through_doorway is True


def test_height_is_checked_where_it_is_known():
    assert not fixture_fit("built_in", size(30, 20, 90), size(30, 20, 84)).fits
    assert any("maker's sheet" in said for said in fixture_fit("built_in", size(30, 20), size(30, 20)).assumptions)
    assert not any("maker's sheet" in said for said in fixture_fit("bed", size(30, 20), size(30, 20)).assumptions)
    assert any("height" in said for said in fixture_fit("built_in", size(30, 20, 90), size(30, 20)).assumptions)


def test_a_kind_without_clearances_and_a_size_of_nothing_are_refused():
    with pytest.raises(UnknownChoice, match="piano"):
        fixture_fit("piano", size(1, 1), size(2, 2))
    with pytest.raises(BadMeasure):
        fixture_fit("bed", size(0, 1), size(2, 2))


@given(kinds, sizes, sizes)
def test_a_score_lies_between_nothing_and_one_and_is_whole_only_where_it_fits(kind, product, space):
    found = fixture_fit(kind, product, space)
    assert 0 <= found.fit_score <= 1 and (found.fit_score == 1) == found.fits
    assert found.fits == all(side.spare_in >= 0 for side in found.sides)
    if found.largest is not None:
        wanted = found.largest.model_copy(update={"height_in": None})
        assert fixture_fit(kind, wanted, space).fits


@given(kinds, sizes, sizes, inches)
def test_more_space_never_fits_less(kind, product, space, more):
    wider = space.model_copy(update={"width_in": space.width_in + more})
    assert fixture_fit(kind, product, wider).fit_score >= fixture_fit(kind, product, space).fit_score
