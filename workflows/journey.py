"""The journey: one workflow each, from the first sentence to the last step, months usually. What a turn does stands in turns.py."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.children import Children
    from activities.owed import Obligations
    from journeys import engine, moving, obligations
    from journeys.effects import EffectDone, EffectNews
    from journeys.facts import (
        Abandoned,
        Began,
        ChildEnded,
        Chose,
        Fact,
        FoundOut,
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
        EffectChoice,
        Inputs,
        JourneyStart,
        Message,
        MoveRequest,
        News,
        Operation,
        PersonaRequest,
        StepRequest,
    )
    from journeys.refusals import Refusal, TooManyAtOnce
    from journeys.state import Obligation, Receipt, Timer
    from journeys.work import SettleOwed, TellParent, Turn
    from workflows.asking import Outcome, ask
    from workflows.policies import AT_ONCE, BESIDE, QUICK, Urgency, priority
    from workflows.turns import Turns


@workflow.defn(failure_exception_types=[Refusal])  # a Refusal fails its update alone; any other exception is our bug and waits for the fix
class JourneyWorkflow(Turns):
    """One person's renovation, from the first sentence to the last step."""

    @workflow.init
    def __init__(self, start: JourneyStart) -> None:
        super().__init__(start)
        self.closed_children: list[ChildClosed] = []
        self.found_out: list[EffectNews] = []
        self.continue_after = start.continue_after_events

    @workflow.run
    async def run(self, start: JourneyStart) -> str:
        while not (self.state.is_closed or self.should_continue()):
            await self.wait_for_news()
            if self.closed_children:
                await self.child_closed(self.closed_children.pop(0))
            elif self.found_out:
                await self.learn(self.found_out.pop(0))
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
        return await self.turn("begin", asked, Began(budget=asked.budget))

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

    @workflow.signal(description="It is known by now what became of an effect")
    def effect_found_out(self, news: EffectNews) -> None:
        self.found_out.append(news)

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
            needs_no_step = isinstance(fact, Paused | Resumed | Abandoned | Stopped | SetBudget)
            engine.check(self.template, self.state, fact if self.admitted == 0 or needs_no_step else None)

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
        told = bool(self.closed_children or self.found_out)
        return self.state.is_closed or told or self.should_continue() or earlier

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

    async def learn(self, news: EffectNews) -> None:
        """The same news twice says nothing new; nor does what a turn of the journey's own has told meanwhile."""
        async with self.one_turn:
            known = self.state.effects.get(news.deed)
            if self.state.is_closed or (known and known.status == news.status):
                return
            asked = Begin(key=f"{news.deed}:{news.status}@{news.at.timestamp():.3f}", body_hash="")
            done = EffectDone.model_validate(news.model_dump(include=set(EffectDone.model_fields)))
            try:
                await self.safely(self.next_turn("find_out", asked), self.play, FoundOut(effect=done), None)
            except ApplicationError:
                workflow.logger.error("What became of an effect could not be told; it is left out.", extra={"deed": news.deed})

    async def tell_parent(self, parent: str) -> None:
        headlines = [ref.headline for held in self.state.steps.values() for ref in held.results.values()]
        closed = {"journey_id": self.state.journey_id, "status": self.state.status, "headline": headlines[-1] if headlines else ""}
        await workflow.execute_activity_method(Children.tell_parent, TellParent(parent=parent, **closed), **BESIDE)

    def should_continue(self) -> bool:
        if self.closed_children or self.found_out:
            return False
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() >= self.continue_after
