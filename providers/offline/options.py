"""Which options of the choices a message picks: by id, title and words, with typos, and never the one it turns down."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from journeys.inputs import Need
from providers.offline.figures import before
from providers.offline.several import ALL_BUT as ALL_OF_LIST_BUT
from providers.offline.several import is_left_out, whole
from providers.offline.words import (
    Token,
    clause_before,
    distance,
    find,
    is_question,
    opens_as_question,
    phrase_of,
    sentence_around,
    stem,
)

NEAR = 40  # as `distance` counts: a cue further off speaks of something else
MOST_HITS = 20  # of one phrase in one message
UNASKED = 0.75  # sureness of an option that neither a question nor a cue led to
NEXT_TO = 12  # and one this near claims the word
# Alone these say too little to pick an option by: somebody must have asked, or a cue must stand near.
COMMON_WORDS = """
    low mid middle medium high full partial small large big keep existing basic budget all standard normal regular simple custom stock
    new old none yes no both some everything nothing wood white black other same default cheap country classic clean open light dark
    premium good better best part half one two three gut day week now later soon self pro house home room kitchen bathroom own rent
"""
COMMON = frozenset(COMMON_WORDS.split())
# Things of a house an option may be said of without answering the question: a tile backsplash is no tile floor.
THINGS_WORDS = """
    backsplash shower tub bath sink faucet tap door window wall roof siding fence deck island table chair shelf shelve stair mirror
    vanity ceiling fireplace hood oven fridge photo painting countertop counter worktop cabinet floor flooring drawer front panel trim
    furniture sofa rug lamp light lighting hardware handle pull
"""
THINGS = frozenset(THINGS_WORDS.split())
FEW_WORDS = r"(?:\W+[\w']+){0,4}\W*$"
TURNED_DOWN = re.compile(
    r"\b(?:not|no|never|without|don't|dont|doesn't|isn't|aren't|wouldn't|nothing|neither|nor|hate|dislike|avoid|except|than|versus|vs|unlike|"
    r"instead of|other than|get rid of|tired of|sick of|over|against|can't stand|cannot)\b" + FEW_WORDS
)
ALL_BUT = re.compile(r"\b(?:anything|everything|all|any)\s(?:other\s)?(?:but|except)(?:\W+\w+){0,2}\W*$")
TURNED_DOWN_AFTER = re.compile(
    r"\s(?:(?:is|are|was|would be|looks?|seems?)\s(?:really\s|just\s|definitely\s|way\s)?(?:not|too|out|ugly)|isn't|aren't|doesn't)\b"
)
THERE_NOW = re.compile(
    r"\b(?:currently|current|existing|old|now|replac\w+|remov\w+|rip\w*|tear\w*|demolish\w*|has|had|was|were|there's)\b" + FEW_WORDS
)
IS_NOW = re.compile(r"\b(?:is|are)\b" + FEW_WORDS)
HAVE_NOW = re.compile(r"\b(?:have|got)\b(?:\W+[\w']+){0,3}\W*$")
THERE_NOW_AFTER = re.compile(r"[^.!?,;]{0,25}\b(?:right now|at the moment|currently|years? old|worn|outdated|existing)\b")
WISH = re.compile(
    r"\b(?:want|wish|like|love|prefer|need|would|will|could|choose|pick|style|choice|favou?rite|preference|answer|taste|idea)\b"
)
WHAT_COMES = re.compile(r"\b(?:with|by|into|to|for)\b")  # "replace the laminate with quartz": behind it stands what comes


@dataclass(frozen=True)
class Hit:
    """An option's words in the text; `score` is 1 for the very words, less for a typo."""

    need: Need
    option: str
    start: int
    end: int
    score: float
    words: int


@dataclass(frozen=True)
class Pick:
    need: Need
    option: str
    start: int
    end: int
    sureness: float


