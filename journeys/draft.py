"""What a fact changes: a message and its readings, inputs, choices, going back, results, timers. Each on a copy of the state."""

from collections.abc import Mapping
from datetime import timedelta
from typing import assert_never

from journeys.facts import Abandoned, Began, Chose, Fact, Gave, Made, Paused, Resumed, Said, Skipped, TimeCame, WentBack
from journeys.grants import misfit, revisited, step_named
from journeys.inputs import Choice, Value
from journeys.messages import Decision, Intent
from journeys.state import Timer
from journeys.template import GO_BACK_TO, Step, Template
from journeys.vocabulary import of_kind
from journeys.walk import Walk

LONG_AWAY = timedelta(days=14)  # after that prices and offers are looked at again
QUESTIONS = of_kind("ask", "deed")
PLAIN_QUESTIONS = of_kind("ask") | {"estimate_cost"}  # also without a question mark, and whatever option they name
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
        if isinstance(fact, Said | Gave | Chose | WentBack | Skipped | Resumed):
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
            case WentBack(step=step):
                self.went_back(step)
            case Skipped(step=step):
                self.skipped(step)
            case Made():
                self.made(fact)
            case TimeCame(timer=timer):
                self.time_came(timer)
            case Paused():
                self.paused()
            case Resumed():
                self.resumed()
            case Abandoned():
                self.state.status = "abandoned"
                self.line("abandoned")
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

    def resumed(self) -> None:
        """A pause stops the clock of the decisions: each is asked anew, or its deadline could have passed unnoticed."""
        if self.before.status == "paused":
            for step in self.template.steps:
                if self.state.steps[step.id].status == "waiting":
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
        if top == "go_back":
            self.said_go_back(back_to, readings)
            return
        given = self.take(readings)
        asks = is_question(fact)
        plainly_asks = fact.is_question or top in PLAIN_QUESTIONS
        if focus and pick and not plainly_asks and self.state.steps[focus.id].status == "waiting":
            if top == "decline" and pick.means == "accept":  # "no, I don't accept it": nobody is taken at a word they denied
                self.line("clarify")
            else:
                self.chose(focus.id, pick.id)
        elif top in ("accept", "decline") and not given:
            self.said_yes_or_no(focus, top, sure=not fact.is_question)
        elif top == "skip" and not given:
            self.said_skip(focus)
        elif top == "ask_status":
            self.line("status")
        elif top == "resume" and not given:
            self.resumed()
        elif top in ("pause", "abandon") and not given:
            self.line("how_to", top)
        elif asks and not (given and top in GIVING):
            self.line("question", top or "ask_question")
        elif top == "change_budget" and not given:
            self.ask_first = "budget" if self.template.need("budget") else None
        elif not given:
            self.said_nothing_new(u.closest, top)

    def said_nothing_new(self, closest: list[Intent], top: str | None) -> None:
        if top in ("small_talk", "out_of_scope"):
            self.line(top)
        elif not any(line.code == "out_of_bounds" for line in self.say):
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

    def said_yes_or_no(self, focus: Step | None, means: str, sure: bool) -> None:
        """`sure`: "shall I accept it?" is no yes."""
        if focus is None:
            return
        held = self.state.steps[focus.id]
        asked = held.status == "waiting" and self.state.asked == f"{focus.id}_decision"  # a yes to another question accepts nothing
        pick = focus.decision.meaning(means) if focus.decision and asked else None
        if pick and sure:
            self.chose(focus.id, pick.id)
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

    def gave(self, inputs: Mapping[str, Value]) -> None:
        if not inputs:
            step_id = revisited(self.state)
            if step_id:
                self.keep(step_named(self.template, step_id))
            return
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
        if pick.settles:
            self.state.set_step(step_id, chosen=option_id, chosen_for=self.decision_hash(step))
        elif pick.back_to:
            self.went_back(pick.back_to)
        else:
            self.ask_first = pick.ask

    def went_back(self, step_id: str) -> None:
        """The step is open again with what it had; whoever depends on it waits until it is settled. Nothing is deleted."""
        step = step_named(self.template, step_id)
        cleared = {"chosen": None, "chosen_for": None, "problem": None, "problem_for": None, "asked_at": None}
        self.state.set_step(step_id, status="open", revisiting=bool(step.needs), **cleared)
        held, depend = self.state.steps, dependants(self.template, step_id)
        affected = [s.id for s in self.template.steps if s.id in depend and held[s.id].was_reached and held[s.id].status != "skipped"]
        self.line("went_back", step_id, affected if step.needs or step.decision else [])

    def skipped(self, step_id: str) -> None:
        self.state.set_step(step_id, status="skipped", revisiting=False, passed_over=False, asked_at=None)
        self.line("skipped", step_id)

    def made(self, fact: Made) -> None:
        for result in fact.results:
            held = self.state.steps[result.step]
            if result.ref is not None:
                self.state.set_step(result.step, results={**held.results, result.skill: result.ref})
                self.line("made", result.step, [result.skill])
            else:
                self.state.set_step(result.step, problem=result.problem, problem_for=result.inputs_hash)
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
            if timer.kind == "deadline" and step.decision and step.decision.default:
                self.line("default_chosen", step.id, [step.decision.default])
                self.chose(step.id, step.decision.default)
            else:
                self.line("escalated" if timer.kind == "deadline" else "remind", step.id)


def dependants(template: Template, step_id: str) -> set[str]:
    """Every step that depends on this one, directly or through others."""
    found: set[str] = set()
    for step in template.steps:
        if any(other == step_id or other in found for other in step.depends_on):
            found.add(step.id)
    return found
