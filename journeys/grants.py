"""What may be asked of a journey now, and what may not: each refusal says why and what comes first. Pure and cheap."""

from collections.abc import Mapping
from decimal import Decimal

from journeys.facts import (
    Abandoned,
    Began,
    ChildEnded,
    Chose,
    Fact,
    FoundOut,
    Gave,
    Heard,
    Made,
    Paused,
    Resumed,
    SetBudget,
    SettledEffect,
    Skipped,
    Stopped,
    SwitchedPersona,
    TimeCame,
    WentBack,
)
from journeys.inputs import Area, Choice, Choices, Count, Length, Money, Need, Percent, RoomSize, Value, Weeks
from journeys.refusals import (
    JourneyClosed,
    JourneyPaused,
    NotInDoubt,
    NotYours,
    Spent,
    StepCantBeSkipped,
    StepNotOpen,
    UnknownFact,
    UnknownInput,
    UnknownOption,
    UnknownPersona,
    UnknownRole,
    UnknownStep,
    WrongKind,
)
from journeys.state import JourneyState
from journeys.template import Pick, Step, Template


def check_role(template: Template, role: str | None) -> None:
    """None is whoever started the journey. Raises UnknownRole."""
    if role is not None and role not in template.roles:
        raise UnknownRole(f"This journey has no role {role!r}. It has: {', '.join(template.roles) or 'none'}.")


def check(template: Template, state: JourneyState, fact: Fact | None) -> None:
    """Raises the Refusal that `decide` would. Cheap, so that a validator may ask before anything enters history.

    None stands for a message that is not understood yet: only a closed or paused journey refuses it.
    """
    if isinstance(fact, Began | Made | TimeCame | ChildEnded | FoundOut):
        return
    if state.is_closed:
        raise JourneyClosed(f"This journey is {state.status}. Its results stay readable; a new one can be started.")
    if state.status == "paused" and not isinstance(fact, Paused | Resumed | Abandoned | Stopped | SetBudget):
        raise JourneyPaused("This journey is paused. Resume it first; nothing was lost.")
    match fact:
        case Gave(inputs=inputs):
            _check_inputs(template, inputs)
            if not inputs and revisited(state) is None:
                raise UnknownInput("No input was given, and no step is being revisited that could be kept as it was.")
        case SettledEffect(deed=deed):
            if (ref := state.effects.get(deed)) is None or ref.status != "in_doubt":
                raise NotInDoubt("Nothing of this name is in doubt: there is nothing to send again or to leave.")
        case Heard(fact=name, inputs=inputs):
            if not template.awaiting(name):
                known = ", ".join(sorted({step.outside.fact for step in template.steps if step.outside})) or "none"
                raise UnknownFact(f"This journey waits for no {name!r}. What it can wait for: {known}.")
            _check_inputs(template, inputs)
        case SwitchedPersona(persona=persona):
            if persona not in template.personas:
                raise UnknownPersona(f"This journey is for {', '.join(template.personas)}; {persona!r} is none of them.")
        case Chose(step=step_id, option=option_id, role=role):
            step, held = step_named(template, step_id), state.steps[step_id]
            if step.decision is None:
                raise StepNotOpen(f"{step.title} asks no decision.")
            if held.status != "waiting" or held.awaits != "decision":
                raise StepNotOpen(f"{step.title} is {held.status}: its decision is not open{comes_first(template, state)}.")
            pick = step.decision.pick(option_id)
            if pick is None:
                raise UnknownOption(f"{step.title} has no option {option_id!r}. It has: {', '.join(p.id for p in step.decision.options)}.")
            check_role(template, role)
            if not may_decide(step, role):
                raise NotYours(f"{step.title} is for {deciders(template, step)} to decide.")
            if is_spent(state, step, pick):
                raise Spent(spent(step, pick))
        case WentBack(step=step_id):
            step = step_named(template, step_id)
            if not state.steps[step_id].was_reached:
                raise StepNotOpen(f"{step.title} was not reached yet, so there is nothing to go back to{comes_first(template, state)}.")
        case Skipped(step=step_id):
            step = step_named(template, step_id)
            if not step.may_skip:
                raise StepCantBeSkipped(f"{step.title} can't be skipped: later steps build on it.")
            if state.steps[step_id].status not in ("open", "waiting", "blocked"):
                raise StepNotOpen(f"{step.title} is {state.steps[step_id].status}, so it can't be skipped now.")


