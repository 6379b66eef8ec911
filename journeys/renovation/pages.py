"""A take-off or an estimate as text for people: Markdown whose tables also line up in a terminal."""

from collections.abc import Mapping
from typing import Any

from journeys.renovation import building_pages, money_pages
from journeys.renovation.layout import listed as _listed
from journeys.renovation.layout import page as _page
from journeys.renovation.layout import table as _table
from journeys.renovation.measuring.quantities import TakeOffLine, plain
from journeys.renovation.measuring.takeoff import TakeOff
from journeys.renovation.pricing.estimate import CostEstimate
from journeys.renovation.pricing.savings import dollars
from journeys.renovation.pricing.verdicts import budget_verdict


def as_text(result_kind: str, result: Mapping[str, Any]) -> str:
    """The page of a kept result; `result_kind` is the skill that made it. Raises KeyError for a kind without a page."""
    pages = {"take_off": _take_off_of, "estimate": _estimate_of, **building_pages.PAGES, **money_pages.PAGES}
    return pages[result_kind](result)


def take_off_page(take_off: TakeOff) -> str:
    rows = [("Item", "Net", "Waste", "With waste", "To buy")]
    rows += [
        (line.title, _measure(line.net, line), f"{plain(line.waste_pct)} %", _measure(line.gross, line), _packs(line))
        for line in take_off.lines
    ]
    facts = (
        f"Floor {plain(take_off.floor_sqft)} sq ft, perimeter {plain(take_off.perimeter_ft)} ft, "
        f"walls {plain(take_off.wall_sqft)} sq ft without doors and windows."
    )
    cuts = [f"Cut list: {'; '.join(' + '.join(map(plain, slab)) for slab in line.cuts)} ft" for line in take_off.lines if line.cuts]
    return _page(
        take_off.headline, facts, _table(rows), *cuts, _listed("Taken for granted", take_off.assumptions), f"Source: {take_off.citation}."
    )


def estimate_page(estimate: CostEstimate) -> str:
    rolled = estimate.roll_up
    sections: dict[str, tuple[int, int, int]] = {}
    for line in estimate.lines:
        material, labour, other = sections.get(line.section, (0, 0, 0))
        sections[line.section] = (material + line.material_cents, labour + line.labour_cents, other + line.other_cents)
    rows = [("Section", "Material", "Labour", "Total")]
    rows += [(name, _exact(m), _exact(lab), _exact(m + lab + other)) for name, (m, lab, other) in sections.items()]
    rows.append(("Subtotal", _exact(rolled.materials_cents), _exact(rolled.labour_cents), _exact(rolled.subtotal_cents)))
    if rolled.overhead_profit_cents:
        rows.append((f"Overhead and profit {plain(rolled.overhead_profit_pct)} %", "", "", _exact(rolled.overhead_profit_cents)))
    rows.append((f"Contingency {plain(rolled.contingency_pct)} %", "", "", _exact(rolled.contingency_cents)))
    rows.append(("Total", "", "", _exact(rolled.total_cents)))
    drivers = ", ".join(f"{driver.name} {driver.share_pct} %" for driver in estimate.drivers)
    weeks, planning = estimate.schedule.weeks, estimate.schedule.planning_weeks
    facts = [
        f"Prices for {estimate.region.basis}. Contingency {estimate.contingency_rule}.",
        f"Biggest parts: {drivers}.",
        f"Time: {weeks[0]}-{weeks[1]} weeks on site, after {planning[0]}-{planning[1]} weeks of planning and ordering.",
    ]
    cheaper = []
    if estimate.value_engineering is not None:
        options = [f"{o.change}: saves {dollars(o.save_cents)}. {o.impact}" for o in estimate.value_engineering.options]
        cheaper = [_listed("How it could cost less", options), estimate.value_engineering.sentence]
    return _page(
        estimate.headline,
        _table(rows),
        "\n".join(facts),
        *cheaper,
        _listed("Three ways on", _ways_on(estimate)),
        _listed("Taken for granted", estimate.assumptions),
        _listed("Not in it", estimate.exclusions),
        f"Source: {estimate.citation} (version {estimate.price_book_version}).",
    )


def _ways_on(estimate: CostEstimate) -> list[str]:
    """Where the budget is too low: in phases, with cheaper choices, or the most important first."""
    beside, cheaper = estimate.variance, estimate.value_engineering
    if beside is None or beside.status != "over":
        return []
    savings = [("The cheapest of each kind together", estimate.best_cents - cheaper.together_cents)] if cheaper else []
    verdict = budget_verdict(estimate.best_cents, beside.budget_cents, currency=estimate.currency, room="kitchen", savings=savings)
    return [f"{route.title}: {route.sentence}" for route in verdict.routes]


def _take_off_of(result: Mapping[str, Any]) -> str:
    return take_off_page(TakeOff.model_validate(result))


def _estimate_of(result: Mapping[str, Any]) -> str:
    return estimate_page(CostEstimate.model_validate(result))


def _exact(cents: int) -> str:
    """Dollars and cents, so that a reader can add the column up; empty where there is nothing."""
    return f"${cents // 100:,}.{cents % 100:02d}" if cents else ""


def _measure(quantity: Any, line: TakeOffLine) -> str:
    return f"{plain(quantity)} {line.unit}"


def _packs(line: TakeOffLine) -> str:
    return f"{line.packs} x {line.pack}" if line.pack else _measure(line.gross, line)
