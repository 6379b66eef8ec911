"""Which projects come first: hard safety always, then the most impact x urgency for the money, within the budget less a reserve.

Greedy and in code: a project waits for those it depends on, and one that doesn't fit lets a smaller one pass. What has to be done for
safety is planned even where the money doesn't reach, and the lack is said. Projects and their figures stand in the catalogue below.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.errors import BadSum, UnknownChoice
from journeys.renovation.pricing.costing import cents
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.sums import Answer, Span, between, together, usd, usd_range

Urgency = Literal["critical", "high", "medium_high", "medium", "low"]
Tier = Literal["immediate", "high", "medium", "low"]

WEIGHTS: dict[Urgency, int] = {"critical": 5, "high": 4, "medium_high": 3, "medium": 2, "low": 1}
TIER_OF: dict[Urgency, Tier] = {"critical": "immediate", "high": "high", "medium_high": "medium", "medium": "medium", "low": "low"}
# Months from now; low has no end of its own.
WINDOWS: dict[Tier, tuple[int, int | None]] = {"immediate": (0, 3), "high": (3, 12), "medium": (12, 24), "low": (24, None)}


class Project(Frozen):
    """`impact` 0-10. A `safety` project is never left out. `after` are projects that have to be done first where they are planned too."""

    id: str
    title: str
    cost: Span
    impact: int
    urgency: Urgency
    reason: str
    safety: bool = False
    after: tuple[str, ...] = ()


class Planned(Frozen):
    """`months` from now; None where it waits for money or for a later year, and `why` says which."""

    id: str
    title: str
    cost: Span
    tier: Tier
    months: tuple[int, int | None] | None
    score: Decimal
    why: str


class TierSum(Frozen):
    tier: Tier
    cost: Span


class PriorityPlan(Answer):
    """`planned_cents` are best costs; budget = planned + reserve + left, and `left_cents` is below zero where safety alone breaks it."""

    budget_cents: int
    reserve_pct: Decimal
    reserve_cents: int
    planned_cents: int
    left_cents: int
    planned: tuple[Planned, ...]
    waiting: tuple[Planned, ...]
    tiers: tuple[TierSum, ...]
    total: Span


def _project(
    name: str, title: str, dollars: tuple[int, int], impact: int, urgency: Urgency, reason: str, safety: bool = False, after: str = ""
) -> Project:
    cost = between(dollars[0] * 100, dollars[1] * 100)
    return Project(
        id=name, title=title, cost=cost, impact=impact, urgency=urgency, reason=reason, safety=safety, after=tuple(after.split())
    )


# House figures.
CATALOGUE: dict[str, Project] = {
    project.id: project
    for project in (
        _project("bath_leak", "Repair the leak near the tub", (1_500, 3_000), 9, "critical", "Water rots what is under it.", True),
        _project("outlet_covers", "Close open outlets", (100, 200), 8, "critical", "Live parts can be touched.", True),
        _project("dishwasher", "Replace the dead dishwasher", (700, 1_500), 5, "critical", "It doesn't work, and it may leak."),
        _project("electrical_safety", "Bring unsafe wiring up to date", (2_000, 6_000), 9, "critical", "Old wiring can burn.", True),
        _project("kitchen", "Renovate the kitchen at a modest scope", (20_000, 28_000), 9, "high", "It is used most and worn most."),
        _project(
            "main_bathroom", "Renovate the main bathroom", (12_000, 20_000), 8, "high", "Worn surfaces let water in.", after="bath_leak"
        ),
        _project("roof", "New roof", (8_000, 15_000), 8, "high", "A roof near its end lets water in."),
        _project("hvac", "New heating and air conditioning", (5_000, 8_000), 7, "medium_high", "An old system fails when it is needed."),
        _project("water_heater", "New water heater", (1_200, 2_000), 6, "medium_high", "Old tanks leak."),
        _project(
            "flooring", "New floors", (8_000, 12_000), 6, "medium", "They show the years.", after="interior_paint kitchen main_bathroom"
        ),
        _project("second_bathroom", "Refresh the second bathroom", (5_000, 10_000), 5, "medium", "It works, and looks its age."),
        _project(
            "interior_paint", "Paint inside", (7_000, 9_000), 5, "medium", "It lifts every room.", after="electrical_safety kitchen windows"
        ),
        _project("windows", "New windows", (8_000, 20_000), 5, "low", "They pay back slowly."),
        _project("landscaping", "Garden and paths", (3_000, 8_000), 3, "low", "It can wait."),
    )
}


def project(project_id: str) -> Project:
    """Raises UnknownChoice for a project that isn't in the catalogue."""
    if project_id not in CATALOGUE:
        raise UnknownChoice("projects", project_id, tuple(CATALOGUE))
    return CATALOGUE[project_id]


def score(one: Project) -> Fraction:
    """Impact x urgency weight for each thousand dollars of best cost, exact."""
    return Fraction(one.impact * WEIGHTS[one.urgency] * 100_000, max(one.cost.best_cents, 1))


