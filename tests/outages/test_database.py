"""The database is locked, full, read-only, moved away or down, for a while: who asked is told, and what was accepted is done afterwards."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.outages.house import House, house
from tests.outages.striking import full, locked, moved_away, no_file_may_grow, small_disk

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.parametrize("seconds", [1, pytest.param(10, marks=pytest.mark.long), pytest.param(60, marks=pytest.mark.long)])
async def test_a_locked_database_is_waited_for(home: House, seconds: int) -> None:
    began = time.monotonic()

    async def hold_on() -> None:
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))  # the fault itself: a lock is held for so long

    await home.through(f"locked.{seconds}", locked(home.processes.settings.database_file or Path()), hold_on)


async def test_where_no_file_can_be_written_it_goes_on_once_one_can(home: House) -> None:
    await home.through("no_writing", no_file_may_grow(home))


async def test_a_database_file_that_was_moved_away_is_missed_and_used_again_when_it_is_back(home: House) -> None:
    file = home.processes.settings.database_file or Path()
    await home.through("moved_away", moved_away(file))


@pytest.mark.long
async def test_a_full_disk_is_waited_for(tmp_path: Path, index_root: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with house(tmp_path, index_root, database_url=f"sqlite:///{disk / 'homeview.db'}") as home:
            await home.through("full", full(disk))
            await home.through("full.again", full(disk))
