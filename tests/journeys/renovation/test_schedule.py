from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.renovation.building.projects import EXTRAS, PROJECTS, tasks_of
from journeys.renovation.building.schedule import BrokenPlan, Task, plan, slipped, weeks, workday
from journeys.renovation.errors import CannotEstimate, UnknownChoice
from journeys.renovation.pricing.work import SCOPES


def task(id, days, after=(), **rest):
    return Task(id=id, title=id, days=days, depends_on=after, **rest)


@st.composite
def tasks(draw):
    """Each depends on some before it, handed over in any order."""
    made = []
    for n in range(draw(st.integers(1, 9))):
        low = draw(st.integers(0, 10))
        after = draw(st.lists(st.sampled_from(range(n)), unique=True)) if n else []
        made.append(task(f"t{n}", (low, low + draw(st.integers(0, 10))), tuple(f"t{other}" for other in after)))
    return draw(st.permutations(made))


def test_the_longest_chain_is_critical_and_the_rest_has_float():
    made = plan([task("a", (2, 3)), task("b", (1, 1), ("a",)), task("c", (4, 6), ("a",)), task("d", (1, 1), ("b", "c"))])
    assert made.total_days == (7, 10)
    assert made.critical_path == ("a", "c", "d")
    assert made.of("b").float_days == (3, 5)
    assert (made.of("d").earliest_start, made.of("d").earliest_finish) == ((6, 9), (7, 10))
    assert [planned.critical for planned in made.tasks] == ["both", "no", "both", "both"]


