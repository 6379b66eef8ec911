"""What the calls of models have cost, in sums: by journey, tenant, model, call or day. Estimates stand apart: the part of `cost` for which
no provider told its usage, and what is in doubt besides."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Text, case, cast, func, or_, select

from providers.store.budgets import SMALLEST
from providers.store.tables import model_calls

By = Literal["journey", "tenant", "model", "call", "day"]
WAYS: Sequence[By] = get_args(By)

NO_JOURNEY = "checks of the models"
_NAME = model_calls.c.name
_CALL = func.replace(func.substr(_NAME, 1, 6), ".", "")  # answer, reply, embed and check, whichever route and whether repaired
# The provider didn't say what it counted, so that the cost is reckoned by the length of what was asked and said.
_TOLD = cast(model_calls.c.usage, Text)
_GUESSED = or_(model_calls.c.usage.is_(None), _TOLD.in_(("null", "{}")), _TOLD.contains("guessed"))
_KEYS: dict[By, ColumnElement[str]] = {
    "journey": func.coalesce(model_calls.c.journey_id, NO_JOURNEY),
    "tenant": model_calls.c.tenant,
    "model": model_calls.c.engine,
    "call": _CALL,
    "day": model_calls.c.day,
}


def costs(
    db: Connection, by: By, *, tenant: str | None = None, since: date | None = None, after: str = "", limit: int | None = None
) -> list[dict[str, Any]]:
    """Rows `key, calls, answered, over_budget, cost, estimated, doubtful` in the order of their keys, those behind `after`. `calls` counts
    every attempt that was made; `estimated` is the part of `cost` that no provider told; `since` is a day in UTC. Our own reader's calls,
    which cost nothing, are left out."""
    key = _KEYS[by].label("key")
    statement = select(
        key,
        func.sum(model_calls.c.attempts).label("calls"),
        func.sum(case((model_calls.c.status == "answered", 1), else_=0)).label("answered"),
        func.sum(case((model_calls.c.status == "over_budget", 1), else_=0)).label("over_budget"),
        func.sum(model_calls.c.cost).label("cost"),
        func.sum(case((_GUESSED, model_calls.c.cost), else_=0)).label("estimated"),
        func.sum(model_calls.c.doubtful, type_=model_calls.c.doubtful.type).label("doubtful"),
    ).where(_NAME != "understand")
    if tenant is not None:
        statement = statement.where(model_calls.c.tenant == tenant)
    if since is not None:
        statement = statement.where(model_calls.c.day >= since.isoformat())
    if after:
        statement = statement.where(_KEYS[by] > after)
    found = db.execute(statement.group_by(_KEYS[by]).order_by(_KEYS[by]).limit(limit)).mappings()
    return [{**row, **{name: Decimal(row[name]).quantize(SMALLEST) for name in ("cost", "estimated")}} for row in found]
