"""Framing of partitions: studs, plates and the boards to cut them from.

Studs stand 16 in apart, with one more to end each run: ceil(length x 12 / 16) + 1, so 120 ft take 91. A door or opening adds four (two full
ones and two that carry its header), a corner or tee two. The studs an opening displaces are not taken off, so that none is missing.
Sixteen inches and the extras are US practice; what a wall carries is an engineer's to say, and none of this is for bearing walls.
"""

from collections.abc import Sequence
from decimal import Decimal

from journeys.renovation.measuring.quantities import TakeOffLine, in_packs, whole_packs

STUD_SPACING_IN = Decimal(16)
STUDS_PER_OPENING = 4
STUDS_PER_CORNER = 2
PLATE_ROWS = (Decimal(2), Decimal(3))  # one at the bottom, one or two at the top
BOARD_FT = Decimal(12)


def studs_in(run_ft: Decimal) -> int:
    """Of one straight run without openings."""
    return whole_packs(run_ft * 12, STUD_SPACING_IN) + 1


def studs(runs_ft: Sequence[Decimal], openings: int = 0, corners: int | None = None) -> TakeOffLine:
    """Studs of all runs, with openings and corners."""
    plain_studs = sum(map(studs_in, runs_ft))
    extra = openings * STUDS_PER_OPENING + (corners or 0) * STUDS_PER_CORNER
    said = ["Studs stand 16 in apart; each opening adds four and each corner or tee two."]
    if corners is None:
        said.append("Nobody counted corners and tees, so none is added.")
    if len(runs_ft) == 1:
        said.append("The partitions are taken as one straight run; each further run adds a stud at its end.")
    total = Decimal(plain_studs + extra)
    return TakeOffLine(
        item="studs",
        title="Studs",
        basis="count",
        unit="ea",
        net=total,
        gross=total,
        formula="run x 12 / 16, up, + 1 a run; + 4 an opening, + 2 a corner",
        inputs={"run_ft": sum(runs_ft, Decimal(0)), "runs": Decimal(len(runs_ft)), "openings": Decimal(openings)},
        assumptions=tuple(said),
    )


def plates(run_ft: Decimal) -> TakeOffLine:
    """Plates for three rows, in boards of 12 ft; two rows are in `inputs` as the low figure."""
    low, high = (run_ft * rows for rows in PLATE_ROWS)
    line = TakeOffLine(
        item="plates",
        title="Plates",
        basis="length",
        unit="LF",
        net=high,
        gross=high,
        formula="run x 3",
        inputs={"run_ft": run_ft, "two_rows_ft": low},
        assumptions=("Plates: one at the bottom and two at the top. A single top plate, where it is allowed, takes a third less.",),
    )
    return in_packs(line, "12 ft board", BOARD_FT)
