"""Improvements of rented homes: return, payback and feasibility of each, and packages as sums of them, projected and stressed.

Return = rent uplift a year / cost; payback = cost / uplift a year. Options are sorted here, not as anybody lists them, and what can't be
done stands apart. A package costs what its parts cost. Projections let maintenance and vacancy grow with the rent.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum, UnknownChoice
from journeys.renovation.letting.investment import MONTHS, Baseline, Property, Year, down_payment, year_at
from journeys.renovation.pricing.costing import cents
from journeys.renovation.pricing.sums import Answer, Span, around, share_pct, together, usd, years

Feasible = Literal["yes", "no", "check"]


class Improvement(Frozen):
    """Cost in cents for each unit, or once for the building; `uplift` is rent a month and unit. House figures."""

    title: str
    cost_cents: int
    per: Literal["unit", "building"]
    uplift_cents: int
    needs: str | None = None


IMPROVEMENTS: dict[str, Improvement] = {
    "paint": Improvement(title="Paint", cost_cents=1_750_00, per="unit", uplift_cents=50_00),
    "kitchen": Improvement(title="Kitchen refresh", cost_cents=4_000_00, per="unit", uplift_cents=100_00),
    "vinyl_floor": Improvement(title="Vinyl plank floors", cost_cents=5_000_00, per="unit", uplift_cents=75_00),
    "bathroom": Improvement(title="Bathroom refresh", cost_cents=2_500_00, per="unit", uplift_cents=50_00),
    "appliances": Improvement(title="Appliances", cost_cents=2_000_00, per="unit", uplift_cents=40_00),
    "laundry": Improvement(title="Washer and dryer", cost_cents=3_000_00, per="unit", uplift_cents=100_00, needs="laundry_hookups"),
    "lighting": Improvement(title="Lighting", cost_cents=1_500_00, per="unit", uplift_cents=25_00),
    "exterior": Improvement(title="Exterior", cost_cents=5_000_00, per="building", uplift_cents=25_00),
}
PACKAGES: dict[str, tuple[str, ...]] = {
    "budget": ("paint", "kitchen", "appliances", "lighting"),
    "moderate": ("paint", "kitchen", "appliances", "lighting", "vinyl_floor", "bathroom"),
    "premium": ("paint", "kitchen", "appliances", "lighting", "vinyl_floor", "bathroom", "laundry", "exterior"),
}


class RentOption(Frozen):
    id: str
    title: str
    cost: Span
    uplift_cents_a_year: int
    return_pct: Decimal
    payback_years: Decimal
    feasible: Feasible
    why: str


class RentOptions(Answer):
    """`ranked` by return, the best first; `not_feasible` apart from them, ranked the same way."""

    ranked: tuple[RentOption, ...]
    not_feasible: tuple[RentOption, ...]


class Case(Frozen):
    """One assumption changed: cents a year, per cent, years (None where nothing comes back)."""

    id: str
    title: str
    cost_cents: int
    uplift_cents_a_year: int
    return_pct: Decimal
    payback_years: Decimal | None
    cash_after_debt_cents: int


class Package(Frozen):
    """A sum of options. `cases` begin with the figures as planned."""

    id: str
    options: tuple[str, ...]
    left_out: tuple[str, ...]
    cost: Span
    uplift_cents_a_unit_and_month: int
    uplift_cents_a_year: int
    return_pct: Decimal
    payback_years: Decimal | None
    year: Year
    cash_on_cash_pct: Decimal | None
    cases: tuple[Case, ...]


class RentPackages(Answer):
    packages: tuple[Package, ...]


def rent_option(name: str, units: int, feasible: Feasible = "yes") -> RentOption:
    """Raises UnknownChoice for an improvement without figures."""
    if name not in IMPROVEMENTS:
        raise UnknownChoice("improvements", name, tuple(IMPROVEMENTS))
    one = IMPROVEMENTS[name]
    cost, uplift = one.cost_cents * (units if one.per == "unit" else 1), one.uplift_cents * units * MONTHS
    back = years(cost, uplift)
    if back is None:
        raise BadSum("An improvement without a higher rent pays nothing back.")
    why = {"yes": "", "no": f"There are no {_needs(one)}.", "check": f"Only where there are {_needs(one)}; please check."}[feasible]
    return RentOption(
        id=name,
        title=one.title,
        cost=around(cost),
        uplift_cents_a_year=uplift,
        return_pct=share_pct(uplift, cost),
        payback_years=back,
        feasible=feasible,
        why=why,
    )


def rent_options(base: Baseline, chosen: Sequence[str], hookups: Feasible = "check") -> RentOptions:
    """Raises BadSum for none."""
    if not chosen:
        raise BadSum("Tell me which improvements you have in mind.")
    units = base.property.units
    made = [rent_option(name, units, _feasible(name, hookups)) for name in chosen]
    made.sort(key=lambda one: (-Decimal(one.uplift_cents_a_year) / one.cost.best_cents, one.id))
    ranked = tuple(one for one in made if one.feasible != "no")
    said = "None of these can be done here."
    if ranked:
        best = ranked[0]
        said = f"{best.title} returns most: {best.return_pct} % a year, paid back in {best.payback_years} years"
        said += ", if it can be done here." if best.feasible == "check" else "."
    return RentOptions(
        headline=said,
        currency=base.currency,
        ranked=ranked,
        not_feasible=tuple(one for one in made if one.feasible == "no"),
        assumptions=(
            "Costs and rent uplifts are house figures; let comparable rents nearby confirm them before you spend.",
            "Return is the rent gained a year / cost, before vacancy, maintenance and tax.",
        ),
        citation="House figures for rental improvements, illustrative, undated USD",
    )


def package(base: Baseline, name: str, parts: Sequence[str], hookups: Feasible = "check") -> Package:
    """The sum of its feasible parts, projected on the baseline. Raises BadSum where none is feasible."""
    one = base.property
    options = [rent_option(part, one.units, _feasible(part, hookups)) for part in parts]
    kept = [option for option in options if option.feasible != "no"]
    if not kept:
        raise BadSum("Nothing in this package can be done here.")
    cost = together(option.cost for option in kept)
    uplift = sum(option.uplift_cents_a_year for option in kept)
    cases = _cases(one, cost.best_cents, uplift)
    year = year_at(one, one.rent_cents_a_month + uplift // MONTHS)
    invested = down_payment(one) + cost.best_cents
    return Package(
        id=name,
        options=tuple(option.id for option in kept),
        left_out=tuple(option.id for option in options if option.feasible == "no"),
        cost=cost,
        uplift_cents_a_unit_and_month=uplift // MONTHS // one.units,
        uplift_cents_a_year=uplift,
        return_pct=cases[0].return_pct,
        payback_years=cases[0].payback_years,
        year=year,
        cash_on_cash_pct=share_pct(year.cash_after_debt_cents, invested),
        cases=cases,
    )


def rent_packages(base: Baseline, own: Sequence[str] = (), hookups: Feasible = "check") -> RentPackages:
    """The three packages, and one of the person's own choice where there is one."""
    wanted = {**PACKAGES, **({"own": tuple(own)} if own else {})}
    made = tuple(package(base, name, parts, hookups) for name, parts in wanted.items())
    best = max(made, key=lambda one: (one.year.cash_after_debt_cents, -one.cost.best_cents))
    flow = best.year.cash_after_debt_cents
    return RentPackages(
        headline=f"The {best.id} package leaves most: {usd(flow)} a year after all expenses and the loan, for {usd(best.cost.best_cents)}.",
        currency=base.currency,
        packages=made,
        assumptions=(
            "A package costs the sum of its parts.",
            "Maintenance and vacancy are shares of the rent and grow with it.",
            "Cash-on-cash is on the down payment and the package together, both paid in cash.",
            "Rent while the work goes on is not counted here; the phasing does it.",
        ),
        citation="House figures for rental improvements, illustrative, undated USD",
    )


