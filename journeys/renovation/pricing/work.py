"""What each scope of a kitchen includes, as data: the pieces of work, how each is measured, priced and staffed, and what stays.

A scope includes all the work of the one before it, except that new cabinets take the place of painted ones; so a bigger scope never
costs less. Hours per unit are our own rules; where a list has an installed price (cabinets 100 per LF, tile 10, floor 4, painting 3 per
sq ft, all mid), hours x the trade's rate come within 5 % of it.
"""

from decimal import Decimal
from typing import Literal, get_args

from journeys.inputs import Frozen
from journeys.renovation.errors import MissingInput
from journeys.renovation.measuring.quantities import FloorMaterial
from journeys.renovation.measuring.takeoff import Scope

CabinetTier = Literal["stock", "semi_custom", "custom"]
CounterMaterial = Literal["granite", "quartz", "marble", "laminate", "butcher_block"]
ApplianceTier = Literal["keep", "low", "mid", "high"]

OPTIONS: dict[str, tuple[str, ...]] = {
    "scope": get_args(Scope),
    "cabinet_tier": get_args(CabinetTier),
    "counter_material": get_args(CounterMaterial),
    "floor_material": get_args(FloorMaterial),
    "appliance_tier": get_args(ApplianceTier),
}


class Selections(Frozen):
    """What the homeowner chose. A refresh keeps cabinets and floor, so it needs neither of those two."""

    scope: Scope
    cabinet_tier: CabinetTier | None = None
    counter_material: CounterMaterial
    floor_material: FloorMaterial | None = None
    appliance_tier: ApplianceTier

    def require_all(self) -> None:
        """Raises MissingInput where the scope replaces something that isn't chosen."""
        for name in ("cabinet_tier", "floor_material"):
            if self.scope != "refresh" and getattr(self, name) is None:
                raise MissingInput(name)


class Work(Frozen):
    """One piece of work. `measure` names the take-off line (None: one of it); `buys` says which quantity of it is paid for: whole
    packs, the area with waste, or the net quantity. `price` is a key of the price book with the selections' names in braces.
    Hours are `hours_per_unit` x the line's net quantity, or x the input of the line that `labour_per` names."""

    id: str
    section: str
    title: str
    measure: str | None = None
    buys: Literal["packs", "gross", "net"] = "net"
    price: str | None = None
    by_appliance_tier: bool = False
    trade: str | None = None
    labour_per: str = "net"
    hours_per_unit: Decimal = Decimal(0)


def _work(id: str, section: str, title: str, hours: str = "0", **rest: str | bool | None) -> Work:
    return Work.model_validate({"id": id, "section": section, "title": title, "hours_per_unit": Decimal(hours), **rest})


def _appliance(name: str, title: str, trade: str, hours: str) -> Work:
    return _work(name, "Appliances", title, hours, price=f"appliance.{name}", by_appliance_tier=True, trade=trade)


