"""Every kept result can be told: by its own page where there is one, else by what every result has."""

from typing import Any

import pytest

from journeys.renovation.pages import as_text as page_of
from journeys.renovation.skills import take_off
from journeys.result_page import as_made, as_text
from tests.journeys.renovation.kitchens import inputs


@pytest.fixture
def measured() -> dict[str, Any]:
    return take_off(inputs(), {})


def test_a_result_is_told_by_the_page_of_the_skill_that_made_it(measured: dict[str, Any]) -> None:
    assert as_text("take_off", measured) == page_of("take_off", measured)
    assert as_text("another", {**measured, "made_by": "take_off"}) == page_of("take_off", measured)


def test_a_fallbacks_result_is_not_read_as_the_skills_own() -> None:
    assert as_text("take_off", {"headline": "Some tiles", "made_by": "rough"}) == "Some tiles\n"


def test_a_result_without_a_page_tells_what_every_result_has() -> None:
    body = {"headline": "8 rolls", "assumptions": ["The walls are 8 ft high."], "citation": "whole drops", "rolls": 8}
    assert as_text("wallpaper", body) == "8 rolls\n\nTaken for granted:\n- The walls are 8 ft high.\n\nSource: whole drops.\n"


def test_an_older_form_of_a_result_tells_what_it_has(measured: dict[str, Any]) -> None:
    assert as_text("take_off", {"headline": measured["headline"], "made_by": "take_off"}) == f"{measured['headline']}\n"


def test_a_result_is_handed_on_as_it_was_made(measured: dict[str, Any]) -> None:
    assert as_made({**measured, "made_by": "take_off"}) == measured
