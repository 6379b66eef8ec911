"""Skills of a let property: how it stands, what improves it, in which order, and what a loan, a portfolio and US tax make of it."""

from typing import Any, cast

from journeys.inputs import Place, Weeks
from journeys.renovation.errors import BadSum, MissingInput
from journeys.renovation.given import count, given, need, option, options
from journeys.renovation.letting import follow_up, investment, portfolio, rent_options, rental
from journeys.renovation.letting.investment import Baseline, Expenses, Loan, Property
from journeys.renovation.letting.rent_options import IMPROVEMENTS, Feasible, Package, RentOptions, RentPackages
from journeys.renovation.money_inputs import Inputs, Results, currency_of, exact, exact_given, kept, percent, percent_given, span_given

HOOKUPS: dict[str, Feasible] = {"yes": "yes", "no": "no", "unknown": "check"}
PHASINGS = ("all_at_once", "unit_by_unit")


def investment_baseline(inputs: Inputs, results: Results) -> dict[str, Any]:
    """price, down_payment, units, monthly_rent (all units), property_tax and insurance a year, maintenance_share and vacancy_share of
    the rent; the loan by monthly_payment, or by interest_rate and term_years; market_rent of a unit where known."""
    currency = currency_of(inputs)
    price, down, units = exact(inputs, "price"), percent(inputs, "down_payment"), count(inputs, "units")
    if units is None:
        raise MissingInput("units")
    one = Property(
        price_cents=price,
        down_payment_pct=down,
        units=units,
        rent_cents_a_month=exact(inputs, "monthly_rent"),
        loan=_loan(inputs, investment.loan(price, down)),
        expenses=Expenses(
            property_tax_cents=exact(inputs, "property_tax"),
            insurance_cents=exact(inputs, "insurance"),
            maintenance_pct=percent(inputs, "maintenance_share"),
            vacancy_pct=percent(inputs, "vacancy_share"),
        ),
        market_rent=span_given(inputs, "market_rent"),
    )
    return investment.baseline(one, currency=currency).model_dump(mode="json")


def investment_options(inputs: Inputs, results: Results) -> dict[str, Any]:
    """`improvements` ranked by return, all of them where nobody said which; laundry_hookups says whether washers can be connected."""
    currency_of(inputs)
    base = kept(results, "investment_baseline", Baseline)
    chosen = options(inputs, "improvements", tuple(IMPROVEMENTS)) or tuple(IMPROVEMENTS)
    return rent_options.rent_options(base, chosen, _hookups(inputs)).model_dump(mode="json")


def investment_packages(inputs: Inputs, results: Results) -> dict[str, Any]:
    """Three packages, and the person's own where improvements are named."""
    currency_of(inputs)
    base = kept(results, "investment_baseline", Baseline)
    own = options(inputs, "improvements", tuple(IMPROVEMENTS))
    return rent_options.rent_packages(base, own, _hookups(inputs)).model_dump(mode="json")


def rental_phasing(inputs: Inputs, results: Results) -> dict[str, Any]:
    """The chosen package month by month; work_time in weeks, six where nobody said."""
    currency_of(inputs)
    base = kept(results, "investment_baseline", Baseline)
    chosen = _package(inputs, results)
    way = option(inputs, "phasing", PHASINGS)
    if chosen is None or way is None:
        raise MissingInput("package" if chosen is None else "phasing")
    work = given(inputs, "work_time", Weeks)
    phasing = cast(rental.Phasing, way)
    made = rental.rental_phasing(base, chosen, phasing, work.high) if work else rental.rental_phasing(base, chosen, phasing)
    return made.model_dump(mode="json")


def unit_result(inputs: Inputs, results: Results) -> dict[str, Any]:
    """actual_cost and achieved_rent (a month) of the unit that was renewed, beside the chosen package; weeks_empty at its top."""
    currency_of(inputs)
    base = kept(results, "investment_baseline", Baseline)
    chosen = _package(inputs, results)
    if chosen is None:
        raise MissingInput("package")
    empty = given(inputs, "weeks_empty", Weeks)
    made = follow_up.unit_result(base, chosen, exact(inputs, "actual_cost"), exact(inputs, "achieved_rent"), empty.high if empty else None)
    return made.model_dump(mode="json")


