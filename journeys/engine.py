"""What happens next: `decide(template, state, fact, now, skills) -> Decision`. Pure; called by activities, never by workflow code,
so that its answers lie in history and may change under open journeys.

A fact is something that happened: a person said, gave, chose; a skill made its result; a timer came due. Each changes a copy
of the state (draft.py; what a message means stands in hearing.py, what a change does in changes.py); then the steps are walked once, in
template order: what is done, what must run, what to ask (walk.py).

Lines of `Decision.say`, which the writer turns into sentences: began, welcome_back(days), noted(inputs), out_of_bounds(input),
kept(step), chosen(step, option), went_back(step, stale steps), cant_go_back, skipped(step), cant_skip(step), made(step, skill),
problem(step), question(intent), clarify(intents), status, how_to(action), small_talk, out_of_scope,
nudge, dormant, remind(step), default_chosen(step, option), escalated(step), paused, resumed, abandoned, completed, intake(step, inputs),
repeated, not_yours(step), spent(step, option), started(step, child), child_ended(step, child), news(fact, source), overdue(step),
rested(step), went_without(step), torn(input, options), cant_look, offered(persona), switched(persona), stays(persona), stopped(turn),
nothing_to_stop, budget_set(cap). The activities add
hazard(rule), withheld(rule), no_knowledge, cut_off(words), no_model(why), no_words(why) and
over_budget(policy: scope and what to raise it to);
moving.py moved(template, old one) and put_away(titles);
obligations.py owed and let_go(turn); activities/owed.py made_good(turn), given_up(turn, why) and not_taken(inputs);
workflows/outside.py sent_out, kept_here, not_sent, not_sent_yet, in_doubt, left, withdrawn and not_withdrawn(kind);
of what is found out later came_out, sent_late and withdrawn_late(kind).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from journeys import effects, obligations
from journeys.changes import dependants
from journeys.draft import Draft
from journeys.effects import EffectDone
from journeys.facts import Fact, FoundOut
from journeys.grants import check, check_role, misfit
from journeys.hearing import QUESTIONS, is_question
from journeys.inputs import Need, Option, Value
from journeys.messages import Decision, Ended, Line
from journeys.state import JourneyState, StepState
from journeys.template import GO_BACK_TO, Template

__all__ = [
    "QUESTIONS",
    "carry_out",
    "carry_out_beneath",
    "carry_out_control",
    "check",
    "check_role",
    "decide",
    "dependants",
    "first_state",
    "is_question",
    "reader_needs",
    "stops",
    "take_up",
    "together",
]


def first_state(
    *,
    journey_id: str,
    tenant: str,
    template: Template,
    persona: str,
    title: str,
    locale: str,
    currency: str,
    now: datetime,
    inputs: Mapping[str, Value] | None = None,
) -> JourneyState:
    """`inputs`: what another journey handed over; what does not fit this one's template is left out."""
    fitting = {name: value for name, value in (inputs or {}).items() if (need := template.need(name)) and not misfit(need, value)}
    return JourneyState(
        journey_id=journey_id,
        tenant=tenant,
        title=title,
        persona=persona,
        locale=locale,
        currency=currency,
        started_at=now,
        last_heard_at=now,
        steps={step.id: StepState() for step in template.steps},
        inputs={**template.given, **fitting},
    )


def decide(template: Template, state: JourneyState, fact: Fact, now: datetime, skills: Mapping[str, str]) -> Decision:
    """`skills`: the version each skill would run with now. Raises a Refusal where the fact can't be granted; a message never is refused."""
    check(template, state, fact)
    if isinstance(fact, FoundOut):
        return _found_out(state, fact.effect)
    return Draft(template, state, now, skills).after(fact)


def _found_out(state: JourneyState, done: EffectDone) -> Decision:
    """It changes nothing but what is known of the effect. An older one than the state keeps is told of all the same."""
    known = state.effects.get(done.deed)
    word = effects.word_later(known.status if known else None, done)
    told = {"effects_done": {done.deed: done.ref()}, "say": [Line(code=word, about=done.kind)]}
    return obligations.as_it_is(state).model_copy(update=told)


