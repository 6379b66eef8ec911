"""What language models may cost, have cost and are about to cost: a row for each journey, and each month and day of a tenant.

Spent and reserved together never exceed the cap: what a call may cost at most is reserved in all three rows or in none, in the
transaction that begins the call, and settled with what it cost in the one that books it. Rows are locked in one order, journey, tenant,
day, and behind the call's own row, so that no two transactions wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, case, select, update

from journeys.spending import Scope, dollars
from providers.store.alerts import raise_alert
from providers.store.inserts import unless_there
from providers.store.tables import budgets

SMALLEST: Final = Decimal("0.00000001")  # of a dollar: what the database keeps
THRESHOLDS: Final = (50, 80, 100)  # per cent of a cap, each told once
_WHAT: Final[dict[str, str]] = {"journey": "journey {key}", "tenant": "{key} in {period}", "day": "{key} on {period}"}


@dataclass(frozen=True)
class Caps:
    """US dollars: of a journey that has no cap of its own, of a tenant's month, of a tenant's day (UTC)."""

    journey: Decimal = Decimal(5)
    tenant: Decimal = Decimal(500)
    day: Decimal = Decimal(50)


class Purse(NamedTuple):
    """One row; `cap` is what holds where nobody has set another."""

    scope: Scope
    key: str
    period: str
    cap: Decimal


_ITSELF = (budgets.c.scope == bindparam("of_scope"), budgets.c.key == bindparam("of_key"), budgets.c.period == bindparam("of_period"))
_CAP = case((budgets.c.chosen, budgets.c.cap), else_=bindparam("given", type_=budgets.c.cap.type))
_MORE: Any = bindparam("more", type_=budgets.c.reserved.type)
_RESERVE = (
    update(budgets)
    .where(*_ITSELF, budgets.c.spent + budgets.c.reserved + _MORE <= _CAP)
    .values(reserved=budgets.c.reserved + _MORE, cap=_CAP)
    .returning(budgets.c.cap)
)
_SPEND: Any = bindparam("spend", type_=budgets.c.spent.type)
_SETTLE = (
    update(budgets)
    .where(*_ITSELF)
    .values(reserved=budgets.c.reserved + _MORE, spent=budgets.c.spent + _SPEND)
    .returning(budgets.c.cap, budgets.c.spent, budgets.c.told)
)
_SET_TOLD = update(budgets).where(*_ITSELF).values(told=bindparam("now_told"))
_TAKE_CAP = update(budgets).where(*_ITSELF).values(cap=bindparam("given", type_=budgets.c.cap.type))
_SET_CAP = (
    update(budgets)
    .where(*_ITSELF, budgets.c.spent + budgets.c.reserved <= bindparam("wanted", type_=budgets.c.cap.type))
    .values(cap=bindparam("wanted", type_=budgets.c.cap.type), chosen=True)
)
_STANDING = select(budgets).where(*_ITSELF)


def purses(caps: Caps, journey_id: str | None, tenant: str, day: str, own: Decimal | None = None) -> list[Purse]:
    """In the order in which they are locked. `day`: 2026-11-22; `own`: the cap of the journey's template. Without a journey, those of the
    tenant alone."""
    return [
        *([Purse("journey", journey_id, "", caps.journey if own is None else own)] if journey_id else []),
        Purse("tenant", tenant, day[:7], caps.tenant),
        Purse("day", tenant, day, caps.day),
    ]


def rounded_up(amount: Decimal) -> Decimal:
    return amount.quantize(SMALLEST, ROUND_CEILING)


def reserve(db: Connection, wanted: Sequence[Purse], more: Decimal, at: datetime) -> Purse | None:
    """So much more, in all of them; or in none, and the first that can't cover it."""
    for nth, purse in enumerate(wanted):
        if not _reserved(db, purse, more):
            for other in wanted[:nth]:
                db.execute(_SETTLE, {**_named(other), "more": -more, "spend": Decimal(0)})
            row = standing(db, purse)
            cap = row["cap"] if row["chosen"] else purse.cap
            if cap != row["cap"]:  # a setting that was lowered meanwhile
                db.execute(_TAKE_CAP, {**_named(purse), "given": cap})
            _tell(db, purse, cap, row["spent"], row["told"], 100, at)
            return purse
    return None


def settle(db: Connection, held: Sequence[Purse], *, reserved: Decimal, spent: Decimal, at: datetime) -> None:
    """Changes of what is reserved and spent, such as less of the one and more of the other."""
    for purse in held:
        row = db.execute(_SETTLE, {**_named(purse), "more": reserved, "spend": spent}).mappings().first()
        if row is not None:
            reached = max((step for step in THRESHOLDS if row["spent"] * 100 >= row["cap"] * step and row["spent"] > 0), default=0)
            if reached > row["told"]:
                _tell(db, purse, row["cap"], row["spent"], row["told"], reached, at)


def set_cap(db: Connection, journey_id: str, cap: Decimal) -> dict[str, Any]:
    """A person's own for this journey; where more than that is spent or reserved nothing is changed. Gives the row as it stands."""
    purse = Purse("journey", journey_id, "", cap)
    _make(db, purse)
    db.execute(_SET_CAP, {**_named(purse), "wanted": cap})
    return standing(db, purse)


def standing(db: Connection, purse: Purse) -> dict[str, Any]:
    """Its row as it is; as of one that was never used, where there is none."""
    row = db.execute(_STANDING, _named(purse)).mappings().first()
    return dict(row) if row else {"cap": purse.cap, "chosen": False, "spent": Decimal(0), "reserved": Decimal(0), "told": 0}


def _reserved(db: Connection, purse: Purse, more: Decimal) -> bool:
    given = {**_named(purse), "more": more, "given": purse.cap}
    if db.execute(_RESERVE, given).first() is not None:
        return True
    return _make(db, purse) and db.execute(_RESERVE, given).first() is not None


def _make(db: Connection, purse: Purse) -> bool:
    """Whether there was none."""
    row = {**purse._asdict(), "chosen": False, "spent": Decimal(0), "reserved": Decimal(0), "told": 0}
    return db.execute(unless_there(db.dialect.name, budgets).returning(budgets.c.key), row).first() is not None


def _tell(db: Connection, purse: Purse, cap: Decimal, spent: Decimal, told: int, reached: int, at: datetime) -> None:
    """Each threshold that was not told before; the key sees to it that none is told twice."""
    for step in (step for step in THRESHOLDS if told < step <= reached):
        key = ":".join(part for part in ("budget", purse.scope, purse.key, purse.period, str(step)) if part)
        what = _WHAT[purse.scope].format(key=purse.key, period=purse.period)
        first = f"{step} % of the budget for language models of {what} is spent"
        text = f"{first if step < 100 else f'The budget for language models of {what} covers no further call'}: "
        raise_alert(
            db, key=key, kind="budget", about=purse.key, text=f"{text}{dollars(spent)} of {dollars(cap)} US dollars are spent.", at=at
        )
    if reached > told:
        db.execute(_SET_TOLD, {**_named(purse), "now_told": reached})


def _named(purse: Purse) -> dict[str, str]:
    return {"of_scope": purse.scope, "of_key": purse.key, "of_period": purse.period}
