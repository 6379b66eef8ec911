from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring import quantities
from journeys.renovation.measuring.tile import WASTE_PCT, box_holds, tile, tiles_per_box, wall_tile
from tests.journeys.renovation.kitchens import feet

SUBWAY = (D(3), D(6))


def test_30_ft_of_wall_18_in_high_are_45_sqft_and_six_boxes_of_nine():  # J1.6
    line = wall_tile(D(30), D(18), tile_in=SUBWAY, box_sqft=D(9))
    assert (line.net, line.gross, line.packs) == (D(45), D("51.75"), 6)
    assert (line.packs, line.gross) == (quantities.backsplash(D(30)).packs, quantities.backsplash(D(30)).gross)


def test_a_box_of_nine_sqft_holds_72_tiles_of_3_by_6_in():  # 3d
    assert tiles_per_box(D(9)) == 72
    assert wall_tile(D(30), D(18), tile_in=SUBWAY, box_sqft=D(9)).inputs["tiles_per_box"] == 72


def test_48_small_tiles_do_not_fill_a_box_of_nine_sqft():  # 3d: printed so
    with pytest.raises(BadMeasure, match="48 tiles of 3 x 6 in cover 6 sq ft, not the 9 sq ft"):
        box_holds(SUBWAY, 48, D(9))


def test_a_box_is_known_by_its_area_or_by_its_tiles():
    assert box_holds(None, None, D(12)) == 12
    assert box_holds(SUBWAY, 48, None) == 6
    assert box_holds(SUBWAY, 72, D("9.1")) == D("9.1")
    assert box_holds(SUBWAY, 84, D(10)) == box_holds(SUBWAY, 76, D(10)) == 10  # five per cent either way
    assert box_holds(None, 48, None) == 9


def test_what_is_not_known_of_box_and_layout_is_said():
    assert len(tile(D(10)).assumptions) == 2
    assert tile(D(10), box_sqft=D(9), layout="straight").assumptions == ()


def test_no_area_is_refused():
    with pytest.raises(BadMeasure):
        tile(D(0))


@given(feet("0.1", "2000"), feet("0.1", "2000"), feet("1", "30"), st.sampled_from(sorted(WASTE_PCT)))
def test_boxes_hold_the_tile_with_its_waste_and_none_is_spare(a, b, box, layout):
    one, two, both = (tile(area, box_sqft=box, layout=layout, tile_in=SUBWAY) for area in (a, b, a + b))
    for line in (one, two, both):
        assert line.net < line.gross <= line.packs * box < line.gross + box
        assert line.inputs["tiles"] * 18 >= line.gross * 144
    assert one.packs <= both.packs <= one.packs + two.packs
