"""What a bathroom costs by scope: lines from the price book, contingency, and the shares that such a budget usually has.

refresh keeps tub, vanity and tile; moderate replaces floor, vanity and wall tile where they are; full opens the walls and moves pipes.
Hours are house rules for small rooms, where cutting takes longer than laying.
"""

from decimal import Decimal

from journeys.inputs import Frozen, Place
from journeys.renovation.bidding.contractor import against, beside
from journeys.renovation.errors import UnknownChoice
from journeys.renovation.pricing.allocation import BudgetPart, allocated
from journeys.renovation.pricing.costing import CostLine, RollUp
from journeys.renovation.pricing.estimate import Variance
from journeys.renovation.pricing.lines import Row, SectionTotal, by_section, lines_of, rolled
from journeys.renovation.pricing.pricebook import BOOK, Column
from journeys.renovation.pricing.regions import Region, region_of
from journeys.renovation.pricing.reserves import contingency_for
from journeys.renovation.pricing.sums import Answer, Span, usd, usd_range

D = Decimal
WALL_TILE_SQFT = D(60)  # 10 ft around a tub, 6 ft high
COLUMNS: tuple[Column, ...] = ("low", "mid", "high")

_PREP, _PIPES, _POWER, _TILE, _FIX, _PAINT, _FEES = (
    "Demolition",
    "Plumbing",
    "Electrical",
    "Tile",
    "Fixtures",
    "Painting",
    "Permit, disposal, inspection",
)
_ORDER = (_PREP, _PIPES, _POWER, _TILE, _FIX, _PAINT, _FEES)
_COSMETIC = (
    Row(_FIX, "toilet", "Toilet", "one", "ea", price="fixture.toilet", trade="plumber", hours=D(3)),
    Row(_FIX, "faucet", "Faucets and shower trim", "one", "ea", per=D(2), price="fixture.faucet", trade="plumber", hours=D(2)),
    Row(_FIX, "accessories", "Mirror, hardware and accessories", "one", "ea", unit_cents=250_00, trade="cabinet", hours=D(4)),
    Row(_POWER, "light", "Lights", "one", "ea", per=D(2), price="fixture.light", trade="electrician", hours=D(2)),
    Row(_POWER, "fan", "Exhaust fan", "one", "ea", unit_cents=180_00, trade="electrician", hours=D(4)),
    Row(_PAINT, "paint", "Paint walls and ceiling", "paint_sqft", "sq ft", unit_cents=35, trade="painter", hours=D("0.06")),
    Row(_FEES, "disposal", "Disposal", "one", "ea", unit_cents=BOOK.fees["disposal"].cents, fee=True),
)
_REFINISH = (
    Row(_TILE, "refinish", "Reglaze the tub and renew grout and caulk", "one", "ea", unit_cents=350_00, trade="tile", hours=D(10)),
)
_SURFACES = (
    Row(_PREP, "demo", "Take out floor, vanity, toilet and wall tile", "floor_sqft", "sq ft", trade="demo", hours=D("0.5")),
    Row(
        _TILE,
        "tile_floor",
        "Tile floor on a new base",
        "floor_sqft",
        "sq ft",
        per=D("1.15"),
        price="floor.tile",
        trade="tile",
        hours=D("0.4"),
    ),
    Row(
        _TILE,
        "wall_tile",
        "Wall tile on backer board",
        "wall_tile_sqft",
        "sq ft",
        per=D("1.15"),
        price="backsplash.tile",
        trade="tile",
        hours=D("0.5"),
    ),
    Row(_FIX, "vanity", "Vanity with top", "one", "ea", price="fixture.vanity", trade="cabinet", hours=D(6)),
    Row(_FIX, "tub", "Tub and valve", "one", "ea", unit_cents=900_00, trade="plumber", hours=D(12)),
    Row(_FEES, "permit", "Permit", "one", "ea", unit_cents=BOOK.fees["permit"].cents, fee=True),
    Row(_FEES, "inspection", "Inspection", "one", "ea", unit_cents=BOOK.fees["inspection"].cents, fee=True),
)
_OPENED = (
    Row(_PREP, "demo_walls", "Open walls and ceiling", "paint_sqft", "sq ft", trade="demo", hours=D("0.08")),
    Row(_PIPES, "rough_in", "Move drains and water lines", "one", "ea", unit_cents=900_00, trade="plumber", hours=D(40)),
    Row(_POWER, "circuits", "New circuits", "one", "ea", unit_cents=400_00, trade="electrician", hours=D(20)),
    Row(
        _PAINT,
        "drywall",
        "Close and finish the walls",
        "paint_sqft",
        "sq ft",
        per=D("1.1"),
        price="drywall.sheet",
        trade="drywall",
        hours=D("0.08"),
    ),
    Row(_TILE, "waterproofing", "Waterproof the wet walls", "wall_tile_sqft", "sq ft", unit_cents=4_00, trade="tile", hours=D("0.1")),
)


