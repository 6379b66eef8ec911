"""Calendar days and spans of time in a message. Only what leaves no doubt: 03/04/2027 is two days, "in June" is thirty."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from journeys.inputs import Count, Day, Weeks
from providers.offline.figures import APPROXIMATE, AT_MOST_BEFORE, SPAN, Figure, Mention, before, make

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
NUMBER = {name: i for i, name in enumerate(MONTHS, 1)} | {name[:3]: i for i, name in enumerate(MONTHS, 1)} | {"sept": 9}
NAME = "|".join(sorted(NUMBER, key=len, reverse=True))
YEAR = r"(?P<year>20[0-9]{2})"
DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
ISO = re.compile(rf"(?<![\w/-]){YEAR}-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})(?![\w/-])")
MONTH_FIRST = re.compile(rf"\b(?P<name>{NAME})\b\.?\s(?:the\s)?{DAY}(?![\w:])(?!\s?(?:ft|feet|inch|k\b|%|x))(?:,?\s{YEAR}\b)?")
DAY_FIRST = re.compile(rf"(?<![\w.,/$-])(?:the\s)?{DAY}\s(?:of\s)?(?P<name>{NAME})\b\.?(?:,?\s{YEAR}\b)?")
NUMERIC = re.compile(rf"(?<![\w/.-])(?P<one>[0-9]{{1,2}})(?P<mark>[/.-])(?P<two>[0-9]{{1,2}})(?P=mark){YEAR}(?![\w/-])")
NEAR = re.compile(r"\b(?P<word>today|tomorrow)\b")
EDGE = re.compile(
    rf"\b(?P<edge>end|beginning|start)\sof\s(?:(?P<name>{NAME})\b\.?(?:,?\s{YEAR}\b)?|(?P<this>the|this|next)\s(?P<unit>month|year)\b)"
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = re.compile(rf"\b(?P<day>{'|'.join(WEEKDAYS)})\b(?!,?\s(?:the\s)?(?:[0-9]|(?:{NAME})\b))")  # "friday, may 7" is no coming friday
NO_WEEKDAY = re.compile(r"(?:\b(?:next|last|every|each|most|some|past|or|and|to)|-)\s?$")  # "next friday" is either of two
SUBJECT_BEFORE = re.compile(r"\b(?:we|i|you|they|it)\s$")  # "we may 3 ..." is no third of May

PERIOD = re.compile(r"\s?-?(?:(?P<day>days?)|(?P<week>weeks?|wks?)|(?P<month>months?|mos)|(?P<year>years?|yrs?))\b")
WEEKS_IN = {"day": Decimal(1) / 7, "week": Decimal(1), "month": Decimal(52) / 12, "year": Decimal(52)}
LONE_PERIOD = re.compile(
    r"\b(?:(?P<half>half an?)|(?P<couple>a couple of|a couple)|an?)\s(?P<unit>week|month|year)s?\b(?P<more>\sand a half)?"
)
NOT_A_SPAN_AFTER = re.compile(r"\s?-?(?:old|ago|warrant\w*|apart|each|guarantee\w*|earlier|later|away)\b")
NO_AGE_AFTER = re.compile(r"\s?(?:ago|warrant\w*|later|away|apart|guarantee\w*|of experience|earlier|left)\b")
NO_AGE_BEFORE = re.compile(r"\b(?:lived|living|owned|been|married|every|last|past|next|after|another|worked)\b[^.,;]{0,25}$")
NO_TERM_AFTER = re.compile(r"\s?-?(?:old|ago|warrant\w*|later|away|apart|guarantee\w*|earlier|left)\b")
NO_TERM_BEFORE = re.compile(r"\b(?:last|past|previous|every|each|another|been|worked)\b[^.,;]{0,15}$")
JOINED_BEFORE = re.compile(r"(?:\b(?:[0-9]+|ten|fifteen|twenty|thirty)\s?(?:-|to|or)|[0-9]\.)\s?$")  # 10 to 15 years: nobody said which
NOT_A_SPAN_BEFORE = re.compile(r"\b(?:(?:every|last|past|previous|once|twice|times?|after|ago|since)\s+(?:the\s)?|[0-9k]\s)$")


def days(folded: str, today: date | None) -> Iterator[Mention]:
    """Days with a year; with `today` also "March 5" (the next one) and "tomorrow"."""
    for match in ISO.finditer(folded):
        yield from dated(match, int(match["year"]), int(match["month"]), int(match["day"]))
    for pattern in (MONTH_FIRST, DAY_FIRST):
        for match in pattern.finditer(folded):
            yield from named(folded, match, today)
    for match in NUMERIC.finditer(folded):
        one, two = int(match["one"]), int(match["two"])
        if one == two or (one > 12) != (two > 12):
            yield from dated(match, int(match["year"]), min(one, two), max(one, two))
    if today is not None:
        for match in NEAR.finditer(folded):
            on = today + timedelta(days=match["word"] == "tomorrow")
            yield Mention(Day(on=on), match.start(), match.end(), 0.8)
        yield from weekdays(folded, today)
    for match in EDGE.finditer(folded):
        yield from edge(match, today)


def weekdays(folded: str, today: date) -> Iterator[Mention]:
    """ "By Sunday" is the coming one; said on a Sunday, or of "next Sunday", it is either of two and none."""
    for match in WEEKDAY.finditer(folded):
        away = (WEEKDAYS.index(match["day"]) - today.weekday()) % 7
        if away and not NO_WEEKDAY.search(before(folded, match.start(), 8)):
            yield Mention(Day(on=today + timedelta(days=away)), match.start(), match.end(), 0.8)


def edge(match: re.Match[str], today: date | None) -> Iterator[Mention]:
    """The first or last day of a month or year: end of March 2027; with `today` also end of March, of this month, of next year."""
    last, year = match["edge"] == "end", int(match["year"]) if match["year"] else None
    if match["name"]:
        coming = [year] if year else [today.year, today.year + 1] if today else []
        ends = [edge_of(each, NUMBER[match["name"]], last) for each in coming]
    elif today is None:
        return
    else:
        later = match["this"] == "next"
        if match["unit"] == "year":
            ends = [edge_of(today.year + later, 12 if last else 1, last)]
        else:
            ends = [edge_of(today.year + (today.month == 12 and later), today.month % 12 + 1 if later else today.month, last)]
    for on in [on for on in ends if year or today is None or on >= today][:1]:
        yield Mention(Day(on=on), match.start(), match.end(), 1.0 if year else 0.8)


def edge_of(year: int, month: int, last: bool) -> date:
    first = date(year, month, 1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1) if last else first


def ages(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Whole years that something is old or runs, for counts that ask for years: 14 years old, a 30-year loan."""
    for figure in numbers:
        period = PERIOD.match(folded, figure.end)
        if period is None or period.lastgroup != "year" or figure.value != int(figure.value):
            continue
        ahead = before(folded, figure.start)
        if NO_AGE_AFTER.match(folded, period.end()) or NO_AGE_BEFORE.search(ahead) or JOINED_BEFORE.search(ahead):
            continue
        if (value := make(Count, count=int(figure.value))) is not None:
            yield Mention(value, figure.start, period.end(), 0.9 if APPROXIMATE.search(ahead) else 1.0, frozenset({"age"}))


