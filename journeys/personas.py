"""For whom a journey speaks: how, and which skills it may use for them; and as whom somebody speaks, by their words. Pure.

A gate closes a deed, never information and never a word of safety. The engine asks before it believes what somebody sounds like.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from journeys.inputs import Frozen, Slug
from journeys.vocabulary import SKILLS

EVERYTHING: Final = "*"
Depth = Literal["low", "medium", "high"]


class Persona(Frozen):
    """`tone` is told to whoever words a reply; `may` and `may_not` name skills."""

    id: Slug
    title: str
    tone: Annotated[str, Field(max_length=300)]
    detail: Depth
    tech: Depth
    may: list[str] = []
    may_not: list[str] = []

    def is_allowed(self, skill: str) -> bool:
        """What is not named is not allowed, and what is denied is denied; whoever may do everything may. A skill that is none of ours says
        in its manifest for whom it is."""
        if EVERYTHING in self.may:
            return True
        return skill not in self.may_not and (skill in self.may or skill not in SKILLS)


def all_allow(personas: Mapping[str, Persona], persona: str, skills: list[str]) -> bool:
    known = personas.get(persona)
    return known is None or all(known.is_allowed(skill) for skill in skills)


# What only one of them says. "Help me get a quote" is a homeowner's sentence, so a word alone proves nothing: two differing marks do, or
# one sentence in which somebody says it of themselves.
_SAYS: Final[dict[str, str]] = {
    "contractor": r"i(?:'m| am) (?:a|the) (?:licensed |general )?(?:contractor|builder|gc)|my (?:crew|client|sub(?:contractor)?)s?\b"
    r"|our (?:crew|client)s?\b|i(?:'m| am) bidding|for a client of mine",
    "investor": r"i(?:'m| am) (?:an?|the) (?:\w+ )?(?:investor|landlord|flipper)|my (?:rental|tenant|duplex|portfolio)s?\b"
    r"|my units\b|i (?:flip|let out|rent out)\b",
    "diy_worker": r"i(?:'m| am) (?:a )?(?:diy\w*|doing (?:it|this|the work) myself)|do (?:it|this|most of it|the work) myself\b"
    r"|with my own hands|my own (?:tools|labou?r)",
    "homeowner": r"i(?:'m| am) (?:a|the) home ?owner|(?:hire|pay) (?:somebody|someone|a pro\w*|contractors?) (?:to|for)",
}
_MARKS: Final[dict[str, str]] = {
    "contractor": r"scope of work|takeoffs?|change orders?|punch list|subs\b|markup|overhead and profit|o&p|rfi|bid package",
    "investor": r"cap rate|cash ?flow|cash on cash|roi\b|noi\b|vacancy|rent comps?|refinanc\w*|brrrr|tenants?|lease|deprecia\w*",
    "diy_worker": r"tutorials?|step by step|what tools|which tools|my (?:drill|saw|sander)"
    r"|how do i (?:install|cut|lay|hang|mud|grout|paint|patch)",
    "homeowner": r"find (?:me )?a (?:contractor|pro\w*)|trustworthy|who should i hire|my family|our (?:home|kitchen|bathroom)",
}
_SAID: Final = {persona: re.compile(rf"\b(?:{words})", re.IGNORECASE) for persona, words in _SAYS.items()}
_MARKED: Final = {persona: re.compile(rf"\b(?:{words})", re.IGNORECASE) for persona, words in _MARKS.items()}
_WORD: Final = re.compile(r"[a-z]+|\d+")
_EMPTY: Final = frozenset(
    "a about an and any are as at be can could do does for from get give got have how i if in is it me much my need of on or our please "
    "shall should so some tell that the then there these this to us was we what when where which who will with would you your again".split()
)


def sounds_like(text: str) -> str | None:
    """The persona whose words a message uses, where they are one persona's alone; None where none stands out."""
    said = [persona for persona, pattern in _SAID.items() if pattern.search(text)]
    if said:
        return said[0] if len(said) == 1 else None
    marks = {persona: len({found.lower() for found in pattern.findall(text)}) for persona, pattern in _MARKED.items()}
    most = max(marks.values())
    best = [persona for persona, count in marks.items() if count == most]
    return best[0] if most >= 2 and len(best) == 1 else None


def signature(text: str) -> str:
    """The same for a question that is asked again in nearly the same words: what it speaks of, without endings and order. Empty where it
    speaks of nothing."""
    words = {_stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY}
    return " ".join(sorted(words))[:80]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
