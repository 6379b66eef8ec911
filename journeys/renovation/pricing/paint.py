"""Paint as a plan: which surfaces, how many coats, primer where it is needed, whole cans, and what they cost by tier.

Square feet, gallons, cents. Coverage and waste are quantities.py's (350 sq ft a gallon and coat, 10 %); primer figures are house figures.
Cans are gallons; only they are rounded, up. Prices come from the price book, in its currency or not at all.
"""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen, Place
from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring.quantities import COATS, PAINT_SQFT_PER_GAL, PAINT_WASTE_PCT, TakeOffLine, in_packs, plain
from journeys.renovation.measuring.rooms import Surfaces
from journeys.renovation.pricing.costing import cents
from journeys.renovation.pricing.pricebook import BOOK, SOURCES
from journeys.renovation.pricing.regions import region_of
from journeys.renovation.pricing.savings import dollars

WallChange = Literal["similar", "dark_to_light", "new_drywall", "stains", "patches"]
CeilingPaint = Literal["same", "own", "none"]

PRIMER_SQFT_PER_GAL = Decimal(300)
SPOT_SHARE_PCT = Decimal(10)  # stains and patches: this much of the walls is primed
MOST_COATS = 4
_WHOLE_WALL = {"dark_to_light": "the walls go from dark to light", "new_drywall": "bare drywall soaks paint up"}
_SPOTS = {"stains": "stains come back through any number of coats", "patches": "patches dry dull without it"}


class ShoppingLine(Frozen):
    """`count` whole packs; cents for all of them by the book's tiers, None where there is no price in this currency."""

    item: str
    title: str
    count: int
    unit: str
    low_cents: int | None = None
    mid_cents: int | None = None
    high_cents: int | None = None
    source: str = ""


class PaintPlan(Frozen):
    """`primer_for` are the reasons in words; the totals are sums of the shopping list, None where nothing is priced."""

    headline: str
    surfaces: Surfaces
    coats: int
    primer_for: tuple[str, ...]
    lines: tuple[TakeOffLine, ...]
    shopping: tuple[ShoppingLine, ...]
    low_cents: int | None
    mid_cents: int | None
    high_cents: int | None
    currency: str
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    citation: str


def paint_line(item: str, title: str, area_sqft: Decimal, coats: int = int(COATS), coverage: Decimal = PAINT_SQFT_PER_GAL) -> TakeOffLine:
    """Gallons of one paint: area x coats / coverage, 10 % waste, in whole cans. The area is already without the openings."""
    line = TakeOffLine(
        item=item,
        title=title,
        basis="area",
        unit="gal",
        net=area_sqft * coats / coverage,
        waste_pct=PAINT_WASTE_PCT,
        gross=area_sqft * coats * (100 + PAINT_WASTE_PCT) / (100 * coverage),
        formula="area x coats / coverage x (1 + waste)",
        inputs={"area_sqft": area_sqft, "coats": Decimal(coats), "coverage_sqft_per_gal": coverage},
    )
    return in_packs(line, "gallon", Decimal(1))


def paint_plan(
    surfaces: Surfaces,
    *,
    coats: int | None = None,
    wall_change: tuple[WallChange, ...] = (),
    ceiling: CeilingPaint | None = None,
    currency: str,
    place: Place | None = None,
) -> PaintPlan:
    """The plan of a room or of several together.

    `ceiling`: same paint as the walls (also where nobody said), its own, or not painted. Raises BadMeasure for coats outside 1-4.
    """
    number = int(COATS) if coats is None else coats
    if not 1 <= number <= MOST_COATS:
        raise BadMeasure(f"Between one and {MOST_COATS} coats make sense; {number} does not.")
    lines = [*_paints(surfaces, number, ceiling or "same"), *_primer(surfaces, wall_change)]
    shopping, said = _shopping(lines, currency, place)
    sums = [[line.low_cents, line.mid_cents, line.high_cents] for line in shopping]
    low, mid, high = (sum(filter(None, column)) if currency == BOOK.currency else None for column in zip(*sums, strict=True))
    return PaintPlan(
        headline=_headline(surfaces, number, ceiling or "same", lines, (low, high)),
        surfaces=surfaces,
        coats=number,
        primer_for=tuple((_WHOLE_WALL | _SPOTS)[change] for change in wall_change if change != "similar"),
        lines=tuple(lines),
        shopping=tuple(shopping),
        low_cents=low,
        mid_cents=mid,
        high_cents=high,
        currency=currency,
        assumptions=(*surfaces.assumptions, *_taken_for_granted(coats, wall_change, ceiling), *said),
        notes=(
            "Buy all cans of one colour together and mix them, since batches differ.",
            "The can names the time between coats; 2 to 4 hours are common, and overnight is safe.",
        ),
        citation=f"HomeView take-off rules, house figures; {BOOK.citation}"
        if mid is not None
        else "HomeView take-off rules, house figures",
    )


