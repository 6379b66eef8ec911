"""Inputs in a message: what it holds for the needs that are open. Rules over closed lists; no guess where two readings fit."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product

from journeys.inputs import Choice, Count, Day, Found, Length, Money, Need, RoomSize, Text, Value, Weeks
from providers.offline.days import days
from providers.offline.figures import Figure, figures, fold
from providers.offline.measures import (
    APPROXIMATE,
    AT_MOST_BEFORE,
    Mention,
    lengths,
    make,
    money,
    rooms,
    sides,
    spans,
)
from providers.offline.options import cue_places, distance, is_question, picks, sentence_around, tokens
from providers.offline.places import places

NEAR = 45  # as `distance` counts: a cue further off speaks of something else
MOST_MENTIONS = 6  # of one kind: beyond that a message is a list, and its order decides
# Sizes of things, not of rooms; a need that names one among its cues takes it all the same.
NOT_ROOMS = re.compile(r"\b(tile|island|window|door|rug|table|plank|board|lumber|stud|joist|beam|panel|sheet|sink|slab|mirror|shower|tub|deck|shed|photo|picture)s?\b")
DEPTH_AFTER = re.compile(r"\s?(?:in\s)?(deep|depth|thick|high|tall|height|apart)\b")
PRICE_WORDS = re.compile(r"\b(?:cost|costs|price|priced|quote|quoted|bid|offer|offered|charge|charges|charged|paid|bill|each|worth|fee|rent|save|saved|sale)\b")
BARE_BEFORE = re.compile(r"(?:\b(?:in|since|from|year|level|floor|option|step|number|no\.?|page|room|unit|apt|suite)|[#$/:.+-])\s*$")
BARE_AFTER = re.compile(r"\s*(?:[/:%°#+]|sq|square|am\b|pm\b|percent|years?\b|weeks?\b|months?\b|days?\b|hours?\b|st\b|nd\b|rd\b|th\b|x\s?[0-9])")
BETWEEN_CUE_AND_NUMBER = re.compile(
    r"(?:\s*(?:height|length|run|size|total|limit|is|are|was|of|at|about|around|roughly|approximately|now|just|to|should be|'s|s|:|=|-|,))*\s*"
)
LEAST_BARE_MONEY = 100  # "40" beside a budget is as likely forty thousand


def extract(text: str, needs: Sequence[Need], asked: str | None, today: date | None = None) -> list[Found]:
    """What `text` says for `needs`, in the order of the text; at most one value for each. Never fails. `asked`: the need last asked for.

    Whose a measure is: the need of its kind with the nearest cue in the clause; else the need that was asked for, if its
    kind fits and nothing else in the message could be the answer as well; else, for rooms, sums and places, which are
    seldom said of anything else, the only need of that kind. Bounds of the need hold in each case. Each number is read
    once: 10 of 10x12 is no price. A bare number counts for the need asked for, or beside its cue ("ceiling: 9").
    A free text is taken whole, when it was asked for and is no question.
    """
    folded = fold(text)
    taken: list[Found] = []
    numbers = figures(folded)
    for kind, read in readings(text, folded, numbers, asked, needs, today):
        mine = [need for need in needs if need.kind == kind]
        if mine:
            free = [mention for mention in read() if not overlaps(mention, taken)]
            taken += assigned(folded, free, mine, asked)
    taken += bare(folded, numbers, needs, asked, taken)
    for pick in picks(folded, needs, asked):
        if not overlaps(pick, [found for found in taken if not isinstance(found.value, Money)]):
            taken.append(Found(need=pick.need.name, value=Choice(option=pick.option), start=pick.start, end=pick.end, sureness=rounded(pick.sureness)))
    taken += whole_text(text, folded, needs, asked)
    return sorted(taken, key=lambda found: (found.start, found.end))


def readings(
    text: str, folded: str, numbers: Sequence[Figure], asked: str | None, needs: Sequence[Need], today: date | None
) -> Iterator[tuple[str, Callable[[], list[Mention]]]]:
    """Kinds with their readers, the most telling shapes first: what one has read is gone for the next."""
    every = sides(folded, numbers)
    room_cues = {cue for need in needs if need.kind == "room_size" for cue in need.cues}
    asked_place = any(need.name == asked and need.kind == "place" for need in needs)
    yield "day", lambda: [Mention(Day(on=day.on), day.start, day.end, day.sureness) for day in days(folded, today)]
    yield "room_size", lambda: [room for room, with_unit in rooms(folded, every) if is_a_room(folded, room, with_unit, room_cues)]
    yield "money", lambda: list(money(folded, numbers))
    yield "weeks", lambda: list(spans(folded, numbers))
    yield "length", lambda: list(lengths(folded, every))
    yield "place", lambda: [Mention(where.place, where.start, where.end, where.sureness) for where in places(text, folded, asked_place)]
    yield "count", lambda: []


def is_a_room(folded: str, room: Mention, with_unit: bool, cues: set[str]) -> bool:
    around = folded[max(0, room.start - 25) : room.start].rsplit(",", 1)[-1] + " " + folded[room.end : room.end + 15].split(",", 1)[0]
    if any(thing[1] not in cues for thing in NOT_ROOMS.finditer(around)):
        return False
    assert isinstance(room.value, RoomSize)
    return with_unit or (min(room.value.length_ft, room.value.width_ft) >= 3 and max(room.value.length_ft, room.value.width_ft) <= 200)


def assigned(folded: str, mentions: Sequence[Mention], needs: Sequence[Need], asked: str | None) -> list[Found]:
    """Gives the mentions of one kind to the needs of that kind: by cue, by question, by being the only one."""
    words = tokens(folded)
    cues = {need.name: cue_places(words, need.cues) for need in needs}
    by_cue = nearest(folded, mentions[:MOST_MENTIONS], needs, cues)
    given = [found_of(need, mention, 0.95) for mention, need in by_cue]
    left = [mention for mention in mentions if mention not in [each for each, _ in by_cue]]
    waiting = [need for need in needs if need.name not in {found.need for found in given}]
    for need in waiting:
        fitting = [mention for mention in left if fits(need, mention.value)]
        if need.name == asked:
            fitting = [mention for mention in fitting if not is_of_another(folded, mention, need)]
            sureness = 0.9
        elif len(needs) == 1 and need.kind in ("room_size", "money", "place"):
            fitting = [mention for mention in fitting if need.kind != "money" or is_a_budget(folded, mention)]
            sureness = 0.7 if need.kind == "money" else 0.9
        else:
            continue
        if len({repr(mention.value) for mention in fitting}) == 1:
            given.append(found_of(need, fitting[0], sureness))
    return given


def nearest(
    folded: str, mentions: Sequence[Mention], needs: Sequence[Need], cues: dict[str, list[tuple[int, int]]]
) -> list[tuple[Mention, Need]]:
    """The pairing of mentions and needs with the nearest cues overall: "ceiling 9 ft counter 22 ft" has one that fits both."""
    ways: list[list[tuple[int, Need | None]]] = []
    for mention in mentions:
        reach: list[tuple[int, Need | None]] = [(NEAR, None)]
        for need in needs:
            if fits(need, mention.value) and not is_of_another(folded, mention, need):
                away = min((gap for cue in cues[need.name] if (gap := apart(folded, mention, cue)) is not None), default=NEAR)
                reach += [(away, need)] if away < NEAR else []
        ways.append(sorted(reach, key=lambda way: way[0])[:4])
    best: tuple[int, Sequence[tuple[int, Need | None]]] = (10**6, ())
    for way in product(*ways):
        names = [need.name for _, need in way if need]
        cost = sum(away for away, _ in way)
        if len(names) == len(set(names)) and cost < best[0]:
            best = (cost, way)
    return [(mention, need) for mention, (_, need) in zip(mentions, best[1], strict=False) if need]


def apart(folded: str, mention: Mention, cue: tuple[int, int]) -> int | None:
    """How far a cue is from a mention; None inside it."""
    if cue[0] < mention.end and mention.start < cue[1]:
        return None
    return distance(folded, (mention.start, mention.end), cue)


def is_of_another(folded: str, mention: Mention, need: Need) -> bool:
    """Whether the words behind a length make it a depth or a height, and the need is neither: "counters 25 inches deep" is no run."""
    if need.kind != "length" or not (behind := DEPTH_AFTER.match(folded, mention.end)):
        return False
    if behind[1] not in need.cues:
        return True
    subject = folded[max(0, mention.start - 40) : mention.start]
    # "the cabinets are 36 inches high": high is a cue of the ceiling, but the clause has a subject of its own.
    named = {cue for cue in need.cues if cue not in ("deep", "thick", "high", "tall", "wide", "long", "height")}
    return bool(re.search(r"\b(?:counter|cabinet|island|fridge|window|door|wall|shelf|shelve|table|vanity|bench|hood|stove|oven|tub|sink)", subject)) and not any(
        re.search(rf"\b{re.escape(cue)}", subject) for cue in named
    )


def is_a_budget(folded: str, mention: Mention) -> bool:
    """Whether a sum nobody asked for is likely the whole one: in a statement, of size, and no word makes it a price."""
    assert isinstance(mention.value, Money)
    sentence = sentence_around(folded, mention.start)
    return mention.value.high_cents >= 100_000 and not is_question(sentence) and not PRICE_WORDS.search(sentence)


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
        case _:
            return True
    return all((need.at_least is None or size >= need.at_least) and (need.at_most is None or size <= need.at_most) for size in sizes)


def bare(folded: str, numbers: Sequence[Figure], needs: Sequence[Need], asked: str | None, taken: Sequence[Found]) -> list[Found]:
    """Numbers without a unit, for needs that have nothing yet: feet, whole money, weeks or a count, as the need's kind says."""
    words = tokens(folded)
    filled = {found.need for found in taken}
    found: list[Found] = []
    for need in sorted(needs, key=lambda need: need.name != asked):
        if need.kind not in ("length", "money", "weeks", "count") or need.name in filled:
            continue
        free = [number for number in numbers if not overlaps(number, [*taken, *found]) and is_bare(folded, number)]
        beside = [number for number in free if stands_beside(folded, number, cue_places(words, need.cues), need.kind)]
        if len(beside) == 1:
            mentions = [as_kind(need, beside[0], beside[0], folded)]
        elif need.name == asked and len(free) in (1, 2) and not is_question(sentence_around(folded, free[0].start)):
            ranged = len(free) == 2 and bool(re.fullmatch(r"\s*(?:-|to)\s*", folded[free[0].end : free[1].start]))
            mentions = [as_kind(need, free[0], free[-1], folded)] if ranged or len(free) == 1 and not has_a_unit(folded, free[0]) else []
        else:
            continue
        found += [found_of(need, mention, 0.75) for mention in mentions if mention is not None and fits(need, mention.value)]
    return found


