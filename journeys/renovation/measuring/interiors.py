"""What closes and fits out a room: drywall, floors, doors, outlets along the walls. House figures where no source is named."""

from collections.abc import Sequence
from decimal import Decimal

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.quantities import (
    DRYWALL_SHEET_SQFT,
    DRYWALL_WASTE_PCT,
    FLOORS,
    FloorMaterial,
    TakeOffLine,
    flooring,
    in_packs,
    plain,
    whole_packs,
)

FT_PER_WALL_OUTLET = Decimal(12)  # US practice: no point of a wall further than 6 ft from an outlet
BACKER_SHEET_SQFT = Decimal(15)  # 3 x 5 ft


def boards(item: str, title: str, area_sqft: Decimal, sheet: str, sheet_sqft: Decimal, deductions: Decimal = Decimal(0)) -> TakeOffLine:
    """Sheets for an area that is already without its openings, 10 % waste."""
    if area_sqft <= 0:
        raise BadMeasure(f"There is no area left for {title.lower()}; please check the measures and the openings.")
    line = TakeOffLine(
        item=item,
        title=title,
        basis="area",
        unit="sq ft",
        net=area_sqft,
        deductions=deductions,
        waste_pct=DRYWALL_WASTE_PCT,
        gross=area_sqft * (100 + DRYWALL_WASTE_PCT) / 100,
        formula="area x (1 + waste) / sheet",
        inputs={"area_sqft": area_sqft},
    )
    return in_packs(line, sheet, sheet_sqft)


def drywall(walls_sqft: Decimal, ceiling_sqft: Decimal = Decimal(0), openings_sqft: Decimal = Decimal(0)) -> TakeOffLine:
    """Walls and ceiling in sheets of 4 x 8 ft; `walls_sqft` before the openings, each counted on every side it opens."""
    area = walls_sqft + ceiling_sqft - openings_sqft
    return boards("drywall", "Drywall", area, "4 x 8 ft sheet", DRYWALL_SHEET_SQFT, openings_sqft)


def backer_board(area_sqft: Decimal) -> TakeOffLine:
    """Behind wet wall tile, in sheets of 3 x 5 ft."""
    return boards("backer_board", "Backer board", area_sqft, "3 x 5 ft sheet", BACKER_SHEET_SQFT)


def flooring_of(areas_sqft: Sequence[Decimal], material: FloorMaterial | None, box_sqft: Decimal | None = None) -> TakeOffLine:
    """One floor through several rooms: their areas add up before waste and boxes, so that rooms share a box.

    `box_sqft` is the chosen product's; else the house figure of the material."""
    line = flooring(sum(areas_sqft, Decimal(0)), material)
    waste, usual = FLOORS[material or "hardwood"]
    said = [f"The floor is cut with {plain(waste)} % waste and runs from wall to wall."]
    said += [] if box_sqft else [f"A box of flooring is taken as {plain(usual)} sq ft."]
    said += [] if material else ["No floor is chosen yet: counted as planks."]
    return in_packs(line.model_copy(update={"assumptions": tuple(said)}), "box", box_sqft or usual)


def wall_outlets(runs_ft: Sequence[Decimal]) -> TakeOffLine:
    """One for each 12 ft of each wall, or part of it."""
    said = ("Outlets: one for each 12 ft of wall, which is US practice; the electrician and your code decide.",)
    per_wall = sum(whole_packs(run, FT_PER_WALL_OUTLET) for run in runs_ft)
    return counted("outlets", "Wall outlets", per_wall, "each wall / 12 ft, up", {"wall_ft": sum(runs_ft, Decimal(0))}, said)


def counted(item: str, title: str, count: int, formula: str, inputs: dict[str, Decimal], said: tuple[str, ...] = ()) -> TakeOffLine:
    number = Decimal(count)
    return TakeOffLine(
        item=item, title=title, basis="count", unit="ea", net=number, gross=number, formula=formula, inputs=inputs, assumptions=said
    )
