"""Tile for any wall run or floor: square feet with waste, whole boxes, and a check that a box holds what is written on it.

Tile is cut along every edge: 10 % is lost in a straight layout, 15 % in a diagonal or offset one (house figures, the trade's usual span).
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.quantities import TILE_BOX_SQFT, TILE_SQIN, TILE_WASTE_PCT, TakeOffLine, in_packs, plain, whole_packs

Layout = Literal["straight", "offset", "diagonal"]
WASTE_PCT: dict[str, Decimal] = {"straight": Decimal(10), "offset": TILE_WASTE_PCT, "diagonal": TILE_WASTE_PCT}
BOX_TOLERANCE_PCT = Decimal(5)  # makers round what a box covers, and some count the joints


def tiles_per_box(box_sqft: Decimal, tile_sqin: Decimal = TILE_SQIN) -> int:
    """Of a box whose area is known: 9 sq ft of 3 x 6 in tile are 72."""
    return int((box_sqft * 144 / tile_sqin).to_integral_value(ROUND_HALF_UP))


def box_holds(tile_in: tuple[Decimal, Decimal] | None, per_box: int | None, box_sqft: Decimal | None) -> Decimal:
    """Square feet of a box, from its area, or from its tiles and their size; 9 where neither is known.

    Raises BadMeasure where both are known and more than 5 % apart: 48 tiles of 3 x 6 in are 6 sq ft and not 9.
    """
    counted = per_box * tile_in[0] * tile_in[1] / 144 if per_box and tile_in else None
    if counted is None:
        return box_sqft or TILE_BOX_SQFT
    if box_sqft is not None and abs(counted - box_sqft) * 100 > BOX_TOLERANCE_PCT * box_sqft:
        size = f"{plain(tile_in[0])} x {plain(tile_in[1])} in" if tile_in else ""
        raise BadMeasure(
            f"{per_box} tiles of {size} cover {plain(counted)} sq ft, not the {plain(box_sqft)} sq ft of the box; "
            "please check the box before you count on it."
        )
    return box_sqft or counted


def tile(
    area_sqft: Decimal,
    *,
    title: str = "Tile",
    tile_in: tuple[Decimal, Decimal] | None = None,
    per_box: int | None = None,
    box_sqft: Decimal | None = None,
    layout: Layout | None = None,
) -> TakeOffLine:
    """Boxes for an area. Without a layout, the 15 % of an offset one. Raises BadMeasure as `box_holds` does, and for no area."""
    if area_sqft <= 0:
        raise BadMeasure("There is no area to tile; please check the measures.")
    box, waste = box_holds(tile_in, per_box, box_sqft), WASTE_PCT[layout or "offset"]
    gross = area_sqft * (100 + waste) / 100
    inputs = {"area_sqft": area_sqft, "box_sqft": box}
    said = []
    if tile_in is not None:
        tile_sqin = tile_in[0] * tile_in[1]
        inputs |= {"tiles_per_box": Decimal(tiles_per_box(box, tile_sqin)), "tiles": Decimal(whole_packs(gross * 144, tile_sqin))}
    if box_sqft is None and not (per_box and tile_in):
        said.append(f"A box of tile is taken as {plain(box)} sq ft; the one you buy may hold more or less.")
    if layout is None:
        said.append(f"{plain(waste)} % of the tile is lost to cuts, as in an offset layout; a straight one loses about 10 %.")
    line = TakeOffLine(
        item="tile",
        title=title,
        basis="area",
        unit="sq ft",
        net=area_sqft,
        waste_pct=waste,
        gross=gross,
        formula="area x (1 + waste) / box",
        inputs=inputs,
        assumptions=tuple(said),
    )
    return in_packs(line, "box", box)


def wall_tile(run_ft: Decimal, height_in: Decimal, **rest: object) -> TakeOffLine:
    """A straight run of wall, tiled to a height."""
    return tile(run_ft * height_in / 12, **{"title": "Wall tile", **rest})  # type: ignore[arg-type]
