"""Calendar days of a message. Only what leaves no doubt: 03/04/2027 is two days, "in June" is thirty."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = "january february march april may june july august september october november december".split()
NUMBER = {name: i for i, name in enumerate(MONTHS, 1)} | {name[:3]: i for i, name in enumerate(MONTHS, 1)} | {"sept": 9}
NAME = "|".join(sorted(NUMBER, key=len, reverse=True))
YEAR = r"(?P<year>20[0-9]{2})"
DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
ISO = re.compile(r"(?<![\w/-])(?P<year>20[0-9]{2})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})(?![\w/-])")
MONTH_FIRST = re.compile(rf"\b(?P<name>{NAME})\b\.?\s(?:the\s)?{DAY}(?![\w:])(?!\s?(?:ft|feet|inch|k\b|%|x))(?:,?\s{YEAR}\b)?")
DAY_FIRST = re.compile(rf"(?<![\w.,/$-])(?:the\s)?{DAY}\s(?:of\s)?(?P<name>{NAME})\b\.?(?:,?\s{YEAR}\b)?")
NUMERIC = re.compile(rf"(?<![\w/.-])(?P<one>[0-9]{{1,2}})(?P<mark>[/.-])(?P<two>[0-9]{{1,2}})(?P=mark){YEAR}(?![\w/-])")
NEAR = re.compile(r"\b(?P<word>today|tomorrow)\b")


@dataclass(frozen=True)
class Dated:
    on: date
    start: int
    end: int
    sureness: float


def days(folded: str, today: date | None) -> Iterator[Dated]:
    """Days with a year; with `today` also "March 5" (the next one) and "tomorrow"."""
    for match in ISO.finditer(folded):
        yield from dated(match, int(match["year"]), int(match["month"]), int(match["day"]))
    for pattern in (MONTH_FIRST, DAY_FIRST):
        for match in pattern.finditer(folded):
            month, day = NUMBER[match["name"]], int(match["day"])
            if match["year"]:
                yield from dated(match, int(match["year"]), month, day)
            elif today is not None and not (match["name"] in ("may", "march") and re.search(r"\b(?:we|i|you|they|it)\s$", folded[: match.start()])):
                coming = [found for year in (today.year, today.year + 1) for found in dated(match, year, month, day, 0.8) if found.on >= today]
                yield from coming[:1]
    for match in NUMERIC.finditer(folded):
        one, two = int(match["one"]), int(match["two"])
        if one == two or (one > 12) != (two > 12):
            month, day = (two, one) if one > 12 else (one, two)
            yield from dated(match, int(match["year"]), month, day)
    if today is not None:
        for match in NEAR.finditer(folded):
            yield Dated(today + timedelta(days=match["word"] == "tomorrow"), match.start(), match.end(), 0.8)


def dated(match: re.Match[str], year: int, month: int, day: int, sureness: float = 1.0) -> Iterator[Dated]:
    try:
        yield Dated(date(year, month, day), match.start(), match.end(), sureness)
    except ValueError:
        return  # 31 June
