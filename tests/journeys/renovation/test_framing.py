from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.framing import plates, studs, studs_in
from journeys.renovation.measuring.interiors import backer_board, drywall, flooring_of, wall_outlets
from tests.journeys.renovation.kitchens import feet

run = feet("0.5", "400")


def test_120_ft_at_16_in_are_91_studs_and_not_240():  # 3f
    assert studs_in(D(120)) == 91
    assert studs([D(120)]).net == 91


def test_openings_add_four_studs_and_corners_two():
    assert studs([D(120)], openings=5, corners=6).net == 91 + 20 + 12


def test_each_run_ends_in_a_stud_of_its_own():
    assert studs([D(60), D(60)]).net == 2 * 46
    assert any("one straight run" in said for said in studs([D(60)]).assumptions)
    assert not any("one straight run" in said for said in studs([D(60), D(60)]).assumptions)


def test_plates_are_two_or_three_times_the_run():  # 3f
    line = plates(D(120))
    assert (line.inputs["two_rows_ft"], line.net, line.packs) == (240, 360, 30)


def test_2400_sqft_of_drywall_are_83_sheets_with_ten_per_cent():  # 3g: 75 have no waste
    assert drywall(D(2400)).packs == 83
    assert drywall(D(1600), D(800)).packs == 83
    assert drywall(D(1642), D(800), D(42)).net == 2400


def test_board_for_less_than_no_wall_is_refused():
    with pytest.raises(BadMeasure, match="drywall"):
        drywall(D(20), openings_sqft=D(42))
    with pytest.raises(BadMeasure, match="backer board"):
        backer_board(D(0))


def test_800_sqft_of_floor_are_880_with_waste():  # 3e: printed flat, without any
    line = flooring_of([D(800)], "vinyl")
    assert (line.net, line.gross, line.packs) == (800, 880, 44)


def test_rooms_share_a_box_of_flooring():
    apart = sum(flooring_of([area], "vinyl").packs for area in (D(95), D(95), D(95)))
    assert (flooring_of([D(95)] * 3, "vinyl").packs, apart) == (16, 18)


def test_a_chosen_box_and_floor_are_not_assumed():
    assert flooring_of([D(100)], "tile", D("15.5")).packs == 8
    assert len(flooring_of([D(100)], "tile", D("15.5")).assumptions) == 1
    assert any("planks" in said for said in flooring_of([D(100)], None).assumptions)


def test_each_wall_has_an_outlet_for_every_12_ft():  # 3g
    assert wall_outlets([D(12)]).net == 1
    assert wall_outlets([D("12.01")]).net == 2
    assert wall_outlets([D(10), D(14), D(10), D(14)]).net == 6


@given(run, run)
def test_two_runs_never_take_fewer_studs_than_one_as_long(a, b):
    assert max(studs_in(a), studs_in(b)) <= studs_in(a + b) <= studs_in(a) + studs_in(b)


@given(run)
def test_no_two_studs_stand_further_apart_than_16_in(length):
    gaps = studs_in(length) - 1
    assert gaps * 16 >= length * 12 > (gaps - 1) * 16


@given(st.lists(run, min_size=1, max_size=5), st.integers(0, 5), st.integers(0, 9))
def test_more_of_anything_never_takes_less(runs, openings, corners):
    line = studs(runs, openings, corners)
    assert studs(runs, openings + 1, corners).net > line.net < studs(runs, openings, corners + 1).net
    assert studs([*runs, D(1)], openings, corners).net > line.net > 0
    assert wall_outlets([*runs, D(1)]).net > wall_outlets(runs).net >= sum(runs) / 12
    for boards in (plates(sum(runs)), drywall(sum(runs) * 8), flooring_of(runs, "tile")):
        assert 0 <= boards.packs * boards.pack_size - boards.gross < boards.pack_size
