"""A contractor's proposal from an estimate: what was accepted on the way, the price, its payments and how long it holds."""

from collections.abc import Sequence
from datetime import date, timedelta

from journeys.renovation.bidding.choosing import Change
from journeys.renovation.bidding.contractor import VALID_DAYS, ContractorEstimate, ValueOption
from journeys.renovation.bidding.payments import Payment, payments
from journeys.renovation.errors import BadSum
from journeys.renovation.pricing.sums import Answer, Span, usd, usd_range

WARRANTY_YEARS = 1


class Proposal(Answer):
    """The price is the estimate's best, less the low savings of the accepted options, plus the accepted changes. `valid_until` is
    None while nobody has said on which day it is sent."""

    estimate_cents: int
    savings: tuple[ValueOption, ...]
    saved_cents: int
    changes: tuple[Change, ...]
    added_cents: int
    price_cents: int
    range: Span
    payment_plan: str
    payments: tuple[Payment, ...]
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    valid_days: int = VALID_DAYS
    valid_until: date | None
    warranty_years: int = WARRANTY_YEARS


def proposal(
    estimate: ContractorEstimate,
    *,
    options: Sequence[ValueOption] = (),
    changes: Sequence[Change] = (),
    payment_plan: str = "five_stages",
    issued_on: date | None = None,
) -> Proposal:
    """Raises BadSum where the savings leave nothing to propose."""
    saved = sum(option.save_low_cents for option in options)
    most_saved = sum(option.save_high_cents for option in options)
    added = [change.cost for change in changes]
    price = estimate.best_cents - saved + sum(cost.best_cents for cost in added)
    low = estimate.low_cents - most_saved + sum(cost.low_cents for cost in added)
    high = estimate.high_cents - saved + sum(cost.high_cents for cost in added)
    if low <= 0:
        raise BadSum("These savings are bigger than the estimate; please check them.")
    span = Span(low_cents=low, best_cents=price, high_cents=high)
    due = payments(price, payment_plan)
    until = issued_on + timedelta(days=VALID_DAYS) if issued_on else None
    holds = f"until {until.isoformat()}" if until else f"for {VALID_DAYS} days from the day it is sent"
    return Proposal(
        headline=f"A proposal of {usd(price)} in {len(due)} payments, valid {holds}.",
        currency=estimate.currency,
        estimate_cents=estimate.best_cents,
        savings=tuple(options),
        saved_cents=saved,
        changes=tuple(changes),
        added_cents=sum(cost.best_cents for cost in added),
        price_cents=price,
        range=span,
        payment_plan=payment_plan,
        payments=due,
        included=tuple(section.name for section in estimate.sections),
        excluded=estimate.exclusions,
        valid_until=until,
        assumptions=(
            f"The investment range is {usd_range(span)}.",
            *(("Accepted savings are counted at their low end: more is hoped for, not promised.",) if options else ()),
            *estimate.assumptions,
        ),
    )


def expired(made: Proposal, today: date) -> bool:
    """Whether its prices have to be looked at again. One without a day of sending has not begun to run."""
    return made.valid_until is not None and today > made.valid_until