def _paints(surfaces: Surfaces, coats: int, ceiling: CeilingPaint) -> list[TakeOffLine]:
    if ceiling == "same":
        return [paint_line("paint", "Paint, walls and ceiling", surfaces.wall_sqft + surfaces.ceiling_sqft, coats)]
    walls = paint_line("wall_paint", "Wall paint", surfaces.wall_sqft, coats)
    return [walls, paint_line("ceiling_paint", "Ceiling paint", surfaces.ceiling_sqft, coats)] if ceiling == "own" else [walls]


def _primer(surfaces: Surfaces, wall_change: tuple[WallChange, ...]) -> list[TakeOffLine]:
    """One coat on all walls, or on a tenth of them for stains and patches; the ceiling's old white needs none."""
    if any(change in _WHOLE_WALL for change in wall_change):
        area = surfaces.wall_sqft
    elif any(change in _SPOTS for change in wall_change):
        area = surfaces.wall_sqft * SPOT_SHARE_PCT / 100
    else:
        return []
    title = "Stain-blocking primer" if "stains" in wall_change else "Primer"
    return [paint_line("primer", title, area, 1, PRIMER_SQFT_PER_GAL)]


def _shopping(lines: list[TakeOffLine], currency: str, place: Place | None) -> tuple[list[ShoppingLine], list[str]]:
    wanted = [
        (line.item, line.title, line.packs or 0, "gallon can", "paint.primer" if line.item == "primer" else "paint.wall") for line in lines
    ]
    wanted.append(("supplies", "Roller, brush, tray, tape and drop cloth", 1, "set", "paint.supplies"))
    if currency != BOOK.currency:
        unpriced = [ShoppingLine(item=item, title=title, count=count, unit=unit) for item, title, count, unit, _ in wanted]
        return unpriced, [f"My prices are in US dollars only, so this list has none in {currency}; nothing is converted."]
    region = region_of(place)
    shopping = []
    for item, title, count, unit, key in wanted:
        price = BOOK.prices[key]
        low, mid, high = (cents(count * each * region.factor) for each in (price.low_cents, price.mid_cents, price.high_cents))
        priced = {"low_cents": low, "mid_cents": mid, "high_cents": high, "source": SOURCES[price.source]}
        shopping.append(ShoppingLine(item=item, title=title, count=count, unit=unit, **priced))
    return shopping, [region.assumption] if region.assumption else []


def _taken_for_granted(coats: int | None, wall_change: tuple[WallChange, ...], ceiling: CeilingPaint | None) -> list[str]:
    said = [] if coats is not None else ["Two coats."]
    if not wall_change:
        said.append("The old walls are sound and of a similar colour, so no primer is counted.")
    if ceiling is None:
        said.append("Walls and ceiling get the same paint.")
    if any(change in _SPOTS for change in wall_change) and not any(change in _WHOLE_WALL for change in wall_change):
        said.append(f"Stains and patches are taken as {plain(SPOT_SHARE_PCT)} % of the walls.")
    if wall_change and wall_change != ("similar",):
        said.append(f"A gallon of primer covers {plain(PRIMER_SQFT_PER_GAL)} sq ft, in one coat.")
    said.append(
        f"A gallon covers {plain(PAINT_SQFT_PER_GAL)} sq ft a coat, and {plain(PAINT_WASTE_PCT)} % is lost; trim and doors are apart."
    )
    return said


def _headline(surfaces: Surfaces, coats: int, ceiling: CeilingPaint, lines: list[TakeOffLine], sums: tuple[int | None, int | None]) -> str:
    area = surfaces.wall_sqft + (surfaces.ceiling_sqft if ceiling != "none" else 0)
    words = {"paint": "paint", "wall_paint": "wall paint", "ceiling_paint": "ceiling paint", "primer": "primer"}
    bought = [f"{line.packs} {'gallon' if line.packs == 1 else 'gallons'} of {words[line.item]}" for line in lines]
    listed = f"{', '.join(bought[:-1])} and {bought[-1]}" if len(bought) > 1 else bought[0]
    times = "one coat" if coats == 1 else f"{coats} coats"
    low, high = sums
    priced = f", about {dollars(low, to=1)}-{dollars(high, to=1)} with supplies" if low is not None and high is not None else ""
    return f"{plain(area)} sq ft in {times} take {listed}{priced}."
