"""How a journey looks from outside: the read model's view, its next actions, and `why` in one sentence. Pure functions."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from journeys.effects import EffectStatus
from journeys.inputs import Frozen, Need
from journeys.spending import OnLimit, plain
from journeys.state import SETTLED, JourneyState, Status, StepState, StepStatus
from journeys.template import PERSONA_SWITCH, Step, Template
from journeys.vocabulary import ACTIONS, CALLED, EFFECTS


class Action(Frozen):
    """Something that can be done next. `action` is a word of vocabulary.ACTIONS; `params` is the body it wants."""

    action: str
    label: str
    params: dict[str, str] = {}


class StepView(Frozen):
    id: str
    title: str
    status: StepStatus
    version: int = 0
    headline: str = ""
    chosen: str | None = None
    decided_by: list[str] = []


class ChildView(Frozen):
    """A journey that this one started."""

    journey_id: str
    template: str
    title: str
    status: Status
    step: str
    headline: str = ""


class Progress(Frozen):
    done: int
    total: int


class WaitingFor(Frozen):
    """What the journey waits for: `kind` is input, decision, outside, rest, problem, skill, resume or nothing; since when;
    what comes next by itself."""

    kind: str
    name: str = ""
    title: str = ""
    who: str = ""  # who brings it, or what passes
    since: datetime | None = None
    next_kind: str = ""
    next_at: datetime | None = None


class OwedView(Frozen):
    """What a turn left undone and is done by itself: `turn` is its number, `what` says it in words. `tries` were made since; the next one
    is at `next_at`, or earlier where a model answers somebody else first."""

    turn_id: str
    turn: int
    kind: str
    since: datetime
    what: str = ""
    tries: int = 0
    next_at: datetime | None = None


class EffectView(Frozen):
    """Something that was done in the world outside. `went_out` is False where it is only kept here, for the person to send."""

    deed: str
    kind: str
    step: str
    status: EffectStatus
    went_out: bool


class BudgetView(Frozen):
    """What the journey's language models may cost together, in US dollars: `cap`, what is `left` of it for calls to come, and what happens
    when it is spent. The sums are those of the moment it is read."""

    cap: str = ""
    left: str = ""
    on_limit: OnLimit = "degrade"


class CostsView(Frozen):
    """US dollars: spent, and reserved for calls that are under way."""

    spent: str = "0"
    reserved: str = "0"


class View(BaseModel):
    """Everything `GET /v1/journeys/{id}` answers."""

    journey_id: str
    title: str
    template: str
    status: Status
    persona: str
    locale: str
    currency: str
    step: str | None
    steps: list[StepView]
    progress: Progress
    inputs: dict[str, Any]
    waiting_for: WaitingFor
    needs: list[Need]
    question: str
    degraded: list[str] = []
    actions: list[Action]
    turns: int
    last_turn_id: str | None = None
    last_heard_at: datetime
    started_at: datetime
    problems: dict[str, str] = Field(default_factory=dict)
    roles: dict[str, str] = Field(default_factory=dict)
    children: list[ChildView] = []
    owed: list[OwedView] = []
    effects: list[EffectView] = []
    budget: BudgetView = BudgetView()
    costs: CostsView = CostsView()
    moved_from: str | None = None  # the template it followed before it was moved, as `id@version`: it can be moved back


def view(template: Template, state: JourneyState, last_turn_id: str | None = None) -> View:
    focus = template.step(state.focus) if state.focus else None
    held = state.steps
    return View(
        journey_id=state.journey_id,
        title=state.title,
        template=template.name,
        status=state.status,
        persona=state.persona,
        locale=state.locale,
        currency=state.currency,
        step=state.focus,
        steps=[_step_view(step, held[step.id]) for step in template.steps],
        progress=Progress(done=sum(1 for step in template.steps if held[step.id].status in SETTLED), total=len(template.steps)),
        inputs={name: value.model_dump(mode="json") for name, value in state.inputs.items()},
        waiting_for=_waiting_for(template, state, focus),
        needs=_open_needs(state, focus),
        question=question(template, state),
        actions=actions(template, state),
        turns=state.turns,
        last_turn_id=last_turn_id,
        last_heard_at=state.last_heard_at,
        started_at=state.started_at,
        problems={step_id: h.problem for step_id, h in held.items() if h.problem and h.status == "blocked"},
        roles=template.roles,
        budget=BudgetView(cap="" if (cap := template.spending.cap) is None else plain(cap), on_limit=template.spending.on_limit),
        children=[
            ChildView(journey_id=id_, **child.model_dump(include={"template", "title", "status", "step", "headline"}))
            for id_, child in state.children.items()
        ],
        effects=[EffectView(deed=deed, **ref.model_dump()) for deed, ref in state.effects.items()],
        owed=owed_views(state),
    )


def owed_views(state: JourneyState) -> list[OwedView]:
    """A pause lets them rest: then nothing says when the next try is."""
    awake = bool(state.to_make_good())
    return [
        OwedView(
            turn_id=owed.id,
            turn=owed.turn,
            kind=owed.kind,
            since=owed.since,
            what=f"the fuller answer to turn {owed.turn}",
            tries=owed.tries,
            next_at=owed.due_at if awake else None,
        )
        for owed in state.owed
    ]


def question(template: Template, state: JourneyState) -> str:
    """What the person is asked now, in the template's words; empty when nothing is asked."""
    if state.is_closed or state.status == "paused" or state.asked is None:
        return ""
    if state.asked == PERSONA_SWITCH:
        return f"Shall I go on as for {called(state.offered)}? What is done stays done."
    if need := template.need(state.asked):
        first = next((step for step in template.steps if step.by_hand and step.needs and step.needs[0].name == need.name), None)
        return f"{first.by_hand} {need.ask}" if first else need.ask
    focus = template.step(state.focus) if state.focus else None
    decision = focus.decision_need() if focus else None
    return decision.ask if decision and decision.name == state.asked else ""


