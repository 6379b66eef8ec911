"""A bathroom refreshed in a weekend with one's own hands: what to buy, what is left of the budget, and which day holds what.

Paint comes by the gallon from walls and ceiling without deductions, two coats (quantities.py); prices from the price book or house
figures. What takes more than a weekend is named, not priced.
"""

from collections.abc import Sequence
from decimal import Decimal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum, UnknownChoice
from journeys.renovation.measuring import quantities
from journeys.renovation.pricing.pricebook import BOOK, Column
from journeys.renovation.pricing.sums import Answer, Span, together, usd

TASKS = ("paint", "light", "mirror", "hardware")
TOO_MUCH = ("vanity", "tile", "tub", "toilet", "shower")
TIERS: tuple[Column, ...] = ("low", "mid", "high")
# Low, mid and high, cents. House figures.
FIXTURES: dict[str, tuple[int, int, int]] = {
    "light": (45_00, 89_00, 160_00),
    "mirror": (40_00, 79_00, 150_00),
    "hardware": (28_00, 54_00, 95_00),
}
STUD_FINDER_CENTS_A_DAY = 8_00
STUD_FINDER_DAYS = 1


class Purchase(Frozen):
    """`low`, `mid` and `high` are price tiers; `chosen_cents` is the one that is counted."""

    id: str
    title: str
    count: int
    low_cents: int
    mid_cents: int
    high_cents: int
    chosen_cents: int


class Block(Frozen):
    day: str
    work: str
    hours: tuple[int, int]


class WeekendBudget(Answer):
    """`left_cents` is budget less total, below zero where it doesn't reach. `range` is the list in the cheapest and the dearest tier."""

    paint_sqft: Decimal
    gallons: int
    budget_cents: int
    tier: str
    purchases: tuple[Purchase, ...]
    total_cents: int
    left_cents: int
    range: Span
    days: tuple[Block, ...]
    hours: tuple[int, int]
    not_in_a_weekend: tuple[str, ...]


def weekend_budget(
    length_ft: Decimal,
    width_ft: Decimal,
    height_ft: Decimal | None,
    budget_cents: int,
    tasks: Sequence[str],
    *,
    currency: str,
    tier: Column | None = None,
) -> WeekendBudget:
    """The list in the named tier; where none is named, at mid prices if they fit and at low ones if not.

    Raises UnknownChoice for a task without a rule, BadSum for a budget that is no sum, UnpricedCurrency for all but USD."""
    BOOK.require(currency)
    if budget_cents <= 0:
        raise BadSum("A budget has to be above zero.")
    for task in tasks:
        if task not in (*TASKS, *TOO_MUCH):
            raise UnknownChoice("tasks", task, (*TASKS, *TOO_MUCH))
    wanted = tuple(task for task in TASKS if task in tasks)
    if not wanted:
        raise BadSum("Nothing of that fits a weekend: paint, a light, a mirror and hardware do.")
    area = paint_sqft(length_ft, width_ft, height_ft)
    gallons = quantities.paint(area).packs or 0
    totals = {one: sum(_cents(item, one) for item in _items(wanted, gallons)) for one in TIERS}
    chosen: Column = tier or ("mid" if totals["mid"] <= budget_cents else "low")
    purchases = tuple(_bought(item, chosen) for item in _items(wanted, gallons))
    left = budget_cents - totals[chosen]
    days = _days(wanted)
    return WeekendBudget(
        headline=_said(totals[chosen], left, gallons if "paint" in wanted else 0),
        currency=currency,
        paint_sqft=area if "paint" in wanted else Decimal(0),
        gallons=gallons if "paint" in wanted else 0,
        budget_cents=budget_cents,
        tier=chosen,
        purchases=purchases,
        total_cents=totals[chosen],
        left_cents=left,
        range=together(Span(low_cents=one.low_cents, best_cents=one.mid_cents, high_cents=one.high_cents) for one in purchases),
        days=days,
        hours=(sum(block.hours[0] for block in days), sum(block.hours[1] for block in days)),
        not_in_a_weekend=tuple(task for task in tasks if task in TOO_MUCH),
        assumptions=tuple(_assumptions(height_ft, tier, chosen)),
    )


def paint_sqft(length_ft: Decimal, width_ft: Decimal, height_ft: Decimal | None) -> Decimal:
    """Walls and ceiling, doors and windows not taken off: 248 sq ft for 5 x 8 x 8 ft."""
    return 2 * (length_ft + width_ft) * (height_ft or Decimal(8)) + length_ft * width_ft


Item = tuple[str, str, int, tuple[int, int, int]]


def _items(wanted: Sequence[str], gallons: int) -> list[Item]:
    items: list[Item] = []
    if "paint" in wanted:
        for name, title, count in (
            ("wall", "Bathroom paint, walls and ceiling", gallons),
            ("supplies", "Rollers, brush, tape, filler and sheets", 1),
        ):
            price = BOOK.prices[f"paint.{name}"]
            items.append((name, title, count, (price.low_cents, price.mid_cents, price.high_cents)))
    items += [(name, f"{name.capitalize()}", 1, FIXTURES[name]) for name in ("light", "mirror", "hardware") if name in wanted]
    if "mirror" in wanted:
        items.append(("stud_finder", "Stud finder, rented by the day", STUD_FINDER_DAYS, (STUD_FINDER_CENTS_A_DAY,) * 3))
    return items


def _cents(item: Item, tier: Column) -> int:
    return item[2] * item[3][TIERS.index(tier)]


def _bought(item: Item, tier: Column) -> Purchase:
    low, mid, high = (_cents(item, one) for one in TIERS)
    name, title, count, _ = item
    return Purchase(id=name, title=title, count=count, low_cents=low, mid_cents=mid, high_cents=high, chosen_cents=_cents(item, tier))


def _days(wanted: Sequence[str]) -> tuple[Block, ...]:
    fixtures = any(task != "paint" for task in wanted)
    if "paint" not in wanted:
        return (Block(day="Friday", work="Shop", hours=(2, 2)), Block(day="Saturday", work="Install the fixtures", hours=(2, 4)))
    second = "Second coat, then install the fixtures" if fixtures else "Second coat"
    return (
        Block(day="Friday", work="Shop and clear the room", hours=(2, 2)),
        Block(day="Saturday", work="Clean, fill, tape and the first coat", hours=(6, 8)),
        Block(day="Sunday", work=second, hours=(6, 8) if fixtures else (3, 4)),
        Block(day="Monday", work="Let it cure, and keep the room dry", hours=(0, 0)),
    )


def _said(total: int, left: int, gallons: int) -> str:
    paint = f", with {gallons} {'gallon' if gallons == 1 else 'gallons'} of paint" if gallons else ""
    if left < 0:
        return f"The list comes to {usd(total)}{paint}: {usd(-left)} over your budget. Leave something out, or keep what still serves."
    return f"The list comes to {usd(total)}{paint}, and {usd(left)} of your budget stay."


def _assumptions(height_ft: Decimal | None, tier: Column | None, chosen: Column) -> list[str]:
    said = [] if height_ft else ["The ceiling is taken as 8 ft high."]
    if tier is None:
        said.append("Mid prices." if chosen == "mid" else "Low prices, since mid ones go over the budget.")
    said.append("Two coats, doors and windows not taken off; dark walls, stains and patches also take primer.")
    said.append("You have a ladder, a drill and screwdrivers. National prices, without sales tax.")
    said.append("Only swap a light where the breaker is off and a tester says so; where in doubt, stop and call an electrician.")
    return said
