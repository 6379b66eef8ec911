"""What a figure is per: $950 a month, 850 sq ft each, 14 years old. It answers only a need that speaks of the same; none is converted."""

import re
from functools import lru_cache

from journeys.inputs import Need
from providers.offline.figures import before

NOTHING: frozenset[str] = frozenset()
NAMES = {
    "month": "month", "months": "month", "mo": "month", "mth": "month", "monthly": "month", "pcm": "month",
    "year": "year", "yr": "year", "annum": "year", "yearly": "year", "annually": "year", "annual": "year",
    "week": "week", "wk": "week", "weekly": "week", "hour": "hour", "hr": "hour", "hourly": "hour",
    "unit": "unit", "apartment": "unit", "apt": "unit", "side": "unit", "each": "unit", "apiece": "unit",
}  # fmt: skip
PER = re.compile(
    r",?\s*(?:(?:/\s?|(?:per|an?|each|every)\s)(?P<of>month|mo|mth|year|yr|annum|week|wk|hour|hr|unit|apartment|apt|side)\b"
    r"|(?P<how>monthly|yearly|annually|weekly|hourly|pcm|each|apiece)\b)"
)
# "our monthly rent is $950"; in "$950 monthly and taxes of 4,275" the month belongs to the sum before it
PER_AHEAD = re.compile(r"(?<![0-9k]\s)\b(?P<how>monthly|yearly|annual|annually|weekly|hourly)\s(?:[a-z']+\s){1,4}(?:[a-z]{0,3}[$£€]\s?)?$")
SPOKEN_OF = {
    "month": re.compile(r"\b(?:months?|monthly)\b"),
    "year": re.compile(r"\b(?:years?|yearly|annual|annually|annum)\b"),
    "week": re.compile(r"\b(?:weeks?|weekly)\b"),
    "hour": re.compile(r"\b(?:hours?|hourly)\b"),
    "unit": re.compile(r"\b(?:each|per unit|every unit|a unit|one unit)\b|\|units?\b"),
    "age": re.compile(r"\b(?:years|age|old)\b"),
}


def per(folded: str, start: int, end: int) -> tuple[frozenset[str], int]:
    """What the figure at `start:end` is per (month, year, week, hour, unit), and where the words that say so end."""
    said = set()
    if ahead := PER_AHEAD.search(before(folded, start)):
        said.add(NAMES[ahead["how"]])
    while match := PER.match(folded, end):
        said.add(NAMES[match["of"] or match["how"]])
        end = match.end()
    return (frozenset(said) if said else NOTHING), end


def speaks_of(need: Need, said: frozenset[str]) -> bool:
    """Whether title, question or cues of the need name all that a figure is per."""
    return not said or said <= spoken(need.name, need.title, need.ask, tuple(need.cues))


def spoken_of(need: Need) -> frozenset[str]:
    """What a need's figure is per; empty for a plain one."""
    return spoken(need.name, need.title, need.ask, tuple(need.cues)) - {"age"}


@lru_cache(maxsize=1024)
def spoken(name: str, title: str, ask: str, cues: tuple[str, ...]) -> frozenset[str]:
    words = f"{name.replace('_', ' ')} {title} {ask} |{'|'.join(cues)}".lower()
    return frozenset(period for period, pattern in SPOKEN_OF.items() if pattern.search(words))
