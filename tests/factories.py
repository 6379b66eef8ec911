"""Templates and journeys to test with, and `Play`: a journey carried out as the workflow does it, with no server and fake skills."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from journeys import engine
from journeys.facts import (
    Abandoned,
    Began,
    Chose,
    Fact,
    Gave,
    Made,
    Paused,
    Resumed,
    Said,
    Skipped,
    SwitchedPersona,
    TimeCame,
    WentBack,
)
from journeys.inputs import (
    Area,
    Choice,
    Choices,
    Count,
    Day,
    Found,
    Length,
    Money,
    Need,
    Percent,
    Place,
    RoomSize,
    Text,
    Value,
    Weeks,
)
from journeys.messages import Decision, Intent, Line, SkillResult, SkillRun, Understanding
from journeys.state import JourneyState, ResultRef, Timer
from journeys.template import Template
from journeys.view import Action, View, view
from providers.library import library

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VERSIONS = {"take_off": "1", "estimate": "1"}


# --- templates -----------------------------------------------------------------------------------------------------------
def kitchen() -> Template:
    template = library().newest("kitchen_renovation@1")
    assert template is not None
    return template


def a_step(step_id: str, **overrides: Any) -> dict[str, Any]:
    return {"id": step_id, "title": step_id.capitalize(), "goal": "-", **overrides}


def a_need(name: str, kind: str = "text", **overrides: Any) -> dict[str, Any]:
    options = {"options": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]} if kind in ("choice", "choices") else {}
    return {"name": name, "kind": kind, "title": name.capitalize(), "ask": f"Which {name}?", **options, **overrides}


def a_decision(**overrides: Any) -> dict[str, Any]:
    return {"ask": "Yes or no?", "options": [{"id": "yes", "title": "Yes", "means": "accept"}, {"id": "no", "title": "No"}], **overrides}


def a_template(**overrides: Any) -> Template:
    """wish → room → amount (take_off) → price (estimate, a decision) → who (a decision), which extras (may be skipped) come before."""
    price = {
        "ask": "Do you accept it?",
        "options": [
            {"id": "accept", "title": "Accept", "means": "accept"},
            {"id": "other_room", "title": "Another room", "means": "decline", "back_to": "room"},
            {"id": "other_budget", "title": "Another budget", "ask": "budget"},
        ],
        "remind_days": [3, 7],
        "deadline_days": 30,
        "escalate": "A month is over.",
    }
    who = {"ask": "Who?", "options": [{"id": "we", "title": "We"}, {"id": "they", "title": "They"}], "default": "they", "deadline_days": 10}
    steps = [
        a_step("wish", needs=[a_need("goal")], optional=[a_need("budget", "money", at_least=500, at_most=1_000_000)]),
        a_step("room", needs=[a_need("wall", "length", at_least=2, at_most=80), a_need("look", "choice")], depends_on=["wish"]),
        a_step("amount", run=[{"skill": "take_off", "uses": ["wall"]}], depends_on=["room"]),
        a_step("price", run=[{"skill": "estimate", "uses": ["budget"], "takes": ["amount"]}], depends_on=["amount"], decision=price),
        a_step("extras", needs=[a_need("island", "choice")], depends_on=["wish"], may_skip=True),
        a_step("who", decision=who, depends_on=["price", "extras"]),
    ]
    fields = {"id": "small", "version": 1, "title": "Small job", "summary": "-", "personas": ["homeowner"], "locale": "en-US"}
    return Template.model_validate({**fields, "currency": "USD", "steps": steps, **overrides}).holds_together()


def a_state(template: Template | None = None, journey_id: str = "j1", **overrides: Any) -> JourneyState:
    common: dict[str, Any] = {"tenant": "t", "persona": "homeowner", "title": "Our job", "locale": "en-US", "currency": "USD", "now": NOW}
    state = engine.first_state(journey_id=journey_id, template=template or a_template(), **common)
    return state.model_copy(update=overrides)


# --- values and words ----------------------------------------------------------------------------------------------------
def a_value(need: Need, n: int = 0) -> Value:
    """A value that fits; another for another n (a choice has as many as it has options)."""
    least = need.at_least if need.at_least is not None else Decimal(1)
    match need.kind:
        case "text":
            return Text(text=f"words {n}")
        case "choice":
            return Choice(option=need.options[n % len(need.options)].id)
        case "choices":
            return Choices(options=tuple(option.id for option in need.options[: 1 + n % len(need.options)]))
        case "length":
            return Length(feet=least + n)
        case "area":
            return Area(sqft=least + n)
        case "percent":
            return Percent(percent=least + n)
        case "room_size":
            return RoomSize(length_ft=least + 1 + n, width_ft=least + 1)
        case "money":
            return Money(low_cents=int(least) * 100, high_cents=int(least) * 100 + n * 100)
        case "place":
            return Place(country="US", postcode=f"{98101 + n}")
        case "day":
            return Day(on=date(2026, 6, 1) + timedelta(days=n))
        case "weeks":
            return Weeks(low=least, high=least + n)
        case "count":
            return Count(count=int(least) + n)
        case "choices":
            return Choices(options=tuple(option.id for option in need.options[: n % len(need.options) + 1]))
        case "area":
            return Area(sqft=least + n)
        case "percent":
            return Percent(percent=least + n)


def said(
    *intents: str,
    question: bool = False,
    closest: tuple[str, ...] = (),
    role: str | None = None,
    sounds_like: str | None = None,
    signature: str = "",
    **found: Value,
) -> Said:
    """A message read as these intents, best first, and these values by the name of their need."""
    understanding = Understanding(
        engine="test",
        intents=[Intent(name=name, p=0.9) for name in intents],
        closest=[Intent(name=name, p=0.3) for name in closest],
        found=[Found(need=name, value=value, start=0, end=1) for name, value in found.items()],
    )
    return Said(understanding=understanding, is_question=question, role=role, sounds_like=sounds_like, signature=signature)


def granted_by(template: Template, action: Action) -> Fact | None:
    """What doing this action asks of the engine; None where it only reads or leaves the journey."""
    match action.action:
        case "answer":
            need = template.need(action.params["input"])
            assert need is not None and need.kind == action.params["kind"]
            return Gave(inputs={need.name: a_value(need)})
        case "decide":
            return Chose(step=action.params["step"], option=action.params["option"], role=action.params.get("role"))
        case "switch_persona":
            return SwitchedPersona(persona=action.params["persona"])
        case "keep":
            return Gave(inputs={})
        case "skip":
            return Skipped(step=action.params["step"])
        case "go_back":
            return WentBack(step=action.params["step"])
        case "pause":
            return Paused()
        case "resume":
            return Resumed()
        case "abandon":
            return Abandoned()
        case "status" | "results" | "start":
            return None
        case other:
            raise AssertionError(f"nobody knows how to {other}")


# --- a journey played ----------------------------------------------------------------------------------------------------
Refuses = Callable[[SkillRun], str | None]
Watch = Callable[["Play", Fact, Decision], None]


@dataclass
class Play:
    """Facts are told, decisions carried out, skills run by a fake, as workflows/journey.py does. `said` and `runs` are of the last fact."""

    template: Template = field(default_factory=a_template)
    state: JourneyState = None  # type: ignore[assignment]
    now: datetime = NOW
    versions: dict[str, str] = field(default_factory=lambda: dict(VERSIONS))
    refuses: Refuses = lambda run: None
    watch: Watch = lambda play, fact, decision: None
    decisions: list[Decision] = field(default_factory=list)
    runs: list[SkillRun] = field(default_factory=list)
    said: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.state is None:
            self.state = a_state(self.template)
            self.tell(Began())

    def tell(self, fact: Fact, later: timedelta = MINUTE) -> list[Line]:
        """What is said to it. Raises the Refusal; then nothing has changed."""
        self.now += later
        self.said, self.runs, self.decisions = [], [], []
        decision = self.decide(fact)
        rounds = 0
        while decision.runs:
            rounds += 1
            assert rounds <= 2 * len(self.template.steps) + 2, f"skills run for ever: {decision.runs}"
            decision = self.decide(Made(results=[self.made(run) for run in decision.runs]))
        return self.said

    def decide(self, fact: Fact) -> Decision:
        """One decision, carried out; its skills do not run."""
        decision = engine.decide(self.template, self.state, fact, self.now, self.versions)
        self.watch(self, fact, decision)
        self.decisions.append(decision)
        self.said = [*self.said, *decision.say]
        self.runs = [*self.runs, *decision.runs]
        engine.carry_out(self.state, decision)
        return decision

    def stop(self, fact: Paused | Abandoned) -> None:
        """A pause or an end that lands beside an open turn: the workflow takes only these three from its decision."""
        decision = engine.decide(self.template, self.state, fact, self.now, self.versions)
        self.state.status, self.state.timers, self.state.last_heard_at = decision.status, decision.timers, decision.last_heard_at

    def made(self, run: SkillRun) -> SkillResult:
        done = SkillResult(step=run.step, skill=run.skill, inputs_hash=run.inputs_hash)
        if problem := self.refuses(run):
            return done.model_copy(update={"problem": problem})
        headline = f"{run.skill} {run.version}"
        ref = ResultRef(version=run.version, inputs_hash=run.inputs_hash, made_with=run.made_with, headline=headline, made_at=self.now)
        return done.model_copy(update={"ref": ref})

    def pass_time(self, span: timedelta) -> list[Line]:
        """Until then, telling each timer when it is due; everything that was said."""
        until, told = self.now + span, list[Line]()
        while (due := self.state.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            timer = self.state.due(self.now)
            assert timer is not None
            told += self.time_came(timer)
        self.now = until
        return told

    def outage(self, span: timedelta) -> list[Line]:
        """No worker ran all that time; then everything that fell due is told at once."""
        self.now += span
        told = list[Line]()
        while timer := self.state.due(self.now):
            told += self.time_came(timer)
        return told

    def time_came(self, timer: Timer) -> list[Line]:
        told = self.tell(TimeCame(timer=timer), timedelta(0))
        self.state.timers = [other for other in self.state.timers if other != timer]
        return told

    # --- a person who wants to get on ------------------------------------------------------------------------------------
    def give(self, *names: str, n: int = 0) -> list[Line]:
        needs = [self.template.need(name) for name in names]
        return self.tell(Gave(inputs={need.name: a_value(need, n) for need in needs if need}))

    def go_on(self, until: Callable[["Play"], bool] = lambda play: False) -> None:
        """Do what the view offers that moves on, until then or until the journey is closed."""
        for _ in range(12 * len(self.template.steps) + 20):
            if self.state.is_closed or until(self):
                return
            if self.seen.waiting_for.kind == "rest" and self.state.status == "active":
                due = min(timer.due_at for timer in self.state.timers if timer.kind == "rest")
                self.pass_time(max(due - self.now, timedelta(0)))
                continue
            fact = self.way_on()
            if fact is None and self.seen.waiting_for.kind == "skill":
                fact = said("ask_status")  # the work was lost with a turn that failed: any message brings it back
            assert fact is not None, f"{self.state.status} at {self.state.focus}: nothing that moves on is offered"
            self.tell(fact)
        raise AssertionError(f"the journey goes in circles at {self.state.focus}")

    def way_on(self) -> Fact | None:
        offered = self.seen.actions
        for wanted in ("resume", "decide", "answer", "keep", "skip", "go_back"):
            for action in offered:
                if action.action == wanted and self.moves_on(action):
                    return granted_by(self.template, action)
        return None

    def moves_on(self, action: Action) -> bool:
        """Of decisions those that settle; answers that were not given yet; back only to try again what is blocked here."""
        step = self.template.step(action.params.get("step", ""))
        if action.action == "decide":
            pick = step.decision.pick(action.params["option"]) if step and step.decision else None
            return pick is not None and pick.settles
        if action.action == "answer":
            return action.params["input"] not in self.state.inputs or self.state.asked == action.params["input"]
        return action.action != "go_back" or action.params["step"] == self.state.focus

    # --- what is seen ----------------------------------------------------------------------------------------------------
    @property
    def seen(self) -> View:
        return view(self.template, self.state)

    @property
    def statuses(self) -> dict[str, str]:
        return {step_id: held.status for step_id, held in self.state.steps.items()}

    @property
    def codes(self) -> list[str]:
        return [line.code for line in self.said]

    def versions_made(self) -> dict[tuple[str, str], int]:
        return {(step_id, skill): ref.version for step_id, held in self.state.steps.items() for skill, ref in held.results.items()}


def at_the_decision(**overrides: Any) -> Play:
    """A small job whose price waits to be accepted."""
    play = Play(**overrides)
    play.go_on(lambda p: p.state.steps["price"].status == "waiting")
    return play
