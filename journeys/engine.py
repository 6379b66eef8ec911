"""What happens next: `decide(template, state, fact, now, skills) -> Decision`. Pure; called by activities, never by workflow code,
so that its answers lie in history and may change under open journeys.

A fact is something that happened: a person said, gave, chose; a skill made its result; a timer came due. Each changes a copy
of the state; then `settle` walks the steps once, in template order, and finds what is done, what must run and what to ask.

Lines of `Decision.say`, which the writer turns into sentences: began, welcome_back(days), noted(inputs), out_of_bounds(input),
kept(step), chosen(step, option), went_back(step, stale steps), cant_go_back, skipped(step), cant_skip(step), made(step, skill),
problem(step), question(intent), clarify(intents), status, how_to(action), small_talk, out_of_scope,
nudge, dormant, remind(step), default_chosen(step, option), escalated(step), paused, resumed, abandoned, completed.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from journeys.facts import Abandoned, Began, Chose, Fact, Gave, Made, Paused, Resumed, Said, Skipped, TimeCame, WentBack
from journeys.inputs import Choice, Count, Length, Money, Need, Option, RoomSize, Value, Weeks
from journeys.messages import Decision, Ended, Intent, Line, SkillRun
from journeys.refusals import (
    JourneyClosed,
    JourneyPaused,
    StepCantBeSkipped,
    StepNotOpen,
    UnknownInput,
    UnknownOption,
    UnknownStep,
    WrongKind,
)
from journeys.state import SETTLED, JourneyState, StepState, Timer
from journeys.template import GO_BACK_TO, Step, Template

NUDGES = (timedelta(hours=24), timedelta(days=7), timedelta(days=30))
DORMANT = timedelta(days=90)
LONG_AWAY = timedelta(days=14)  # after that prices and offers are looked at again
QUESTIONS = {"ask_question", "find_contractor", "assess_diy", "choose_style", "choose_products", "estimate_cost"}


def first_state(
    *, journey_id: str, tenant: str, template: Template, persona: str, title: str, locale: str, currency: str, now: datetime
) -> JourneyState:
    return JourneyState(
        journey_id=journey_id,
        tenant=tenant,
        title=title,
        persona=persona,
        locale=locale,
        currency=currency,
        started_at=now,
        last_heard_at=now,
        steps={step.id: StepState() for step in template.steps},
    )


def decide(template: Template, state: JourneyState, fact: Fact, now: datetime, skills: Mapping[str, str]) -> Decision:
    """`skills`: the version each skill would run with now. Raises a Refusal where the fact can't be granted; a message never is refused."""
    check(template, state, fact)
    return _Draft(template, state, now, skills).after(fact)


def check(template: Template, state: JourneyState, fact: Fact | None) -> None:
    """Raises the Refusal that `decide` would. Cheap, so that a validator may ask before anything enters history.

    None stands for a message that is not understood yet: only a closed or paused journey refuses it.
    """
    if isinstance(fact, Began | Made | TimeCame):
        return
    if state.is_closed:
        raise JourneyClosed(f"This journey is {state.status}. Its results stay readable; a new one can be started.")
    if state.status == "paused" and not isinstance(fact, Paused | Resumed | Abandoned):
        raise JourneyPaused("This journey is paused. Resume it first; nothing was lost.")
    match fact:
        case Gave(inputs=inputs):
            for name, value in inputs.items():
                need = template.need(name)
                if need is None:
                    known = ", ".join(need.name for _, need in template.needs())
                    raise UnknownInput(f"This journey has no input {name!r}. It has: {known}.")
                if problem := misfit(need, value):
                    raise WrongKind(f"{need.title}: {problem}")
            if not inputs and _revisited(state) is None:
                raise UnknownInput("No input was given, and no step is being revisited that could be kept as it was.")
        case Chose(step=step_id, option=option_id):
            step, held = _step(template, step_id), state.steps[step_id]
            if step.decision is None:
                raise StepNotOpen(f"{step.title} asks no decision.")
            if held.status != "waiting":
                raise StepNotOpen(f"{step.title} is {held.status}: its decision is not open{_first(template, state)}.")
            if step.decision.pick(option_id) is None:
                raise UnknownOption(f"{step.title} has no option {option_id!r}. It has: {', '.join(p.id for p in step.decision.options)}.")
        case WentBack(step=step_id):
            step = _step(template, step_id)
            if not state.steps[step_id].was_reached:
                raise StepNotOpen(f"{step.title} was not reached yet, so there is nothing to go back to{_first(template, state)}.")
        case Skipped(step=step_id):
            step = _step(template, step_id)
            if not step.may_skip:
                raise StepCantBeSkipped(f"{step.title} can't be skipped: later steps build on it.")
            if state.steps[step_id].status not in ("open", "waiting", "blocked"):
                raise StepNotOpen(f"{step.title} is {state.steps[step_id].status}, so it can't be skipped now.")


