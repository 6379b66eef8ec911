from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.measuring.codechecks import MEASURES, RULES, code_flags

FIGURES = {rule.measure: rule.limit for rule in RULES}


def status(country="US", **measured):
    return {flag.rule: flag.status for flag in code_flags(country, {name: D(figure) for name, figure in measured.items()}).flags}


def test_the_figures_are_those_written_down():  # 3s
    assert {name: str(limit) for name, limit in FIGURES.items()} == {
        "window_opening_sqft": "5.7",
        "window_height_in": "24",
        "window_width_in": "20",
        "window_sill_in": "44",
        "well_area_sqft": "9",
        "well_projection_in": "36",
        "well_depth_in": "44",
        "ceiling_height_in": "84",
        "beam_height_in": "76",
        "bath_ceiling_height_in": "80",
        "outlet_spacing_in": "144",
        "outlet_from_door_in": "72",
    }


@given(st.sampled_from(RULES), st.decimals("0.01", "50", places=2))
def test_exactly_the_figure_meets_it_and_the_least_beyond_fails(rule, away):
    beyond = rule.limit - away if rule.bound == "least" else rule.limit + away
    assert status(**{rule.measure: rule.limit}) == {rule.id: "meets"}
    assert status(**{rule.measure: beyond}) == {rule.id: "fails"}


def test_a_window_of_the_least_width_and_height_is_too_small_as_a_whole():
    found = code_flags("US", {"window_width_in": D(20), "window_height_in": D(24), "window_opening_sqft": D(480) / 144})
    assert [flag.rule for flag in found.flags if flag.status == "fails"] == ["escape_area"]
    assert found.flags[0].severity == "critical" and "critical" in found.headline


def test_a_figure_that_just_falls_short_is_not_rounded_to_the_one_asked_for():
    assert "5.68 sq ft" in code_flags("US", {"window_opening_sqft": D("5.68")}).flags[0].sentence


def test_a_deep_well_needs_a_ladder():
    assert "ladder" in code_flags("US", {"well_depth_in": D(48)}).flags[0].sentence


def test_figures_carry_their_locale_and_what_was_not_measured():
    found = code_flags("US", {"ceiling_height_in": D(90)})
    assert found.locale == "en-US" and "IRC" in found.citation
    assert "Headroom under beams and ducts" in found.not_measured
    assert not any("escape" in title for title in found.not_measured)
    assert "None of the 1 measures" in found.headline


@pytest.mark.parametrize("country", ["CA", "DE", "GB", "PR", "us"])
def test_of_any_other_country_no_figure_is_given(country):
    found = code_flags(country, dict.fromkeys(MEASURES, D(1)))
    assert {flag.status for flag in found.flags} == {"not_known_here"} and len(found.flags) == len(RULES)
    assert all(flag.limit is None and flag.bound is None and flag.severity is None for flag in found.flags)
    assert found.locale is None and found.to_check == () and found.to_ask
    said = " ".join((found.headline, found.citation, *found.to_ask, *(flag.sentence for flag in found.flags)))
    for figure in ("5.7", "24", "20 ", "44", "84", "76", "80", "144", "72"):
        assert figure not in said
