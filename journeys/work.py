"""What the workflow hands to its local activities. Their arguments do not enter history, so template and state may ride along."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, PlainSerializer

from journeys.effects import EffectOrder
from journeys.facts import Fact
from journeys.inputs import Kept
from journeys.messages import ChildClosed, Decision, Line, MovedFrom, Operation, SkillResult, SkillRun, StartChild
from journeys.state import JourneyState, Obligation
from journeys.template import Template


class Turn(BaseModel):
    """One granted request, or one timer that came due. `at` is the workflow's clock."""

    operation: Operation
    key: str
    body_hash: str
    turn_id: str
    seq: int
    at: datetime
    role: str | None = None


@lru_cache(maxsize=64)
def _read(written: str) -> Template:
    return Template.model_validate_json(written)


def _read_once(template: Any) -> Any:
    return _read(template) if isinstance(template, str) else template


# As one string, so that each template is read once a worker: read anew for each activity, it was a sixth of a turn's CPU.
Riding = Annotated[Template, BeforeValidator(_read_once), PlainSerializer(lambda template: template.canonical(), return_type=str)]


class Work(BaseModel):
    """`state` comes without the keys it remembers: see `JourneyState.to_work_on`."""

    turn: Turn
    template: Riding
    state: JourneyState


class OpenTurn(Work):
    """`fact` is what was asked; None for a message, whose `text` has yet to be understood."""

    fact: Fact | None = None
    text: str | None = None


class OpenMove(Work):
    """To the version `to`; `kept` is what the last move put away, where this one shall undo it."""

    to: Riding
    undo: bool
    kept: MovedFrom | None = None


class DecideTurn(Work):
    """`deed` of the call that understood the text; None where no model did, for the reasons in `degraded`."""

    text: str
    deed: str | None
    degraded: list[str] = []


class DecideNext(Work):
    """`text`: what a model will reply to once nothing more runs; `say` and `cites` of what was decided so far."""

    results: list[SkillResult]
    text: str | None = None
    say: list[Line] = []
    cites: list[str] = []


class SettleOwed(Work):
    """What became of a try to make good what is owed: `deed` of the call that holds the answer, None where none does, and `failures`."""

    owed: Obligation
    deed: str | None
    failures: list[str] = []


class ReserveEffects(Work):
    orders: list[EffectOrder]


class RunSkill(Work):
    run: SkillRun


class RecordTurn(Work):
    """`state` is that after the turn, `decision` everything it carried out; None where a pause, an end or a stop came in between. `part`:
    the deed of the call that was cut off, where words of it may stand; `stopped`: the person wanted no more of it."""

    decision: Decision | None
    part: str | None = None
    stopped: bool = False


class FailTurn(Work):
    """The turn could not be carried out; `error` is the type of what went wrong, `refusal` its sentence where it is one of ours."""

    error: str
    refusal: str = ""


class BeginChild(Kept):
    """Of a normal activity, so it enters history: the template is looked up, not carried."""

    journey_id: str
    tenant: str
    locale: str
    currency: str
    child: StartChild


class TellParent(ChildClosed):
    parent: str
