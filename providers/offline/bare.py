"""Numbers without a unit: of the need that was asked for, or beside its cue ("ceiling: 9", "taxes 4,275", "950 a month")."""

import re
from collections.abc import Sequence
from decimal import Decimal

from journeys.inputs import Area, Count, Found, Length, Money, Need, Percent, Value, Weeks
from providers.offline.areas import joins
from providers.offline.assign import NEAR, Cues, fits, found_of, overlaps
from providers.offline.figures import APPROXIMATE, AT_MOST_BEFORE, Figure, Mention, before, make
from providers.offline.lengths import FINE, is_dashed, unit_at
from providers.offline.periods import per, speaks_of
from providers.offline.sums import RATE, a_sum
from providers.offline.times import PERIOD
from providers.offline.words import is_question, sentence_around

LEAST_BARE_SUM = 100  # "40" beside a budget is as likely forty thousand
MOST_BARE_FEET = 60
LEAST_BARE_SQFT = 20
BARE = ("length", "area", "money", "percent", "weeks", "count")
SIZE_WORDS = frozenset(["area", "size", "footage", "square footage", "square feet"])  # beside these a bare number may be an area
NOT_BARE_BEFORE = re.compile(
    r"(?:\b(?:in|since|from|year|level|floor|option|step|number|no\.?|page|room|unit|apt|suite)|[#$/+]|[0-9]:|[0-9'\"]\s?x)\s*$"
)
NOT_BARE_AFTER = re.compile(
    r"\s*(?:[/%°#+]|:[0-9]|sq|square|s\.?f\b|m²|m2\b|am\b|pm\b|percent|per\scent|pct|acres?\b|hours?\b|st\b|nd\b|rd\b|th\b|x\s?[0-9])"
)
CUE_TO_NUMBER = re.compile(
    r"(?:\s*(?:height|length|run|size|total|limit|is|are|was|of|in|at|about|"
    r"around|roughly|approximately|now|just|to|should be|'s|s|[:=,-]))*"
    r"\s*"
)
CUE_TO_SUM = re.compile(  # a sum is said of more than it is of: "taxes run about 4,275", "insurance comes to 1,200 a year"
    r"(?:\s*(?:price|bill|payment|currently|today|runs?|comes?|came|costs?|were|will be|would be|each|monthly|yearly|annual|per|a|month|"
    r"year|for|it|units?|both|total|limit|is|are|was|of|in|at|about|around|roughly|approximately|now|just|to|should be|'s|s|[:=,-]))*"
    r"\s*[$£€]?"
)
SUM_TO_CUE = re.compile(r"\s(?:in|for|of|goes to|goes into)\s(?:the\s|my\s|our\s)?(?:[a-z]+\s)?")  # 4,275 in taxes
RANGE = re.compile(r"\s*(?:-|to)\s*")
ONE_WORD = re.compile(r"[\s-](?:[a-z]+\s)?")
A_THING = re.compile(r"[\s-][a-z]{3,}")
WORD_AFTER = re.compile(r"\s?([a-z']+)")
FILLERS = """
    and or so ish tops max maximum total in all maybe i probably please about at if for roughly more less give but is should would
    will though exactly sorry
"""
SAYS_NOTHING = frozenset(FILLERS.split())


def bare(
    folded: str, numbers: Sequence[Figure], needs: Sequence[Need], asked: str | None, taken: Sequence[Found], cues: Cues
) -> list[Found]:
    """Numbers without a unit, for needs that have nothing yet: feet, square feet, whole money, a percent, weeks or a count, as the need's
    kind says. A sum may say what it is per ("950 a month"), where the need asks for such a one."""
    found: list[Found] = []
    lone = [number for number in numbers if is_bare(folded, number)]
    for need in sorted(needs, key=lambda need: need.name != asked):
        if need.kind not in BARE or any(each.need == need.name for each in taken):
            continue
        free = [number for number in rated(folded, numbers, lone, need) if not overlaps(number, [*taken, *found])]
        near = free if need.kind != "count" else [*free, *(n for n in numbers if is_in(folded, n) and not overlaps(n, [*taken, *found]))]
        beside = [number for number in near if stands_beside(folded, number, cues(need), need)] if near else []
        chosen: Sequence[Figure] = []
        if len(beside) == 1 and not is_in_a_range(folded, beside[0], numbers):
            chosen = beside
        elif (
            need.name == asked and free and is_an_answer(folded, free, numbers) and not is_question(sentence_around(folded, free[0].start))
        ):
            chosen = free
        mention = as_kind(folded, need, chosen[0], chosen[-1]) if chosen else None
        if mention is not None and fits(need, mention.value):
            found.append(found_of(need, mention, 0.75))
    return found


