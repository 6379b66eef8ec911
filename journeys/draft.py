"""What a fact changes: a message and its readings, inputs, choices, going back, results, timers. Each on a copy of the state."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from journeys import names
from journeys.effects import EffectOrder, live_at
from journeys.facts import (
    Abandoned,
    Began,
    ChildEnded,
    Chose,
    Fact,
    FoundOut,
    Gave,
    Heard,
    Made,
    Paused,
    Resumed,
    Said,
    SetBudget,
    SettledEffect,
    Skipped,
    Stopped,
    SwitchedPersona,
    TimeCame,
    WentBack,
)
from journeys.grants import is_spent, may_decide, misfit, revisited, step_named
from journeys.inputs import Choice, Choices, Need, Value
from journeys.messages import Decision, Intent, StartChild
from journeys.spending import dollars
from journeys.state import Child, Status, Timer
from journeys.template import GO_BACK_TO, PERSONA_SWITCH, Pick, Step, Template
from journeys.vocabulary import of_kind
from journeys.walk import Walk

LONG_AWAY = timedelta(days=14)  # after that prices and offers are looked at again
SOUNDS = 2  # messages that must sound like another persona before it is offered
AGAIN = 2  # times a question was asked before, when it is told that it was
REMEMBERED_QUESTIONS = 12
INTAKE = 4  # questions asked of somebody who only says that something should be done
QUESTIONS = of_kind("ask", "deed")
# Also without a question mark, and whatever option they name. Not the other subjects of kind "ask": "the permit is granted" is about one.
PLAIN_QUESTIONS = frozenset(("ask_question", "estimate_cost"))
GIVING = of_kind("deed") - {"estimate_cost", "find_contractor", "assess_diy"}  # "quartz, please": what it gives is all that was meant


def is_question(said: Said) -> bool:
    """Whether passages should answer this message: by its intent, or by its form where no intent is sure."""
    intents = said.understanding.intents
    return intents[0].name in QUESTIONS if intents else said.is_question


class Draft(Walk):
    """A copy of the state on which one fact is played out."""

    def after(self, fact: Fact) -> Decision:
        if self.state.is_closed:  # a result or a timer that came too late
            return self.decision()
        if isinstance(fact, Said | Gave | Chose | WentBack | Skipped | Resumed | SwitchedPersona | SettledEffect):
            self.heard()
        if isinstance(fact, SetBudget) and self.state.status != "paused":  # money ends no pause: nothing goes on by itself
            self.heard()
        match fact:
            case Began():
                self.line("began")
            case Said():
                self.said(fact)
            case Gave(inputs=inputs):
                self.gave(inputs)
            case Chose(step=step, option=option):
                self.chose(step, option)
            case Heard():
                self.told_from_outside(fact)
            case SettledEffect(deed=deed, choice=choice):
                (self.again if choice == "send_again" else self.leaves).append(deed)
            case SwitchedPersona(persona=persona):
                self.switched(persona)
            case SetBudget(cap=cap):
                self.line("budget_set", names=[dollars(cap)])
            case ChildEnded(child=child):
                self.child_ended(child.journey_id, child.headline, child.status)
            case WentBack(step=step):
                self.went_back(step)
            case Skipped(step=step):
                self.skipped(step)
            case Made():
                self.made(fact)
            case TimeCame(timer=timer):
                self.time_came(timer)
            case Stopped(turn=turn):
                self.stopped(turn)
                return self.decision()  # in the middle of another turn, as a pause: nothing is settled here
            case Paused():
                self.paused()
            case Resumed():
                self.resumed()
            case Abandoned():
                self.state.status = "abandoned"
                self.undoes += live_at(self.state.effects, [step.id for step in self.template.steps])
                self.line("abandoned")
            case FoundOut():
                return self.decision()  # the engine answers it: nothing is settled here
            case _:
                assert_never(fact)
        if self.state.status not in ("paused", "completed", "abandoned"):
            self.settle()
        return self.decision()

    def heard(self) -> None:
        away = self.now - self.state.last_heard_at
        if away > LONG_AWAY:
            self.line("welcome_back", names=[str(away.days)])
            self.look_at_prices_again()
        self.state.last_heard_at = self.now
        if self.state.status in ("dormant", "paused"):
            self.state.status = "active"
        self.try_again()

    def try_again(self) -> None:
        """A step whose skill was broken, where it can run by now. What is still broken is not asked each time somebody speaks."""
        for step in self.template.steps:
            held = self.state.steps[step.id]
            if held.status == "blocked" and held.problem_passes and all(run.skill in self.skills for run in step.run):
                self.state.set_step(step.id, problem_for=None)

    def look_at_prices_again(self) -> None:
        """A result made by another version of its skill no longer holds, so that it is made again; the others stand."""
        for step in self.template.steps:
            held = self.state.steps[step.id]
            results = {
                name: ref if ref.made_with == self.skills.get(name, ref.made_with) else ref.model_copy(update={"inputs_hash": ""})
                for name, ref in held.results.items()
            }
            if results != held.results:
                self.state.set_step(step.id, results=results)
            if held.status == "blocked":  # what was not known then may be known by now
                self.state.set_step(step.id, problem=None, problem_for=None)

    def paused(self) -> None:
        """Changes nothing but status and timers, since it lands in the middle of other turns. Who was long away still is, on resuming."""
        self.state.status = "paused"
        if self.now - self.state.last_heard_at <= LONG_AWAY:
            self.state.last_heard_at = self.now
        self.line("paused")

    def stopped(self, turn: int | None) -> None:
        if turn is None:
            self.line("nothing_to_stop")
        else:
            self.line("stopped", str(turn))

    def resumed(self) -> None:
        """A pause stops the clock of the decisions: each is asked anew, or its deadline could have passed unnoticed."""
        if self.before.status == "paused":
            for step in self.template.steps:
                held = self.state.steps[step.id]
                if held.status == "waiting" and held.awaits != "rest":  # paint dries in a pause as well
                    self.state.set_step(step.id, asked_at=None)
        self.line("resumed")

    def said(self, fact: Said) -> None:
        """Inputs are read before intents: while a question is open, most messages answer it."""
        u, focus = fact.understanding, self.focus()
        top = u.intents[0].name if u.intents else None
        decision = focus.decision_need() if focus else None
        readings = {found.need: found.value for found in u.found}
        back_to = readings.pop(GO_BACK_TO, None)
        picked = readings.pop(decision.name, None) if decision else None
        pick = focus.decision.pick(picked.option) if focus and focus.decision and isinstance(picked, Choice) else None
        if self.answers_the_offer(top, sure=not fact.is_question, alone=not readings):
            return
        leads_back = bool(pick and pick.back_to and not fact.is_question)  # "let's change the design" is that answer, counted as such
        if top == "go_back" and not (leads_back and back_to is None):
            self.said_go_back(back_to, readings)
            return
        given = self.take(readings)
        torn = self.torn(u.torn)
        self.sounds_like(fact.sounds_like, asked_for=top == "switch_persona")
        asks = is_question(fact) and (fact.is_question or not torn)
        plainly_asks = fact.is_question or top in PLAIN_QUESTIONS
        if focus and pick and not plainly_asks and self.state.steps[focus.id].status == "waiting":
            if top == "decline" and pick.means == "accept":  # "no, I don't accept it": nobody is taken at a word they denied
                self.line("clarify")
            else:
                self.said_choice(focus, pick, fact.role)
        elif top in ("accept", "decline") and not given:
            self.said_yes_or_no(focus, top, sure=not fact.is_question, role=fact.role)
        elif top == "skip" and not given:
            self.said_skip(focus)
        elif top == "ask_status":
            self.line("status")
        elif top == "resume" and not given:
            self.resumed()
        elif top in ("pause", "abandon") and not given:
            self.line("how_to", top)
        elif top == "upload_floor_plan" and not given:
            self.line("cant_look")
        elif top == "switch_persona":
            if not self.ask_first and not given:
                self.line("clarify")
        elif asks and not (given and top in GIVING):
            self.asked(fact.signature)
            self.line("question", top or "ask_question")
        elif top == "change_budget" and not given:
            self.ask_first = "budget" if self.template.need("budget") else None
        elif not given:
            self.said_nothing_new(u.closest, top)

    def said_nothing_new(self, closest: list[Intent], top: str | None) -> None:
        focus = self.focus()
        open_ = [need.name for need in focus.all_needs() if need.name not in self.state.inputs] if focus else []
        if top in ("small_talk", "out_of_scope"):
            self.line(top)
        elif top in ("start_project", "define_scope") and focus and len(open_) > 1:
            self.line("intake", focus.id, open_[:INTAKE])
        elif not any(line.code in ("out_of_bounds", "torn") for line in self.say):
            self.line("clarify", names=[intent.name for intent in closest])

    def said_go_back(self, back_to: Value | None, readings: Mapping[str, Value]) -> None:
        """To the step that was named, else to the step whose input was given, else to the last one that asked something."""
        target = back_to.option if isinstance(back_to, Choice) and back_to.option in self.state.steps else None
        if target is None and readings:
            target = next((step.id for step, need in self.template.needs() if need.name in readings), None)
        target = target or self.last_that_asked()
        if target is None or not self.state.steps[target].was_reached:
            if not self.take(readings):
                self.line("cant_go_back")
            return
        self.went_back(target)
        self.take(readings)

    def last_that_asked(self) -> str | None:
        """Before the step the conversation is at: a stale one lies ahead of it."""
        steps = [step.id for step in self.template.steps]
        earlier = self.template.steps[: steps.index(self.state.focus)] if self.state.focus else self.template.steps
        asked = [step.id for step in earlier if (step.needs or step.decision) and self.state.steps[step.id].was_reached]
        return next((step_id for step_id in reversed(asked) if self.state.steps[step_id].status != "stale"), None)

    def said_choice(self, focus: Step, pick: Pick, role: str | None) -> None:
        """A message is never refused: what somebody may not choose, or not once more, is said."""
        if not may_decide(focus, role):
            self.line("not_yours", focus.id)
        elif is_spent(self.state, focus, pick):
            self.line("spent", focus.id, [pick.id])
        else:
            self.chose(focus.id, pick.id)

    def answers_the_offer(self, top: str | None, sure: bool, alone: bool) -> bool:
        """Whether it was a plain yes or no to another persona; anything else lets the offer pass, and it is not made again."""
        offered = self.state.offered
        if offered is None or self.state.asked != PERSONA_SWITCH:
            return False
        if not (sure and alone and top in ("accept", "decline")):
            return False
        if top == "accept":
            self.switched(offered)
        else:
            self.line("stays", self.state.persona)
        return True

    def sounds_like(self, persona: str | None, asked_for: bool) -> None:
        """Another persona is offered after two messages that sound like it, or when somebody says so themselves; each one once."""
        if persona is None or persona == self.state.persona or persona not in self.template.personas:
            return
        heard = self.state.heard_as.get(persona, 0) + 1
        self.state.heard_as = {**self.state.heard_as, persona: heard}
        if (heard == SOUNDS or (asked_for and heard < SOUNDS)) and self.state.status != "paused":
            self.state.heard_as = {**self.state.heard_as, persona: max(heard, SOUNDS)}
            self.state.offered = persona
            self.line("offered", persona)
            self.ask_first = PERSONA_SWITCH

    def switched(self, persona: str) -> None:
        """What is done stays done; what remains is planned anew, since some steps are for some people only."""
        self.state.persona, self.state.offered = persona, None
        self.line("switched", persona)

    def asked(self, signature: str) -> None:
        if not signature:
            return
        if self.state.questions.count(signature) >= AGAIN:
            self.line("repeated")
        self.state.questions = [*self.state.questions, signature][-REMEMBERED_QUESTIONS:]

    def said_yes_or_no(self, focus: Step | None, means: str, sure: bool, role: str | None) -> None:
        """`sure`: "shall I accept it?" is no yes."""
        if focus is None:
            return
        held = self.state.steps[focus.id]
        asked = held.status == "waiting" and self.state.asked == f"{focus.id}_decision"  # a yes to another question accepts nothing
        pick = focus.decision.meaning(means) if focus.decision and asked else None
        if pick and sure:
            self.said_choice(focus, pick, role)
        elif held.revisiting and means == "accept":
            self.keep(focus)
        else:
            self.line("clarify")

    def said_skip(self, focus: Step | None) -> None:
        if focus and focus.may_skip:
            self.skipped(focus.id)
        elif focus and self.state.steps[focus.id].revisiting:
            self.keep(focus)
        else:
            self.line("cant_skip", focus.id if focus else "")

    def take(self, readings: Mapping[str, Value]) -> list[str]:
        """Keep the inputs that fit; say which don't. Gives the names kept."""
        kept: dict[str, Value] = {}
        for name, value in readings.items():
            need = self.template.need(name)
            if need is None:
                continue
            if misfit(need, value):
                self.line("out_of_bounds", name)
            else:
                kept[name] = value
        if kept:
            self.gave(kept)
        return list(kept)

    def torn(self, named: Mapping[str, Sequence[str]]) -> list[str]:
        """Two answers to one question that is not answered yet, asked by now or not: nobody is taken at the first of them."""
        open_ = [need.name for _, need in self.template.needs() if need.name in named and need.name not in self.state.inputs]
        for name in open_:
            self.line("torn", name, list(named[name]))
        return open_

    def gave(self, inputs: Mapping[str, Value]) -> None:
        if not inputs:
            step_id = revisited(self.state)
            if step_id:
                self.keep(step_named(self.template, step_id))
            return
        inputs = {name: in_order(self.template.need(name), value) for name, value in inputs.items()}
        had = self.state.inputs  # 12 ft and 12.0 ft are the same answer, so the first stays and nothing is made again
        self.state.inputs = {**had, **{name: value for name, value in inputs.items() if had.get(name) != value}}
        for step in self.template.steps:
            if self.state.steps[step.id].revisiting and any(need.name in inputs for need in step.all_needs()):
                self.state.set_step(step.id, revisiting=False)
        self.line("noted", names=list(inputs))

    def keep(self, step: Step) -> None:
        """As it was; a step that was skipped, so that its inputs were never given, is skipped again."""
        if step.may_skip and any(need.name not in self.state.inputs for need in step.needs):
            self.skipped(step.id)
            return
        self.state.set_step(step.id, revisiting=False)
        self.line("kept", step.id)

    def chose(self, step_id: str, option_id: str) -> None:
        step = step_named(self.template, step_id)
        pick = step.decision.pick(option_id) if step.decision else None
        if pick is None:
            return
        self.line("chosen", step_id, [option_id])
        held = self.state.steps[step_id]
        if pick.back_to or pick.starts:
            self.state.set_step(step_id, went={**held.went, option_id: held.went.get(option_id, 0) + 1})
        if self.came is None:  # nothing goes out that nobody chose
            self.effects += [self.order(step, kind) for kind in pick.effects]
        if pick.settles:
            self.state.set_step(step_id, chosen=option_id, chosen_for=self.decision_hash(step))
        elif pick.back_to:
            self.went_back(pick.back_to)
            for name in [pick.back_to, *dependants(self.template, pick.back_to)]:  # what is done again takes its time again
                self.state.set_step(name, rested_at=None)
        elif pick.starts:
            self.start(step, pick, pick.starts)
        else:
            self.ask_first = pick.ask

    def order(self, step: Step, kind: str) -> EffectOrder:
        """Ordered once more after it was withdrawn, it is another one."""
        nth = 1 + sum(1 for ref in self.state.effects.values() if (ref.step, ref.kind) == (step.id, kind))
        return EffectOrder(deed=f"{self.state.journey_id}/{step.id}.{kind}.{nth}", kind=kind, step=step.id)

    def start(self, step: Step, pick: Pick, template: str) -> None:
        """A journey of its own, which goes its own way; this one is told when it closes."""
        nth = self.state.steps[step.id].went[pick.id]
        child_id = names.child_id(self.state.journey_id, step.id, pick.id, nth)
        handed = {name: self.state.inputs[name] for name in pick.hands if name in self.state.inputs}
        title = pick.title if nth == 1 else f"{pick.title} ({nth})"
        start = StartChild(journey_id=child_id, template=template, step=step.id, title=title, persona=self.state.persona, inputs=handed)
        self.starts.append(start)
        self.state.children = {
            **self.state.children,
            child_id: Child(template=template, title=title, step=step.id, started_at=self.now),
        }
        self.line("started", step.id, [child_id])

    def child_ended(self, child_id: str, headline: str, status: Status) -> None:
        child = self.state.children.get(child_id)
        if child is not None and child.status not in ("completed", "abandoned"):
            ended = child.model_copy(update={"status": status, "headline": headline})
            self.state.children = {**self.state.children, child_id: ended}
            self.line("child_ended", child.step, [child_id])

    def told_from_outside(self, fact: Heard) -> None:
        self.line("news", fact.fact, [fact.source] if fact.source else [])
        if fact.inputs:
            self.gave(fact.inputs)

    def went_back(self, step_id: str) -> None:
        """The step is open again with what it had; whoever depends on it waits until it is settled. Nothing is deleted."""
        step = step_named(self.template, step_id)
        cleared = {"chosen": None, "chosen_for": None, "problem": None, "problem_for": None, "asked_at": None}
        self.state.set_step(step_id, status="open", revisiting=bool(step.needs), **cleared)
        held, depend = self.state.steps, dependants(self.template, step_id)
        affected = [s.id for s in self.template.steps if s.id in depend and held[s.id].was_reached and held[s.id].status != "skipped"]
        self.undoes += live_at(self.state.effects, [step_id, *depend])
        self.line("went_back", step_id, affected if step.needs or step.decision else [])

    def skipped(self, step_id: str) -> None:
        self.state.set_step(step_id, status="skipped", revisiting=False, passed_over=False, asked_at=None)
        self.line("skipped", step_id)

    def made(self, fact: Made) -> None:
        for result in fact.results:
            held = self.state.steps[result.step]
            if result.ref is not None:
                self.state.set_step(result.step, results={**held.results, result.skill: result.ref}, problem_passes=False)
                self.line("made", result.step, [result.skill])
            else:
                self.state.set_step(result.step, problem=result.problem, problem_for=result.inputs_hash, problem_passes=result.passes)
                if not (held.problem_passes and result.passes):  # tried again and still broken: it was said before
                    self.line("problem", result.step)

    def time_came(self, timer: Timer) -> None:
        """A timer whose reason is gone says nothing: somebody spoke, paused or decided while it was on its way."""
        self.came = timer
        if timer.kind in ("dormant", "nudge"):
            if self.state.status != "active":
                return
            self.line(timer.kind)
            if timer.kind == "dormant":
                self.state.status = "dormant"
        elif timer.step and self.state.status != "paused" and self.state.steps[timer.step].status == "waiting":
            step = step_named(self.template, timer.step)
            if timer.kind == "rest":
                if self.state.steps[step.id].awaits == "rest":
                    self.state.set_step(step.id, rested_at=self.now)
                    self.line("rested", step.id)
                return
            awaits = self.state.steps[step.id].awaits
            if awaits == "rest":
                return
            if awaits == "outside":
                self.line("overdue" if timer.kind == "deadline" else "remind", step.id)
            elif timer.kind == "deadline" and step.decision and step.decision.default:
                self.line("default_chosen", step.id, [step.decision.default])
                self.chose(step.id, step.decision.default)
            else:
                self.line("escalated" if timer.kind == "deadline" else "remind", step.id)


def in_order(need: Need | None, value: Value) -> Value:
    """Several options in the order of their list: the same picks are the same input, however they were named."""
    if not isinstance(value, Choices) or need is None:
        return value
    return Choices(options=tuple(option.id for option in need.options if option.id in value.options))


def dependants(template: Template, step_id: str) -> set[str]:
    """Every step that depends on this one, directly or through others."""
    found: set[str] = set()
    for step in template.steps:
        if any(other == step_id or other in found for other in step.depends_on):
            found.add(step.id)
    return found
