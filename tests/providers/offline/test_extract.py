"""Inputs are read out of messages: exactly those that are there, whatever is typed."""

import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.grants import misfit
from journeys.inputs import Area, Choice, Choices, Count, Day, Found, Length, Money, Need, Option, Percent, Place, RoomSize, Value, Weeks
from journeys.wording import told
from providers.offline.assign import fits
from providers.offline.extract import extract
from providers.offline.places import CODES, NAMES
from tests.bench.inputs import HELD_OUT, TODAY, expected, measured, of_one_template, read, sentences
from tests.providers.offline.kitchen import KITCHEN, brief
from tests.providers.offline.needs import JOURNEYS

HERE = Path(__file__).parent
NEEDS = {need.name: need for need in KITCHEN}


def the_only(text: str, asked: str, today: date | None = None) -> Any:
    found = [each for each in extract(text, KITCHEN, asked, today) if each.need == asked]
    assert len(found) == 1, (text, found)
    return found[0].value


@pytest.mark.parametrize("case", sentences(HERE / "inputs.yaml"), ids=lambda case: f"{case['text'][:60]!r} asked {case.get('asked')}")
def test_a_sentence_it_was_written_for_is_read_exactly(case: dict[str, Any]) -> None:
    assert read(case) == expected(case)


def test_of_sentences_it_was_not_written_for_nearly_all_are_read_and_next_to_nothing_is_invented() -> None:
    """Measured: the kitchen's 73 of 77 at first; with 116 of other journeys 180 of 193 at first and 188 after the work on inputs.yaml,
    three of them of sorts that were seen here; 30 of 32 written after that. Now 218 of 225, precision .991, recall .974."""
    figures = measured(sentences(HELD_OUT))
    assert figures.sentences >= 220
    assert figures.precision >= 0.98, figures.missed
    assert figures.recall >= 0.96, figures.missed
    assert figures.exact / figures.sentences >= 0.96, figures.missed


PIECES = st.sampled_from(
    [
        *("12", "14.5", "8", "9,500", "3,5", "1/2", "½", "25", "40", "1985", "98103", "2027-03-05", "0", "99999999999", "3.14.15"),
        *("ft", "feet", "'", '"', "in", "cm", "m", "x", "by", "-", "to", "and", "k", "K", "$", "€", "CAD", "grand", "thousand", "hundred"),
        *("weeks", "months", "a year", "in June", "March 5", "may", "people", "kids", "budget", "spend", "ceiling", "counter", "cabinets"),
        *("floor", "laminate", "wood", "quartz", "not", "but", "custom", "semi-custom", "WA", "OR", "Seattle", "Ontario", "K1A 0B1"),
        *("sq ft", "m²", "acre", "%", "percent", "down", "a month", "per year", "each", "years old", "rent", "taxes", "basement", "roof"),
        *("all of them", "none", "everything except", "the first two", "and", "keep", "paint", "mirror", "tile", "kitchen", "end of"),
        *("?", ".", ",", ":", "under", "max", "per sq ft", "six eight", "twenty five", "İ", "ß", "\ud800", "\x00", "\n", "٣", "𝟜", "²"),
    ]
)
MESSAGES = st.one_of(st.text(), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=14).map("".join))


WHOSE = st.sampled_from(sorted(JOURNEYS))


@settings(max_examples=500, deadline=None)
@given(text=MESSAGES, journey=WHOSE, asks=st.integers(-2, 15), today=st.sampled_from([None, TODAY]))
def test_no_message_breaks_the_reading_and_all_it_finds_stands_in_the_message(
    text: str, journey: str, asks: int, today: date | None
) -> None:
    needs = {need.name: need for need in JOURNEYS[journey]}
    asked = [*needs, "not_a_need", None][asks % (len(needs) + 2)]
    found = extract(text, list(needs.values()), asked, today)
    names = [each.need for each in found]
    assert len(names) == len(set(names))
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert Found.model_validate_json(each.model_dump_json()) == each
        assert misfit(needs[each.need], each.value) is None
        assert each.value.kind != "text" or each.need == asked


@settings(max_examples=300, deadline=None)
@given(text=MESSAGES, journey=WHOSE, asks=st.integers(0, 15))
def test_no_number_is_read_twice(text: str, journey: str, asks: int) -> None:
    needs = JOURNEYS[journey]
    numeric = ("length", "area", "room_size", "weeks", "day", "count", "percent")
    found = extract(text, needs, needs[asks % len(needs)].name, TODAY)
    for one, other in pairwise(each for each in found if each.value.kind in numeric):
        assert one.end <= other.start


