"""Calls by which a model is checked, in the ledger: no journey's, paid for by the house. Functions of a connection."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from providers.base import Call, Heard
from providers.store.budgets import Caps, purses, reserve, rounded_up, settle
from providers.store.tables import model_calls

CHECK: Final = "check"  # the name of the call
HOUSE: Final = "homeview"  # who pays, under the caps of a tenant
LOST_AFTER: Final = timedelta(minutes=2)  # a check ends within seconds, or whoever made it has died
_SAID = ("answered", "broken", "blocked")


def begin_check(db: Connection, row: Mapping[str, Any], worst: Decimal, caps: Caps) -> Call:
    """`started`, and what it may cost reserved. Over budget nothing is written: in an outage that would be a row a minute."""
    at: datetime = row["started_at"]
    _give_up(db, row["engine"], at, caps)
    kept = {**row, "name": CHECK, "tenant": HOUSE, "day": f"{at:%Y-%m-%d}", "reserved": rounded_up(worst), "status": "started"}
    if lacking := reserve(db, purses(caps, None, HOUSE, kept["day"]), kept["reserved"], at):
        return Call(deed=row["deed"], status="over_budget", why=lacking.scope)
    db.execute(insert(model_calls), kept)
    return Call(deed=row["deed"], status="started")


def _give_up(db: Connection, engine: str, now: datetime, caps: Caps) -> None:
    """What was left under way by a worker that died may have been paid for."""
    ours = (model_calls.c.engine == engine, model_calls.c.name == CHECK, model_calls.c.status == "started")
    for lost in db.execute(select(model_calls).where(*ours, model_calls.c.started_at < now - LOST_AFTER)).mappings().all():
        ended = {
            "status": "failed",
            "error": "NoAnswer",
            "in_doubt": 1,
            "ended_at": now,
            "reserved": Decimal(0),
            "doubtful": lost["reserved"],
        }
        db.execute(update(model_calls).where(model_calls.c.deed == lost["deed"]).values(**ended))
        settle(db, purses(caps, None, HOUSE, lost["day"]), reserved=-lost["reserved"], spent=lost["reserved"], at=now)


def heard(db: Connection, engine: str) -> Heard:
    newest = model_calls.c.started_at.desc()
    asked = select(model_calls.c.started_at).where(model_calls.c.engine == engine, model_calls.c.status != "over_budget")
    said = select(model_calls.c.ended_at).where(model_calls.c.engine == engine, model_calls.c.status.in_(_SAID))
    last = (db.execute(each.order_by(newest).limit(1)).scalar_one_or_none() for each in (asked, said))
    return Heard(*last)


def checks(db: Connection, *, limit: int) -> list[dict[str, Any]]:
    """The newest ones, oldest of these first, as `calls_of` gives a journey's."""
    newest = select(model_calls).where(model_calls.c.tenant == HOUSE, model_calls.c.name == CHECK)
    found = db.execute(newest.order_by(model_calls.c.day.desc(), model_calls.c.started_at.desc()).limit(limit)).mappings().all()
    return [{**row, "seq": None, "body": None} for row in reversed(found)]
