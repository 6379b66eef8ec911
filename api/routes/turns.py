"""What a person asks of a journey: each is an update, and each answers its turn."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import IdempotencyKey, JourneyId, Open, Tenant, Wait
from api.errors import documented
from api.routes.journeys import converse, own
from api.turns import ask, later, turn_json, turn_or_missing
from journeys.inputs import Slug, Value
from journeys.messages import (
    MAX_MESSAGE_BYTES,
    BudgetRequest,
    Control,
    DecideRequest,
    EffectChoice,
    Inputs,
    News,
    PersonaRequest,
    StepRequest,
)
from journeys.refusals import (
    BelowSpent,
    JourneyClosed,
    JourneyPaused,
    KeyReused,
    NotInDoubt,
    NotYours,
    Spent,
    StepCantBeSkipped,
    StepNotOpen,
    TooManyAtOnce,
    UnknownFact,
    UnknownInput,
    UnknownOption,
    UnknownPersona,
    UnknownRole,
    UnknownStep,
    WrongKind,
)
from journeys.spending import Dollars, plain
from providers.store.journeys import is_accepted, turn_of
from workflows.journey import JourneyWorkflow

router = APIRouter(prefix="/v1/journeys/{journey_id}", tags=["turns"])
ANY = (JourneyClosed, JourneyPaused, KeyReused, TooManyAtOnce, "NotAccepted", "TurnFailed", "Stopped")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MessageBody(Body):
    """`role`: in which of the template's roles somebody speaks; without it, as whoever started the journey."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_BYTES)]
    role: Slug | None = None


class InputsBody(Body):
    """By name, each with its kind; none at all keeps a step that was gone back to as it is."""

    inputs: Annotated[dict[Slug, Value], Field(max_length=50)]


class DecisionBody(Body):
    step: Slug
    option: Slug
    role: Slug | None = None


class NewsBody(Body):
    """A fact from outside that a step waits for, such as `quote_received`, with the inputs it brings and who told it."""

    fact: Slug
    inputs: Annotated[dict[Slug, Value], Field(max_length=50)] = {}
    source: Annotated[str, Field(max_length=200)] = ""


class PersonaBody(Body):
    persona: Slug


class BudgetBody(Body):
    """US dollars that the language models of this journey may cost altogether."""

    cap: Dollars


class StepBody(Body):
    step: Slug


class EffectBody(Body):
    """`deed`: of an effect of the view that is in doubt."""

    deed: Annotated[str, Field(max_length=200)]
    choice: Literal["send_again", "leave_it"]


class ControlBody(Body):
    reason: Annotated[str, Field(max_length=500)] = ""


class TurnAnswer(BaseModel):
    """200: the turn with its reply. 202: its `turn_id` and the action `wait`, with its address in `Location`."""

    turn: dict[str, Any]


