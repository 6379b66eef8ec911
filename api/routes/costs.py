"""What language models have cost you."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.deps import Limit, Open, Tenant
from api.errors import documented
from journeys.spending import plain
from providers.store.costs import By, costs

router = APIRouter(prefix="/v1/costs", tags=["costs"])


class Cost(BaseModel):
    """`cost` in US dollars; `estimated` is the part of it whose usage no provider told, `in_doubt` what calls that went out and brought
    no answer may have cost besides. `calls` counts every one that was made, `over_budget` those that were not because no budget covered
    them."""

    key: str
    calls: int
    answered: int
    over_budget: int
    cost: str
    estimated: str
    in_doubt: str


class Costs(BaseModel):
    items: list[Cost]
    next_cursor: str | None


@router.get("", response_model=Costs, responses=documented())
async def read_costs(
    doors: Open,
    tenant: Tenant,
    by: Annotated[By, Query(description="What the sums are of.")] = "day",
    since: Annotated[date | None, Query(description="From this day on, in UTC.")] = None,
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Your own costs in sums, in the order of their keys."""
    found = await doors.store.read(lambda db: costs(db, by, tenant=tenant, since=since, after=cursor, limit=limit + 1))
    items = [
        {**row, "cost": plain(row["cost"]), "estimated": plain(row["estimated"]), "in_doubt": plain(row["doubtful"])}
        for row in found[:limit]
    ]
    return {"items": items, "next_cursor": found[limit - 1]["key"] if len(found) > limit else None}