def misfit(need: Need, value: Value) -> str | None:
    """Why this value can't answer this need, as the end of a sentence; None when it can."""
    if value.kind != need.kind:
        return f"a {need.kind} is needed here, not a {value.kind}."
    if isinstance(value, Choice) and need.option(value.option) is None:
        return f"{value.option!r} is none of {', '.join(option.id for option in need.options)}."
    low, high = _extent(value)
    if low is not None and need.at_least is not None and low < need.at_least:
        return f"it is below {need.at_least}, the least that makes sense here."
    if high is not None and need.at_most is not None and high > need.at_most:
        return f"it is above {need.at_most}, the most that makes sense here."
    return None


def inputs_hash(step: Step, run_index: int, state: JourneyState, upstream: Mapping[str, str]) -> str:
    """For which inputs a skill's result holds: what it uses, the currency, and the hashes of the results it takes."""
    run = step.run[run_index]
    parts = [run.skill, state.currency]
    parts += [f"{name}={state.inputs[name].model_dump_json() if name in state.inputs else ''}" for name in run.uses]
    parts += [f"{other}:{upstream.get(other, '')}" for other in run.takes]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def reader_needs(template: Template, state: JourneyState) -> list[Need]:
    """Everything a message may answer now: the inputs, the open decision, and the step to go back to."""
    needs = [need for _, need in template.needs()]
    focus = template.step(state.focus) if state.focus else None
    if focus and state.steps[focus.id].status == "waiting" and (decision := focus.decision_need()):
        needs.append(decision)
    reached = [step for step in template.steps if state.steps[step.id].was_reached]
    if reached:
        options = [Option(id=step.id, title=step.title, words=step.words) for step in reached]
        needs.append(Need(name=GO_BACK_TO, kind="choice", title="Step", ask="Which step?", options=options))
    return needs


def is_question(said: Said) -> bool:
    """Whether passages should answer this message: by its intent, or by its form where no intent is sure."""
    intents = said.understanding.intents
    return intents[0].name in QUESTIONS if intents else said.is_question