def rated(folded: str, numbers: Sequence[Figure], lone: Sequence[Figure], need: Need) -> Sequence[Figure]:
    """The bare numbers; for a sum those of which the message says that they are per month, year or unit, if the need asks for that."""
    if need.kind != "money":
        return lone
    free = []
    for number in numbers:
        said, end = per(folded, number.start, number.end)
        plain = number in lone and not RATE.match(folded, end)
        of_its_kind = said and not RATE.match(folded, end) and not a_sum(folded, number).marked
        if (plain or of_its_kind) and speaks_of(need, said):
            free.append(number)
    return free


def is_in(folded: str, number: Figure) -> bool:
    """ "built in 1962": a count beside its cue, though "in 1962" alone is a date."""
    return before(folded, number.start, 3) == "in " and not NOT_BARE_AFTER.match(folded, number.end)


def is_bare(folded: str, number: Figure) -> bool:
    """Whether no unit, currency or neighbour says what a number is of."""
    if NOT_BARE_BEFORE.search(before(folded, number.start, 12)) or NOT_BARE_AFTER.match(folded, number.end):
        return False
    said = a_sum(folded, number)
    return not (unit_at(folded, number.end) or PERIOD.match(folded, number.end) or said.marked or said.scale)


def is_an_answer(folded: str, free: Sequence[Figure], numbers: Sequence[Figure]) -> bool:
    """One number that counts nothing ("3 windows" does) and ends no range, or two that make one."""
    if len(free) == 2:
        return bool(RANGE.fullmatch(folded, free[0].end, free[1].start))
    if len(free) != 1 or is_in_a_range(folded, free[0], numbers):
        return False
    behind = WORD_AFTER.match(folded, per(folded, free[0].start, free[0].end)[1])
    return behind is None or behind[1] in SAYS_NOTHING


def is_in_a_range(folded: str, number: Figure, numbers: Sequence[Figure]) -> bool:
    others = [other for other in numbers if other != number]
    return any(joins(folded, min(one.end, number.end), max(one.start, number.start)) for one in others)


def stands_beside(folded: str, number: Figure, cues: Sequence[tuple[int, int]], need: Need) -> bool:
    kind = need.kind
    if kind == "area":
        cues = [place for place in cues if folded[place[0] : place[1]] in SIZE_WORDS]
    way = CUE_TO_SUM if kind == "money" else CUE_TO_NUMBER
    ahead = [end for _, end in cues if 0 <= number.start - end < NEAR and way.fullmatch(folded, end, number.start)]
    if kind == "count" and "," in folded[max(ahead, default=number.start) : number.start] and A_THING.match(folded, number.end):
        ahead = []  # "two storeys, 11 rooms"
    end = per(folded, number.start, number.end)[1] if kind == "money" else number.end
    join = {"count": ONE_WORD, "money": SUM_TO_CUE}.get(kind)
    behind = join is not None and any(0 <= start - end < NEAR and join.fullmatch(folded, end, start) for start, _ in cues)
    return bool(ahead) or behind


def as_kind(folded: str, need: Need, low: Figure, high: Figure) -> Mention | None:
    """A bare number, or two as a range, in the unit of the need's kind."""
    value: Value | None = None
    ahead = before(folded, low.start)
    least = Decimal(0) if low is high and AT_MOST_BEFORE.search(ahead) else low.value
    if need.kind == "length" and (low is high or is_dashed(folded, low, high)):
        feet = low.value if low is high else low.value + high.value / 12
        plausible = need.at_most is not None or feet <= MOST_BARE_FEET
        value = make(Length, feet=feet.quantize(FINE).normalize() + 0) if plausible else None
    elif need.kind == "money" and low.value >= (need.at_least or LEAST_BARE_SUM):
        value = make(Money, low_cents=int(least * 100), high_cents=int(high.value * 100))
    elif need.kind == "area" and low is high and low.value >= (need.at_least or LEAST_BARE_SQFT):
        value = make(Area, sqft=low.value)
    elif need.kind == "percent" and low is high and (low.value >= 1 or not low.value):  # .25 may be a quarter
        value = make(Percent, percent=low.value)
    elif need.kind == "weeks" and low.value <= high.value:
        value = make(Weeks, low=least, high=high.value)
    elif need.kind == "count" and low is high and low.value == int(low.value):
        value = make(Count, count=int(low.value))
    return Mention(value, low.start, high.end, 0.9 if APPROXIMATE.search(ahead) else 1.0) if value is not None else None