def month_result(inputs: Inputs, results: Results) -> dict[str, Any]:
    """month_rent less month_costs, and whether that is urgent."""
    currency = currency_of(inputs)
    return follow_up.month_result(exact(inputs, "month_rent"), exact(inputs, "month_costs"), currency=currency).model_dump(mode="json")


def refinance(inputs: Inputs, results: Results) -> dict[str, Any]:
    """home_value and loan_balance (else the baseline's loan); loan_share, interest_rate and new_rate where said."""
    currency = currency_of(inputs)
    balance = exact_given(inputs, "loan_balance")
    if balance is None:
        if "investment_baseline" not in results:
            raise MissingInput("loan_balance")
        balance = kept(results, "investment_baseline", Baseline).property.loan.principal_cents
    share = percent_given(inputs, "loan_share")
    made = portfolio.refinance(
        exact(inputs, "home_value"),
        balance,
        currency=currency,
        loan_share_pct=portfolio.LOAN_SHARE_PCT if share is None else share,
        rate_pct=percent_given(inputs, "interest_rate"),
        new_rate_pct=percent_given(inputs, "new_rate"),
    )
    return made.model_dump(mode="json")


def portfolio_tier(inputs: Inputs, results: Results) -> dict[str, Any]:
    """Which of four tiers the property is in; the best feasible option counts where investment_options was made."""
    currency_of(inputs)
    base = kept(results, "investment_baseline", Baseline)
    best = None
    if "investment_options" in results:
        best = max(
            (one.return_pct for one in kept(results, "investment_options", RentOptions).ranked if one.feasible == "yes"), default=None
        )
    made = portfolio.portfolio_tier(
        base,
        best_return_pct=best,
        big_deferred_maintenance=option(inputs, "deferred_maintenance", ("none", "some", "big")) == "big",
        occupancy_pct=percent_given(inputs, "occupancy"),
    )
    return made.model_dump(mode="json")


def tax_education(inputs: Inputs, results: Results) -> dict[str, Any]:
    """US depreciation of building_value and of improvement_cost (else of the chosen package), at tax_rate. Elsewhere it is refused."""
    currency, place = currency_of(inputs), need(inputs, "place", Place)
    spent = exact_given(inputs, "improvement_cost")
    if spent is None:
        chosen = _package(inputs, results) if "investment_packages" in results else None
        spent = chosen.cost.best_cents if chosen else 0
    made = portfolio.tax_education(exact(inputs, "building_value"), spent, percent(inputs, "tax_rate"), currency=currency, place=place)
    return made.model_dump(mode="json")


def _loan(inputs: Inputs, principal: int) -> Loan:
    payment = exact_given(inputs, "monthly_payment")
    rate, years = percent_given(inputs, "interest_rate"), count(inputs, "term_years")
    if payment is not None:
        return Loan(principal_cents=principal, payment_cents_a_month=payment)
    if principal == 0:
        return Loan(principal_cents=0, payment_cents_a_month=0)
    if rate is None or years is None:
        raise BadSum("I still need the loan: its payment a month, or its interest rate and its years.")
    monthly = investment.monthly_payment(principal, rate, years)
    return Loan(principal_cents=principal, payment_cents_a_month=monthly, rate_pct=rate, term_years=years)


def _hookups(inputs: Inputs) -> Feasible:
    return HOOKUPS[option(inputs, "laundry_hookups", tuple(HOOKUPS)) or "unknown"]


def _package(inputs: Inputs, results: Results) -> Package | None:
    packages = {one.id: one for one in kept(results, "investment_packages", RentPackages).packages}
    name = option(inputs, "package", tuple(packages))
    return packages[name] if name else None
