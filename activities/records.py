"""Opens a turn, decides, writes the read model. A journey's rows have no other writer.

`open` and `record` are each one transaction, and each can be run again: a kill between them repeats nothing that was told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from temporalio import activity

from activities import telling
from activities.briefing import Briefing
from activities.guarding import guarded_turn
from activities.knowledge import pages_for
from journeys import engine, moving, obligations
from journeys.brief import Brief
from journeys.facts import Began, Fact, Made, Said, SetBudget
from journeys.messages import Decision, Line, Opened, Understanding
from journeys.personas import signature, sounds_like
from journeys.refusals import by_name
from journeys.reply import Reply
from journeys.safety import hazards_in, known
from journeys.spending import dollars
from journeys.state import JourneyState
from journeys.template import Template
from journeys.view import actions
from journeys.work import DecideNext, DecideTurn, FailTurn, OpenTurn, RecordTurn, Turn, Work
from providers import base
from providers.base import Event, Knowledge, Reader, Writer
from providers.errors import ProviderError

UNDERSTAND = "understand"  # the name of the call in a deed
OVER_BUDGET = "over_budget"
NOBODY = "none"  # the engine of a message that was kept and not read
UNREAD = frozenset({"clarify", "intake", "question", "repeated"})  # what is said of a message in which nothing was found
ONE_DOLLAR = Decimal(1)


class Records:
    """Handed its providers; `skills` gives the version each skill runs with now; `briefing` is there where models are asked, `places` where
    their queue has a rate limit."""

    def __init__(
        self,
        records: base.Records,
        ledger: base.Ledger,
        reader: Reader,
        knowledge: Knowledge,
        writer: Writer,
        skills: Mapping[str, str],
        briefing: Briefing | None = None,
        places: base.Places | None = None,
    ) -> None:
        self.records, self.ledger, self.reader, self.knowledge, self.writer = records, ledger, reader, knowledge, writer
        self.skills, self.briefing, self.places = skills, briefing, places

    @activity.defn(name="open")
    async def open(self, asked: OpenTurn) -> Opened:
        """Store what was asked under its key and decide what follows, or say which models to ask first. What the reader answered once is
        not asked of it again.

        The records may know more than the workflow: local activities enter history only when their workflow task completes, and a
        worker killed before that has told a turn that nobody remembers. Such turns are given back, to be taken up first.
        """
        turn, state = asked.turn, asked.state.model_copy()
        deed = f"{turn.turn_id}/{UNDERSTAND}"
        known = await self.records.known(state.journey_id, turn.turn_id, turn.seq, deed)
        template = asked.template
        for missed in known.missed:
            template = moving.take_up(template, state, missed)
        if known.ended is not None:  # nothing is opened: the last of these is the journey's last turn
            last = max([turn.seq, known.ended.seq, *(missed.seq for missed in known.missed)])
            return Opened(seq=last, missed=known.missed, ended=known.ended)
        seq = max([turn.seq, *(missed.seq + 1 for missed in known.missed)])
        asked = asked.model_copy(update={"state": state, "template": template})
        resting = bool(self.briefing and self.briefing.all_rest())
        if self.briefing and asked.fact is None and known.answer is None and not resting:
            await self._brief(asked, seq, self.briefing)
            return Opened(seq=seq, missed=known.missed, routes=self.briefing.routes, waits=await self.take_place(asked))
        row = _turn_row(asked, seq, asked.text)
        degraded = ["resting"] * len(self.briefing.routes) if self.briefing and resting else []
        if self.briefing and degraded and asked.fact is None and known.answer is None:  # what it leaves undone is asked from this
            brief = await self.briefing.to_answer(asked, seq)
            await self.ledger.keep_brief(state.journey_id, turn.turn_id, brief, turn.at)
        decision = await self._decide(asked, row, asked.fact or _Message(asked.text or "", deed, known.answer, degraded=degraded))
        return Opened(seq=seq, missed=known.missed, decision=decision)

    @activity.defn(name="take_place")
    async def take_place(self, work: Work) -> float:
        """0 where the models' queue has a place for the turn now, else seconds until it should be asked again."""
        return 0.0 if self.places is None else await self.places.take(work.turn.turn_id, work.state.tenant, datetime.now(UTC))

    @activity.defn(name="decide")
    async def decide(self, known: DecideTurn) -> Decision:
        """What follows from a message that a model has read; where none could, it is read here, and the person is told."""
        row, deed = _turn_row(known, known.turn.seq, known.text), known.deed
        if deed is None:
            message = _Message(known.text, f"{known.turn.turn_id}/{UNDERSTAND}", None, degraded=known.degraded)
            return await self._decide(known, row, message)
        answer = await self.ledger.answer_of(deed)
        message = _Message(known.text, deed, answer["understanding"], answer["cites"], known.degraded, answer["reply"])
        return await self._decide(known, row, message)

    @activity.defn(name="decide_next")
    async def decide_next(self, asked: DecideNext) -> Decision:
        decision = engine.decide(asked.template, asked.state, Made(results=asked.results), asked.turn.at, self.skills)
        if asked.text is None or decision.runs or not self.briefing:
            return decision
        whole = decision.model_copy(update={"say": [*asked.say, *decision.say], "cites": asked.cites})
        return await self._to_reword(asked, whole, asked.text, decision)

    async def _brief(self, asked: OpenTurn, seq: int, briefing: Briefing) -> None:
        """The message is kept first, whatever becomes of the search for what a model should know."""
        row = _turn_row(asked, seq, asked.text)
        brief = None
        try:
            engine.check(asked.template, asked.state, None)
            brief = await briefing.to_answer(asked, seq)
        finally:
            await self._store(asked, row, brief=brief)

    async def _decide(self, work: Work, row: dict[str, Any], asked: "Fact | _Message") -> Decision:
        """The decision that stands. Neither a refusal nor a bug of ours loses the message."""
        cites, lines, calls = list[str](), list[Line](), list[dict[str, Any]]()
        by_model = isinstance(asked, _Message) and asked.read is not None and not asked.deed.endswith(UNDERSTAND)
        try:
            if isinstance(asked, _Message):
                if not by_model:  # with a model it was granted before the call
                    engine.check(work.template, work.state, None)
                fact, cites, lines, calls = await self._understood(work, asked)
                row |= {"intents": [i.model_dump() for i in fact.understanding.intents], "engine": fact.understanding.engine}
                decision = engine.decide(work.template, work.state, fact, work.turn.at, self.skills)
            else:
                engine.check(work.template, work.state, asked)
                chosen = asked.cap if isinstance(asked, SetBudget) else asked.budget if isinstance(asked, Began) else None
                if chosen is not None:
                    await self.ledger.set_budget(work.state.journey_id, chosen)
                decision = engine.decide(work.template, work.state, asked, work.turn.at, self.skills)
        except Exception:
            await self._store(work, row, calls)
            raise
        row["inputs"] = {name: value.model_dump(mode="json") for name, value in decision.inputs.items()}
        hazards = hazards_in(asked.text, known.year_built(work.state)) if isinstance(asked, _Message) else []
        warnings = [Line(code="hazard", about=name) for name in hazards]
        said = [line for line in decision.say if line.code not in UNREAD] if _is_stopped(lines) else decision.say
        decision = decision.model_copy(update={"say": [*warnings, *said, *lines], "cites": cites})
        if isinstance(asked, _Message):
            decision = decision.model_copy(update={"degraded": asked.degraded})
            if by_model and not decision.runs:
                stops = engine.stops(decision)
                decision = decision.model_copy(update={"spoken": None if stops else asked.deed})
                decision = await self._to_reword(work, decision, asked.text, decision) if stops else decision
            decision = self._owing(work, row["seq"], asked, decision, by_model)
        outward = decision.starts or decision.goes_outside
        if decision.runs or outward or decision.reword or work.turn.operation in engine.CONTROLS:
            return Decision.model_validate(await self._store(work, {**row, "decision": decision.model_dump(mode="json")}, calls))
        spoken = asked.reply if isinstance(asked, _Message) and decision.spoken else None
        return await self._tell(work, row, decision, calls, spoken)

    def _owing(self, work: Work, seq: int, asked: "_Message", decision: Decision, by_model: bool) -> Decision:
        """With what the message leaves to be made good, or settles of it."""
        about, at = signature(asked.text), work.turn.at
        if by_model:
            return obligations.settled_by(work.state, decision, at, about)
        if not asked.degraded or asked.cites is not None:
            return decision
        return obligations.left_by(work.state, decision, work.turn.turn_id, seq, at, about)

    async def _tell(
        self, work: Work, row: dict[str, Any], decision: Decision, calls: Sequence[Mapping[str, Any]], spoken: str | None
    ) -> Decision:
        """Where nothing more is to be done, the reply goes out in the transaction that keeps the decision (docs/decisions/0016)."""
        decided = {**row, "decision": decision.model_dump(mode="json")}
        state = work.state.model_copy(update={"turns": max(work.state.turns, row["seq"])})
        engine.carry_out(state, decision)
        if state.is_closed:  # nothing may be told behind the end: the workflow sees first whether a pause came before it
            return Decision.model_validate(await self._store(work, decided, calls))
        try:
            closing = await self._closing(work.turn.model_copy(update={"seq": row["seq"]}), work.template, state, decision, spoken)
        except Exception:
            await self._store(work, decided, calls)
            raise
        stands, told = await self.records.tell_turn(self._opening(work, decided, calls), closing, work.state.status)
        return Decision.model_validate(stands).model_copy(update={"told": told})

    async def _closing(self, turn: Turn, template: Template, state: JourneyState, decision: Decision, spoken: str | None) -> dict[str, Any]:
        if decision.reword and decision.spoken is None:
            failed = Line(code="no_words", about=decision.degraded[-1] if decision.degraded else "")
            decision = decision.model_copy(update={"say": [failed, *decision.say]})
        return telling.closing(turn, template, state, decision, await self.worded(template, state, decision, spoken))

    async def _to_reword(self, work: Work, whole: Decision, text: str, decision: Decision) -> Decision:
        """A model is to word what became of the turn: it is told what code would say, in the state after it."""
        assert self.briefing
        state = work.state.model_copy()
        engine.carry_out(state, decision)
        made = await self.worded(work.template, state, whole)
        await self.briefing.to_reply(work, state, text, made.text)
        return decision.model_copy(update={"reword": True})

    async def _store(
        self, work: Work, row: Mapping[str, Any], calls: Sequence[Mapping[str, Any]] = (), brief: Brief | None = None
    ) -> dict[str, Any] | None:
        return await self.records.open_turn(**self._opening(work, row, calls, brief))

    def _opening(
        self, work: Work, row: Mapping[str, Any], calls: Sequence[Mapping[str, Any]], brief: Brief | None = None
    ) -> dict[str, Any]:
        turn, journey_id = work.turn, work.state.journey_id
        request: dict[str, Any] = {"journey_id": journey_id, "operation": turn.operation, "key": turn.key, "body_hash": turn.body_hash}
        request |= {"turn_id": turn.turn_id, "at": turn.at}
        told = {"turn_id": turn.turn_id, "call": brief.call, "journey_id": journey_id, "at": turn.at} if brief else {}
        return {
            "journey": telling.first_row(work.template, work.state, turn) if turn.operation == "begin" else None,
            "request": request,
            "turn": row,
            "calls": calls,
            "brief": {**told, "body": brief.model_dump(mode="json")} if brief else None,
        }

    @activity.defn(name="record")
    async def record(self, told: RecordTurn) -> None:
        """Reply, view, timeline, events and what was carried out, in one transaction."""
        state, decision = told.state, told.decision
        if decision is None:
            by_person = told.stopped and state.status in ("active", "dormant")
            sentence = "You stopped it." if by_person else f"This was not carried out: the journey is {state.status}."
            next_ = [action.action for action in actions(told.template, state)]
            trouble = telling.problem("Stopped", f"{sentence} What you wrote is kept.", next_)
            await self._close(told, "stopped", trouble, await self._cut_off(told))
            return
        spoken = (await self.ledger.answer_of(decision.spoken))["reply"] if decision.spoken else None
        await self.records.close_turn(**await self._closing(told.turn, told.template, state, decision, spoken))

    @activity.defn(name="show")
    async def show(self, work: Work) -> None:
        """The view anew, where what was told and what was shown crossed each other."""
        await self.records.show(work.state.journey_id, work.turn.at, telling.shown(work.template, work.state, work.turn.turn_id))

    @activity.defn(name="fail")
    async def fail(self, told: FailTurn) -> None:
        if refusal := by_name().get(told.error) if told.refusal else None:
            await self._close(told, "refused", telling.problem(told.error, told.refusal, refusal.actions))
            return
        sentence = "Something went wrong on our side and this could not be carried out. What you sent is kept; nothing else changed."
        await self._close(told, "failed", telling.problem("TurnFailed", sentence, ["new_key", "status"], error=told.error))

    async def _understood(self, work: Work, message: "_Message") -> tuple[Said, list[str], list[Line], list[dict[str, Any]]]:
        """The fact, the passages that answer it, what else must be said, and the call to book (none where it was booked before)."""
        text, calls, lines = message.text, list[dict[str, Any]](), list[Line]()
        if message.degraded and message.cites is None:
            lines.append(await self._without_a_model(work, message.degraded[-1]))
        if _is_stopped(lines):  # kept, and read by nobody before somebody raises the budget
            return Said(understanding=Understanding(engine=NOBODY), role=work.turn.role), [], lines, calls
        if message.read is None:
            began = datetime.now(UTC)  # not the turn's own time: models may have been asked before
            understood = await self.reader.understand(text, engine.reader_needs(work.template, work.state), work.state.asked)
            call: dict[str, Any] = {"deed": message.deed, "journey_id": work.state.journey_id, "turn_id": work.turn.turn_id}
            call |= {"name": UNDERSTAND, "engine": understood.engine, "status": "answered", "answer": understood.model_dump(mode="json")}
            calls.append({**call, "cost": 0, "started_at": began, "ended_at": datetime.now(UTC)})
        else:
            understood = Understanding.model_validate(message.read)
        heard = {"role": work.turn.role, "sounds_like": sounds_like(text), "signature": signature(text)}
        said = Said(understanding=understood, is_question=text.rstrip().endswith("?"), **heard)
        if message.cites is not None:
            return said, message.cites, lines, calls
        priced = any(intent.name == "estimate_cost" for intent in understood.intents[:1])
        if priced or not engine.is_question(said):  # what it costs is calculated, not quoted
            return said, [], lines, calls
        try:
            passages = await self.knowledge.search(text, limit=2, where=pages_for(work.state))
        except ProviderError as error:
            activity.logger.warning("Knowledge can't be searched.", extra={"error": type(error).__name__})
            return said, [], [*lines, Line(code="no_knowledge")], calls
        return said, [passage.id for passage in passages], lines, calls

    async def _without_a_model(self, work: Work, why: str) -> Line:
        if why != OVER_BUDGET:
            return Line(code="no_model", about=why)
        scope, cap = await self.ledger.lacking(work.turn.turn_id)
        return Line(code="over_budget", about=work.template.spending.on_limit, names=[scope, dollars(max(2 * cap, ONE_DOLLAR))])

    async def worded(self, template: Template, state: JourneyState, decision: Decision, spoken: str | None = None) -> Reply:
        """`state` is that after the decision; `spoken` the words of a model, where they are the answer."""
        made = [(line.about, skill) for line in decision.say if line.code == "made" for skill in line.names]
        refs = [(step, skill, state.steps[step].results[skill].version) for step, skill in made]
        rows = await self.records.results(state.journey_id, refs)
        bodies = {key: row["body"] for key, row in rows.items()}
        try:
            passages = await self.knowledge.passages(decision.cites) if decision.cites else []
        except ProviderError:  # found a moment ago and gone since: the reply says that it has nothing to quote
            passages = []
        say, passages, spoken = guarded_turn(template, state, decision.say, passages, spoken)
        return self.writer.write(template, state, say, bodies, passages, spoken)

    async def _cut_off(self, told: RecordTurn) -> Reply | None:
        """What was shown of a reply before it was stopped; None where nobody saw any, and a pause or an end says why."""
        kept = await self.ledger.answer_of(told.part) if told.part else {}
        part: str | None = kept.get("reply")
        if part is None and not told.stopped:
            return None
        cites = kept.get("cites", []) if part else []
        say = [Line(code="cut_off", about="words" if part else "")]
        none = obligations.as_it_is(told.state).model_copy(update={"say": say, "cites": cites})
        return await self.worded(told.template, told.state, none, part)

    async def _close(self, told: RecordTurn | FailTurn, status: str, trouble: dict[str, Any], reply: Reply | None = None) -> None:
        """A turn that ends without all that it should have: its journey's view stays, the person is told."""
        shown = {"reply": reply.model_dump(mode="json")} if reply else {}
        await self.records.close_turn(
            journey_id=told.state.journey_id,
            turn_id=told.turn.turn_id,
            seq=told.turn.seq,
            at=told.turn.at,
            turn={"status": status, "problem": trouble, "decision": None, **shown},
            journey=None,
            entries=[{"kind": status, "about": told.turn.operation, "detail": {"type": trouble["type"]}}],
            news=[Event(kind="failed", data={**telling.heading(told.turn), "problem": trouble, **shown})],
        )


@dataclass(frozen=True)
class _Message:
    """What a person wrote. `read`: how it was understood under `deed`, where it was; `cites` the passages a model's reply cites, None
    where none was asked; `degraded` why it was not; `reply` the model's."""

    text: str
    deed: str
    read: Mapping[str, Any] | None
    cites: list[str] | None = None
    degraded: list[str] = field(default_factory=list)
    reply: str | None = None


def _is_stopped(lines: Sequence[Line]) -> bool:
    """Whether the template says that nothing more is done where there is no budget."""
    return any(line.code == "over_budget" and line.about == "stop" for line in lines)


def _turn_row(work: Work, seq: int, text: str | None) -> dict[str, Any]:
    row = {"id": work.turn.turn_id, "journey_id": work.state.journey_id, "seq": seq, "operation": work.turn.operation}
    return {**row, "text": text, "started_at": work.turn.at}
