"""The schedule of a whole project for people: weeks from the order to the last inspection, gates, and dates where the start is known."""

from datetime import date

from journeys.inputs import Frozen, Weeks
from journeys.renovation.building.projects import CABINET_LEAD_DAYS, TITLES, Extra, Project, tasks_of
from journeys.renovation.building.schedule import Plan, Span, plan, weeks, workday
from journeys.renovation.measuring.takeoff import Scope
from journeys.renovation.pricing.work import CabinetTier


class Dates(Frozen):
    """`order_by`: the last day to order and apply for permits in a slow run-up; the finish is that of work begun on `start`."""

    start: date
    order_by: date
    finish: tuple[date, date]


class WorkSchedule(Frozen):
    """Weeks are whole ones, begun ones counted. `in_time`: whether it fits the time a person named, None where none was."""

    headline: str
    project: Project
    scope: Scope | None
    plan: Plan
    total_weeks: Span
    on_site_weeks: Span
    gates: tuple[str, ...]
    dates: Dates | None
    in_time: bool | None
    assumptions: tuple[str, ...]
    citation: str = "HomeView schedules, house figures"


def work_schedule(
    project: Project,
    *,
    scope: Scope | None = None,
    cabinet_tier: CabinetTier | None = None,
    extras: tuple[Extra, ...] = (),
    start_on: date | None = None,
    timeline: Weeks | None = None,
) -> WorkSchedule:
    """Raises UnknownChoice for a project without tasks."""
    made = plan(tasks_of(project, scope, cabinet_tier, extras))
    total, on_site = weeks(made.total_days), weeks(made.on_site_days)
    in_time = None if timeline is None else total[1] <= timeline.high
    return WorkSchedule(
        headline=_headline(project, made, timeline),
        project=project,
        scope=(scope or "moderate") if project == "kitchen" else None,
        plan=made,
        total_weeks=total,
        on_site_weeks=on_site,
        gates=tuple(p.task.title for p in made.tasks if p.task.kind in ("inspection", "permit")),
        dates=_dates(made, start_on) if start_on else None,
        in_time=in_time,
        assumptions=tuple(_said(project, scope, cabinet_tier, extras, start_on)),
    )


def _dates(made: Plan, start_on: date) -> Dates:
    """A task of n days that begins on a day ends on the (n - 1)th working day after it."""
    start = workday(start_on, 0)
    quick, slow = (workday(start, max(0, days - 1)) for days in made.on_site_days)
    return Dates(start=start, order_by=workday(start, -made.on_site_start[1]), finish=(quick, slow))


def _headline(project: Project, made: Plan, timeline: Weeks | None) -> str:
    total, on_site = weeks(made.total_days), weeks(made.on_site_days)
    said = f"The {TITLES[project]} takes {total[0]}-{total[1]} weeks from the first order, {on_site[0]}-{on_site[1]} of them on site"
    if timeline is None:
        return f"{said}."
    wanted = f"{timeline.high.normalize():f} weeks"
    if total[1] <= timeline.high:
        return f"{said}; that fits {wanted}."
    if total[0] <= timeline.high:
        return f"{said}; {wanted} are enough only if nothing goes slowly."
    longest = max((made.of(task_id) for task_id in made.critical_path), key=lambda planned: planned.task.days[1])
    return f"{said}, which does not fit {wanted}; longest on the way is “{longest.task.title}”."


def _said(project: Project, scope: Scope | None, tier: CabinetTier | None, extras: tuple[Extra, ...], start_on: date | None) -> list[str]:
    said = ["The clock starts when orders and permits go out, with every choice made. Five working days a week."]
    if project == "kitchen" and scope is None:
        said.append("No scope is chosen yet: a moderate kitchen.")
    if project == "kitchen" and scope != "refresh":
        low, high = weeks(CABINET_LEAD_DAYS[tier or "semi_custom"])
        kind = (tier or "semi_custom").replace("_", "-")
        chosen = "" if tier else "No cabinets are chosen yet: "
        said.append(f"{chosen}{kind} cabinets take {low}-{high} weeks to come; ask the maker on the day of ordering.")
        said.append("Demolition waits until the cabinets are there.")
    if project == "basement" and extras:
        said.append(f"It includes {' and '.join(extra.replace('_', ' ') for extra in extras)}.")
    said.append("Every inspection passes the first time; each repeat moves all that waits for it.")
    if start_on is not None:
        said.append("Dates are Mondays to Fridays; holidays are not known here.")
    return said
