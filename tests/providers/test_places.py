"""No tenant has more calls waiting in the models' queue than its turns serve in time, and before it they wait in the order they came."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from providers.base import Hold
from providers.store.calls import SqlLedger
from providers.store.places import HELD_FOR, IN_LINE, LATEST, SERVED_WITHIN, SOONEST, SqlPlaces
from providers.store.store import Store
from providers.store.tables import places as table
from tests.providers.test_budgets import a_row
from tests.providers.test_store import closed, opened
from workflows import asking

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


async def taken(places: SqlPlaces, tenant: str, many: int) -> int:
    """How many of so many turns get a place, one after the other."""
    return [await places.take(f"{tenant} {nth}", tenant, NOW) for nth in range(many)].count(0)


async def test_a_tenant_alone_gets_as_many_as_its_turns_serve_in_time(store: Store) -> None:
    assert await taken(SqlPlaces(store, 4.0), "ann", 100) == 4 * SERVED_WITHIN


async def test_tenants_that_take_turns_share_them_and_each_has_one_at_least(store: Store) -> None:
    places = SqlPlaces(store, 2.0)
    assert await taken(places, "flood", 100) == 10
    assert await taken(places, "ann", 100) == 5
    assert await taken(places, "bob", 100) == 3
    assert await places.take("another", "flood", NOW) > 0
    assert [await taken(places, f"tenant {nth}", 1) for nth in range(20)] == [1] * 20


async def test_a_turn_keeps_its_place_when_it_asks_again(store: Store) -> None:
    places = SqlPlaces(store, 0.1)
    assert [await places.take("one", "ann", NOW) for _ in range(3)] == [0] * 3
    assert await places.take("two", "ann", NOW) > 0


async def test_a_place_is_free_again_when_its_call_begins(store: Store) -> None:
    await opened(store)
    places = SqlPlaces(store, 0.1)
    assert await places.take("t", "ann", NOW) == 0
    assert await places.take("next", "ann", NOW) > 0
    await SqlLedger(store).begin_call(a_row("t/answer"), hold=Hold())
    assert await places.take("next", "ann", NOW) == 0


async def test_a_place_is_free_again_when_its_turn_has_ended_without_a_call(store: Store) -> None:
    records = await opened(store)
    places = SqlPlaces(store, 0.1)
    assert await places.take("t", "ann", NOW) == 0
    assert await places.take("next", "ann", NOW) > 0
    await closed(records)
    assert await places.take("next", "ann", NOW) == 0


@pytest.mark.parametrize("later", [HELD_FOR, -HELD_FOR - timedelta(seconds=1)], ids=["its time is over", "the clock was put back"])
async def test_a_place_that_nobody_used_is_free_again(store: Store, later: timedelta) -> None:
    places = SqlPlaces(store, 0.1)
    assert await places.take("one", "ann", NOW) == 0
    assert await places.take("two", "ann", NOW + later) == 0


async def test_turns_that_ask_at_the_same_moment_get_no_more(store: Store) -> None:
    places = SqlPlaces(store, 2.0)
    got = await asyncio.gather(*(places.take(f"turn {nth}", "ann", NOW) for nth in range(40)))
    assert got.count(0) == 10


async def test_a_newcomer_passes_nobody_who_waits_already(store: Store) -> None:
    await opened(store)
    places = SqlPlaces(store, 0.2)
    assert await places.take("t", "ann", NOW) == 0
    assert await places.take("second", "ann", after(1)) > 0
    await SqlLedger(store).begin_call(a_row("t/answer"), hold=Hold())
    assert await places.take("third", "ann", after(2)) > 0
    assert await places.take("second", "ann", after(3)) == 0


async def test_who_went_away_without_a_place_keeps_nobody_waiting(store: Store) -> None:
    await opened(store)
    places = SqlPlaces(store, 0.2)
    assert await places.take("t", "ann", NOW) == 0
    assert await places.take("second", "ann", after(1)) > 0
    await SqlLedger(store).begin_call(a_row("t/answer"), hold=Hold())
    assert await places.take("third", "ann", after(1) + IN_LINE) == 0
    assert IN_LINE == asking.IN_LINE


async def test_each_looks_again_about_when_it_is_its_turn(store: Store) -> None:
    places = SqlPlaces(store, 1.0)
    waits = [await places.take(f"turn {nth}", "ann", after(nth / 1000)) for nth in range(20)]
    assert waits == [0.0] * 5 + [1.0, 2.0, 3.0, 4.0] + [LATEST] * 11
    many = SqlPlaces(store, 100.0)
    assert [await many.take(f"bob {nth}", "bob", after(1 + nth / 1000)) for nth in range(251)][-1] == SOONEST


async def test_nothing_is_kept_of_what_is_over(store: Store) -> None:
    places = SqlPlaces(store, 1.0)
    await taken(places, "ann", 10)
    await places.take("the last", "ann", after(60))
    assert [row.turn_id for row in await store.read(lambda db: db.execute(select(table)).all())] == ["the last"]