def called(persona: str | None) -> str:
    """As in "you sound like …"."""
    return CALLED.get(persona or "", "somebody else")


def actions(template: Template, state: JourneyState) -> list[Action]:
    """Never empty: whatever the state, there is something a person can do."""
    if state.is_closed:
        return [_action("results"), _action("start")]
    if state.status == "paused":
        return [_action("resume"), _action("abandon")]
    found: list[Action] = []
    if state.asked == PERSONA_SWITCH and state.offered:
        found.append(_action("switch_persona", f"Go on as for {called(state.offered)}", persona=state.offered))
    for deed, ref in state.effects.items():
        if ref.status == "in_doubt":
            about = EFFECTS.get(ref.kind, "it")
            found.append(_action("send_again", f"Send {about} again, though it may have arrived", deed=deed, choice="send_again"))
            found.append(_action("leave_it", f"Leave {about}: it is not sent again", deed=deed, choice="leave_it"))
    focus = template.step(state.focus) if state.focus else None
    if focus:
        asked = state.asked
        if asked == PERSONA_SWITCH:  # an offer stands in nobody's way: what the step needs can be said all the same
            asked = next((need.name for need in focus.needs if need.name not in state.inputs), None)
        found += _focus_actions(focus, state.steps[focus.id], asked, template)
    for step in template.steps:
        if state.steps[step.id].was_reached and (step.needs or step.decision) and step.id != state.focus:
            found.append(_action("go_back", f"Go back to {step.title.lower()}", step=step.id))
    return [*found, _action("status"), _action("pause"), _action("abandon")]


def why(view: View, now: datetime) -> str:
    """What it waits for, since when, what happens next, in one sentence; and in another what it owes."""
    return f"{_why(view, now)}{unsure(view)}{still_owed(view, now)}"


def unsure(view: View) -> str:
    """Of effects whose end nobody knows, in a sentence each; empty where there are none."""
    closed = view.status in ("completed", "abandoned")
    doubts = " I can't say whether {} went out: ask those you named" + ("." if closed else ", then have it sent again or leave it.")
    said = {"in_doubt": doubts, "reserved": "" if closed else " Not sent yet: {}. It is tried again by itself."}
    return "".join(said.get(effect.status, "").format(EFFECTS.get(effect.kind, "it")) for effect in view.effects)


def still_owed(view: View, now: datetime) -> str:
    """As a sentence; empty where nothing is."""
    if not view.owed or view.status in ("completed", "abandoned"):
        return ""
    owed = "; ".join(f"{owed.what or f'the fuller answer to turn {owed.turn}'} ({_tried(owed, now)})" for owed in view.owed)
    comes = "once it is resumed and a model can be reached" if view.status == "paused" else "by itself once a model can be reached"
    return f" Still owed since {_span(now, view.owed[0].since)}: {owed}. It comes {comes}."


def _tried(owed: OwedView, now: datetime) -> str:
    tries = {0: "not tried since", 1: "tried once"}.get(owed.tries, f"tried {owed.tries} times")
    return f"{tries}, next {_ahead(now, owed.next_at)}" if owed.next_at else tries


def _why(view: View, now: datetime) -> str:
    waiting = view.waiting_for
    ago = _ago(now, waiting.since) if waiting.since else ""
    asked = f" (asked {ago})" if ago else ""
    coming = f" Next by itself: {_NEXT[waiting.next_kind]} {_ahead(now, waiting.next_at)}." if waiting.next_at else ""
    match waiting.kind:
        case "nothing":
            return f"{view.title} is {view.status}; it waits for nothing more."
        case "resume":
            return f"{view.title} was paused {ago}: it waits for you to resume it."
        case "decision":
            return f"{view.title} waits for your decision on {waiting.title.lower()}{asked}.{coming}"
        case "outside":
            return f"{view.title} waits for {waiting.who}: {waiting.title.lower()} (since {ago}).{coming}"
        case "rest":
            return f"{view.title} waits at {waiting.title.lower()} while {waiting.who}.{coming}"
        case "problem":
            problem = view.problems.get(waiting.name, "see its results")
            return f"{view.title} got stuck at {waiting.title.lower()} {ago}: {problem}{coming}"
        case "skill":
            return f"{view.title} is working on {waiting.title.lower()} (begun {ago}).{coming}"
        case _:
            return f"{view.title} waits for you to say: {waiting.title.lower()}{asked}.{coming}"


