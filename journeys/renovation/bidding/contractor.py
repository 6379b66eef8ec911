"""A contractor's estimate of a basement: thirteen trade sections, overhead and profit on their sum, contingency on both.

The chain is the trade's: sum, + overhead and profit 15 %, + contingency on what that makes. A client's maximum is compared with the best
total, and what could cost less is given with a low and a high saving of the total, chain included.
"""

from decimal import Decimal

from journeys.inputs import Frozen, Place
from journeys.renovation.bidding.basement_work import ROWS
from journeys.renovation.errors import BadSum
from journeys.renovation.measuring.takeoff import CEILING_FT
from journeys.renovation.pricing.costing import CostLine, RollUp, cents
from journeys.renovation.pricing.estimate import Variance
from journeys.renovation.pricing.lines import SectionTotal, by_section, lines_of, rolled
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.regions import Region, region_of
from journeys.renovation.pricing.reserves import contingency_for
from journeys.renovation.pricing.sums import Answer, Span, usd, usd_range

OVERHEAD_PROFIT_PCT = Decimal(15)
VALID_DAYS = 30
DRYWALL_PER_FLOOR = Decimal(3)  # house figure: 2,400 sq ft of board in a basement of 800
PARTITION_FT_PER_DOOR = Decimal(30)  # house figure: 120 ft of partition have about four doors

EXCLUSIONS = (
    "Structural work and an engineer's design.",
    "Waterproofing from outside, and removing mould, asbestos or lead.",
    "A new electrical panel or furnace.",
    "Furniture and window coverings.",
)


class Basement(Frozen):
    """What is measured and wanted. `drywall_sqft` is net of waste; None where nobody took it off. Each bedroom has a way out."""

    floor_sqft: Decimal
    partition_ft: Decimal
    drywall_sqft: Decimal | None = None
    doors: int | None = None
    bathrooms: int = 0
    bedrooms: int = 0
    wet_bars: int = 0


class ValueOption(Frozen):
    """A change that costs less: what it saves of the total, cents, at least and at most."""

    id: str
    title: str
    impact: str
    save_low_cents: int
    save_high_cents: int


class ContractorEstimate(Answer):
    """`low`, `best` and `high` are totals with overhead, profit and contingency; best is roll_up.total."""

    basement: Basement
    region: Region
    lines: tuple[CostLine, ...]
    sections: tuple[SectionTotal, ...]
    roll_up: RollUp
    contingency_rule: str
    low_cents: int
    best_cents: int
    high_cents: int
    variance: Variance | None
    value_options: tuple[ValueOption, ...]
    exclusions: tuple[str, ...]
    valid_days: int = VALID_DAYS
    price_book_version: str


# Options: the lines they touch, no line twice so that savings add up, and how much of those they save, per cent at least and at most.
# House figures.
_OPTIONS: tuple[tuple[str, str, str, tuple[str, ...], int, int], ...] = (
    (
        "prefab_shower",
        "A prefabricated shower instead of tile",
        "Fewer joints to clean, fewer looks to choose from.",
        ("bath_tile",),
        35,
        50,
    ),
    ("client_paints", "The client paints", "Two or three weekends of the client's own.", ("paint",), 60, 80),
    ("simpler_trim", "Hollow doors and simple trim", "Lighter doors that let more sound through.", ("doors", "baseboard"), 20, 30),
    ("unfinished_storage", "Leave a fifth unfinished for storage", "Less living space.", ("drywall", "vinyl_floor", "ducts"), 15, 20),
    ("fewer_lights", "Fewer recessed lights", "Lamps do the rest.", ("circuits",), 10, 15),
    ("bar_later", "Build the wet bar later, with its rough-in now", "No bar for the time being.", ("bar_cabinets",), 90, 100),
)


