"""A journey as data: the strict schema of a template. YAML is read by providers/library.py, which names file and line of an error.

A started journey carries its template, so an edit of the library never changes an open journey.
"""

import hashlib
from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints

from journeys.inputs import Frozen, Need, Option, Slug, Value
from journeys.spending import Spending
from journeys.vocabulary import EFFECTS, FACTS, SKILLS

MAX_TEMPLATE_BYTES = 24 * 1024  # it travels in the workflow's input, at the start and at every continue-as-new
GO_BACK_TO = "go_back_to"  # the name under which a reader may find the step a message wants to go back to
PERSONA_SWITCH = "persona_switch"  # what is asked while another persona is offered
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
TemplateName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(@[0-9]+)?$", max_length=80)]  # the newest, or a version
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Run(Frozen):
    """One skill of a step: `uses` are inputs it reads, `takes` are steps whose results it reads. What a template's file leaves out is
    filled in from the skill's manifest when it is read (composing.py)."""

    skill: Slug
    uses: list[Slug] = []
    takes: list[Slug] = []


class Pick(Option):
    """One answer to a decision. Without `back_to`, `ask` or `starts` it settles the step; `means` lets a plain yes or no choose it.

    `starts` begins a journey of its own by that template, handing it these inputs where they are known, and asks again. What leads back or
    starts something does so `at_most` so often; then `beyond` says what else there is. `effects` (vocabulary.EFFECTS) go out into the world
    when a person chooses it.
    """

    means: Literal["accept", "decline"] | None = None
    back_to: Slug | None = None
    ask: Slug | None = None
    starts: TemplateName | None = None
    hands: list[Slug] = []
    at_most: Annotated[int, Field(ge=1, le=100)] | None = None
    beyond: str = ""
    effects: list[Slug] = []

    @property
    def settles(self) -> bool:
        return self.back_to is None and self.ask is None and self.starts is None


class Choosing(Frozen):
    """A decision that only a person makes. Days count from the moment it is asked.

    At `deadline_days` the `default` is chosen; where there is none, `escalate` is said and the decision stays open.
    `by` are the roles that may make it; none named: anybody in the journey.
    """

    ask: str
    by: list[Slug] = []
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
    """The step is passed over when an input has this option, or an earlier step was decided so; with `unless`, when it is none of these."""

    input: Slug | None = None
    step: Slug | None = None
    option: Slug | None = None
    unless: list[Slug] = []


class Outside(Frozen):
    """The step's needs come from somebody else, in days or weeks: `fact` (vocabulary.FACTS) brings them, or a person types them in.

    Days count from the moment the step is reached. Past `deadline_days`, `escalate` is said, and it goes on waiting.
    """

    fact: Slug
    who: str  # as in "I wait for the contractors"
    remind_days: list[Annotated[int, Field(ge=1, le=365)]] = []
    deadline_days: Annotated[int, Field(ge=1, le=365)] | None = None
    escalate: str = ""


class Rest(Frozen):
    """Time that has to pass once the needs are there, as for drying or the end of a lease: until an input's day, and so much longer."""

    say: str  # what passes, as in "the first coat dries"
    until: Slug | None = None
    days: Annotated[int, Field(ge=0, le=730)] = 0
    hours: Annotated[int, Field(ge=0, le=1000)] = 0


class Instead(Frozen):
    """Where a skill of the step can't work it out: `ask` for an input that stands for the result, or go on `without`, saying so."""

    ask: Slug | None = None
    without: str = ""


def _listed(given: Any) -> Any:
    """One condition may stand alone."""
    return given if isinstance(given, list) else [] if given is None else [given]


class Step(Frozen):
    """`by_hand` says that a person types in what a skill will read one day. `personas`: for whom the step is; none named: everybody."""

    id: Slug
    title: str
    goal: str
    words: list[str] = []
    by_hand: str = ""
    personas: list[Slug] = []
    needs: list[Need] = []
    optional: list[Need] = []
    outside: Outside | None = None
    rest: Rest | None = None
    run: list[Run] = []
    on_failure: list[Instead] = []
    decision: Choosing | None = None
    depends_on: list[Slug] = []
    skip_if: Annotated[list[SkipIf], BeforeValidator(_listed)] = []
    may_skip: bool = False
    cost_class: Literal["free", "cheap", "paid"] = "free"
    safety_tags: list[Slug] = []

    def all_needs(self) -> list[Need]:
        return [*self.needs, *self.optional]

    def decision_need(self) -> Need | None:
        """The decision as something a message can answer, like any other choice."""
        if self.decision is None:
            return None
        options = [Option(id=pick.id, title=pick.title, words=pick.words, note=pick.note) for pick in self.decision.options]
        return Need(name=f"{self.id}_decision", kind="choice", title=self.title, ask=self.decision.ask, options=options)


