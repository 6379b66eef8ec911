"""Who does which task: one's own hands, one's own hands with care, or a professional's. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from journeys.safety.findings import classify
from journeys.safety.rules import LEVELS, RULES, Level, is_forbidden, rule
from journeys.safety.tasks import TASKS, tasks_in


class Assigned(NamedTuple):
    """`rule` and `why` where one holds; `why` is the sentence to show beside the task."""

    task: str
    level: Level
    rule: str = ""
    why: str = ""


class Hands(NamedTuple):
    """In the order in which the tasks were named."""

    yourself: list[Assigned]
    with_care: list[Assigned]
    professional: list[Assigned]


UNKNOWN: Final = "I don't know this task. Read the maker's instructions to the end first, and leave it to somebody else where in doubt."
_LET_OUT: Final = frozenset({"investor"})  # what is let to others is often a licensed person's work where an owner's own home is not
_COVERS: Final = frozenset({"paint", "wallpaper", "backsplash", "hang_cabinets", "caulk", "floating_floor", "cabinet_paint"})
_STOPS_ALL: Final = frozenset(name for name, one in RULES.items() if one.happening)


def allowed_tasks(tasks: Iterable[str], persona: str, year_built: int | None = None, found: Iterable[str] = ()) -> Hands:
    """`tasks`: names of TASKS, or words. `found`: rules of what was found on site, such as mould; it moves tasks to a professional.

    For steps such as `route` and `diy_pack`: the third list is never worked out as steps for anybody.
    """
    on_site = {name for name in found if rule(name)}
    hands = Hands([], [], [])
    for task in tasks:
        one = _assigned(task, persona, year_built, on_site)
        if is_forbidden(one.level):
            hands.professional.append(one)
        elif one.level in ("caution", "advanced"):
            hands.with_care.append(one)
        else:
            hands.yourself.append(one)
    return hands


def _assigned(task: str, persona: str, year_built: int | None, on_site: set[str]) -> Assigned:
    stopping = next((name for name in RULES if name in on_site & _STOPS_ALL), None)
    if stopping:
        return Assigned(task, "professional", stopping, RULES[stopping].sentence)
    named = [task] if task in TASKS else tasks_in(task)
    if task in TASKS:
        falls = [TASKS[task].falls_under(year_built)]
    else:
        falls = [(one.rule, one.level) for one in classify(task, year_built)] + [TASKS[name].falls_under(year_built) for name in named]
    if not falls:
        return Assigned(task, "caution", "", UNKNOWN)
    name, level = max(falls, key=lambda fall: LEVELS.index(fall[1]))
    if "mould" in on_site and _COVERS & set(named):
        return Assigned(task, "professional", "mould", RULES["mould"].sentence)
    if "asbestos" in on_site and any(TASKS[each].rule == "asbestos" for each in named):
        return Assigned(task, "prohibited", "asbestos", RULES["asbestos"].sentence)
    if level == "advanced" and persona in _LET_OUT:
        level = "professional"
    return Assigned(task, level, name, RULES[name].sentence if name else "")
