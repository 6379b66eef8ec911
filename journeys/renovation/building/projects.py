"""The tasks of a kitchen, a bathroom and a basement, as data for schedule.py and for who may do what.

The frame is documented, in working days: a kitchen's demolition 3-4, rough-in a week, installation 2-3 weeks, finishing a week, 5-7
weeks on site after 4-6 weeks of planning; a master bathroom 3-4 weeks; a basement 10-12 weeks and 2-4 weeks for its permits; a wet bar
a week more and a full bathroom 3-5 days; stock cabinets 1-2 weeks and semi-custom 4-6. How a phase divides into tasks are house figures
that add up to it.

`safety` names the safety rules a task falls under; what each rule allows whom stands elsewhere. `demolition` of an old home may
meet asbestos or lead.
"""

from collections.abc import Callable
from typing import Literal, get_args

from journeys.renovation.building.schedule import Span, Task
from journeys.renovation.errors import UnknownChoice
from journeys.renovation.measuring.takeoff import Scope
from journeys.renovation.pricing.work import CabinetTier

Project = Literal["kitchen", "master_bath", "basement"]
Extra = Literal["wet_bar", "full_bath"]
CABINET_LEAD_DAYS: dict[str, Span] = {"stock": (5, 10), "semi_custom": (20, 30), "custom": (40, 70)}
PROJECTS: tuple[str, ...] = get_args(Project)
EXTRAS: tuple[str, ...] = get_args(Extra)
TITLES: dict[str, str] = {"kitchen": "kitchen", "master_bath": "bathroom", "basement": "basement"}


def _task(id: str, title: str, low: int, high: int, after: str = "", **rest: object) -> Task:
    return Task.model_validate({"id": id, "title": title, "days": (low, high), "depends_on": tuple(after.split()), **rest})


def _before(id: str, title: str, days: Span, kind: str = "lead_time") -> Task:
    return _task(id, title, *days, kind=kind, phase="before")


def _gate(id: str, title: str, low: int, high: int, after: str) -> Task:
    return _task(id, title, low, high, after, kind="inspection")


_OLD = ("asbestos", "lead")

_KITCHEN_REFRESH = (
    _before("order_counter", "Order countertop, sink and lights", (10, 20)),
    _task("demolition", "Take out counter and backsplash", 1, 2, "order_counter", trade="demo", safety=_OLD),
    _task("paint_cabinets", "Paint the cabinets", 5, 7, "demolition", trade="painter"),
    _task("counter", "Measure, make and fit the countertop", 5, 6, "paint_cabinets", trade="counter"),
    _task("paint", "Paint walls and ceiling", 2, 3, "demolition", trade="painter"),
    _task("backsplash", "Backsplash", 2, 2, "counter paint", trade="tile"),
    _task("hook_up", "Connect sink, faucet and appliances", 1, 2, "counter", trade="plumber"),
    _task("lights", "Change the lights", 1, 1, "paint", trade="electrician", safety=("fixture_swap",)),
    _task("punch_list", "Trim, touch-up and punch list", 2, 3, "backsplash hook_up lights", trade="carpenter"),
)


def _kitchen(lead: Span, full: bool) -> tuple[Task, ...]:
    days: dict[str, Span] = {
        "demolition": (3, 4),
        "plumbing": (3, 4),
        "electrical": (5, 5),
        "close_walls": (1, 2),
        "floor": (2, 3),
        "cabinets": (2, 4),
        "counter": (5, 6),
        "backsplash": (2, 2),
    }
    if full:
        days |= {"demolition": (4, 5), "plumbing": (5, 8), "electrical": (7, 10), "close_walls": (5, 7), "floor": (3, 4)}
        days |= {"cabinets": (4, 6), "counter": (5, 8), "backsplash": (2, 3)}
    return (
        _before("order_cabinets", "Order cabinets and wait for them", lead),
        _before("order_appliances", "Order appliances", (5, 20)),
        _before("permit", "Permit", (10, 20), "permit"),
        _task("demolition", "Demolition", *days["demolition"], "order_cabinets permit", trade="demo", safety=_OLD),
        _task("plumbing_rough_in", "Plumbing rough-in", *days["plumbing"], "demolition", trade="plumber", safety=("plumbing_major",)),
        _task("electrical_rough_in", "Electrical rough-in", *days["electrical"], "demolition", trade="electrician", safety=("electrical",)),
        _gate("rough_inspection", "Rough-in inspection", 1, 2, "plumbing_rough_in electrical_rough_in"),
        _task("close_walls", "Close and finish the walls", *days["close_walls"], "rough_inspection", trade="drywall"),
        _task("floor", "Floor", *days["floor"], "close_walls", trade="floor"),
        _task("cabinets", "Set the cabinets", *days["cabinets"], "floor", trade="cabinet"),
        _task("counter", "Measure, make and fit the countertop", *days["counter"], "cabinets", trade="counter"),
        _task("paint", "Paint walls and ceiling", 2, 3, "close_walls", trade="painter"),
        _task("backsplash", "Backsplash", *days["backsplash"], "counter paint", trade="tile"),
        _task("hook_up", "Connect sink and appliances", 1, 2, "counter order_appliances", trade="plumber"),
        _task("electrical_finish", "Outlets and lights", 1, 1, "backsplash", trade="electrician", safety=("electrical",)),
        _task("punch_list", "Trim, touch-up and punch list", 2, 2, "electrical_finish hook_up", trade="carpenter"),
        _gate("final_inspection", "Final inspection", 1, 2, "punch_list"),
    )