class BathScope(Frozen):
    title: str
    rows: tuple[Row, ...]
    weeks: tuple[int, int]
    opens_walls: bool
    usual: Span  # what such a bathroom usually costs with a general contractor, cents; the same figures as in rough.py


SCOPES: dict[str, BathScope] = {
    "refresh": BathScope(
        title="refresh",
        rows=(*_COSMETIC, *_REFINISH),
        weeks=(1, 2),
        opens_walls=False,
        usual=Span(low_cents=5_000_00, best_cents=7_500_00, high_cents=10_000_00),
    ),
    "moderate": BathScope(
        title="moderate renovation",
        rows=(*_COSMETIC, *_SURFACES),
        weeks=(2, 3),
        opens_walls=False,
        usual=Span(low_cents=12_000_00, best_cents=16_000_00, high_cents=20_000_00),
    ),
    "full": BathScope(
        title="full renovation",
        rows=(*_COSMETIC, *_SURFACES, *_OPENED),
        weeks=(3, 4),
        opens_walls=True,
        usual=Span(low_cents=20_000_00, best_cents=27_500_00, high_cents=35_000_00),
    ),
}


class BathMeasures(Frozen):
    """Square feet; `paint_sqft` are walls and ceiling. `wall_tile_sqft` None where nobody measured the wet walls."""

    floor_sqft: Decimal
    paint_sqft: Decimal
    wall_tile_sqft: Decimal | None = None


class BathroomEstimate(Answer):
    scope: str
    measures: BathMeasures
    region: Region
    lines: tuple[CostLine, ...]
    sections: tuple[SectionTotal, ...]
    roll_up: RollUp
    contingency_rule: str
    low_cents: int
    best_cents: int
    high_cents: int
    variance: Variance | None
    budget_split: tuple[BudgetPart, ...]
    usual: Span
    weeks: tuple[int, int]
    price_book_version: str


def bathroom_estimate(
    measures: BathMeasures,
    scope: str,
    *,
    currency: str,
    place: Place | None = None,
    budget_cents: int | None = None,
    year_built: int | None = None,
    tier: Column = "mid",
) -> BathroomEstimate:
    """Raises UnpricedCurrency for all but USD, UnknownChoice for a scope without a rule, BadSum for a budget that is no sum."""
    BOOK.require(currency)
    if scope not in SCOPES:
        raise UnknownChoice("scope", scope, tuple(SCOPES))
    rule, region = SCOPES[scope], region_of(place)
    sizes = {"one": D(1), "floor_sqft": measures.floor_sqft, "paint_sqft": measures.paint_sqft}
    sizes["wall_tile_sqft"] = WALL_TILE_SQFT if measures.wall_tile_sqft is None else measures.wall_tile_sqft
    lines = lines_of(sorted(rule.rows, key=lambda row: _ORDER.index(row.section)), sizes, BOOK.rates, region.factor, tier)
    pct, why = contingency_for(year_built=year_built, unseen_walls=rule.opens_walls)
    roll_up, total = rolled(lines, D(0), pct)
    variance = against(total, budget_cents) if budget_cents is not None else None
    said = f"About {usd(total.best_cents)} (range {usd_range(total)}) for a {rule.title} of the bathroom"
    return BathroomEstimate(
        headline=f"{said}, {beside(variance)}." if variance else f"{said}.",
        currency=currency,
        scope=scope,
        measures=measures,
        region=region,
        lines=lines,
        sections=by_section(lines),
        roll_up=roll_up,
        contingency_rule=why,
        **total.model_dump(),
        variance=variance,
        budget_split=allocated(budget_cents, "bathroom") if budget_cents is not None else (),
        usual=rule.usual,
        weeks=rule.weeks,
        assumptions=tuple(_assumptions(measures, rule, region, total, tier, year_built)),
        price_book_version=BOOK.version,
    )


def _assumptions(m: BathMeasures, rule: BathScope, region: Region, total: Span, tier: Column, year_built: int | None) -> list[str]:
    said = [region.assumption] if region.assumption else []
    if m.wall_tile_sqft is None and rule.title != "refresh":
        said.append(f"Nobody measured the wet walls: {WALL_TILE_SQFT} sq ft of wall tile, as around a tub.")
    said.append(f"Toilet, faucets, lights and vanity at the price book's {tier} prices, one bathroom with one tub.")
    said.append("You hire the trades yourself: a general contractor's overhead and profit is not in it.")
    if year_built is None:
        said.append("The year the home was built is not known; before 1980, test for asbestos and lead before anything comes out.")
    usual = usd_range(rule.usual)
    if total.best_cents < rule.usual.low_cents:
        said.append(f"That is below the {usual} which such a bathroom usually costs through a general contractor.")
    elif total.best_cents > rule.usual.high_cents:
        said.append(f"That is above the {usual} which such a bathroom usually costs.")
    said.append("Low and high lie 15 % either side of the best figure.")
    return said
