from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.room_list import FT_PER_M, read_rooms, read_runs
from journeys.renovation.measuring.rooms import Room, surfaces, together
from tests.journeys.renovation.kitchens import feet

rooms = st.lists(st.builds(Room, length_ft=feet("5", "40"), width_ft=feet("5", "40"), height_ft=feet("7", "12")), min_size=1, max_size=5)


def test_a_room_of_five_by_eight_has_40_sqft_of_floor_and_208_of_wall():  # J2.2
    taken = surfaces(Room(length_ft=D(8), width_ft=D(5), height_ft=D(8), doors=0, windows=0))
    assert (taken.floor_sqft, taken.ceiling_sqft, taken.wall_sqft, taken.assumptions) == (40, 40, 208, ())


def test_what_nobody_measured_or_counted_is_said():
    said = " ".join(surfaces(Room(length_ft=D(8), width_ft=D(5))).assumptions)
    for words in ("8 ft high", "one door and one window", "21 sq ft"):
        assert words in said


def test_a_room_without_wall_left_is_refused():
    with pytest.raises(BadMeasure, match="no wall left"):
        surfaces(Room(length_ft=D(4), width_ft=D(4), doors=6, windows=3))


@given(rooms)
def test_areas_of_several_rooms_are_the_sums_of_each(some):
    parts, whole = [surfaces(room) for room in some], together(some)
    for name in ("floor_sqft", "ceiling_sqft", "wall_sqft", "openings_sqft", "perimeter_ft"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts) >= 0
    assert len(whole.assumptions) == len(set(whole.assumptions))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kitchen 14.5 x 12, bedroom 2: 10 by 12 ft, hall 60 sq ft", [("kitchen", D(174)), ("bedroom 2", D(120)), ("hall", D(60))]),
        ("Living and dining 20x15; basement 1,200 sq ft", [("living and dining", D(300)), ("basement", D(1200))]),
        ("bath 5'6\" x 8'", [("bath", D(44))]),
        ("hall 3 ft 6 in x 10 ft and closet 4 x 5 ft", [("hall", D(35)), ("closet", D(20))]),
        ("10 x 10", [("room 1", D(100))]),
        ("office 2 square feet", [("office", D(2))]),
    ],
)
def test_rooms_are_read_as_people_list_them(text, expected):
    assert [(room.name, room.sqft) for room in read_rooms(text).rooms] == expected


def test_metres_are_converted_and_one_unit_stands_for_both_sides():
    by, area = read_rooms("living 6 x 4 m, closet 24 m²").rooms
    assert abs(by.sqft - area.sqft) < D("0.01") and area.sqft == 24 * FT_PER_M**2
    assert read_rooms("living 6 x 4 m").assumptions == ()
    assert "feet" in read_rooms("living 6 x 4").assumptions[0]


@pytest.mark.parametrize(
    "text",
    [
        "two bedrooms 12 x 10",
        "3 bedrooms 12x10",
        "kitchen 14,5 x 12",
        "kitchen",
        "kitchen big",
        "hall 0 sq ft",
        "hall 0 x 4",
        "hall 2000 x 4",
        " , ",
        "bedroom 12x10 x2",
        "ceiling 8 ft living 10 x 12",
    ],
)
def test_what_cannot_be_read_as_one_room_is_refused_with_its_words(text):
    with pytest.raises(BadMeasure):
        read_rooms(text)


def test_runs_are_read_and_a_word_among_them_is_refused():
    assert read_runs("8 ft, 6.5 ft and 10'6\"") == (D(8), D("6.5"), D("10.5"))
    assert read_runs("120") == (D(120),) and read_runs("1000 ft") == (D(1000),)
    assert read_runs("2 m, 10'7\"") == (D("6.5617"), D("10.5833"))
    for text in ("8 ft, long", "0", ";"):
        with pytest.raises(BadMeasure):
            read_runs(text)


@given(st.text(max_size=80) | st.text("0123456789 x,;.'\"²afmtsqndby", max_size=80))
def test_reading_a_list_gives_rooms_or_a_refusal_and_nothing_else(text):
    for read in (read_rooms, read_runs):
        try:
            assert read(text)
        except BadMeasure:
            continue
