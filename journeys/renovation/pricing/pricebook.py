"""The one price book: what a unit costs in US cents, low, mid and high, and from which list each price came.

All prices are illustrative, undated and national; journeys/renovation/pricing/regions.py holds the factors. Materials and labour are
multiplied by the region's factor, fees are not: a city sets them.

Labour in a home is hours x the kitchen trades' hourly rates, one list for all; a contractor's own estimate takes a contractor's rates.
The lists disagree by trade and are never mixed: `rates_of` gives each by its source, `installed` the prices installed per unit.
The hours per unit in work.py are chosen so that hours x rate meets the installed mid price where there is one (cabinets, tile, floor,
painting). Drywall alone has no kitchen rate; both other lists say 50.
"""

from typing import Literal

from pydantic import model_validator

from journeys.inputs import Frozen
from journeys.renovation.errors import UnpricedCurrency

Column = Literal["low", "mid", "high"]

SOURCES: dict[str, str] = {
    "unit_prices": "house list of unit prices, low, mid and high",
    "kitchen_rates": "house list of the kitchen trades' hourly rates",
    "general_rates": "house list of hourly rates by trade",
    "contractor_rates": "house list of a contractor's hourly rates by trade",
    "installed_prices": "house list of prices installed, low, mid and high",
    "kitchen_fees": "house figures of one kitchen: permit, disposal, inspection",
    "allowance": "our own allowance, on no list",
}


class Price(Frozen):
    """Cents per unit."""

    unit: str
    low_cents: int
    mid_cents: int
    high_cents: int
    source: str

    @model_validator(mode="after")
    def in_order(self) -> "Price":
        if not 0 <= self.low_cents <= self.mid_cents <= self.high_cents or self.source not in SOURCES:
            raise ValueError("a price needs low <= mid <= high and a source that is listed")
        return self

    def at(self, column: Column) -> int:
        return {"low": self.low_cents, "mid": self.mid_cents, "high": self.high_cents}[column]


class Rate(Frozen):
    """Cents per hour, or for the whole fee."""

    cents: int
    source: str


class PriceBook(Frozen):
    version: str
    currency: str
    citation: str
    prices: dict[str, Price]
    rates: dict[str, Rate]
    fees: dict[str, Rate]
    rates_of: dict[str, dict[str, Rate]]
    installed: dict[str, Price]

    def require(self, currency: str) -> None:
        """Raises UnpricedCurrency for all but the book's own."""
        if currency != self.currency:
            raise UnpricedCurrency(currency)


def _per(unit: str, source: str, group: str, cents: dict[str, tuple[int, int, int]]) -> dict[str, Price]:
    return {
        f"{group}.{name}": Price(unit=unit, low_cents=low, mid_cents=mid, high_cents=high, source=source)
        for name, (low, mid, high) in cents.items()
    }


def _hourly(source: str, dollars: dict[str, int]) -> dict[str, Rate]:
    return {trade: Rate(cents=dollar * 100, source=source) for trade, dollar in dollars.items()}


