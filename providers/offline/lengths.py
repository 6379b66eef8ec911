"""Lengths and sizes of rooms in a message: 14.5 ft, 14'6", 442 cm, 12 by 14 ft, 3.5 m x 4 m. Feet come out, whatever went in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from journeys.inputs import Length, RoomSize
from providers.offline.figures import APPROXIMATE, Figure, Mention, before, make

METRE = 1 / Decimal("0.3048")
FEET_IN = {"ft": Decimal(1), "in": Decimal(1) / 12, "yd": Decimal(3), "m": METRE, "cm": METRE / 100, "mm": METRE / 1000}
FINE = Decimal("0.0001")  # feet, or a thirtieth of a millimetre: 4.4 m keeps its digits and the wire stays short
UNIT = re.compile(
    r"""\s?-?(?:(?:linear|lineal|running|lin\.?)\s)?\s?(?:
        (?P<foot_mark>')(?!') | (?P<inch_mark>"|'')
      | (?:(?P<ft>feet|foot|ft\.?|lf)
          # "in" is a word as well: it is inches where no sentence can go on
        | (?P<in>inch(?:es)?|in\.(?!\s?[a-z])|in(?=\s?(?:$|[,;)x]|by\b|wide|tall|high|long|deep|thick|of\s(?:counter|cabinet|space))))
        | (?P<cm>centimet(?:er|re)s?|cms?)
        | (?P<mm>millimet(?:er|re)s?|mm)
        | (?P<m>met(?:er|re)s?|m)
        | (?P<yd>yards?|yds?))(?:(?=x\s?[0-9]|[0-9]{1,2}\s?(?:in|"))|(?![\w²]))
    )""",
    re.VERBOSE,
)
INCHES_AT_THE_END = re.compile(r"\s?in\b")  # behind feet there is no doubt: 14 ft 6 in the kitchen is nobody's sentence
NOTHING_COUNTED = re.compile(r"\s*(?:$|[.,;](?![0-9])|x\s?[0-9]|(?:by|tall|high|long|wide)\b)")  # 22 ft 6, but not 22 ft 6 coats
BY = re.compile(r"\s*(?:wide|long|deep)?\s*(?:x|by|times|\*)\s*")
LABEL_AFTER = re.compile(r"\s?(?:in\s)?(long|wide|length|width)\b")
LABEL_BEFORE = re.compile(r"\b(length|width)\s?(?:is|of|:|=)?\s?(?:about\s)?$")
JOINED_AS_RANGE = re.compile(r"\s*(?:-|to|or)\s*")
LEAST_SIDE, MOST_SIDE = 3, 200  # feet, where no unit was said: 2x4 is lumber, 1920x1080 a picture
# Sizes of things, not of rooms; a need that names one among its cues takes it all the same.
NOT_ROOMS = re.compile(
    r"\b(tile|island|window|door|rug|table|plank|board|lumber|stud|joist|beam|panel|sheet|sink|slab|mirror|shower|tub|deck|shed|photo|picture)s?\b"
)


@dataclass(frozen=True)
class Side:
    """A length as written. `unit` is None where none was said; `label` is long or wide; `dashed`: 14-6, which only a room makes clear."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    label: str = ""
    dashed: bool = False

    def feet(self, otherwise: str = "ft") -> Decimal:
        return (self.value * FEET_IN[self.unit or otherwise]).quantize(FINE).normalize() + 0


def sides(folded: str, numbers: Sequence[Figure]) -> list[Side]:
    """Every number as a length, feet and inches joined into one."""
    found: list[Side] = []
    used = 0
    for number, following in zip(numbers, [*numbers, None][1:], strict=True):
        if number.start < used:
            continue
        unit = unit_at(folded, number.end)
        name, used = unit or (None, number.end)
        value = number.value
        dashed = unit is None and following is not None and is_dashed(folded, number, following)
        if following is not None and dashed:
            value, used, name = value + following.value / 12, following.end, "ft"
        elif following is not None and name == "ft" and (end := end_of_inches(folded, used, following)):
            value, used = value + following.value / 12, end
        found.append(Side(number.start, used, value, name, label(folded, number.start, used), dashed))
    return found


def unit_at(folded: str, place: int) -> tuple[str, int] | None:
    """The unit that stands at a place, and where it ends."""
    match = UNIT.match(folded, place)
    if match is None:
        return None
    return {"foot_mark": "ft", "inch_mark": "in"}.get(match.lastgroup or "", match.lastgroup or ""), match.end()


def end_of_inches(folded: str, feet_end: int, inches: Figure) -> int | None:
    """Where a length in feet ends that goes on in inches: 14 ft 6 in, 14' 6", 14'6; None where it doesn't."""
    between = folded[feet_end : inches.start]
    if inches.value >= 12 or not re.fullmatch(r"\s?(?:-|,|and)?\s?", between):
        return None
    unit = unit_at(folded, inches.end)
    if unit is not None:
        return unit[1] if unit[0] == "in" else None
    if written := INCHES_AT_THE_END.match(folded, inches.end):
        return written.end()
    marked = folded[feet_end - 1] == "'" and not re.match(r"[\w/%]", folded[inches.end : inches.end + 1])
    return inches.end if not between.strip() and (marked or NOTHING_COUNTED.match(folded, inches.end)) else None


def is_dashed(folded: str, feet: Figure, inches: Figure) -> bool:
    """The trade's 14-6. The first number must be the larger, or it reads as a range."""
    whole = feet.value == int(feet.value) and inches.value == int(inches.value)
    joined = folded[feet.end : inches.start] == "-" and folded[feet.end - 1].isdigit() and folded[inches.start].isdigit()
    return whole and joined and inches.value < 12 and feet.value > inches.value and unit_at(folded, inches.end) is None


def label(folded: str, start: int, end: int) -> str:
    match = LABEL_AFTER.match(folded, end) or LABEL_BEFORE.search(before(folded, start, 20))
    return {"length": "long", "width": "wide"}.get(match[1], match[1]) if match else ""


def rooms(folded: str, every: Sequence[Side], cues: set[str]) -> Iterator[Mention]:
    """Sizes of two or three sides: 14.5 x 12, 3.5m by 4m, 12 by 14 by 8 ft, 12 ft wide and 16 ft long. `cues`: of needs for room sizes."""
    i = 0
    while i < len(every):
        size = [every[i]]
        while i + len(size) < len(every) and len(size) < 3 and BY.fullmatch(folded, size[-1].end, every[i + len(size)].start):
            size.append(every[i + len(size)])
        if len(size) == 1 and i + 1 < len(every) and are_labelled(folded, every[i], every[i + 1]):
            size.append(every[i + 1])
        if len(size) > 1 and (mention := a_room(folded, size, cues)) is not None:
            yield mention
        i += len(size)


def a_room(folded: str, size: Sequence[Side], cues: set[str]) -> Mention | None:
    start, end = size[0].start, size[-1].end
    around = before(folded, start, 25).rsplit(",", 1)[-1] + " " + folded[end : end + 15].split(",", 1)[0]
    if any(thing[1] not in cues for thing in NOT_ROOMS.finditer(around)):
        return None
    # A unit said once holds for all: the last one said, since "3.5 x 4 m" is the usual way.
    unit = next((side.unit for side in reversed(size) if side.unit), None)
    feet = [side.feet(unit or "ft") for side in size]
    if unit is None and not all(LEAST_SIDE <= side <= MOST_SIDE for side in feet):
        return None
    value = make(RoomSize, length_ft=feet[0], width_ft=feet[1], height_ft=feet[2] if len(feet) > 2 else None)
    return Mention(value, start, end, 1.0 if unit else 0.9) if value is not None else None


def are_labelled(folded: str, one: Side, other: Side) -> bool:
    between = folded[one.end : other.start]
    return {one.label, other.label} == {"long", "wide"} and len(between) < 25 and not re.search("[.;!?]", between)


def lengths(folded: str, every: Sequence[Side]) -> Iterator[Mention]:
    """Lengths with a unit. A range of lengths is none: one number is asked for, and nobody said which."""
    for i, side in enumerate(every):
        if side.unit is None or side.dashed or is_in_a_range(folded, every, i):
            continue
        if (value := make(Length, feet=side.feet())) is not None:
            yield Mention(value, side.start, side.end, 0.9 if APPROXIMATE.search(before(folded, side.start)) else 1.0)


def is_in_a_range(folded: str, every: Sequence[Side], i: int) -> bool:
    behind = i > 0 and JOINED_AS_RANGE.fullmatch(folded, every[i - 1].end, every[i].start)
    ahead = i + 1 < len(every) and JOINED_AS_RANGE.fullmatch(folded, every[i].end, every[i + 1].start)
    return bool(behind or ahead)
