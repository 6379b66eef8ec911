"""Rows of work as data, and how they become cost lines: quantity x unit price x region, hours x the trade's rate x region."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from journeys.inputs import Frozen
from journeys.renovation.pricing.costing import CostLine, RollUp, cents, roll_up
from journeys.renovation.pricing.pricebook import BOOK, SOURCES, Column, Rate
from journeys.renovation.pricing.sums import Span, around, together

HOUSE = "house figure"


class Row(NamedTuple):
    """One piece of work: `per` units of it for each unit of `measure`. The material is `price` of the book or `unit_cents`, a house
    figure; a row whose `fee` is set has neither factor nor labour. Hours are per unit of the row."""

    section: str
    id: str
    title: str
    measure: str
    unit: str
    per: Decimal = Decimal(1)
    price: str | None = None
    unit_cents: int = 0
    trade: str | None = None
    hours: Decimal = Decimal(0)
    fee: bool = False


class SectionTotal(Frozen):
    name: str
    low_cents: int
    best_cents: int
    high_cents: int


def lines_of(
    rows: Sequence[Row], measures: Mapping[str, Decimal], rates: Mapping[str, Rate], factor: Decimal, tier: Column = "mid"
) -> tuple[CostLine, ...]:
    """A line for each row whose measure is above zero, in the order of the rows."""
    return tuple(_line(row, measures[row.measure] * row.per, rates, factor, tier) for row in rows if measures[row.measure] > 0)


def by_section(lines: Iterable[CostLine]) -> tuple[SectionTotal, ...]:
    """Sections in the order in which they begin."""
    found: dict[str, list[Span]] = {}
    for line in lines:
        found.setdefault(line.section, []).append(span_of(line))
    return tuple(SectionTotal(name=name, **together(spans).model_dump()) for name, spans in found.items())


def span_of(line: CostLine | SectionTotal) -> Span:
    return Span(low_cents=line.low_cents, best_cents=line.best_cents, high_cents=line.high_cents)


def rolled(lines: Sequence[CostLine], overhead_profit_pct: Decimal, contingency_pct: Decimal) -> tuple[RollUp, Span]:
    """The roll-up of the best figures, and low, best and high of the total: each end goes through the same chain."""
    best = roll_up(
        sum(line.material_cents for line in lines),
        sum(line.labour_cents for line in lines),
        sum(line.other_cents for line in lines),
        overhead_profit_pct,
        contingency_pct,
    )
    sums = together(map(span_of, lines))
    low, high = (roll_up(end, 0, 0, overhead_profit_pct, contingency_pct).total_cents for end in (sums.low_cents, sums.high_cents))
    return best, Span(low_cents=low, best_cents=best.total_cents, high_cents=high)


def _line(row: Row, quantity: Decimal, rates: Mapping[str, Rate], factor: Decimal, tier: Column) -> CostLine:
    price = BOOK.prices[row.price] if row.price else None
    rate = rates[row.trade] if row.trade else None
    unit_cost = price.at(tier) if price else row.unit_cents
    hours = quantity * row.hours
    material = cents(quantity * unit_cost * (1 if row.fee else factor))
    labour = cents(hours * rate.cents * factor) if rate else 0
    sources = [SOURCES[entry.source] for entry in (price, rate) if entry] + ([HOUSE] if price is None else [])
    return CostLine(
        id=row.id,
        section=row.section,
        description=row.title,
        quantity=quantity,
        unit=row.unit,
        unit_cost_cents=unit_cost,
        hours=hours if rate else Decimal(0),
        rate_cents=rate.cents if rate else 0,
        material_cents=0 if row.fee else material,
        labour_cents=labour,
        other_cents=material if row.fee else 0,
        **around(material + labour).model_dump(),
        source="; ".join(dict.fromkeys(sources)),
    )
