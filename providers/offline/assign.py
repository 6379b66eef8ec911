"""Whose a value is. The rule stands in the docstring of `extract.extract`; here is how it is carried out."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import product
from typing import Protocol

from journeys.inputs import Area, Count, Found, Length, Money, Need, Percent, RoomSize, Value, Weeks
from providers.offline.areas import is_of_a_part
from providers.offline.figures import Mention, before
from providers.offline.periods import speaks_of, spoken_of
from providers.offline.words import Token, cue_places, distance, is_question, sentence_around

NEAR = 45  # as `distance` counts: a cue further off speaks of something else
MOST_MENTIONS = 6  # of one kind are paired with cues; a message with more is a list for somebody else
LEAST_BUDGET_CENTS = 100_000  # a smaller sum that nobody asked for is the price of a thing
SEEN_ONCE = ("room_size", "area", "money", "place")  # kinds seldom said of anything but the one need that asks for them

EXTENT_AFTER = re.compile(r"\s?(?:in\s)?(deep|depth|thick|high|tall|height|apart)\b")
EXTENTS = frozenset(["deep", "thick", "high", "tall", "wide", "long", "height"])
OTHER_SUBJECT = re.compile(r"\b(?:counter|cabinet|island|fridge|window|door|wall|shelf|shelve|table|vanity|bench|hood|stove|oven|tub|sink)")
SPENT = frozenset(["budget", "spend", "afford"])
PRICED = re.compile(
    r"\b(?:cost|costs|price|priced|quote|quoted|bid|offer|offered|charge|charges|charged|paid|bill|each|worth|fee|rent|save|saved|sale)\b"
)


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
        only = need.kind in SEEN_ONCE and plain(needs) == [need]
        if need.name in filled or not (need.name == asked or only):
            continue
        if need.name != asked and need.kind == "money":
            fitting = [mention for mention in fitting if is_a_budget(folded, mention)]
        if need.name != asked and need.kind == "area":
            said_so = not spoken_of(need)  # a plain area is no unit's, unless the message says "each"
            fitting = [m for m in fitting if (said_so or m.per) and not is_question(sentence_around(folded, m.start))]
        if len({repr(mention.value) for mention in fitting}) == 1:  # two different ones: nobody said which
            found.append(found_of(need, fitting[0], 0.9 if need.name == asked or need.kind != "money" else 0.7))
    return found


def plain(needs: Sequence[Need]) -> list[Need]:
    """Those that a value may answer to which neither a cue nor a question leads: of sums what can be spent in all, never a price, nor
    what is asked by the month or year; of other kinds any."""
    return [need for need in needs if need.kind != "money" or (not spoken_of(need) and SPENT & {need.name, *need.cues})]


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


def found_of(need: Need, mention: Mention, sureness: float) -> Found:
    return Found(need=need.name, value=mention.value, start=mention.start, end=mention.end, sureness=round(sureness * mention.sureness, 2))


def overlaps(one: Spanned, others: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)
