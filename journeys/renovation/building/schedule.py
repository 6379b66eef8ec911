"""A schedule from tasks that depend on one another: earliest and latest days, float, the critical path, and the range of the whole.

Days are working days, five a week, as ranges; lead times, permits and waits are tasks like any other, so ordering late shows as delay.
An inspection is a gate: what depends on it can't start before it. Each end of the ranges is scheduled on its own, for the critical path
of a slow job may be another than that of a quick one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from journeys.inputs import Frozen, Slug
from journeys.renovation.errors import CannotEstimate

DAYS_A_WEEK = 5
Span = tuple[int, int]


class Task(Frozen):
    """`trade` does it, None where nobody is on site. `safety` names the safety rules it falls under; none: safe with ordinary care."""

    id: Slug
    title: str
    days: tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(ge=0, le=1000)]]
    depends_on: tuple[Slug, ...] = ()
    kind: Literal["work", "lead_time", "permit", "inspection", "wait"] = "work"
    phase: Literal["before", "on_site"] = "on_site"
    trade: Slug | None = None
    safety: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def low_is_low(self) -> "Task":
        if self.days[0] > self.days[1]:
            raise ValueError("the low number of days is above the high one")
        return self


class Planned(Frozen):
    """Working days from the first, each as (quick, slow). `float_days`: how far it may slip before the end does.
    `critical`: it can't slip at all, in a quick job, in a slow one, or in both."""

    task: Task
    earliest_start: Span
    earliest_finish: Span
    float_days: Span
    critical: Literal["both", "quick", "slow", "no"]


class Plan(Frozen):
    """`on_site_start` and `on_site_days` are those of the first and the last task on site. `critical_path` is that of the slow job."""

    tasks: tuple[Planned, ...]
    critical_path: tuple[Slug, ...]
    total_days: Span
    on_site_start: Span
    on_site_days: Span

    def of(self, task_id: str) -> Planned:
        return next(planned for planned in self.tasks if planned.task.id == task_id)


class BrokenPlan(CannotEstimate):
    """Tasks that no order satisfies, or that depend on one that isn't there."""


def plan(tasks: Sequence[Task]) -> Plan:
    """The schedule of the tasks, in the order given. Raises BrokenPlan naming the task that is doubled, unknown or waits for itself."""
    if not tasks:
        raise BrokenPlan("There is no task to schedule.")
    order = _in_order(tasks)
    quick, slow = (_schedule(order, {task.id: task.days[side] for task in tasks}) for side in (0, 1))
    planned = []
    for task in tasks:
        (start_q, float_q), (start_s, float_s) = quick.at[task.id], slow.at[task.id]
        by_float: dict[tuple[bool, bool], Literal["both", "quick", "slow", "no"]] = {
            (True, True): "both",
            (True, False): "quick",
            (False, True): "slow",
            (False, False): "no",
        }
        planned.append(
            Planned(
                task=task,
                earliest_start=(start_q, start_s),
                earliest_finish=(start_q + task.days[0], start_s + task.days[1]),
                float_days=(float_q, float_s),
                critical=by_float[float_q == 0, float_s == 0],
            )
        )
    on_site = [p for p in planned if p.task.phase == "on_site"]
    starts = tuple(min((p.earliest_start[side] for p in on_site), default=0) for side in (0, 1))
    ends = tuple(max((p.earliest_finish[side] for p in on_site), default=0) for side in (0, 1))
    return Plan(
        tasks=tuple(planned),
        critical_path=_critical_path(order, slow),
        total_days=(quick.end, slow.end),
        on_site_start=(starts[0], starts[1]),
        on_site_days=(ends[0] - starts[0], ends[1] - starts[1]),
    )


def slipped(tasks: Sequence[Task], late_days: Mapping[str, int]) -> tuple[Task, ...]:
    """The same tasks with some of them longer: a late permit, an inspection to repeat. Raises BrokenPlan for an unknown one."""
    for task_id in late_days:
        if task_id not in {task.id for task in tasks}:
            raise BrokenPlan(f"There is no task called {task_id.replace('_', ' ')} in this schedule.")
    return tuple(task.model_copy(update={"days": tuple(days + max(0, late_days.get(task.id, 0)) for days in task.days)}) for task in tasks)


def weeks(days: Span) -> Span:
    """Whole weeks, begun ones counted."""
    low, high = (int((Decimal(side) / DAYS_A_WEEK).to_integral_value(ROUND_CEILING)) for side in days)
    return low, high


def workday(start: date, days: int) -> date:
    """The day on which the task begins that starts `days` working days after one that begins on `start` (or the next working day).
    Monday to Friday; holidays are not known. A negative number counts back."""
    day, step = start, 1 if days >= 0 else -1
    while day.weekday() >= DAYS_A_WEEK:
        day += timedelta(days=1)
    for _ in range(abs(days)):
        day += timedelta(days=step)
        while day.weekday() >= DAYS_A_WEEK:
            day += timedelta(days=step)
    return day


class _Side(Frozen):
    """`at`: earliest start and float of each task, at one end of the ranges."""

    at: dict[str, tuple[int, int]]
    days: dict[str, int]
    end: int


def _schedule(order: Sequence[Task], days: dict[str, int]) -> _Side:
    start: dict[str, int] = {}
    for task in order:
        start[task.id] = max((start[other] + days[other] for other in task.depends_on), default=0)
    end = max(start[task.id] + days[task.id] for task in order)
    latest_finish = {task.id: end for task in order}
    for task in reversed(order):
        for other in task.depends_on:
            latest_finish[other] = min(latest_finish[other], latest_finish[task.id] - days[task.id])
    return _Side(at={t.id: (start[t.id], latest_finish[t.id] - days[t.id] - start[t.id]) for t in order}, days=days, end=end)


def _critical_path(order: Sequence[Task], side: _Side) -> tuple[str, ...]:
    """One chain without float from the first day to the last; of several, the first in the order given."""
    by_id = {task.id: task for task in order}
    last = next(t for t in order if sum((side.at[t.id][0], side.days[t.id])) == side.end and side.at[t.id][1] == 0)
    path = [last.id]
    while side.at[path[-1]][0] > 0:
        begins = side.at[path[-1]][0]
        path.append(next(other for other in by_id[path[-1]].depends_on if side.at[other][0] + side.days[other] == begins))
    return tuple(reversed(path))


def _in_order(tasks: Sequence[Task]) -> list[Task]:
    """Each after all it depends on, else in the order given."""
    ids = [task.id for task in tasks]
    doubled = {name for name in ids if ids.count(name) > 1}
    unknown = {other for task in tasks for other in task.depends_on} - set(ids)
    if doubled or unknown:
        raise BrokenPlan(f"The schedule names {', '.join(sorted(doubled | unknown))} {'twice' if doubled else 'and has no such task'}.")
    placed: dict[str, Task] = {}
    left = list(tasks)
    while left:
        ready = [task for task in left if all(other in placed for other in task.depends_on)]
        if not ready:
            raise BrokenPlan(f"These tasks wait for one another: {', '.join(task.id for task in left)}.")
        placed |= {task.id: task for task in ready}
        left = [task for task in left if task.id not in placed]
    return list(placed.values())
