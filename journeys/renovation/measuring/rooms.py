"""Areas of rooms: floor, ceiling, and walls without doors and windows, for one room or several.

Feet and square feet as Decimal, nothing rounded. The sizes of doors and windows are takeoff.py's house figures.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from journeys.inputs import Feet, Frozen
from journeys.renovation.measuring.takeoff import CEILING_FT, openings_sqft, perimeter_ft, room_sqft, wall_sqft


class Room(Frozen):
    """A rectangular room; None where nobody measured or counted."""

    name: str = "room"
    length_ft: Feet
    width_ft: Feet
    height_ft: Feet | None = None
    doors: Annotated[int, Field(ge=0, le=100)] | None = None
    windows: Annotated[int, Field(ge=0, le=100)] | None = None


class Surfaces(Frozen):
    """Of one room or of several together. `wall_sqft` is without the openings."""

    floor_sqft: Decimal
    ceiling_sqft: Decimal
    wall_sqft: Decimal
    openings_sqft: Decimal
    perimeter_ft: Decimal
    assumptions: tuple[str, ...] = ()


def surfaces(room: Room) -> Surfaces:
    """Raises BadMeasure where doors and windows leave no wall. One door and one window where nobody counted, 8 ft where nobody measured."""
    height = CEILING_FT if room.height_ft is None else room.height_ft
    openings = openings_sqft(1 if room.doors is None else room.doors, 1 if room.windows is None else room.windows)
    floor = room_sqft(room.length_ft, room.width_ft)
    return Surfaces(
        floor_sqft=floor,
        ceiling_sqft=floor,
        wall_sqft=wall_sqft(room.length_ft, room.width_ft, height, openings),
        openings_sqft=openings,
        perimeter_ft=perimeter_ft(room.length_ft, room.width_ft),
        assumptions=tuple(_taken_for_granted(room)),
    )


def together(rooms: Sequence[Room]) -> Surfaces:
    """The sums over rooms: an inner wall counts on both of its sides, as a painter counts it."""
    parts = [surfaces(room) for room in rooms]
    return Surfaces(
        floor_sqft=sum((part.floor_sqft for part in parts), Decimal(0)),
        ceiling_sqft=sum((part.ceiling_sqft for part in parts), Decimal(0)),
        wall_sqft=sum((part.wall_sqft for part in parts), Decimal(0)),
        openings_sqft=sum((part.openings_sqft for part in parts), Decimal(0)),
        perimeter_ft=sum((part.perimeter_ft for part in parts), Decimal(0)),
        assumptions=tuple(dict.fromkeys(said for part in parts for said in part.assumptions)),
    )


def _taken_for_granted(room: Room) -> list[str]:
    said = [] if room.height_ft is not None else ["The ceiling is taken as 8 ft high."]
    uncounted = [word for word, number in (("one door", room.doors), ("one window", room.windows)) if number is None]
    if uncounted:
        said.append(f"Nobody counted them yet, so the room has {' and '.join(uncounted)}.")
    if room.doors != 0 or room.windows != 0:
        said.append("A door takes 21 sq ft off the walls and a window 15 sq ft.")
    return said