class _Draft:
    """A copy of the state on which one fact is played out."""

    def __init__(self, template: Template, state: JourneyState, now: datetime, skills: Mapping[str, str]) -> None:
        self.template, self.before, self.now, self.skills = template, state, now, skills
        self.state = state.model_copy()
        self.say: list[Line] = []
        self.runs: list[SkillRun] = []
        self.ask_first: str | None = None
        self.came: Timer | None = None
        self.behind: set[str] = set()  # steps that build, directly or through others, on one that is not settled

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

    def line(self, code: str, about: str = "", names: list[str] | None = None) -> None:
        self.say.append(Line(code=code, about=about, names=names or []))

    # --- facts -----------------------------------------------------------------------------------------------------------
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
        plainly_asks = fact.is_question or top in ("ask_question", "estimate_cost")
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
        elif top in ("pause", "abandon") and not given:
            self.line("how_to", top)
        elif asks and not (given and top in ("choose_style", "choose_products")):
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
            step_id = _revisited(self.state)
            if step_id:
                self.keep(_step(self.template, step_id))
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
        step = _step(self.template, step_id)
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
        step = _step(self.template, step_id)
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
            step = _step(self.template, timer.step)
            if timer.kind == "deadline" and step.decision and step.decision.default:
                self.line("default_chosen", step.id, [step.decision.default])
                self.chose(step.id, step.decision.default)
            else:
                self.line("escalated" if timer.kind == "deadline" else "remind", step.id)

    # --- the walk --------------------------------------------------------------------------------------------------------
    def settle(self) -> None:
        upstream: dict[str, str] = {}
        for step in self.template.steps:
            self.settle_step(step, upstream)
        held = self.state.steps
        if all(held[step.id].status in SETTLED for step in self.template.steps):
            self.state.status = "completed"
            self.line("completed")
        live = [s for s in self.template.steps if held[s.id].status in ("open", "waiting", "blocked")]
        running = {run.step for run in self.runs}
        # What a person can answer first; what is blocked waits for it, so that one refusing skill stops nothing but its own branch.
        focus = min(live, key=lambda s: 2 if s.id in running else 1 if held[s.id].status == "blocked" else 0, default=None)
        self.state.focus = focus.id if focus else None
        self.state.asked = self.question(focus)

    def settle_step(self, step: Step, upstream: dict[str, str]) -> None:
        held = self.state.steps[step.id]
        if any(other in self.behind or self.state.steps[other].status not in SETTLED for other in step.depends_on):
            self.behind.add(step.id)
            if held.status != "skipped":
                self.state.set_step(step.id, status="stale" if held.was_reached else "pending", asked_at=None)
            return
        if held.status == "skipped" and not held.passed_over:
            return
        if step.skip_if and self.state.inputs.get(step.skip_if.input) == Choice(option=step.skip_if.option):
            self.state.set_step(step.id, status="skipped", passed_over=True, revisiting=False, asked_at=None)
            return
        if held.passed_over:
            self.state.set_step(step.id, status="open", passed_over=False)
        if held.revisiting or any(need.name not in self.state.inputs for need in step.needs):
            self.state.set_step(step.id, status="open", asked_at=None)
            return
        if self.must_run(step, upstream):
            return
        held = self.state.steps[step.id]
        if step.decision is None or (held.chosen is not None and held.chosen_for == self.decision_hash(step)):
            self.state.set_step(step.id, status="done", asked_at=None, problem=None, problem_for=None)
        else:
            asked_at, cleared = held.asked_at or self.now, {"chosen": None, "chosen_for": None, "problem": None, "problem_for": None}
            self.state.set_step(step.id, status="waiting", asked_at=asked_at, **cleared)

    def must_run(self, step: Step, upstream: dict[str, str]) -> bool:
        """Whether skills of the step have to run first; what was made for the same inputs is used again."""
        missing: list[SkillRun] = []
        for index, run in enumerate(step.run):
            held, hash_ = self.state.steps[step.id], inputs_hash(step, index, self.state, upstream)
            if held.problem_for == hash_:
                self.state.set_step(step.id, status="blocked", asked_at=None)
                return True
            ref = held.results.get(run.skill)
            upstream[step.id] = f"{upstream.get(step.id, '')}/{hash_}@{ref.made_with if ref else ''}"
            if ref is None or ref.inputs_hash != hash_:
                made_with = self.skills.get(run.skill, "")
                version = ref.version + 1 if ref else 1
                missing.append(SkillRun(step=step.id, skill=run.skill, version=version, inputs_hash=hash_, made_with=made_with))
        if missing:
            self.runs += missing
            self.state.set_step(step.id, status="open", problem=None, problem_for=None, asked_at=None)
        return bool(missing)

    def decision_hash(self, step: Step) -> str:
        """What a choice was made about: the results the step shows. One made again with newer prices is another result."""
        results = self.state.steps[step.id].results
        shown = [results[run.skill] for run in step.run if run.skill in results]
        return "|".join(f"{ref.inputs_hash}.{ref.version}" for ref in shown) or "-"

    def question(self, focus: Step | None) -> str | None:
        if self.ask_first:
            return self.ask_first
        if focus is None:
            return None
        held = self.state.steps[focus.id]
        if held.status == "waiting":
            return f"{focus.id}_decision"
        if held.status == "blocked":
            return None
        missing = [need.name for need in focus.needs if need.name not in self.state.inputs]
        return missing[0] if missing else (focus.needs[0].name if held.revisiting and focus.needs else None)

    def focus(self) -> Step | None:
        return self.template.step(self.state.focus) if self.state.focus else None

    # --- the outcome -----------------------------------------------------------------------------------------------------
    def timers(self) -> list[Timer]:
        """Everything that is still to come due; one that has come is not repeated.

        What fell due beside the one that came, at the same moment or while no worker ran, comes next: else a deadline could be lost.
        Of late reminders only the last is kept, and none where the person just spoke; late nudges are dropped.
        """
        if self.state.status not in ("active", "dormant"):
            return []
        timers: list[Timer] = []
        if self.state.status == "active":
            heard = self.state.last_heard_at
            timers = [Timer(id=f"nudge.{n}", kind="nudge", due_at=heard + after) for n, after in enumerate(NUDGES, 1)]
            timers.append(Timer(id="dormant", kind="dormant", due_at=heard + DORMANT))
        for step in self.template.steps:
            held = self.state.steps[step.id]
            if held.status == "waiting" and step.decision and held.asked_at:
                asked = held.asked_at
                for days in sorted(set(step.decision.remind_days)):
                    timers.append(Timer(id=f"remind.{step.id}.{days}", kind="remind", due_at=asked + timedelta(days=days), step=step.id))
                if step.decision.deadline_days:
                    due = asked + timedelta(days=step.decision.deadline_days)
                    timers.append(Timer(id=f"deadline.{step.id}", kind="deadline", due_at=due, step=step.id))
        spoke = self.state.last_heard_at == self.now
        kept = ("deadline",) if spoke else ("deadline", "remind", "dormant")
        late = [timer for timer in timers if timer.due_at <= self.now and timer in self.before.timers and timer != self.came]
        last = {(timer.kind, timer.step): timer for timer in late if timer.kind in kept}
        return [*last.values(), *(timer for timer in timers if timer.due_at > self.now)]

    def decision(self) -> Decision:
        state, before = self.state, self.before
        return Decision(
            status=state.status,
            focus=state.focus,
            asked=None if state.is_closed else state.asked,
            last_heard_at=state.last_heard_at,
            timers=self.timers(),
            inputs={name: value for name, value in state.inputs.items() if before.inputs.get(name) != value},
            steps={name: held for name, held in state.steps.items() if before.steps[name] != held},
            runs=[] if state.is_closed else self.runs,
            say=self.say,
        )


