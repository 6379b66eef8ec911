"""Skills of a home's money: rough ranges, budgets, a bathroom, a weekend, what comes first, upkeep and energy."""

from typing import Any, cast

from journeys.inputs import Length, Place, RoomSize
from journeys.renovation.building import bath_costs, energy, maintenance, priorities, weekend
from journeys.renovation.building.bath_costs import BathMeasures
from journeys.renovation.errors import MissingInput
from journeys.renovation.given import count, given, need, option, options
from journeys.renovation.money_inputs import Inputs, Results, currency_of, day_given, kept, measured, percent_given, range_of, top
from journeys.renovation.pricing import rough, verdicts
from journeys.renovation.pricing.pricebook import Column
from journeys.renovation.pricing.reserves import contingency_for
from journeys.renovation.pricing.rough import RoughAnswer
from journeys.renovation.pricing.sums import between

COSTED = {"estimate": "kitchen", "bathroom_estimate": "bathroom", "contractor_estimate": "basement"}


def rough_range(inputs: Inputs, results: Results) -> dict[str, Any]:
    """What a room roughly costs, before anything is measured: of one scope, or of all."""
    room, scope = option(inputs, "room", tuple(rough.ROOMS)), option(inputs, "scope", rough.SCOPES)
    if room is None:
        raise MissingInput("room")
    return rough.rough_range(room, scope, currency=currency_of(inputs), place=given(inputs, "place", Place)).model_dump(mode="json")


def budget_check(inputs: Inputs, results: Results) -> dict[str, Any]:
    """The budget beside the journey's estimate, else beside the middle of a rough range whose scope is known."""
    currency, budget = currency_of(inputs), top(inputs, "budget")
    if budget is None:
        raise MissingInput("budget")
    skill = next((name for name in COSTED if name in results), None)
    savings: list[tuple[str, int]] = []
    if skill is not None:
        room, cost = COSTED[skill], range_of(results, skill).best_cents
        cheaper = results[skill].get("value_engineering")
        if cheaper:
            savings = [("The cheapest of each kind together", cost - int(cheaper["together_cents"]))]
    else:
        known = kept(results, "rough_range", RoughAnswer)
        if len(known.ranges) > 1:
            raise MissingInput("scope")
        room, one = known.room, known.ranges[0]
        cost = between(one.low_cents, one.high_cents if one.high_cents is not None else one.low_cents).best_cents
        if room == "kitchen" and one.scope in ("moderate", "full"):
            savings = [(title, dollars * 100) for title, dollars in verdicts.KITCHEN_SAVINGS]
    return verdicts.budget_verdict(cost, budget, currency=currency, room=room, savings=savings).model_dump(mode="json")


def bathroom_estimate(inputs: Inputs, results: Results) -> dict[str, Any]:
    """From room_size and scope; with bathroom_take_off its own areas of paint and wall tile are taken."""
    room, scope = need(inputs, "room_size", RoomSize), option(inputs, "scope", tuple(bath_costs.SCOPES))
    if scope is None:
        raise MissingInput("scope")
    ceiling = given(inputs, "ceiling_height", Length)
    taken = measured(results, "bathroom_take_off")
    height = ceiling.feet if ceiling else room.height_ft
    measures = BathMeasures(
        floor_sqft=room.length_ft * room.width_ft,
        paint_sqft=taken.get("paint.area_sqft") or weekend.paint_sqft(room.length_ft, room.width_ft, height),
        wall_tile_sqft=taken.get("wall_tile"),
    )
    made = bath_costs.bathroom_estimate(
        measures,
        scope,
        currency=currency_of(inputs),
        place=given(inputs, "place", Place),
        budget_cents=top(inputs, "budget"),
        year_built=count(inputs, "year_built"),
        tier=_tier(inputs) or "mid",
    )
    return made.model_dump(mode="json")


def diy_budget(inputs: Inputs, results: Results) -> dict[str, Any]:
    """A weekend's shopping list from room_size, tasks and budget, in price_tier, else at mid prices if they fit and low ones if not."""
    room, budget = need(inputs, "room_size", RoomSize), top(inputs, "budget")
    ceiling = given(inputs, "ceiling_height", Length)
    tasks = options(inputs, "tasks", (*weekend.TASKS, *weekend.TOO_MUCH))
    if budget is None or not tasks:
        raise MissingInput("budget" if budget is None else "tasks")
    height = ceiling.feet if ceiling else room.height_ft
    made = weekend.weekend_budget(room.length_ft, room.width_ft, height, budget, tasks, currency=currency_of(inputs), tier=_tier(inputs))
    return made.model_dump(mode="json")


def rank_projects(inputs: Inputs, results: Results) -> dict[str, Any]:
    """`projects` of the catalogue within the budget; reserve by percent, else by the year the home was built; horizon_months."""
    chosen, budget = options(inputs, "projects", tuple(priorities.CATALOGUE)), top(inputs, "budget")
    if budget is None or not chosen:
        raise MissingInput("budget" if budget is None else "projects")
    reserve = percent_given(inputs, "reserve")
    if reserve is None:
        reserve, _ = contingency_for(year_built=count(inputs, "year_built"))
    made = priorities.prioritise(
        [priorities.project(name) for name in chosen],
        budget,
        currency=currency_of(inputs),
        reserve_pct=reserve,
        horizon_months=count(inputs, "horizon_months"),
    )
    return made.model_dump(mode="json")


def maintenance_plan(inputs: Inputs, results: Results) -> dict[str, Any]:
    """Ages as hvac_age, water_heater_age, roof_age and windows_age in years; the unknown ones are asked for. finished_on is the day
    from which care is counted."""
    ages = {name: age for name in maintenance.SYSTEMS if (age := count(inputs, f"{name}_age")) is not None}
    materials = options(inputs, "materials", maintenance.MATERIALS)
    made = maintenance.maintenance_plan(ages, day_given(inputs, "finished_on"), materials, currency=currency_of(inputs))
    return made.model_dump(mode="json")


def energy_plan(inputs: Inputs, results: Results) -> dict[str, Any]:
    """`upgrades` with their paybacks, the shortest first."""
    upgrades = options(inputs, "upgrades", tuple(energy.UPGRADES))
    if not upgrades:
        raise MissingInput("upgrades")
    return energy.energy_plan(upgrades, currency=currency_of(inputs)).model_dump(mode="json")


def _tier(inputs: Inputs) -> Column | None:
    return cast(Column | None, option(inputs, "price_tier", weekend.TIERS))
