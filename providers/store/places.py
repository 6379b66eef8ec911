"""Places in the models' queue, where it has a rate limit: no tenant has more calls waiting there than its turns serve in time.

Without them a tenant's oldest calls are given up where they wait, and still take its turn when it comes (docs/decisions/0025).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from providers.store.inserts import unless_there
from providers.store.store import Store
from providers.store.tables import model_calls
from providers.store.tables import places as table

SERVED_WITHIN: Final = 5.0  # seconds: far below the fifteen for which a call may wait, since a tenant that comes later takes turns, too
HELD_FOR: Final = timedelta(seconds=15)  # whose call has not begun by then has been given up


_BEGAN = select(model_calls.c.deed).where(model_calls.c.turn_id == table.c.turn_id).exists()
_TAKEN = select(table.c.turn_id, table.c.tenant, (~_BEGAN).label("waits"))
# What lies ahead was written by a clock that has been put back since.
_GIVE_BACK = delete(table).where((table.c.at <= bindparam("long_ago")) | (table.c.at > bindparam("ahead")))


class SqlPlaces:
    """`calls_per_second`: what the queue lets through, of all tenants."""

    def __init__(self, store: Store, calls_per_second: float) -> None:
        self.store, self.calls_per_second = store, calls_per_second

    async def take(self, turn_id: str, tenant: str, at: datetime) -> bool:
        return await self.store.write(lambda db: take(db, turn_id, tenant, at, self.calls_per_second))


def take(db: Connection, turn_id: str, tenant: str, at: datetime, calls_per_second: float) -> bool:
    """Whether the turn has a place. Taken again, it is the same one."""
    db.execute(_GIVE_BACK, {"long_ago": at - HELD_FOR, "ahead": at + HELD_FOR})
    taken = db.execute(_TAKEN).all()
    if turn_id in {place.turn_id for place in taken}:
        return True
    waiting = sum(place.waits for place in taken if place.tenant == tenant)
    if waiting >= places(calls_per_second, len({place.tenant for place in taken} | {tenant})):
        return False
    db.execute(unless_there(db.dialect.name, table), {"turn_id": turn_id, "tenant": tenant, "at": at})
    return True


def places(calls_per_second: float, tenants: int) -> int:
    """How many calls of one tenant may wait, where so many tenants take turns."""
    return max(1, int(calls_per_second * SERVED_WITHIN / tenants))
