"""Inputs in a message: what it holds for the needs that are open. Rules over closed lists; no guess where two readings fit."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from journeys.inputs import Choice, Choices, Found, Money, Need, Text
from providers.offline.areas import areas, products
from providers.offline.assign import NEAR, Cues, assigned, cues_in, fits, found_of, nearest_cue, overlaps
from providers.offline.bare import bare
from providers.offline.figures import Figure, Mention, figures, fold, make
from providers.offline.lengths import lengths, rooms, sides
from providers.offline.options import Pick, picks, torn
from providers.offline.percents import percents
from providers.offline.places import places
from providers.offline.sums import money
from providers.offline.times import ages, days, spans, terms
from providers.offline.words import is_question, tokens

LONGEST_TEXT = 500
LEADING = frozenset(  # words that lead to a place, a measure or a sum
    "about and are area around budget built can city code feet foot from have high home house it's its live lives located long near "
    "our place postcode roughly spend state tall that the there they town was we're we've wide with year zip".split(" ")
)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


def extract(text: str, needs: Sequence[Need], asked: str | None, today: date | None = None) -> list[Found]:
    """What `text` says for `needs`, in the order of the text; at most one value for each. Never fails. `asked`: the need last asked for.

    Whose a measure is: the need of its kind with the nearest cue in the clause; else the need that was asked for, if its
    kind fits and nothing else in the message could be the answer as well; else, for rooms, areas, sums and places, which
    are seldom said of anything else, the only need of that kind. Bounds of the need hold in each case. A figure that is per
    month, year or unit answers only a need that asks for such a one. Each number is read once: 10 of 10x12 is no price. A
    bare number counts for the need asked for, or beside its cue ("ceiling: 9"). A free text is taken whole, when it was
    asked for and is no question. With `today`, "March 5" is the next one.
    """
    folded = fold(text)
    numbers = figures(folded)
    words = tokens(folded)
    cues = cues_in(words, needs)
    found: list[Found] = []
    for kind, mentions in readings(text, folded, numbers, needs, asked, today, cues):
        free = [mention for mention in mentions if not overlaps(mention, found)]
        found += assigned(folded, free, [need for need in needs if need.kind == kind], asked, cues)
    found += bare(folded, numbers, needs, asked, found, cues)
    answered = [need for need in needs if any(each.need == need.name for each in found)]
    found += list(picked(found, picks(folded, words, needs, asked, cues, answered)))
    found += whole_text(text, folded, needs, asked) if not found or says_more(left_over(folded, found)) else []
    return sorted(found, key=lambda each: (each.start, each.end))


def torn_between(text: str, needs: Sequence[Need], asked: str | None) -> dict[str, list[str]]:
    """By need, the options that `text` names side by side where one answers. `needs`: those it does not answer."""
    folded = fold(text)
    words = tokens(folded)
    return torn(folded, words, needs, asked, cues_in(words, needs))


def readings(
    text: str, folded: str, numbers: Sequence[Figure], needs: Sequence[Need], asked: str | None, today: date | None, cues: Cues
) -> Iterator[tuple[str, list[Mention]]]:
    """Kinds that are needed with what was read of them, the most telling shapes first: what one has taken is gone for the next."""
    wanted = {need.kind for need in needs}
    if "day" in wanted:
        yield "day", list(days(folded, today))
    if numbers:
        yield from measures(folded, numbers, needs, asked, cues)
    if "weeks" in wanted:
        yield "weeks", list(spans(folded, numbers))
    if "percent" in wanted:
        yield "percent", list(percents(folded, numbers))
    if numbers and "count" in wanted:
        yield "count", [*ages(folded, numbers), *terms(folded, numbers)]
    if numbers and "length" in wanted:
        yield "length", list(lengths(folded, sides(folded, numbers)))
    if "place" in wanted:
        yield "place", places(text, folded, next((need.kind for need in needs if need.name == asked), None))


def measures(
    folded: str, numbers: Sequence[Figure], needs: Sequence[Need], asked: str | None, cues: Cues
) -> Iterator[tuple[str, list[Mention]]]:
    """Areas, sizes of rooms and sums. A size whose nearest cue is that of an area, or that answers the question for one, is its product."""
    wanted = {need.kind for need in needs}
    if wanted & {"area", "room_size"}:
        room_needs, area_needs = ([need for need in needs if need.kind == kind] for kind in ("room_size", "area"))
        sizes = list(rooms(folded, sides(folded, numbers), {cue for need in (*room_needs, *area_needs) for cue in need.cues}))
        asks_area = any(need.name == asked for need in area_needs)
        of_areas = []
        for size in sizes:
            near, nearer = (
                min([NEAR, *(nearest_cue(folded, size, cues(need)) for need in several)]) for several in (room_needs, area_needs)
            )
            if nearer < near or (asks_area and near == nearer == NEAR):
                of_areas.append(size)
        if "area" in wanted:
            yield "area", [*areas(folded, numbers), *products(of_areas)]
        yield "room_size", [size for size in sizes if size not in of_areas]
    if "money" in wanted:
        yield "money", list(money(folded, numbers))


def picked(found: Sequence[Found], chosen: Sequence[Pick]) -> Iterator[Found]:
    """The picks as values; several of one need as one, in the order of its list."""
    # A budget style may stand inside a sum's words, never inside any other value's.
    others = [each for each in found if not isinstance(each.value, Money)]
    free = [pick for pick in chosen if not overlaps(pick, others)]
    for _, group in groupby(free, key=lambda pick: pick.need.name):
        picks_of = sorted(group, key=lambda pick: (pick.start, pick.end))
        need, first, last = picks_of[0].need, picks_of[0], picks_of[-1]
        if need.kind == "choice":
            yield found_of(need, Mention(Choice(option=first.option), first.start, first.end), first.sureness)
            continue
        named = {pick.option for pick in picks_of}  # no option's id is empty: one such pick says none of them
        value = Choices(options=tuple(option.id for option in need.options if option.id in named))
        # The span ends with the last of them, unless something else was said in between.
        starts = [each.start for each in found] + [pick.start for pick in free if pick.need is not need]
        end = first.end if any(first.end <= start < last.start for start in starts) else last.end
        yield found_of(need, Mention(value, first.start, end), min(pick.sureness for pick in picks_of))


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
