"""How each engine does, as functions of a connection, and `providers.breaker.Health` on a Store."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update

from providers.breaker import LONG_REST, Standing
from providers.store.inserts import unless_there
from providers.store.store import Store
from providers.store.tables import provider_health as table

FARTHEST: Final = timedelta(seconds=2 * LONG_REST)  # what lies further ahead was written by a clock that has been put back since


class SqlHealth:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def tell(self, standing: Standing) -> None:
        await self.store.write(lambda db: tell(db, standing))

    async def lease_probe(self, standing: Standing, now: datetime, until: datetime) -> Standing | None:
        return await self.store.write(lambda db: lease_probe(db, standing, now, until))

    async def standings(self) -> list[Standing]:
        return await self.store.read(standings)

    async def lease_check(self, engine: str, now: datetime, until: datetime) -> bool:
        return await self.store.write(lambda db: lease_check(db, engine, now, until))

    async def checked(self, engine: str, at: datetime) -> None:
        await self.store.write(lambda db: _put(db, engine, {"checked_at": at}))


def tell(db: Connection, standing: Standing) -> None:
    """Whoever writes last is believed: it has asked last."""
    row = {"state": standing.state, "since": standing.since, "error": standing.error, "retry_at": standing.retry_at}
    _put(db, standing.engine, {**row, "probe_at": standing.retry_at})


def lease_probe(db: Connection, standing: Standing, now: datetime, until: datetime) -> Standing | None:
    """One UPDATE decides who asks: the row is nobody else's while it is written."""
    due = or_(table.c.probe_at <= now, table.c.probe_at > now + FARTHEST)
    won = update(table).where(table.c.engine == standing.engine, table.c.state == "open", due).values(probe_at=until)
    if db.execute(won).rowcount:
        return None
    kept = db.execute(select(table).where(table.c.engine == standing.engine)).mappings().first()
    if kept is None:  # it could not be written when the breaker opened
        tell(db, standing)
        db.execute(update(table).where(table.c.engine == standing.engine).values(probe_at=until))
        return None
    return Standing(kept["engine"], kept["state"], kept["since"], kept["error"], kept["probe_at"], kept["checked_at"])


def standings(db: Connection) -> list[Standing]:
    kept = db.execute(select(table).order_by(table.c.engine)).mappings()
    return [Standing(row["engine"], row["state"], row["since"], row["error"], row["retry_at"], row["checked_at"]) for row in kept]


def lease_check(db: Connection, engine: str, now: datetime, until: datetime) -> bool:
    due = or_(table.c.check_at.is_(None), table.c.check_at <= now, table.c.check_at > now + FARTHEST)
    if db.execute(update(table).where(table.c.engine == engine, due).values(check_at=until)).rowcount:
        return True
    first = unless_there(db.dialect.name, table).returning(table.c.engine)
    return db.execute(first, {"engine": engine, "state": "closed", "error": "", "check_at": until}).first() is not None


def _put(db: Connection, engine: str, row: dict[str, object]) -> None:
    if not db.execute(update(table).where(table.c.engine == engine).values(**row)).rowcount:
        db.execute(insert(table).values(**{"engine": engine, "state": "closed", **row}))
