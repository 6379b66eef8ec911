"""Kill -9 at every await of a turn: nothing accepted is lost, nothing visible happens twice."""

import pytest

from tests.crashes.fleet import Fleet

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_killed_worker_loses_and_repeats_nothing(journeys: Fleet) -> None:
    await journeys.disturb(["worker"])


async def test_a_killed_temporal_server_loses_and_repeats_nothing(journeys: Fleet) -> None:
    await journeys.disturb(["temporal"], journeys.writing())


async def test_a_killed_api_loses_and_repeats_nothing(journeys: Fleet) -> None:
    await journeys.disturb(["api"], journeys.writing())


async def test_a_power_cut_loses_and_repeats_nothing(journeys: Fleet) -> None:
    await journeys.disturb(["worker", "api", "temporal"], journeys.writing())


async def test_a_second_kill_behind_the_first_loses_and_repeats_nothing(journeys: Fleet) -> None:
    await journeys.disturb(["worker"], journeys.writing("inputs", "products"), again=["worker", "temporal"])