def test_a_slow_job_may_have_another_critical_path_than_a_quick_one():
    made = plan([task("steady", (5, 5)), task("moody", (2, 9))])
    assert (made.of("steady").critical, made.of("moody").critical) == ("quick", "slow")
    assert made.critical_path == ("moody",)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ([task("a", (1, 1), ("b",)), task("b", (1, 1), ("a",))], "wait for one another: a, b"),
        ([task("a", (1, 1), ("z",))], "no such task"),
        ([task("a", (1, 1)), task("a", (1, 1))], "twice"),
        ([], "no task"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_name(broken, words):
    with pytest.raises(BrokenPlan, match=words) as refused:
        plan(broken)
    assert isinstance(refused.value, CannotEstimate)


def test_a_range_that_runs_backwards_is_no_task():
    with pytest.raises(ValidationError):
        task("a", (3, 2))


@given(tasks())
def test_no_task_starts_before_what_it_waits_for_and_all_end_in_time(some):
    made = plan(some)
    for planned in made.tasks:
        for side in (0, 1):
            waits = [made.of(other).earliest_finish[side] for other in planned.task.depends_on]
            assert planned.earliest_start[side] == max(waits, default=0)
            assert planned.float_days[side] >= 0
            assert planned.earliest_finish[side] + planned.float_days[side] <= made.total_days[side]
    assert made.total_days[0] <= made.total_days[1]
    assert [planned.task for planned in made.tasks] == list(some)


@given(tasks())
def test_the_critical_path_is_a_chain_without_float_as_long_as_the_whole(some):
    made = plan(some)
    path = [made.of(task_id) for task_id in made.critical_path]
    assert sum(planned.task.days[1] for planned in path) == made.total_days[1]
    assert all(planned.float_days[1] == 0 for planned in path)
    assert all(before.task.id in after.task.depends_on for before, after in pairwise(path))


@given(st.data())
def test_a_delay_within_its_float_moves_nothing_and_beyond_it_the_end(data):
    some = data.draw(tasks())
    made = plan(some)
    late, days = data.draw(st.sampled_from(made.tasks)), data.draw(st.integers(0, 30))
    after = plan(slipped(some, {late.task.id: days}))
    for side in (0, 1):
        assert after.total_days[side] == made.total_days[side] + max(0, days - late.float_days[side])


def test_a_delay_of_an_unknown_task_is_refused():
    with pytest.raises(BrokenPlan, match="the roof"):
        slipped([task("a", (1, 1))], {"the_roof": 3})


@given(tasks())
def test_the_order_in_which_tasks_are_listed_changes_no_day(some):
    made, other = plan(some), plan(sorted(some, key=lambda one: one.id))
    assert made.total_days == other.total_days
    assert all(planned == other.of(planned.task.id) for planned in made.tasks)


@pytest.mark.parametrize("scope", list(SCOPES))
def test_a_kitchens_weeks_on_site_are_those_of_its_estimate(scope):
    assert weeks(plan(tasks_of("kitchen", scope)).on_site_days) == SCOPES[scope].weeks


def test_a_moderate_kitchen_takes_9_to_13_weeks_and_5_to_7_of_them_on_site():  # 3o
    made = plan(tasks_of("kitchen", "moderate", "semi_custom"))
    assert (weeks(made.total_days), weeks(made.on_site_days), weeks(made.on_site_start)) == ((9, 13), (5, 7), (4, 6))
    assert made.of("demolition").task.days == (3, 4)


def test_a_master_bath_takes_3_to_4_weeks_on_site():  # 3o
    assert weeks(plan(tasks_of("master_bath")).on_site_days) == (3, 4)


def test_a_basement_takes_10_to_12_weeks_and_12_to_16_with_its_permits():  # 3o
    made = plan(tasks_of("basement"))
    assert (weeks(made.on_site_days), weeks(made.total_days)) == ((10, 12), (12, 16))


def test_a_wet_bar_is_a_week_more_and_a_full_bath_three_to_five_days():  # 3o
    bare = plan(tasks_of("basement")).total_days
    for extras, more in ((("wet_bar",), (5, 5)), (("full_bath",), (3, 5)), (("wet_bar", "full_bath"), (8, 10))):
        assert plan(tasks_of("basement", extras=extras)).total_days == (bare[0] + more[0], bare[1] + more[1])


def test_cabinets_that_come_sooner_leave_the_permit_to_be_waited_for():
    assert plan(tasks_of("kitchen", "moderate", "stock")).critical_path[0] == "permit"
    assert plan(tasks_of("kitchen", "moderate", "custom")).critical_path[0] == "order_cabinets"


def all_plans():
    return [(project, tasks_of(project, scope, extras=extras)) for project in PROJECTS for scope in SCOPES for extras in ((), EXTRAS)]


def test_no_wall_is_closed_before_its_inspection():
    closing = {"kitchen": "close_walls", "master_bath": "waterproofing", "basement": "insulation"}
    for project, some in all_plans():
        made = {one.id: one for one in some}
        if closing[project] in made:
            assert made[closing[project]].depends_on == ("rough_inspection",)
            assert made["rough_inspection"].kind == "inspection"


def test_every_piece_of_work_names_its_trade_and_what_is_not_for_anybody_its_rule():
    ruled = {"electrical_rough_in": "electrical", "plumbing_rough_in": "plumbing_major", "hvac_rough_in": "gas", "egress": "structural"}
    ruled |= {"demolition": "asbestos", "prepare": "asbestos", "wet_bar": "plumbing_major", "full_bath": "plumbing_major"}
    for _, some in all_plans():
        for one in some:
            assert (one.trade is not None) == (one.kind == "work")
            assert ruled.get(one.id) in (None, *one.safety)
            assert one.trade != "electrician" or set(one.safety) & {"electrical", "fixture_swap"}


def test_a_project_without_tasks_is_refused():
    with pytest.raises(UnknownChoice, match="spaceship"):
        tasks_of("spaceship")


def test_working_days_leave_weekends_out():
    friday, monday = date(2027, 3, 5), date(2027, 3, 8)
    assert workday(friday, 1) == monday and workday(monday, -1) == friday
    assert workday(date(2027, 3, 6), 0) == monday
    assert workday(monday, 5) == date(2027, 3, 15)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-300, 300))
def test_a_working_day_is_never_on_a_weekend_and_comes_back(start, days):
    first = workday(start, 0)
    there = workday(first, days)
    assert there.weekday() < 5 and workday(there, -days) == first