def prioritise(
    projects: Sequence[Project], budget_cents: int, *, currency: str, reserve_pct: Decimal = Decimal(10), horizon_months: int | None = None
) -> PriorityPlan:
    """The plan. Raises BadSum for no projects, a budget that is no sum or a reserve of everything; UnpricedCurrency for all but USD."""
    BOOK.require(currency)
    if budget_cents <= 0 or not 0 <= reserve_pct < 100:
        raise BadSum("A budget has to be above zero, and a reserve below all of it.")
    if not projects:
        raise BadSum("Tell me which projects you have in mind.")
    reserve = cents(budget_cents * reserve_pct / 100)
    left = budget_cents - reserve
    chosen: dict[str, Project] = {}
    waiting: dict[str, str] = {}
    for first in sorted((one for one in projects if one.safety), key=_rank):
        chosen[first.id], left = first, left - first.cost.best_cents
    asked = {one.id for one in projects}
    open_ones = sorted((one for one in projects if not one.safety), key=_rank)
    while (one := _next(open_ones, asked, chosen, waiting)) is not None:
        open_ones.remove(one)
        if (late := _too_late(one, horizon_months)) is not None:
            waiting[one.id] = late
        elif missing := [name for name in one.after if name in waiting]:
            waiting[one.id] = f"It follows {' and '.join(project(name).title.lower() for name in missing)}, which waits."
        elif one.cost.best_cents > left:
            waiting[one.id] = f"{usd(one.cost.best_cents)} don't fit into what is left of the budget."
        else:
            chosen[one.id], left = one, left - one.cost.best_cents
    starts = _starts(chosen)
    by_id = {one.id: one for one in projects}
    planned = tuple(_planned(chosen[name], starts[name], chosen[name].reason) for name in sorted(chosen, key=lambda name: starts[name][0]))
    later = tuple(_planned(by_id[name], None, why) for name, why in waiting.items())
    return PriorityPlan(
        headline=_said(planned, later, budget_cents - reserve - left, left),
        currency=currency,
        budget_cents=budget_cents,
        reserve_pct=reserve_pct,
        reserve_cents=reserve,
        planned_cents=budget_cents - reserve - left,
        left_cents=left,
        planned=planned,
        waiting=later,
        tiers=tuple(
            TierSum(tier=tier, cost=tier_cost(projects, tier)) for tier in WINDOWS if any(TIER_OF[p.urgency] == tier for p in projects)
        ),
        total=together(one.cost for one in projects),
        assumptions=(
            "Costs are house figures of usual projects, planned at the middle of their range; an estimate for each comes before it starts.",
            f"{reserve_pct.normalize():f} % of the budget stay in reserve.",
            *((f"All that you named costs {usd_range(together(one.cost for one in projects))}.",)),
        ),
    )


def tier_cost(projects: Sequence[Project], tier: Tier) -> Span:
    return together(one.cost for one in projects if TIER_OF[one.urgency] == tier)


def _rank(one: Project) -> tuple[Fraction, str]:
    return -score(one), one.id


def _next(open_ones: Sequence[Project], asked: set[str], chosen: dict[str, Project], waiting: dict[str, str]) -> Project | None:
    """The best of those whose forerunners are decided; where they wait for each other in a ring, the best of all."""
    ready = [one for one in open_ones if all(name in chosen or name in waiting or name not in asked for name in one.after)]
    return next(iter(ready or open_ones), None)


def _too_late(one: Project, horizon_months: int | None) -> str | None:
    start = WINDOWS[TIER_OF[one.urgency]][0]
    return f"Its time begins after {horizon_months} months." if horizon_months is not None and start >= horizon_months else None


def _starts(chosen: dict[str, Project]) -> dict[str, tuple[int, int | None]]:
    """Windows, none before that of what has to be done first."""
    windows = {name: WINDOWS["immediate" if one.safety else TIER_OF[one.urgency]] for name, one in chosen.items()}
    for _ in chosen:
        for name, one in chosen.items():
            windows[name] = max([windows[name], *(windows[other] for other in one.after if other in windows)], key=lambda window: window[0])
    return windows


def _planned(one: Project, months: tuple[int, int | None] | None, why: str) -> Planned:
    tier: Tier = "immediate" if one.safety else TIER_OF[one.urgency]
    shown = (Decimal(score(one).numerator) / score(one).denominator).quantize(Decimal("0.01"))
    return Planned(id=one.id, title=one.title, cost=one.cost, tier=tier, months=months, score=shown, why=why)


def _said(planned: Sequence[Planned], waiting: Sequence[Planned], planned_cents: int, left: int) -> str:
    if left < 0:
        over = f"{usd(-left)} more than the budget without its reserve"
        return f"What safety asks for costs {usd(planned_cents)}: {over}. Nothing else is planned."
    later = f"; {len(waiting)} wait" if len(waiting) > 1 else "; one waits" if waiting else ""
    first = f"First comes: {planned[0].title.lower()}." if planned else "None of them fits."
    count = f"{len(planned)} project{'' if len(planned) == 1 else 's'} for {usd(planned_cents)}"
    return f"{count} fit the budget with its reserve{later}. {first}"
