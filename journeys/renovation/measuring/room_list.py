"""Rooms and runs as people list them in one line: “kitchen 14.5 x 12, bedroom 2: 10 by 12 ft, hall 60 sq ft”.

Nothing is guessed at: what can't be read is refused with its own words. Numbers without a unit are feet, and that is said.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from journeys.renovation.errors import BadMeasure

FT_PER_M = 1 / Decimal("0.3048")  # the international foot, exact
FINE_FT = Decimal("0.0001")  # as fine as a length travels in a journey
LONGEST_FT = Decimal(1000)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.\d{1,4})?"
_UNIT = r"(?:feet|foot|ft\.?|lf|'|metres?|meters?|m)(?![a-z²2])"
_SIDE = rf"{_NUMBER}\s*(?:{_UNIT})?(?:\s*{_NUMBER}\s*(?:inches|in\.?|\"))?"
_BY = re.compile(rf"^(?P<name>.*?)[\s:=]*(?<![\d.,])(?P<a>{_SIDE})\s*(?:x|×|by)\s*(?P<b>{_SIDE})$")
_AREA = re.compile(
    rf"^(?P<name>.*?)[\s:=]*(?<![\d.,])(?P<area>{_NUMBER})\s*(?P<unit>(?:sq\.?|square)\s*(?:ft\.?|feet|m|metres?|meters?)|sqft|ft2|ft²|m2|m²)$"
)
_RUN = re.compile(rf"^{_SIDE}$")
_PARTS = re.compile(rf"^(?P<whole>{_NUMBER})\s*(?P<unit>{_UNIT})?(?:\s*(?P<inches>{_NUMBER})\s*(?:inches|in\.?|\"))?$")
_SEVERAL = re.compile(r"^(?:\d+|two|three|four|five|six|both)\b", re.IGNORECASE)
_AFTER_A_MEASURE = r"(?:(?<=\d)|(?<=ft)|(?<=feet)|(?<=\bm)|(?<=\bin)|(?<=['\"²]))"  # “living and dining” is one room
_ANOTHER_MEASURE = re.compile(rf"\d\s*(?:x|×|by|{_UNIT}|sq)(?![a-z])")  # in what should be a name: “bedroom 12x10 x2”
_BETWEEN = re.compile(rf"[;\n]|,(?!\d)|\s\+\s|{_AFTER_A_MEASURE}\s+and\s+", re.IGNORECASE)


class ListedRoom(NamedTuple):
    """`sides_ft` where they were listed, and not an area alone."""

    name: str
    sqft: Decimal
    sides_ft: tuple[Decimal, Decimal] | None = None


class RoomList(NamedTuple):
    rooms: tuple[ListedRoom, ...]
    assumptions: tuple[str, ...]


def read_rooms(text: str) -> RoomList:
    """The rooms with their floor areas in square feet. Raises BadMeasure naming the piece that can't be read."""
    rooms: list[ListedRoom] = []
    unitless = False
    for piece in _pieces(text):
        by, area = _BY.match(piece), _AREA.match(piece)
        found = by or area
        if found is None or _SEVERAL.match(found["name"].strip()) or _ANOTHER_MEASURE.search(found["name"]):
            raise BadMeasure(f"I can't read “{piece[:60]}” as one room: please write each as “kitchen 14.5 x 12 ft” or “hall 60 sq ft”.")
        sides = None
        if area is not None:
            sqft = _number(area["area"]) * (FT_PER_M**2 if "m" in area["unit"].removeprefix("sq") else 1)
        else:
            assert by is not None
            otherwise = _unit_of(by["b"]) or _unit_of(by["a"])
            unitless = unitless or otherwise is None
            sides = (_feet(by["a"], otherwise), _feet(by["b"], otherwise))
            sqft = sides[0] * sides[1]
        if not 0 < sqft <= LONGEST_FT**2 or max(sides or (0,)) > LONGEST_FT:
            raise BadMeasure(f"“{piece[:60]}” has no area that a room can have; please check it.")
        rooms.append(ListedRoom(found["name"].strip(" :=-").lower() or f"room {len(rooms) + 1}", sqft, sides))
    if not rooms:
        raise BadMeasure("There is no room in that list; please write each as “kitchen 14.5 x 12 ft”.")
    return RoomList(tuple(rooms), ("Numbers without a unit are taken as feet.",) if unitless else ())


def read_runs(text: str) -> tuple[Decimal, ...]:
    """Straight lengths in feet: “8 ft, 6.5 ft and 10'6"”. Raises BadMeasure naming the piece that can't be read."""
    runs = []
    for piece in _pieces(text):
        length = _feet(piece, None) if _RUN.match(piece) else Decimal(0)
        if not 0 < length <= LONGEST_FT:
            raise BadMeasure(f"I can't read “{piece[:60]}” as a length: please list the runs as “8 ft, 6.5 ft”.")
        runs.append(length)
    if not runs:
        raise BadMeasure("There is no length in that list; please list the runs as “8 ft, 6.5 ft”.")
    return tuple(runs)


def _pieces(text: str) -> list[str]:
    return [" ".join(piece.lower().split()) for part in _BETWEEN.split(text) if (piece := part.strip(" ."))]


def _unit_of(side: str) -> str | None:
    parts = _PARTS.match(side.strip())
    unit = parts["unit"] if parts else None
    return unit and ("m" if unit.startswith("m") else "ft")


def _feet(side: str, otherwise: str | None) -> Decimal:
    parts = _PARTS.match(side.strip())
    if parts is None:
        raise BadMeasure(f"I can't read “{side[:60]}” as a length.")
    whole = _number(parts["whole"]) * (FT_PER_M if (_unit_of(side) or otherwise) == "m" else 1)
    return (whole + _number(parts["inches"] or "0") / 12).quantize(FINE_FT)


def _number(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))
