"""Tasks go to the hands they belong in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.safety import RULES, TASKS, Hands, allowed_tasks, is_forbidden
from journeys.vocabulary import PERSONAS

BATHROOM = ["paint", "swap_light", "hardware", "tile_demo", "Move the gas line", "put in a skylight", "polish the brass bell"]


def named(hands: Hands) -> tuple[list[str], list[str], list[str]]:
    return tuple([one.task for one in part] for part in hands)  # type: ignore[return-value]


def test_a_list_of_tasks_is_divided() -> None:
    yourself, care, pro = named(allowed_tasks(BATHROOM, "diy_worker", 1995))
    assert yourself == ["paint", "hardware", "tile_demo"]
    assert care == ["swap_light", "polish the brass bell"]
    assert pro == ["Move the gas line", "put in a skylight"]


def test_old_homes_and_homes_of_unknown_age_leave_less_to_ones_own_hands() -> None:
    assert named(allowed_tasks(["tile_demo"], "diy_worker", 1965))[2] == ["tile_demo"]
    assert named(allowed_tasks(["tile_demo"], "diy_worker"))[1] == ["tile_demo"]


def test_what_is_let_to_others_is_left_to_a_professional_sooner() -> None:
    assert named(allowed_tasks(["swap_outlet", "paint"], "investor", 1995)) == (["paint"], [], ["swap_outlet"])


def test_what_was_found_on_site_moves_tasks_to_a_professional() -> None:
    assert named(allowed_tasks(["paint", "hardware"], "diy_worker", 1995, ["mould"])) == (["hardware"], [], ["paint"])
    assert named(allowed_tasks(["tile_demo", "paint"], "diy_worker", 1995, ["asbestos"]))[2] == ["tile_demo"]
    assert named(allowed_tasks(["paint"], "diy_worker", 1995, ["gas_leak"]))[2] == ["paint"]


@pytest.mark.parametrize("persona", PERSONAS)
@given(
    tasks=st.lists(st.sampled_from(list(TASKS)), max_size=8),
    year=st.one_of(st.none(), st.integers(1850, 2026)),
    found=st.lists(st.sampled_from(list(RULES)), max_size=3),
)
def test_each_task_is_given_to_somebody_and_forbidden_ones_to_nobodys_own_hands(
    persona: str, tasks: list[str], year: int | None, found: list[str]
) -> None:
    hands = allowed_tasks(tasks, persona, year, found)
    assert sorted(one.task for part in hands for one in part) == sorted(tasks)
    for one in [*hands.yourself, *hands.with_care]:
        assert not is_forbidden(TASKS[one.task].falls_under(year)[1])
    assert all(one.why for one in hands.professional)
