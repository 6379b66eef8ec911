"""Payment schedules as data: shares at milestones, in cents that add up to the total. Nobody pays everything upfront."""

from decimal import Decimal

from pydantic import model_validator

from journeys.inputs import Frozen
from journeys.renovation.errors import UnknownChoice
from journeys.renovation.pricing.costing import split

MOST_UPFRONT_PCT = Decimal(50)


class Stage(Frozen):
    pct: Decimal
    milestone: str


class Payment(Frozen):
    pct: Decimal
    milestone: str
    amount_cents: int


class PaymentPlan(Frozen):
    title: str
    stages: tuple[Stage, ...]

    @model_validator(mode="after")
    def whole_and_not_upfront(self) -> "PaymentPlan":
        if sum(stage.pct for stage in self.stages) != 100 or self.stages[0].pct > MOST_UPFRONT_PCT:
            raise ValueError("a payment plan shares 100 % and asks for at most half of it upfront")
        return self


def _plan(title: str, *stages: tuple[int, str]) -> PaymentPlan:
    return PaymentPlan(title=title, stages=tuple(Stage(pct=Decimal(pct), milestone=at) for pct, at in stages))


# Shares are house figures, from a contractor's proposal and from a homeowner's brief.
PLANS: dict[str, PaymentPlan] = {
    "five_stages": _plan(
        "Five stages",
        (20, "When the contract is signed"),
        (20, "Framing done"),
        (30, "Rough-in inspections passed"),
        (25, "Drywall and finishes done"),
        (5, "Final inspection passed and punch list closed"),
    ),
    "three_stages": _plan(
        "Three stages", (30, "When the contract is signed"), (40, "Rough-in inspections passed"), (30, "Substantial completion")
    ),
}


def payments(total_cents: int, plan: str) -> tuple[Payment, ...]:
    """The payments of a plan in their order. Raises UnknownChoice for a plan that isn't listed."""
    if plan not in PLANS:
        raise UnknownChoice("payment_plan", plan, tuple(PLANS))
    stages = PLANS[plan].stages
    amounts = split(total_cents, [stage.pct for stage in stages])
    return tuple(
        Payment(pct=stage.pct, milestone=stage.milestone, amount_cents=amount) for stage, amount in zip(stages, amounts, strict=True)
    )
