"""A budget by its usual shares, in cents that add up to it. House figures; a kitchen's cabinets, appliances and labour are those of one
kitchen, the rest is ours."""

from decimal import Decimal

from journeys.inputs import Frozen
from journeys.renovation.pricing.costing import split

SHARES: dict[str, dict[str, int]] = {
    "bathroom": {"materials": 40, "labour": 45, "permits and disposal": 5, "contingency": 10},
    "kitchen": {
        "cabinets": 22,
        "labour": 25,
        "appliances": 14,
        "countertop and backsplash": 12,
        "plumbing and lighting": 7,
        "floor": 5,
        "permits and disposal": 5,
        "contingency": 10,
    },
}


class BudgetPart(Frozen):
    name: str
    pct: Decimal
    cents: int


def allocated(budget_cents: int, room: str | None) -> tuple[BudgetPart, ...]:
    """The parts of a budget, none for a room without shares."""
    shares = {name: Decimal(pct) for name, pct in SHARES.get(room or "", {}).items()}
    amounts = split(budget_cents, list(shares.values())) if shares else []
    return tuple(BudgetPart(name=name, pct=pct, cents=amount) for (name, pct), amount in zip(shares.items(), amounts, strict=True))