WORK: tuple[Work, ...] = (
    _work("demo_counter", "Demolition", "Take out counter and backsplash", "0.3", measure="counter", labour_per="run_ft", trade="demo"),
    _work("demo_cabinets", "Demolition", "Take out cabinets", "0.5", measure="cabinets", trade="demo"),
    _work("demo_floor", "Demolition", "Take up the floor", "0.04", measure="flooring", trade="demo"),
    _work("demo_walls", "Demolition", "Open the walls behind the cabinets", "0.05", measure="drywall", trade="demo"),
    _work("plumbing_rough_in", "Plumbing", "Move sink and water lines", "24", price="allowed.plumbing_rough_in", trade="plumber"),
    _work("electrical_rough_in", "Electrical", "New kitchen circuits", "24", price="allowed.electrical_rough_in", trade="electrician"),
    _work(
        "drywall", "Drywall", "Close and finish the walls", "0.06", measure="drywall", buys="packs", price="drywall.sheet", trade="drywall"
    ),
    _work("cabinets", "Cabinets", "{cabinet_tier} cabinets", "1.33", measure="cabinets", price="cabinets.{cabinet_tier}", trade="cabinet"),
    _work("paint_cabinets", "Cabinets", "Paint the cabinets you have", "2", measure="cabinets", price="paint.cabinets", trade="painter"),
    _work(
        "counter",
        "Countertop",
        "{counter_material} countertop",
        "0.25",
        measure="counter",
        buys="gross",
        price="counter.{counter_material}",
        trade="counter",
    ),
    _work("backsplash", "Backsplash", "Tile backsplash", "0.14", measure="backsplash", buys="packs", price="backsplash.tile", trade="tile"),
    _work("tile_floor", "Flooring", "Tile floor", "0.14", measure="flooring", buys="packs", price="floor.tile", trade="tile"),
    _work(
        "floor",
        "Flooring",
        "{floor_material} floor",
        "0.06",
        measure="flooring",
        buys="packs",
        price="floor.{floor_material}",
        trade="floor",
    ),
    _work(
        "paint",
        "Painting",
        "Paint walls and ceiling",
        "0.055",
        measure="paint",
        buys="packs",
        price="paint.wall",
        trade="painter",
        labour_per="area_sqft",
    ),
    _work("sink", "Plumbing", "Sink", "2", price="allowed.sink", trade="plumber"),
    _work("faucet", "Plumbing", "Faucet", "1", price="fixture.faucet", trade="plumber"),
    _work("lights", "Electrical", "Lights", "1", measure="lights", price="fixture.light", trade="electrician"),
    _work("outlets", "Electrical", "Counter outlets", "0.75", measure="outlets", price="allowed.outlet", trade="electrician"),
    _appliance("fridge", "Fridge", "plumber", "0.5"),
    _appliance("dishwasher", "Dishwasher", "plumber", "2"),
    _appliance("range", "Electric range", "electrician", "1"),
    _appliance("microwave", "Microwave", "electrician", "1"),
)
_APPLIANCES = ("fridge", "dishwasher", "range", "microwave")
_REFRESH = ("demo_counter", "counter", "backsplash", "paint", "sink", "faucet", "lights", *_APPLIANCES)
_MODERATE = (*_REFRESH, "demo_cabinets", "demo_floor", "cabinets", "tile_floor", "floor", "outlets")


class ScopeRule(Frozen):
    """What a scope includes (ids of WORK and of the price book's fees), its contingency, and its weeks on site and before it."""

    title: str
    includes: frozenset[str]
    fees: tuple[str, ...]
    contingency_pct: Decimal
    why_contingency: str
    weeks: tuple[int, int]
    planning_weeks: tuple[int, int]
    keeps: str


SCOPES: dict[str, ScopeRule] = {
    "refresh": ScopeRule(
        title="refresh",
        includes=frozenset((*_REFRESH, "paint_cabinets")),
        fees=("disposal",),
        contingency_pct=Decimal(10),
        why_contingency="10 % because a refresh opens no walls",
        weeks=(3, 4),
        planning_weeks=(2, 4),
        keeps="A refresh paints the cabinets and keeps floor and layout. No permit is priced; ask your city whether it wants one.",
    ),
    "moderate": ScopeRule(
        title="moderate renovation",
        includes=frozenset(_MODERATE),
        fees=("permit", "disposal", "inspection"),
        contingency_pct=Decimal(15),
        why_contingency="15 % because cabinets and floor come out and what is under them is not known",
        weeks=(5, 7),
        planning_weeks=(4, 6),
        keeps="A moderate renovation keeps the layout: sink, range and walls stay where they are.",
    ),
    "full": ScopeRule(
        title="full renovation",
        includes=frozenset((*_MODERATE, "demo_walls", "plumbing_rough_in", "electrical_rough_in", "drywall")),
        fees=("permit", "disposal", "inspection"),
        contingency_pct=Decimal(20),
        why_contingency="20 % because walls are opened and nobody has seen inside them",
        weeks=(7, 10),
        planning_weeks=(4, 6),
        keeps="A full renovation moves water and power within the room; no wall is moved.",
    ),
}
OLD_HOME_YEAR = 1980
OLD_HOME_CONTINGENCY_PCT = Decimal(15)


def contingency(scope: Scope, year_built: int | None) -> tuple[Decimal, str]:
    """Per cent and reason: 10 refresh, 15 moderate, 20 full; at least 15 in a home built before 1980."""
    rule = SCOPES[scope]
    if year_built is not None and year_built < OLD_HOME_YEAR and rule.contingency_pct < OLD_HOME_CONTINGENCY_PCT:
        return OLD_HOME_CONTINGENCY_PCT, f"15 % because the home was built in {year_built}, before 1980"
    return rule.contingency_pct, rule.why_contingency


def work_of(selections: Selections) -> tuple[Work, ...]:
    """The work of a scope with these choices: one kind of floor, and appliances unless they are kept."""
    left_out = {"floor" if selections.floor_material == "tile" else "tile_floor"}
    if selections.appliance_tier == "keep":
        left_out |= set(_APPLIANCES)
    return tuple(work for work in WORK if work.id in SCOPES[selections.scope].includes - left_out)