def _whole(given: dict[str, Value]) -> dict[str, Any]:
    """With each value's kind, which is a default: without it nothing could tell what it is when it is read back."""
    return {name: value.model_dump(mode="json") for name, value in given.items()}


Given = Annotated[dict[Slug, Value], PlainSerializer(_whole)]


class Template(Frozen):
    """`steps` stand in an order in which each comes after those it depends on."""

    id: Slug
    version: Annotated[int, Field(ge=1)]
    title: str
    summary: str
    personas: Annotated[list[Slug], Field(min_length=1)]
    roles: dict[Slug, str] = {}  # who takes part besides the one who started it, with their titles
    locale: Locale
    currency: Currency
    spending: Spending = Spending()  # of language models
    given: Given = {}  # inputs that are the same for every journey of this kind, and that nobody is asked for
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

    def awaiting(self, fact: str) -> list[Step]:
        return [step for step in self.steps if step.outside and step.outside.fact == fact]

    def canonical(self) -> str:
        """The JSON in which it is carried and compared: what is left out has its default."""
        return self.model_dump_json(exclude_defaults=True)

    def content_hash(self) -> str:
        """The first 16 hex digits of the sha256 of the canonical JSON."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:16]

    def holds_together(self, skills: Collection[str] = SKILLS) -> "Template":
        """`skills` are those that exist. Raises ValueError naming the place of a mistake: `steps.<id>.<what>`. Asked when a template is
        loaded; not each time one is read back from a payload, which happens twice a turn."""
        seen: dict[str, set[str]] = {}  # of each earlier step, all it builds on
        asked_by = {need.name: step for step in self.steps for need in step.all_needs()}
        decided = {step.id: {option.id for option in step.decision.options} for step in self.steps if step.decision}
        named: set[str] = set()
        for step in self.steps:
            for problem in [*_step_problems(step, seen, asked_by, named, skills, self.given, decided), *_who_problems(step, self)]:
                raise ValueError(f"steps.{step.id}: {problem}")
            seen[step.id] = _builds_on(step, seen)
        for name in sorted(named & set(self.given)):
            raise ValueError(f"steps.{asked_by[name].id}: the input {name!r} is given by the template, so nobody can be asked for it")
        taken = {GO_BACK_TO, PERSONA_SWITCH, *(f"{step.id}_decision" for step in self.steps)} & named
        for name in sorted(taken):
            raise ValueError(f"steps.{asked_by[name].id}: the name {name!r} is kept for what a message may answer besides inputs")
        if len(self.canonical().encode()) > MAX_TEMPLATE_BYTES:
            raise ValueError(f"the template is over {MAX_TEMPLATE_BYTES} bytes of JSON")
        return self


def _builds_on(step: Step, earlier: dict[str, set[str]]) -> set[str]:
    return set(step.depends_on).union(*(earlier.get(other, set()) for other in step.depends_on))


def _step_problems(
    step: Step,
    earlier: dict[str, set[str]],
    asked_by: dict[str, Step],
    named: set[str],
    skills: Collection[str],
    given: Collection[str],
    decided: dict[str, set[str]],
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
            if asking is None and name in given:
                continue
            if asking is None:
                yield f"{run.skill} uses {name!r}, an input that no step asks for"
            elif asking.id not in {*before, step.id} and any(need.name == name for need in asking.needs):
                yield f"{run.skill} uses {name!r}, which {asking.id!r} asks for: the step must depend on it, or the skill runs too early"
        for other in run.takes:
            if other not in earlier:
                yield f"{run.skill} takes the result of {other!r}, which is no earlier step"
            elif other not in before:
                yield f"{run.skill} takes the result of {other!r}: the step must depend on it, or the skill runs too early"
    for skip_if in step.skip_if:
        yield from _skip_problems(skip_if, earlier, before, asked_by)
    yield from _never_reached(step, asked_by, decided)
    yield from _waiting_problems(step, before, asked_by)
    if step.decision:
        yield from _decision_problems(step, step.decision, earlier, asked_by)
    if not (step.needs or step.run or step.decision):
        yield "nothing can be done in this step: it needs no input, runs no skill and asks no decision"


def _skip_problems(skip_if: SkipIf, earlier: dict[str, set[str]], before: set[str], asked_by: dict[str, Step]) -> Iterator[str]:
    if (skip_if.input is None) == (skip_if.step is None) or (skip_if.option is None) == (not skip_if.unless):
        yield "skip_if names either an input or a step, and either an option or, by unless, the options that keep the step"
        return
    options = [skip_if.option] if skip_if.option else skip_if.unless
    if skip_if.step:
        if skip_if.step not in before:
            yield f"skip_if names {skip_if.step!r}: the step must depend on it, or it is not decided yet"
        return
    asking = asked_by.get(skip_if.input or "")
    if asking is None or asking.id not in earlier:
        yield f"skip_if names {skip_if.input!r}, an input that no earlier step asks for"
        return
    need = next(need for need in asking.all_needs() if need.name == skip_if.input)
    for option in options:
        if need.option(option) is None:
            yield f"skip_if names {option!r}, which is no option of {skip_if.input!r}"


def _never_reached(step: Step, asked_by: dict[str, Step], decided: dict[str, set[str]]) -> Iterator[str]:
    """Where every answer to one question passes the step over. An optional input may stay open, which keeps the step."""
    for source in dict.fromkeys(skip_if.input or skip_if.step or "" for skip_if in step.skip_if):
        asking = asked_by.get(source)
        needs = [need for need in asking.needs if need.name == source and need.kind == "choice"] if asking else []
        known = {option.id for need in needs for option in need.options} or set(decided.get(source, ()))
        keeps = set(known)
        for skip_if in step.skip_if:
            if source in (skip_if.input, skip_if.step):
                keeps = keeps - {skip_if.option} if skip_if.option else keeps & set(skip_if.unless)
        if known and not keeps:
            yield f"it is never reached: whatever is answered to {source!r}, skip_if passes it over"


def _waiting_problems(step: Step, before: set[str], asked_by: dict[str, Step]) -> Iterator[str]:
    if step.outside:
        if not step.needs:
            yield "outside brings the step's needs, and it has none"
        if step.outside.fact not in FACTS:
            yield f"there is no fact {step.outside.fact!r}; there are {', '.join(sorted(FACTS))}"
    if step.rest:
        asking = asked_by.get(step.rest.until) if step.rest.until else None
        if step.rest.until is None and not (step.rest.days or step.rest.hours):
            yield "rest needs a day to wait for, or days or hours"
        elif step.rest.until and (asking is None or asking.id not in {*before, step.id}):
            yield f"rest waits until {step.rest.until!r}, an input that neither this step nor one it depends on asks for"
        elif asking and next(need for need in asking.all_needs() if need.name == step.rest.until).kind != "day":
            yield f"rest waits until {step.rest.until!r}, which is no day"
    if step.on_failure and not step.run:
        yield "on_failure says what stands for a skill's result, and the step runs none"
    for instead in step.on_failure:
        if (instead.ask is None) == (not instead.without):
            yield "each of on_failure either asks for an input or says what it is to go on without"
        elif instead.ask and not any(need.name == instead.ask for need in step.optional):
            yield f"on_failure asks for {instead.ask!r}, which has to stand among the step's optional inputs"


def _who_problems(step: Step, template: "Template") -> Iterator[str]:
    for persona in step.personas:
        if persona not in template.personas:
            yield f"personas names {persona!r}, for whom the template is not"
    for role in step.decision.by if step.decision else []:
        if role not in template.roles:
            yield f"by names {role!r}, which is no role of the template; it has {', '.join(template.roles) or 'none'}"


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
    if default and default.effects:
        yield f"the default {default.id!r} sends something out, and nobody would have chosen it"
    for pick in decision.options:
        for effect in pick.effects:
            if effect not in EFFECTS:
                yield f"option {pick.id!r}: there is no effect {effect!r}; there are {', '.join(sorted(EFFECTS))}"
        if pick.effects and not pick.settles:
            yield f"option {pick.id!r} sends something out, so it has to settle the decision"
        if sum(1 for way in (pick.back_to, pick.ask, pick.starts) if way) > 1:
            yield f"option {pick.id!r} can do one thing: go back, ask for something or start a journey"
        if pick.at_most and not (pick.back_to or pick.starts):
            yield f"option {pick.id!r} settles the decision, so it happens once: at_most is for what leads back or starts something"
        for name in pick.hands:
            if name not in asked_by:
                yield f"option {pick.id!r} hands over {name!r}, an input that no step asks for"
        if pick.back_to and pick.back_to not in {*earlier, step.id}:
            yield f"option {pick.id!r} goes back to {pick.back_to!r}, which is no earlier step"
        if pick.ask and pick.ask not in asked_by:
            yield f"option {pick.id!r} asks for {pick.ask!r}, an input that no step asks for"
