"""One turn of a journey, whoever began it.

A turn: `open` (store what was asked, understand, decide) → skills → `record` (reply, view, events and what was carried out, in one
transaction); where no skill runs, `open` tells the reply itself (docs/decisions/0016). Where a language model is asked, `open` only stores,
and after it come `answer`, `decide`, the skills, and `reply` where there is an outcome to put into words. A worker killed between that last
transaction and the end of its workflow task has told a turn that the history does not know; the next `open` gives it back, and it is taken
up (docs/decisions/0001).
Decisions come back from activities and are only carried out here, so engine, rules and prices may change under open journeys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.children import Children
    from activities.effects import Effects
    from activities.moving import Moves
    from activities.records import Records
    from activities.skills import Skills
    from journeys import effects, engine, moving, names, refusals
    from journeys.brief import Call
    from journeys.facts import (
        Fact,
    )
    from journeys.messages import (
        Asked,
        Decision,
        Ended,
        JourneyStart,
        Move,
        MoveRequest,
        Opened,
        Operation,
    )
    from journeys.refusals import KeyReused
    from journeys.state import JourneyState, Receipt
    from journeys.template import Template
    from journeys.work import (
        BeginChild,
        DecideNext,
        DecideTurn,
        FailTurn,
        OpenMove,
        OpenTurn,
        RecordTurn,
        ReserveEffects,
        RunSkill,
        Turn,
        Work,
    )
    from workflows.asking import Outcome, Running, ask, wait_for_place
    from workflows.outside import carry_outside
    from workflows.policies import BESIDE, QUICK, Urgency, priority

Way = Callable[[Turn, Fact | None, str | None], Awaitable[None]]
TEMPLATE = SearchAttributeKey.for_keyword(names.JOURNEY_TEMPLATE)
PERSONA = SearchAttributeKey.for_keyword(names.JOURNEY_PERSONA)
STEP = SearchAttributeKey.for_keyword(names.JOURNEY_STEP)
STATUS = SearchAttributeKey.for_keyword(names.JOURNEY_STATUS)
CANCELS = "a pause cancels calls"  # a patch: journeys from before let them end
CROSSED = "what went out is told behind a pause"  # a patch: journeys from before said that nothing was carried out


class Turns:
    """A journey as its turns know it. `JourneyWorkflow` says what begins one."""

    def __init__(self, start: JourneyStart) -> None:
        self.template, self.moved = start.template, start.moved
        self.state: JourneyState = start.state or engine.first_state(
            journey_id=start.journey_id,
            tenant=start.tenant,
            template=start.template,
            persona=start.persona,
            title=start.title,
            locale=start.locale,
            currency=start.currency,
            now=workflow.now(),
            inputs=start.inputs,
        )
        self.one_turn = asyncio.Lock()
        self.one_telling = asyncio.Lock()
        self.admitted = 0
        self.ended = self.state.turns  # the last turn that ended here: one that is open may be told already, by a worker that was killed
        self.stops = 0  # pauses and ends so far: a turn that sees it grow carries nothing out
        self.calls: Running = {}  # of models, by the turn that is open
        self.later_calls: Running = {}  # and those that make good what is owed
        self.shown: tuple[str | None, str, str] | None = None

    async def turn(self, operation: Operation, asked: Asked, fact: Fact | None, text: str | None = None, way: Way | None = None) -> Receipt:
        """One at a time per journey: another waits here, and answers from memory what it waited behind."""
        self.admitted += 1
        try:
            async with self.one_turn:
                known = self.answered(operation, asked)
                return known or await self.safely(self.next_turn(operation, asked), way or self.play, fact, text)
        finally:
            self.admitted -= 1

    async def control(self, operation: Operation, asked: Asked, fact: Fact) -> Receipt:
        """Past the lock: a pause or an end lands while turns are open, and those carry nothing out any more."""
        return self.answered(operation, asked) or await self.safely(self.next_turn(operation, asked), self.halt, fact, None)

    async def safely(self, turn: Turn, way: Way, fact: Fact | None, text: str | None) -> Receipt:
        try:
            await way(turn, fact, text)
        except (ActivityError, ApplicationError) as failure:  # an activity's, in history as such: a mended activity changes no replay
            raise await self.failed(turn, failure) from failure
        finally:
            self.ended = max(self.ended, turn.seq)
        return self.receipt(turn)

    async def play(self, turn: Turn, fact: Fact | None, text: str | None) -> None:
        stops = self.stops
        opened = await self.open(turn, fact, text)
        decision, said = opened.decision, Outcome()
        if opened.routes and text is not None:
            said = await self.wait_for_place(turn, opened.waits) or await self.ask("answer", turn, opened.routes, [], stops)
            if said.stopped and self.stops == stops:
                await self.record(turn, None, said)
                return
            decision = await self.decide_on(turn, text, said) if self.stops == stops else None
        if decision is not None and decision.told:
            await self.take_in(turn, decision, stops)
            return
        carried: Decision | None = None
        while decision is not None and self.stops == stops:
            engine.carry_out(self.state, decision)
            carried = engine.together(carried, decision) if carried else decision
            if decision.starts:
                await self.start_children(decision)
            if decision.goes_outside:
                carried = await self.go_outside(turn, carried)
            decision = await self.run_skills(turn, carried, decision, text if said.route else None) if decision.runs else None
        if carried is not None and carried.reword and self.stops == stops:
            tried = opened.routes[: opened.routes.index(said.route)] if said.route else opened.routes
            told = await self.ask("reply", turn, opened.routes, tried, stops)
            carried = carried.model_copy(
                update={"spoken": told.deed, "degraded": [*carried.degraded, *told.failures, *(["stopped"] if told.stopped else [])]}
            )
        if carried is not None and carried.effects_done and self.stops != stops and workflow.patched(CROSSED):
            await self.record(turn, await self.take_back(carried) if self.state.is_closed else carried)
        elif carried is not None or self.stops != stops:
            await self.record(turn, carried if self.stops == stops else None, said)

    async def take_in(self, turn: Turn, decision: Decision, stops: int) -> None:
        """What was told as it was decided. A pause or an end that crossed it stays, and the view is written again, with both."""
        if self.stops == stops:
            engine.carry_out(self.state, decision)
            self.show()
            return
        engine.carry_out_beneath(self.state, decision)
        self.show()
        async with self.one_telling:
            await workflow.execute_local_activity_method(Records.show, Work(**self.work(turn)), **QUICK, summary=f"show {turn.seq}")

    async def change_template(self, asked: MoveRequest, turn: Turn) -> None:
        """The template changes with the state, at one moment (docs/decisions/0017)."""
        stops = self.stops
        request = OpenMove(**self.work(turn), to=asked.template, undo=asked.undo, kept=self.moved)
        opened = await workflow.execute_local_activity_method(Moves.open, request, **QUICK, summary=f"move {turn.seq}")
        decision = self.found(turn, opened).decision
        if decision is None or decision.move is None:
            return
        if self.stops != stops:
            await self.record(turn, None)
            return
        moving.carry_out(self.state, asked.template, decision.move)
        engine.carry_out(self.state, decision)
        self.follow(asked.template, decision.move)
        carried = decision
        while decision.runs and self.stops == stops:
            decision = await self.run_skills(turn, carried, decision, None)
            if self.stops == stops:
                engine.carry_out(self.state, decision)
                carried = engine.together(carried, decision)
        # A pause that landed meanwhile stays, and what is left to run waits for its end; the move itself is told. Behind an end nothing is.
        await self.record(turn, None if self.stops != stops and self.state.is_closed else carried)

    def follow(self, template: Template, move: Move) -> None:
        self.template, self.moved = template, move.kept
        workflow.upsert_search_attributes([TEMPLATE.value_set(template.name)])

    async def halt(self, turn: Turn, fact: Fact | None, text: str | None) -> None:
        decision = (await self.open(turn, fact, text)).decision
        if decision is not None:
            self.stops += 1
            if (self.calls or self.later_calls) and workflow.patched(CANCELS):
                self.cancel(self.calls)
                self.cancel(self.later_calls)
            engine.carry_out_control(self.state, decision)
            await self.record(turn, await self.go_outside(turn, decision) if decision.undoes else decision)

    async def hush(self, turn: Turn, fact: Fact | None, text: str | None) -> None:
        decision = (await self.open(turn, fact, text)).decision
        if decision is not None:
            await self.record(turn, decision)

    def cancel(self, calls: Running) -> None:
        """Each ends by itself, with what it had; the turn that waits for it goes on from there."""
        for call in calls:
            call.cancel()

    async def open(self, turn: Turn, fact: Fact | None, text: str | None) -> Opened:
        """What follows: a decision, or the routes to ask; neither where the records say that this very turn was told before: then it is
        taken up as it was told."""
        asked = OpenTurn(**self.work(turn), fact=fact, text=text)
        opened = await workflow.execute_local_activity_method(Records.open, asked, **QUICK, summary=f"{turn.operation} {turn.seq}")
        return self.found(turn, opened)

    def found(self, turn: Turn, opened: Opened) -> Opened:
        place = turn.seq
        for missed in opened.missed:
            self.take_up(missed)
        turn.seq = opened.seq
        self.state.turns = max(self.state.turns, turn.seq)
        if ended := opened.ended:
            if ended.seq >= place:  # an earlier one was carried out long ago, beyond the keys that travel along
                self.take_up(ended)
            turn.seq, turn.body_hash = ended.seq, ended.body_hash
            if ended.status in ("refused", "failed"):
                raise ApplicationError(ended.detail, type=ended.problem, non_retryable=True)
        return opened

    async def ask(self, call: Call, turn: Turn, routes: list[str], tried: list[str], stops: int) -> Outcome:
        urgency = Urgency.REMINDER if turn.operation in ("timer", "child", "find_out") else Urgency.PERSON
        about = (self.state.journey_id, turn.turn_id, turn.seq)
        asked_for = priority(self.state.tenant, urgency)
        return await ask(call, about, routes, tried, lambda: self.stops != stops, self.calls, priority=asked_for)

    async def wait_for_place(self, turn: Turn, seconds: float) -> Outcome | None:
        async def look() -> float:
            work = Work(**self.work(turn))
            return await workflow.execute_local_activity_method(Records.take_place, work, **QUICK, summary=f"a place for turn {turn.seq}")

        return await wait_for_place(seconds, look, turn.seq, self.calls)

    async def decide_on(self, turn: Turn, text: str, said: Outcome) -> Decision:
        known = DecideTurn(**self.work(turn), text=text, deed=said.deed, degraded=said.failures)
        return await workflow.execute_local_activity_method(Records.decide, known, **QUICK, summary=f"decide {turn.seq}")

    def take_up(self, ended: Ended) -> None:
        """A pause that passed this turn's lock may stand here as well; it is known already."""
        update = names.update_id(ended.operation, ended.key)
        if self.state.remembered(update) is None:
            template = moving.take_up(self.template, self.state, ended)
            if ended.decision is not None and ended.decision.move is not None:
                self.follow(template, ended.decision.move)
            self.remember(ended.operation, ended.key, ended.turn_id, ended.seq, ended.body_hash)

    async def run_skills(self, turn: Turn, carried: Decision, decision: Decision, text: str | None) -> Decision:
        """Side by side, since those of one decision do not build on each other; then the engine says what follows. `text`: what a model
        will reply to once nothing more runs."""
        work = self.work(turn)
        running = [
            workflow.execute_local_activity_method(Skills.run, RunSkill(**work, run=run), **QUICK, summary=f"{run.step}: {run.skill}")
            for run in decision.runs
        ]
        made = DecideNext(**work, results=await asyncio.gather(*running), text=text, say=carried.say, cites=carried.cites)
        return await workflow.execute_local_activity_method(Records.decide_next, made, **QUICK)

    async def go_outside(self, turn: Turn, carried: Decision) -> Decision:
        """What was ordered is reserved first, word for word; then it goes out. A worker killed anywhere here sends nothing twice."""
        if carried.effects:
            work = ReserveEffects(**self.work(turn), orders=carried.effects)
            await workflow.execute_local_activity_method(Effects.reserve, work, **QUICK)
        done = await carry_outside(self.state.journey_id, self.state.effects, carried)
        self.state.effects = effects.kept(self.state.effects, done.effects_done)
        return done

    async def take_back(self, carried: Decision) -> Decision:
        """Of a turn that an end crossed: what it sent is withdrawn like everything else."""
        steps = [step.id for step in self.template.steps]
        undo = carried.model_copy(update={"effects": [], "again": [], "leaves": [], "undoes": effects.live_at(carried.effects_done, steps)})
        done = await carry_outside(self.state.journey_id, self.state.effects, undo)
        self.state.effects = effects.kept(self.state.effects, done.effects_done)
        return done

    async def start_children(self, decision: Decision) -> None:
        """Side by side, each with its own id: a worker killed here starts none of them twice."""
        common = self.state.model_dump(include={"journey_id", "tenant", "locale", "currency"})
        starting = [
            workflow.execute_activity_method(Children.start, BeginChild(child=child, **common), **BESIDE, summary=f"start {child.title}")
            for child in decision.starts
        ]
        await asyncio.gather(*starting)

    async def record(self, turn: Turn, decision: Decision | None, said: Outcome | None = None) -> None:
        """The last thing a turn does: that order replays whatever happens beside it."""
        self.show()
        async with self.one_telling:  # a pause passes the other lock: the view of one must not be overwritten by an older one
            cut = {"part": said.part or said.deed, "stopped": said.stopped} if said and decision is None else {}
            told = RecordTurn(**self.work(turn), decision=decision, **cut)
            await workflow.execute_local_activity_method(Records.record, told, **QUICK, summary=f"record {turn.seq}")

    async def failed(self, turn: Turn, failure: ActivityError | ApplicationError) -> ApplicationError:
        """A refusal is told as it is; anything else to the person as a turn that failed, with its message kept."""
        cause = failure.cause if isinstance(failure, ActivityError) else failure  # a local activity's failure comes unwrapped
        error = (cause.type if isinstance(cause, ApplicationError) else None) or type(cause).__name__
        refusal = str(getattr(cause, "message", "")) if error in refusals.by_name() else ""
        async with self.one_telling:
            told = FailTurn(**self.work(turn), error=error, refusal=refusal)
            await workflow.execute_local_activity_method(Records.fail, told, **QUICK, summary=f"turn {turn.seq} failed")
        if refusal:
            return ApplicationError(refusal, type=error, non_retryable=True)
        return ApplicationError(f"This could not be carried out ({error}). What you sent is kept.", type="TurnFailed", non_retryable=True)

    # --- helpers -------------------------------------------------------------------------------------------------------------
    def answered(self, operation: Operation, asked: Asked) -> Receipt | None:
        kept = self.state.remembered(names.update_id(operation, asked.key))
        if kept is not None and kept.body_hash != asked.body_hash:
            raise KeyReused("This key was used for something else. Send it with a new Idempotency-Key.")
        return kept

    def next_turn(self, operation: Operation, asked: Asked) -> Turn:
        self.state.turns += 1
        turn_id = names.turn_id(self.state.journey_id, operation, asked.key)
        asked_as = asked.model_dump(include={"key", "body_hash", "role"})
        return Turn(operation=operation, **asked_as, turn_id=turn_id, seq=self.state.turns, at=workflow.now())

    def work(self, turn: Turn) -> dict[str, Any]:
        """What every activity of a turn is given."""
        return {"turn": turn, "template": self.template, "state": self.state.to_work_on()}

    def receipt(self, turn: Turn) -> Receipt:
        return self.remember(turn.operation, turn.key, turn.turn_id, turn.seq, turn.body_hash)

    def remember(self, operation: str, key: str, turn_id: str, seq: int, body_hash: str) -> Receipt:
        receipt = Receipt(turn_id=turn_id, seq=seq, step=self.state.focus, body_hash=body_hash)
        if operation not in ("timer", "child", "fulfil", "find_out"):
            self.state.remember(names.update_id(operation, key), receipt)
        return receipt

    def show(self) -> None:
        """Search attributes, only when they change: each upsert is an event."""
        now = (self.state.focus, self.state.status, self.state.persona)
        if now == self.shown:
            return
        changed = [STEP.value_set(self.state.focus or "-"), STATUS.value_set(self.state.status)]
        if self.shown and self.shown[2] != self.state.persona:
            changed.append(PERSONA.value_set(self.state.persona))
        self.shown = now
        workflow.upsert_search_attributes(changed)