_MASTER_BATH = (
    _before("order_fixtures", "Order tile, vanity and fixtures", (10, 20)),
    _before("permit", "Permit", (5, 15), "permit"),
    _task("demolition", "Demolition", 2, 3, "order_fixtures permit", trade="demo", safety=_OLD),
    _task("plumbing_rough_in", "Plumbing rough-in", 3, 4, "demolition", trade="plumber", safety=("plumbing_major",)),
    _task("electrical_rough_in", "Electrical rough-in and fan", 1, 2, "demolition", trade="electrician", safety=("electrical",)),
    _gate("rough_inspection", "Rough-in inspection", 1, 2, "plumbing_rough_in electrical_rough_in"),
    _task("waterproofing", "Backer board and waterproofing", 2, 3, "rough_inspection", trade="tile"),
    _task("tile", "Tile and grout", 3, 4, "waterproofing", trade="tile"),
    _task("grout_dry", "Grout dries", 1, 1, "tile", kind="wait"),
    _task("paint", "Paint", 1, 2, "waterproofing", trade="painter"),
    _task("fixtures", "Set vanity, toilet and fixtures", 2, 2, "grout_dry paint", trade="plumber"),
    _task("electrical_finish", "Light, fan and outlets", 1, 1, "grout_dry paint", trade="electrician", safety=("fixture_swap",)),
    _gate("final_inspection", "Final inspection and punch list", 1, 1, "fixtures electrical_finish"),
)
_BASEMENT = (
    _before("permit", "Permits", (10, 20), "permit"),
    _task("prepare", "Clear out and check for water", 2, 2, "permit", trade="demo", safety=_OLD),
    _task("egress", "Cut the escape window", 3, 4, "prepare", trade="framing", safety=("structural",)),
    _task("framing", "Framing and fire-blocking", 6, 7, "egress", trade="framing"),
    _task("plumbing_rough_in", "Plumbing rough-in", 4, 4, "framing", trade="plumber", safety=("plumbing_major",)),
    _task("hvac_rough_in", "Heating and ventilation rough-in", 3, 4, "plumbing_rough_in", trade="hvac", safety=("gas",)),
    _task("electrical_rough_in", "Electrical rough-in", 5, 6, "hvac_rough_in", trade="electrician", safety=("electrical",)),
    _gate("rough_inspection", "Framing, plumbing and electrical inspections", 1, 2, "electrical_rough_in"),
    _task("insulation", "Insulation", 2, 2, "rough_inspection", trade="insulation"),
    _gate("insulation_inspection", "Insulation inspection", 1, 1, "insulation"),
    _task("drywall", "Hang, tape and finish drywall", 8, 10, "insulation_inspection", trade="drywall"),
    _task("paint", "Paint", 4, 5, "drywall", trade="painter"),
    _task("floor", "Floor", 4, 5, "paint", trade="floor"),
    _task("trim", "Doors and trim", 4, 4, "floor", trade="carpenter"),
    _task("electrical_finish", "Outlets, lights and detectors", 2, 2, "paint", trade="electrician", safety=("electrical",)),
    _task("plumbing_finish", "Plumbing fixtures", 1, 2, "floor", trade="plumber"),
    _task("punch_list", "Touch-up and punch list", 2, 2, "trim electrical_finish plumbing_finish", trade="carpenter"),
    _gate("final_inspection", "Final inspection", 1, 2, "punch_list"),
)
_EXTRA_TASKS: dict[str, Task] = {
    "wet_bar": _task("wet_bar", "Wet bar", 5, 5, "floor", trade="cabinet", safety=("plumbing_major",)),
    "full_bath": _task("full_bath", "Full bathroom", 3, 5, "insulation_inspection", trade="tile", safety=("plumbing_major",)),
}


def tasks_of(
    project: Project, scope: Scope | None = None, cabinet_tier: CabinetTier | None = None, extras: tuple[Extra, ...] = ()
) -> tuple[Task, ...]:
    """The tasks of a project. A kitchen's follow its scope (moderate where none is chosen) and cabinets (semi-custom); extras are a
    basement's. Raises UnknownChoice for what there are no tasks for."""
    kinds: dict[str, Callable[[], tuple[Task, ...]]] = {
        "kitchen": lambda: (
            _KITCHEN_REFRESH if scope == "refresh" else _kitchen(CABINET_LEAD_DAYS[cabinet_tier or "semi_custom"], scope == "full")
        ),
        "master_bath": lambda: _MASTER_BATH,
        "basement": lambda: _with_extras(extras),
    }
    if project not in kinds:
        raise UnknownChoice("project_kind", project, PROJECTS)
    return kinds[project]()


def _with_extras(extras: tuple[Extra, ...]) -> tuple[Task, ...]:
    """A bathroom comes before the drywall and a bar before the trim, so that each makes the whole longer by its own days."""
    tasks = {task.id: task for task in _BASEMENT}
    for extra, waits in (("full_bath", "drywall"), ("wet_bar", "trim")):
        if extra in extras:
            tasks[extra] = _EXTRA_TASKS[extra]
            tasks[waits] = tasks[waits].model_copy(update={"depends_on": (*tasks[waits].depends_on, extra)})
    return tuple(tasks.values())
