"""What a kitchen costs: lines, totals with low, best and high, the budget beside them, what drives them and how to bring them down.

Integer cents of the price book's currency; nothing is converted. The rules: work and scopes in work.py, prices in pricebook.py, regions
in regions.py, rounding and totals in costing.py.
"""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen, Money, Place
from journeys.renovation.errors import MissingInput
from journeys.renovation.measuring.takeoff import TakeOff, kitchen_take_off
from journeys.renovation.pricing.costing import RANGE_PCT, CostLine, Job, Priced, RollUp, priced, spread
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.regions import Region, region_of
from journeys.renovation.pricing.savings import Savings, dollars, savings
from journeys.renovation.pricing.work import OLD_HOME_YEAR, SCOPES, Selections, contingency

TOP_DRIVERS = 5

EXCLUSIONS = (
    "Sales tax and delivery beyond the usual.",
    "Moving walls, structural work, windows and outside doors.",
    "Gas lines: those are for a licensed fitter.",
    "Tests for asbestos, lead or mould, and their removal.",
    "Design fees, and living elsewhere or eating out meanwhile.",
)


class Variance(Frozen):
    """Against the top of the budget, cents. `amount_cents` is budget less best: below zero, the kitchen is over.

    under: even the high total fits. near: the best total fits, the high one does not. over: the best total does not fit.
    """

    budget_cents: int
    amount_cents: int
    status: Literal["under", "near", "over"]


class Driver(Frozen):
    """A section's best total in cents and its share of the whole, per cent with one decimal."""

    name: str
    cents: int
    share_pct: Decimal


class Schedule(Frozen):
    """Weeks on site, and weeks of planning and ordering before them."""

    weeks: tuple[int, int]
    planning_weeks: tuple[int, int]


class CostEstimate(Frozen):
    """A kitchen's estimate. Totals are sums: best = roll_up.total, low and high = the lines' own plus those of what is added on them."""

    headline: str
    selections: Selections
    region: Region
    currency: str
    lines: tuple[CostLine, ...]
    roll_up: RollUp
    contingency_rule: str
    low_cents: int
    best_cents: int
    high_cents: int
    variance: Variance | None
    drivers: tuple[Driver, ...]
    value_engineering: Savings | None
    schedule: Schedule
    assumptions: tuple[str, ...]
    exclusions: tuple[str, ...]
    price_book_version: str
    citation: str


def kitchen_estimate(
    take_off: TakeOff,
    selections: Selections,
    *,
    currency: str,
    place: Place | None = None,
    budget: Money | None = None,
    year_built: int | None = None,
    overhead_profit_pct: Decimal = Decimal(0),
) -> CostEstimate:
    """The estimate of a kitchen; quantities are taken off again from the take-off's measures for the selected scope and floor.

    Raises UnpricedCurrency for any currency but USD, of the estimate or of the budget, and MissingInput where the scope replaces
    something that isn't chosen. Trade rates hold no general contractor's overhead and profit; `overhead_profit_pct` adds them.
    """
    BOOK.require(currency)
    if budget is not None and budget.currency is not None:
        BOOK.require(budget.currency)
    selections.require_all()
    measured = kitchen_take_off(take_off.measures, selections.scope, selections.floor_material)
    region = region_of(place)
    job = Job(take_off.measures, selections, region.factor, year_built, overhead_profit_pct)
    result = priced(job)
    best = result.roll_up.total_cents
    low, high = _range(result)
    variance = None if budget is None else _variance(budget.high_cents, best, high)
    over = variance is not None and variance.status == "over"
    rule = SCOPES[selections.scope]
    return CostEstimate(
        headline=_headline(low, best, high, variance),
        selections=selections,
        region=region,
        currency=currency,
        lines=result.lines,
        roll_up=result.roll_up,
        contingency_rule=contingency(selections.scope, year_built)[1],
        low_cents=low,
        best_cents=best,
        high_cents=high,
        variance=variance,
        drivers=_drivers(result),
        value_engineering=savings(job, variance.budget_cents) if variance is not None and over else None,
        schedule=Schedule(weeks=rule.weeks, planning_weeks=rule.planning_weeks),
        assumptions=(*_assumptions(job, region, budget), *measured.assumptions),
        exclusions=EXCLUSIONS,
        price_book_version=BOOK.version,
        citation=BOOK.citation,
    )


