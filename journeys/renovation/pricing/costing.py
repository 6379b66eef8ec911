"""From work and quantities to cost lines and totals, in integer cents. Sums are sums of their lines, so parts always add up.

Each line keeps low, best and high: best is the price book's mid price (an appliance tier picks its own column), low and high are
15 % either side of it. A line is rounded once, half up, to the cent.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from journeys.inputs import Frozen
from journeys.renovation.measuring.takeoff import KitchenMeasures, TakeOff, kitchen_take_off
from journeys.renovation.pricing.pricebook import BOOK, SOURCES
from journeys.renovation.pricing.work import SCOPES, Selections, Work, contingency, work_of

RANGE_PCT = 15


class CostLine(Frozen):
    """One line, cents. `unit_cost_cents` and `rate_cents` are the book's; `material_cents` and `labour_cents` carry the region's factor."""

    id: str
    section: str
    description: str
    quantity: Decimal
    unit: str
    unit_cost_cents: int = 0
    hours: Decimal = Decimal(0)
    rate_cents: int = 0
    material_cents: int = 0
    labour_cents: int = 0
    other_cents: int = 0
    low_cents: int
    best_cents: int
    high_cents: int
    source: str


class RollUp(Frozen):
    """Cents: materials + labour + other = subtotal; overhead and profit on it; contingency on both; total."""

    materials_cents: int
    labour_cents: int
    other_cents: int
    subtotal_cents: int
    overhead_profit_pct: Decimal
    overhead_profit_cents: int
    contingency_pct: Decimal
    contingency_cents: int
    total_cents: int


class Job(NamedTuple):
    """All that a price depends on. `painted_cabinets` keeps and paints them in a moderate scope; `own_sections` cost no labour."""

    measures: KitchenMeasures
    selections: Selections
    factor: Decimal
    year_built: int | None = None
    overhead_profit_pct: Decimal = Decimal(0)
    painted_cabinets: bool = False
    own_sections: frozenset[str] = frozenset()


class Priced(NamedTuple):
    lines: tuple[CostLine, ...]
    roll_up: RollUp


def cents(amount: Decimal) -> int:
    """Whole cents, halves up."""
    return int(amount.to_integral_value(ROUND_HALF_UP))


def spread(best_cents: int) -> int:
    """How far low and high lie from best: 15 %."""
    return cents(Decimal(best_cents) * RANGE_PCT / 100)


def roll_up(
    materials_cents: int,
    labour_cents: int,
    other_cents: int = 0,
    overhead_profit_pct: Decimal = Decimal(0),
    contingency_pct: Decimal = Decimal(0),
) -> RollUp:
    """The chain of a bid: the parts, overhead and profit on their sum, contingency on what that makes."""
    subtotal = materials_cents + labour_cents + other_cents
    overhead_profit = cents(subtotal * overhead_profit_pct / 100)
    reserve = cents((subtotal + overhead_profit) * contingency_pct / 100)
    return RollUp(
        materials_cents=materials_cents,
        labour_cents=labour_cents,
        other_cents=other_cents,
        subtotal_cents=subtotal,
        overhead_profit_pct=overhead_profit_pct,
        overhead_profit_cents=overhead_profit,
        contingency_pct=contingency_pct,
        contingency_cents=reserve,
        total_cents=subtotal + overhead_profit + reserve,
    )


def split(total: int, shares: Sequence[Decimal]) -> list[int]:
    """`total` in parts by shares that add up to it exactly: largest remainder, the earlier part where remainders are equal."""
    whole = sum(map(Fraction, shares), Fraction(0))
    if whole <= 0 or min(shares) < 0 or total < 0:
        raise ValueError("a split needs a total and shares that are not negative, and one share above zero")
    exact = [Fraction(share) * total / whole for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def priced(job: Job) -> Priced:
    """Cost lines and their roll-up. Raises MissingInput where the scope replaces something that isn't chosen."""
    job.selections.require_all()
    take_off = kitchen_take_off(job.measures, job.selections.scope, job.selections.floor_material)
    lines = [_work_line(work, take_off, job) for work in _work(job)]
    lines += [_fee_line(name) for name in SCOPES[job.selections.scope].fees]
    pct, _ = contingency(job.selections.scope, job.year_built)
    rolled = roll_up(
        sum(line.material_cents for line in lines),
        sum(line.labour_cents for line in lines),
        sum(line.other_cents for line in lines),
        job.overhead_profit_pct,
        pct,
    )
    return Priced(tuple(lines), rolled)


def _work(job: Job) -> tuple[Work, ...]:
    if not job.painted_cabinets:
        return work_of(job.selections)
    paint = work_of(job.selections.model_copy(update={"scope": "refresh"}))
    kept = tuple(work for work in work_of(job.selections) if work.id not in ("cabinets", "demo_cabinets"))
    return (*kept, *(work for work in paint if work.id == "paint_cabinets"))


def _work_line(work: Work, take_off: TakeOff, job: Job) -> CostLine:
    quantity, unit, hours = Decimal(1), "ea", work.hours_per_unit
    if work.measure is not None:
        measured = take_off.line(work.measure)
        bought = {"net": measured.net, "gross": measured.gross, "packs": (measured.packs or 0) * (measured.pack_size or Decimal(1))}
        per = measured.net if work.labour_per == "net" else measured.inputs[work.labour_per]
        quantity, unit, hours = bought[work.buys], measured.unit, work.hours_per_unit * per
        if work.price is None:  # labour alone: what is worked on is the quantity
            quantity, unit = per, "LF" if work.labour_per == "run_ft" else unit
    chosen = job.selections.model_dump()
    price = BOOK.prices[work.price.format(**chosen)] if work.price else None
    tier = job.selections.appliance_tier
    unit_cost = 0
    if price is not None:
        unit_cost = price.at(tier) if work.by_appliance_tier and tier != "keep" else price.mid_cents
    rate = BOOK.rates[work.trade] if work.trade and work.section not in job.own_sections else None
    material = cents(quantity * unit_cost * job.factor)
    labour = cents(hours * rate.cents * job.factor) if rate else 0
    best = material + labour
    return CostLine(
        id=work.id,
        section=work.section,
        description=_described(work, chosen),
        quantity=quantity,
        unit=unit,
        unit_cost_cents=unit_cost,
        hours=hours if rate else Decimal(0),
        rate_cents=rate.cents if rate else 0,
        material_cents=material,
        labour_cents=labour,
        low_cents=best - spread(best),
        best_cents=best,
        high_cents=best + spread(best),
        source="; ".join(dict.fromkeys(SOURCES[entry.source] for entry in (price, rate) if entry is not None)),
    )


def _described(work: Work, chosen: dict[str, str]) -> str:
    text = work.title.format(**chosen).replace("semi_custom", "semi-custom").replace("_", " ")
    return text[0].upper() + text[1:]


def _fee_line(name: str) -> CostLine:
    """Fees carry no factor."""
    fee = BOOK.fees[name]
    best, away = fee.cents, spread(fee.cents)
    return CostLine(
        id=name,
        section="Permit, disposal, inspection",
        description=name.capitalize(),
        quantity=Decimal(1),
        unit="ea",
        other_cents=best,
        low_cents=best - away,
        best_cents=best,
        high_cents=best + away,
        source=SOURCES[fee.source],
    )