def values_of(need: Need) -> st.SearchStrategy[Value]:
    """Values that fit a need, as a person may be told them."""
    least, most = need.at_least or Decimal(1), min(need.at_most or Decimal(900), Decimal(3000))
    numbers = st.decimals(least, most, places=1) if least < most else st.just(most)
    whole = st.integers(int(least), int(most))
    match need.kind:
        case "area":
            return st.builds(Area, sqft=numbers)
        case "percent":
            return st.builds(Percent, percent=st.decimals(0, most, places=2))
        case "length":
            return st.builds(Length, feet=numbers)
        case "room_size":
            return st.builds(RoomSize, length_ft=numbers, width_ft=numbers)
        case "count":
            return st.builds(Count, count=whole)
        case "money":
            cents = st.integers(max(int(least), 1000) * 100, 10**8)
            return st.tuples(cents, cents).map(lambda pair: Money(low_cents=min(pair), high_cents=max(pair)))
        case "day":
            return st.dates(TODAY, date(2099, 12, 31)).map(lambda on: Day(on=on))
        case "choice":
            return st.sampled_from(need.options).map(lambda option: Choice(option=option.id))
        case "choices":
            ids = [option.id for option in need.options]
            return st.sets(st.sampled_from(ids)).map(lambda some: Choices(options=tuple(each for each in ids if each in some)))
        case _:
            tenths = st.integers(1, 600).map(lambda n: Decimal(n) / 10)
            return st.tuples(tenths, tenths).map(lambda pair: Weeks(low=min(pair), high=max(pair)))


TELLABLE = [(journey, need) for journey, needs in JOURNEYS.items() for need in needs if need.kind not in ("text", "place")]


@settings(max_examples=400, deadline=None)
@given(data=st.data(), which=st.sampled_from(TELLABLE))
def test_what_a_person_is_told_of_a_value_is_read_back_as_that_value(data: st.DataObject, which: tuple[str, Need]) -> None:
    journey, need = which
    value = data.draw(values_of(need))
    read_back = [found.value for found in extract(told(value, need), JOURNEYS[journey], need.name, TODAY) if found.need == need.name]
    assert read_back == [value], told(value, need)


@given(feet=st.integers(100, 5000), metres=st.integers(10, 400))
def test_an_area_is_read_in_every_way_of_writing_it(feet: int, metres: int) -> None:
    need = next(need for need in JOURNEYS["home"] if need.name == "home_area").model_copy(update={"at_least": None})
    for way in (
        "{} sq ft",
        "{}sqft",
        "{:,} square feet",
        "{} sq. ft.",
        "{}sf",
        "{} ft²",
        "{} ft2",
        "a {} square foot home",
        "{:,}-square-foot",
    ):
        said = way.format(feet)
        assert [found.value for found in extract(said, [need], need.name)] == [Area(sqft=Decimal(feet))], said
    for way in ("{} m²", "{}m2", "{} sqm", "{} square metres", "{} square meters", "{} sq m", "{} ㎡"):
        found = extract(way.format(metres), [need], need.name)
        assert [abs(each.value.sqft - metres / Decimal("0.09290304")) < Decimal("0.01") for each in found if each.value.kind == "area"] == [
            True
        ], way


@given(tenths=st.integers(1, 990))
def test_a_percent_is_read_in_every_way_of_writing_it(tenths: int) -> None:
    need = next(need for need in JOURNEYS["duplex"] if need.name == "down")
    share = Decimal(tenths) / 10
    for way in ("{}%", "{} %", "{} percent", "{} per cent", "{}pct", "{}% down", "about {} percent"):
        said = way.format(share)
        assert [found.value for found in extract(said, JOURNEYS["duplex"], need.name)] == [Percent(percent=share)], said


@pytest.mark.parametrize("period", ["a month", "per month", "/month", "/mo", "monthly", "each month"])
def test_a_sum_by_the_month_answers_only_what_is_asked_by_the_month(period: str) -> None:
    for asked, found in (("rent", True), ("taxes", False), ("price", False)):
        for said in (f"$12,000 {period}", f"12,000 {period}", f"it is $12,000 {period}"):
            assert bool(extract(said, JOURNEYS["duplex"], asked, TODAY)) is found, (said, asked)


@given(some=st.sets(st.integers(1, 6), min_size=1))
def test_options_are_picked_by_place_and_by_leaving_out_the_others(some: set[int]) -> None:
    need = next(need for need in JOURNEYS["bathroom"] if need.name == "wishes")
    ids = tuple(option.id for i, option in enumerate(need.options, 1) if i in some)
    left = [option.title for i, option in enumerate(need.options, 1) if i not in some]
    ways = [" and ".join(str(i) for i in sorted(some))] if len(some) > 1 else [f"number {min(some)}"]
    ways += (
        [f"everything except {' and '.join(left)}", f"all of them but the {', the '.join(left)}"] if left else ["all of them", "all six"]
    )
    for way in ways:
        assert [found.value for found in extract(way, JOURNEYS["bathroom"], "wishes")] == [Choices(options=ids)], way