def contractor_estimate(
    basement: Basement,
    *,
    currency: str,
    place: Place | None = None,
    maximum_cents: int | None = None,
    year_built: int | None = None,
    overhead_profit_pct: Decimal = OVERHEAD_PROFIT_PCT,
) -> ContractorEstimate:
    """Raises UnpricedCurrency for all but USD, and BadSum for a maximum that is no sum."""
    BOOK.require(currency)
    region = region_of(place)
    measures = {
        "one": Decimal(1),
        "floor_sqft": basement.floor_sqft,
        "partition_ft": basement.partition_ft,
        "drywall_sqft": basement.drywall_sqft if basement.drywall_sqft is not None else basement.floor_sqft * DRYWALL_PER_FLOOR,
        "doors": Decimal(_doors(basement)),
        "bathrooms": Decimal(basement.bathrooms),
        "bedrooms": Decimal(basement.bedrooms),
        "wet_bars": Decimal(basement.wet_bars),
    }
    lines = lines_of(ROWS, measures, BOOK.rates_of["contractor_rates"], region.factor)
    pct, rule = contingency_for(year_built=year_built)
    roll_up, total = rolled(lines, overhead_profit_pct, pct)
    variance = against(total, maximum_cents) if maximum_cents is not None else None
    return ContractorEstimate(
        headline=_headline(basement, total, variance),
        currency=currency,
        basement=basement,
        region=region,
        lines=lines,
        sections=by_section(lines),
        roll_up=roll_up,
        contingency_rule=rule,
        **total.model_dump(),
        variance=variance,
        value_options=_value_options(lines, roll_up),
        assumptions=tuple(_assumptions(basement, region, overhead_profit_pct, year_built)),
        exclusions=EXCLUSIONS,
        price_book_version=BOOK.version,
    )


def against(total: Span, maximum_cents: int) -> Variance:
    """A total beside what may be spent at most: under where even the high end fits, near where the best does, over where it doesn't."""
    if maximum_cents <= 0:
        raise BadSum("A budget has to be above zero.")
    fits = total.high_cents <= maximum_cents
    status = "under" if fits else "near" if total.best_cents <= maximum_cents else "over"
    return Variance.model_validate({"budget_cents": maximum_cents, "amount_cents": maximum_cents - total.best_cents, "status": status})


def beside(variance: Variance) -> str:
    """“$10,530 over the budget”, “$4,500 under the budget, though the high end goes over it”."""
    away = usd(abs(variance.amount_cents))
    if variance.status == "near":
        return f"{away} under the budget, though the high end goes over it"
    return f"{away} {variance.status} the budget"


def _value_options(lines: tuple[CostLine, ...], roll_up: RollUp) -> tuple[ValueOption, ...]:
    """A saved dollar also saves its overhead, profit and contingency."""
    chain = (1 + roll_up.overhead_profit_pct / 100) * (1 + roll_up.contingency_pct / 100)
    best = {line.id: line.best_cents for line in lines}
    found = []
    for option, title, impact, touched, low, high in _OPTIONS:
        direct = sum(best.get(line, 0) for line in touched) * chain / 100
        if direct:
            save = {"save_low_cents": cents(direct * low), "save_high_cents": cents(direct * high)}
            found.append(ValueOption(id=option, title=title, impact=impact, **save))
    return tuple(found)


def _doors(basement: Basement) -> int:
    return basement.doors if basement.doors is not None else int(basement.partition_ft // PARTITION_FT_PER_DOOR)


def _headline(basement: Basement, total: Span, variance: Variance | None) -> str:
    said = f"About {usd(total.best_cents)} (range {usd_range(total)}) for {basement.floor_sqft:f} sq ft of basement"
    return f"{said}, {beside(variance)}." if variance else f"{said}."


def _assumptions(basement: Basement, region: Region, overhead_profit_pct: Decimal, year_built: int | None) -> list[str]:
    said = [region.assumption] if region.assumption else []
    if basement.drywall_sqft is None:
        said.append(f"Nobody took off the drywall: {DRYWALL_PER_FLOOR} sq ft of it for each sq ft of floor.")
    if basement.doors is None:
        said.append(f"Nobody counted the doors: one for each {PARTITION_FT_PER_DOOR} ft of partition, which makes {_doors(basement)}.")
    for count, what in ((basement.bathrooms, "bathroom"), (basement.bedrooms, "bedroom with its way out"), (basement.wet_bars, "wet bar")):
        if not count:
            said.append(f"No {what} is counted in.")
    said.append(f"Ceilings of about {CEILING_FT} ft, and a floor slab that is dry and level.")
    said.append(f"Overhead and profit {overhead_profit_pct.normalize():f} % on the sections, and the contingency on both.")
    if year_built is None:
        said.append("The year the home was built is not known; before 1980 more is kept in reserve.")
    said.append("Low and high lie 15 % either side of the best figure.")
    said.append("The region's factor is on materials and labour, not on permits and inspections.")
    return said