def carry_out(state: JourneyState, decision: Decision) -> None:
    """Put a decision into the state. It only copies values, so that no later change of the engine can read it otherwise."""
    state.status = decision.status
    state.focus = decision.focus
    state.asked = decision.asked
    state.last_heard_at = decision.last_heard_at
    state.timers = decision.timers
    state.inputs = {**state.inputs, **decision.inputs}
    state.steps = {**state.steps, **decision.steps}


CONTROLS = ("pause", "abandon")  # they pass the lock, so they carry out nothing that an open turn could be changing


def carry_out_control(state: JourneyState, decision: Decision) -> None:
    state.status, state.timers, state.last_heard_at = decision.status, decision.timers, decision.last_heard_at


def take_up(state: JourneyState, ended: Ended) -> None:
    """Put a turn that was told, but lost before the workflow knew of it, into the state, as if it had just been carried out."""
    if ended.decision is not None:
        (carry_out_control if ended.operation in CONTROLS else carry_out)(state, ended.decision)
    state.turns = max(state.turns, ended.seq)


def together(first: Decision, then: Decision) -> Decision:
    """Two decisions carried out one after the other, as one."""
    changed = {"inputs": {**first.inputs, **then.inputs}, "steps": {**first.steps, **then.steps}, "say": [*first.say, *then.say]}
    return then.model_copy(update={**changed, "cites": first.cites})


def dependants(template: Template, step_id: str) -> set[str]:
    """Every step that depends on this one, directly or through others."""
    found: set[str] = set()
    for step in template.steps:
        if any(other == step_id or other in found for other in step.depends_on):
            found.add(step.id)
    return found


def _step(template: Template, step_id: str) -> Step:
    step = template.step(step_id)
    if step is None:
        raise UnknownStep(f"This journey has no step {step_id!r}. It has: {', '.join(step.id for step in template.steps)}.")
    return step


def _first(template: Template, state: JourneyState) -> str:
    focus = template.step(state.focus) if state.focus else None
    return f"; {focus.title} comes first" if focus else ""


def _revisited(state: JourneyState) -> str | None:
    """The step that an answer without inputs keeps: the one the conversation is at, else the first that is revisited."""
    revisited = [step_id for step_id, held in state.steps.items() if held.revisiting]
    return state.focus if state.focus in revisited else next(iter(revisited), None)


def _extent(value: Value) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most of a value, in the unit of the need's bounds; (None, None) where it has no measure."""
    if isinstance(value, Length):
        return value.feet, value.feet
    if isinstance(value, RoomSize):
        return min(value.length_ft, value.width_ft), max(value.length_ft, value.width_ft)
    if isinstance(value, Money):
        return Decimal(value.high_cents) / 100, Decimal(value.high_cents) / 100
    if isinstance(value, Weeks):
        return value.low, value.high
    if isinstance(value, Count):
        return Decimal(value.count), Decimal(value.count)
    return None, None
