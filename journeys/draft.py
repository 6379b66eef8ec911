"""What a fact changes: a message and its readings, inputs, choices, going back, results, timers. Each on a copy of the state."""

from datetime import timedelta
from typing import assert_never

from journeys.effects import live_at
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
from journeys.grants import step_named
from journeys.hearing import Hearing
from journeys.messages import Decision
from journeys.spending import dollars
from journeys.state import Timer

LONG_AWAY = timedelta(days=14)  # after that prices and offers are looked at again


class Draft(Hearing):
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
                self.state.set_step(step.id, refused={})

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
                self.state.set_step(step.id, refused={})

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
            awaits = self.state.steps[step.id].awaits
            if timer.kind == "rest" or awaits == "rest":  # settling ends a rest
                return
            if awaits == "outside":
                self.line("overdue" if timer.kind == "deadline" else "remind", step.id)
            elif timer.kind == "deadline" and step.decision and step.decision.default:
                self.line("default_chosen", step.id, [step.decision.default])
                self.chose(step.id, step.decision.default)
            else:
                self.line("escalated" if timer.kind == "deadline" else "remind", step.id)
