from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.countertop import SAW_FT, counter_cuts
from journeys.renovation.measuring.quantities import SLAB_FT
from tests.journeys.renovation.kitchens import feet

runs = st.lists(feet("0.25", "30"), min_size=1, max_size=6)


def test_22_and_a_half_ft_are_46_9_sqft_and_three_slabs_with_two_seams():  # J1.6: printed 52.5 sq ft
    cuts = counter_cuts([D("22.5")])
    assert (cuts.net_sqft, cuts.gross_sqft) == (D("46.875"), D("53.90625"))
    assert (len(cuts.slabs), cuts.seams, cuts.slabs_by_area) == (3, 2, 4)
    assert cuts.slabs[-1].left_ft == D("1.5")


def test_the_rest_of_one_run_is_cut_from_the_slab_of_another():
    cuts = counter_cuts([D(10), D(8), D("4.5")])
    assert [[(piece.run, piece.length_ft) for piece in slab.pieces] for slab in cuts.slabs] == [[(1, 8)], [(2, 8)], [(3, D("4.5")), (1, 2)]]
    assert cuts.seams == 1


def test_the_saw_takes_its_eighth_of_an_inch():
    assert len(counter_cuts([D(4), D(4)]).slabs) == 2
    assert len(counter_cuts([D(4), D(4) - SAW_FT]).slabs) == 1


def test_another_slab_is_cut_by_its_own_length():
    assert len(counter_cuts([D("22.5")], slab_ft=D(10)).slabs) == 3
    assert counter_cuts([D(9)], slab_ft=D(10)).seams == 0


@pytest.mark.parametrize("some", [[], [D(0)], [D(8), D(-1)]])
def test_a_run_without_length_is_refused(some):
    with pytest.raises(BadMeasure):
        counter_cuts(some)


@given(runs)
def test_nothing_is_lost_and_no_slab_overfilled(some):
    cuts = counter_cuts(some)
    for number, length in enumerate(some, 1):
        assert sum(piece.length_ft for slab in cuts.slabs for piece in slab.pieces if piece.run == number) == length
    for slab in cuts.slabs:
        cut = sum(piece.length_ft for piece in slab.pieces) + SAW_FT * (len(slab.pieces) - 1)
        assert slab.pieces and slab.left_ft == SLAB_FT - cut >= 0
