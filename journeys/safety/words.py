"""A text as tokens to match rules against: lower case, misspellings mended, inflections undone, names of several words made one.

`Removing teh load-bearing walls?` becomes remove · the · bearing_wall · ?. What stays of the writing is `word`, which tells a command
(`cut`) from a report (`cutting`).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from journeys.safety.lexicon import IRREGULAR, MENDABLE, NAMES, NOUNS, ORDINARY, THINGS, VERBS

STOPS: Final = frozenset(".!?\n")
PAUSES: Final = frozenset(",;:—")


class Token(NamedTuple):
    """`word` as written, in lower case; `base` as the rules know it; `sentence` counts from 0."""

    word: str
    base: str
    sentence: int


_PARTS: Final = {tuple(name.split()): meaning for name, meaning in NAMES.items()}
_LONGEST: Final = max(map(len, _PARTS))


def _inflected(base: str) -> set[str]:
    stem = base[:-1] if base.endswith("e") else base
    doubled = base + base[-1] if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", base) else stem
    plural = base[:-1] + "ies" if re.search(r"[^aeiou]y$", base) else base + ("es" if re.search(r"(s|x|z|ch|sh|o)$", base) else "s")
    return {base, base + "s", plural, stem + "ed", stem + "ing", doubled + "ed", doubled + "ing", doubled + "er", base + "d"}


_BASES: Final = {form: base for base in sorted(NOUNS | THINGS | VERBS) for form in _inflected(base)} | IRREGULAR
for _base in NOUNS | THINGS | VERBS:
    _BASES.setdefault(_base, _base)
_BASES.update({base: base for base in NOUNS | THINGS | VERBS if base not in IRREGULAR})
_NAME_WORDS: Final = frozenset(word for name in _PARTS for word in name)
_KNOWN: Final = frozenset(_BASES) | _NAME_WORDS | ORDINARY | MENDABLE
_MENDABLE: Final = {
    first: tuple(sorted(word for word in MENDABLE if word[0] == first and len(word) >= 4)) for first in "abcdefghijklmnopqrstuvwxyz"
}
_SHORT: Final = {"gaz": "gas", "gass": "gas", "gsa": "gas", "teh": "the", "dont": "don't", "cant": "can't", "wal": "wall", "rof": "roof"}
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[.!?,;:—\n]")


@lru_cache(maxsize=8192)
def mended(word: str) -> str:
    """The word as it was probably meant: one worth mending, of the same first letter, one slip away, two for long ones."""
    if word in _KNOWN or len(word) < 4 or not word.isalpha():
        return _SHORT.get(word, word)
    allowed = 2 if len(word) >= 9 else 1
    near = [
        (slips, known)
        for known in _MENDABLE.get(word[0], ())
        if abs(len(known) - len(word)) <= allowed and (slips := _slips(word, known, allowed)) <= allowed
    ]
    if not near:
        return word
    slips, best = min(near)
    return best if min(len(best), len(word)) > 4 or sorted(best) == sorted(word) else word


def _slips(a: str, b: str, most: int) -> int:
    """Letters left out, put in, changed or swapped with their neighbour, at most `most` + 1 of them."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Token, ...]:
    """The text in the rules' own words. Marks that end or divide a sentence are tokens too."""
    plain = unicodedata.normalize("NFKD", text.lower()).replace("’", "'").replace("–", "—")
    plain = "".join(char for char in plain if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")
    plain = re.sub(r"(?<=[a-z])[-_/*·](?=[a-z])", " ", plain)
    plain = re.sub(r"(?<=\d)[.,](?=\d)", "", plain)
    found: list[Token] = []
    sentence = 0
    for match in _TOKEN.finditer(plain):
        word = match[0]
        spelled = mended(word) if word[0].isalnum() else word
        found.append(Token(word if spelled == word else spelled, _BASES.get(spelled, spelled), sentence))
        if word in STOPS:
            sentence += 1
    return tuple(_named(found))


def _named(found: list[Token]) -> list[Token]:
    """With names of several words as one token."""
    named: list[Token] = []
    at = 0
    while at < len(found):
        for length in range(min(_LONGEST, len(found) - at), 0, -1):
            part = found[at : at + length]
            meaning = _PARTS.get(tuple(token.base for token in part)) or _PARTS.get(tuple(token.word for token in part))
            if meaning:
                named.append(Token("_".join(token.word for token in part), meaning, part[0].sentence))
                at += length
                break
        else:
            named.append(found[at])
            at += 1
    return named


def joined(found: tuple[Token, ...]) -> str:
    """The tokens' bases, one space between them: what patterns of single words are matched against."""
    return " ".join(token.base for token in found)
