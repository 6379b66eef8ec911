"""The database is locked, full, read-only, moved away or down, for a while: who asked is told, and what was accepted is done afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.errors import StoreUnavailable
from providers.store.log import newest_id
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.store.watch import Looking
from tests.outages.house import House, house
from tests.outages.striking import (
    down,
    for_reading_only,
    full,
    locked,
    moved_away,
    no_file_may_grow,
    read_only,
    small_disk,
    takes_no_writes,
)
from tests.postgres import Cluster

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_database_that_is_locked_for_a_second_costs_nobody_an_error(home: House) -> None:
    await home.through("locked_briefly", locked(home.processes.settings.database_file or Path(), 1))


@pytest.mark.long
@pytest.mark.parametrize("seconds", [10, 60])
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


@pytest.mark.long
async def test_a_disk_that_can_only_be_read_is_waited_for_without_a_restart(tmp_path: Path, index_root: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with house(tmp_path, index_root, database_url=f"sqlite:///{disk / 'homeview.db'}") as home:
            await home.through("read_only", read_only(home, disk))


async def test_a_store_that_was_opened_on_a_disk_that_can_only_be_read_writes_once_it_can(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = f"sqlite:///{disk / 'homeview.db'}"
        migrate(url)
        with for_reading_only(disk):
            store = Store(url)
            for _ in range(3):
                with pytest.raises(StoreUnavailable, match="can't be written"):
                    await store.read(newest_id)
            with pytest.raises(StoreUnavailable, match="can't be written"):
                async with Looking(store):
                    pass
        async with Looking(store):  # while a stream reads
            await store.write(lambda db: db.exec_driver_sql("CREATE TABLE written (n INTEGER)"))
        store.close()


@pytest.fixture(scope="module")
async def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, index_root: Path, postgres: Cluster
) -> AsyncIterator[tuple[House, Cluster]]:
    with postgres.database() as url:
        async with house(tmp_path_factory.mktemp("on-postgresql"), index_root, database_url=url) as home:
            yield home, postgres


@pytest.mark.long
async def test_a_database_server_that_is_started_again_is_waited_for(on_postgresql: tuple[House, Cluster]) -> None:
    home, postgres = on_postgresql
    await home.through("server_away", down(postgres))


@pytest.mark.long
async def test_a_database_server_that_takes_no_writes_is_waited_for(on_postgresql: tuple[House, Cluster]) -> None:
    home, postgres = on_postgresql
    await home.through("server_read_only", takes_no_writes(postgres))
