"""What the numbers of a message measure: lengths, rooms, sums of money, spans of time. Nothing here knows the needs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from journeys.inputs import Frozen, Length, Money, RoomSize, Value, Weeks
from providers.offline.figures import Figure

FEET_IN = {"ft": Decimal(1), "in": Decimal(1) / 12, "m": 1 / Decimal("0.3048"), "yd": Decimal(3)}
FEET_IN |= {"cm": FEET_IN["m"] / 100, "mm": FEET_IN["m"] / 1000}
FINE = Decimal("0.0001")  # feet: a thirtieth of a millimetre, so 4.4 m keeps its digits and the wire stays short
UNIT = re.compile(
    r"""\s?-?(?:(?:linear|lineal|running|lin\.?)\s)?\s?(?:
        (?P<ft>feet|foot|ft\b\.?|lf\b|')
      | (?P<in>inch(?:es)?\b|in\b\.(?!\s?[a-z])|in(?=\s?(?:$|[,;)x]|by\b|wide|tall|high|long|deep|thick|of\s(?:counter|cabinet|space)))|")
      | (?P<cm>centimet(?:er|re)s?\b|cms?\b)
      | (?P<mm>millimet(?:er|re)s?\b|mm\b)
      | (?P<m>met(?:er|re)s?\b|m\b)
      | (?P<yd>yards?\b|yds?\b)
    )(?![\w²])""",
    re.VERBOSE,
)
BY = re.compile(r"\s*(?:wide|long|deep)?\s*(?:x|by|times|\*)\s*")
LABEL_AFTER = re.compile(r"\s?(?:in\s)?(?P<label>long|wide|length|width)\b")
LABEL_BEFORE = re.compile(r"\b(?P<label>length|width)\s?(?:is|of|:|=)?\s?(?:about\s)?$")
APPROXIMATE = re.compile(r"(?:\b(?:about|around|roughly|approx(?:imately)?\.?|circa|ca\.?|nearly|almost|maybe|say|some(?:thing like|where around)?)|~)\s*$")

CURRENCY_BEFORE = re.compile(r"(?:(?P<code>usd|cad|eur|gbp|aud|nzd)\s?\$?|(?P<land>us|ca|c|a|au|nz)?\$|(?P<sign>[£€]))\s?$")
CURRENCY_AFTER = re.compile(
    r"\s?(?:(?P<code>usd|cad|eur|gbp|aud|nzd)\b|(?P<land>us|canadian|australian)?\s?(?:dollars?|bucks)\b|(?P<euro>euros?\b|€)|(?P<pound>pounds\b|quid\b|£)|(?P<dollar>\$))"
)
LANDS = {"us": "USD", "ca": "CAD", "c": "CAD", "canadian": "CAD", "a": "AUD", "au": "AUD", "australian": "AUD", "nz": "NZD"}
SCALE = re.compile(r"\s?-?(?:(?P<k>k|grand|thousand|thou)|(?P<mil>million|mil)|(?P<m>m))(?![\w²])")
SCALES = {"k": Decimal(1000), "mil": Decimal(10**6), "m": Decimal(10**6)}
RATE = re.compile(
    r"\s*(?:/|per\b|an?\b|each\b|(?=sq|square))\s*(?:sq|square|s\.?f|ft|foot|linear|lf|m2|m²|meter|metre|hour|hr|h\b|day|week|month|mo\b|year|yr|piece|unit|gallon|sheet|box|roll|person|night|yard|door|window|room|$)"
    r"|\s*(?:each|apiece|hourly|monthly)\b"
)
NOT_MONEY_AFTER = re.compile(r"\s?(?:sq|square|s\.f|feet|foot|ft\b|miles?|people|units?|lumens?|btus?|watts?|gallons?|steps?|times|%|percent)")
SPAN = re.compile(r"\s*(?:-|to|and|or|through)\s*")
AT_MOST_BEFORE = re.compile(
    r"(?:\b(?:under|below|less than|no more than|not more than|at (?:the )?most|up to|within|not over|not exceed(?:ing)?|"
    r"max(?:imum)?(?: (?:budget|spend|of|is))*|cap(?:ped)?(?: it)? at|limit(?:ed)? (?:to|of))|<=?)\s*(?:about |around |of |is |:)?\s*$"
)
AT_MOST_AFTER = re.compile(
    r"\s*(?:in total |total )?(?:(?:is|as|at)\s)?(?:(?:the|my|our|a|an)\s)?(?:(?:absolute|hard|very|upper)\s)?(?:max(?:imum)?|tops|most|limit|ceiling|cap|or less|or under)\b"
)
AT_LEAST_BEFORE = re.compile(r"\b(?:at least|more than|over|above|min(?:imum)?(?: of)?|starting at|north of)\s*$")
MOVED = re.compile(r"\b(?:raise|increase|bump|move|go|change|lower|reduce|cut|drop|decrease|bring|up|adjust)\w*\b[^.!?]{0,40}\bfrom\s*[a-z]{0,3}[$£€]?\s?$")

PERIOD = re.compile(r"\s?-?(?:(?P<day>days?)|(?P<week>weeks?|wks?)|(?P<month>months?|mos)|(?P<year>years?|yrs?))\b")
WEEKS_IN = {"day": Decimal(1) / 7, "week": Decimal(1), "month": Decimal(52) / 12, "year": Decimal(52)}
LONE_PERIOD = re.compile(
    r"\b(?:(?P<half>half an?)|(?P<couple>a couple of|a couple)|(?P<one>an?))\s(?P<unit>week|month|year)s?\b(?P<more>\sand a half)?"
)
NOT_A_SPAN_AFTER = re.compile(r"\s?-?(?:old|ago|warrant\w*|apart|each|guarantee\w*|earlier|later|away)\b")
NOT_A_SPAN_BEFORE = re.compile(r"\b(?:every|last|past|previous|once|after|ago|since)\s+(?:the\s)?$")
IN_BEFORE = re.compile(r"\bin (?:about |around |roughly )?$")


AnyValue = TypeVar("AnyValue", bound=Frozen)


@dataclass(frozen=True)
class Mention:
    """One reading of one place in the text.

    `sureness`: of the value, before it is known whose it is. `late`: "in 10 weeks", a span only where something says so.
    """

    value: Value
    start: int
    end: int
    sureness: float = 1.0
    late: bool = False


@dataclass(frozen=True)
class Side:
    """A length as written. `unit` is None where none was said; `label` is long or wide."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    label: str = ""

    def feet(self, otherwise: str = "ft") -> Decimal:
        return (self.value * FEET_IN[self.unit or otherwise]).quantize(FINE).normalize() + 0


def sides(folded: str, numbers: Sequence[Figure]) -> list[Side]:
    """Every number as a length, feet and inches joined into one."""
    found: list[Side] = []
    skip = -1
    for i, number in enumerate(numbers):
        if number.start < skip:
            continue
        unit = UNIT.match(folded, number.end)
        name = unit.lastgroup if unit else None
        value, end = number.value, unit.end() if unit else number.end
        following = numbers[i + 1] if i + 1 < len(numbers) else None
        if following and following.value < 12 and (inches := inches_after(folded, number, name, end, following)):
            value, end, name = value * 12 + following.value, inches, "in"
        skip = end
        found.append(Side(number.start, end, value, name, label(folded, number.start, end)))
    return found


def inches_after(folded: str, feet: Figure, unit: str | None, end: int, inches: Figure) -> int | None:
    """Where a length ends that goes on in inches: 14 ft 6 in, 14' 6", 14'6, and the trade's 14-6; None where it doesn't."""
    between = folded[end : inches.start]
    if unit == "ft" and re.fullmatch(r"\s?(?:-|,|and)?\s?", between):
        written = UNIT.match(folded, inches.end)
        if written and written.lastgroup == "in":
            return written.end()
        if re.match(r"\s?in\b", folded[inches.end :]):
            return inches.end + re.match(r"\s?in\b", folded[inches.end :]).end()  # type: ignore[union-attr]
        if not written and folded[end - 1] == "'" and between.strip() == "" and not re.match(r"[\w/%]", folded[inches.end :]):
            return inches.end
    return None


def label(folded: str, start: int, end: int) -> str:
    match = LABEL_AFTER.match(folded, end) or LABEL_BEFORE.search(folded[max(0, start - 20) : start])
    return {"length": "long", "width": "wide"}.get(match["label"], match["label"]) if match else ""


def rooms(folded: str, every: Sequence[Side]) -> Iterator[tuple[Mention, bool]]:
    """Sizes of two or three sides, and whether a unit was said: 14.5 x 12, 3.5m by 4m, 12 by 14 by 8 ft, 12 ft wide and 16 ft long."""
    i = 0
    while i < len(every):
        size = [every[i]]
        while i + len(size) < len(every) and len(size) < 3 and BY.fullmatch(folded, size[-1].end, every[i + len(size)].start):
            size.append(every[i + len(size)])
        if len(size) == 1 and i + 1 < len(every) and are_labelled(folded, every[i], every[i + 1]):
            size.append(every[i + 1])
        if len(size) > 1:
            # A unit said once holds for all: the last one said, since "3.5 x 4 m" is the usual way.
            unit = next((side.unit for side in reversed(size) if side.unit), None)
            feet = [side.feet(unit or "ft") for side in size]
            value = make(RoomSize, length_ft=feet[0], width_ft=feet[1], height_ft=feet[2] if len(feet) > 2 else None)
            if value is not None:
                yield Mention(value, size[0].start, size[-1].end, 1.0 if unit else 0.9), unit is not None
        i += len(size)


def are_labelled(folded: str, one: Side, other: Side) -> bool:
    return {one.label, other.label} == {"long", "wide"} and other.start - one.end < 25 and not re.search("[.;!?]", folded[one.end : other.start])


def lengths(folded: str, every: Sequence[Side]) -> Iterator[Mention]:
    """Lengths with a unit. A range of lengths is none: one number is asked for, and nobody said which."""
    for i, side in enumerate(every):
        if side.unit is None or is_in_a_range(folded, every, i):
            continue
        if (value := make(Length, feet=side.feet())) is not None:
            yield Mention(value, side.start, side.end, 0.9 if APPROXIMATE.search(folded, max(0, side.start - 20), side.start) else 1.0)


def is_in_a_range(folded: str, every: Sequence[Side], i: int) -> bool:
    joins = re.compile(r"\s*(?:-|to|or)\s*")
    before = i > 0 and joins.fullmatch(folded, every[i - 1].end, every[i].start)
    after = i + 1 < len(every) and joins.fullmatch(folded, every[i].end, every[i + 1].start)
    return bool(before or after)


@dataclass(frozen=True)
class Sum:
    """A sum as written; `scale` and `currency` are None where none was said, `marked` where a $ or "dollars" was."""

    start: int
    end: int
    number: Decimal
    scale: Decimal | None
    currency: str | None
    marked: bool

    @property
    def cents(self) -> int:
        return int(self.number * (self.scale or 1) * 100)


def a_sum(folded: str, figure: Figure) -> Sum:
    start, end, scale = figure.start, figure.end, None
    before = CURRENCY_BEFORE.search(folded, max(0, start - 6), start)
    if (multiple := SCALE.match(folded, end)) and (multiple.lastgroup != "m" or before):
        scale, end = SCALES[multiple.lastgroup or ""], multiple.end()
    after = CURRENCY_AFTER.match(folded, end)
    currency = None
    if before:
        start = before.start()
        currency = (before["code"] or "").upper() or LANDS.get(before["land"] or "") or {"£": "GBP", "€": "EUR"}.get(before["sign"] or "")
    if after:
        end = after.end()
        said = (after["code"] or "").upper() or LANDS.get(after["land"] or "") or ("EUR" if after["euro"] else "GBP" if after["pound"] else None)
        currency = currency or said
    marked = bool(before or after)
    number = figure.grouped_by_dots if figure.grouped_by_dots and marked and not scale else figure.value
    return Sum(start, end, number, scale, currency, marked)


def money(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Sums and ranges that a currency, a "k" or a "thousand" marks as money. Prices by the foot or hour are none."""
    sums = [a_sum(folded, figure) for figure in numbers]
    i = 0
    while i < len(sums):
        low = sums[i]
        high = sums[i + 1] if i + 1 < len(sums) and SPAN.fullmatch(folded, low.end, sums[i + 1].start) else None
        if high is not None and (pair := a_range(folded, low, high)) is not None:
            yield pair
            i += 2
            continue
        i += 1
        if (low.scale or low.marked) and not RATE.match(folded, low.end) and not NOT_MONEY_AFTER.match(folded, low.end):
            yield from one_sum(folded, low)


def a_range(folded: str, low: Sum, high: Sum) -> Mention | None:
    if not (high.scale or high.marked or low.marked or low.scale) or RATE.match(folded, high.end) or NOT_MONEY_AFTER.match(folded, high.end):
        return None
    joined = folded[low.end : high.start].strip()
    before = folded[max(0, low.start - 70) : low.start]
    if joined in ("and", "or") and not (joined == "and" and re.search(r"\bbetween\s*(?:about |around )?$", before)):
        return None
    scale = high.scale if low.scale is None and low.number < 1000 else low.scale  # 40-60K, and never 1,500-2K
    low_cents, high_cents = int(low.number * (scale or 1) * 100), high.cents
    if high.scale is None and low.scale is not None and high.number < 1000:
        high_cents = int(high.number * low.scale * 100)  # 40k to 60
    currency = low.currency or high.currency
    if MOVED.search(before):
        low_cents = high_cents
    value = make(Money, low_cents=low_cents, high_cents=high_cents, currency=currency)
    return Mention(value, low.start, high.end) if value is not None else None


def one_sum(folded: str, said: Sum) -> Iterator[Mention]:
    before = folded[max(0, said.start - 40) : said.start]
    most = AT_MOST_BEFORE.search(before) or AT_MOST_AFTER.match(folded, said.end)
    value = make(Money, low_cents=0 if most else said.cents, high_cents=said.cents, currency=said.currency)
    if value is not None:
        yield Mention(value, said.start, said.end, 0.6 if AT_LEAST_BEFORE.search(before) else 0.9 if APPROXIMATE.search(before) else 1.0)


def spans(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Spans of time in weeks, a month being 52/12 of them: 6 to 8 weeks, two months, at most ten weeks, half a year."""
    used = -1
    for i, figure in enumerate(numbers):
        period = PERIOD.match(folded, figure.end)
        if period is None or figure.start < used or NOT_A_SPAN_AFTER.match(folded, period.end()):
            continue
        first = figure
        if i and (joint := SPAN.fullmatch(folded, numbers[i - 1].end, figure.start)) and joint[0].strip() not in ("and",):
            first = numbers[i - 1]
        before = folded[max(0, first.start - 30) : first.start]
        if NOT_A_SPAN_BEFORE.search(before):
            continue
        size = WEEKS_IN[period.lastgroup or ""]
        low = Decimal(0) if first is figure and AT_MOST_BEFORE.search(before) else first.value * size
        value = make(Weeks, low=tenth(low), high=tenth(figure.value * size))
        if value is not None and value.low <= value.high:
            used = period.end()
            yield Mention(value, first.start, period.end(), 0.9 if APPROXIMATE.search(before) else 1.0, bool(IN_BEFORE.search(before)))
    for lone in LONE_PERIOD.finditer(folded):
        before = folded[max(0, lone.start() - 30) : lone.start()]
        if NOT_A_SPAN_AFTER.match(folded, lone.end()) or NOT_A_SPAN_BEFORE.search(before) or re.search(r"[0-9a-z]\s$", before[-2:]) and re.search(
            r"(?:once|times?|twice|\d)\s$", before
        ):
            continue
        count = Decimal("0.5") if lone["half"] else Decimal(2) if lone["couple"] else Decimal(1)
        weeks = tenth((count + (Decimal("0.5") if lone["more"] else 0)) * WEEKS_IN[lone["unit"]])
        value = make(Weeks, low=Decimal(0) if AT_MOST_BEFORE.search(before) else weeks, high=weeks)
        if value is not None:
            yield Mention(value, lone.start(), lone.end(), 0.9, bool(IN_BEFORE.search(before)))


def tenth(weeks: Decimal) -> Decimal:
    return weeks.quantize(Decimal("0.1")).normalize() + 0


def make(kind: type[AnyValue], **fields: object) -> AnyValue | None:
    """The value, or None where the message names one that can't be (a room of 0 feet, a range upside down)."""
    try:
        return kind.model_validate(fields)
    except ValidationError:
        return None
