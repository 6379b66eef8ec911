"""Alerts to the people who run HomeView, as functions of a connection: raised once for each key, claimed before they are sent.

pending → sending → sent, or pending again after a try that failed, or `failed` after the last. One that is still `sending` when it
should long be over was in the hands of a process that died: whether it arrived is not known, and it is never sent again. Instead a new
alert says so, to those who are not known to have it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, or_, select, update

from providers.store.inserts import unless_there
from providers.store.tables import alerts

DOUBT: Final = "doubt"  # the kind of an alert about an alert
DOUBT_AFTER: Final = timedelta(minutes=5)  # a try takes seconds; the targets' own timeouts end it within a minute
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))

_DUE = or_(
    (alerts.c.status == "pending") & (alerts.c.due_at <= bindparam("now")),
    (alerts.c.status == "sending") & (alerts.c.claimed_at < bindparam("long_ago")),
)
_ANY_DUE = select(alerts.c.key).where(_DUE).limit(1)
_NEXT = select(alerts).where(alerts.c.status == "pending", alerts.c.due_at <= bindparam("now")).order_by(alerts.c.raised_at, alerts.c.key)
_CLAIM = (
    update(alerts)
    .where(alerts.c.key == bindparam("of_key"), alerts.c.status == "pending")
    .values(status="sending", claimed_at=bindparam("now"), tries=alerts.c.tries + 1)
    .returning(alerts)
)
_DOUBT = (
    update(alerts)
    .where(alerts.c.status == "sending", alerts.c.claimed_at < bindparam("long_ago"))
    .values(status="in_doubt")
    .returning(alerts)
)
_SETTLE = update(alerts).where(alerts.c.key == bindparam("of_key"), alerts.c.status.in_(["sending", "in_doubt"]))
_BY_TIME = select(alerts).order_by(alerts.c.raised_at.desc(), alerts.c.key)


def told_of(key: str) -> str:
    """What an alert is about: of one about an alert that is in doubt, that alert. Whoever has seen it knows that it is no other."""
    return key.removeprefix(f"{DOUBT}:")


def raise_alert(db: Connection, *, key: str, kind: str, about: str, text: str, at: datetime, reached: Sequence[str] = ()) -> bool:
    """Whether it is new. The key says what is told and of which period, such as `budget:day:ours:2026-11-22:50`; `about` is an id."""
    row = {"key": key, "kind": kind, "about": about[:80], "text": text[:500], "raised_at": at, "due_at": at, "reached": list(reached)}
    return db.execute(unless_there(db.dialect.name, alerts).returning(alerts.c.key), row).first() is not None


def is_any_due(db: Connection, now: datetime) -> bool:
    """Whether `claim_next` would do something: a read, so that looking costs no writer."""
    return db.execute(_ANY_DUE, _times(now)).first() is not None


def claim_next(db: Connection, now: datetime) -> dict[str, Any] | None:
    """The oldest that is due, now `sending` and nobody else's. Those a dead process left behind are found out first."""
    for left in db.execute(_DOUBT, _times(now)).mappings().all():
        if left["kind"] != DOUBT:
            text = f"Whether you were told this is not known, since the process that sent it died meanwhile. {left['text']}"
            raise_alert(db, key=f"{DOUBT}:{left['key']}"[:200], kind=DOUBT, about=left["about"], text=text, at=now, reached=left["reached"])
    for row in db.execute(_NEXT, {"now": now}).mappings().all():
        if claimed := db.execute(_CLAIM, {"of_key": row["key"], "now": now}).mappings().first():
            return dict(claimed)
    return None


def keep_reached(db: Connection, key: str, reached: Sequence[str]) -> None:
    """These targets have it: none of them gets it again, whatever becomes of the others."""
    db.execute(_SETTLE.values(reached=list(reached)), {"of_key": key})


def settle_sent(db: Connection, key: str, now: datetime) -> None:
    db.execute(_SETTLE.values(status="sent", sent_at=now), {"of_key": key})


def settle_failed(db: Connection, key: str, tries: int, now: datetime) -> bool:
    """Not everybody has it. Whether it is tried again."""
    again = tries <= len(PAUSES)
    due = now + PAUSES[tries - 1] if again else now
    db.execute(_SETTLE.values(status="pending" if again else "failed", due_at=due), {"of_key": key})
    return again


def alerts_page(db: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Newest first."""
    return [dict(row) for row in db.execute(_BY_TIME.limit(limit)).mappings()]


def last_about(db: Connection, kind: str, about: str) -> dict[str, Any] | None:
    row = db.execute(_BY_TIME.where(alerts.c.kind == kind, alerts.c.about == about).limit(1)).mappings().first()
    return dict(row) if row else None


def _times(now: datetime) -> dict[str, datetime]:
    return {"now": now, "long_ago": now - DOUBT_AFTER}
