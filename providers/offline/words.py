"""Words of a message: closed lists found in it in spite of plurals and typos, clauses, how far apart two places are, questions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz.distance import OSA

from providers.offline.figures import before, fold

MOST_CUES = 20  # of one phrase in one message
TOKEN = re.compile(r"[a-z0-9à-ÿ]+(?:'[a-z]+)?")
CLAUSE_END = re.compile(r"[,;:.!?()\n]|\b(?:but|instead(?! of)|although|however|so)\b")
APART = re.compile(r"[,;.!?()\n](?![0-9])|\bbut\b")
JOINED = re.compile(r"\b(?:and|with|plus)\b")
QUESTION = re.compile(
    r"\s*(?:and |so |but |ok |hi |hello |quick question )?"
    r"(?:what|why|how|which|who|where|when|is|are|does|do|did|should|would|will|can|could|has|have|any"
    r"|(?:please )?(?:tell me|explain)|(?:i|we) (?:wonder|want to know|would like to know)|(?:i|we)'d like to know"
    r"|(?:(?:i|we) )?need to know)\b"
)
REQUEST = re.compile(
    r"\s*(?:can|could|shall|may|should)\s(?:we|i|you)\s(?:please\s)?(?:just\s)?(?:do|use|get|have|go|make|pick|put|take|choose|switch)\b"
)


@dataclass(frozen=True)
class Token:
    start: int
    end: int
    stem: str


def tokens(folded: str) -> list[Token]:
    return [Token(match.start(), match.end(), stem(match[0])) for match in TOKEN.finditer(folded)]


def stem(word: str) -> str:
    """Without a plural s, which is all the grammar the closed lists need."""
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=4096)  # a template's words, the same for every message
def phrase_of(words: str) -> tuple[str, ...]:
    return tuple(stem(match[0]) for match in TOKEN.finditer(fold(words).replace("_", " ")))


def find(words: Sequence[Token], phrase: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Where a phrase stands among the words (start and end in the text), and how well it fits: 1, less .1 for each typing error."""
    for place in range(len(words) - len(phrase) + 1):
        if words[place].stem[0] != phrase[0][0]:
            continue  # no typo changes a first letter, and most words end here
        slips = 0
        for token, meant in zip(words[place:], phrase, strict=False):
            made = slip(token.stem, meant)
            if made is None:
                break
            slips += made
        else:
            yield words[place].start, words[place + len(phrase) - 1].end, 1 - slips / 10


def slip(said: str, meant: str) -> int | None:
    """Typing errors between two words, None where they are too many: none below 5 letters, two from 8 on; the first letter holds."""
    if said == meant:
        return 0
    if len(meant) < 5 or said[0] != meant[0]:
        return None
    allowed = 2 if len(meant) >= 8 else 1
    made = OSA.distance(said, meant, score_cutoff=allowed)
    return made if made <= allowed else None


def cue_places(words: Sequence[Token], cues: Sequence[str]) -> list[tuple[int, int]]:
    """Where the cues stand, as start and end in the text."""
    phrases = [phrase for cue in cues if (phrase := phrase_of(cue))]
    return [(start, end) for phrase in phrases for start, end, _ in islice(find(words, phrase), MOST_CUES)]


def distance(folded: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters between two places, and 25 more for each clause, 12 for each "and" or "with", that parts them."""
    between = folded[one[1] : other[0]] if one[1] <= other[0] else folded[other[1] : one[0]]
    if len(between) > 200:
        return len(between)
    return len(between) + 25 * len(APART.findall(between)) + 12 * len(JOINED.findall(between))


def clause_before(folded: str, place: int) -> str:
    """What stands in the same clause before a place, 80 characters at most."""
    return CLAUSE_END.split(before(folded, place, 80))[-1]


def sentence_around(folded: str, place: int) -> str:
    start = max(folded.rfind(mark, 0, place) for mark in ".!?\n") + 1
    end = min(found if (found := folded.find(mark, place)) >= 0 else len(folded) for mark in ".!?\n")
    return folded[start : end + 1]


def is_question(sentence: str) -> bool:
    """ "Is quartz better?" is one; "could we do quartz?" is a wish."""
    return opens_as_question(sentence) or (sentence.rstrip().endswith("?") and not REQUEST.match(sentence))


def opens_as_question(sentence: str) -> bool:
    return bool(QUESTION.match(sentence)) and not REQUEST.match(sentence)
