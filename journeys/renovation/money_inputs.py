"""What the money skills read: sums in the journey's currency, percents, days, and earlier results by the skill that made them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import ValidationError

from journeys.inputs import Day, Frozen, Money, Percent, Text, Value
from journeys.renovation.errors import BadSum, MissingInput
from journeys.renovation.given import given, need
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Span, between

Inputs = Mapping[str, Value]
Results = Mapping[str, dict[str, Any]]
M = TypeVar("M", bound=Frozen)


def currency_of(inputs: Inputs) -> str:
    """The journey's currency. Raises MissingInput without one and UnpricedCurrency for all but the price book's."""
    currency = need(inputs, "currency", Text).text
    BOOK.require(currency)
    return currency


def sum_given(inputs: Inputs, name: str) -> Money | None:
    """Raises UnpricedCurrency for a sum in another currency."""
    money = given(inputs, name, Money)
    if money is not None and money.currency is not None:
        BOOK.require(money.currency)
    return money


def sum_needed(inputs: Inputs, name: str) -> Money:
    money = sum_given(inputs, name)
    if money is None:
        raise MissingInput(name)
    return money


def exact(inputs: Inputs, name: str) -> int:
    """One sum in cents. Raises BadSum for a range: which end is meant is the person's to say."""
    return _one(name, sum_needed(inputs, name))


def exact_given(inputs: Inputs, name: str) -> int | None:
    money = sum_given(inputs, name)
    return None if money is None else _one(name, money)


def top(inputs: Inputs, name: str) -> int | None:
    """A budget or a quote is taken at its top, cents."""
    money = sum_given(inputs, name)
    return None if money is None else money.high_cents


def span_given(inputs: Inputs, name: str) -> Span | None:
    money = sum_given(inputs, name)
    return None if money is None else between(money.low_cents, money.high_cents)


def percent(inputs: Inputs, name: str) -> Decimal:
    return need(inputs, name, Percent).percent


def percent_given(inputs: Inputs, name: str) -> Decimal | None:
    value = given(inputs, name, Percent)
    return None if value is None else value.percent


def day_given(inputs: Inputs, name: str) -> date | None:
    value = given(inputs, name, Day)
    return None if value is None else value.on


def kept(results: Results, skill: str, shape: type[M]) -> M:
    """An earlier result. Raises MissingInput where it isn't there, and BadSum where it can't be read."""
    if skill not in results:
        raise MissingInput(skill)
    try:
        return shape.model_validate(results[skill])
    except ValidationError as problem:
        raise BadSum(f"The kept {skill.replace('_', ' ')} can't be read any more; please have it made again.") from problem


def range_of(results: Results, skill: str) -> Span:
    """Low, best and high of a kept estimate, whatever else stands in it. Raises BadSum where they don't."""
    try:
        return Span(**{end: results[skill][end] for end in ("low_cents", "best_cents", "high_cents")})
    except (KeyError, ValueError) as problem:
        raise BadSum(f"The kept {skill.replace('_', ' ')} can't be read any more; please have it made again.") from problem


def measured(results: Results, skill: str) -> dict[str, Decimal]:
    """A take-off's net quantities by item, and what they were made from as `item.name`; nothing where there is no take-off.

    Of its lines only `item`, `net` and `inputs` are read. Raises BadSum for what can't be read."""
    found: dict[str, Decimal] = {}
    try:
        for line in results.get(skill, {}).get("lines", ()):
            item = line["item"]
            found |= {item: Decimal(line["net"]), **{f"{item}.{name}": Decimal(value) for name, value in line["inputs"].items()}}
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as problem:
        raise BadSum(f"The kept {skill.replace('_', ' ')} can't be read any more; please have it made again.") from problem
    return found


def _one(name: str, money: Money) -> int:
    if money.low_cents != money.high_cents:
        raise BadSum(f"I need one sum for {name.replace('_', ' ')}, not a range.")
    return money.high_cents
