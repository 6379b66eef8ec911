"""A journey as data: the strict schema of a template. YAML is read by providers/library.py, which names file and line of an error.

A started journey carries its template, so an edit of the library never changes an open journey.
"""

import hashlib
from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from journeys.inputs import Frozen, Need, Option, Slug
from journeys.vocabulary import SKILLS

MAX_TEMPLATE_BYTES = 24 * 1024  # it travels in the workflow's input, at the start and at every continue-as-new
GO_BACK_TO = "go_back_to"  # the name under which a reader may find the step a message wants to go back to
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Run(Frozen):
    """One skill of a step: `uses` are inputs it reads, `takes` are steps whose results it reads. What a template's file leaves out is
    filled in from the skill's manifest when it is read (composing.py)."""

    skill: Slug
    uses: list[Slug] = []
    takes: list[Slug] = []


class Pick(Option):
    """One answer to a decision. Without `back_to` or `ask` it settles the step; `means` lets a plain yes or no choose it."""

    means: Literal["accept", "decline"] | None = None
    back_to: Slug | None = None
    ask: Slug | None = None

    @property
    def settles(self) -> bool:
        return self.back_to is None and self.ask is None


class Choosing(Frozen):
    """A decision that only a person makes. Days count from the moment it is asked.

    At `deadline_days` the `default` is chosen; where there is none, `escalate` is said and the decision stays open.
    """

    ask: str
    options: Annotated[list[Pick], Field(min_length=1)]
    default: Slug | None = None
    remind_days: list[Annotated[int, Field(ge=1, le=365)]] = []
    deadline_days: Annotated[int, Field(ge=1, le=365)] | None = None
    escalate: str = ""

    def pick(self, option_id: str) -> Pick | None:
        return next((pick for pick in self.options if pick.id == option_id), None)

    def meaning(self, means: str) -> Pick | None:
        return next((pick for pick in self.options if pick.means == means), None)


class SkipIf(Frozen):
    """The step is passed over when this input has this option."""

    input: Slug
    option: Slug


class Step(Frozen):
    id: Slug
    title: str
    goal: str
    words: list[str] = []
    needs: list[Need] = []
    optional: list[Need] = []
    run: list[Run] = []
    decision: Choosing | None = None
    depends_on: list[Slug] = []
    skip_if: SkipIf | None = None
    may_skip: bool = False

    def all_needs(self) -> list[Need]:
        return [*self.needs, *self.optional]

    def decision_need(self) -> Need | None:
        """The decision as something a message can answer, like any other choice."""
        if self.decision is None:
            return None
        options = [Option(id=pick.id, title=pick.title, words=pick.words, note=pick.note) for pick in self.decision.options]
        return Need(name=f"{self.id}_decision", kind="choice", title=self.title, ask=self.decision.ask, options=options)


