"""What a journey has decided so far, and the moves that change it. This is the checkpoint: Temporal carries it, at most 40 KB.

Texts, results and the conversation are in SQL; the state holds decisions, small values and references.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, model_validator

from journeys.effects import EffectRef
from journeys.inputs import Kept, Slug, Value

Status = Literal["active", "paused", "dormant", "completed", "abandoned"]
StepStatus = Literal["pending", "open", "waiting", "done", "skipped", "stale", "blocked"]
SETTLED: frozenset[StepStatus] = frozenset({"done", "skipped"})
MOST_OWED = 8  # obligations that are kept; a ninth takes the oldest one's place
REMEMBERED_KEYS = 64  # they close the race across continue-as-new; the requests table remembers for good


class Receipt(Kept):
    """What an update answers: never the text, which the API reads in SQL."""

    turn_id: str
    seq: int
    step: str | None
    body_hash: str


class Remembered(Kept):
    """A receipt under the id of the update it answered."""

    update_id: str
    receipt: Receipt


class ResultRef(Kept):
    """One result of a skill. `inputs_hash` says for which inputs it was made, `made_with` by which version of the skill."""

    version: int
    inputs_hash: str
    made_with: str
    headline: str
    made_at: datetime


class Timer(Kept):
    """Something that becomes due. `id` is unique within the journey's wait: kind, step and ordinal."""

    id: str
    kind: Literal["nudge", "dormant", "remind", "deadline", "rest"]
    due_at: datetime
    step: str | None = None


class Obligation(Kept):
    """What a turn left undone, to be done without being asked again. `id` is the turn's id, `turn` its number; `signature` as in
    `JourneyState.questions`, so that the same question answered later settles it."""

    id: str
    turn: int
    kind: Literal["answer"] = "answer"
    since: datetime
    tries: int = 0
    due_at: datetime
    signature: str = ""


class Child(Kept):
    """A journey that this one started. `headline` is what it had to show when it closed."""

    template: str
    title: str
    step: str
    status: Status = "active"
    headline: str = ""
    started_at: datetime


Awaited = Literal["decision", "outside", "rest"]


class StepState(Kept):
    status: StepStatus = "pending"
    results: dict[str, ResultRef] = {}
    chosen: str | None = None
    chosen_for: str | None = None  # the inputs_hash the choice was made about: other inputs, another decision
    revisiting: bool = False  # gone back to: open until something is changed or kept
    asked_at: datetime | None = None  # since when it waits
    awaits: Awaited = "decision"  # for what, while it is waiting
    rested_at: datetime | None = None  # when the time that has to pass had passed
    went: dict[str, int] = {}  # how often an option that leads back or starts something was chosen
    refused: dict[str, str] = {}  # by the inputs_hash, the sentence with which a skill refused it
    problem_passes: bool = False  # a skill itself is broken: tried again when the person is next heard
    passed_over: bool = False  # skipped by the template, not by the person: open again when the condition no longer holds

    @model_validator(mode="before")
    @classmethod
    def _held_by_an_earlier_version(cls, held: Any) -> Any:
        """Up to 0.1.0 a step remembered one refusal, as `problem` and `problem_for`."""
        if isinstance(held, dict) and held.get("problem_for"):
            return {**held, "refused": {held["problem_for"]: held.get("problem") or ""}}
        return held

    def but(self, **changes: object) -> "StepState":
        return self.model_copy(update=changes)

    @property
    def problem(self) -> str | None:
        """Why its results can't be made, each skill's sentence once; None where they can."""
        return " ".join(dict.fromkeys(self.refused.values())) or None

    @property
    def was_reached(self) -> bool:
        if self.passed_over:
            return False
        settled_once = bool(self.results) or self.chosen is not None or self.revisiting
        return settled_once or self.status in ("done", "waiting", "stale", "blocked", "skipped")


class JourneyState(BaseModel):
    """Changed only by `carry_out` in the workflow, and on a copy by the engine."""

    shape: int = 1
    journey_id: str
    tenant: str
    title: str
    persona: Slug
    locale: str
    currency: str
    status: Status = "active"
    started_at: datetime
    last_heard_at: datetime
    steps: dict[str, StepState]
    inputs: dict[str, Value] = {}
    focus: str | None = None  # the step the conversation is at
    asked: str | None = None  # the input or decision the person was last asked for
    timers: list[Timer] = []
    turns: int = 0
    children: dict[str, Child] = {}
    heard_as: dict[str, int] = {}  # how many messages sounded like another persona than the journey's
    offered: str | None = None  # the persona that was offered, until it is answered
    questions: list[str] = []  # signatures of the last questions, so that one asked again and again is noticed
    recent: list[Remembered] = []
    owed: list[Obligation] = []  # oldest first
    effects: dict[str, EffectRef] = {}  # what was done in the world outside, by deed; the newest

    @property
    def is_closed(self) -> bool:
        return self.status in ("completed", "abandoned")

    def remembered(self, update_id: str) -> Receipt | None:
        return next((kept.receipt for kept in reversed(self.recent) if kept.update_id == update_id), None)

    def remember(self, update_id: str, receipt: Receipt) -> None:
        self.recent = [*self.recent, Remembered(update_id=update_id, receipt=receipt)][-REMEMBERED_KEYS:]

    def to_work_on(self) -> "JourneyState":
        """For an activity: without the remembered keys, which only the workflow asks for and which are half of its bytes."""
        return self.model_copy(update={"recent": []})

    def next_due(self) -> datetime | None:
        dues = [timer.due_at for timer in self.timers] + [owed.due_at for owed in self.to_make_good()]
        return min(dues, default=None)

    def due(self, now: datetime) -> Timer | None:
        """The timer that has been due the longest, if any is."""
        ripe = [timer for timer in self.timers if timer.due_at <= now]
        return min(ripe, key=lambda timer: (timer.due_at, timer.id), default=None)

    def to_make_good(self) -> list[Obligation]:
        """What is owed now: a pause lets it rest, and a journey that has closed owes nothing more."""
        return self.owed if self.status in ("active", "dormant") else []

    def owed_now(self, now: datetime) -> Obligation | None:
        """The oldest obligation that is due, if any is."""
        return next((owed for owed in self.to_make_good() if owed.due_at <= now), None)

    def set_step(self, step_id: str, **changes: object) -> None:
        self.steps = {**self.steps, step_id: self.steps[step_id].but(**changes)}
