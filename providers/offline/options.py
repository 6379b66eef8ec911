"""Which options of the choices a message picks: by id, title and words, with typos, and never the one it turns down."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from journeys.inputs import Need
from providers.offline.figures import fold

TOKEN = re.compile(r"[a-z0-9à-ÿ]+(?:'[a-z]+)?")
CLAUSE_END = re.compile(r"[,;:.!?()\n]|\b(?:but|instead|although|however|so)\b")
# Alone these say too little to pick an option by: somebody must have asked, or a cue must stand near.
COMMON = frozenset(
    "low mid middle medium high full partial small large big keep existing basic budget standard normal regular simple custom stock new old "
    "none yes no both all some everything nothing wood white black other same default cheap country classic clean open light dark premium "
    "good better best part half one two three gut day week now later soon self pro house home room kitchen bathroom".split()
)
# Things of a house an option may be said of without answering the question: a tile backsplash is no tile floor.
THINGS = frozenset(
    "backsplash shower tub bath sink faucet tap door window wall roof siding fence deck island table chair shelf shelve stair mirror vanity "
    "ceiling fireplace hood oven fridge photo painting countertop counter worktop cabinet floor flooring drawer front panel trim furniture "
    "sofa rug lamp light lighting hardware handle pull".split()
)
TURNED_DOWN = re.compile(
    r"\b(?:not|no|never|without|don't|dont|doesn't|do not|isn't|aren't|wouldn't|nothing|neither|nor|hate|dislike|avoid|except|than|versus|vs|"
    r"unlike|instead of|other than|get rid of|tired of|sick of|over|against|can't stand|cannot)\b(?:\W+[\w']+){0,4}\W*$"
)
ALL_BUT = re.compile(r"\b(?:anything|everything|all|any)\s(?:other\s)?(?:but|except)(?:\W+\w+){0,2}\W*$")
TURNED_DOWN_AFTER = re.compile(r"\W*(?:(?:is|are|was|would be|look|looks)\s)?(?:really\s|just\s)?(?:not\b|isn't|aren't|too\b|out\b|ugly)")
THERE_NOW = re.compile(
    r"\b(?:currently|current|existing|old|now|replac\w+|remov\w+|rip\w*|tear\w*|demolish\w*|has|had|is|are|was|were|there's)\b(?:\W+[\w']+){0,4}\W*$"
)
HAVE_NOW = re.compile(r"\b(?:have|got)\b(?:\W+[\w']+){0,3}\W*$")
WISH = re.compile(r"\b(?:want|wish|like|love|prefer|need|would|will|to|could|choose|pick)\b")
THERE_NOW_AFTER = re.compile(r"[^.!?,;]{0,25}\b(?:right now|at the moment|currently|years? old|worn|outdated|existing)\b")
QUESTION_WORD = re.compile(
    r"\s*(?:and |so |but |ok |hi |hello |quick question )?(?:what|why|how|which|who|where|when|is|are|does|do|did|should|would|will|can|could|has|have|any)\b"
)
REQUEST = re.compile(
    r"\s*(?:can|could|shall|may|should)\s(?:we|i|you)\s(?:please\s)?(?:just\s)?(?:do|use|get|have|go|make|pick|put|take|choose|switch)\b"
)


@dataclass(frozen=True)
class Token:
    start: int
    end: int
    stem: str


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


def picks(folded: str, needs: Sequence[Need], asked: str | None) -> list[Pick]:
    """At most one option for each choice; none where a message names two of them, or where a word could answer two needs.

    A word that is an option of several needs goes to the one whose cue stands nearest, else to the one asked for.
    """
    choices = [need for need in needs if need.kind == "choice"]
    if not choices:
        return []
    words = tokens(folded)
    cues = {need.name: cue_places(words, need.cues) for need in choices}
    chosen: dict[str, list[Pick]] = {}
    for group in same_place(longest(hits(words, choices))):
        if is_turned_down(folded, group[0]) or is_there_now(folded, group[0]) or is_asked_about(folded, group[0]):
            continue
        if (pick := owner(folded, words, group, cues, asked)) is not None:
            chosen.setdefault(pick.need.name, []).append(pick)
    return [max(several, key=lambda pick: pick.sureness) for several in chosen.values() if len({pick.option for pick in several}) == 1]


def tokens(folded: str) -> list[Token]:
    return [Token(match.start(), match.end(), stem(match[0])) for match in TOKEN.finditer(folded)]


def stem(word: str) -> str:
    """Without a plural s, which is all the grammar the closed lists need."""
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def phrases(need: Need) -> Iterator[tuple[str, list[str]]]:
    for option in need.options:
        said = {tuple(stem(match[0]) for match in TOKEN.finditer(fold(words).replace("_", " "))) for words in (option.id, option.title, *option.words)}
        yield from ((option.id, list(phrase)) for phrase in sorted(said) if phrase)


def hits(words: Sequence[Token], choices: Sequence[Need]) -> Iterator[Hit]:
    for need in choices:
        for option, phrase in phrases(need):
            for place, score in find(words, phrase):
                yield Hit(need, option, words[place].start, words[place + len(phrase) - 1].end, score, len(phrase))


def find(words: Sequence[Token], phrase: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Where a phrase stands among the words, by index, and how well it fits (1, or .85 with a typo)."""
    for place in range(len(words) - len(phrase) + 1):
        slips = [slip(token.stem, word) for token, word in zip(words[place:], phrase, strict=False)]
        if None not in slips:
            yield place, 0.85 if any(slips) else 1.0


