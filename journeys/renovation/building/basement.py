"""Quantities of a basement that becomes living space: partitions, drywall, floor, doors, outlets, paint.

The foundation's own walls are lined only where their run is known or follows from the size; what nobody measured is said.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from journeys.inputs import Feet, Frozen
from journeys.renovation.errors import BadMeasure, MissingInput
from journeys.renovation.measuring import framing, interiors
from journeys.renovation.measuring.quantities import FloorMaterial, TakeOffLine, plain
from journeys.renovation.measuring.room_takeoff import RoomTakeOff, bought
from journeys.renovation.measuring.takeoff import CEILING_FT, DOOR_SQFT, perimeter_ft, room_sqft
from journeys.renovation.pricing.paint import paint_line

_Number = Annotated[int, Field(ge=0, le=500)]


class BasementMeasures(Frozen):
    """`floor_sqft` or both sides; `partition_runs_ft` are the inner walls, `outside_run_ft` the foundation walls to be lined."""

    floor_sqft: Annotated[Decimal, Field(gt=0)] | None = None
    length_ft: Feet | None = None
    width_ft: Feet | None = None
    height_ft: Feet | None = None
    partition_runs_ft: tuple[Feet, ...]
    outside_run_ft: Feet | None = None
    doors: _Number | None = None
    corners: _Number | None = None


def basement_take_off(m: BasementMeasures, floor_material: FloorMaterial | None = None) -> RoomTakeOff:
    """Raises MissingInput without a floor area, BadMeasure for measures that can't belong together."""
    floor, outside, said = _extent(m)
    height = m.height_ft or CEILING_FT
    said += [] if m.height_ft else ["The ceiling is taken as 8 ft high."]
    if m.doors is None:
        said.append("Nobody counted the doors, so none is counted or taken off.")
    doors, partitions = m.doors or 0, sum(m.partition_runs_ft, Decimal(0))
    lined = [outside] if outside else []
    openings = doors * DOOR_SQFT * 2  # a door opens both sides of its partition
    walls = partitions * height * 2 + (outside or 0) * height
    lines: list[TakeOffLine] = [
        framing.studs([*m.partition_runs_ft, *lined], doors, m.corners),
        framing.plates(partitions + (outside or 0)),
        interiors.drywall(walls, floor, openings),
        interiors.flooring_of([floor], floor_material),
        paint_line("paint", "Paint, walls and ceiling", walls + floor - openings),
        interiors.wall_outlets([*_sides(m.partition_runs_ft), *lined]),
    ]
    if doors:
        lines.append(interiors.counted("doors", "Interior doors", doors, "counted", {"doors": Decimal(doors)}))
    said += [sentence for line in lines for sentence in line.assumptions]
    said.append(
        "Both sides of each partition and the whole ceiling are closed with drywall and painted; a door takes 21 sq ft off each side."
    )
    length = plain(partitions)
    return RoomTakeOff(
        headline=f"Your basement of {plain(floor)} sq ft with {length} ft of partitions takes {bought(lines)}.",
        title="Basement",
        facts=(
            f"Floor {plain(floor)} sq ft, partitions {length} ft, ceiling {plain(height)} ft.",
            f"Walls to close {plain(walls - openings)} sq ft, without the doors.",
        ),
        lines=tuple(lines),
        assumptions=tuple(dict.fromkeys(said)),
    )


def _sides(runs_ft: Sequence[Decimal]) -> list[Decimal]:
    return [run for run in runs_ft for _ in range(2)]


def _extent(m: BasementMeasures) -> tuple[Decimal, Decimal | None, list[str]]:
    """Floor area, and the run of foundation walls to line where it is known."""
    if m.length_ft is None or m.width_ft is None:
        if m.floor_sqft is None:
            raise MissingInput("floor_area")
        said = [] if m.outside_run_ft else ["The length of the foundation walls is not known, so lining them is not counted."]
        return m.floor_sqft, m.outside_run_ft, said
    whole = room_sqft(m.length_ft, m.width_ft)
    if m.floor_sqft is not None and m.floor_sqft > whole:
        size = f"{plain(m.length_ft)} x {plain(m.width_ft)} ft"
        raise BadMeasure(f"{plain(m.floor_sqft)} sq ft don't fit a basement of {size}, which has {plain(whole)}; which of the two holds?")
    said = [] if m.outside_run_ft else ["All four foundation walls are lined with studs and drywall."]
    return m.floor_sqft or whole, m.outside_run_ft or perimeter_ft(m.length_ft, m.width_ft), said