_MINUTE = timedelta(minutes=1)
_NEXT = {
    "nudge": "a reminder",
    "remind": "a reminder of the decision",
    "deadline": "the decision's deadline",
    "dormant": "it goes dormant",
    "rest": "the time is over",
}


def _ago(now: datetime, then: datetime) -> str:
    return "just now" if now - then < _MINUTE else f"{_span(now, then)} ago"


def _ahead(now: datetime, then: datetime | None) -> str:
    return "" if then is None else f"in {_span(then, now)}" if then > now else "now"


def _span(later: datetime, earlier: datetime) -> str:
    seconds = int((later - earlier).total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _action(action: str, label: str = "", **params: str) -> Action:
    return Action(action=action, label=label or ACTIONS[action], params=params)


def _focus_actions(focus: Step, held: StepState, asked: str | None, template: Template) -> list[Action]:
    found: list[Action] = []
    if held.status == "waiting" and held.awaits == "decision" and focus.decision:
        role = {"role": focus.decision.by[0]} if focus.decision.by else {}
        left = [pick for pick in focus.decision.options if pick.at_most is None or held.went.get(pick.id, 0) < pick.at_most]
        found += [_action("decide", pick.title, step=focus.id, option=pick.id, **role) for pick in left]
    need = template.need(asked) if asked else None
    if held.status == "waiting" and held.awaits == "rest" and focus.rest and focus.rest.until:
        need = template.need(focus.rest.until)  # another day can be given
    if need:
        found.append(_action("answer", need.ask, input=need.name, kind=need.kind))
    if held.status == "blocked":  # give what it builds on another value, or have it tried once more as it is
        used = dict.fromkeys(name for run in focus.run for name in run.uses)
        for other in (need for name in used if (need := template.need(name))):
            found.append(_action("answer", other.ask, input=other.name, kind=other.kind))
        found.append(_action("go_back", f"Try {focus.title.lower()} again", step=focus.id))
    if held.revisiting:
        found.append(_action("keep", f"Keep {focus.title.lower()} as it is", step=focus.id))
    if focus.may_skip:
        found.append(_action("skip", f"Skip {focus.title.lower()}", step=focus.id))
    return found


def _step_view(step: Step, held: StepState) -> StepView:
    refs = list(held.results.values())
    return StepView(
        id=step.id,
        title=step.title,
        status=held.status,
        version=max((ref.version for ref in refs), default=0),
        headline=refs[-1].headline if refs else "",
        chosen=held.chosen,
        decided_by=step.decision.by if step.decision else [],
    )


def _open_needs(state: JourneyState, focus: Step | None) -> list[Need]:
    if focus is None or state.is_closed:
        return []
    held = state.steps[focus.id]
    if held.status == "waiting" and held.awaits == "decision" and (decision := focus.decision_need()):
        return [decision]
    return [need for need in focus.all_needs() if need.name not in state.inputs or held.revisiting]


def _waiting_for(template: Template, state: JourneyState, focus: Step | None) -> WaitingFor:
    coming = min(state.timers, key=lambda timer: (timer.due_at, timer.id), default=None)
    ahead = {"next_kind": coming.kind if coming else "", "next_at": coming.due_at if coming else None}
    if state.is_closed:
        return WaitingFor(kind="nothing")
    if state.status == "paused":
        return WaitingFor(kind="resume", since=state.last_heard_at)
    if focus is None:
        return WaitingFor(kind="skill", since=state.last_heard_at, **ahead)
    held = state.steps[focus.id]
    if held.status == "waiting" and held.awaits == "outside" and focus.outside:
        return WaitingFor(kind="outside", name=focus.id, title=focus.title, who=focus.outside.who, since=held.asked_at, **ahead)
    if held.status == "waiting" and held.awaits == "rest" and focus.rest:
        return WaitingFor(kind="rest", name=focus.id, title=focus.title, who=focus.rest.say, since=held.asked_at, **ahead)
    if held.status == "waiting":
        return WaitingFor(kind="decision", name=focus.id, title=focus.title, since=held.asked_at, **ahead)
    if held.status == "blocked":
        return WaitingFor(kind="problem", name=focus.id, title=focus.title, since=state.last_heard_at, **ahead)
    need = template.need(state.asked) if state.asked else None
    if need is None:
        return WaitingFor(kind="skill", name=focus.id, title=focus.title, since=state.last_heard_at, **ahead)
    return WaitingFor(kind="input", name=need.name, title=need.title, since=state.last_heard_at, **ahead)
