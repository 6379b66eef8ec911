"""Sums of money in a message: $25k, 40-60K, CAD 9,500, under 40k, $950 a month. Prices by the foot or the gallon are left alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from journeys.inputs import Money
from providers.offline.figures import APPROXIMATE, AT_MOST_BEFORE, SPAN, Figure, Mention, before, make
from providers.offline.periods import per

CODES = "usd|cad|eur|gbp|aud|nzd"
BEFORE = re.compile(rf"(?:(?P<code>{CODES})\s?\$?|(?P<land>us|ca|c|a|au|nz)?\$|(?P<sign>[£€]))\s?$")
AFTER = re.compile(
    rf"\s?(?:(?P<code>{CODES})\b|(?P<land>us|canadian|australian)?\s?(?:dollars?|bucks)\b|(?P<euro>euros?\b|€)|(?P<pound>pounds\b|quid\b|£)|\$)"
)
# A bare $ or "dollars" names no currency: the journey knows where the home is, this file does not.
LANDS = {"us": "USD", "ca": "CAD", "c": "CAD", "canadian": "CAD", "a": "AUD", "au": "AUD", "australian": "AUD", "nz": "NZD"}
SCALE = re.compile(r"\s?-?(?:(?P<k>k|grand|thousand|thou)|(?P<mil>million|mil)|(?P<m>m))(?![\w²])")
SCALES = {"k": Decimal(1000), "mil": Decimal(10**6), "m": Decimal(10**6)}
RATE = re.compile(
    r"\s*(?:/|per\b|an?\b|each\b)\s*(?:sq|s\.?f|ft|foot|linear|lf|m2|m²|met|hour|hr|h\b|day|week|month|mo\b|year|yr|piece|unit|gallon|sheet|"
    r"box|roll|person|night|yard|door|window|room|$)|\s*(?:each|apiece|hourly|monthly)\b"
)
COUNTED = re.compile(
    r"\s?(?:sq|square|s\.?f\b|m2|m²|feet|foot|ft\b|miles?|people|units?|lumens?|btus?|watts?|gallons?|steps?|times|%|percent)"
)
AT_MOST_AFTER = re.compile(
    r"\s*(?:in total |total )?(?:(?:is|as|at)\s)?(?:(?:the|my|our|a|an)\s)?(?:(?:absolute|hard|very|upper)\s)?"
    r"(?:max(?:imum)?|tops|most|limit|ceiling|cap|or less|or under)\b"
)
AT_LEAST_BEFORE = re.compile(r"\b(?:at least|more than|over|above|min(?:imum)?(?: of)?|starting at|north of)\s*$")
BETWEEN = re.compile(r"\bbetween\s*(?:about |around )?$")
MOVED = re.compile(
    r"\b(?:raise|increase|bump|move|go|change|lower|reduce|cut|drop|decrease|bring|up|adjust)\w*\b[^.!?]{0,40}\bfrom\s*[a-z]{0,3}[$£€]?\s?$"
)


@dataclass(frozen=True)
class Sum:
    """A sum as written. `scale` and `currency` are None where none was said; `marked`: a $, a code or "dollars" stood there."""

    start: int
    end: int
    number: Decimal
    scale: Decimal | None
    currency: str | None
    marked: bool

    def cents(self, scale: Decimal | None = None) -> int:
        return int(self.number * (scale or self.scale or 1) * 100)

    def is_a_price(self, folded: str) -> bool:
        """Of one unit of something, or no money at all: $15 a foot, 3 thousand square feet. $950 a month is a sum of its own kind."""
        _, end = per(folded, self.start, self.end)
        return bool(RATE.match(folded, end) or COUNTED.match(folded, end))


def money(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Sums and ranges that a currency, a "k" or a "thousand" marks as money."""
    sums = [a_sum(folded, figure) for figure in numbers]
    used = 0
    for low, high in zip(sums, [*sums, None][1:], strict=True):
        if low.start < used:
            continue
        if high is not None and SPAN.fullmatch(folded, low.end, high.start) and (pair := a_range(folded, low, high)) is not None:
            used = high.end
            yield pair
        elif (low.scale or low.marked) and not low.is_a_price(folded):
            yield from one_sum(folded, low)


def a_sum(folded: str, figure: Figure) -> Sum:
    start, end, scale, currency = figure.start, figure.end, None, None
    ahead = BEFORE.search(before(folded, start, 6))
    if (multiple := SCALE.match(folded, end)) and (multiple.lastgroup != "m" or ahead):  # 25m is a length, $25m is not
        scale, end = SCALES[multiple.lastgroup or ""], multiple.end()
    behind = AFTER.match(folded, end)
    if behind:
        end = behind.end()
        currency = code_of(behind) or ("EUR" if behind["euro"] else "GBP" if behind["pound"] else None)
    if ahead:
        start -= len(ahead[0])
        currency = code_of(ahead) or {"£": "GBP", "€": "EUR"}.get(ahead["sign"] or "") or currency
    marked = bool(ahead or behind)
    number = figure.grouped_by_dots if figure.grouped_by_dots and marked and not scale else figure.value
    return Sum(start, end, number, scale, currency, marked)


def code_of(match: re.Match[str]) -> str | None:
    return match["code"].upper() if match["code"] else LANDS.get(match["land"] or "")


def a_range(folded: str, low: Sum, high: Sum) -> Mention | None:
    """Two sums as one range: 40-60K, $8,000 to $12,000, between 35 and 45 thousand; "from 40k to 55k" of a change is its end."""
    if not (high.scale or high.marked or low.marked or low.scale) or high.is_a_price(folded):
        return None
    joint, ahead = folded[low.end : high.start].strip(), before(folded, low.start, 70)
    if joint == "or" or (joint == "and" and not BETWEEN.search(ahead)):
        return None
    low_cents = low.cents(high.scale if low.scale is None and low.number < 1000 else None)  # 40-60K, but never 1,500-2K
    high_cents = high.cents(low.scale if high.scale is None and high.number < 1000 else None)  # 40k to 60
    value = make(
        Money, low_cents=high_cents if MOVED.search(ahead) else low_cents, high_cents=high_cents, currency=low.currency or high.currency
    )
    said, end = per(folded, low.start, high.end)
    return Mention(value, low.start, end, 1.0, said) if value is not None else None


def one_sum(folded: str, said: Sum) -> Iterator[Mention]:
    ahead = before(folded, said.start)
    most = AT_MOST_BEFORE.search(ahead) or AT_MOST_AFTER.match(folded, said.end)
    value = make(Money, low_cents=0 if most else said.cents(), high_cents=said.cents(), currency=said.currency)
    if value is not None:
        of, end = per(folded, said.start, said.end)
        yield Mention(value, said.start, end, 0.6 if AT_LEAST_BEFORE.search(ahead) else 0.9 if APPROXIMATE.search(ahead) else 1.0, of)