class Template(Frozen):
    """`steps` stand in an order in which each comes after those it depends on."""

    id: Slug
    version: Annotated[int, Field(ge=1)]
    title: str
    summary: str
    personas: Annotated[list[Slug], Field(min_length=1)]
    locale: Locale
    currency: Currency
    steps: Annotated[list[Step], Field(min_length=1)]

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def needs(self) -> Iterator[tuple[Step, Need]]:
        for step in self.steps:
            for need in step.all_needs():
                yield step, need

    def need(self, name: str) -> Need | None:
        return next((need for _, need in self.needs() if need.name == name), None)

    def content_hash(self) -> str:
        """The first 16 hex digits of the sha256 of the canonical JSON."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def holds_together(self, skills: Collection[str] = SKILLS) -> "Template":
        """`skills` are those that exist. Raises ValueError naming the place of a mistake: `steps.<id>.<what>`. Asked when a template is
        loaded; not each time one is read back from a payload, which happens twice a turn."""
        seen: dict[str, set[str]] = {}  # of each earlier step, all it builds on
        asked_by = {need.name: step for step in self.steps for need in step.all_needs()}
        named: set[str] = set()
        for step in self.steps:
            for problem in _step_problems(step, seen, asked_by, named, skills):
                raise ValueError(f"steps.{step.id}: {problem}")
            seen[step.id] = _builds_on(step, seen)
        taken = {GO_BACK_TO, *(f"{step.id}_decision" for step in self.steps)} & named
        for name in sorted(taken):
            raise ValueError(f"steps.{asked_by[name].id}: the name {name!r} is kept for what a message may answer besides inputs")
        if len(self.model_dump_json().encode()) > MAX_TEMPLATE_BYTES:
            raise ValueError(f"the template is over {MAX_TEMPLATE_BYTES} bytes of JSON")
        return self


def _builds_on(step: Step, earlier: dict[str, set[str]]) -> set[str]:
    return set(step.depends_on).union(*(earlier.get(other, set()) for other in step.depends_on))


def _step_problems(
    step: Step, earlier: dict[str, set[str]], asked_by: dict[str, Step], named: set[str], skills: Collection[str]
) -> Iterator[str]:
    if step.id in earlier:
        yield "two steps have this id"
    for need in step.all_needs():
        if need.name in named:
            yield f"the input {need.name!r} is asked for twice"
        named.add(need.name)
        yield from _twice(f"the option of {need.name!r}", [option.id for option in need.options])
    for other in step.depends_on:
        if other not in earlier:
            yield f"depends_on names {other!r}, which is no earlier step"
    before = _builds_on(step, earlier)
    yield from _twice("the skill", [run.skill for run in step.run])  # kept by skill, two results would replace each other for ever
    for run in step.run:
        if run.skill not in skills:
            yield f"there is no skill {run.skill!r}; there are {', '.join(sorted(skills))}"
        for name in run.uses:
            asking = asked_by.get(name)
            if asking is None:
                yield f"{run.skill} uses {name!r}, an input that no step asks for"
            elif asking.id not in {*before, step.id} and any(need.name == name for need in asking.needs):
                yield f"{run.skill} uses {name!r}, which {asking.id!r} asks for: the step must depend on it, or the skill runs too early"
        for other in run.takes:
            if other not in earlier:
                yield f"{run.skill} takes the result of {other!r}, which is no earlier step"
            elif other not in before:
                yield f"{run.skill} takes the result of {other!r}: the step must depend on it, or the skill runs too early"
    if step.skip_if:
        yield from _skip_problems(step.skip_if, earlier, asked_by)
    if step.decision:
        yield from _decision_problems(step, step.decision, earlier, asked_by)
    if not (step.needs or step.run or step.decision):
        yield "nothing can be done in this step: it needs no input, runs no skill and asks no decision"


def _skip_problems(skip_if: SkipIf, earlier: dict[str, set[str]], asked_by: dict[str, Step]) -> Iterator[str]:
    asking = asked_by.get(skip_if.input)
    if asking is None or asking.id not in earlier:
        yield f"skip_if names {skip_if.input!r}, an input that no earlier step asks for"
    elif not any(need.name == skip_if.input and need.option(skip_if.option) for need in asking.all_needs()):
        yield f"skip_if names {skip_if.option!r}, which is no option of {skip_if.input!r}"


def _twice(what: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} {name!r} stands there twice"


def _decision_problems(step: Step, decision: Choosing, earlier: dict[str, set[str]], asked_by: dict[str, Step]) -> Iterator[str]:
    if len(step.id) > 31:
        yield "the id of a step with a decision has at most 31 characters, since the decision is named after it"
    yield from _twice("the option", [pick.id for pick in decision.options])
    default = decision.pick(decision.default) if decision.default else None
    if decision.default and default is None:
        yield f"the default {decision.default!r} is none of its options"
    if default and not default.settles:
        yield f"the default {default.id!r} does not settle the decision"
    if not any(pick.settles for pick in decision.options):
        yield "no option settles the decision"
    for pick in decision.options:
        if pick.back_to and pick.ask:
            yield f"option {pick.id!r} goes back and asks for something: it can do one of the two"
        if pick.back_to and pick.back_to not in {*earlier, step.id}:
            yield f"option {pick.id!r} goes back to {pick.back_to!r}, which is no earlier step"
        if pick.ask and pick.ask not in asked_by:
            yield f"option {pick.id!r} asks for {pick.ask!r}, an input that no step asks for"
