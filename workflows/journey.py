"""The journey: one workflow each, from the first sentence to the last step, months usually.

A turn: `open` (store what was asked, understand, decide) → skills → `record` (reply, view, events and what was carried out, in one
transaction); where no skill runs, `open` tells the reply itself (docs/decisions/0016). Where a language model is asked, `open` only stores,
and after it come `answer`, `decide`, the skills, and `reply` where there is an outcome to put into words. A worker killed between that last
transaction and the end of its workflow task has told a turn that the history does not know; the next `open` gives it back, and it is taken
up (docs/decisions/0001).
Decisions come back from activities and are only carried out here, so engine, rules and prices may change under open journeys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.children import Children
    from activities.effects import Effects
    from activities.moving import Moves
    from activities.owed import Obligations
    from activities.records import Records
    from activities.skills import Skills
    from journeys import effects, engine, moving, names, obligations, refusals
    from journeys.brief import Call
    from journeys.facts import (
        Abandoned,
        Began,
        ChildEnded,
        Chose,
        Fact,
        Gave,
        Heard,
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
    from journeys.messages import (
        Asked,
        Begin,
        BudgetRequest,
        ChildClosed,
        Control,
        DecideRequest,
        Decision,
        EffectChoice,
        Ended,
        Inputs,
        JourneyStart,
        Message,
        Move,
        MoveRequest,
        News,
        Opened,
        Operation,
        PersonaRequest,
        StepRequest,
    )
    from journeys.refusals import KeyReused, Refusal, TooManyAtOnce
    from journeys.state import JourneyState, Obligation, Receipt, Timer
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
        SettleOwed,
        TellParent,
        Turn,
        Work,
    )
    from workflows.asking import Outcome, Running, ask
    from workflows.outside import carry_outside
    from workflows.policies import AT_ONCE, BESIDE, QUICK, Urgency, priority

Way = Callable[[Turn, Fact | None, str | None], Awaitable[None]]
TEMPLATE = SearchAttributeKey.for_keyword(names.JOURNEY_TEMPLATE)
PERSONA = SearchAttributeKey.for_keyword(names.JOURNEY_PERSONA)
STEP = SearchAttributeKey.for_keyword(names.JOURNEY_STEP)
STATUS = SearchAttributeKey.for_keyword(names.JOURNEY_STATUS)
CANCELS = "a pause cancels calls"  # a patch: journeys from before let them end


@workflow.defn(failure_exception_types=[Refusal])  # a Refusal fails its update alone; any other exception is our bug and waits for the fix
class JourneyWorkflow:
    """One person's renovation, from the first sentence to the last step."""

    @workflow.init
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
        self.closed_children: list[ChildClosed] = []
        self.continue_after = start.continue_after_events

    @workflow.run
    async def run(self, start: JourneyStart) -> str:
        while not (self.state.is_closed or self.should_continue()):
            await self.wait_for_news()
            if self.closed_children:
                await self.child_closed(self.closed_children.pop(0))
            elif due := self.state.due(workflow.now()):
                await self.time_came(due)
            elif owed := self.state.owed_now(workflow.now()):
                await self.make_good(owed)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self.state.is_closed:
            now = {"state": self.state, "template": self.template, "moved": self.moved}
            workflow.continue_as_new(start.model_copy(update=now))
        if start.parent:
            await self.tell_parent(start.parent)
        return self.state.status

    # --- updates, each with its validator under it -----------------------------------------------------------------------
    @workflow.update(description="The journey begins: its first view is written")
    async def begin(self, asked: Begin) -> Receipt:
        return await self.turn("begin", asked, Began())

    @workflow.update(description="One message of the conversation")
    async def converse(self, message: Message) -> Receipt:
        return await self.turn("converse", message, None, message.text)

    @converse.validator
    def admit_message(self, message: Message) -> None:
        self.admit("converse", message, None)

    @workflow.update(description="Inputs by name")
    async def provide(self, asked: Inputs) -> Receipt:
        return await self.turn("provide", asked, Gave(inputs=asked.inputs))

    @provide.validator
    def admit_inputs(self, asked: Inputs) -> None:
        self.admit("provide", asked, Gave(inputs=asked.inputs))

    @workflow.update(description="A decision of the person's")
    async def decide(self, asked: DecideRequest) -> Receipt:
        return await self.turn("decide", asked, Chose(step=asked.step, option=asked.option, role=asked.role))

    @decide.validator
    def admit_choice(self, asked: DecideRequest) -> None:
        self.admit("decide", asked, Chose(step=asked.step, option=asked.option, role=asked.role))

    @workflow.update(description="A fact from outside, such as a quote or a permit")
    async def receive(self, asked: News) -> Receipt:
        return await self.turn("receive", asked, Heard(fact=asked.fact, inputs=asked.inputs, source=asked.source))

    @receive.validator
    def admit_news(self, asked: News) -> None:
        self.admit("receive", asked, Heard(fact=asked.fact, inputs=asked.inputs, source=asked.source))

    @workflow.update(description="Go on as for somebody else")
    async def switch_persona(self, asked: PersonaRequest) -> Receipt:
        return await self.turn("switch_persona", asked, SwitchedPersona(persona=asked.persona))

    @switch_persona.validator
    def admit_switch(self, asked: PersonaRequest) -> None:
        self.admit("switch_persona", asked, SwitchedPersona(persona=asked.persona))

    @workflow.update(description="What the journey's language models may cost")
    async def set_budget(self, asked: BudgetRequest) -> Receipt:
        return await self.turn("set_budget", asked, SetBudget(cap=asked.cap))

    @set_budget.validator
    def admit_budget(self, asked: BudgetRequest) -> None:
        self.admit("set_budget", asked, SetBudget(cap=asked.cap))

    @workflow.update(description="Back to an earlier step")
    async def go_back(self, asked: StepRequest) -> Receipt:
        return await self.turn("go_back", asked, WentBack(step=asked.step))

    @go_back.validator
    def admit_going_back(self, asked: StepRequest) -> None:
        self.admit("go_back", asked, WentBack(step=asked.step))

    @workflow.update(description="Skip a step")
    async def skip(self, asked: StepRequest) -> Receipt:
        return await self.turn("skip", asked, Skipped(step=asked.step))

    @skip.validator
    def admit_skipping(self, asked: StepRequest) -> None:
        self.admit("skip", asked, Skipped(step=asked.step))

    @workflow.update(description="Pause, past every waiting turn")
    async def pause(self, asked: Control) -> Receipt:
        return await self.control("pause", asked, Paused())

    @pause.validator
    def admit_pause(self, asked: Control) -> None:
        self.refuse("pause", asked, Paused())

    @workflow.update(description="Go on after a pause")
    async def resume(self, asked: Control) -> Receipt:
        return await self.turn("resume", asked, Resumed())

    @resume.validator
    def admit_resume(self, asked: Control) -> None:
        self.refuse("resume", asked, Resumed())

    @workflow.update(description="End the journey for good, past every waiting turn")
    async def abandon(self, asked: Control) -> Receipt:
        return await self.control("abandon", asked, Abandoned())

    @abandon.validator
    def admit_end(self, asked: Control) -> None:
        self.refuse("abandon", asked, Abandoned())

    @workflow.update(description="No more of the reply that is being written")
    async def stop(self, asked: Control) -> Receipt:
        if known := self.answered("stop", asked):
            return known
        turn = min(self.calls.values(), default=None)
        self.cancel(self.calls)  # before its own turn is opened: a person waits for silence
        return await self.safely(self.next_turn("stop", asked), self.hush, Stopped(turn=turn), None)

    @stop.validator
    def admit_stop(self, asked: Control) -> None:
        self.refuse("stop", asked, Stopped())

    @workflow.update(description="What shall become of an effect that is in doubt")
    async def settle_effect(self, asked: EffectChoice) -> Receipt:
        return await self.turn("settle_effect", asked, SettledEffect(deed=asked.deed, choice=asked.choice))

    @settle_effect.validator
    def admit_settling(self, asked: EffectChoice) -> None:
        self.admit("settle_effect", asked, SettledEffect(deed=asked.deed, choice=asked.choice))

    @workflow.update(description="To another version of its template, or back")
    async def move(self, asked: MoveRequest) -> Receipt:
        async def way(turn: Turn, fact: Fact | None, text: str | None) -> None:
            await self.change_template(asked, turn)

        return await self.turn("move", asked, None, way=way)

    @move.validator
    def admit_move(self, asked: MoveRequest) -> None:
        if self.answered("move", asked) is None:
            self.require_room()
            if self.admitted == 0 and asked.told <= self.ended:
                moving.require_movable(self.template, asked.template, self.state, undo=asked.undo, kept=self.moved)

    @workflow.signal(description="A journey that this one started has closed")
    def child_ended(self, closed: ChildClosed) -> None:
        self.closed_children.append(closed)

    # --- admission ---------------------------------------------------------------------------------------------------------
    def admit(self, operation: Operation, asked: Asked, fact: Fact | None) -> None:
        if self.answered(operation, asked) is None:
            self.require_room()
        self.refuse(operation, asked, fact)

    def require_room(self) -> None:
        if self.admitted >= AT_ONCE:
            raise TooManyAtOnce(f"{AT_ONCE} requests of this journey are being worked on. Send it again in a moment, with the same key.")

    def refuse(self, operation: Operation, asked: Asked, fact: Fact | None) -> None:
        """Before anything enters history. Behind open turns only the journey's status is sure; the rest `open` tells in its time. Where the
        records have told more than this run knows, nothing is: `open` takes that up first."""
        if self.answered(operation, asked) is not None:
            return
        engine.check_role(self.template, asked.role)
        if asked.told <= self.ended:
            is_control = isinstance(fact, Paused | Resumed | Abandoned | Stopped)
            engine.check(self.template, self.state, fact if self.admitted == 0 or is_control else None)

    def answered(self, operation: Operation, asked: Asked) -> Receipt | None:
        kept = self.state.remembered(names.update_id(operation, asked.key))
        if kept is not None and kept.body_hash != asked.body_hash:
            raise KeyReused("This key was used for something else. Send it with a new Idempotency-Key.")
        return kept

    # --- one turn ------------------------------------------------------------------------------------------------------------
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
            said = await self.ask("answer", turn, opened.routes, [], stops)
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
        if carried is not None or self.stops != stops:
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
        urgency = Urgency.REMINDER if turn.operation in ("timer", "child") else Urgency.PERSON
        about = (self.state.journey_id, turn.turn_id, turn.seq)
        asked_for = priority(self.state.tenant, urgency)
        return await ask(call, about, routes, tried, lambda: self.stops != stops, self.calls, priority=asked_for)

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

    # --- time ----------------------------------------------------------------------------------------------------------------
    async def wait_for_news(self) -> None:
        """Until the armed timer fires, the journey closes, or something is due earlier than armed. A turn that only moves
        reminders further away re-arms nothing, which saves two events a turn."""
        armed = self.state.next_due()
        timeout = None if armed is None else max(armed - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(lambda: self.has_news(armed), timeout=timeout, timeout_summary="next reminder or deadline")
        except TimeoutError:
            pass

    def has_news(self, armed: datetime | None) -> bool:
        due = self.state.next_due()
        earlier = due is not None and (armed is None or due < armed)
        return self.state.is_closed or bool(self.closed_children) or self.should_continue() or earlier

    async def time_came(self, timer: Timer) -> None:
        async with self.one_turn:
            if timer not in self.state.timers:  # somebody spoke while we waited
                return
            asked = Begin(key=f"{timer.id}@{timer.due_at.isoformat()}", body_hash="")
            try:
                await self.safely(self.next_turn("timer", asked), self.play, TimeCame(timer=timer), None)
            except ApplicationError:
                workflow.logger.error("A timer's turn failed; it is left out.", extra={"timer": timer.id})
            self.state.timers = [other for other in self.state.timers if other != timer]

    async def make_good(self, owed: Obligation) -> None:
        """Asked beside the turns, so that nobody waits behind a model that may be dead; settled as a turn of its own. A pause or an end
        that lands meanwhile leaves it as it is."""
        stops = self.stops
        try:
            routes = await workflow.execute_local_activity_method(Obligations.routes, **QUICK)
            about = (self.state.journey_id, owed.id, owed.turn)
            behind = priority(self.state.tenant, Urgency.BACKGROUND)
            said = await ask(
                "answer", about, routes, [], lambda: self.stops != stops, self.later_calls, later=owed.tries + 1, priority=behind
            )
            async with self.one_turn:
                if self.stops == stops and not said.stopped:
                    await self.settle(owed, said)
        except (ActivityError, ApplicationError) as failure:
            workflow.logger.error("What is owed can't be settled.", extra={"turn": owed.id, "error": type(failure).__name__})
        if self.stops == stops and (left := self.state.owed_now(workflow.now())) and left.id == owed.id and left.tries == owed.tries:
            self.state.owed = obligations.put_off(self.state, owed, [], workflow.now())

    async def settle(self, owed: Obligation, said: Outcome) -> None:
        turn, stops = self.next_turn("fulfil", Begin(key=owed.id, body_hash="")), self.stops
        asked = SettleOwed(**self.work(turn), owed=owed, deed=said.deed, failures=said.failures)
        opened = await workflow.execute_local_activity_method(Obligations.settle, asked, **QUICK, summary=f"owed since turn {owed.turn}")
        decision = self.found(turn, opened).decision
        if decision is not None and decision.told:
            await self.take_in(turn, decision, stops)
            return
        if decision is not None and self.stops == stops:
            engine.carry_out(self.state, decision)
        if opened.ended is None and self.state.turns == turn.seq:  # nothing was told, so the place is free
            self.state.turns -= 1

    async def child_closed(self, closed: ChildClosed) -> None:
        async with self.one_turn:
            asked = Begin(key=closed.journey_id, body_hash="")
            try:
                await self.safely(self.next_turn("child", asked), self.play, ChildEnded(child=closed), None)
            except ApplicationError:
                workflow.logger.error("A started journey's end could not be told; it is left out.", extra={"child": closed.journey_id})

    async def tell_parent(self, parent: str) -> None:
        headlines = [ref.headline for held in self.state.steps.values() for ref in held.results.values()]
        closed = {"journey_id": self.state.journey_id, "status": self.state.status, "headline": headlines[-1] if headlines else ""}
        await workflow.execute_activity_method(Children.tell_parent, TellParent(parent=parent, **closed), **BESIDE)

    def should_continue(self) -> bool:
        if self.closed_children:
            return False
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() >= self.continue_after

    # --- helpers -------------------------------------------------------------------------------------------------------------
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
        if operation not in ("timer", "child", "fulfil"):
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