def _range(result: Priced) -> tuple[int, int]:
    added = spread(result.roll_up.overhead_profit_cents) + spread(result.roll_up.contingency_cents)
    reserve = result.roll_up.overhead_profit_cents + result.roll_up.contingency_cents
    low = sum(line.low_cents for line in result.lines) + reserve - added
    return low, sum(line.high_cents for line in result.lines) + reserve + added


def _variance(budget_cents: int, best: int, high: int) -> Variance:
    if budget_cents <= 0:
        raise MissingInput("budget")
    status: Literal["under", "near", "over"] = "under" if high <= budget_cents else "near" if best <= budget_cents else "over"
    return Variance(budget_cents=budget_cents, amount_cents=budget_cents - best, status=status)


def _drivers(result: Priced) -> tuple[Driver, ...]:
    """The biggest sections first, at most five."""
    by_section: dict[str, int] = {}
    for line in result.lines:
        by_section[line.section] = by_section.get(line.section, 0) + line.best_cents
    by_section["Contingency"] = result.roll_up.contingency_cents
    by_section["Overhead and profit"] = result.roll_up.overhead_profit_cents
    total = result.roll_up.total_cents
    biggest = sorted(((cents, name) for name, cents in by_section.items() if cents), key=lambda pair: (-pair[0], pair[1]))
    return tuple(Driver(name=name, cents=cents, share_pct=_share(cents, total)) for cents, name in biggest[:TOP_DRIVERS])


def _share(cents: int, total: int) -> Decimal:
    return (Decimal(cents) * 100 / total).quantize(Decimal("0.1"))


def _headline(low: int, best: int, high: int, variance: Variance | None) -> str:
    """“About $43,200 (range $36,700-$49,700), $6,800 under your budget.”"""
    sums = f"About {dollars(best)} (range {dollars(low)}-{dollars(high)})"
    if variance is None:
        return f"{sums}."
    away = dollars(abs(variance.amount_cents))
    if away == "$0":
        return f"{sums}, right at your budget."
    if variance.status == "near":
        return f"{sums}, {away} under your budget, though the high end would go over it."
    return f"{sums}, {away} {variance.status} your budget."


def _assumptions(job: Job, region: Region, budget: Money | None) -> list[str]:
    rule = SCOPES[job.selections.scope]
    said = [region.assumption] if region.assumption else []
    if budget is not None and budget.low_cents < budget.high_cents:
        said.append(f"Your budget is taken at its top, {dollars(budget.high_cents, to=1)}.")
    said.append(rule.keeps)
    said.append(f"Low and high lie {RANGE_PCT} % either side of the best figure; best takes the price book's mid prices.")
    said.append("Tile, flooring, drywall and paint are paid by the whole pack, the countertop by the square foot with its allowance.")
    said.append("The region's factor is on materials and labour, not on fees, which the city sets.")
    if job.selections.appliance_tier == "keep":
        said.append("Your appliances stay, and moving them is not counted.")
    else:
        said.append("Appliances are a fridge, a dishwasher, an electric range and a microwave.")
    if job.overhead_profit_pct == 0:
        said.append("You hire the trades yourself: a general contractor's overhead and profit, often 15 %, is not in it.")
    if job.year_built is None:
        said.append("The year the home was built is not known; before 1980, test for asbestos before anything comes out.")
    elif job.year_built < OLD_HOME_YEAR:
        said.append(f"Built in {job.year_built}: test for asbestos before anything comes out.")
    return said