def slip(said: str, meant: str) -> int | None:
    """Typing errors between two words, None where they are too many: none below 5 letters, two from 8 on; the first letter holds."""
    if said == meant:
        return 0
    if len(meant) < 5 or not said or said[0] != meant[0]:
        return None
    allowed = 2 if len(meant) >= 8 else 1
    distance = OSA.distance(said, meant, score_cutoff=allowed)
    return distance if distance <= allowed else None


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


def cue_places(words: Sequence[Token], cues: Sequence[str]) -> list[tuple[int, int]]:
    """Where the cues stand, as start and end in the text."""
    found = []
    for cue in cues:
        phrase = [stem(match[0]) for match in TOKEN.finditer(fold(cue))]
        if phrase:
            found += [(words[place].start, words[place + len(phrase) - 1].end) for place, _ in find(words, phrase)]
    return found


def owner(
    folded: str, words: Sequence[Token], group: Sequence[Hit], cues: dict[str, list[tuple[int, int]]], asked: str | None
) -> Pick | None:
    """Whose option it is: see `picks`. None where that stays open."""
    start, end = group[0].start, group[0].end
    outside = {name: [place for place in places if place[1] <= start or place[0] >= end] for name, places in cues.items()}
    near = {name: min((distance(folded, (start, end), place) for place in places), default=99) for name, places in outside.items()}
    beside = next((token.stem for token in words if token.start >= end and folded[end : token.start].strip(" -") == ""), "")
    candidates = [hit for hit in group if near[hit.need.name] < 40]
    if len({hit.need.name for hit in group}) < len(group):
        return None  # two options of one need share this word
    if candidates:
        closest = min(near[hit.need.name] for hit in candidates)
        best = [hit for hit in candidates if near[hit.need.name] == closest]
        foreign = min((near[name] for name in near if name not in {hit.need.name for hit in group}), default=99)
        if len(best) == 1 and (foreign >= closest or best[0].need.name == asked):
            return Pick(best[0].need, best[0].option, start, end, 0.95 * best[0].score)
        if len(best) > 1 and asked not in {hit.need.name for hit in best}:
            return None
    mine = [hit for hit in group if hit.need.name == asked]
    if mine:
        return Pick(mine[0].need, mine[0].option, start, end, 0.95 * mine[0].score)
    alone = group[0]
    if len(group) > 1 or beside in THINGS or (alone.words == 1 and stem_is_common(folded[start:end])) or min(near.values(), default=99) < 12:
        return None
    return Pick(alone.need, alone.option, start, end, 0.75 * alone.score)


def stem_is_common(word: str) -> bool:
    return word in COMMON or stem(word) in COMMON


def distance(folded: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters between two places, and 25 more for each clause, 12 for each "and" or "with", that parts them."""
    between = folded[one[1] : other[0]] if one[1] <= other[0] else folded[other[1] : one[0]]
    parts = len(re.findall(r"[,;.!?()\n](?![0-9])|\bbut\b", between))
    return len(between) + 25 * parts + 12 * len(re.findall(r"\b(?:and|with|plus)\b", between))


def clause_before(folded: str, start: int) -> str:
    before = folded[max(0, start - 80) : start]
    ends = [match.end() for match in CLAUSE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


def is_turned_down(folded: str, hit: Hit) -> bool:
    wide = folded[max(0, hit.start - 40) : hit.start]
    after = folded[hit.end : hit.end + 25]
    return bool(TURNED_DOWN.search(clause_before(folded, hit.start)) or ALL_BUT.search(wide) or TURNED_DOWN_AFTER.match(after))


def is_there_now(folded: str, hit: Hit) -> bool:
    """Whether the words tell what is in the house today, which is not what is wished for it."""
    before = clause_before(folded, hit.start)
    if THERE_NOW_AFTER.match(folded, hit.end):
        return True
    if WISH.search(before):
        return False
    return bool(THERE_NOW.search(before) or HAVE_NOW.search(before))


def is_asked_about(folded: str, hit: Hit) -> bool:
    """Whether it stands in a question: "is quartz better?" chooses nothing, "could we do quartz?" does."""
    return is_question(sentence_around(folded, hit.start))


def sentence_around(folded: str, place: int) -> str:
    start = max((folded.rfind(mark, 0, place) for mark in ".!?\n"), default=-1) + 1
    end = min((found for mark in ".!?\n" if (found := folded.find(mark, place)) >= 0), default=len(folded))
    return folded[start : end + 1]


def is_question(sentence: str) -> bool:
    if REQUEST.match(sentence):
        return False
    return sentence.rstrip().endswith("?") or bool(QUESTION_WORD.match(sentence))
