from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.measuring import quantities
from journeys.renovation.measuring.quantities import SLAB_FT, cut_list, plain, whole_packs
from journeys.renovation.measuring.takeoff import openings_sqft, perimeter_ft, room_sqft, wall_sqft
from tests.journeys.renovation.kitchens import feet

runs = st.lists(feet("0.25", "30"), min_size=1, max_size=8)


def test_a_room_of_five_by_eight_has_40_sqft_of_floor_and_208_of_wall():  # J2.2
    assert room_sqft(D(5), D(8)) == 40
    assert perimeter_ft(D(5), D(8)) == 26
    assert wall_sqft(D(5), D(8), D(8)) == 208


def test_a_door_takes_21_sqft_off_the_walls_and_a_window_15():  # 3a
    assert wall_sqft(D(5), D(8), D(8), openings_sqft(1, 1)) == 208 - 21 - 15


def test_248_sqft_in_two_coats_is_142_gallons_and_156_with_waste_and_two_to_buy():  # J2.3: printed as if waste were in the 1.42
    line = quantities.paint(D(248))
    assert round(line.net, 2) == D("1.42")
    assert round(line.gross, 2) == D("1.56")
    assert line.packs == 2


def test_counter_area_is_run_times_depth():  # J1.6: the printed 52.5 and 60.4 sq ft are not 22.5 LF x 25 in
    line = quantities.counter(D("22.5"))
    assert line.net == D("46.875")
    assert line.gross == D("53.90625")
    assert D("52.5") not in (line.net, line.gross)


def test_22_and_a_half_feet_of_counter_are_three_slabs_by_cut_list_though_four_by_area():  # J1.6
    line = quantities.counter(D("22.5"))
    assert line.packs == 3
    assert line.cuts == ((D(8),), (D(8),), (D("6.5"),))
    assert line.inputs["slabs_by_area"] == 4
    assert any("it would be 4" in said for said in line.assumptions)


def test_the_printed_60_point_4_sqft_would_be_four_slabs_by_area():  # J1.6
    slab_sqft = SLAB_FT * 25 / 12
    assert round(slab_sqft, 2) == D("16.67")
    assert whole_packs(D("60.4"), slab_sqft) == 4


def test_a_known_run_is_not_said_to_be_one_run_with_seams():
    assert any("one run" in said for said in quantities.counter(D(20)).assumptions)
    assert not any("one run" in said for said in quantities.counter(D(20), [D(12), D(8)]).assumptions)


def test_rests_share_a_slab():
    assert cut_list([D(10), D(8), D("4.5")]) == ((D(8),), (D(8),), (D("4.5"), D(2)))


def test_45_sqft_of_backsplash_are_51_point_75_with_waste_and_six_boxes():  # J1.6
    line = quantities.backsplash(D(30))
    assert (line.net, line.gross, line.packs) == (D(45), D("51.75"), 6)


def test_a_box_of_nine_sqft_holds_72_tiles_of_3_by_6_in():  # 3d: "48 tiles per box" is wrong
    assert quantities.backsplash(D(30)).inputs["tiles_per_box"] == 72


def test_drywall_of_2400_sqft_is_75_sheets_without_waste_and_83_with_ten_per_cent():  # 3g
    assert whole_packs(D(2400), quantities.DRYWALL_SHEET_SQFT) == 75
    assert quantities.drywall(D(300), D(8)).packs == 83


@pytest.mark.parametrize(("material", "gross", "boxes"), [("tile", "200.1", 21), ("hardwood", "191.4", 10), (None, "191.4", 10)])
def test_flooring_adds_its_waste_and_comes_in_whole_boxes(material, gross, boxes):
    line = quantities.flooring(D(174), material)
    assert (line.gross, line.packs) == (D(gross), boxes)


def test_a_pack_that_holds_exactly_is_not_followed_by_another():
    assert quantities.paint(D(1750)).gross == 11
    assert quantities.paint(D(1750)).packs == 11
    assert quantities.counter(D(8)).packs == 1
    assert quantities.lights(D(25)).net == 1
    assert quantities.outlets(D("4.01")).net == 2


@given(runs)
def test_a_cut_list_loses_nothing_and_overfills_no_slab(some_runs):
    slabs = cut_list(some_runs)
    assert sum(sum(slab) for slab in slabs) == sum(some_runs)
    assert all(0 < sum(slab) <= SLAB_FT for slab in slabs)
    assert all(piece > 0 for slab in slabs for piece in slab)


@given(runs)
def test_a_cut_list_never_uses_fewer_slabs_than_the_length_takes(some_runs):
    least = whole_packs(sum(some_runs, D(0)), SLAB_FT)
    assert least <= len(cut_list(some_runs)) <= 2 * least
    assert len(cut_list([sum(some_runs, D(0))])) == least


@given(st.data())
def test_a_cut_list_is_the_same_in_any_order(data):
    some_runs = data.draw(runs)
    assert cut_list(some_runs) == cut_list(data.draw(st.permutations(some_runs)))


@given(feet("0.01", "900"), feet("0.01", "900"))
def test_areas_of_two_runs_add_up_and_only_packs_are_rounded_up(a, b):
    close = D("1e-20")  # twelfths of a foot are periodic
    for rule in (quantities.counter, quantities.backsplash, quantities.paint, lambda area: quantities.flooring(area, "tile")):
        one, two, both = rule(a), rule(b), rule(a + b)
        assert abs(one.net + two.net - both.net) < close and abs(one.gross + two.gross - both.gross) < close
        assert one.packs <= both.packs <= one.packs + two.packs
        assert 0 < one.net <= one.gross
    for line in (quantities.backsplash(a), quantities.paint(a), quantities.flooring(a, None), quantities.drywall(a, b)):
        assert (line.packs - 1) * line.pack_size < line.gross <= line.packs * line.pack_size


def test_quantities_are_shown_with_one_decimal_at_most():
    assert [plain(D("22.50")), plain(D("53.90625")), plain(D(174)), plain(1200)] == ["22.5", "53.9", "174", "1,200"]
