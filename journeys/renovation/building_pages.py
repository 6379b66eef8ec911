"""The pages of building_skills.py: a kept result as text for people."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from journeys.renovation.building.schedule import Planned, Span
from journeys.renovation.building.work_schedule import WorkSchedule
from journeys.renovation.layout import listed, page, table
from journeys.renovation.measuring.checks import Finding
from journeys.renovation.measuring.codechecks import CodeFlags
from journeys.renovation.measuring.countertop import CounterCuts
from journeys.renovation.measuring.fit import Fit
from journeys.renovation.measuring.quantities import TakeOffLine, plain
from journeys.renovation.measuring.room_takeoff import RoomTakeOff
from journeys.renovation.pricing.paint import PaintPlan, ShoppingLine
from journeys.renovation.pricing.savings import dollars

_TAKEN = "Taken for granted"


def _paint(result: Mapping[str, Any]) -> str:
    plan = PaintPlan.model_validate(result)
    rows: list[tuple[str, ...]] = [("To buy", "Count", "Low", "Mid", "High")]
    rows += [
        (line.title, f"{line.count} x {line.unit}", *map(_sum, (line.low_cents, line.mid_cents, line.high_cents))) for line in plan.shopping
    ]
    if plan.mid_cents is not None:
        rows.append(("Together", "", *map(_sum, (plan.low_cents, plan.mid_cents, plan.high_cents))))
    primer = f"Primer, because {' and '.join(plan.primer_for)}." if plan.primer_for else ""
    facts = f"Walls {plain(plan.surfaces.wall_sqft)} sq ft without doors and windows, ceiling {plain(plan.surfaces.ceiling_sqft)} sq ft."
    return page(
        plan.headline,
        "\n".join(part for part in (facts, primer) if part),
        _lines(plan.lines),
        table(rows),
        listed("Good to know", plan.notes),
        listed(_TAKEN, plan.assumptions),
        f"Source: {plan.citation}; {_sources(plan.shopping)}." if plan.mid_cents is not None else f"Source: {plan.citation}.",
    )


def _take_off(result: Mapping[str, Any]) -> str:
    taken = RoomTakeOff.model_validate(result)
    return page(
        taken.headline, "\n".join(taken.facts), _lines(taken.lines), listed(_TAKEN, taken.assumptions), f"Source: {taken.citation}."
    )


def _counter(result: Mapping[str, Any]) -> str:
    cuts = CounterCuts.model_validate(result)
    rows = [("Slab", "Pieces", "Left over")]
    rows += [
        (str(number), " + ".join(f"{plain(piece.length_ft)} ft (run {piece.run})" for piece in slab.pieces), f"{plain(slab.left_ft)} ft")
        for number, slab in enumerate(cuts.slabs, 1)
    ]
    area = f"Area {plain(cuts.net_sqft)} sq ft, {plain(cuts.gross_sqft)} with the allowance."
    return page(cuts.headline, table(rows), area, listed(_TAKEN, cuts.assumptions), f"Source: {cuts.citation}.")


def _areas(result: Mapping[str, Any]) -> str:
    rows = [("Room", "Area"), *((room["name"], f"{plain(Decimal(room['sqft']))} sq ft") for room in result["rooms"])]
    rows.append(("Together", f"{plain(Decimal(result['listed_sqft']))} sq ft"))
    found = [Finding.model_validate(finding) for finding in result["findings"]]
    return page(
        result["headline"],
        table(rows),
        listed("Checked", [f"{finding.sentence} {finding.question}".strip() for finding in found]),
        listed(_TAKEN, result["assumptions"]),
        f"Source: {result['citation']}.",
    )


def _code(result: Mapping[str, Any]) -> str:
    flags = CodeFlags.model_validate(result)
    words = {"meets": "Meets it", "fails": "Falls short", "not_known_here": "Not known here"}
    said = [
        f"{words[flag.status]}{' (critical)' if flag.status == 'fails' and flag.severity == 'critical' else ''}: {flag.sentence}"
        for flag in flags.flags
    ]
    return page(
        flags.headline,
        listed("Measured", said),
        listed("Not measured yet", flags.not_measured),
        listed("To check on site", flags.to_check),
        listed("To ask the building office", flags.to_ask),
        listed(_TAKEN, flags.assumptions),
        f"Source: {flags.citation}{f' ({flags.locale})' if flags.locale else ''}.",
    )


def _schedule(result: Mapping[str, Any]) -> str:
    made = WorkSchedule.model_validate(result)
    rows: list[tuple[str, ...]] = [("Task", "Days", "Starts on day", "May slip", "Who")]
    rows += [_task_row(planned) for planned in made.plan.tasks]
    path = " → ".join(made.plan.of(task_id).task.title.lower() for task_id in made.plan.critical_path)
    dates = ""
    if made.dates is not None:
        first, last = made.dates.finish
        dates = f"Work from {made.dates.start}: order by {made.dates.order_by}, done between {first} and {last}."
    return page(
        made.headline,
        table(rows),
        f"Nothing on this path may slip: {path}.",
        dates,
        listed("Gates: nothing behind them starts before they are passed", made.gates),
        listed(_TAKEN, made.assumptions),
        f"Source: {made.citation}.",
    )


def _fit(result: Mapping[str, Any]) -> str:
    fit = Fit.model_validate(result)
    rows: list[tuple[str, ...]] = [("Side", "Product", "Kept free", "Space", "To spare")]
    rows += [(side.name.capitalize(), *map(_in, (side.product_in, side.clearance_in, side.space_in, side.spare_in))) for side in fit.sides]
    said = [f"Score {fit.score:.2f} of 1, on {' and '.join(fit.scored_on)}."]
    if fit.alternative is not None:
        size = f"{plain(fit.alternative.width_in)} x {plain(fit.alternative.depth_in)} in"
        said.append(f"The next size down, {size}, {'fits' if fit.alternative_fits else 'would not fit either'}.")
    if not fit.through_doorway:
        said.append("It may not go through a doorway of 32 in: measure the way in.")
    return page(fit.headline, table(rows), "\n".join(said), listed(_TAKEN, fit.assumptions), f"Source: {fit.citation}.")


def _confidence(result: Mapping[str, Any]) -> str:
    return page(result["headline"], listed("Still to be known", result["missing"]), f"Source: {result['citation']}.")


PAGES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "paint_plan": _paint,
    "tile_take_off": _take_off,
    "flooring_take_off": _take_off,
    "counter_cuts": _counter,
    "bathroom_take_off": _take_off,
    "basement_take_off": _take_off,
    "area_check": _areas,
    "code_flags": _code,
    "work_schedule": _schedule,
    "fixture_fit": _fit,
    "estimate_confidence": _confidence,
}


def _lines(lines: Sequence[TakeOffLine]) -> str:
    rows = [("Item", "Net", "Waste", "With waste", "To buy")]
    rows += [
        (
            line.title,
            f"{_amount(line.net)} {line.unit}",
            f"{plain(line.waste_pct)} %",
            f"{_amount(line.gross)} {line.unit}",
            f"{line.packs} x {line.pack}" if line.pack else f"{plain(line.gross)} {line.unit}",
        )
        for line in lines
    ]
    return table(rows)


def _amount(quantity: Decimal) -> str:
    """Two decimals below ten, where one would hide what the waste adds: 1.42 gal become 1.56."""
    return plain(quantity) if quantity >= 10 or quantity == quantity.to_integral_value() else f"{quantity:.2f}"


def _task_row(planned: Planned) -> tuple[str, ...]:
    slip = "no" if planned.critical == "both" else f"{_span(planned.float_days)} d"
    start = (planned.earliest_start[0] + 1, planned.earliest_start[1] + 1)
    return (planned.task.title, _span(planned.task.days), _span(start), slip, (planned.task.trade or planned.task.kind).replace("_", " "))


def _span(days: Span) -> str:
    low, high = sorted(days)
    return str(low) if low == high else f"{low}-{high}"


def _in(length_in: Decimal) -> str:
    return f"{plain(length_in)} in"


def _sum(cents: int | None) -> str:
    return "" if cents is None else dollars(cents, to=1)


def _sources(shopping: Sequence[ShoppingLine]) -> str:
    return "; ".join(dict.fromkeys(line.source for line in shopping if line.source))
