from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.measuring.checks import baths_against_count, baths_in, rooms_against_floor, scope_against_rooms
from journeys.renovation.measuring.room_list import ListedRoom, read_rooms
from tests.journeys.renovation.kitchens import feet


def rooms(text):
    return read_rooms(text).rooms


@pytest.mark.parametrize("listed", [1050, 1000])  # J3.2: two floors of 1,500 sq ft
def test_a_quarter_to_a_third_for_halls_and_walls_is_tolerated(listed):
    assert rooms_against_floor([ListedRoom("rooms", D(listed))], D(1500)).holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("living 40 x 40", "larger than the floor"),
        ("living 20 x 40", "which room is missing"),
        ("living 35 x 40", "Only 6.7 %"),
    ],
)
def test_what_does_not_add_up_is_asked(text, words):
    found = rooms_against_floor(rooms(text), D(1500))
    assert not found.holds and words in found.question


@pytest.mark.parametrize(("listed", "holds"), [(750, True), (751, False), (700, True), (650, True), (649, False)])
def test_exactly_25_and_35_per_cent_are_still_tolerated(listed, holds):
    assert rooms_against_floor([ListedRoom("rooms", D(listed))], D(1000)).holds is holds


def test_a_list_with_its_halls_may_be_five_per_cent_short_and_no_more():
    assert rooms_against_floor(rooms("living 85 x 10, hall 100 sq ft"), D(1000)).holds
    assert not rooms_against_floor(rooms("living 84 x 10, hall 100 sq ft"), D(1000)).holds


def test_listed_halls_and_closets_fill_the_floor():
    found = rooms_against_floor(rooms("living 30 x 40, hall 200 sq ft, closet 80 sq ft"), D(1500))
    assert found.holds and "nothing is missing" in found.sentence


@given(st.lists(feet("10", "400"), min_size=1, max_size=8), st.integers(26, 34))
def test_any_floor_with_a_usual_share_of_halls_holds(areas, share):
    floor = sum(areas) * 100 / (100 - share)
    assert rooms_against_floor([ListedRoom("room", area) for area in areas], floor).holds


def test_a_powder_room_is_half_a_bathroom():
    names = ["main bath", "bathroom 2", "powder room", "kitchen"]
    assert baths_in(names) == D("2.5")
    assert baths_against_count(names, D("2.5")).holds
    assert "missing" in baths_against_count(names, D(3)).question


def test_a_floor_of_800_sqft_in_rooms_of_550_is_asked_about():  # J3.4
    listed = rooms("living 20 x 15, dining 250 sq ft, bath 50 sq ft")
    assert "250 sq ft" in scope_against_rooms(listed, ["living", "dining"], D(800)).question
    assert "hallway" in scope_against_rooms(listed, ["living", "dining", "hallway"], D(800)).question
    assert scope_against_rooms(listed, ["living", "dining"], D(560)).holds