def picks(
    folded: str,
    words: Sequence[Token],
    needs: Sequence[Need],
    asked: str | None,
    cues: Callable[[Need], Sequence[tuple[int, int]]],
    answered: Sequence[Need] = (),
) -> list[Pick]:
    """At most one option for each choice: none where a message names two of them, or where a word could answer two needs. For `choices`
    all that are named, or meant by "all of them" and the like where they were asked for; an empty option says that it is none of them.

    A word that is an option of several needs goes to the one whose cue stands nearest, else to the one asked for. One that is a cue of a
    need in `answered` speaks of that: the roof that is 18 years old is no project.
    """
    chosen = named(folded, words, needs, asked, cues, answered)
    return [pick for several in chosen.values() for pick in settled(several)]


def torn(
    folded: str, words: Sequence[Token], needs: Sequence[Need], asked: str | None, cues: Callable[[Need], Sequence[tuple[int, int]]]
) -> dict[str, list[str]]:
    """The options of a choice that a message names where it should name one, in its order: "modern, but farmhouse too"."""
    chosen = named(folded, words, [need for need in needs if need.kind == "choice"], asked, cues)
    several = {
        name: list(dict.fromkeys(pick.option for pick in sorted(each, key=lambda pick: pick.start))) for name, each in chosen.items()
    }
    return {name: options for name, options in several.items() if len(options) > 1}


def named(
    folded: str,
    words: Sequence[Token],
    needs: Sequence[Need],
    asked: str | None,
    cues: Callable[[Need], Sequence[tuple[int, int]]],
    answered: Sequence[Need] = (),
) -> dict[str, list[Pick]]:
    """Every option that is picked, by need."""
    choices = [need for need in needs if need.options]
    if not choices:
        return {}
    groups = same_place(longest(hits(words, choices)))
    places = {need.name: cues(need) for need in choices} if groups else {}
    spoken_for = [place for need in answered for place in cues(need)] if groups else []
    chosen: dict[str, list[Pick]] = {}
    for group in groups:
        if all(hit.need.name != asked for hit in group) and any(s <= group[0].start and group[0].end <= e for s, e in spoken_for):
            continue
        pick = owner(folded, words, group, places, asked)
        if pick is not None and not says_otherwise(folded, group, pick, asked):
            chosen.setdefault(pick.need.name, []).append(pick)
    for need in choices:
        if need.name == asked and need.kind == "choices" and (meant := meant_by(folded, need, groups)) is not None:
            chosen[need.name] = meant
    return chosen


def settled(several: list[Pick]) -> list[Pick]:
    if several[0].need.kind == "choices":
        return several
    return [max(several, key=lambda pick: pick.sureness)] if len({pick.option for pick in several}) == 1 else []


def meant_by(folded: str, need: Need, groups: Sequence[Sequence[Hit]]) -> list[Pick] | None:
    """What "all of them", "none", "the first two" or "everything except the vanity" picks of the list that was asked for."""
    named = [hit for group in groups for hit in group if hit.need is need]
    if not named:
        options = whole(folded, need)
        start, end = len(folded) - len(folded.lstrip()), len(folded.rstrip())
        return None if options is None else [Pick(need, option, start, end, 0.9) for option in options or ("",)]
    but = ALL_OF_LIST_BUT.search(folded)
    left = {hit.option for hit in named if but and but.end() <= hit.start and not set(".!?") & set(folded[but.end() : hit.start])}
    if but is None or not left:
        return None
    end = max(hit.end for hit in named)
    return [Pick(need, option.id, but.start(), end, 0.9) for option in need.options if option.id not in left]


def hits(words: Sequence[Token], choices: Sequence[Need]) -> Iterator[Hit]:
    """Every option's words, each phrase at most MOST_HITS times: a message that repeats one so often is no answer."""
    for need in choices:
        for option in need.options:
            for phrase in phrases_of((option.id, option.title, *option.words)):
                for start, end, score in islice(find(words, phrase), MOST_HITS):
                    yield Hit(need, option.id, start, end, score, len(phrase))


