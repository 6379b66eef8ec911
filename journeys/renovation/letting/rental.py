"""Improving let units in turn or at once, month by month: notice, work without rent, then the new rent; and where the money is lowest.

Cents a month. A unit under notice still pays; while it is worked on it doesn't; afterwards it pays the target rent. Unit by unit, one
month of lessons learned lies between two units. Operating costs and the loan run on all the time.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum
from journeys.renovation.letting.investment import MONTHS, Baseline
from journeys.renovation.letting.rent_options import Package
from journeys.renovation.pricing.costing import cents, split
from journeys.renovation.pricing.sums import Answer, usd

Phasing = Literal["all_at_once", "unit_by_unit"]
NOTICE_MONTHS = 2  # 60 days, where the lease or the law asks for no more
INCENTIVE_CENTS = (500_00, 1_000_00)  # for a tenant who leaves early, house figures
WEEKS_PER_MONTH = Decimal(52) / 12
LESSONS_MONTHS = 1
MONTHS_AFTER = 3
MOST_UNITS = 20
MOST_WEEKS = 52


class Month(Frozen):
    """Rent and costs of one month. `units` says of each unit: let, notice, work or improved."""

    number: int
    units: tuple[Literal["let", "notice", "work", "improved"], ...]
    rent_cents: int
    running_cents: int
    work_cents: int
    cash_cents: int
    so_far_cents: int


class RentalPhasing(Answer):
    """`lowest_cents` is the deepest point of the running sum: that much has to lie ready. `lost_rent_cents` is rent not paid meanwhile."""

    phasing: Phasing
    package: str
    months: tuple[Month, ...]
    work_months: int
    lost_rent_cents: int
    lowest_cents: int
    rent_before_cents_a_month: int
    rent_after_cents_a_month: int
    target_rent_cents_a_unit: int
    floor_rent_cents_a_unit: int | None
    list_rent_cents_a_unit: int | None


def rental_phasing(base: Baseline, chosen: Package, phasing: Phasing, work_weeks: Decimal = Decimal(6)) -> RentalPhasing:
    """Month by month until three months after the last unit is let again.

    Raises BadSum for too many units, and for no or too many weeks."""
    one = base.property
    if one.units > MOST_UNITS:
        raise BadSum(f"I phase at most {MOST_UNITS} units at a time.")
    if not 0 < work_weeks <= MOST_WEEKS:
        raise BadSum(f"The work on a unit takes some days at least and {MOST_WEEKS} weeks at most; how many weeks?")
    work_months = int((work_weeks / WEEKS_PER_MONTH).to_integral_value(ROUND_CEILING))
    rents = split(one.rent_cents_a_month, [Decimal(1)] * one.units)
    gains = split(chosen.uplift_cents_a_year // MONTHS, [Decimal(1)] * one.units)
    bills = [split(bill, [Decimal(1)] * work_months) for bill in split(chosen.cost.best_cents, [Decimal(1)] * one.units)]
    step = NOTICE_MONTHS + work_months + LESSONS_MONTHS
    starts = [0 if phasing == "all_at_once" else unit * step for unit in range(one.units)]  # the month in which notice begins
    total = starts[-1] + NOTICE_MONTHS + work_months + MONTHS_AFTER
    months: list[Month] = []
    so_far = lost = 0
    for number in range(total):
        states = tuple(_state(number - start, work_months) for start in starts)
        rent = sum(_rent(state, rents[unit], gains[unit]) for unit, state in enumerate(states))
        work = sum(bills[u][number - starts[u] - NOTICE_MONTHS] for u, state in enumerate(states) if state == "work")
        lost += sum(rents[unit] for unit, state in enumerate(states) if state == "work")
        running = _running(base, rent)
        so_far += rent - running - work
        months.append(
            Month(
                number=number + 1,
                units=states,
                rent_cents=rent,
                running_cents=running,
                work_cents=work,
                cash_cents=rent - running - work,
                so_far_cents=so_far,
            )
        )
    lowest = min([0, *(month.so_far_cents for month in months)])
    before, after = one.rent_cents_a_month, one.rent_cents_a_month + chosen.uplift_cents_a_year // MONTHS
    way = "All units at once" if phasing == "all_at_once" else "Unit by unit"
    later = f"after {total - MONTHS_AFTER} months the rent is {usd(after)} a month, not {usd(before)}"
    market = one.market_rent
    return RentalPhasing(
        headline=f"{way}, {usd(-lowest)} have to lie ready; {later}.",
        currency=base.currency,
        phasing=phasing,
        package=chosen.id,
        months=tuple(months),
        work_months=work_months,
        lost_rent_cents=lost,
        lowest_cents=lowest,
        rent_before_cents_a_month=before,
        rent_after_cents_a_month=after,
        target_rent_cents_a_unit=after // one.units,
        floor_rent_cents_a_unit=market.low_cents if market else None,
        list_rent_cents_a_unit=market.high_cents if market else None,
        assumptions=(
            f"Notice takes {NOTICE_MONTHS} months with rent; leases and local law may ask for more, so check both first.",
            f"The work empties a unit for {work_months} month{'s' if work_months > 1 else ''}, counted in whole months.",
            f"A tenant who leaves early may want {usd(INCENTIVE_CENTS[0])}-{usd(INCENTIVE_CENTS[1])}; that is not counted.",
            "Each unit pays the same rent and is let again as soon as it is done.",
            "Between two units a month is kept to learn from the first: cost, rent, and what to change.",
        ),
        citation="Your own figures; house figures for notice and vacancy",
    )


def _state(since: int, work_months: int) -> Literal["let", "notice", "work", "improved"]:
    if since < 0:
        return "let"
    if since < NOTICE_MONTHS:
        return "notice"
    return "work" if since < NOTICE_MONTHS + work_months else "improved"


def _rent(state: str, rent: int, gain: int) -> int:
    return {"work": 0, "improved": rent + gain}.get(state, rent)


def _running(base: Baseline, rent: int) -> int:
    """Tax, insurance, maintenance and the loan of a month. Vacancy is what the months show, so its share is not taken again."""
    costs, loan = base.property.expenses, base.property.loan
    fixed = cents(Decimal(costs.property_tax_cents + costs.insurance_cents) / MONTHS)
    return fixed + cents(rent * costs.maintenance_pct / 100) + loan.payment_cents_a_month
