"""Care after the work: what is due when, how long the big systems still last, and what to set aside each year.

An age that nobody said is asked for: a home's age says nothing of its water heater. Lives, intervals and costs are house figures.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum, UnknownChoice
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, Span, between, together, usd_range

MOST_YEARS = 150


class System(Frozen):
    title: str
    life_years: tuple[int, int]
    cost: Span


class Care(Frozen):
    """`every_months`; `needs` is the material or system without which it is not due, None for every home."""

    title: str
    every_months: int
    needs: str | None = None


SYSTEMS: dict[str, System] = {
    "hvac": System(title="Heating and air conditioning", life_years=(15, 20), cost=between(5_000_00, 8_000_00)),
    "water_heater": System(title="Water heater", life_years=(10, 15), cost=between(1_200_00, 2_000_00)),
    "roof": System(title="Roof", life_years=(20, 30), cost=between(8_000_00, 15_000_00)),
    "windows": System(title="Windows", life_years=(20, 30), cost=between(8_000_00, 20_000_00)),
}
CARE: dict[str, Care] = {
    "filters": Care(title="Change the furnace and air filters", every_months=1),
    "oil_counter": Care(title="Oil the butcher block countertop", every_months=1, needs="butcher_block"),
    "gutters": Care(title="Clean the gutters", every_months=6),
    "seal_grout": Care(title="Seal the grout", every_months=12, needs="grout"),
    "furnace": Care(title="Have the furnace serviced", every_months=12),
    "air_conditioner": Care(title="Have the air conditioner serviced", every_months=12),
}
MATERIALS = tuple(sorted({care.needs for care in CARE.values() if care.needs}))
# Per year, house figures; the labels are ours.
RESERVE: dict[str, Span] = {
    "Regular care": between(1_500_00, 2_500_00),
    "Small repairs": between(500_00, 1_000_00),
    "Replacing what wears out": between(2_000_00, 3_000_00),
}


class Window(Frozen):
    """Years until replacement, (0, 0) where it is due by now. `yearly` is what to set aside until then, cents."""

    system: str
    title: str
    age_years: int
    years_left: tuple[int, int]
    cost: Span
    yearly: Span


class Due(Frozen):
    task: str
    title: str
    every_months: int
    due_on: date | None


class MaintenancePlan(Answer):
    """`asked` are questions for the ages that nobody said."""

    windows: tuple[Window, ...]
    tasks: tuple[Due, ...]
    reserve_parts: dict[str, Span]
    reserve: Span
    asked: tuple[str, ...]


def maintenance_plan(ages: Mapping[str, int], done_on: date | None, materials: Sequence[str], *, currency: str) -> MaintenancePlan:
    """`ages` in years by system, `materials` those that need care of their own. Raises UnknownChoice and BadSum by their names."""
    BOOK.require(currency)
    for material in materials:
        if material not in MATERIALS:
            raise UnknownChoice("materials", material, MATERIALS)
    windows = tuple(window(name, ages[name]) for name in SYSTEMS if name in ages)
    tasks = tuple(
        Due(task=name, title=care.title, every_months=care.every_months, due_on=add_months(done_on, care.every_months) if done_on else None)
        for name, care in CARE.items()
        if care.needs is None or care.needs in materials
    )
    asked = [f"What is the age of the {system.title.lower()}, in years?" for name, system in SYSTEMS.items() if name not in ages]
    if done_on is None:
        asked.append("On which day was the last care done, or the work finished?")
    reserve = together(RESERVE.values())
    return MaintenancePlan(
        headline=_said(windows, reserve, len(asked)),
        currency=currency,
        windows=windows,
        tasks=tasks,
        reserve_parts=RESERVE,
        reserve=reserve,
        asked=tuple(asked),
        assumptions=(
            "Lives are those of usual makes with usual care; what a look at the system says goes before them.",
            "The yearly reserve is for a usual single-family home and already holds the replacements.",
        ),
        citation=f"{BOOK.citation}; house figures for lives and intervals",
    )


def window(system_id: str, age_years: int) -> Window:
    """max(0, life - age) at both ends of the life. Raises UnknownChoice, and BadSum for an age that no system has."""
    if system_id not in SYSTEMS:
        raise UnknownChoice("system", system_id, tuple(SYSTEMS))
    if not 0 <= age_years <= MOST_YEARS:
        raise BadSum(f"An age of {age_years} years can't be right; please check it.")
    system = SYSTEMS[system_id]
    left = (max(0, system.life_years[0] - age_years), max(0, system.life_years[1] - age_years))
    low, high = system.cost.low_cents // max(left[1], 1), -(-system.cost.high_cents // max(left[0], 1))
    return Window(system=system_id, title=system.title, age_years=age_years, years_left=left, cost=system.cost, yearly=between(low, high))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _said(windows: Sequence[Window], reserve: Span, questions: int) -> str:
    due = [f"the {one.title.lower()}" for one in windows if one.years_left[0] == 0]
    parts = [f"Set aside {usd_range(reserve)} a year"]
    if due:
        parts.append(f"{' and '.join(due)} may need replacing from now on")
    if questions:
        parts.append(f"{questions} question{'s are' if questions > 1 else ' is'} still open")
    return f"{'; '.join(parts)}."
