"""Sums of money as integer cents, alone and as ranges, and the shares and years that come out of them. Rounded once, half up."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field, model_validator

from journeys.inputs import Frozen
from journeys.renovation.pricing.costing import cents, spread
from journeys.renovation.pricing.pricebook import BOOK

_TENTH = Decimal("0.1")


class Answer(Frozen):
    """What every result for people begins and ends with."""

    headline: Annotated[str, Field(max_length=300)]
    currency: str
    assumptions: tuple[str, ...] = ()
    citation: str = BOOK.citation


class Span(Frozen):
    """Low, best and high in cents; below zero where a flow of money may be."""

    low_cents: int
    best_cents: int
    high_cents: int

    @model_validator(mode="after")
    def in_order(self) -> "Span":
        if not self.low_cents <= self.best_cents <= self.high_cents:
            raise ValueError("a range needs low <= best <= high")
        return self

    def times(self, factor: Decimal | int) -> "Span":
        low, best, high = (cents(Decimal(part) * factor) for part in (self.low_cents, self.best_cents, self.high_cents))
        return Span(low_cents=low, best_cents=best, high_cents=high)

    def left_of(self, whole_cents: int) -> "Span":
        """What stays of a sum after spending this."""
        low, best, high = (whole_cents - part for part in (self.high_cents, self.best_cents, self.low_cents))
        return Span(low_cents=low, best_cents=best, high_cents=high)


def between(low_cents: int, high_cents: int) -> Span:
    """A range of which only the ends are known: best is the middle."""
    return Span(low_cents=low_cents, best_cents=cents(Decimal(low_cents + high_cents) / 2), high_cents=high_cents)


def around(best_cents: int) -> Span:
    """A best figure with the price book's 15 % either side."""
    return Span(low_cents=best_cents - spread(best_cents), best_cents=best_cents, high_cents=best_cents + spread(best_cents))


def together(spans: Iterable[Span]) -> Span:
    """The sums of the lows, the bests and the highs; nothing for none."""
    parts = [(span.low_cents, span.best_cents, span.high_cents) for span in spans]
    low, best, high = (sum(column) for column in zip(*parts, strict=True)) if parts else (0, 0, 0)
    return Span(low_cents=low, best_cents=best, high_cents=high)


def share_pct(part: int | Decimal, whole: int | Decimal) -> Decimal:
    """Per cent with one decimal. The whole is above zero."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_TENTH, ROUND_HALF_UP)


def years(cost_cents: int, yearly_cents: int) -> Decimal | None:
    """Payback in years with one decimal; None where nothing comes back."""
    return (Decimal(cost_cents) / yearly_cents).quantize(_TENTH, ROUND_HALF_UP) if yearly_cents > 0 else None


def usd(amount_cents: int) -> str:
    """In whole dollars, half away from zero: $43,221, -$3,195."""
    whole = int((Decimal(abs(amount_cents)) / 100).to_integral_value(ROUND_HALF_UP))
    return f"{'-' if amount_cents < 0 and whole else ''}${whole:,}"


def usd_range(span: Span) -> str:
    """$2,000-$4,100, or one sum where both ends are the same."""
    low, high = usd(span.low_cents), usd(span.high_cents)
    if low == high:
        return low
    return f"{low} to {high}" if span.low_cents < 0 else f"{low}-{high}"
