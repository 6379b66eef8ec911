"""Values as people write them, and long texts cut where nothing is falsified."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Area, Choice, Choices, Count, Day, Length, Money, Need, Percent, Place, RoomSize, Text, Value, Weeks
from journeys.wording import both_ends, cut, told

WALL = Need(name="wall", kind="length", title="Wall", ask="?")
LOOK = Need.model_validate(
    {"name": "look", "kind": "choice", "title": "L", "ask": "?", "options": [{"id": "semi_custom", "title": "Semi-custom"}]}
)


@pytest.mark.parametrize(
    ("value", "need", "as_written"),
    [
        (Text(text="more light"), None, "“more light”"),
        (Text(text="x" * 90), None, f"“{'x' * 79}…”"),
        (Choice(option="semi_custom"), LOOK, "semi-custom"),
        (Choice(option="semi_custom"), None, "semi_custom"),
        (Choices(options=("semi_custom", "stock")), LOOK, "semi-custom, stock"),
        (Choices(options=()), LOOK, "none"),
        (Area(sqft=Decimal("850.0")), None, "850 sq ft"),
        (Percent(percent=Decimal("6.50")), None, "6.5 %"),
        (Length(feet=Decimal("22.50")), WALL, "22.5 ft"),
        (Length(feet=Decimal("100")), WALL, "100 ft"),
        (RoomSize(length_ft=Decimal("14.5"), width_ft=Decimal(12)), None, "14.5 x 12 ft"),
        (RoomSize(length_ft=Decimal(14), width_ft=Decimal(12), height_ft=Decimal("8.0")), None, "14 x 12 ft, 8 ft high"),
        (Money(low_cents=0, high_cents=50_000_00), None, "up to $50,000"),
        (Money(low_cents=50_000_00, high_cents=50_000_00), None, "$50,000"),
        (Money(low_cents=40_000_00, high_cents=50_000_00), None, "$40,000–$50,000"),
        (Money(low_cents=0, high_cents=0), None, "$0"),
        (Money(low_cents=1_50, high_cents=1_50), None, "$1.50"),
        (Money(low_cents=99, high_cents=99), None, "$0.99"),
        (Money(low_cents=10**12, high_cents=10**12), None, "$10,000,000,000"),
        (Money(low_cents=40_000_00, high_cents=50_000_00, currency="EUR"), None, "40,000–50,000 EUR"),
        (Place(country="US", subdivision="WA", postcode="98101"), None, "98101, WA, US"),
        (Place(country="DE", postcode="10115"), None, "10115, DE"),
        (Day(on=date(2026, 6, 1)), None, "1 June 2026"),
        (Weeks(low=Decimal(1), high=Decimal(1)), None, "1 week"),
        (Weeks(low=Decimal("1.5"), high=Decimal("1.5")), None, "1.5 weeks"),
        (Weeks(low=Decimal(10), high=Decimal(12)), None, "10–12 weeks"),
        (Count(count=1985), None, "1985"),
    ],
)
def test_values_are_told_as_people_write_them(value: Value, need: Need | None, as_written: str) -> None:
    assert told(value, need) == as_written


# --- what is too long ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("short  and\nsweet", "short and sweet"),
        ("we would like to spend 40 000 dollars", "we would like to spend…"),
        ("we would like to spend $40,000 or so", "we would like to spend…"),
        ("the counter is twelve and 1/2 feet", "the counter is twelve and…"),
        ("abcdefghijklmnopqrstuvwx4500567", "abcdefghijklmnopqrstuvwx…"),
        ("the counter, as we found, is long", "the counter, as we found…"),
        ("4" * 40, "4" * 26 + "…"),
    ],
)
def test_a_text_is_cut_between_words_and_never_at_a_number(text: str, shortened: str) -> None:
    assert cut(text, 27) == shortened


def test_a_long_message_keeps_how_it_begins_and_what_it_asks_at_the_end() -> None:
    text = f"The floor slopes by 2 inches. {'And so on and on. ' * 40}So, for 1,200 square feet, what do I do first?"
    assert both_ends(text, 83) == "The floor slopes by 2 inches. And so on … square feet, what do I do first?"


WORDS = st.lists(
    st.one_of(st.text(min_size=1, max_size=12), st.from_regex(r"[0-9]{1,3}(,[0-9]{3})?(\.[0-9])?", fullmatch=True)), max_size=80
)


@given(words=WORDS, most=st.integers(40, 400))
def test_whatever_is_cut_fits_and_its_numbers_were_said(words: list[str], most: int) -> None:
    text = " ".join(words)
    said = {number for word in text.split() for number in re.findall(r"[0-9][0-9.,]*", word)}
    for shortened in (cut(text, most), both_ends(text, most)):
        assert len(shortened) <= most
        assert len(shortened.splitlines()) <= 1
        assert set(re.findall(r"[0-9][0-9.,]*", shortened.replace("…", " "))) <= said
