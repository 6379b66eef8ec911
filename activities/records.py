"""Opens a turn, decides, writes the read model. A journey's rows have no other writer.

`open` and `record` are each one transaction, and each can be run again: a kill between them repeats nothing that was told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from temporalio import activity

from journeys import engine
from journeys.facts import Made, Said
from journeys.messages import Decision, Line, Opened, Understanding
from journeys.refusals import by_name
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

        The records may know more than the workflow: local activities enter history only when their workflow task completes, and a
        worker killed before that has told a turn that nobody remembers. Such turns are given back, to be taken up first.
        """
        turn, state = asked.turn, asked.state.model_copy()
        deed = f"{turn.turn_id}/{UNDERSTAND}"
        known = await self.records.known(state.journey_id, turn.turn_id, turn.seq, deed)
        for missed in known.missed:
            engine.take_up(state, missed)
        seq = max([turn.seq, *(missed.seq + 1 for missed in known.missed)])
        if known.ended is not None:
            return Opened(seq=max(seq, known.ended.seq), missed=known.missed, ended=known.ended)
        decision, row, calls = await self._decided(asked.model_copy(update={"state": state}), seq, deed, known.answer)
        stands = await self._store(asked, {**row, "decision": decision.model_dump(mode="json")}, calls)
        return Opened(seq=seq, missed=known.missed, decision=Decision.model_validate(stands))

    async def _decided(
        self, asked: OpenTurn, seq: int, deed: str, answer: Mapping[str, Any] | None
    ) -> tuple[Decision, dict[str, Any], list[dict[str, Any]]]:
        """The decision, the turn's row, and the calls to book. Neither a refusal nor a bug of ours loses the message."""
        turn, fact = asked.turn, asked.fact
        row: dict[str, Any] = {"id": turn.turn_id, "journey_id": asked.state.journey_id, "seq": seq, "operation": turn.operation}
        row |= {"text": asked.text, "started_at": turn.at}
        cites, lines, calls = list[str](), list[Line](), list[dict[str, Any]]()
        try:
            engine.check(asked.template, asked.state, fact)
            if fact is None:
                fact, cites, lines, calls = await self._understand(asked, deed, answer)
                row |= {"intents": [i.model_dump() for i in fact.understanding.intents], "engine": fact.understanding.engine}
            decision = engine.decide(asked.template, asked.state, fact, turn.at, self.skills)
        except Exception:
            await self._store(asked, row, calls)
            raise
        row["inputs"] = {name: value.model_dump(mode="json") for name, value in decision.inputs.items()}
        return decision.model_copy(update={"say": [*decision.say, *lines], "cites": cites}), row, calls

    async def _store(self, asked: OpenTurn, row: Mapping[str, Any], calls: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        turn = asked.turn
        request = {"journey_id": asked.state.journey_id, "operation": turn.operation, "key": turn.key, "body_hash": turn.body_hash}
        journey = _journey_row(asked.template, asked.state, turn) if turn.operation == "begin" else None
        return await self.records.open_turn(
            journey=journey, request={**request, "turn_id": turn.turn_id, "at": turn.at}, turn=row, calls=calls
        )

    @activity.defn(name="decide_next")
    async def decide_next(self, asked: DecideNext) -> Decision:
        return engine.decide(asked.template, asked.state, Made(results=asked.results), asked.turn.at, self.skills)

    @activity.defn(name="record")
    async def record(self, told: RecordTurn) -> None:
        """Reply, view, timeline, events and what was carried out, in one transaction."""
        state, decision = told.state, told.decision
        if decision is None:
            sentence = f"This was not carried out: the journey is {state.status}. What you wrote is kept."
            await self._close(told, "stopped", problem("Stopped", sentence, [a.action for a in actions(told.template, state)]))
            return
        reply = await self._reply(told, decision)
        seen = view(told.template, state, told.turn.turn_id)
        results = [
            {"step": line.about, "skill": skill, "version": ref.version, "headline": ref.headline}
            for line in decision.say
            if line.code == "made"
            for skill in line.names
            for ref in [state.steps[line.about].results[skill]]
        ]
        kind = "notice" if told.turn.operation == "timer" else "reply"
        news = [Event(kind=kind, data={**_heading(told.turn), "reply": reply.model_dump(mode="json")})]
        if decision.steps:
            steps = {step.id: step.status for step in seen.steps}
            news.insert(
                0, Event(kind="step", data={**_heading(told.turn), "step": state.focus, "steps": steps, "moved": sorted(decision.steps)})
            )
        if state.is_closed:
            news.append(Event(kind="end", data={"status": state.status}))
        await self.records.close_turn(
            journey_id=state.journey_id,
            turn_id=told.turn.turn_id,
            seq=told.turn.seq,
            at=told.turn.at,
            turn={
                "status": "done",
                "reply": reply.model_dump(mode="json"),
                "results": results,
                "step": state.focus,
                "decision": decision.model_dump(mode="json"),
            },
            journey={**_journey_columns(told.template, state), "view": seen.model_dump(mode="json")},
            entries=_entries(told.turn, decision.say),
            news=news,
        )

    @activity.defn(name="fail")
    async def fail(self, told: FailTurn) -> None:
        if refusal := by_name().get(told.error) if told.refusal else None:
            await self._close(told, "refused", problem(told.error, told.refusal, refusal.actions))
            return
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
        priced = any(intent.name == "estimate_cost" for intent in understood.intents[:1])
        if priced or not engine.is_question(said):  # what it costs is calculated, not quoted
            return said, [], [], calls
        try:
            passages = await self.knowledge.search(text, limit=2)
        except ProviderError as error:
            activity.logger.warning("Knowledge can't be searched.", extra={"error": type(error).__name__})
            return said, [], [Line(code="no_knowledge")], calls
        return said, [passage.id for passage in passages], [], calls

    async def _reply(self, told: RecordTurn, decision: Decision) -> Reply:
        made = [(line.about, skill) for line in decision.say if line.code == "made" for skill in line.names]
        refs = [(step, skill, told.state.steps[step].results[skill].version) for step, skill in made]
        rows = await self.records.results(told.state.journey_id, refs)
        bodies = {key: row["body"] for key, row in rows.items()}
        try:
            passages = await self.knowledge.passages(decision.cites) if decision.cites else []
        except ProviderError:  # found a moment ago and gone since: the reply says that it has nothing to quote
            passages = []
        return self.writer.write(told.template, told.state, decision.say, bodies, passages)

    async def _close(self, told: RecordTurn | FailTurn, status: str, trouble: dict[str, Any]) -> None:
        """A turn that ends without a reply: its journey's view stays, the person is told."""
        await self.records.close_turn(
            journey_id=told.state.journey_id,
            turn_id=told.turn.turn_id,
            seq=told.turn.seq,
            at=told.turn.at,
            turn={"status": status, "problem": trouble, "decision": None},
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
