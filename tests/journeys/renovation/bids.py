"""A basement and a duplex to test with, and their values as a journey keeps them."""

import json
from datetime import date
from decimal import Decimal as D
from typing import Any

from journeys.inputs import Area, Choice, Choices, Count, Day, Length, Money, Percent, Place, RoomSize, Text, Value, Weeks
from journeys.renovation.letting.investment import Baseline, Expenses, Loan, Property, baseline
from journeys.renovation.money_skills import SKILLS
from journeys.renovation.pricing.sums import between

MAKE = {manifest.id: make for manifest, make in SKILLS}


def usd_of(low: int, high: int | None = None) -> Money:
    return Money(low_cents=low * 100, high_cents=(low if high is None else high) * 100)


def a_duplex(**changes: Any) -> Property:
    """J5: 2 units, 285,000, 25 % down, rents of 950, 1,425 a month to the bank."""
    expenses = Expenses(property_tax_cents=4_275_00, insurance_cents=1_200_00, maintenance_pct=D(10), vacancy_pct=D(5))
    of_j5 = {
        "price_cents": 285_000_00,
        "down_payment_pct": D(25),
        "units": 2,
        "rent_cents_a_month": 1_900_00,
        "loan": Loan(principal_cents=213_750_00, payment_cents_a_month=1_425_00),
        "expenses": expenses,
        "market_rent": between(1_250_00, 1_350_00),
    }
    return Property(**{**of_j5, **changes})


def a_baseline(**changes: Any) -> Baseline:
    return baseline(a_duplex(**changes), currency="USD")


VALUES: dict[str, dict[str, Value]] = {
    "contractor_estimate": {
        "floor_area": Area(sqft=D(800)),
        "partition_run": Length(feet=D(120)),
        "bathrooms": Count(count=1),
        "bedrooms": Count(count=1),
        "wet_bars": Count(count=1),
        "budget": usd_of(60_000, 70_000),
    },
    "value_options": {},
    "change_order": {"changes": Choices(options=("wet_bar", "full_bath"))},
    "proposal": {"accepted_options": Choices(options=("client_paints",)), "issued_on": Day(on=date(2026, 3, 1))},
    "quote_comparison": {"quote_1": usd_of(60_000), "quote_2": usd_of(75_000, 80_000), "quote_2_from": Text(text="Ada")},
    "rough_range": {"room": Choice(option="kitchen")},
    "budget_check": {"budget": usd_of(20_000)},
    "bathroom_estimate": {
        "room_size": RoomSize(length_ft=D(5), width_ft=D(8)),
        "scope": Choice(option="full"),
        "place": Place(country="US", subdivision="TX"),
        "budget": usd_of(25_000),
    },
    "diy_budget": {
        "room_size": RoomSize(length_ft=D(5), width_ft=D(8)),
        "budget": usd_of(800),
        "tasks": Choices(options=("paint", "light", "mirror", "hardware", "vanity")),
    },
    "priorities": {
        "projects": Choices(options=("bath_leak", "outlet_covers", "dishwasher", "kitchen", "main_bathroom", "windows")),
        "budget": usd_of(75_000),
        "horizon_months": Count(count=24),
    },
    "maintenance_plan": {
        "roof_age": Count(count=25),
        "finished_on": Day(on=date(2025, 11, 8)),
        "materials": Choices(options=("butcher_block", "grout")),
    },
    "energy_plan": {"upgrades": Choices(options=("windows", "insulation", "air_sealing", "smart_thermostat"))},
    "investment_baseline": {
        "price": usd_of(285_000),
        "down_payment": Percent(percent=D(25)),
        "units": Count(count=2),
        "monthly_rent": usd_of(1_900),
        "property_tax": usd_of(4_275),
        "insurance": usd_of(1_200),
        "maintenance_share": Percent(percent=D(10)),
        "vacancy_share": Percent(percent=D(5)),
        "monthly_payment": usd_of(1_425),
        "market_rent": usd_of(1_250, 1_350),
    },
    "investment_options": {"laundry_hookups": Choice(option="no")},
    "investment_packages": {"improvements": Choices(options=("paint", "laundry")), "laundry_hookups": Choice(option="yes")},
    "rental_phasing": {"package": Choice(option="moderate"), "phasing": Choice(option="unit_by_unit")},
    "unit_result": {
        "package": Choice(option="moderate"),
        "actual_cost": usd_of(17_200),
        "achieved_rent": usd_of(1_290),
        "weeks_empty": Weeks(low=D(4), high=D(6)),
    },
    "month_result": {"month_rent": usd_of(2_580), "month_costs": usd_of(2_700)},
    "refinance": {"home_value": usd_of(325_000), "interest_rate": Percent(percent=D(7)), "new_rate": Percent(percent=D("6.25"))},
    "portfolio_tier": {},
    "tax_education": {
        "place": Place(country="US", subdivision="OH"),
        "building_value": usd_of(228_000),
        "tax_rate": Percent(percent=D(24)),
        "package": Choice(option="moderate"),
    },
}


def run(skill: str, results: dict[str, dict[str, Any]] | None = None, **changes: Value | None) -> dict[str, Any]:
    """A skill's result for the values above, through JSON as a journey keeps it; None takes a value away."""
    given = {"currency": Text(text="USD"), **VALUES[skill], **changes}
    return json.loads(json.dumps(MAKE[skill]({name: value for name, value in given.items() if value is not None}, results or {})))


def all_results() -> dict[str, dict[str, Any]]:
    """Every skill once, each with the results of those before it."""
    results: dict[str, dict[str, Any]] = {}
    for skill in VALUES:
        results[skill] = run(skill, results)
    return results
