"""`providers.base.House` on a Store: alerts of the upkeep, and what lies undone in all journeys together."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from providers.store.alerts import raise_alert
from providers.store.store import Store
from providers.store.tables import alerts, effects, journeys, model_calls

UNTOLD: Final = ("pending", "sending", "failed", "in_doubt")
CLOSED: Final = ("completed", "abandoned")  # they owe nothing more
UNDER_WAY: Final = timedelta(minutes=2)  # a call ends within half of it, or whoever made it has died


class SqlHouse:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def tell(self, *, key: str, kind: str, about: str, text: str) -> bool:
        at = datetime.now(UTC)
        return await self.store.write(lambda db: raise_alert(db, key=key, kind=kind, about=about, text=text, at=at))

    async def figures(self) -> Mapping[str, int]:
        return await self.store.read(lambda db: figures(db, datetime.now(UTC)))


def figures(db: Connection, now: datetime) -> dict[str, int]:
    untold = select(func.count()).select_from(alerts).where(alerts.c.status.in_(UNTOLD))
    left = (
        select(func.count()).select_from(model_calls).where(model_calls.c.status == "started", model_calls.c.started_at < now - UNDER_WAY)
    )
    owed = select(func.coalesce(func.sum(journeys.c.owed), 0)).where(journeys.c.owed > 0, journeys.c.status.not_in(CLOSED))
    doubtful = select(func.count()).select_from(effects).where(effects.c.status == "in_doubt")
    return {
        "homeview_answers_owed": db.execute(owed).scalar_one(),
        "homeview_effects_in_doubt": db.execute(doubtful).scalar_one(),
        "homeview_alerts_undelivered": db.execute(untold).scalar_one(),
        "homeview_model_calls_in_doubt": db.execute(left).scalar_one(),
    }
