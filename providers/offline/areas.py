"""Areas in a message: 800 sq ft, 75 m², 3k square feet, 20 x 40 ft for a need that asks for an area. Square feet come out."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from journeys.inputs import Area, Need, RoomSize
from providers.offline.figures import APPROXIMATE, Figure, Mention, before, make
from providers.offline.periods import per
from providers.offline.sums import RATE, SCALE, SCALES
from providers.offline.words import clause_before

# An acre is none of them: it measures the lot, never the home.
SQUARE = re.compile(
    r"""\s?-?(?:
        (?P<ft>sq(?:uare|\.)?[\s-]?(?:feet|foot|ft)|sqft|s\.?f|(?:ft|feet)\s?(?:²|\^?2))
      | (?P<m>sq(?:uare|\.)?[\s-]?(?:met(?:er|re)s?|m)|sqm|(?:m|met(?:er|re)s?)\s?(?:²|\^?2|squared)|㎡)
      | (?P<yd>sq(?:uare|\.)?[\s-]?(?:yards?|yds?))
    )(?![\w])\.?""",
    re.VERBOSE,
)
SQFT_IN = {"ft": Decimal(1), "m": Decimal("10.7639104167"), "yd": Decimal(9)}  # a foot is 0.3048 m by definition
FINE = Decimal("0.01")
JOINED = re.compile(r"\s*(?:-|to|or)\s*")
BETWEEN = re.compile(r"\bbetween\s*(?:about |around )?$")
SEVERAL_OF = re.compile(r"\b(?:[0-9]{1,2}|two|three|four)\s?x\s?$")  # 2 x 850 sq ft: of each of the two
COVERED = re.compile(r"\bcover(?:s|ed|ing|age)?\b[^.,;]{0,15}$")
PARTS = (
    "kitchen|bathroom|bath|bedroom|garage|deck|patio|porch|yard|lot|garden|closet|pantry|hallway|hall|office|dining room|living room|"
    "family room|room|attic|basement|shed|wall|floor|roof|window|tile|backsplash|unit|apartment|house|home"
)
PART_BEFORE = re.compile(rf"\b(?:the|our|my|a|its|each|every|this|one)\s(?:[a-z]+\s)?({PARTS})\b(?!\s(?:with|and|that|for)\b)")
PART_AFTER = re.compile(rf"\s(?:of\s|for\s)?(?:the\s|our\s|my\s)?(?:[a-z]+\s)?({PARTS})s?\b")


def areas(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Areas with a unit. A range of them is none: one number is asked for, and nobody said which. Nor is what a gallon covers."""
    read = [(number, *unit) for number in numbers if (unit := unit_at(folded, number))]
    for number, value, end in read:
        others = [other.end for other in numbers if other.end <= number.start] + [stop for _, _, stop in read if stop <= number.start]
        behind = [other.start for other in numbers if other.start >= end]
        ahead = before(folded, number.start)
        if any(joins(folded, stop, number.start) for stop in others[-3:]) or any(JOINED.fullmatch(folded, end, at) for at in behind[:1]):
            continue
        said, stop = per(folded, number.start, end)
        if RATE.match(folded, stop) or COVERED.search(ahead):
            continue
        if SEVERAL_OF.search(ahead):
            said |= {"unit"}
        if (area := make(Area, sqft=value)) is not None:
            yield Mention(area, number.start, stop, 0.9 if APPROXIMATE.search(ahead) else 1.0, said)


def unit_at(folded: str, number: Figure) -> tuple[Decimal, int] | None:
    """Square feet, and where the unit ends; None where no unit of area stands behind the number."""
    end, size = number.end, number.value
    if (multiple := SCALE.match(folded, end)) and multiple.lastgroup == "k":
        end, size = multiple.end(), size * SCALES["k"]
    unit = SQUARE.match(folded, end)
    if unit is None:
        return None
    return (size * SQFT_IN[unit.lastgroup or ""]).quantize(FINE).normalize() + 0, unit.end()


def joins(folded: str, end: int, start: int) -> bool:
    if JOINED.fullmatch(folded, end, start):
        return True
    return folded[end:start].strip() == "and" and bool(BETWEEN.search(before(folded, end, 60).rstrip("0123456789,. ") + " "))


def products(sizes: Sequence[Mention]) -> Iterator[Mention]:
    """The areas of rooms whose sides were said."""
    for size in sizes:
        if isinstance(size.value, RoomSize):
            area = make(Area, sqft=(size.value.length_ft * size.value.width_ft).quantize(FINE).normalize() + 0)
            if area is not None:
                yield Mention(area, size.start, size.end, size.sureness * 0.95)


def is_of_a_part(folded: str, mention: Mention, need: Need) -> bool:
    """Whether the area is said of another part of the house than the need is about: "the garage is 400 sq ft" is no home."""
    named = list(PART_BEFORE.finditer(clause_before(folded, mention.start)))[-1:]
    named += [part for part in (PART_AFTER.match(folded, mention.end),) if part]
    about = {word for cue in need.cues for word in (cue, cue.removesuffix("s"))}
    return any(part[1] not in about for part in named)
