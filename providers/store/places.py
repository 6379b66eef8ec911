"""Places in the models' queue, where it has a rate limit: no tenant has more calls waiting there than its turns serve in time.

Without them a tenant's oldest calls are given up where they wait, and still take its turn when it comes (docs/decisions/0025).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from providers.store.inserts import insert_of
from providers.store.store import Store
from providers.store.tables import model_calls, turns
from providers.store.tables import places as table

SERVED_WITHIN: Final = 5.0  # seconds: far below the fifteen for which a call may wait, since a tenant that comes later takes turns, too
IN_LINE: Final = timedelta(seconds=10)  # then a turn goes away without a place (workflows/asking.py)
HELD_FOR: Final = timedelta(seconds=15)  # whose call has not begun by then has been given up
SOONEST, LATEST = 0.5, 5.0  # seconds until somebody in line looks again

# What lies ahead was written by a clock that has been put back since.
_CLEAR = delete(table).where((table.c.at <= bindparam("long_ago")) | (table.c.at > bindparam("ahead")))
_CALLED = select(model_calls.c.deed).where(model_calls.c.turn_id == table.c.turn_id).exists()
_ENDED = select(turns.c.id).where(turns.c.id == table.c.turn_id, turns.c.status != "open").exists()
_LEAVE = update(table).where(table.c.tenant == bindparam("of_tenant"), ~table.c.gone, or_(_CALLED, _ENDED)).values(gone=True)
_THERE = select(table).where(table.c.tenant == bindparam("of_tenant"), ~table.c.gone)
_TENANTS = select(table.c.tenant).distinct()


class SqlPlaces:
    """`calls_per_second`: what the queue lets through, of all tenants."""

    def __init__(self, store: Store, calls_per_second: float) -> None:
        self.store, self.calls_per_second = store, calls_per_second

    async def take(self, turn_id: str, tenant: str, at: datetime) -> float:
        return await self.store.write(lambda db: take(db, turn_id, tenant, at, self.calls_per_second))


def take(db: Connection, turn_id: str, tenant: str, at: datetime, calls_per_second: float) -> float:
    """0 where the turn has a place, which it then keeps; or the seconds until it should look again: its tenant's line is served in the
    order in which it was joined."""
    db.execute(_CLEAR, {"long_ago": at - HELD_FOR, "ahead": at + HELD_FOR})
    db.execute(_LEAVE, {"of_tenant": tenant})
    there = {row.turn_id: row for row in db.execute(_THERE, {"of_tenant": tenant})}
    mine = there.pop(turn_id, None)
    if mine and mine.granted:
        return 0.0
    share = calls_per_second / len({*db.execute(_TENANTS).scalars(), tenant})
    since = mine.at if mine else at
    before = sum(row.granted or at - IN_LINE < row.at < since for row in there.values())
    too_many = before + 1 - places(share)
    if mine is None or too_many <= 0:
        put = insert_of(db.dialect.name, table)
        now = {"tenant": tenant, "at": at, "granted": too_many <= 0, "gone": False}
        db.execute(put.on_conflict_do_update(index_elements=[table.c.turn_id], set_=now), {"turn_id": turn_id, **now})
    return min(max(SOONEST, too_many / share), LATEST) if too_many > 0 else 0.0


def places(share: float) -> int:
    """How many calls of a tenant may wait, of which so many a second are served."""
    return max(1, int(share * SERVED_WITHIN))
