from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.building.basement import BasementMeasures, basement_take_off
from journeys.renovation.building.bathroom import BathroomMeasures, bathroom_take_off
from journeys.renovation.errors import BadMeasure, MissingInput
from tests.journeys.renovation.kitchens import feet


def a_bath(**changes):
    return BathroomMeasures(**{"length_ft": D(8), "width_ft": D(5), "height_ft": D(8), "doors": 0, "windows": 0, **changes})


def a_basement(**changes):
    given = {"floor_sqft": D(800), "partition_runs_ft": (D(120),), "height_ft": D("7.5"), "doors": 0, "corners": 0}
    return BasementMeasures(**{**given, **changes})


def test_a_refreshed_bathroom_of_five_by_eight_paints_248_sqft_and_nothing_else():  # J2.3
    taken = bathroom_take_off(a_bath(wet_area="none"), "refresh")
    assert [line.item for line in taken.lines] == ["paint"]
    assert (taken.line("paint").inputs["area_sqft"], taken.line("paint").packs) == (248, 2)


def test_tiled_walls_are_not_painted_and_stand_on_backer_board():
    taken = bathroom_take_off(a_bath(wet_area="tub"), "moderate")
    assert taken.line("wall_tile").net == taken.line("backer_board").net == 60
    assert taken.line("paint").inputs["area_sqft"] == 248 - 60
    assert "drywall" not in {line.item for line in taken.lines}
    full = bathroom_take_off(a_bath(wet_area="tub"), "full")
    assert full.line("drywall").net == 188


def test_a_measured_wet_wall_is_not_assumed():
    taken = bathroom_take_off(a_bath(wet_area="shower", wet_run_ft=D(9), tile_height_ft=D(8)), "moderate", "tile")
    assert taken.line("wall_tile").net == 72
    assert not any("around the shower" in said or "No floor" in said for said in taken.assumptions)


@pytest.mark.parametrize("change", [{"wet_run_ft": D(27)}, {"wet_run_ft": D(26), "tile_height_ft": D(8)}])
def test_more_wet_wall_than_wall_is_refused(change):
    with pytest.raises(BadMeasure):
        bathroom_take_off(a_bath(**change))


@given(feet("5", "20"), feet("5", "20"), feet("0", "5"), st.sampled_from(["refresh", "moderate", "full"]))
def test_a_longer_bathroom_never_needs_less(length, width, more, scope):
    small = bathroom_take_off(a_bath(length_ft=length, width_ft=width), scope)
    big = bathroom_take_off(a_bath(length_ft=length + more, width_ft=width), scope)
    for one, other in zip(small.lines, big.lines, strict=True):
        assert one.item == other.item and 0 < one.net <= other.net and one.packs <= other.packs
    assert len(big.headline) <= 300


def test_an_800_sqft_basement_with_120_ft_of_partitions():  # J4: 91 studs and extras, never 240; floor with its waste
    taken = basement_take_off(a_basement(doors=5))
    assert taken.line("studs").net == 91 + 5 * 4
    assert taken.line("plates").net == 360
    assert (taken.line("flooring").gross, taken.line("flooring").packs) == (880, 44)
    assert taken.line("drywall").net == 120 * D("7.5") * 2 + 800 - 5 * 21 * 2
    assert taken.line("paint").inputs["area_sqft"] == taken.line("drywall").net
    assert taken.line("doors").net == 5


def test_foundation_walls_are_lined_where_their_length_is_known():
    unknown, known = basement_take_off(a_basement()), basement_take_off(a_basement(outside_run_ft=D(114)))
    sized = basement_take_off(a_basement(length_ft=D(32), width_ft=D(25)))
    assert known.line("plates").net == (120 + 114) * 3 and unknown.line("plates").net == 120 * 3
    assert known.line("drywall").net - unknown.line("drywall").net == 114 * D("7.5")
    assert known.line("drywall").net == sized.line("drywall").net
    assert any("not counted" in said for said in unknown.assumptions)
    assert any("All four" in said for said in sized.assumptions)


def test_a_basement_without_or_with_an_impossible_area_is_refused():
    with pytest.raises(MissingInput, match="floor area"):
        basement_take_off(a_basement(floor_sqft=None))
    with pytest.raises(BadMeasure, match="which of the two"):
        basement_take_off(a_basement(floor_sqft=D(900), length_ft=D(20), width_ft=D(40)))
    assert basement_take_off(a_basement(floor_sqft=None, length_ft=D(20), width_ft=D(40))).line("flooring").net == 800


def test_what_nobody_counted_is_said():
    said = " ".join(basement_take_off(a_basement(height_ft=None, doors=None, corners=None)).assumptions)
    for words in ("8 ft high", "counted the doors", "corners and tees", "one straight run"):
        assert words in said


@given(feet("200", "3000"), st.lists(feet("4", "60"), min_size=1, max_size=6), st.integers(0, 3), feet("7", "10"))
def test_another_partition_never_takes_less(floor, runs, doors, height):
    small = basement_take_off(a_basement(floor_sqft=floor, partition_runs_ft=tuple(runs), doors=doors, height_ft=height))
    big = basement_take_off(a_basement(floor_sqft=floor, partition_runs_ft=(*runs, D(4)), doors=doors, height_ft=height))
    for one, other in zip(small.lines, big.lines, strict=True):
        assert 0 < one.net <= other.net and (one.packs or 0) <= (other.packs or 0)
    assert len(big.headline) <= 300
