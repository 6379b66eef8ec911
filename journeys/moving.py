"""Moving an open journey to another version of its template, and back. Pure; decided in an activity, carried out by copying.

A move keeps what fits: a step by its id, an input by its name, a choice by its option, a result by its skill. What does not fit is put away
with the journey, so that the move can be undone. What follows for the steps (what becomes stale, runs again, is asked) the engine says, as
after any other change: it walks the new template with the old answers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from journeys import engine
from journeys.facts import Made
from journeys.grants import misfit
from journeys.inputs import Frozen, Value
from journeys.messages import Decision, Ended, Line, Move, MovedFrom
from journeys.refusals import CantMove, JourneyClosed
from journeys.state import SETTLED, JourneyState, StepState
from journeys.template import Step, Template


class MovePlan(Frozen):
    """What a move would do. Steps by id, inputs by name. `step`: where the journey would be; `asked_again`: inputs and decisions that were
    given before. `why_not` holds sentences; none where it can move."""

    old: str
    new: str
    can: bool
    why_not: list[str] = []
    step: str | None = None
    added: list[str] = []
    dropped: list[str] = []
    stale: list[str] = []
    made_again: list[str] = []
    asked_again: list[str] = []
    put_away: list[str] = []


def plan_move(old: Template, new: Template, state: JourneyState, kept: MovedFrom | None = None) -> MovePlan:
    """`kept`: what a move put away that this one undoes."""
    names = {"old": old.name, "new": new.name}
    if why_not := _obstacles(old, new, state):
        return MovePlan(**names, can=False, why_not=why_not)
    move = rebase(old, new, state, kept)
    before = state.steps
    settled = _moved(new, state, move)
    if settled.status == "paused":  # looked at as it will be once it is resumed
        settled.status = "active"
    decision = _settled(new, settled, state.last_heard_at, {})
    engine.carry_out(settled, decision)
    after = settled.steps
    if settled.is_closed:
        return MovePlan(**names, can=False, why_not=["Nothing would be left to do: the journey would end by being moved."])
    common = [step.id for step in new.steps if step.id in before]
    runs = {run.step for run in decision.runs}
    chosen = [name for name in common if before[name].chosen and _is_open(after[name])]
    return MovePlan(
        **names,
        can=True,
        step=settled.focus,
        added=[step.id for step in new.steps if step.id not in before],
        dropped=[name for name, held in before.items() if name not in after and held.was_reached],
        stale=[name for name in common if before[name].status in (*SETTLED, "waiting") and after[name].status not in (*SETTLED, "waiting")],
        made_again=[name for name in common if name in runs and before[name].results],
        asked_again=[name for name in move.forget if new.need(name)] + [f"{name}_decision" for name in chosen],
        put_away=[name for name in move.forget if new.need(name) is None],
    )


def _is_open(held: StepState) -> bool:
    return held.chosen is None or held.status not in SETTLED


def decide_move(
    old: Template,
    new: Template,
    state: JourneyState,
    *,
    undo: bool,
    kept: MovedFrom | None,
    now: datetime,
    skills: Mapping[str, str],
) -> Decision:
    """The move, and what the engine says follows from it. Raises CantMove, JourneyClosed."""
    require_movable(old, new, state, undo=undo, kept=kept)
    back = kept if undo else None
    plan = plan_move(old, new, state, back)
    if not plan.can:
        raise CantMove(" ".join(plan.why_not))
    move = rebase(old, new, state, back)
    decision = _settled(new, _moved(new, state, move), now, skills)
    told = [Line(code="moved", about=new.name, names=[old.name])]
    away = [old_need.title for name in plan.put_away if (old_need := old.need(name))]
    away += [step.title for step in old.steps if step.id in plan.dropped]
    if away:
        told.append(Line(code="put_away", names=away))
    return decision.model_copy(update={"move": move, "say": [*told, *decision.say]})


def require_movable(old: Template, new: Template, state: JourneyState, *, undo: bool, kept: MovedFrom | None) -> None:
    """What can be known without playing it: raises JourneyClosed, CantMove. Cheap, so that a validator may ask."""
    if state.is_closed:
        raise JourneyClosed(f"This journey is {state.status}. Its results stay readable; a new one can be started.")
    if undo and (kept is None or kept.template != new.name):
        back = f"the last move left {kept.template}" if kept else "it was not moved, or that is undone already"
        raise CantMove(f"There is no move to {new.name} to be undone: {back}.")
    if why_not := _obstacles(old, new, state):
        raise CantMove(" ".join(why_not))


def rebase(old: Template, new: Template, state: JourneyState, kept: MovedFrom | None = None) -> Move:
    """What of the state changes; with `kept`, what had been put away comes back where its place is still empty."""
    had = kept.steps if kept else {}
    steps, away = dict[str, StepState](), {name: held for name, held in state.steps.items() if new.step(name) is None}
    for step in new.steps:
        held = state.steps.get(step.id)
        fitted = _fitted(step, _restored(held, had.get(step.id)))
        if held is None:
            steps[step.id] = fitted
        elif fitted != held:
            steps[step.id], away[step.id] = fitted, held
    back = {name: value for name, value in (kept.inputs if kept else {}).items() if name not in state.inputs and _fits(new, name, value)}
    inputs = {**back, **{name: value for name, value in new.given.items() if state.inputs.get(name) != value}}
    forget = [name for name, value in state.inputs.items() if not _fits(new, name, value)]
    leaving = None if kept else MovedFrom(template=old.name, steps=away, inputs={name: state.inputs[name] for name in forget})
    return Move(template=new.name, steps=steps, forget=forget, inputs=inputs, kept=leaving)


def carry_out(state: JourneyState, template: Template, move: Move) -> None:
    """Only copies values, so that no later change of the rules can read a recorded move otherwise. `template` is the one it moves to."""
    state.steps = {step.id: move.steps[step.id] if step.id in move.steps else state.steps[step.id] for step in template.steps}
    state.inputs = {**{name: value for name, value in state.inputs.items() if name not in move.forget}, **move.inputs}
    state.focus, state.asked = (state.focus if state.focus in state.steps else None), None


def whole(decision: Decision, body: Template | None) -> Decision:
    """With the template that a move leads to, for the records, or without it, for history."""
    return decision.model_copy(update={"move": decision.move.model_copy(update={"body": body})}) if decision.move else decision


def take_up(template: Template, state: JourneyState, ended: Ended) -> Template:
    """As engine.take_up, for any turn; gives the template that the journey follows after it."""
    if ended.decision is not None and (move := ended.decision.move) and move.body is not None:
        template = move.body
        carry_out(state, template, move)
    engine.take_up(state, ended)
    return template


def rebuilt(first: JourneyState, template: Template, carried_out: Iterable[tuple[str, Decision]]) -> JourneyState:
    """A journey's state from what its turns carried out, each with its operation, oldest first: for looking at it without asking its
    workflow. `first`: its first state in `template`, the one it follows now."""
    state = first
    for operation, decision in carried_out:
        if move := decision.move:
            state.steps = {**state.steps, **move.steps}
            state.inputs = {**{name: value for name, value in state.inputs.items() if name not in move.forget}, **move.inputs}
        (engine.carry_out_control if operation in engine.CONTROLS else engine.carry_out)(state, decision)
    state.steps = {step.id: state.steps[step.id] for step in template.steps}
    return state


# --- the parts ---------------------------------------------------------------------------------------------------------------
def _obstacles(old: Template, new: Template, state: JourneyState) -> list[str]:
    if state.is_closed:
        return [f"The journey is {state.status}."]
    if new.id != old.id:
        return [f"It follows {old.id}; {new.id} is another template, not another version."]
    if new.version == old.version:
        return [f"It follows {old.name} already."]
    found = []
    if state.persona not in new.personas:
        found.append(f"{new.name} is for {', '.join(new.personas)}, and this journey's person is a {state.persona}.")
    gone = [step for step in old.steps if state.steps[step.id].status == "waiting" and new.step(step.id) is None]
    return found + [f"It waits for the decision on {step.title.lower()}, a step that {new.name} does not have." for step in gone]


def _moved(new: Template, state: JourneyState, move: Move) -> JourneyState:
    """A copy, moved."""
    copy = state.model_copy()
    carry_out(copy, new, move)
    return copy


def _settled(new: Template, moved: JourneyState, now: datetime, skills: Mapping[str, str]) -> Decision:
    return engine.decide(new, moved, Made(results=[]), now, skills)  # nothing was made; but what the steps are now is looked at anew


def _restored(held: StepState | None, had: StepState | None) -> StepState:
    if held is None or had is None:
        return held or had or StepState()
    changes: dict[str, object] = {"results": {**had.results, **held.results}}
    if held.chosen is None and had.chosen is not None:
        changes |= {"chosen": had.chosen, "chosen_for": had.chosen_for}
    if had.status == "skipped" and held.status in ("pending", "open") and not held.was_reached:
        changes["status"] = "skipped"
    return held.but(**changes)


def _fitted(step: Step, held: StepState) -> StepState:
    """What of it has a place in this step."""
    changes: dict[str, object] = {}
    pick = step.decision.pick(held.chosen) if step.decision and held.chosen else None
    if held.chosen and not (pick and pick.settles):
        changes |= {"chosen": None, "chosen_for": None}
    skills = {run.skill for run in step.run}
    if set(held.results) - skills:
        changes["results"] = {skill: ref for skill, ref in held.results.items() if skill in skills}
    if held.refused and not step.run:
        changes["refused"] = {}
    if held.revisiting and not step.needs:
        changes["revisiting"] = False
    options = {pick.id for pick in step.decision.options} if step.decision else set()
    if set(held.went) - options:
        changes["went"] = {option: times for option, times in held.went.items() if option in options}
    if held.status == "skipped" and not held.passed_over and not step.may_skip:
        changes["status"] = "pending"
    return held.but(**changes) if changes else held


def _fits(template: Template, name: str, value: Value) -> bool:
    need = template.need(name)
    return name in template.given or (need is not None and misfit(need, value) is None)
