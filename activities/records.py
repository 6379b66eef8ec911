"""Opens a turn, decides, writes the read model. A journey's rows have no other writer.

`open` and `record` are each one transaction, and each can be run again: a kill between them repeats nothing that was told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from temporalio import activity

from journeys import engine
from journeys.facts import Made, Said
from journeys.messages import Decision, Line, Opened, Understanding
from journeys.refusals import Refusal
from journeys.reply import Reply
from journeys.state import JourneyState
from journeys.template import Template
from journeys.view import Action, actions, view
from journeys.vocabulary import ACTIONS
from journeys.work import DecideNext, FailTurn, OpenTurn, RecordTurn, Turn
from providers import base
from providers.base import Event, Knowledge, Reader, Writer
from providers.errors import ProviderError

UNDERSTAND = "understand"  # the name of the call in a deed


class Records:
    """Handed its providers; `skills` gives the version each skill runs with now."""

    def __init__(self, records: base.Records, reader: Reader, knowledge: Knowledge, writer: Writer, skills: Mapping[str, str]) -> None:
        self.records, self.reader, self.knowledge, self.writer, self.skills = records, reader, knowledge, writer, skills

    @activity.defn(name="open")
    async def open(self, asked: OpenTurn) -> Opened:
        """Store what was asked under its key and decide what follows. What the reader answered once is not asked of it again.

        A Refusal is recorded with the request, then raised: the update was accepted, so its turn must tell what became of it.
        """
        turn, journey_id = asked.turn, asked.state.journey_id
        deed = f"{turn.turn_id}/{UNDERSTAND}"
        known = await self.records.known(journey_id, turn.operation, turn.key, deed)
        if known.status not in (None, "open"):
            return Opened(answered_seq=known.seq, answered_body_hash=known.body_hash)
        request: dict[str, Any] = {"journey_id": journey_id, "operation": turn.operation, "key": turn.key, "body_hash": turn.body_hash}
        request |= {"turn_id": turn.turn_id, "at": turn.at}
        row: dict[str, Any] = {"id": turn.turn_id, "journey_id": journey_id, "seq": turn.seq, "operation": turn.operation}
        row |= {"text": asked.text, "started_at": turn.at}
        journey = _journey_row(asked.template, asked.state, turn) if turn.operation == "begin" else None
        fact, cites, calls = asked.fact, list[str](), list[dict[str, Any]]()
        lines: list[Line] = []
        try:
            engine.check(asked.template, asked.state, fact)
            if fact is None:
                fact, cites, lines, calls = await self._understand(asked, deed, known.answer)
                row |= {"intents": [i.model_dump() for i in fact.understanding.intents], "engine": fact.understanding.engine}
            decision = engine.decide(asked.template, asked.state, fact, turn.at, self.skills)
        except Refusal as refusal:
            await self.records.open_turn(journey=journey, request=request, turn=row)
            await self._close(asked, "refused", problem(type(refusal).__name__, str(refusal), refusal.actions))
            raise
        except Exception:
            await self.records.open_turn(journey=journey, request=request, turn=row)  # a bug of ours must not lose the message
            raise
        row["inputs"] = {name: value.model_dump(mode="json") for name, value in decision.inputs.items()}
        await self.records.open_turn(journey=journey, request=request, turn=row, calls=calls)
        return Opened(decision=decision.model_copy(update={"say": [*decision.say, *lines], "cites": cites}))

    @activity.defn(name="decide_next")
    async def decide_next(self, asked: DecideNext) -> Decision:
        return engine.decide(asked.template, asked.state, Made(results=asked.results), asked.turn.at, self.skills)

    @activity.defn(name="record")
    async def record(self, told: RecordTurn) -> None:
        """Reply, view, timeline and events, in one transaction."""
        state = told.state
        if told.stopped:
            sentence = f"This was not carried out: the journey is {state.status}. What you wrote is kept."
            await self._close(told, "stopped", problem("Stopped", sentence, [a.action for a in actions(told.template, state)]))
            return
        reply = await self._reply(told)
        seen = view(told.template, state, told.turn.turn_id)
        results = [
            {"step": line.about, "skill": skill, "version": ref.version, "headline": ref.headline}
            for line in told.say
            if line.code == "made"
            for skill in line.names
            for ref in [state.steps[line.about].results[skill]]
        ]
        kind = "notice" if told.turn.operation == "timer" else "reply"
        news = [Event(kind=kind, data={**_heading(told.turn), "reply": reply.model_dump(mode="json")})]
        if told.moved:
            steps = {step.id: step.status for step in seen.steps}
            news.insert(0, Event(kind="step", data={**_heading(told.turn), "step": state.focus, "steps": steps, "moved": told.moved}))
        if state.is_closed:
            news.append(Event(kind="end", data={"status": state.status}))
        await self.records.close_turn(
            journey_id=state.journey_id,
            turn_id=told.turn.turn_id,
            seq=told.turn.seq,
            at=told.turn.at,
            turn={"status": "done", "reply": reply.model_dump(mode="json"), "results": results, "step": state.focus},
            journey={**_journey_columns(told.template, state), "view": seen.model_dump(mode="json")},
            entries=_entries(told.turn, told.say),
            news=news,
        )

    @activity.defn(name="fail")
    async def fail(self, told: FailTurn) -> None:
        sentence = "Something went wrong on our side and this could not be carried out. What you sent is kept; nothing else changed."
        await self._close(told, "failed", problem("TurnFailed", sentence, ["new_key", "status"], error=told.error))

    async def _understand(
        self, asked: OpenTurn, deed: str, answer: Mapping[str, Any] | None
    ) -> tuple[Said, list[str], list[Line], list[dict[str, Any]]]:
        """The fact, the passages that answer it, what else must be said, and the call to book (none where it was booked before)."""
        text, calls = asked.text or "", list[dict[str, Any]]()
        if answer is None:
            understood = await self.reader.understand(text, engine.reader_needs(asked.template, asked.state), asked.state.asked)
            call: dict[str, Any] = {"deed": deed, "journey_id": asked.state.journey_id, "turn_id": asked.turn.turn_id, "name": UNDERSTAND}
            call |= {"engine": understood.engine, "status": "answered", "answer": understood.model_dump(mode="json")}
            calls.append({**call, "cost": 0, "started_at": asked.turn.at, "ended_at": asked.turn.at})
        else:
            understood = Understanding.model_validate(answer)
        said = Said(understanding=understood, is_question=text.rstrip().endswith("?"))
        if not engine.is_question(said):
            return said, [], [], calls
        try:
            passages = await self.knowledge.search(text)
        except ProviderError as error:
            activity.logger.warning("Knowledge can't be searched.", extra={"error": type(error).__name__})
            return said, [], [Line(code="no_knowledge")], calls
        return said, [passage.id for passage in passages], [], calls

    async def _reply(self, told: RecordTurn) -> Reply:
        refs = [
            (line.about, skill, told.state.steps[line.about].results[skill].version)
            for line in told.say
            if line.code == "made"
            for skill in line.names
        ]
        made = await self.records.results(told.state.journey_id, refs)
        bodies = {key: row["body"] for key, row in made.items()}
        passages = await self.knowledge.passages(told.cites) if told.cites else []
        return self.writer.write(told.template, told.state, told.say, bodies, passages)

    async def _close(self, told: OpenTurn | RecordTurn | FailTurn, status: str, trouble: dict[str, Any]) -> None:
        """A turn that ends without a reply: its journey's view stays, the person is told."""
        await self.records.close_turn(
            journey_id=told.state.journey_id,
            turn_id=told.turn.turn_id,
            seq=told.turn.seq,
            at=told.turn.at,
            turn={"status": status, "problem": trouble},
            journey=None,
            entries=[{"kind": status, "about": told.turn.operation, "detail": {"type": trouble["type"]}}],
            news=[Event(kind="failed", data={**_heading(told.turn), "problem": trouble})],
        )


