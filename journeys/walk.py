"""The walk over the steps, once, in template order: what is done, what must run, what to ask, and when to remind."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from journeys.effects import EffectOrder
from journeys.inputs import Choice, Day
from journeys.messages import Decision, Line, SkillRun, StartChild
from journeys.state import SETTLED, Awaited, JourneyState, Timer
from journeys.template import Instead, SkipIf, Step, Template

NUDGES = (timedelta(hours=24), timedelta(days=7), timedelta(days=30))
DORMANT = timedelta(days=90)


def inputs_hash(step: Step, run_index: int, state: JourneyState, upstream: Mapping[str, str]) -> str:
    """For which inputs a skill's result holds: what it uses, the currency, and the hashes of the results it takes."""
    run = step.run[run_index]
    parts = [run.skill, state.currency]
    parts += [f"{name}={state.inputs[name].model_dump_json() if name in state.inputs else ''}" for name in run.uses]
    parts += [f"{other}:{upstream.get(other, '')}" for other in run.takes]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class Walk:
    """A copy of the state on which something was changed, to be settled into a decision."""

    def __init__(self, template: Template, state: JourneyState, now: datetime, skills: Mapping[str, str]) -> None:
        self.template, self.before, self.now, self.skills = template, state, now, skills
        self.state = state.model_copy()
        self.say: list[Line] = []
        self.runs: list[SkillRun] = []
        self.starts: list[StartChild] = []
        self.effects: list[EffectOrder] = []
        self.undoes: list[str] = []
        self.again: list[str] = []
        self.leaves: list[str] = []
        self.ask_first: str | None = None
        self.came: Timer | None = None
        self.behind: set[str] = set()  # steps that build, directly or through others, on one that is not settled

    def line(self, code: str, about: str = "", names: list[str] | None = None) -> None:
        self.say.append(Line(code=code, about=about, names=names or []))

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
        # What a person can answer first; what is blocked, or waits for somebody else, stops nothing but its own branch.
        focus = min(live, key=lambda s: 3 if s.id in running else self.patience(s), default=None)
        self.state.focus = focus.id if focus else None
        self.state.asked = self.question(focus)

    def settle_step(self, step: Step, upstream: dict[str, str]) -> None:
        held = self.state.steps[step.id]
        if any(other in self.behind or self.state.steps[other].status not in SETTLED for other in step.depends_on):
            self.behind.add(step.id)
            if held.status != "skipped" or (held.passed_over and not self.is_left_out(step)):
                self.state.set_step(step.id, status="stale" if held.was_reached else "pending", passed_over=False, asked_at=None)
            return
        if held.status == "skipped" and not held.passed_over:
            return
        if self.is_left_out(step):
            self.state.set_step(step.id, status="skipped", passed_over=True, revisiting=False, asked_at=None)
            return
        if held.passed_over:
            self.state.set_step(step.id, status="open", passed_over=False)
        if held.revisiting:
            self.state.set_step(step.id, status="open", asked_at=None)
        elif any(need.name not in self.state.inputs for need in step.needs):
            if step.outside:
                self.wait(step, "outside")
            else:
                self.state.set_step(step.id, status="open", asked_at=None)
        elif self.must_rest(step):
            self.wait(step, "rest")
        elif not self.must_run(step, upstream):
            held = self.state.steps[step.id]
            if step.decision is None or (held.chosen is not None and held.chosen_for == self.decision_hash(step)):
                self.state.set_step(step.id, status="done", asked_at=None, **self.unproblematic(step))
            else:
                self.wait(step, "decision", chosen=None, chosen_for=None, **self.unproblematic(step))

    def patience(self, step: Step) -> int:
        held = self.state.steps[step.id]
        elsewhere = held.status == "waiting" and held.awaits != "decision"
        return 2 if elsewhere else 1 if held.status == "blocked" else 0

    def unproblematic(self, step: Step) -> dict[str, dict[str, str]]:
        """A problem that something else stands for is remembered, or its skill would be tried again and again."""
        return {} if step.on_failure else {"refused": {}}

    def wait(self, step: Step, awaits: Awaited, **cleared: object) -> None:
        held = self.state.steps[step.id]
        asked_at = held.asked_at if held.awaits == awaits and held.asked_at else self.now
        self.state.set_step(step.id, status="waiting", awaits=awaits, asked_at=asked_at, **cleared)

    def is_left_out(self, step: Step) -> bool:
        return bool(step.personas and self.state.persona not in step.personas) or any(map(self.holds, step.skip_if))

    def holds(self, condition: SkipIf) -> bool:
        if condition.step:
            had: str | None = self.state.steps[condition.step].chosen
        else:
            value = self.state.inputs.get(condition.input or "")
            had = value.option if isinstance(value, Choice) else None
        return had == condition.option if condition.option else had not in condition.unless

    def must_rest(self, step: Step) -> bool:
        """Whether time has to pass first. Who comes first when it has passed, its timer, another's or a person, ends the rest for good."""
        held = self.state.steps[step.id]
        if step.rest is None or (held.rested_at and not step.rest.until):
            return False
        due = self.rested_at(step)
        if due is None or due > self.now:
            return True
        if held.status == "waiting" and held.awaits == "rest":
            self.state.set_step(step.id, rested_at=self.now)
            self.line("rested", step.id)
        return False

    def rested_at(self, step: Step) -> datetime | None:
        """When the time that has to pass will have passed; None where it has not begun."""
        if step.rest is None:
            return None
        more, held = timedelta(days=step.rest.days, hours=step.rest.hours), self.state.steps[step.id]
        if step.rest.until:
            day = self.state.inputs.get(step.rest.until)
            return datetime.combine(day.on, time(), UTC) + more if isinstance(day, Day) else self.now
        return held.asked_at + more if held.awaits == "rest" and held.asked_at else None

    def instead(self, step: Step) -> Instead | None:
        """What stands for a result that can't be made: an input that was given, else the first that is left."""
        given = [way for way in step.on_failure if way.ask in self.state.inputs]
        return next(iter([*given, *step.on_failure]), None)

    def must_run(self, step: Step, upstream: dict[str, str]) -> bool:
        """Whether skills of the step have to run first; what was made for the same inputs is used again."""
        missing: list[SkillRun] = []
        refused: dict[str, str] = {}  # all that stand: what one skill was refused isn't tried again for the sake of another
        held, way = self.state.steps[step.id], self.instead(step)
        for index, run in enumerate(step.run):
            hash_ = inputs_hash(step, index, self.state, upstream)
            if hash_ in held.refused:
                refused[hash_] = held.refused[hash_]
                if way is None or (way.ask and way.ask not in self.state.inputs):
                    self.state.set_step(step.id, status="open" if way else "blocked", asked_at=None)
                    return True
                if way.ask:
                    upstream[step.id] = f"{upstream.get(step.id, '')}/{self.state.inputs[way.ask].model_dump_json()}"
                continue
            ref = held.results.get(run.skill)
            upstream[step.id] = f"{upstream.get(step.id, '')}/{hash_}@{ref.made_with if ref else ''}"
            if ref is None or ref.inputs_hash != hash_:
                made_with = self.skills.get(run.skill, "")
                version = ref.version + 1 if ref else 1
                missing.append(SkillRun(step=step.id, skill=run.skill, version=version, inputs_hash=hash_, made_with=made_with))
        if missing:
            self.runs += missing
            self.state.set_step(step.id, status="open", refused=refused, asked_at=None)
        elif refused and way and not way.ask and held.status in ("open", "blocked"):
            self.line("went_without", step.id)
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
        missing = [need.name for need in focus.needs if need.name not in self.state.inputs]
        if held.status == "waiting" and held.awaits == "decision":
            return f"{focus.id}_decision"
        if held.status == "blocked" or (held.status == "waiting" and held.awaits == "rest"):
            return None
        if missing:
            return missing[0]
        if held.refused and (way := self.instead(focus)):
            return way.ask
        return focus.needs[0].name if held.revisiting and focus.needs else None

    def focus(self) -> Step | None:
        return self.template.step(self.state.focus) if self.state.focus else None

    def timers(self) -> list[Timer]:
        """Everything that is still to come due; one that has come is not repeated.

        What fell due beside the one that came, at the same moment or while no worker ran, comes next: else a deadline could be lost.
        Of late reminders only the last is kept, and none where the person just spoke; late nudges are dropped.
        """
        if self.state.status not in ("active", "dormant"):
            return []
        timers: list[Timer] = []
        focus = self.focus()
        resting = focus is not None and self.state.steps[focus.id].status == "waiting" and self.state.steps[focus.id].awaits == "rest"
        if self.state.status == "active" and not resting:  # nobody is urged to what only time can do
            heard = max([self.state.last_heard_at, *(held.rested_at for held in self.state.steps.values() if held.rested_at)])
            timers = [Timer(id=f"nudge.{n}", kind="nudge", due_at=heard + after) for n, after in enumerate(NUDGES, 1)]
            timers.append(Timer(id="dormant", kind="dormant", due_at=heard + DORMANT))
        for step in self.template.steps:
            held = self.state.steps[step.id]
            if held.status != "waiting" or held.asked_at is None:
                continue
            if held.awaits == "rest":
                timers.append(Timer(id=f"rest.{step.id}", kind="rest", due_at=self.rested_at(step) or self.now, step=step.id))
            elif asks := step.decision if held.awaits == "decision" else step.outside:
                asked = held.asked_at
                for days in sorted(set(asks.remind_days)):
                    timers.append(Timer(id=f"remind.{step.id}.{days}", kind="remind", due_at=asked + timedelta(days=days), step=step.id))
                if asks.deadline_days:
                    due = asked + timedelta(days=asks.deadline_days)
                    timers.append(Timer(id=f"deadline.{step.id}", kind="deadline", due_at=due, step=step.id))
        spoke = self.state.last_heard_at == self.now
        kept = ("deadline", "rest") if spoke else ("deadline", "rest", "remind", "dormant")
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
            persona=state.persona if state.persona != before.persona else None,
            children={name: child for name, child in state.children.items() if before.children.get(name) != child},
            heard_as=state.heard_as if state.heard_as != before.heard_as else None,
            offered=(state.offered or "") if state.offered != before.offered else None,
            questions=state.questions if state.questions != before.questions else None,
            runs=[] if state.is_closed else self.runs,
            starts=[] if state.is_closed else self.starts,
            effects=[] if state.is_closed else self.effects,
            undoes=self.undoes,
            again=self.again,
            leaves=self.leaves,
            say=self.say,
        )
