"""Contractors' quotes beside an estimate and beside each other. A quote is judged only by its sum: what is in it is asked for."""

from collections.abc import Sequence
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum
from journeys.renovation.pricing.sums import Answer, Span, usd, usd_range

Place = Literal["below", "within", "above"]
ASK = {
    "below": "Ask what is left out: permits, disposal, materials or a contingency.",
    "within": "Ask for the lines, the payment schedule and what happens with the unforeseen.",
    "above": "Ask for the lines, and which of them go beyond the scope.",
}
MISSING_LINES = (
    "an itemised list of materials and labour",
    "who gets the permits",
    "the payment schedule, never all of it upfront",
    "licence and insurance with their numbers",
    "a warranty of at least one year",
)


class Quote(Frozen):
    name: str
    low_cents: int
    high_cents: int


class Compared(Frozen):
    """`difference_cents` is the quote's top less the best estimate; `over_budget_cents` None where there is no budget."""

    name: str
    low_cents: int
    high_cents: int
    difference_cents: int
    place: Place
    over_budget_cents: int | None
    ask: str


class QuoteComparison(Answer):
    """`quotes` by their top, the lowest first."""

    estimate: Span
    budget_cents: int | None
    quotes: tuple[Compared, ...]
    spread_cents: int
    ask_all: tuple[str, ...] = MISSING_LINES


def compare_quotes(quotes: Sequence[Quote], estimate: Span, *, currency: str, budget_cents: int | None = None) -> QuoteComparison:
    """Raises BadSum without quotes or for one of nothing."""
    if not quotes:
        raise BadSum("Send me the sum of at least one quote.")
    if any(quote.high_cents <= 0 for quote in quotes):
        raise BadSum("A quote has to be above zero.")
    compared = sorted((_compared(quote, estimate, budget_cents) for quote in quotes), key=lambda one: (one.high_cents, one.name))
    cheapest = compared[0]
    words = {"below": "below", "within": "within", "above": "above"}[cheapest.place]
    count = "The quote" if len(compared) == 1 else f"The lowest of {len(compared)} quotes"
    said = f"{count} is {usd(cheapest.high_cents)}, {words} the estimate's {usd_range(estimate)}."
    if cheapest.over_budget_cents is not None and cheapest.over_budget_cents > 0:
        said += f" That is {usd(cheapest.over_budget_cents)} over your budget."
    return QuoteComparison(
        headline=said,
        currency=currency,
        estimate=estimate,
        budget_cents=budget_cents,
        quotes=tuple(compared),
        spread_cents=compared[-1].high_cents - cheapest.high_cents,
        assumptions=(
            "Each quote is taken at its top, and as if it held the whole scope; only its lines can say so.",
            "The lowest sum is not advice: licence, insurance and references are not part of this.",
        ),
        citation="Your quotes, beside the estimate of this journey",
    )


def _compared(quote: Quote, estimate: Span, budget_cents: int | None) -> Compared:
    place: Place = "below" if quote.high_cents < estimate.low_cents else "above" if quote.high_cents > estimate.high_cents else "within"
    return Compared(
        name=quote.name,
        low_cents=quote.low_cents,
        high_cents=quote.high_cents,
        difference_cents=quote.high_cents - estimate.best_cents,
        place=place,
        over_budget_cents=None if budget_cents is None else quote.high_cents - budget_cents,
        ask=ASK[place],
    )