def problem(kind: str, sentence: str, next_actions: Sequence[str], error: str = "") -> dict[str, Any]:
    """A problem as the API tells it (RFC 9457 with `actions`); `error` names our own exception's type, for operators."""
    doable = [Action(action=action, label=ACTIONS[action]).model_dump() for action in dict.fromkeys(next_actions)]
    return {"type": kind, "detail": sentence, "actions": doable, **({"error": error} if error else {})}


def _heading(turn: Turn) -> dict[str, Any]:
    return {"turn_id": turn.turn_id, "turn": turn.seq, "operation": turn.operation}


def _entries(turn: Turn, say: Sequence[Line]) -> list[dict[str, Any]]:
    entries = [{"kind": line.code, "about": line.about, "detail": {"names": line.names}} for line in say]
    return entries or [{"kind": turn.operation, "about": "", "detail": {}}]


def _journey_columns(template: Template, state: JourneyState) -> dict[str, Any]:
    columns: dict[str, Any] = {"persona": state.persona, "status": state.status, "step": state.focus, "title": state.title}
    return {**columns, "template": template.name, "turns": state.turns}


def _journey_row(template: Template, state: JourneyState, turn: Turn) -> dict[str, Any]:
    first = view(template, state).model_dump(mode="json")
    times = {"created_at": turn.at, "updated_at": turn.at}
    return {"id": state.journey_id, "tenant": state.tenant, **_journey_columns(template, state), "view": first, **times}
