"""The clocks of worker and API jump, or stand apart: turns, keys and streams go by the workflow server's time, and don't notice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.outages.house import House, house, rows
from tests.outages.striking import Clock, apis_time, jumped, libfaketime, workers_time

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
DAY = 24 * 3600


@dataclass
class Clocks:
    home: House
    worker: Clock
    api: Clock


@pytest.fixture(scope="module")
async def clocks(tmp_path_factory: pytest.TempPathFactory, index_root: Path) -> AsyncIterator[Clocks]:
    libfaketime()
    folder = tmp_path_factory.mktemp("clocks")
    worker, api = Clock(folder / "worker.clock"), Clock(folder / "api.clock")
    async with house(folder, index_root, worker=worker.environment(), api=api.environment()) as home:
        yield Clocks(home, worker, api)


JUMPS = {"behind": -3600, "ahead": 3600, "far_ahead": 400 * DAY}


@pytest.mark.parametrize("name", [*(pytest.param(name, marks=pytest.mark.long) for name in ("ahead", "behind")), "far_ahead"])
async def test_a_workers_clock_that_jumps_in_the_middle_of_turns_is_not_noticed(clocks: Clocks, name: str) -> None:
    home = clocks.home
    await home.through(name, jumped(home, clocks.worker, JUMPS[name], workers_time), lambda: by_the_servers_time(home))


@pytest.mark.long
@pytest.mark.parametrize("name", ["ahead", "behind"])
async def test_an_apis_clock_that_jumps_is_not_noticed(clocks: Clocks, name: str) -> None:
    await clocks.home.through(f"api_{name}", jumped(clocks.home, clocks.api, JUMPS[name], apis_time))


@pytest.mark.long
async def test_clocks_that_stand_ten_minutes_apart_are_not_noticed(clocks: Clocks) -> None:
    async with jumped(clocks.home, clocks.worker, 300, workers_time):
        await clocks.home.through("apart", jumped(clocks.home, clocks.api, -300, apis_time))


async def by_the_servers_time(home: House) -> None:
    """Nobody was reminded before it was time, and what was told is dated by the workflow server."""
    url = home.processes.settings.database_url
    assert rows(url, "SELECT DISTINCT operation FROM turns WHERE operation NOT IN ('begin', 'provide', 'converse')") == []
    [(newest,)] = rows(url, "SELECT max(at) FROM events")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(newest).replace(tzinfo=UTC)).total_seconds()) < 300
