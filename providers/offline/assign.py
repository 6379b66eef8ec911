"""Whose a value is. The rule stands in the docstring of `extract.extract`; here is how it is carried out."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import product
from typing import Protocol

from journeys.inputs import Area, Count, Found, Length, Money, Need, Percent, RoomSize, Value, Weeks
from providers.offline.areas import is_of_a_part, joins
from providers.offline.figures import APPROXIMATE, AT_MOST_BEFORE, Figure, Mention, before, make
from providers.offline.lengths import FINE, is_dashed, unit_at
from providers.offline.periods import per, periods_of, speaks_of
from providers.offline.sums import RATE, a_sum
from providers.offline.times import PERIOD
from providers.offline.words import Token, cue_places, distance, is_question, sentence_around

NEAR = 45  # as `distance` counts: a cue further off speaks of something else
MOST_MENTIONS = 6  # of one kind are paired with cues; a message with more is a list for somebody else
LEAST_BUDGET_CENTS = 100_000  # a smaller sum that nobody asked for is the price of a thing
LEAST_BARE_SUM = 100  # "40" beside a budget is as likely forty thousand
MOST_BARE_FEET = 60
LEAST_BARE_SQFT = 20
SEEN_ONCE = ("room_size", "area", "money", "place")  # kinds seldom said of anything but the one need that asks for them
BARE = ("length", "area", "money", "percent", "weeks", "count")
SIZE_WORDS = frozenset(["area", "size", "footage", "square footage", "square feet"])  # beside these a bare number may be an area

EXTENT_AFTER = re.compile(r"\s?(?:in\s)?(deep|depth|thick|high|tall|height|apart)\b")
EXTENTS = frozenset(["deep", "thick", "high", "tall", "wide", "long", "height"])
OTHER_SUBJECT = re.compile(r"\b(?:counter|cabinet|island|fridge|window|door|wall|shelf|shelve|table|vanity|bench|hood|stove|oven|tub|sink)")
PRICED = re.compile(
    r"\b(?:cost|costs|price|priced|quote|quoted|bid|offer|offered|charge|charges|charged|paid|bill|each|worth|fee|rent|save|saved|sale)\b"
)
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


class Spanned(Protocol):
    """Something that stands somewhere in the text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Places = list[tuple[int, int]]
Cues = Callable[[Need], Places]


def cues_in(words: Sequence[Token], needs: Sequence[Need]) -> Cues:
    """Where a need's cues stand; looked for once, however many kinds and numbers ask. The rent in another need's "market rent" is none."""
    known: dict[str, Places] = {}
    longer = {need.name: cue_places(words, [cue for cue in need.cues if " " in cue]) for need in needs}
    of_several = [(name, place) for name, places in longer.items() for place in places]

    def places(need: Need) -> Places:
        if need.name not in known:
            others = [place for name, place in of_several if name != need.name]
            found = cue_places(words, need.cues)
            known[need.name] = [one for one in found if not any(s <= one[0] and one[1] <= e and one != (s, e) for s, e in others)]
        return known[need.name]

    return places


def assigned(folded: str, mentions: Sequence[Mention], needs: Sequence[Need], asked: str | None, cues: Cues) -> list[Found]:
    """Gives the mentions of one kind to the needs of that kind: by cue, by question, by being the only one."""
    if not mentions or not needs:
        return []
    by_cue = nearest(folded, mentions[:MOST_MENTIONS], needs, cues)
    found = [found_of(need, mention, 0.95) for mention, need in by_cue]
    left = [mention for mention in mentions if not overlaps(mention, found)]
    filled = {each.need for each in found}
    for need in needs:
        fitting = [mention for mention in left if may_answer(folded, need, mention)]
        only = need.kind in SEEN_ONCE and needs_of_no_period(needs) == [need]
        if need.name in filled or not (need.name == asked or only):
            continue
        if need.name != asked and need.kind == "money":
            fitting = [mention for mention in fitting if is_a_budget(folded, mention)]
        if need.name != asked and need.kind == "area":
            fitting = [mention for mention in fitting if not is_question(sentence_around(folded, mention.start))]
        if len({repr(mention.value) for mention in fitting}) == 1:  # two different ones: nobody said which
            found.append(found_of(need, fitting[0], 0.9 if need.name == asked or need.kind != "money" else 0.7))
    return found


