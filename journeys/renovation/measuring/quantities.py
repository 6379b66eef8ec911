"""The take-off rules: one line of quantities for each thing a kitchen needs.

Feet, square feet and gallons as Decimal, kept exact by multiplying before dividing; only packs are rounded, and always up.
The rules are house figures unless a trade rule is named beside them.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from journeys.inputs import Frozen, Slug

FloorMaterial = Literal["hardwood", "laminate", "tile", "vinyl"]

COATS = Decimal(2)
PAINT_SQFT_PER_GAL = Decimal(350)
PAINT_WASTE_PCT = Decimal(10)
COUNTER_DEPTH_IN = Decimal(25)
COUNTER_WASTE_PCT = Decimal(15)
SLAB_FT = Decimal(8)
BACKSPLASH_HEIGHT_IN = Decimal(18)
TILE_WASTE_PCT = Decimal(15)
TILE_BOX_SQFT = Decimal(9)
TILE_SQIN = Decimal(3 * 6)
DRYWALL_WASTE_PCT = Decimal(10)
DRYWALL_SHEET_SQFT = Decimal(32)
SQFT_PER_LIGHT = Decimal(25)
FT_PER_COUNTER_OUTLET = Decimal(4)  # US practice: no point of a counter further than 24 in from an outlet

# Waste in per cent and square feet per box. Tile is cut along every edge; planks lose only the ends of rows.
FLOORS: dict[str, tuple[Decimal, Decimal]] = {
    "hardwood": (Decimal(10), Decimal(20)),
    "laminate": (Decimal(10), Decimal(20)),
    "tile": (Decimal(15), Decimal(10)),
    "vinyl": (Decimal(10), Decimal(20)),
}


class TakeOffLine(Frozen):
    """One quantity. `net` is what the room needs after `deductions`, `gross` adds the waste, `packs` x `pack_size` is what to buy:
    all in `unit`. `inputs` are the figures the formula used; `cuts` are the pieces of each slab, in feet."""

    item: Slug
    title: str
    basis: Literal["area", "length", "count"]
    unit: str
    net: Decimal
    deductions: Decimal = Decimal(0)
    waste_pct: Decimal = Decimal(0)
    gross: Decimal
    pack: str | None = None
    pack_size: Decimal | None = None
    packs: int | None = None
    formula: str
    inputs: dict[str, Decimal]
    cuts: tuple[tuple[Decimal, ...], ...] = ()
    assumptions: tuple[str, ...] = ()


def whole_packs(quantity: Decimal, pack_size: Decimal) -> int:
    """Packs that hold the quantity: the one place where a quantity is rounded, and it rounds up."""
    return int((quantity / pack_size).to_integral_value(ROUND_CEILING))


def plain(quantity: Decimal | int) -> str:
    """A quantity for people: at most one decimal, none where it is whole."""
    return f"{Decimal(quantity):,.1f}".removesuffix(".0")


def in_packs(line: TakeOffLine, pack: str, pack_size: Decimal) -> TakeOffLine:
    return line.model_copy(update={"pack": pack, "pack_size": pack_size, "packs": whole_packs(line.gross, pack_size)})


def paint(area_sqft: Decimal, openings_sqft: Decimal = Decimal(0)) -> TakeOffLine:
    """Gallons for two coats at 350 sq ft a gallon, 10 % waste. The area is already without the openings."""
    line = TakeOffLine(
        item="paint",
        title="Paint, walls and ceiling",
        basis="area",
        unit="gal",
        net=area_sqft * COATS / PAINT_SQFT_PER_GAL,
        deductions=openings_sqft * COATS / PAINT_SQFT_PER_GAL,
        waste_pct=PAINT_WASTE_PCT,
        gross=area_sqft * COATS * (100 + PAINT_WASTE_PCT) / (100 * PAINT_SQFT_PER_GAL),
        formula="area x coats / coverage x (1 + waste)",
        inputs={"area_sqft": area_sqft, "coats": COATS, "coverage_sqft_per_gal": PAINT_SQFT_PER_GAL},
    )
    return in_packs(line, "gallon", Decimal(1))


def cut_list(runs_ft: Sequence[Decimal], slab_ft: Decimal = SLAB_FT) -> tuple[tuple[Decimal, ...], ...]:
    """Linear nesting: the pieces (feet) cut from each slab, longest first into the first slab with room.

    A run longer than a slab gives whole slabs and a rest. The order of the runs makes no difference; the saw's width is not counted.
    """
    pieces = [slab_ft for run in runs_ft for _ in range(int(run // slab_ft))]
    pieces += [run % slab_ft for run in runs_ft if run % slab_ft]
    slabs: list[list[Decimal]] = []
    for piece in sorted(pieces, reverse=True):
        with_room = next((slab for slab in slabs if sum(slab) + piece <= slab_ft), None)
        if with_room is None:
            slabs.append([piece])
        else:
            with_room.append(piece)
    return tuple(tuple(slab) for slab in slabs)


def counter(run_ft: Decimal, runs_ft: Sequence[Decimal] = ()) -> TakeOffLine:
    """Countertop 25 in deep: its area with a 15 % allowance, and slabs of 8 ft x 25 in by linear nesting.

    Slabs are as deep as the counter, so only length is cut: 22.5 ft is three slabs, though its area with the allowance would round
    up to four. The allowance prices the fabricator's waste; it does not order slabs.
    """
    gross = run_ft * COUNTER_DEPTH_IN * (100 + COUNTER_WASTE_PCT) / 1200
    cuts = cut_list(runs_ft or (run_ft,))
    by_area = whole_packs(gross * 12, SLAB_FT * COUNTER_DEPTH_IN)
    notes = [f"Slabs of 8 ft x 25 in are counted by cut list: {len(cuts)}. By area with its 15 % allowance it would be {by_area}."]
    if not runs_ft:
        notes.append(f"The counter is taken as one run of {plain(run_ft)} ft, cut into pieces of at most 8 ft with seams between them.")
    return TakeOffLine(
        item="counter",
        title="Countertop",
        basis="area",
        unit="sq ft",
        net=run_ft * COUNTER_DEPTH_IN / 12,
        waste_pct=COUNTER_WASTE_PCT,
        gross=gross,
        pack="8 ft slab",
        pack_size=SLAB_FT * COUNTER_DEPTH_IN / 12,
        packs=len(cuts),
        formula="run x depth x (1 + waste); slabs by linear nesting",
        inputs={"run_ft": run_ft, "depth_in": COUNTER_DEPTH_IN, "slab_ft": SLAB_FT, "slabs_by_area": Decimal(by_area)},
        cuts=cuts,
        assumptions=tuple(notes),
    )


def backsplash(run_ft: Decimal) -> TakeOffLine:
    """Tile 18 in high along the run, 15 % waste, boxes of 9 sq ft: 72 tiles of 3 x 6 in."""
    line = TakeOffLine(
        item="backsplash",
        title="Backsplash tile",
        basis="area",
        unit="sq ft",
        net=run_ft * BACKSPLASH_HEIGHT_IN / 12,
        waste_pct=TILE_WASTE_PCT,
        gross=run_ft * BACKSPLASH_HEIGHT_IN * (100 + TILE_WASTE_PCT) / 1200,
        formula="run x height x (1 + waste) / box",
        inputs={"run_ft": run_ft, "height_in": BACKSPLASH_HEIGHT_IN, "tiles_per_box": TILE_BOX_SQFT * 144 / TILE_SQIN},
        assumptions=("The backsplash is 18 in high, its tile sold in boxes of 9 sq ft.",),
    )
    return in_packs(line, "box", TILE_BOX_SQFT)


def flooring(area_sqft: Decimal, material: FloorMaterial | None) -> TakeOffLine:
    """The whole room in boxes: tile with 15 % waste and 10 sq ft a box, planks with 10 % and 20 sq ft."""
    waste_pct, box_sqft = FLOORS[material or "hardwood"]
    notes = [
        f"The floor runs under the cabinets too; it is sold in boxes of {plain(box_sqft)} sq ft and cut with {plain(waste_pct)} % waste."
    ]
    if material is None:
        notes.append("No floor is chosen yet: counted as planks.")
    line = TakeOffLine(
        item="flooring",
        title=f"Flooring, {material}" if material else "Flooring",
        basis="area",
        unit="sq ft",
        net=area_sqft,
        waste_pct=waste_pct,
        gross=area_sqft * (100 + waste_pct) / 100,
        formula="area x (1 + waste) / box",
        inputs={"area_sqft": area_sqft},
        assumptions=tuple(notes),
    )
    return in_packs(line, "box", box_sqft)


def drywall(run_ft: Decimal, height_ft: Decimal) -> TakeOffLine:
    """Sheets of 32 sq ft for the walls opened behind the cabinets, 10 % waste."""
    line = TakeOffLine(
        item="drywall",
        title="Drywall behind the cabinets",
        basis="area",
        unit="sq ft",
        net=run_ft * height_ft,
        waste_pct=DRYWALL_WASTE_PCT,
        gross=run_ft * height_ft * (100 + DRYWALL_WASTE_PCT) / 100,
        formula="run x height x (1 + waste) / sheet",
        inputs={"run_ft": run_ft, "height_ft": height_ft},
        assumptions=("The walls behind the cabinets are opened from floor to ceiling.",),
    )
    return in_packs(line, "4 x 8 ft sheet", DRYWALL_SHEET_SQFT)


def cabinets(run_ft: Decimal) -> TakeOffLine:
    """Linear feet of cabinets: one foot is a base and a wall cabinet over the same foot."""
    said = ("A foot of cabinets is a base and a wall cabinet over the same foot.",)
    return TakeOffLine(
        item="cabinets",
        title="Cabinets",
        basis="length",
        unit="LF",
        net=run_ft,
        gross=run_ft,
        formula="run",
        inputs={"run_ft": run_ft},
        assumptions=said,
    )


def lights(ceiling_sqft: Decimal) -> TakeOffLine:
    """One light for each 25 sq ft of ceiling, or part of it."""
    count = Decimal(whole_packs(ceiling_sqft, SQFT_PER_LIGHT))
    said = ("Lights: one for each 25 sq ft of ceiling.",)
    return _counted("lights", "Lights", count, "ceiling / 25 sq ft, up", {"ceiling_sqft": ceiling_sqft}, said)


def outlets(run_ft: Decimal) -> TakeOffLine:
    """One outlet for each 4 ft of counter, or part of it."""
    count = Decimal(whole_packs(run_ft, FT_PER_COUNTER_OUTLET))
    return _counted("outlets", "Counter outlets", count, "run / 4 ft, up", {"run_ft": run_ft}, ("Outlets: one for each 4 ft of counter.",))


def _counted(item: str, title: str, count: Decimal, formula: str, inputs: dict[str, Decimal], said: tuple[str, ...]) -> TakeOffLine:
    return TakeOffLine(
        item=item, title=title, basis="count", unit="ea", net=count, gross=count, formula=formula, inputs=inputs, assumptions=said
    )