_FLOORS = {
    "hardwood": (3_00, 6_00, 12_00),
    "laminate": (1_50, 3_00, 5_00),
    "tile": (2_00, 5_00, 15_00),
    "vinyl": (1_00, 2_50, 5_00),
    "carpet": (1_00, 3_00, 8_00),
}
_COUNTERS = {
    "granite": (40_00, 60_00, 100_00),
    "quartz": (50_00, 75_00, 120_00),
    "marble": (60_00, 100_00, 200_00),
    "laminate": (10_00, 20_00, 40_00),
    "butcher_block": (30_00, 50_00, 80_00),
}
_CABINETS = {"stock": (60_00, 100_00, 150_00), "semi_custom": (150_00, 250_00, 400_00), "custom": (500_00, 800_00, 1500_00)}
_FIXTURES = {
    "faucet": (50_00, 150_00, 400_00),
    "light": (30_00, 100_00, 500_00),
    "toilet": (100_00, 300_00, 800_00),
    "vanity": (200_00, 600_00, 2000_00),
}
_APPLIANCES = {
    "fridge": (500_00, 1500_00, 5000_00),
    "dishwasher": (300_00, 700_00, 1500_00),
    "range": (400_00, 1000_00, 3000_00),
    "microwave": (100_00, 300_00, 800_00),
}
_ALLOWED_EACH = {
    "sink": (150_00, 350_00, 800_00),
    "outlet": (15_00, 25_00, 40_00),
    "plumbing_rough_in": (250_00, 400_00, 800_00),
    "electrical_rough_in": (350_00, 500_00, 900_00),
}
_GENERAL_RATES = {
    "general_contractor": 75,
    "electrician": 85,
    "plumber": 90,
    "carpenter": 70,
    "painter": 50,
    "tile": 60,
    "floor": 55,
    "hvac": 95,
    "drywall": 50,
}
_CONTRACTOR_RATES = {
    "framing": 55,
    "electrician": 95,
    "plumber": 90,
    "hvac": 75,
    "insulation": 45,
    "drywall": 50,
    "floor": 55,
    "tile": 65,
    "painter": 45,
    "egress": 80,  # the list says 75 to 85
}

BOOK = PriceBook(
    version="2026.1",
    currency="USD",
    citation="HomeView price book, illustrative, undated USD",
    prices={
        **_per("sq ft", "unit_prices", "floor", _FLOORS),
        **_per("sq ft", "unit_prices", "counter", _COUNTERS),
        **_per("sq ft", "unit_prices", "backsplash", {"tile": _FLOORS["tile"]}),
        **_per("LF", "unit_prices", "cabinets", _CABINETS),
        **_per("ea", "unit_prices", "fixture", _FIXTURES),
        **_per("ea", "unit_prices", "appliance", _APPLIANCES),
        **_per("gal", "unit_prices", "paint", {"wall": (20_00, 40_00, 80_00)}),
        **_per("LF", "allowance", "paint", {"cabinets": (10_00, 20_00, 40_00)}),
        **_per("gal", "allowance", "paint", {"primer": (15_00, 25_00, 40_00)}),
        **_per("set", "allowance", "paint", {"supplies": (30_00, 50_00, 90_00)}),
        **_per("sq ft", "allowance", "drywall", {"sheet": (40, 50, 80)}),
        **_per("ea", "allowance", "allowed", _ALLOWED_EACH),
        **_per("gal", "unit_prices", "exterior_paint", {"wall": (30_00, 50_00, 100_00)}),
    },
    rates={
        "demo": Rate(cents=65_00, source="kitchen_rates"),
        "electrician": Rate(cents=95_00, source="kitchen_rates"),
        "plumber": Rate(cents=90_00, source="kitchen_rates"),
        "cabinet": Rate(cents=75_00, source="kitchen_rates"),
        "counter": Rate(cents=85_00, source="kitchen_rates"),
        "tile": Rate(cents=70_00, source="kitchen_rates"),
        "floor": Rate(cents=65_00, source="kitchen_rates"),
        "painter": Rate(cents=55_00, source="kitchen_rates"),
        "drywall": Rate(cents=50_00, source="general_rates"),
    },
    fees={
        "permit": Rate(cents=450_00, source="kitchen_fees"),
        "disposal": Rate(cents=300_00, source="kitchen_fees"),
        "inspection": Rate(cents=200_00, source="kitchen_fees"),
    },
    rates_of={
        "general_rates": _hourly("general_rates", _GENERAL_RATES),
        "contractor_rates": _hourly("contractor_rates", _CONTRACTOR_RATES),
    },
    installed={
        **_per("sq ft", "installed_prices", "floor", {"any": (2_00, 4_00, 8_00), "tile": (5_00, 10_00, 20_00)}),
        **_per("sq ft", "installed_prices", "painting", {"wall": (1_50, 3_00, 6_00)}),
        **_per("LF", "installed_prices", "cabinets", {"any": (50_00, 100_00, 200_00)}),
    },
)