def _check_inputs(template: Template, inputs: Mapping[str, Value]) -> None:
    for name, value in inputs.items():
        need = template.need(name)
        if need is None:
            known = ", ".join(need.name for _, need in template.needs())
            raise UnknownInput(f"This journey has no input {name!r}. It has: {known}.")
        if problem := misfit(need, value):
            raise WrongKind(f"{need.title}: {problem}")


def may_decide(step: Step, role: str | None) -> bool:
    return step.decision is not None and (not step.decision.by or role in step.decision.by)


def deciders(template: Template, step: Step) -> str:
    return " or ".join(template.roles[role].lower() for role in step.decision.by) if step.decision else ""


def is_spent(state: JourneyState, step: Step, pick: Pick) -> bool:
    """Whether an option that leads back or starts something was chosen as often as it may be."""
    return pick.at_most is not None and state.steps[step.id].went.get(pick.id, 0) >= pick.at_most


def spent(step: Step, pick: Pick) -> str:
    so_often = f": it was chosen {pick.at_most} time{'' if pick.at_most == 1 else 's'}" if pick.at_most else ""
    return f"Choosing “{pick.title}” once more would not help{so_often}. {pick.beyond}".strip()


_A_KIND = {"area": "an area", "choices": "a list of choices", "room_size": "a room size", "weeks": "a number of weeks"}


def misfit(need: Need, value: Value) -> str | None:
    """Why this value can't answer this need, as the end of a sentence; None when it can."""
    if value.kind != need.kind:
        return f"{_A_KIND.get(need.kind, f'a {need.kind}')} is needed here, not {_A_KIND.get(value.kind, f'a {value.kind}')}."
    if isinstance(value, Choice) and need.option(value.option) is None:
        return f"{value.option!r} is none of {', '.join(option.id for option in need.options)}."
    if isinstance(value, Choices) and (unknown := [option for option in value.options if need.option(option) is None]):
        return f"{unknown[0]!r} is none of {', '.join(option.id for option in need.options)}."
    low, high = extent(value)
    if low is not None and need.at_least is not None and low < need.at_least:
        return f"it is below {need.at_least}, the least that makes sense here."
    if high is not None and need.at_most is not None and high > need.at_most:
        return f"it is above {need.at_most}, the most that makes sense here."
    return None


def step_named(template: Template, step_id: str) -> Step:
    step = template.step(step_id)
    if step is None:
        raise UnknownStep(f"This journey has no step {step_id!r}. It has: {', '.join(step.id for step in template.steps)}.")
    return step


def comes_first(template: Template, state: JourneyState) -> str:
    focus = template.step(state.focus) if state.focus else None
    return f"; {focus.title} comes first" if focus else ""


def revisited(state: JourneyState) -> str | None:
    """The step that an answer without inputs keeps: the one the conversation is at, else the first that is revisited."""
    revisited = [step_id for step_id, held in state.steps.items() if held.revisiting]
    return state.focus if state.focus in revisited else next(iter(revisited), None)


def extent(value: Value) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most of a value, in the unit of the need's bounds; (None, None) where it has no measure."""
    if isinstance(value, Length):
        return value.feet, value.feet
    if isinstance(value, RoomSize):
        return min(value.length_ft, value.width_ft), max(value.length_ft, value.width_ft)
    if isinstance(value, Money):
        return Decimal(value.high_cents) / 100, Decimal(value.high_cents) / 100
    if isinstance(value, Weeks):
        return value.low, value.high
    if isinstance(value, Count):
        return Decimal(value.count), Decimal(value.count)
    if isinstance(value, Area):
        return value.sqft, value.sqft
    if isinstance(value, Percent):
        return value.percent, value.percent
    return None, None
