"""A budget beside a cost, said without judgement: enough, too low with three ways on, or more than the room gives back.

The three ways of a budget that is too low: work in phases, cheaper choices, or the most important parts first. Phasing is advised,
because it alone always fits.
"""

from collections.abc import Sequence
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum
from journeys.renovation.pricing.allocation import BudgetPart, allocated
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, usd

# House figures of a kitchen: what each change saves, dollars.
KITCHEN_SAVINGS: tuple[tuple[str, int], ...] = (
    ("Paint the cabinets instead of replacing them", 8_000),
    ("A laminate countertop instead of quartz", 2_000),
    ("Keep the appliances", 4_000),
    ("Do the demolition and the painting yourself", 3_000),
)
# Above `good` a kitchen seldom gives its cost back when the home is sold, from `poor` on hardly ever. House figures, dollars.
LUXURY: dict[str, tuple[int, int, int]] = {"kitchen": (80_000, 100_000, 150_000)}


class Route(Frozen):
    """`total_cents` is what this way costs now, None where it depends on what is chosen. `short_cents` is still missing."""

    id: Literal["phase", "cheaper_choices", "priorities"]
    title: str
    total_cents: int | None
    short_cents: int
    fits: bool
    sentence: str


class BudgetVerdict(Answer):
    """`gap_cents` is cost less budget: above zero where money is missing. `allocation` shares the budget out as such rooms usually do."""

    cost_cents: int
    budget_cents: int
    gap_cents: int
    status: Literal["enough", "too_low", "luxury"]
    routes: tuple[Route, ...]
    flags: tuple[str, ...]
    allocation: tuple[BudgetPart, ...] = ()


def budget_verdict(
    cost_cents: int, budget_cents: int, *, currency: str, room: str | None = None, savings: Sequence[tuple[str, int]] = ()
) -> BudgetVerdict:
    """`savings` are changes that don't overlap, with what each saves in cents. Raises BadSum for sums that are not above zero."""
    BOOK.require(currency)
    if cost_cents <= 0 or budget_cents <= 0:
        raise BadSum("A cost and a budget have to be above zero.")
    gap = cost_cents - budget_cents
    flags = _flags(room, max(cost_cents, budget_cents) if gap <= 0 else cost_cents)
    routes = _routes(cost_cents, budget_cents, savings) if gap > 0 else ()
    return BudgetVerdict(
        headline=_said(cost_cents, budget_cents, routes, flags),
        currency=currency,
        cost_cents=cost_cents,
        budget_cents=budget_cents,
        gap_cents=gap,
        status="too_low" if gap > 0 else "luxury" if flags else "enough",
        routes=routes,
        flags=flags,
        allocation=allocated(budget_cents, room),
        citation=f"{BOOK.citation}; house rules for budgets",
    )


def _routes(cost: int, budget: int, savings: Sequence[tuple[str, int]]) -> tuple[Route, ...]:
    least = max(cost - sum(saved for _, saved in savings), 0)
    short = max(least - budget, 0)
    changes = "; ".join(f"{change[0].lower()}{change[1:]} ({usd(saved)})" for change, saved in savings)
    phase = Route(
        id="phase",
        title="In phases",
        total_cents=budget,
        short_cents=0,
        fits=True,
        sentence=f"Now cosmetic work for {usd(budget)}, the remaining {usd(cost - budget)} later. I would do it this way.",
    )
    verdict = f"still {usd(short)} over" if short else "which fits"
    cheaper = Route(
        id="cheaper_choices",
        title="Cheaper choices",
        total_cents=least if savings else None,
        short_cents=short,
        fits=short == 0,
        sentence=f"Together they bring it to {usd(least)}, {verdict}: {changes}."
        if savings
        else f"Cheaper materials and fewer changes would have to save {usd(cost - budget)}; I can price those you name.",
    )
    first = Route(
        id="priorities",
        title="The most important first",
        total_cents=None,
        short_cents=0,
        fits=True,
        sentence="Tell me the two or three parts that matter most to you, and I plan only those within the budget.",
    )
    return phase, cheaper, first


def _flags(room: str | None, spent: int) -> tuple[str, ...]:
    """What a big budget should know."""
    if room not in LUXURY:
        return ()
    low, good, poor = (dollars * 100 for dollars in LUXURY[room])
    if spent >= poor:
        return (f"From about {usd(poor)} on, a {room} hardly gives its cost back when the home is sold: more than the home may carry.",)
    if spent > good:
        return (f"{usd(low)}-{usd(good)} buys a very good {room}; what goes beyond gives little back when the home is sold.",)
    return ()


def _said(cost: int, budget: int, routes: Sequence[Route], flags: Sequence[str]) -> str:
    if routes:
        return f"It costs about {usd(cost)}, {usd(cost - budget)} more than your {usd(budget)}. There are three ways on; phases always fit."
    return " ".join((f"Your {usd(budget)} covers it, with {usd(budget - cost)} to spare.", *flags))