@lru_cache(maxsize=1024)
def phrases_of(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return sorted({phrase_of(said) for said in words} - {()})


def longest(found: Iterator[Hit]) -> list[Hit]:
    """Of overlapping hits the longer phrase, then the better spelt: "semi-custom" is no "custom"."""
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (-hit.words, -hit.score, hit.start)):
        rivals = [other for other in kept if other.start < hit.end and hit.start < other.end]
        if all((other.start, other.end, other.score) == (hit.start, hit.end, hit.score) for other in rivals):
            kept.append(hit)
    return kept


def same_place(found: Sequence[Hit]) -> list[list[Hit]]:
    groups: dict[tuple[int, int], list[Hit]] = {}
    for hit in found:
        groups.setdefault((hit.start, hit.end), []).append(hit)
    return list(groups.values())


def owner(
    folded: str, words: Sequence[Token], group: Sequence[Hit], cues: Mapping[str, Sequence[tuple[int, int]]], asked: str | None
) -> Pick | None:
    """Whose option it is: see `picks`. None where that stays open, or where two options of one need share the word."""
    start, end = group[0].start, group[0].end
    mine = {hit.need.name: hit for hit in group}
    if len(mine) < len(group):
        return None
    near = {name: nearest_cue(folded, start, end, places) for name, places in cues.items()}
    others = min((away for name, away in near.items() if name not in mine), default=NEAR)
    closest = min(near[name] for name in mine)
    cued = [name for name in mine if near[name] == closest < NEAR]
    if len(cued) == 1 and (closest <= others or cued[0] == asked):
        return pick_of(mine[cued[0]], 0.95)
    if asked in mine and (not cued or asked in cued):
        return pick_of(mine[asked], 0.95)
    alone = group[0]
    behind = next((token.stem for token in words if token.start >= end and not folded[end : token.start].strip(" -")), "")
    says_little = alone.words == 1 and {folded[start:end], stem(folded[start:end])} & COMMON
    if len(group) > 1 or cued or says_little or behind in THINGS or others < NEXT_TO:
        return None
    return pick_of(alone, UNASKED)


def nearest_cue(folded: str, start: int, end: int, places: Sequence[tuple[int, int]]) -> int:
    outside = [place for place in places if place[1] <= start or place[0] >= end]
    return min((distance(folded, (start, end), place) for place in outside), default=NEAR)


def pick_of(hit: Hit, sureness: float) -> Pick:
    return Pick(hit.need, hit.option, hit.start, hit.end, sureness * hit.score)


def says_otherwise(folded: str, group: Sequence[Hit], pick: Pick, asked: str | None) -> bool:
    """Whether the option is named without being picked: asked about, turned down, or what is in the house today."""
    hit, is_asked = group[0], any(each.need.name == asked for each in group)
    sentence = sentence_around(folded, hit.start)
    asks = opens_as_question(sentence) if is_asked else is_question(sentence)  # to the question for a style, "modern?" is an answer
    if pick.need.kind == "choices":  # a list is of what is there as often as of what is wanted; the question said which
        clause = clause_before(folded, hit.start)
        in_passing = not is_asked and (HAVE_NOW.search(clause) or (pick.sureness <= UNASKED and not WISH.search(sentence)))
        return bool(asks or in_passing or is_left_out(folded, clause, hit.end, pick.need))
    return asks or is_turned_down(folded, hit) or is_there_now(folded, hit, is_asked)


def is_turned_down(folded: str, hit: Hit) -> bool:
    clause, behind = clause_before(folded, hit.start), folded[hit.end : hit.end + 25]
    return bool(TURNED_DOWN.search(clause) or ALL_BUT.search(before(folded, hit.start)) or TURNED_DOWN_AFTER.match(behind))


def is_there_now(folded: str, hit: Hit, is_asked: bool) -> bool:
    """ "The counters are laminate" tells of today, unless laminate is an answer to what was asked."""
    if THERE_NOW_AFTER.match(folded, hit.end):
        return True
    clause = clause_before(folded, hit.start)
    if WISH.search(clause):
        return False
    latest = WHAT_COMES.split(clause)[-1]
    return bool(THERE_NOW.search(latest) or HAVE_NOW.search(latest) or (not is_asked and IS_NOW.search(latest)))
