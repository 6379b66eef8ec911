"""Quantities of a kitchen from its measures. The rule of each line is in quantities.py.

Feet and square feet as Decimal. What nobody measured is an assumption, said as a sentence.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from journeys.inputs import Feet, Frozen
from journeys.renovation.errors import BadMeasure, UnknownChoice
from journeys.renovation.measuring import quantities
from journeys.renovation.measuring.quantities import FLOORS, FloorMaterial, TakeOffLine, plain

Scope = Literal["refresh", "moderate", "full"]

DOOR_SQFT = Decimal(21)
WINDOW_SQFT = Decimal(15)
CEILING_FT = Decimal(8)

# What is measured for each scope; what the scope then does with it stands in work.py.
SCOPE_ITEMS: dict[str, tuple[str, ...]] = {
    "refresh": ("cabinets", "counter", "backsplash", "paint", "lights"),
    "moderate": ("cabinets", "counter", "backsplash", "flooring", "paint", "lights", "outlets"),
    "full": ("cabinets", "counter", "backsplash", "flooring", "drywall", "paint", "lights", "outlets"),
}


class KitchenMeasures(Frozen):
    """What was measured or said, in feet and counts; None where nobody said. `counter_runs_ft` are the straight runs, where known."""

    length_ft: Feet
    width_ft: Feet
    height_ft: Feet | None = None
    counter_run_ft: Feet
    counter_runs_ft: tuple[Feet, ...] = ()
    cabinet_run_ft: Feet | None = None
    backsplash_run_ft: Feet | None = None
    doors: Annotated[int, Field(ge=0, le=100)] | None = None
    windows: Annotated[int, Field(ge=0, le=100)] | None = None


class TakeOff(Frozen):
    """A kitchen's quantities, with the measures they come from, so that another scope or floor can be taken off again."""

    headline: str
    measures: KitchenMeasures
    scope: Scope
    floor_material: FloorMaterial | None
    floor_sqft: Decimal
    perimeter_ft: Decimal
    wall_sqft: Decimal
    lines: tuple[TakeOffLine, ...]
    assumptions: tuple[str, ...]
    citation: str = "HomeView take-off rules, house figures"

    def line(self, item: str) -> TakeOffLine:
        return next(line for line in self.lines if line.item == item)


def room_sqft(length_ft: Decimal, width_ft: Decimal) -> Decimal:
    return length_ft * width_ft


def perimeter_ft(length_ft: Decimal, width_ft: Decimal) -> Decimal:
    return 2 * (length_ft + width_ft)


def openings_sqft(doors: int, windows: int) -> Decimal:
    """A door is 21 sq ft and a window 15, where nobody measured them."""
    return doors * DOOR_SQFT + windows * WINDOW_SQFT


def wall_sqft(length_ft: Decimal, width_ft: Decimal, height_ft: Decimal, openings: Decimal = Decimal(0)) -> Decimal:
    """Wall area less the openings, square feet. Raises BadMeasure where they leave no wall."""
    walls = perimeter_ft(length_ft, width_ft) * height_ft - openings
    if walls <= 0:
        size = f"{plain(length_ft)} x {plain(width_ft)} ft"
        raise BadMeasure(f"A room of {size} has no wall left beside its doors and windows; please check the measures.")
    return walls


def kitchen_take_off(measures: KitchenMeasures, scope: Scope = "moderate", floor_material: FloorMaterial | None = None) -> TakeOff:
    """All quantities of a kitchen for a scope.

    Raises BadMeasure for measures that can't belong together, UnknownChoice for a scope or floor without a rule.
    """
    if scope not in SCOPE_ITEMS:
        raise UnknownChoice("scope", scope, tuple(SCOPE_ITEMS))
    if floor_material is not None and floor_material not in FLOORS:
        raise UnknownChoice("floor_material", floor_material, tuple(FLOORS))
    _check(measures)
    m = measures
    doors, windows = 1 if m.doors is None else m.doors, 1 if m.windows is None else m.windows
    openings, height = openings_sqft(doors, windows), m.height_ft or CEILING_FT
    floor, walls = room_sqft(m.length_ft, m.width_ft), wall_sqft(m.length_ft, m.width_ft, height, openings)
    cabinet_run = m.cabinet_run_ft or m.counter_run_ft
    taken = (
        quantities.cabinets(cabinet_run),
        quantities.counter(m.counter_run_ft, m.counter_runs_ft),
        quantities.backsplash(m.backsplash_run_ft or m.counter_run_ft),
        quantities.flooring(floor, floor_material),
        quantities.drywall(cabinet_run, height),
        quantities.paint(walls + floor, openings),
        quantities.lights(floor),
        quantities.outlets(m.counter_run_ft),
    )
    lines = tuple(line for line in taken if line.item in SCOPE_ITEMS[scope])
    return TakeOff(
        headline=_headline(m, floor, lines),
        measures=m,
        scope=scope,
        floor_material=floor_material,
        floor_sqft=floor,
        perimeter_ft=perimeter_ft(m.length_ft, m.width_ft),
        wall_sqft=walls,
        lines=lines,
        assumptions=(*_taken_for_granted(m), *(said for line in lines for said in line.assumptions)),
    )


def _check(m: KitchenMeasures) -> None:
    around = perimeter_ft(m.length_ft, m.width_ft)
    for name, run in (("counter", m.counter_run_ft), ("cabinets", m.cabinet_run_ft), ("backsplash", m.backsplash_run_ft)):
        if run is not None and run > 2 * around:  # islands count, so more than the walls is possible, but not twice them
            room = f"{plain(m.length_ft)} x {plain(m.width_ft)} ft"
            raise BadMeasure(f"{plain(run)} ft of {name} don't fit a kitchen of {room}, which has {plain(around)} ft of wall.")
    total = sum(m.counter_runs_ft, Decimal(0))
    if m.counter_runs_ft and total != m.counter_run_ft:
        raise BadMeasure(f"The straight runs add up to {plain(total)} ft of counter, not {plain(m.counter_run_ft)} ft.")


def _taken_for_granted(m: KitchenMeasures) -> list[str]:
    said = []
    if m.height_ft is None:
        said.append("The ceiling is taken as 8 ft high.")
    uncounted = [word for word, count in (("one door", m.doors), ("one window", m.windows)) if count is None]
    if uncounted:
        said.append(f"Nobody counted them yet, so the room has {' and '.join(uncounted)}.")
    said.append("A door takes 21 sq ft off the walls and a window 15 sq ft; walls behind cabinets stay in the paint.")
    beside = [word for word, run in (("cabinets", m.cabinet_run_ft), ("backsplash", m.backsplash_run_ft)) if run is None]
    if beside:
        said.append(f"As long as the counter, {plain(m.counter_run_ft)} ft: {' and '.join(beside)}.")
    return said


def _headline(m: KitchenMeasures, floor_sqft: Decimal, lines: tuple[TakeOffLine, ...]) -> str:
    packs = {line.item: line.packs or 0 for line in lines}
    words = {"counter": ("countertop slab", "countertop slabs"), "backsplash": ("box of backsplash tile", "boxes of backsplash tile")}
    words |= {"flooring": ("box of flooring", "boxes of flooring"), "paint": ("gallon of paint", "gallons of paint")}
    bought = [f"{packs[item]} {one if packs[item] == 1 else many}" for item, (one, many) in words.items() if item in packs]
    size = f"{plain(m.length_ft)} x {plain(m.width_ft)} ft ({plain(floor_sqft)} sq ft)"
    return f"Your kitchen of {size} with {plain(m.counter_run_ft)} ft of counter takes {', '.join(bought[:-1])} and {bought[-1]}."
