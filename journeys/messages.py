"""What each update takes and gives, and what travels between the activities of a turn: ids and decisions, never the talk itself.

A message grows by fields whose default keeps the old meaning; histories hold these names.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from journeys.effects import EffectOrder, EffectRef
from journeys.inputs import Found, Kept, Slug, Value
from journeys.spending import Dollars
from journeys.state import Child, JourneyState, Obligation, ResultRef, Status, StepState, Timer
from journeys.template import Template, TemplateName

MAX_MESSAGE_BYTES = 8 * 1024
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=200)]  # 64 of them travel in the state


class JourneyStart(BaseModel):
    """The workflow's input. `state` is None at the very first run and carried along at each continue-as-new, with the template the journey
    follows by then, and what its last move put away."""

    journey_id: str
    tenant: str
    template: Template
    persona: Slug
    title: str
    locale: str
    currency: str
    state: JourneyState | None = None
    continue_after_events: int = 160
    parent: str | None = None  # the journey that started this one
    inputs: dict[Slug, Value] = {}  # what it hands over
    moved: "MovedFrom | None" = None


# --- what a person or the API asks for: one model per update -----------------------------------------------------------
class Asked(Kept):
    """Every update says under which key it came and what was asked, so that a repeat can be told from a mistake; and in which of the
    template's roles somebody speaks, None being whoever started the journey. `told`: the last turn that the records had told when it was
    asked; a kill can leave them ahead of the workflow."""

    key: Key
    body_hash: str
    role: Slug | None = None
    told: int = 0


class Begin(Asked):
    """`budget`: what the journey's language models may cost, US dollars, where its person says so at the start."""

    budget: Dollars | None = None


class Message(Asked):
    """One message of the conversation. The one place where text enters history: it is what was accepted."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_BYTES)]


class Inputs(Asked):
    """Inputs by name; none at all keeps a revisited step as it was."""

    inputs: Annotated[dict[Slug, Value], Field(max_length=50)]


class News(Asked):
    """A fact from outside (vocabulary.FACTS), with the inputs it brings and who told it."""

    fact: Slug
    inputs: Annotated[dict[Slug, Value], Field(max_length=50)] = {}
    source: Annotated[str, Field(max_length=200)] = ""


class PersonaRequest(Asked):
    persona: Slug


class BudgetRequest(Asked):
    cap: Dollars


class DecideRequest(Asked):
    step: Slug
    option: Slug


class StepRequest(Asked):
    step: Slug


class Control(Asked):
    """Pause, resume, abandon, stop."""

    reason: Annotated[str, Field(max_length=500)] = ""


class EffectChoice(Asked):
    """What shall become of an effect that is in doubt."""

    deed: Annotated[str, Field(max_length=200)]
    choice: Literal["send_again", "leave_it"]


class MoveRequest(Asked):
    """To this version of its template; with `undo` back to it, with what the last move had put away."""

    template: Template
    undo: bool = False


# --- what was understood and what follows --------------------------------------------------------------------------------
class Intent(Kept):
    """One reading of a message and its probability (0-1)."""

    name: Slug
    p: Annotated[float, Field(ge=0, le=1)]


class Understanding(Kept):
    """What a message says. `intents` best first, empty where the reader abstains; `closest` are then the two nearest readings. `torn`: by
    need, options it names side by side where one is asked for."""

    engine: str
    intents: list[Intent] = []
    closest: list[Intent] = []
    found: list[Found] = []
    torn: dict[Slug, list[Slug]] = {}


class SkillRun(Kept):
    """One skill to run for a step. Its deed is (journey, step, skill, inputs_hash): run again, it is the same result."""

    step: Slug
    skill: Slug
    version: int
    inputs_hash: str
    made_with: str


class StartChild(Kept):
    """A journey to start for an option that was chosen. Started again, it is the same one: its id is made from the option and `nth`."""

    journey_id: str
    template: TemplateName
    step: Slug
    title: str
    persona: Slug
    inputs: dict[str, Value] = {}


class ChildClosed(Kept):
    """What a journey tells the one that started it when it closes."""

    journey_id: str
    status: Status
    headline: str = ""


class SkillResult(Kept):
    """What came of a SkillRun: a reference to the stored result, or the sentence with which the skill refused. `passes`: nothing is wrong
    with what it was given, so that it is tried again when the person is next heard."""

    step: Slug
    skill: Slug
    inputs_hash: str
    ref: ResultRef | None = None
    problem: str | None = None
    passes: bool = False


class Line(Kept):
    """One thing the reply must say, by code (see engine.py); the words are the writer's."""

    code: str
    about: str = ""
    names: list[str] = []


