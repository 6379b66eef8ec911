"""The numbers of a message, however they are written: 14, 14.5, 3,5, 12,000, 14 1/2, fourteen, twenty-five thousand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from pydantic import ValidationError

from journeys.inputs import Frozen, Value

UNITS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORTH = {word: i for i, word in enumerate(UNITS, 1)} | {word: 10 * i for i, word in enumerate(TENS, 2)} | {"fourty": 40}
MOST_FIGURES = 60
FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}

WORD = "|".join(sorted(WORTH, key=len, reverse=True))
WORDS = rf"(?:{WORD})(?:[ -](?:{WORD}|hundred|thousand)|(?<=hundred)\ and\ (?:{WORD}))*"
FIGURE = re.compile(
    rf"""(?:(?<![\w.,])|(?<=[0-9'"½¼¾tmn]x)|(?<=[0-9]ft))(?:
        (?P<grouped>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]{{1,4}})?)(?![0-9])
      | (?P<spaced>[0-9]{{1,3}}(?:\ [0-9]{{3}})+)(?!\ ?[0-9-])
      | (?P<dotted>[0-9]{{1,3}}(?:\.[0-9]{{3}})+(?:,[0-9]{{1,2}})?)(?![0-9])
      | (?P<mixed>[0-9]{{1,4}})[ -](?P<over>[0-9]{{1,2}})/(?P<under>[0-9]{{1,2}})(?![0-9/])
      | (?P<plain>[0-9]{{1,12}}(?:[.,][0-9]{{1,6}})?)(?![0-9])(?!(?:st|nd|rd|th)\b)(?P<vulgar>\ ?[½¼¾])?
      | (?P<words>\b(?:{WORDS}))(?![\w])
      | (?P<lone>[½¼¾])
    )(?P<half>\ and\ (?:a\ half|1/2))?""",
    re.VERBOSE,
)
# Typographers' marks to typists' ones, one character for one: positions in the folded text are those of the text.
MARKS = str.maketrans("’‘′`´“”″×✕–—−‑\u00a0\u202f\u2009\t\r", "'''''\"\"\"xx----     ")

APPROXIMATE = re.compile(r"(?:\b(?:about|around|roughly|approx(?:imately)?\.?|circa|ca\.?|nearly|almost|maybe|say|something like)|~)\s*$")
AT_MOST_BEFORE = re.compile(
    r"(?:\b(?:under|below|less than|no more than|not more than|at (?:the )?most|up to|within|not over|not exceed(?:ing)?|"
    r"max(?:imum)?(?: (?:budget|spend|of|is))*|cap(?:ped)?(?: it)? at|limit(?:ed)? (?:to|of))|<=?)\s*(?:about |around |of |is |:)?\s*$"
)
SPAN = re.compile(r"\s*(?:-|to|and|or|through)\s*")

AnyValue = TypeVar("AnyValue", bound=Frozen)


@dataclass(frozen=True)
class Figure:
    """A number and where it stands. `grouped_by_dots`: 12.000 was written, which is twelve thousand only beside a currency."""

    start: int
    end: int
    value: Decimal
    grouped_by_dots: Decimal | None = None


@dataclass(frozen=True)
class Mention:
    """One reading of one place in the text. `sureness` is that of the value, before it is known which need it answers; `per`: what the
    figure is of, in the words of periods.py, for needs that speak of the same."""

    value: Value
    start: int
    end: int
    sureness: float = 1.0
    per: frozenset[str] = frozenset()


def make(kind: type[AnyValue], **fields: object) -> AnyValue | None:
    """The value, or None where the message names one that can't be: a room of 0 feet, a range upside down."""
    try:
        return kind.model_validate(fields)
    except ValidationError:
        return None


def fold(text: str) -> str:
    """Lower case and plain marks, of the same length as the text (some capitals grow when they are lowered)."""
    marked = text.translate(MARKS)
    lowered = marked.lower()
    return lowered if len(lowered) == len(text) else "".join(low if len(low := char.lower()) == 1 else char for char in marked)


def before(folded: str, place: int, reach: int = 40) -> str:
    """The characters before a place, as far as `reach`: patterns that look back search these, not the whole message."""
    return folded[max(0, place - reach) : place]


def figures(folded: str) -> list[Figure]:
    """The first MOST_FIGURES: no one answers with more, and what reads them pairs each with each."""
    return list(islice(_figures(folded), MOST_FIGURES))


def _figures(folded: str) -> Iterator[Figure]:
    for match in FIGURE.finditer(folded):
        value, by_dots = worth(match)
        if value is not None:
            yield Figure(match.start(), match.end(), value + (Decimal("0.5") if match["half"] else 0), by_dots)


def worth(match: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """The number a match stands for; and beside 12.000, read as twelve, the twelve thousand it may mean."""
    if written := match["grouped"]:
        return Decimal(written.replace(",", "")), None
    if written := match["spaced"]:
        return Decimal(written.replace(" ", "")), None
    if written := match["dotted"]:
        many = Decimal(written.replace(".", "").replace(",", "."))
        return (many if written.count(".") > 1 or "," in written else Decimal(written)), many
    if written := match["mixed"]:
        under = int(match["under"])
        return (Decimal(written) + Decimal(match["over"]) / under if under else None), None
    if written := match["plain"]:
        return Decimal(written.replace(",", ".")) + FRACTIONS.get((match["vulgar"] or "").strip(), Decimal(0)), None
    if written := match["words"]:
        return spoken(written), None
    return FRACTIONS[match["lone"]], None


def spoken(words: str) -> Decimal | None:
    """Number words to a number; None where they don't make one ("six eight") or make one beyond any home (over a billion)."""
    whole = part = 0
    smaller_than = 10**6  # each word of a part is smaller than the one before it: twenty five, never five twenty
    for word in re.split(r"[ -]", words):
        if word == "and":
            continue
        if word == "hundred":
            part, smaller_than = (part or 1) * 100, 100
        elif word == "thousand":
            whole, part, smaller_than = (whole + part) * 1000, 0, 10**6
        else:
            size = WORTH[word]
            if size >= smaller_than:
                return None
            part, smaller_than = part + size, 10 if size >= 20 else 0
        if whole + part > 10**9:
            return None
    return Decimal(whole + part)
