"""The ledger of effects, as functions of a connection, and `providers.base.Effects` on a Store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select, update

from providers.base import Effect
from providers.store.journeys import unless_there
from providers.store.store import Store
from providers.store.tables import effects

OPEN: Final = ("reserved", "sent", "in_doubt")


class SqlEffects:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def reserve(self, rows: Sequence[Mapping[str, Any]]) -> None:
        await self.store.write(lambda db: reserve(db, rows))

    async def effect(self, deed: str) -> Effect | None:
        return await self.store.read(lambda db: effect_of(db, deed))

    async def move(self, deed: str, was: Sequence[str], to: str, at: datetime, **values: Any) -> bool:
        return await self.store.write(lambda db: move(db, deed, was, to, at, **values))

    async def unsettled(self, before: datetime, limit: int) -> list[Effect]:
        return await self.store.read(lambda db: unsettled(db, before, limit))

    async def untold(self, before: datetime, limit: int) -> list[Effect]:
        return await self.store.read(lambda db: untold(db, before, limit))

    async def tell(self, deed: str, status: str) -> None:
        await self.store.write(lambda db: db.execute(update(effects).where(effects.c.deed == deed).values(told=status)))


def reserve(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """A deed that is there stays as it is, whatever came of it."""
    for row in rows:
        db.execute(unless_there(db.dialect.name, effects), {**row, "status": "reserved", "changed_at": row["reserved_at"]})


def effect_of(db: Connection, deed: str) -> Effect | None:
    row = db.execute(select(effects).where(effects.c.deed == deed)).mappings().one_or_none()
    return _effect(row) if row else None


def effects_of(db: Connection, journey_id: str) -> list[Effect]:
    """Of a journey, oldest first."""
    found = select(effects).where(effects.c.journey_id == journey_id).order_by(effects.c.reserved_at, effects.c.deed)
    return [_effect(row) for row in db.execute(found).mappings()]


def move(db: Connection, deed: str, was: Sequence[str], to: str, at: datetime, **values: Any) -> bool:
    """False where it is in none of these states any more: somebody else was faster. `tries` grows as it is sent.
    To the state it is in, it changes `values` only."""
    more = {"tries": effects.c.tries + 1} if to == "sent" and to not in was else {}
    moved = update(effects).where(effects.c.deed == deed, effects.c.status.in_(was)).values(status=to, changed_at=at, **more, **values)
    return db.execute(moved).rowcount == 1


def unsettled(db: Connection, before: datetime, limit: int) -> list[Effect]:
    """Those that nobody knows the end of, and that nothing happened to since; the ones that wait the longest first."""
    is_open = or_(effects.c.status.in_(OPEN), and_(effects.c.status == "confirmed", effects.c.unwanted))
    found = select(effects).where(is_open, effects.c.changed_at < before).order_by(effects.c.changed_at).limit(limit)
    return [_effect(row) for row in db.execute(found).mappings()]


def untold(db: Connection, before: datetime, limit: int) -> list[Effect]:
    """One that is on its way is told of when it has arrived."""
    is_news = and_(effects.c.status.not_in(("reserved", "sent")), effects.c.status != effects.c.told)
    found = select(effects).where(is_news, effects.c.changed_at < before).order_by(effects.c.changed_at).limit(limit)
    return [_effect(row) for row in db.execute(found).mappings()]


def _effect(row: Mapping[Any, Any]) -> Effect:
    return Effect.model_validate({str(name): value for name, value in row.items()})