def is_bare(folded: str, number: Figure) -> bool:
    return not BARE_BEFORE.search(folded, max(0, number.start - 12), number.start) and not BARE_AFTER.match(folded, number.end)


def has_a_unit(folded: str, number: Figure) -> bool:
    """Whether a noun behind the number says what it counts, so that it is no bare answer: 3 windows."""
    behind = re.match(r"\s?([a-z']+)", folded[number.end :])
    fillers = "and or so ish tops max maximum total in all maybe i probably please about at if for roughly more less give but is should would will though exactly sorry"
    return bool(behind) and behind[1] not in fillers.split()  # type: ignore[index]


def stands_beside(folded: str, number: Figure, cues: Sequence[tuple[int, int]], kind: str) -> bool:
    before = any(end <= number.start and BETWEEN_CUE_AND_NUMBER.fullmatch(folded, end, number.start) for _, end in cues)
    after = kind == "count" and any(start >= number.end and re.fullmatch(r"\s(?:[a-z]+\s)?", folded[number.end : start]) for start, _ in cues)
    return before or after


def as_kind(need: Need, low: Figure, high: Figure, folded: str) -> Mention | None:
    """A bare number, or two as a range, in the unit of the need's kind."""
    value: Value | None = None
    most = low is high and AT_MOST_BEFORE.search(folded, max(0, low.start - 40), low.start)
    if need.kind == "length" and low is high:
        value = make(Length, feet=low.value.quantize(Decimal("0.0001")).normalize() + 0) if need.at_most is not None or low.value <= 60 else None
    elif need.kind == "money" and low.value >= (need.at_least or LEAST_BARE_MONEY):
        value = make(Money, low_cents=0 if most else int(low.value * 100), high_cents=int(high.value * 100))
    elif need.kind == "weeks":
        value = make(Weeks, low=Decimal(0) if most else low.value, high=high.value) if low.value <= high.value else None
    elif need.kind == "count" and low is high and low.value == int(low.value):
        value = make(Count, count=int(low.value))
    return Mention(value, low.start, high.end, 0.9 if APPROXIMATE.search(folded, max(0, low.start - 20), low.start) else 1.0) if value else None


def whole_text(text: str, folded: str, needs: Sequence[Need], asked: str | None) -> Iterator[Found]:
    need = next((need for need in needs if need.name == asked and need.kind == "text"), None)
    said = text.strip()[:500].strip()
    if need is not None and said and not any(is_question(sentence) for sentence in re.findall(r"[^.!?\n]+[.!?]?", folded)):
        start = text.index(said)
        value = make(Text, text=said)
        if value is not None:
            yield Found(need=need.name, value=value, start=start, end=start + len(said), sureness=0.8)


def found_of(need: Need, mention: Mention, sureness: float) -> Found:
    return Found(need=need.name, value=mention.value, start=mention.start, end=mention.end, sureness=rounded(sureness * mention.sureness))


def overlaps(one: Mention | Figure | Found, others: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def rounded(sureness: float) -> float:
    return round(sureness, 2)
