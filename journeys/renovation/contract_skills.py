"""Skills of a contractor's bid: estimate, what could cost less, change orders, proposal, and the quotes that came in."""

from decimal import Decimal
from typing import Any

from journeys.inputs import Area, Length, Place, Text
from journeys.renovation.bidding import choosing, contractor, proposal, quotes
from journeys.renovation.bidding.changes import CHANGES
from journeys.renovation.bidding.choosing import Change, ChangeOrder
from journeys.renovation.bidding.contractor import Basement, ContractorEstimate, ValueOption
from journeys.renovation.bidding.payments import PLANS
from journeys.renovation.errors import MissingInput
from journeys.renovation.given import count, given, option, options
from journeys.renovation.money_inputs import (
    Inputs,
    Results,
    currency_of,
    day_given,
    kept,
    measured,
    range_of,
    span_given,
    sum_given,
    sum_needed,
    top,
)

ESTIMATES = ("contractor_estimate", "bathroom_estimate", "estimate")  # which of them the quotes stand beside, the first that is there
MOST_QUOTES = 3


def contractor_estimate(inputs: Inputs, results: Results) -> dict[str, Any]:
    """A basement from floor_area and partition_run, or from basement_take_off where they were not said; bathrooms, bedrooms and
    wet_bars where counted; budget is the client's maximum."""
    taken = measured(results, "basement_take_off")
    area, run = given(inputs, "floor_area", Area), given(inputs, "partition_run", Length)
    floor = area.sqft if area else taken.get("flooring")
    partition = run.feet if run else taken.get("studs.run_ft")
    if floor is None or partition is None:
        raise MissingInput("floor_area" if floor is None else "partition_run")
    doors = count(inputs, "doors")
    counted = taken.get("doors") if doors is None else Decimal(doors)
    basement = Basement(
        floor_sqft=floor,
        partition_ft=partition,
        drywall_sqft=taken.get("drywall"),
        doors=None if counted is None else int(counted),
        bathrooms=count(inputs, "bathrooms") or 0,
        bedrooms=count(inputs, "bedrooms") or 0,
        wet_bars=count(inputs, "wet_bars") or 0,
    )
    made = contractor.contractor_estimate(
        basement,
        currency=currency_of(inputs),
        place=given(inputs, "place", Place),
        maximum_cents=top(inputs, "budget"),
        year_built=count(inputs, "year_built"),
    )
    return made.model_dump(mode="json")


def value_options(inputs: Inputs, results: Results) -> dict[str, Any]:
    """Every combination of the estimate's options against the budget; `options`, or else accepted_options, names those to look at, all
    where nobody said."""
    estimate = kept(results, "contractor_estimate", ContractorEstimate)
    maximum = top(inputs, "budget")
    if maximum is None and estimate.variance is not None:
        maximum = estimate.variance.budget_cents
    if maximum is None:
        raise MissingInput("budget")
    wanted = _options(inputs, "options", estimate) or _options(inputs, "accepted_options", estimate) or estimate.value_options
    return choosing.value_choices(estimate.best_cents, maximum, wanted, currency_of(inputs)).model_dump(mode="json")


def change_order(inputs: Inputs, results: Results) -> dict[str, Any]:
    """`changes` out of the catalogue, and one of the person's own as other_change with other_change_cost, on top of the estimate less
    the low savings of accepted_options."""
    estimate = kept(results, "contractor_estimate", ContractorEstimate)
    changes = [CHANGES[name] for name in options(inputs, "changes", tuple(CHANGES))]
    own, cost = given(inputs, "other_change", Text), span_given(inputs, "other_change_cost")
    if own is not None:
        if cost is None:
            raise MissingInput("other_change_cost")
        changes.append(Change(id="other_change", title=own.text, cost=cost))
    base = estimate.best_cents - sum(one.save_low_cents for one in _options(inputs, "accepted_options", estimate))
    return choosing.change_order(base, changes, currency_of(inputs)).model_dump(mode="json")


def make_proposal(inputs: Inputs, results: Results) -> dict[str, Any]:
    """The estimate with accepted_options and accepted_changes, its payments by payment_plan (five stages where nobody said)."""
    estimate = kept(results, "contractor_estimate", ContractorEstimate)
    currency_of(inputs)
    offered = dict(CHANGES)
    if "change_order" in results:
        offered |= {change.id: change for change in kept(results, "change_order", ChangeOrder).changes}
    made = proposal.proposal(
        estimate,
        options=_options(inputs, "accepted_options", estimate),
        changes=[offered[name] for name in options(inputs, "accepted_changes", tuple(offered))],
        payment_plan=option(inputs, "payment_plan", tuple(PLANS)) or "five_stages",
        issued_on=day_given(inputs, "issued_on"),
    )
    return made.model_dump(mode="json")


def quote_comparison(inputs: Inputs, results: Results) -> dict[str, Any]:
    """quote_1 to quote_3 with quote_1_from and so on, beside the journey's estimate."""
    currency = currency_of(inputs)
    beside = next((name for name in ESTIMATES if name in results), None)
    if beside is None:
        raise MissingInput("estimate")
    estimate = range_of(results, beside)
    sum_needed(inputs, "quote_1")
    found = []
    for number in range(1, MOST_QUOTES + 1):
        money, who = sum_given(inputs, f"quote_{number}"), given(inputs, f"quote_{number}_from", Text)
        if money is not None:
            name = who.text[:60] if who else f"Quote {number}"
            found.append(quotes.Quote(name=name, low_cents=money.low_cents, high_cents=money.high_cents))
    return quotes.compare_quotes(found, estimate, currency=currency, budget_cents=top(inputs, "budget")).model_dump(mode="json")


def _options(inputs: Inputs, name: str, estimate: ContractorEstimate) -> tuple[ValueOption, ...]:
    known = {one.id: one for one in estimate.value_options}
    return tuple(known[chosen] for chosen in options(inputs, name, tuple(known)))