class MovedFrom(Kept):
    """What a move put away: steps and inputs that had no place any more, or not as they were. `template`: the name of the one it left."""

    template: str
    steps: dict[str, StepState] = {}
    inputs: dict[str, Value] = {}


class Move(Kept):
    """To another version of the template: the state of steps that are new or no longer as they were, inputs that are put away and those
    that come back. `kept`: for undoing it; None where it undoes another. `body`: the template itself, only in the records, so that a move
    which a worker told before it was killed can be taken up; otherwise it is in the request.
    """

    template: str
    steps: dict[str, StepState] = {}
    forget: list[str] = []
    inputs: dict[str, Value] = {}
    kept: MovedFrom | None = None
    body: Template | None = None


class Decision(Kept):
    """What follows from a fact. Made in an activity, so that it lies in history as a result; the workflow carries it out.

    What bears the name of a field of JourneyState is its new value; `steps`, `inputs` and `children` hold only what changed.
    """

    status: Status
    focus: str | None
    asked: str | None
    last_heard_at: datetime
    timers: list[Timer]
    inputs: dict[str, Value] = {}
    steps: dict[str, StepState] = {}
    persona: Slug | None = None  # None, here and in the next five down to `owed`: as it was
    children: dict[str, Child] = {}
    heard_as: dict[str, int] | None = None
    offered: str | None = None  # "" takes the offer back
    questions: list[str] | None = None
    owed: list[Obligation] | None = None
    runs: list[SkillRun] = []
    starts: list[StartChild] = []
    effects: list[EffectOrder] = []
    undoes: list[str] = []  # deeds to be withdrawn
    again: list[str] = []  # and, of those in doubt, to be sent once more
    leaves: list[str] = []  # or to be left
    effects_done: dict[str, EffectRef] = {}  # what came of them all
    say: list[Line] = []
    cites: list[str] = []
    spoken: str | None = None  # the deed of the call whose reply is the answer; None: code words it
    reword: bool = False  # a second call words what became of it
    degraded: list[str] = []  # what could not be done as planned
    told: bool = False  # the reply went out in the transaction that kept the decision
    move: Move | None = None  # carried out first, by moving.carry_out

    @property
    def goes_outside(self) -> bool:
        return bool(self.effects or self.undoes or self.again or self.leaves)


class Ended(Kept):
    """A turn that the records say has ended: how, under which key, and what was carried out (None: nothing was)."""

    turn_id: str
    seq: int
    operation: str
    key: str
    body_hash: str
    status: Literal["done", "refused", "stopped", "failed"]
    decision: Decision | None = None
    problem: str = ""
    detail: str = ""


class Opened(Kept):
    """What `open` found and decided: `decision`, or `routes` where a model has to be asked first, best first; or `ended` where this very
    turn was told before.

    `missed`: turns that were told by a worker that was killed before Temporal knew of them, in their order. They are taken
    up first; `decision` builds on them. `waits`: seconds
    for which the routes' queue has no place for this turn.
    """

    seq: int
    missed: list[Ended] = []
    decision: Decision | None = None
    routes: list[str] = []
    waits: float = 0.0
    ended: Ended | None = None


class AskModel(Kept):
    """One call of a turn on one route. Ids only: it enters history, and what the model is told is kept with the turn."""

    journey_id: str
    turn_id: str
    call: Literal["answer", "reply"]
    route: str
    nth: int = 1
    later: int = 0  # which try it is to make good what the turn left undone; 0: the turn itself

    @property
    def name(self) -> str:
        """As in a deed: answer, answer.route2, answer.later1, reply."""
        call = f"{self.call}.later{self.later}" if self.later else self.call
        return call if self.nth == 1 else f"{call}.route{self.nth}"


class Answered(Kept):
    """What came of a call: `deed` of the row that holds the answer; None where there is none to use, and `outcome` says why. `resting`: it
    was not asked at all. Of one that was stopped, `deed` holds what had been shown by then, if that may stand."""

    outcome: Literal["answered", "broken", "blocked", "resting", "stopped", "over_budget"]
    deed: str | None = None


class SettleEffect(Kept):
    """One effect, by its deed; `again`: the person wants it sent once more, though it may have arrived."""

    journey_id: str
    deed: str
    again: bool = False


class Swept(Kept):
    """How many open effects a sweep settled, how many it had to leave, and of how many it told their journeys."""

    settled: int
    left: int
    told: int = 0


Operation = Literal[
    "begin",
    "converse",
    "provide",
    "decide",
    "go_back",
    "skip",
    "pause",
    "resume",
    "abandon",
    "timer",
    "receive",
    "switch_persona",
    "child",
    "move",
    "fulfil",
    "stop",
    "settle_effect",
    "find_out",
    "set_budget",
]

JourneyStart.model_rebuild()