@given(feet=st.integers(6, 20), inches=st.integers(0, 11))
def test_feet_and_inches_are_read_in_every_way_of_writing_them(feet: int, inches: int) -> None:
    ways = [f"{feet}'{inches}\"", f"{feet}' {inches}\"", f"{feet} ft {inches} in", f"{feet} feet {inches} inches", f"{feet}ft{inches}in"]
    ways += [f"{feet}’{inches}”", f"{feet} foot and {inches} inches", f"the ceiling is {feet} ft, {inches} in"]
    wanted = Decimal(feet) + Decimal(inches) / 12
    if fits(NEEDS["ceiling_height"], Length(feet=wanted.quantize(Decimal("0.0001")))):
        for way in ways:
            assert abs(the_only(way, "ceiling_height").feet - wanted) < Decimal("0.001"), way


@given(metres=st.decimals("1.9", "6", places=2))
def test_a_metric_height_is_read_in_feet(metres: Decimal) -> None:
    comma = f"{metres}".replace(".", ",")
    for way in (f"{metres} m", f"{metres}m", f"{metres * 100:.0f} cm", f"{metres} metres", f"{metres} meters high", f"{comma} m"):
        assert abs(the_only(way, "ceiling_height").feet - metres / Decimal("0.3048")) < Decimal("0.02"), way


@given(length=st.decimals("4", "60", places=1), width=st.decimals("4", "60", places=1))
def test_a_room_size_is_read_in_every_way_of_writing_it(length: Decimal, width: Decimal) -> None:
    ways = ["{} x {}", "{}x{}", "{} by {} feet", "{} ft x {} ft", "{}' x {}'", "{}×{}", "{}ftx{}ft"]
    for way in [*ways, "the room is {} ft wide and {} ft long"]:
        size = the_only(way.format(length, width), "room_size")
        assert (size.length_ft, size.width_ft) == (length, width), way
        assert isinstance(size, RoomSize)


@given(low=st.integers(1, 400), more=st.integers(1, 400))
def test_a_sum_and_a_range_are_read_in_every_way_of_writing_them(low: int, more: int) -> None:
    high = low + more
    ways = [f"${low}k", f"{low}K", f"{low} grand", f"${low},000", f"{low} thousand", f"{low},000 dollars", f"USD {low}000"]
    for way in [*ways, f"around {low}k"]:
        said = the_only(way, "budget")
        assert (said.low_cents, said.high_cents) == (low * 100_000, low * 100_000), way
    ways = [f"{low}-{high}k", f"${low}k to ${high}k", f"between {low} and {high} thousand", f"{low}–{high} grand"]
    for way in [*ways, f"${low},000 - ${high},000"]:
        assert the_only(way, "budget") == Money(low_cents=low * 100_000, high_cents=high * 100_000), way
    for way in (f"under {low}k", f"no more than ${low},000", f"{low}k max", f"up to {low} thousand", f"at most {low} grand"):
        assert the_only(way, "budget") == Money(low_cents=0, high_cents=low * 100_000), way


@given(low=st.integers(1, 50), more=st.integers(1, 50))
def test_weeks_are_read_in_every_way_of_writing_them(low: int, more: int) -> None:
    assert the_only(f"{low} weeks", "timeline") == Weeks(low=Decimal(low), high=Decimal(low))
    for way in ("{} to {} weeks", "{}-{} weeks", "{} or {} weeks", "about {}-{} wks"):
        assert the_only(way.format(low, low + more), "timeline") == Weeks(low=Decimal(low), high=Decimal(low + more)), way


@given(on=st.dates(date(2026, 11, 22), date(2099, 12, 31)))
def test_a_day_is_read_in_every_way_that_leaves_no_doubt(on: date) -> None:
    for way in ("{:%Y-%m-%d}", "{:%B %d, %Y}", "{:%d %B %Y}", "{:%b %d %Y}", "start on {:%B %d, %Y}"):
        assert the_only(way.format(on), "start_on") == Day(on=on), way


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_state_and_province_is_known_by_code_and_name(code: str) -> None:
    name = next(name for name, (_, known) in NAMES.items() if known == code)
    for way in (code, name, name.upper(), f"we live in {name}", f"Springfield, {code}"):
        assert the_only(way, "place") == Place(country=CODES[code], subdivision=code), way


def test_a_day_without_a_year_is_the_next_one_and_without_today_none() -> None:
    assert the_only("March 5", "start_on", TODAY) == Day(on=date(2027, 3, 5))
    assert the_only("23 nov", "start_on", TODAY) == Day(on=date(2026, 11, 23))
    assert extract("March 5", KITCHEN, "start_on", None) == []


