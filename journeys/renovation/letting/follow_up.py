"""What a rental plan became: a renewed unit beside its plan, and a month's money. Cents; the person's own figures, nothing guessed."""

from decimal import Decimal

from journeys.renovation.letting.investment import MONTHS, Baseline
from journeys.renovation.letting.rent_options import Package
from journeys.renovation.letting.rental import WEEKS_PER_MONTH
from journeys.renovation.pricing.costing import cents, split
from journeys.renovation.pricing.sums import Answer, share_pct, usd, years


class UnitResult(Answer):
    """`return_pct` is the rent gained a year / cost, None where nothing was spent; `payback_years` None where nothing comes back.
    `empty_cost_cents` is the old rent of the weeks without any, None where nobody said how many."""

    planned_cost_cents: int
    actual_cost_cents: int
    planned_rent_cents_a_month: int
    achieved_rent_cents_a_month: int
    gained_cents_a_year: int
    return_pct: Decimal | None
    payback_years: Decimal | None
    empty_cost_cents: int | None


class MonthResult(Answer):
    """`cash_cents` is what came in less what was paid: below zero where the month lost money, which is urgent."""

    rent_cents: int
    paid_cents: int
    cash_cents: int
    urgent: bool


def unit_result(base: Baseline, chosen: Package, cost_cents: int, rent_cents: int, weeks_empty: Decimal | None = None) -> UnitResult:
    """One unit, a like share of the plan, against it."""
    one = base.property
    planned_cost = split(chosen.cost.best_cents, [Decimal(1)] * one.units)[0]
    before = split(one.rent_cents_a_month, [Decimal(1)] * one.units)[0]
    planned_rent = split(one.rent_cents_a_month + chosen.uplift_cents_a_year // MONTHS, [Decimal(1)] * one.units)[0]
    gained = (rent_cents - before) * MONTHS
    returned = share_pct(gained, cost_cents) if cost_cents else None
    empty = None if weeks_empty is None else cents(before * weeks_empty / WEEKS_PER_MONTH)
    said = f"The unit cost {usd(cost_cents)}, {_beside(cost_cents - planned_cost)}; its rent is {usd(rent_cents)} a month, "
    said += f"{_beside(rent_cents - planned_rent)}"
    return UnitResult(
        headline=f"{said}." if returned is None else f"{said}: {returned} % a year of what it cost.",
        currency=base.currency,
        planned_cost_cents=planned_cost,
        actual_cost_cents=cost_cents,
        planned_rent_cents_a_month=planned_rent,
        achieved_rent_cents_a_month=rent_cents,
        gained_cents_a_year=gained,
        return_pct=returned,
        payback_years=years(cost_cents, gained) if gained > 0 and cost_cents else None,
        empty_cost_cents=empty,
        assumptions=(
            "The plan gives each unit a like share of the package and of the rent.",
            "Both sums are of the same unit; tell me if one is still that of the unit before.",
            *(() if empty is not None else ("Nobody said how many weeks it was empty, so that is not counted.",)),
        ),
        citation="Your own figures; house figures of the plan",
    )


def month_result(rent_cents: int, paid_cents: int, *, currency: str) -> MonthResult:
    cash = rent_cents - paid_cents
    sums = f"{usd(rent_cents)} came in and {usd(paid_cents)} was paid"
    said = f"Urgent: the month lost {usd(-cash)}. {sums}." if cash < 0 else f"The month left {usd(cash)}. {sums}."
    return MonthResult(
        headline=said,
        currency=currency,
        rent_cents=rent_cents,
        paid_cents=paid_cents,
        cash_cents=cash,
        urgent=cash < 0,
        assumptions=(
            "What was paid holds the loan, and this month's share of tax and insurance.",
            "Both sums are of the same month; tell me if one is still that of the month before.",
        ),
        citation="Your own figures",
    )


def _beside(more_cents: int) -> str:
    if more_cents == 0:
        return "as planned"
    return f"{usd(abs(more_cents))} {'more' if more_cents > 0 else 'less'} than planned"
