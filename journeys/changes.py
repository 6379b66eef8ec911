"""What is given, chosen, skipped, gone back to and made: the change of each, with what it leads to."""

from collections.abc import Mapping

from journeys import names
from journeys.effects import EffectOrder, live_at, next_deed
from journeys.facts import Heard, Made
from journeys.grants import revisited, step_named
from journeys.inputs import Choices, Need, Value
from journeys.messages import StartChild
from journeys.state import Child, Status
from journeys.template import Pick, Step, Template
from journeys.walk import Walk


class Changes(Walk):
    """What each change does to the state, whoever or whatever brought it about."""

    def resumed(self) -> None:
        """A pause stops the clock of the decisions: each is asked anew, or its deadline could have passed unnoticed."""
        if self.before.status == "paused":
            for step in self.template.steps:
                held = self.state.steps[step.id]
                if held.status == "waiting" and held.awaits != "rest":  # paint dries in a pause as well
                    self.state.set_step(step.id, asked_at=None)
        self.line("resumed")

    def switched(self, persona: str) -> None:
        """What is done stays done; what remains is planned anew, since some steps are for some people only."""
        self.state.persona, self.state.offered = persona, None
        self.line("switched", persona)

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
        deed = next_deed(self.state.effects, self.state.journey_id, step.id, kind)
        return EffectOrder(deed=deed, kind=kind, step=step.id)

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
        cleared: dict[str, object] = {"chosen": None, "chosen_for": None, "refused": {}, "asked_at": None}
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
            passes = held.problem_passes and bool(held.refused)  # that of another skill of the step
            if result.ref is not None:
                self.state.set_step(result.step, results={**held.results, result.skill: result.ref}, problem_passes=passes)
                self.line("made", result.step, [result.skill])
            else:
                refused = {**held.refused, result.inputs_hash: result.problem or ""}
                self.state.set_step(result.step, refused=refused, problem_passes=passes or result.passes)
                said = any(line.code == "problem" and line.about == result.step for line in self.say)
                if not said and not (held.problem_passes and result.passes):  # tried again and still broken: it was said before
                    self.line("problem", result.step)


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