def test_a_long_text_is_kept_to_five_hundred_characters() -> None:
    found = extract("  " + "storage and light " * 100, KITCHEN, "goal")
    assert [len(each.value.text) <= 500 and each.start == 2 for each in found if each.value.kind == "text"] == [True]


def test_without_needs_nothing_is_found() -> None:
    assert extract("12 x 14 ft, $40k, quartz, Seattle WA 98103", [], None) == []


@pytest.mark.parametrize("said", ["I do it on my own", "I'd rent a stud finder"])
def test_whose_a_home_is_stands_in_no_sentence_of_something_else(said: str) -> None:
    options = [Option(id="own", title="Own"), Option(id="rent", title="Rent")]
    home = Need(name="home", kind="choice", title="Home", ask="Do you own or rent it?", options=options)
    assert extract(said, [home], None) == []
    assert [each.value for each in extract("I own", [home], "home")] == [Choice(option="own")]


def test_a_template_of_other_needs_is_read_by_its_own_cues_and_options() -> None:
    fence = Need(name="fence_run", kind="length", title="Fence", ask="?", cues=["fence"])
    gates = Need(name="gates", kind="count", title="Gates", ask="?", cues=["gate"])
    found = extract("120 ft of fence with 2 gates", [fence, gates], None)
    assert {each.need: brief(each.value) for each in found} == {"fence_run": "120", "gates": "2"}


@pytest.mark.parametrize(
    "piece",
    [
        *("counter 1 ", "tile floor ", "1-2 ", "$1 to ", "a month ", "not ", "12 x ", "WA 98103 ", "'", "1,000", "in ", "? "),
        *(
            "taxes costs ",
            "the first, ",
            "all of them ",
            "keep and ",
            "9 sq ft ",
            "rent 1 a month ",
            "5% or ",
            "paint and ",
            "please, yes ",
        ),
    ],
)
def test_eight_kilobytes_of_anything_are_read_within_a_second(piece: str) -> None:
    text = piece * (8192 // len(piece))
    for needs, asked in ((KITCHEN, "counter_run"), (of_one_template(40), "duplex_upgrades")):
        began = time.process_time()
        extract(text, needs, asked, TODAY)
        assert time.process_time() - began < 1


def test_the_year_a_home_was_built_is_read_beside_its_cue() -> None:
    year = Need(name="year_built", kind="count", title="Year", ask="When?", cues=["built", "constructed"], at_least=1700, at_most=2100)
    for said in ("the house was built in 1962", "constructed in 1962, I think", "built: 1962"):
        assert [found.value for found in extract(said, [year], None)] == [Count(count=1962)], said
    assert extract("3 windows and built in cabinets", [year], None) == []


def test_months_that_something_may_take_are_read_for_a_count_that_asks_for_them() -> None:
    months = Need(name="horizon", kind="count", title="Months", ask="Over how many months?", cues=["spread"], at_most=Decimal(120))
    rooms = Need(name="rooms", kind="count", title="Rooms", ask="How many rooms?", cues=["spread"])
    for said in ("24 months", "over the next 24 months, I think", "about 24 months"):
        assert [found.value for found in extract(said, [months], "horizon")] == [Count(count=24)], said
    assert [found.value for found in extract("we'd spread it over 24 months", [months], None)] == [Count(count=24)]
    for said in ("18 to 24 months", "6 months ago", "for the last 6 months", "a 6-month warranty", "2 years", "2.5 months"):
        assert extract(said, [months], "horizon") == [], said
    assert extract("spread over 24 months", [rooms], "rooms") == []


@pytest.mark.parametrize(
    ("said", "is_a_goal"), [("We live in Austin, TX", False), ("about $50k", False), ("a new kitchen in Austin, TX", True)]
)
def test_a_message_that_is_only_a_value_is_no_goal(said: str, is_a_goal: bool) -> None:
    assert any(found.need == "goal" for found in extract(said, KITCHEN, "goal")) is is_a_goal


@pytest.mark.parametrize(
    "asking",
    [
        "Tell me how long it takes until it is granted",
        "I wonder if it gets granted",
        "Please explain what comes once it is granted",
        "We need to know when it is granted",
        "I'd like to know what follows when granted",
    ],
)
def test_a_question_without_its_mark_picks_no_option(asking: str) -> None:
    permit = [
        Need(
            name="permit",
            kind="choice",
            title="Permit",
            ask="Granted or refused?",
            options=[Option(id=name, title=name) for name in ("granted", "refused")],
        )
    ]
    assert extract(asking, permit, "permit") == []
    assert [found.value for found in extract("The permit is granted", permit, "permit")] == [Choice(option="granted")]
