"""Styles that hold together."""

from itertools import combinations

import pytest

from journeys.inputs import Need
from journeys.renovation.styles import LOOKS, OFFERED, coherent
from tests.factories import kitchen


@pytest.mark.parametrize("named", [*combinations(LOOKS, 2), *combinations(LOOKS, 3)])
def test_three_different_styles_are_offered_the_first_named_among_them(named: tuple[str, ...]) -> None:
    offered = coherent(named, list(LOOKS))
    assert len(set(offered)) == len(offered) == OFFERED
    assert offered[:2] == list(named[:2])


def test_between_a_flat_and_a_framed_look_lies_the_transitional_one() -> None:
    assert coherent(["modern", "traditional"], list(LOOKS))[-1] == "transitional"
    assert coherent(["modern", "industrial"], list(LOOKS))[-1] == "scandinavian"


def test_nothing_is_offered_that_the_journey_does_not_have() -> None:
    assert coherent(["modern", "farmhouse"], ["modern", "farmhouse"]) == ["modern", "farmhouse"]


def test_every_style_of_the_kitchen_has_its_look() -> None:
    need: Need | None = kitchen().need("style")
    assert need
    assert {option.id for option in need.options} == set(LOOKS)
