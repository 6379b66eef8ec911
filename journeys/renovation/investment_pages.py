"""The investor's results as text for people."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from journeys.renovation.layout import listed, page, table
from journeys.renovation.letting.follow_up import MonthResult, UnitResult
from journeys.renovation.letting.investment import Baseline
from journeys.renovation.letting.portfolio import PortfolioTier, Refinance, TaxEducation
from journeys.renovation.letting.rent_options import RentOptions, RentPackages
from journeys.renovation.letting.rental import RentalPhasing
from journeys.renovation.pricing.sums import Answer, usd, usd_range


def told(answer: Answer, *parts: str) -> str:
    """A page between its headline and where its figures come from."""
    return page(answer.headline, *parts, listed("Taken for granted", answer.assumptions), f"Source: {answer.citation}.")


def _baseline(result: Mapping[str, Any]) -> str:
    one = Baseline.model_validate(result)
    year = one.year
    rows = [
        ("A year", "Sum"),
        ("Rent", usd(year.rent_cents)),
        ("Property tax", usd(-year.tax_cents)),
        ("Insurance", usd(-year.insurance_cents)),
        ("Maintenance", usd(-year.maintenance_cents)),
        ("Vacancy", usd(-year.vacancy_cents)),
        ("Net operating income", usd(year.net_operating_income_cents)),
        ("Loan", usd(-year.debt_cents)),
        ("Cash after debt", usd(year.cash_after_debt_cents)),
    ]
    figures = [f"Cap rate {one.cap_rate_pct} %", f"Cash-on-cash {_pct(one.cash_on_cash_pct)} of {usd(one.down_payment_cents)} paid down"]
    figures.append(f"Rent less the mortgage alone {usd(year.rent_minus_mortgage_cents)} a year")
    if one.rent_gap_pct:
        figures.append(f"Rent under the market's by {one.rent_gap_pct[0]} to {one.rent_gap_pct[1]} %")
    return told(one, table(rows), listed("Figures", figures))


def _options(result: Mapping[str, Any]) -> str:
    one = RentOptions.model_validate(result)
    rows = [("Improvement", "Cost", "Rent gained a year", "Return", "Paid back in years")]
    rows += [
        (o.title, usd_range(o.cost), usd(o.uplift_cents_a_year), f"{o.return_pct} %", str(o.payback_years))
        for o in (*one.ranked, *one.not_feasible)
    ]
    check = [f"{option.title}: {option.why}" for option in (*one.ranked, *one.not_feasible) if option.why]
    return told(one, table(rows), listed("Can it be done", check))


def _packages(result: Mapping[str, Any]) -> str:
    one = RentPackages.model_validate(result)
    rows = [("Package", "Cost", "Rent gained a year", "Return", "Cash after debt", "Cash-on-cash")]
    stress = [("Package", "Case", "Cost", "Return", "Cash after debt")]
    for made in one.packages:
        flow = usd(made.year.cash_after_debt_cents)
        rows.append(
            (made.id, usd_range(made.cost), usd(made.uplift_cents_a_year), f"{made.return_pct} %", flow, _pct(made.cash_on_cash_pct))
        )
        stress += [
            (made.id, case.title, usd(case.cost_cents), f"{case.return_pct} %", usd(case.cash_after_debt_cents)) for case in made.cases
        ]
    parts = [f"{made.id}: {', '.join(made.options).replace('_', ' ')}" for made in one.packages]
    out = [f"{made.id}: {', '.join(made.left_out).replace('_', ' ')}" for made in one.packages if made.left_out]
    return told(one, table(rows), listed("What is in each", parts), listed("Left out, since it can't be done here", out), table(stress))


def _phasing(result: Mapping[str, Any]) -> str:
    one = RentalPhasing.model_validate(result)
    rows = [("Month", "Units", "Rent", "Running", "Work", "Cash", "So far")]
    rows += [
        (
            str(month.number),
            ", ".join(month.units),
            usd(month.rent_cents),
            usd(-month.running_cents),
            usd(-month.work_cents),
            usd(month.cash_cents),
            usd(month.so_far_cents),
        )
        for month in one.months
    ]
    rent = f"Target rent {usd(one.target_rent_cents_a_unit)} a unit"
    if one.list_rent_cents_a_unit is not None and one.floor_rent_cents_a_unit is not None:
        rent += f"; list it at {usd(one.list_rent_cents_a_unit)}, and not under {usd(one.floor_rent_cents_a_unit)}"
    return told(one, table(rows), f"{rent}. Rent lost while the work goes on: {usd(one.lost_rent_cents)}.")


def _unit(result: Mapping[str, Any]) -> str:
    one = UnitResult.model_validate(result)
    rows = [
        ("Unit", "Planned", "In the end"),
        ("Cost", usd(one.planned_cost_cents), usd(one.actual_cost_cents)),
        ("Rent a month", usd(one.planned_rent_cents_a_month), usd(one.achieved_rent_cents_a_month)),
    ]
    figures = [f"Rent gained {usd(one.gained_cents_a_year)} a year"]
    figures += [f"Paid back in {one.payback_years} years"] if one.payback_years is not None else ["It does not pay itself back"]
    figures += [f"Rent lost while it was empty {usd(one.empty_cost_cents)}"] if one.empty_cost_cents is not None else []
    return told(one, table(rows), listed("Figures", figures))


def _month(result: Mapping[str, Any]) -> str:
    one = MonthResult.model_validate(result)
    rows = [("The month", "Sum"), ("Rent", usd(one.rent_cents)), ("Paid", usd(-one.paid_cents)), ("Left", usd(one.cash_cents))]
    return told(one, table(rows))


def _refinance(result: Mapping[str, Any]) -> str:
    one = Refinance.model_validate(result)
    rows = [
        ("Loan", "Sum"),
        ("New loan", usd(one.new_loan_cents)),
        ("Old loan", usd(-one.old_loan_cents)),
        ("Freed", usd(one.cash_out_cents)),
    ]
    return told(one, table(rows))


def _tier(result: Mapping[str, Any]) -> str:
    one = PortfolioTier.model_validate(result)
    return told(one, f"Keep {usd(one.reserve_cents)} ready.")


def _tax(result: Mapping[str, Any]) -> str:
    one = TaxEducation.model_validate(result)
    rows = [
        ("A year", "Depreciation", f"Tax at {one.rate_pct.normalize():f} %"),
        ("Building", usd(one.building_depreciation_cents), usd(one.building_saved_cents)),
        ("Improvements", usd(one.improvement_depreciation_cents), usd(one.improvement_saved_cents)),
        ("Together", usd(one.building_depreciation_cents + one.improvement_depreciation_cents), usd(one.saved_cents)),
    ]
    return told(one, table(rows), listed("To know", one.notes))


def _pct(value: Decimal | None) -> str:
    return "not defined" if value is None else f"{value} %"


INVESTMENT_PAGES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "investment_baseline": _baseline,
    "investment_options": _options,
    "investment_packages": _packages,
    "rental_phasing": _phasing,
    "unit_result": _unit,
    "month_result": _month,
    "refinance": _refinance,
    "portfolio_tier": _tier,
    "tax_education": _tax,
}