def reader_needs(template: Template, state: JourneyState) -> list[Need]:
    """Everything a message may answer now: the inputs, the open decision, and the step to go back to."""
    needs = [need for _, need in template.needs()]
    focus = template.step(state.focus) if state.focus else None
    if (
        focus
        and state.steps[focus.id].status == "waiting"
        and state.steps[focus.id].awaits == "decision"
        and (decision := focus.decision_need())
    ):
        needs.append(decision)
    reached = [step for step in template.steps if state.steps[step.id].was_reached]
    if reached:
        options = [Option(id=step.id, title=step.title, words=step.words) for step in reached]
        needs.append(Need(name=GO_BACK_TO, kind="choice", title="Step", ask="Which step?", options=options))
    return needs


def carry_out(state: JourneyState, decision: Decision) -> None:
    """Put a decision into the state. It only copies values, so that no later change of the engine can read it otherwise."""
    state.status = decision.status
    state.focus = decision.focus
    state.asked = decision.asked
    state.last_heard_at = decision.last_heard_at
    state.timers = decision.timers
    state.inputs = {**state.inputs, **decision.inputs}
    state.steps = {**state.steps, **decision.steps}
    state.children = {**state.children, **decision.children}
    if decision.persona is not None:
        state.persona = decision.persona
    if decision.heard_as is not None:
        state.heard_as = decision.heard_as
    if decision.offered is not None:
        state.offered = decision.offered or None
    if decision.questions is not None:
        state.questions = decision.questions
    if decision.owed is not None:
        state.owed = decision.owed
    if decision.effects_done:
        state.effects = effects.kept(state.effects, decision.effects_done)
    if state.is_closed:
        state.owed = []


CONTROLS = ("pause", "abandon", "stop")  # they pass the lock, so they carry out nothing that an open turn could be changing


def carry_out_control(state: JourneyState, decision: Decision) -> None:
    state.status, state.timers, state.last_heard_at = decision.status, decision.timers, decision.last_heard_at
    if decision.effects_done:
        state.effects = effects.kept(state.effects, decision.effects_done)
    if state.is_closed:
        state.owed = []


def carry_out_beneath(state: JourneyState, decision: Decision) -> None:
    """A decision that was told just before a pause or an end landed, which stays."""
    kept = (state.status, state.timers, state.last_heard_at)
    carry_out(state, decision)
    state.status, state.timers, state.last_heard_at = kept
    if state.is_closed:
        state.owed = []


def take_up(state: JourneyState, ended: Ended) -> None:
    """Put a turn that was told, but lost before the workflow knew of it, into the state, as if it had just been carried out."""
    if ended.decision is not None:
        (carry_out_control if ended.operation in CONTROLS else carry_out)(state, ended.decision)
    state.turns = max(state.turns, ended.seq)


def together(first: Decision, then: Decision) -> Decision:
    """Two decisions carried out one after the other, as one."""
    changed: dict[str, Any] = {
        name: {**getattr(first, name), **getattr(then, name)} for name in ("inputs", "steps", "children", "effects_done")
    }
    for name in ("persona", "heard_as", "offered", "questions", "owed"):
        changed[name] = getattr(first if getattr(then, name) is None else then, name)
    said = {"say": [*first.say, *then.say], "move": first.move, "cites": first.cites, "degraded": [*first.degraded, *then.degraded]}
    return then.model_copy(
        update={**changed, **said, "starts": [*first.starts, *then.starts], "effects": first.effects, "undoes": first.undoes}
    )


STOPS = frozenset({"out_of_bounds", "cant_go_back", "cant_skip", "how_to", "problem", "not_yours", "spent"})


def stops(decision: Decision) -> bool:
    """Whether it refuses something that the message wanted: what a model said before it knew that can't be the answer."""
    return any(line.code in STOPS for line in decision.say)
