"""The money skills with what each says of itself: what it reads, what it makes, for whom. The functions stand beside their subjects."""

from collections.abc import Callable, Mapping
from typing import Any

from journeys.inputs import Kind, Value
from journeys.renovation import contract_skills as contract
from journeys.renovation import home_skills as home
from journeys.renovation import investment_skills as invest
from journeys.renovation.pricing.pricebook import BOOK
from journeys.skill import Manifest

Make = Callable[[Mapping[str, Value], Mapping[str, dict[str, Any]]], dict[str, Any]]

_PRICED = f"1+{BOOK.version}"  # its answers change with the price book too
_CONTRACTOR, _INVESTOR = ["contractor"], ["investor"]
_OWN_HOME = ["homeowner", "diy_worker"]
_ANY_OF_BID: dict[str, Kind] = {
    "floor_area": "area",
    "partition_run": "length",
    "doors": "count",
    "bathrooms": "count",
    "bedrooms": "count",
    "wet_bars": "count",
    "place": "place",
    "budget": "money",
    "year_built": "count",
}

SKILLS: tuple[tuple[Manifest, Make], ...] = (
    (
        Manifest(
            id="contractor_estimate",
            version=_PRICED,
            title="Contractor's estimate of a basement",
            makes="a bid by trade section with overhead, profit and contingency, beside the client's maximum",
            optional=_ANY_OF_BID,
            may_take=["basement_take_off"],
            personas=_CONTRACTOR,
        ),
        contract.contractor_estimate,
    ),
    (
        Manifest(
            id="value_options",
            version=_PRICED,
            title="What could cost less",
            makes="which changes together bring a bid down to the budget, every combination added up",
            optional={"budget": "money", "options": "choices", "accepted_options": "choices"},
            takes=["contractor_estimate"],
            personas=_CONTRACTOR,
        ),
        contract.value_options,
    ),
    (
        Manifest(
            id="change_order",
            version=_PRICED,
            title="Change order",
            makes="the price, the space and the days of each combination of changes",
            optional={"changes": "choices", "other_change": "text", "other_change_cost": "money", "accepted_options": "choices"},
            takes=["contractor_estimate"],
            personas=_CONTRACTOR,
        ),
        contract.change_order,
    ),
    (
        Manifest(
            id="proposal",
            version=_PRICED,
            title="Proposal",
            makes="a price with its payments and the day until which it holds",
            optional={"accepted_options": "choices", "accepted_changes": "choices", "payment_plan": "choice", "issued_on": "day"},
            takes=["contractor_estimate"],
            may_take=["change_order"],
            personas=_CONTRACTOR,
        ),
        contract.make_proposal,
    ),
    (
        Manifest(
            id="quote_comparison",
            version="1",
            title="Quotes compared",
            makes="up to three quotes beside the estimate and the budget, and what to ask each",
            inputs={"quote_1": "money"},
            optional={
                "quote_2": "money",
                "quote_3": "money",
                "quote_1_from": "text",
                "quote_2_from": "text",
                "quote_3_from": "text",
                "budget": "money",
            },
            may_take=["contractor_estimate", "bathroom_estimate", "estimate"],
        ),
        contract.quote_comparison,
    ),
    (
        Manifest(
            id="rough_range",
            version="1",
            title="Rough range of cost",
            makes="what a room roughly costs before anything is measured, and what to ask next",
            inputs={"room": "choice"},
            optional={"scope": "choice", "place": "place"},
        ),
        home.rough_range,
    ),
    (
        Manifest(
            id="budget_check",
            version="1",
            title="Budget beside the cost",
            makes="whether the budget is enough, and three ways on where it is not",
            inputs={"budget": "money"},
            may_take=["estimate", "bathroom_estimate", "contractor_estimate", "rough_range"],
        ),
        home.budget_check,
    ),
    (
        Manifest(
            id="bathroom_estimate",
            version=_PRICED,
            title="Bathroom estimate",
            makes="an estimate of a bathroom by scope, with its contingency and the usual shares of its budget",
            inputs={"room_size": "room_size", "scope": "choice"},
            optional={"place": "place", "budget": "money", "year_built": "count", "price_tier": "choice", "ceiling_height": "length"},
            may_take=["bathroom_take_off"],
            personas=["homeowner", "diy_worker", "contractor"],
        ),
        home.bathroom_estimate,
    ),
    (
        Manifest(
            id="diy_budget",
            version=_PRICED,
            title="A weekend's budget",
            makes="a shopping list that fits the budget, and which day holds what",
            inputs={"room_size": "room_size", "budget": "money", "tasks": "choices"},
            optional={"price_tier": "choice", "ceiling_height": "length"},
            personas=_OWN_HOME,
            safety_tags=["electrical"],
        ),
        home.diy_budget,
    ),
    (
        Manifest(
            id="priorities",
            version="1",
            title="What comes first",
            makes="projects in their order within the budget, safety first, with months",
            inputs={"projects": "choices", "budget": "money"},
            optional={"horizon_months": "count", "year_built": "count", "reserve": "percent"},
            personas=["homeowner", "diy_worker", "investor"],
        ),
        home.rank_projects,
    ),
    (
        Manifest(
            id="maintenance_plan",
            version="1",
            title="Maintenance plan",
            makes="care with its due days, how long the systems last, and a yearly reserve",
            optional={
                "hvac_age": "count",
                "water_heater_age": "count",
                "roof_age": "count",
                "windows_age": "count",
                "materials": "choices",
                "finished_on": "day",
            },
        ),
        home.maintenance_plan,
    ),
    (
        Manifest(
            id="energy_plan",
            version="1",
            title="Energy upgrades",
            makes="cost, saving and payback of energy upgrades, the quickest first",
            inputs={"upgrades": "choices"},
        ),
        home.energy_plan,
    ),
    (
        Manifest(
            id="investment_baseline",
            version="1",
            title="The property as it stands",
            makes="cash flow, cash-on-cash, cap rate and rent gap of a let property",
            inputs={
                "price": "money",
                "down_payment": "percent",
                "units": "count",
                "monthly_rent": "money",
                "property_tax": "money",
                "insurance": "money",
                "maintenance_share": "percent",
                "vacancy_share": "percent",
            },
            optional={"monthly_payment": "money", "interest_rate": "percent", "term_years": "count", "market_rent": "money"},
            personas=_INVESTOR,
        ),
        invest.investment_baseline,
    ),
    (
        Manifest(
            id="investment_options",
            version="1",
            title="Improvements by return",
            makes="improvements of rented homes by return and payback, what can't be done apart",
            optional={"improvements": "choices", "laundry_hookups": "choice"},
            takes=["investment_baseline"],
            personas=_INVESTOR,
        ),
        invest.investment_options,
    ),
    (
        Manifest(
            id="investment_packages",
            version="1",
            title="Packages of improvements",
            makes="packages as sums of their parts, projected and stressed",
            optional={"improvements": "choices", "laundry_hookups": "choice"},
            takes=["investment_baseline"],
            personas=_INVESTOR,
        ),
        invest.investment_packages,
    ),
    (
        Manifest(
            id="rental_phasing",
            version="1",
            title="Phasing of let units",
            makes="rent, costs and cash month by month, and how much has to lie ready",
            inputs={"package": "choice", "phasing": "choice"},
            optional={"work_time": "weeks"},
            takes=["investment_baseline", "investment_packages"],
            personas=_INVESTOR,
        ),
        invest.rental_phasing,
    ),
    (
        Manifest(
            id="unit_result",
            version="1",
            title="A unit beside its plan",
            makes="what a renewed unit cost and brings, beside the plan",
            inputs={"package": "choice", "actual_cost": "money", "achieved_rent": "money"},
            optional={"weeks_empty": "weeks"},
            takes=["investment_baseline", "investment_packages"],
            personas=_INVESTOR,
        ),
        invest.unit_result,
    ),
    (
        Manifest(
            id="month_result",
            version="1",
            title="A month's money",
            makes="what a month left of its rent, urgent where it lost money",
            inputs={"month_rent": "money", "month_costs": "money"},
            personas=_INVESTOR,
        ),
        invest.month_result,
    ),
    (
        Manifest(
            id="refinance",
            version="1",
            title="Refinancing",
            makes="what a new loan would free, and whether a lower rate is worth asking for",
            inputs={"home_value": "money"},
            optional={"loan_balance": "money", "loan_share": "percent", "interest_rate": "percent", "new_rate": "percent"},
            may_take=["investment_baseline"],
            personas=["investor", "homeowner"],
        ),
        invest.refinance,
    ),
    (
        Manifest(
            id="portfolio_tier",
            version="1",
            title="Tier in the portfolio",
            makes="how urgent a property is, and why",
            optional={"deferred_maintenance": "choice", "occupancy": "percent"},
            takes=["investment_baseline"],
            may_take=["investment_options"],
            personas=_INVESTOR,
        ),
        invest.portfolio_tier,
    ),
    (
        Manifest(
            id="tax_education",
            version="1",
            title="Depreciation in the US",
            makes="the arithmetic of US depreciation, as education",
            inputs={"place": "place", "building_value": "money", "tax_rate": "percent"},
            optional={"improvement_cost": "money", "package": "choice"},
            may_take=["investment_packages"],
            personas=_INVESTOR,
        ),
        invest.tax_education,
    ),
)
