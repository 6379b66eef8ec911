"""What a turn leaves for people to see, as rows: its reply, the view, the timeline, the events. Pure."""

from collections.abc import Sequence
from typing import Any

from journeys.messages import Decision, Line
from journeys.moving import whole
from journeys.reply import Reply
from journeys.state import JourneyState
from journeys.template import Template
from journeys.view import Action, View, view
from journeys.vocabulary import ACTIONS
from journeys.work import Turn
from providers.base import Event


def closing(turn: Turn, template: Template, state: JourneyState, decision: Decision, reply: Reply) -> dict[str, Any]:
    """What `Records.close_turn` takes of a turn that was carried out; `state` is that after it."""
    seen = view(template, state, turn.turn_id)
    return {
        "journey_id": state.journey_id,
        "turn_id": turn.turn_id,
        "seq": turn.seq,
        "at": turn.at,
        "turn": {
            "status": "done",
            "reply": reply.model_dump(mode="json"),
            "results": _results(state, decision),
            "degraded": decision.degraded,
            "step": state.focus,
            "decision": whole(decision, template).model_dump(mode="json"),
        },
        "journey": {**shown(template, state, turn.turn_id, seen), **_left(decision)},
        "entries": _entries(turn, decision.say),
        "news": _news(turn, state, decision, reply, seen),
        "effects": {deed: ref.status for deed, ref in decision.effects_done.items()},
    }


def shown(template: Template, state: JourneyState, turn_id: str, seen: View | None = None) -> dict[str, Any]:
    """The journey's row, but for its times."""
    return {**_columns(template, state), "view": (seen or view(template, state, turn_id)).model_dump(mode="json")}


def first_row(template: Template, state: JourneyState, turn: Turn) -> dict[str, Any]:
    """Of a journey that begins."""
    times = {"created_at": turn.at, "updated_at": turn.at}
    first = view(template, state).model_dump(mode="json")
    return {"id": state.journey_id, "tenant": state.tenant, **_columns(template, state), "view": first, **times}


def problem(kind: str, sentence: str, next_actions: Sequence[str], error: str = "") -> dict[str, Any]:
    """A problem as the API tells it (RFC 9457 with `actions`); `error` names our own exception's type, for operators."""
    doable = [Action(action=action, label=ACTIONS[action]).model_dump() for action in dict.fromkeys(next_actions)]
    return {"type": kind, "detail": sentence, "actions": doable, **({"error": error} if error else {})}


def heading(turn: Turn) -> dict[str, Any]:
    return {"turn_id": turn.turn_id, "turn": turn.seq, "operation": turn.operation}


def _results(state: JourneyState, decision: Decision) -> list[dict[str, Any]]:
    return [
        {"step": line.about, "skill": skill, "version": ref.version, "headline": ref.headline}
        for line in decision.say
        if line.code == "made"
        for skill in line.names
        for ref in [state.steps[line.about].results[skill]]
    ]


def _news(turn: Turn, state: JourneyState, decision: Decision, reply: Reply, seen: View) -> list[Event]:
    kind = "notice" if turn.operation in ("timer", "move", "fulfil", "find_out") else "reply"  # nobody in the conversation asked for it
    news = [Event(kind=kind, data={**heading(turn), "reply": reply.model_dump(mode="json")})]
    if decision.steps:
        steps = {step.id: step.status for step in seen.steps}
        moved = {**heading(turn), "step": state.focus, "steps": steps, "moved": sorted(decision.steps)}
        news.insert(0, Event(kind="step", data=moved))
    if state.is_closed:
        news.append(Event(kind="end", data={"status": state.status}))
    return news


def _entries(turn: Turn, say: Sequence[Line]) -> list[dict[str, Any]]:
    entries = [{"kind": line.code, "about": line.about, "detail": {"names": line.names}} for line in say]
    return entries or [{"kind": turn.operation, "about": "", "detail": {}}]


def _left(decision: Decision) -> dict[str, Any]:
    """The template a move has left, to which it can be undone; none where it undid one."""
    return {"moved_from": decision.move.kept.template if decision.move.kept else None} if decision.move else {}


def _columns(template: Template, state: JourneyState) -> dict[str, Any]:
    columns: dict[str, Any] = {"persona": state.persona, "status": state.status, "step": state.focus, "title": state.title}
    return {**columns, "template": template.name, "turns": state.turns, "owed": len(state.owed)}
