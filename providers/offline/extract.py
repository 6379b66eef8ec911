"""Inputs in a message: what it holds for the needs that are open. Rules over closed lists; no guess where two readings fit."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from journeys.inputs import Choice, Found, Money, Need, Text
from providers.offline.assign import assigned, bare, fits, found_of, overlaps
from providers.offline.figures import Figure, Mention, figures, fold, make
from providers.offline.lengths import lengths, rooms, sides
from providers.offline.options import picks
from providers.offline.places import places
from providers.offline.sums import money
from providers.offline.times import days, spans
from providers.offline.words import is_question

LONGEST_TEXT = 500
LEADING = frozenset(  # words that lead to a place, a measure or a sum
    "about and are area around budget built can city code feet foot from have high home house it's its live lives located long near "
    "our place postcode roughly spend state tall that the there they town was we're we've wide with year zip".split(" ")
)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def extract(text: str, needs: Sequence[Need], asked: str | None, today: date | None = None) -> list[Found]:
    """What `text` says for `needs`, in the order of the text; at most one value for each. Never fails. `asked`: the need last asked for.

    Whose a measure is: the need of its kind with the nearest cue in the clause; else the need that was asked for, if its
    kind fits and nothing else in the message could be the answer as well; else, for rooms, sums and places, which are
    seldom said of anything else, the only need of that kind. Bounds of the need hold in each case. Each number is read
    once: 10 of 10x12 is no price. A bare number counts for the need asked for, or beside its cue ("ceiling: 9").
    A free text is taken whole, when it was asked for and is no question. With `today`, "March 5" is the next one.
    """
    folded = fold(text)
    numbers = figures(folded)
    found: list[Found] = []
    for kind, mentions in readings(text, folded, numbers, needs, asked, today):
        free = [mention for mention in mentions if not overlaps(mention, found)]
        found += assigned(folded, free, [need for need in needs if need.kind == kind], asked)
    found += bare(folded, numbers, needs, asked, found)
    for pick in picks(folded, needs, asked):
        picked = Mention(Choice(option=pick.option), pick.start, pick.end)
        # A budget style may stand inside a sum's words, never inside any other value's.
        if not overlaps(picked, [each for each in found if not isinstance(each.value, Money)]):
            found.append(found_of(pick.need, picked, pick.sureness))
    found += whole_text(text, folded, needs, asked) if not found or says_more(left_over(folded, found)) else []
    return sorted(found, key=lambda each: (each.start, each.end))


def readings(
    text: str, folded: str, numbers: Sequence[Figure], needs: Sequence[Need], asked: str | None, today: date | None
) -> Iterator[tuple[str, list[Mention]]]:
    """Kinds with what was read of them, the most telling shapes first: what one has taken is gone for the next."""
    every = sides(folded, numbers)
    room_cues = {cue for need in needs if need.kind == "room_size" for cue in need.cues}
    kind_asked = next((need.kind for need in needs if need.name == asked), None)
    yield "day", list(days(folded, today))
    yield "room_size", list(rooms(folded, every, room_cues))
    yield "money", list(money(folded, numbers))
    yield "weeks", list(spans(folded, numbers))
    yield "length", list(lengths(folded, every))
    yield "place", places(text, folded, kind_asked)


def left_over(folded: str, found: Sequence[Found]) -> str:
    """The message with what was read of it blanked out."""
    for each in found:
        folded = folded[: each.start] + " " * (each.end - each.start) + folded[each.end :]
    return folded


def says_more(rest: str) -> bool:
    """Whether more is left than what leads to a value: "we live in Austin, TX" is no wish."""
    return any(len(word) > 2 and word not in LEADING for word in re.findall(r"[a-z']+", rest))


def whole_text(text: str, folded: str, needs: Sequence[Need], asked: str | None) -> Iterator[Found]:
    need = next((need for need in needs if need.name == asked and need.kind == "text"), None)
    said = text.strip()[:LONGEST_TEXT].strip()
    if need is None or any(is_question(sentence) for sentence in SENTENCE.findall(folded)):
        return
    value = make(Text, text=said)
    if value is not None and fits(need, value):
        start = text.index(said)
        yield found_of(need, Mention(value, start, start + len(said)), 0.8)