@router.post("/messages", response_model=TurnAnswer, responses=documented(*ANY))
async def send_message(
    journey_id: JourneyId, body: MessageBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Say something. The same Idempotency-Key gets the same turn, for ever."""
    return keyed(await converse(doors, tenant, journey_id, body.text, key, wait, body.role), key)


@router.post("/inputs", response_model=TurnAnswer, responses=documented(*ANY, UnknownInput, WrongKind))
async def give_inputs(
    journey_id: JourneyId, body: InputsBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Give inputs by name."""

    def make(hashed: str) -> Inputs:
        return Inputs(key=key, body_hash=hashed, inputs=body.inputs)

    return keyed(
        await ask(doors, tenant, journey_id, "provide", JourneyWorkflow.provide, make, body.model_dump(mode="json"), key, wait), key
    )


DECIDING = (StepNotOpen, UnknownStep, UnknownOption, UnknownRole, NotYours, Spent)


@router.post("/decisions", response_model=TurnAnswer, responses=documented(*ANY, *DECIDING))
async def decide(
    journey_id: JourneyId, body: DecisionBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Make the decision a step waits for."""

    def make(hashed: str) -> DecideRequest:
        return DecideRequest(key=key, body_hash=hashed, **body.model_dump())

    asked = body.model_dump(exclude_none=True)
    return keyed(await ask(doors, tenant, journey_id, "decide", JourneyWorkflow.decide, make, asked, key, wait), key)


@router.post("/facts", response_model=TurnAnswer, responses=documented(*ANY, UnknownFact, UnknownInput, WrongKind))
async def tell_news(journey_id: JourneyId, body: NewsBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """Tell a fact from outside: a quote came in, a permit was decided, a tenant moved out."""

    def make(hashed: str) -> News:
        return News(key=key, body_hash=hashed, fact=body.fact, inputs=body.inputs, source=body.source)

    asked = body.model_dump(mode="json")
    return keyed(await ask(doors, tenant, journey_id, "receive", JourneyWorkflow.receive, make, asked, key, wait), key)


@router.post("/persona", response_model=TurnAnswer, responses=documented(*ANY, UnknownPersona))
async def switch_persona(
    journey_id: JourneyId, body: PersonaBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Go on as for somebody else. What is done stays done; what remains is planned anew."""

    def make(hashed: str) -> PersonaRequest:
        return PersonaRequest(key=key, body_hash=hashed, persona=body.persona)

    asked = body.model_dump()
    return keyed(await ask(doors, tenant, journey_id, "switch_persona", JourneyWorkflow.switch_persona, make, asked, key, wait), key)


@router.post("/budget", response_model=TurnAnswer, responses=documented(*ANY, BelowSpent))
async def set_budget(
    journey_id: JourneyId, body: BudgetBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Raise or lower what the journey's language models may cost; not below what is spent."""

    def make(hashed: str) -> BudgetRequest:
        return BudgetRequest(key=key, body_hash=hashed, cap=body.cap)

    asked = {"cap": plain(body.cap)}
    return keyed(await ask(doors, tenant, journey_id, "set_budget", JourneyWorkflow.set_budget, make, asked, key, wait), key)


@router.post("/back", response_model=TurnAnswer, responses=documented(*ANY, StepNotOpen, UnknownStep))
async def go_back(journey_id: JourneyId, body: StepBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """Go back to an earlier step. Nothing is deleted; what builds on it is looked at again."""

    def make(hashed: str) -> StepRequest:
        return StepRequest(key=key, body_hash=hashed, step=body.step)

    return keyed(await ask(doors, tenant, journey_id, "go_back", JourneyWorkflow.go_back, make, body.model_dump(), key, wait), key)


@router.post("/skip", response_model=TurnAnswer, responses=documented(*ANY, StepNotOpen, UnknownStep, StepCantBeSkipped))
async def skip(journey_id: JourneyId, body: StepBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """Skip a step that may be skipped."""

    def make(hashed: str) -> StepRequest:
        return StepRequest(key=key, body_hash=hashed, step=body.step)

    return keyed(await ask(doors, tenant, journey_id, "skip", JourneyWorkflow.skip, make, body.model_dump(), key, wait), key)


@router.post("/effects", response_model=TurnAnswer, responses=documented(*ANY, NotInDoubt))
async def settle_effect(
    journey_id: JourneyId, body: EffectBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Say what shall become of something that may or may not have gone out: `send_again` or `leave_it`."""

    def make(hashed: str) -> EffectChoice:
        return EffectChoice(key=key, body_hash=hashed, **body.model_dump())

    asked = body.model_dump()
    return keyed(await ask(doors, tenant, journey_id, "settle_effect", JourneyWorkflow.settle_effect, make, asked, key, wait), key)


@router.post("/pause", response_model=TurnAnswer, responses=documented(*ANY))
async def pause(journey_id: JourneyId, body: ControlBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """Pause at once: turns that are open carry nothing out any more, and nobody is reminded."""
    return keyed(await _control(doors, tenant, journey_id, "pause", JourneyWorkflow.pause, body, key, wait), key)


@router.post("/resume", response_model=TurnAnswer, responses=documented(*ANY))
async def resume(journey_id: JourneyId, body: ControlBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """Go on where it was paused."""
    return keyed(await _control(doors, tenant, journey_id, "resume", JourneyWorkflow.resume, body, key, wait), key)


@router.post("/stop", response_model=TurnAnswer, responses=documented(*ANY))
async def stop(journey_id: JourneyId, body: ControlBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0) -> Response:
    """No more of the reply that is being written: its turn ends as `stopped`, with what was shown by then; the journey goes on."""
    return keyed(await _control(doors, tenant, journey_id, "stop", JourneyWorkflow.stop, body, key, wait), key)


@router.post("/abandon", response_model=TurnAnswer, responses=documented(*ANY))
async def abandon(
    journey_id: JourneyId, body: ControlBody, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """End the journey for good, at once. Everything in it stays readable."""
    return keyed(await _control(doors, tenant, journey_id, "abandon", JourneyWorkflow.abandon, body, key, wait), key)


@router.get("/turns/{turn_id}", response_model=TurnAnswer, responses=documented())
async def read_turn(journey_id: JourneyId, turn_id: str, doors: Open, tenant: Tenant) -> Any:
    """200 once it has ended, however it ended; 202 while it runs, or waits behind another."""
    await own(doors, tenant, journey_id)
    if await doors.store.read(lambda db: turn_of(db, journey_id, turn_id) is None and is_accepted(db, journey_id, turn_id)):
        return later(journey_id, turn_id)
    turn = await turn_or_missing(doors, journey_id, turn_id)
    return later(journey_id, turn_id) if turn["status"] == "open" else {"turn": turn_json(turn)}


async def _control(
    doors: Open, tenant: str, journey_id: str, operation: Any, update: Any, body: ControlBody, key: str, wait: float
) -> Response:
    def make(hashed: str) -> Control:
        return Control(key=key, body_hash=hashed, reason=body.reason)

    return await ask(doors, tenant, journey_id, operation, update, make, body.model_dump(), key, wait)


def keyed(response: Response, key: str) -> Response:
    """A response of our own making carries the key too: without it a client that sent none could not send again."""
    response.headers["Idempotency-Key"] = key
    return response
