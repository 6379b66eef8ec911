"""A countertop by cut list: which piece comes from which slab, what is left of it, and where the seams are.

Lengths only: a slab is as deep as the counter. quantities.cut_list nests without the saw; here each cut between two pieces of a slab loses
its width. Slabs of 8 ft and an eighth of an inch for the saw are house figures.
"""

from collections.abc import Sequence
from decimal import Decimal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.quantities import COUNTER_DEPTH_IN, COUNTER_WASTE_PCT, SLAB_FT, plain, whole_packs

SAW_FT = Decimal(1) / 96  # an eighth of an inch


class Piece(Frozen):
    """`run` counts from 1 in the order given."""

    run: int
    length_ft: Decimal


class Slab(Frozen):
    pieces: tuple[Piece, ...]
    left_ft: Decimal


class CounterCuts(Frozen):
    """`seams` are joints within a run. `slabs_by_area` is what area with its 15 % allowance would say; the cut list orders."""

    headline: str
    runs_ft: tuple[Decimal, ...]
    depth_in: Decimal
    slab_ft: Decimal
    net_sqft: Decimal
    gross_sqft: Decimal
    slabs: tuple[Slab, ...]
    seams: int
    slabs_by_area: int
    assumptions: tuple[str, ...]
    citation: str = "HomeView take-off rules, house figures"


def counter_cuts(runs_ft: Sequence[Decimal], slab_ft: Decimal = SLAB_FT, depth_in: Decimal = COUNTER_DEPTH_IN) -> CounterCuts:
    """Longest piece first into the first slab with room. Raises BadMeasure without a run, or for one without length."""
    if not runs_ft or min(runs_ft) <= 0 or slab_ft <= 0 or depth_in <= 0:
        raise BadMeasure("A cut list needs the length of each straight run of counter.")
    pieces = [
        Piece(run=number, length_ft=length)
        for number, run in enumerate(runs_ft, 1)
        for length in (*[slab_ft] * int(run // slab_ft), run % slab_ft)
        if length
    ]
    slabs: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.length_ft, piece.run)):
        with_room = next((slab for slab in slabs if _used(slab) + SAW_FT + piece.length_ft <= slab_ft), None)
        if with_room is None:
            slabs.append([piece])
        else:
            with_room.append(piece)
    net = sum(runs_ft, Decimal(0)) * depth_in / 12
    gross = net * (100 + COUNTER_WASTE_PCT) / 100
    seams = len(pieces) - len(runs_ft)
    by_area = whole_packs(gross * 12, slab_ft * depth_in)
    return CounterCuts(
        headline=(
            f"{plain(sum(runs_ft, Decimal(0)))} ft of counter are cut from {len(slabs)} {'slab' if len(slabs) == 1 else 'slabs'} "
            f"of {plain(slab_ft)} ft, with {seams or 'no'} {'seam' if seams == 1 else 'seams'} within the runs."
        ),
        runs_ft=tuple(runs_ft),
        depth_in=depth_in,
        slab_ft=slab_ft,
        net_sqft=net,
        gross_sqft=gross,
        slabs=tuple(Slab(pieces=tuple(slab), left_ft=slab_ft - _used(slab)) for slab in slabs),
        seams=seams,
        slabs_by_area=by_area,
        assumptions=(
            f"Slabs are {plain(slab_ft)} ft long and as deep as the counter, {plain(depth_in)} in; each cut loses an eighth of an inch.",
            f"By area with its {plain(COUNTER_WASTE_PCT)} % allowance it would be {by_area}; the allowance prices the fabricator's waste.",
            "Corners are counted in both runs they join, unless you took them off; the fabricator measures before cutting.",
        ),
    )


def _used(slab: Sequence[Piece]) -> Decimal:
    return sum((piece.length_ft for piece in slab), Decimal(0)) + SAW_FT * (len(slab) - 1)
