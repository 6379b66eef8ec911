"""How a value is written for people, and how a text that is too long is shortened. Pure functions."""

import re
from decimal import Decimal

from journeys.inputs import Area, Choice, Choices, Count, Day, Length, Money, Need, Percent, Place, RoomSize, Text, Value, Weeks

QUOTED = 80  # characters of a person's own words where a value is repeated
NAMED = 120  # and of a question that is answered later
_LOOSE_END = re.compile(r"[\W\d_]+$")  # "a budget of $40," says less than "a budget of": its thousands may be what is cut off


def told(value: Value, need: Need | None, currency: str = "USD") -> str:
    """A value as a person would write it; `currency` is the journey's, for a sum whose own was not said."""
    match value:
        case Text(text=text):
            return f"“{cut(text, QUOTED)}”"
        case Choice(option=option):
            return _title(option, need)
        case Choices(options=options):
            return ", ".join(_title(option, need) for option in options) or "none"
        case Length(feet=feet):
            return f"{_plain(feet)} ft"
        case Area(sqft=sqft):
            return f"{_plain(sqft)} sq ft"
        case Percent(percent=percent):
            return f"{_plain(percent)} %"
        case RoomSize(length_ft=length, width_ft=width, height_ft=height):
            return f"{_plain(length)} x {_plain(width)} ft" + (f", {_plain(height)} ft high" if height else "")
        case Money(low_cents=low, high_cents=high, currency=named):
            sign = "$" if (named or currency) == "USD" else ""
            sums = _sum(high, sign) if low in (0, high) else f"{_sum(low, sign)}–{_sum(high, sign)}"
            return f"{'up to ' if low < high and low == 0 else ''}{sums}{'' if sign else f' {named or currency}'}"
        case Place(postcode=postcode, subdivision=subdivision, country=country):
            return ", ".join(part for part in (postcode, subdivision, country) if part)
        case Day(on=on):
            return f"{on:%-d %B %Y}"
        case Weeks(low=low, high=high):
            return f"{_plain(low)} week{'' if low == 1 else 's'}" if low == high else f"{_plain(low)}–{_plain(high)} weeks"
        case Count(count=count):
            return str(count)


def _title(option: str, need: Need | None) -> str:
    found = need.option(option) if need else None
    return (found.title if found else option).lower()


def cut(text: str, most: int) -> str:
    """On one line, at most `most` characters: the beginning, and … where something is left out."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: place_to_cut(line, most - 1)]}…"


def both_ends(text: str, most: int) -> str:
    """On one line, at most `most` characters: a long text begins with what it is about and ends with what is asked."""
    line, half = one_line(text), (most - 3) // 2
    if len(line) <= most:
        return line
    return f"{line[: place_to_cut(line, half)]} … {line[len(line) - place_to_cut(line[::-1], half) :]}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def place_to_cut(line: str, most: int) -> int:
    """Where a line that is too long ends after 1 to `most` characters: at a space in its second half, else anywhere; neither in a number
    nor right after one, unless there is nothing else."""
    space = line.rfind(" ", most // 2, most + 1)
    kept = _LOOSE_END.sub("", line[: space if space > 0 else most])
    return len(kept) or max(line.rfind(" ", 1, most + 1), 0) or most


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _sum(cents: int, sign: str) -> str:
    return f"{sign}{cents // 100:,}" + (f".{cents % 100:02d}" if cents % 100 else "")
