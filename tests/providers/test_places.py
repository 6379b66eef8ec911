"""No tenant has more calls waiting in the models' queue than its turns serve in time, and none is kept out for ever."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from providers.base import Hold
from providers.store.calls import SqlLedger
from providers.store.places import HELD_FOR, SERVED_WITHIN, SqlPlaces
from providers.store.store import Store
from tests.providers.test_budgets import a_row
from tests.providers.test_store import opened

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def taken(places: SqlPlaces, tenant: str, many: int, at: datetime = NOW) -> int:
    """How many of so many turns get a place, one after the other."""
    return sum([await places.take(f"{tenant}-{nth}-{at:%S}", tenant, at) for nth in range(many)])


async def test_a_tenant_alone_gets_as_many_as_its_turns_serve_in_time(store: Store) -> None:
    assert await taken(SqlPlaces(store, 4.0), "ann", 100) == 4 * SERVED_WITHIN


async def test_tenants_that_take_turns_share_them_and_each_has_one_at_least(store: Store) -> None:
    places = SqlPlaces(store, 2.0)
    assert await taken(places, "flood", 100) == 10
    assert await taken(places, "ann", 100) == 5
    assert await taken(places, "bob", 100) == 3
    assert not await places.take("another", "flood", NOW)
    assert [await taken(places, f"tenant {nth}", 1) for nth in range(20)] == [1] * 20


async def test_a_turn_keeps_its_place_when_it_asks_again(store: Store) -> None:
    places = SqlPlaces(store, 0.1)
    assert [await places.take("one", "ann", NOW) for _ in range(3)] == [True] * 3
    assert not await places.take("two", "ann", NOW)


async def test_a_place_is_free_again_when_its_call_begins(store: Store) -> None:
    await opened(store)
    places = SqlPlaces(store, 0.1)
    assert await places.take("t", "ann", NOW)
    assert not await places.take("next", "ann", NOW)
    await SqlLedger(store).begin_call(a_row("t/answer"), hold=Hold())
    assert await places.take("next", "ann", NOW)


@pytest.mark.parametrize("later", [HELD_FOR, -HELD_FOR - timedelta(seconds=1)], ids=["its time is over", "the clock was put back"])
async def test_a_place_that_nobody_used_is_free_again(store: Store, later: timedelta) -> None:
    places = SqlPlaces(store, 0.1)
    assert await places.take("one", "ann", NOW)
    assert await places.take("two", "ann", NOW + later)


async def test_turns_that_ask_at_the_same_moment_get_no_more(store: Store) -> None:
    places = SqlPlaces(store, 2.0)
    got = await asyncio.gather(*(places.take(f"turn-{nth}", "ann", NOW) for nth in range(40)))
    assert sum(got) == 10