def terms(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Whole months that something may take, for counts that ask for months: over the next 24 months."""
    for figure in numbers:
        period = PERIOD.match(folded, figure.end)
        if period is None or period.lastgroup != "month" or figure.value != int(figure.value):
            continue
        ahead = before(folded, figure.start)
        if NO_TERM_AFTER.match(folded, period.end()) or NO_TERM_BEFORE.search(ahead) or JOINED_BEFORE.search(ahead):
            continue
        if (value := make(Count, count=int(figure.value))) is not None:
            yield Mention(value, figure.start, period.end(), 0.9 if APPROXIMATE.search(ahead) else 1.0, frozenset({"month"}))


def named(folded: str, match: re.Match[str], today: date | None) -> Iterator[Mention]:
    month, day = NUMBER[match["name"]], int(match["day"])
    if match["year"]:
        yield from dated(match, int(match["year"]), month, day)
    elif today is not None and not SUBJECT_BEFORE.search(before(folded, match.start(), 8)):
        coming = [mention for year in (today.year, today.year + 1) for mention in dated(match, year, month, day, 0.8)]
        yield from [mention for mention in coming if isinstance(mention.value, Day) and mention.value.on >= today][:1]


def dated(match: re.Match[str], year: int, month: int, day: int, sureness: float = 1.0) -> Iterator[Mention]:
    try:
        on = date(year, month, day)
    except ValueError:
        return  # 31 June
    yield Mention(Day(on=on), match.start(), match.end(), sureness)


def spans(folded: str, numbers: Sequence[Figure]) -> Iterator[Mention]:
    """Spans of time in weeks, a month being 52/12 of them: 6 to 8 weeks, two months, at most ten weeks, half a year."""
    for previous, figure in zip([None, *numbers], numbers, strict=False):
        period = PERIOD.match(folded, figure.end)
        if period is None or NOT_A_SPAN_AFTER.match(folded, period.end()):
            continue
        joint = SPAN.fullmatch(folded, previous.end, figure.start) if previous is not None else None
        first = previous if previous is not None and joint is not None and joint[0].strip() != "and" else figure
        ahead = before(folded, first.start)
        if not NOT_A_SPAN_BEFORE.search(ahead):
            size = WEEKS_IN[period.lastgroup or ""]
            most = first is figure and AT_MOST_BEFORE.search(ahead)
            yield from span(folded, first.start, period.end(), Decimal(0) if most else first.value * size, figure.value * size)
    for lone in LONE_PERIOD.finditer(folded):
        ahead = before(folded, lone.start())
        if NOT_A_SPAN_AFTER.match(folded, lone.end()) or NOT_A_SPAN_BEFORE.search(ahead):
            continue
        count = Decimal("0.5") if lone["half"] else Decimal(2) if lone["couple"] else Decimal(1)
        weeks = (count + (Decimal("0.5") if lone["more"] else 0)) * WEEKS_IN[lone["unit"]]
        yield from span(folded, lone.start(), lone.end(), Decimal(0) if AT_MOST_BEFORE.search(ahead) else weeks, weeks)


def span(folded: str, start: int, end: int, low: Decimal, high: Decimal) -> Iterator[Mention]:
    if low > high or high > 520:
        return
    value = make(Weeks, low=tenth(low), high=tenth(high))
    if value is not None:
        yield Mention(value, start, end, 0.9 if APPROXIMATE.search(before(folded, start)) else 1.0)


def tenth(weeks: Decimal) -> Decimal:
    return weeks.quantize(Decimal("0.1")).normalize() + 0
