"""Worker, API and Temporal server are killed or stopped in the middle of turns: nothing hangs, nothing is lost, nothing is doubled."""

import pytest

from tests.outages.house import House
from tests.outages.striking import killed, one_stopped, stopped

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.long
@pytest.mark.parametrize("who", ["worker", "temporal", "api"])
async def test_whoever_is_killed_is_waited_for(home: House, who: str) -> None:
    await home.through(f"{who}_killed", killed(home, who))


@pytest.mark.long
@pytest.mark.parametrize("who", ["worker", "temporal", "api"])
async def test_whoever_stands_still_doubles_nothing_when_it_goes_on(home: House, who: str) -> None:
    await home.through(f"{who}_stopped", stopped(home, who))


async def test_a_worker_that_stands_still_in_a_turn_is_passed_and_does_nothing_again(home: House) -> None:
    await home.through("one_stopped", one_stopped(home))