def needs_of_no_period(needs: Sequence[Need]) -> list[Need]:
    """Of several sums a plain one is meant, unless the message says "a month" or "a year" as well; of other kinds any."""
    return [need for need in needs if need.kind != "money" or not periods_of(need)]


def may_answer(folded: str, need: Need, mention: Mention) -> bool:
    return fits(need, mention.value) and speaks_of(need, mention.per) and not is_of_another(folded, mention, need)


def nearest(folded: str, mentions: Sequence[Mention], needs: Sequence[Need], cues: Cues) -> list[tuple[Mention, Need]]:
    """The pairing of mentions and needs with the nearest cues overall: "ceiling 9 ft counter 22 ft" has one that fits both."""
    ways: list[list[tuple[int, Need | None]]] = []
    for mention in mentions:
        reach: list[tuple[int, Need | None]] = [(NEAR, None)]
        for need in needs:
            if (places := cues(need)) and may_answer(folded, need, mention):
                away = nearest_cue(folded, mention, places)
                reach += [(away, need)] if away < NEAR else []
        ways.append(sorted(reach, key=lambda way: way[0])[:4])  # 4 to the sixth: few enough to try them all
    best: tuple[int, Sequence[tuple[int, Need | None]]] = (10**6, ())
    for way in product(*ways):
        names = [need.name for _, need in way if need]
        cost = sum(away for away, _ in way)
        if len(names) == len(set(names)) and cost < best[0]:
            best = (cost, way)
    return [(mention, need) for mention, (_, need) in zip(mentions, best[1], strict=False) if need]


def nearest_cue(folded: str, mention: Mention, places: Sequence[tuple[int, int]]) -> int:
    """How far the nearest cue is; one inside the mention's own words is none."""
    outside = [place for place in places if place[1] <= mention.start or place[0] >= mention.end]
    return min((distance(folded, (mention.start, mention.end), place) for place in outside), default=NEAR)


def is_of_another(folded: str, mention: Mention, need: Need) -> bool:
    """Whether the word behind a length makes it a depth or height the need does not ask for: "counters 25 inches deep" is no run.

    "The cabinets are 36 inches high" has the word the ceiling is known by, but a subject of its own.
    """
    if need.kind == "area":
        return is_of_a_part(folded, mention, need)
    if need.kind != "length" or not (behind := EXTENT_AFTER.match(folded, mention.end)):
        return False
    if behind[1] not in need.cues:
        return True
    clause = before(folded, mention.start)
    own = any(re.search(rf"\b{re.escape(cue)}", clause) for cue in need.cues if cue not in EXTENTS)
    return bool(OTHER_SUBJECT.search(clause)) and not own


def is_a_budget(folded: str, mention: Mention) -> bool:
    """Whether a sum nobody asked for is likely the whole one: large, in a statement, and no word makes it a price."""
    sentence = sentence_around(folded, mention.start)
    large = isinstance(mention.value, Money) and mention.value.high_cents >= LEAST_BUDGET_CENTS
    return large and not is_question(sentence) and not PRICED.search(sentence)


def fits(need: Need, value: Value) -> bool:
    """Whether a value lies in the need's bounds."""
    match value:
        case Length():
            sizes = [value.feet]
        case RoomSize():
            sizes = [value.length_ft, value.width_ft]
        case Money():
            sizes = [Decimal(value.high_cents) / 100, Decimal(value.low_cents or value.high_cents) / 100]
        case Weeks():
            sizes = [value.high]
        case Count():
            sizes = [Decimal(value.count)]
        case Area():
            sizes = [value.sqft]
        case Percent():
            sizes = [value.percent]
        case _:
            return True
    return all((need.at_least is None or size >= need.at_least) and (need.at_most is None or size <= need.at_most) for size in sizes)


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


def found_of(need: Need, mention: Mention, sureness: float) -> Found:
    return Found(need=need.name, value=mention.value, start=mention.start, end=mention.end, sureness=round(sureness * mention.sureness, 2))


def overlaps(one: Spanned, others: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)
