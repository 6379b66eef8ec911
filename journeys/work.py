"""What the workflow hands to its local activities. Their arguments do not enter history, so template and state may ride along."""

from datetime import datetime

from pydantic import BaseModel

from journeys.facts import Fact
from journeys.messages import Decision, Operation, SkillResult, SkillRun
from journeys.state import JourneyState
from journeys.template import Template


class Turn(BaseModel):
    """One granted request, or one timer that came due. `at` is the workflow's clock."""

    operation: Operation
    key: str
    body_hash: str
    turn_id: str
    seq: int
    at: datetime


class OpenTurn(BaseModel):
    """`fact` is what was asked; None for a message, whose `text` has yet to be understood."""

    turn: Turn
    template: Template
    state: JourneyState
    fact: Fact | None = None
    text: str | None = None


class DecideNext(BaseModel):
    turn: Turn
    template: Template
    state: JourneyState
    results: list[SkillResult]


class RunSkill(BaseModel):
    turn: Turn
    template: Template
    state: JourneyState
    run: SkillRun


class RecordTurn(BaseModel):
    """`state` is that after the turn, `decision` everything it carried out; None where a pause or an end came in between."""

    turn: Turn
    template: Template
    state: JourneyState
    decision: Decision | None


class FailTurn(BaseModel):
    """The turn could not be carried out; `error` is the type of what went wrong, `refusal` its sentence where it is one of ours."""

    turn: Turn
    template: Template
    state: JourneyState
    error: str
    refusal: str = ""