def _cases(one: Property, cost: int, uplift: int) -> tuple[Case, ...]:
    after = one.rent_cents_a_month * MONTHS + uplift
    less_rent = cents(Decimal(after) * Decimal("0.9")) - one.rent_cents_a_month * MONTHS
    stressed = (
        ("planned", "As planned", cost, uplift),
        ("cost_10", "Cost + 10 %", cents(Decimal(cost) * Decimal("1.1")), uplift),
        ("cost_20", "Cost + 20 %", cents(Decimal(cost) * Decimal("1.2")), uplift),
        ("rent_10", "Rent - 10 %", cost, less_rent),
    )
    return tuple(_case(one, name, title, spent, gained) for name, title, spent, gained in stressed)


def _case(one: Property, name: str, title: str, cost: int, uplift: int) -> Case:
    year = year_at(one, one.rent_cents_a_month + cents(Decimal(uplift) / MONTHS))
    return Case(
        id=name,
        title=title,
        cost_cents=cost,
        uplift_cents_a_year=uplift,
        return_pct=share_pct(uplift, cost),
        payback_years=years(cost, uplift),
        cash_after_debt_cents=year.cash_after_debt_cents,
    )


def _feasible(name: str, hookups: Feasible) -> Feasible:
    return hookups if name in IMPROVEMENTS and IMPROVEMENTS[name].needs == "laundry_hookups" else "yes"


def _needs(one: Improvement) -> str:
    return (one.needs or "").replace("_", " ")
