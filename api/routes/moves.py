"""Moving open journeys to another version of their template: looked at first, then one by one, and back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.deps import IdempotencyKey, JourneyId, Open, Tenant, Wait
from api.errors import documented
from api.routes.journeys import own
from api.routes.templates import Asked, TemplateId
from api.turns import ask, known_turn, told
from journeys import names
from journeys.messages import MoveRequest
from journeys.moving import plan_move
from journeys.refusals import CantMove, JourneyClosed, KeyReused, NotPublished
from journeys.template import Template
from journeys.versions import split_name
from providers.store.moves import open_journeys
from workflows.journey import JourneyWorkflow

router = APIRouter(prefix="/v1", tags=["templates"])


class MoveJourney(BaseModel):
    """`to`: the version to follow from now on; or `undo`: back to the one before the last move."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[int, Field(ge=1, le=10**9)] | None = None
    undo: bool = False

    @model_validator(mode="after")
    def one_of_the_two(self) -> "MoveJourney":
        if (self.to is None) != self.undo:
            raise ValueError("name the version to move `to`, or `undo` the last move")
        return self


@router.get("/templates/{template}/moves", responses=documented())
async def plan_moves(
    template: TemplateId,
    doors: Open,
    tenant: Tenant,
    to: Asked,
    from_: Annotated[int, Query(alias="from", ge=1, le=10**9)],
    cursor: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> dict[str, Any]:
    """What a move of each open journey would do. Nothing is changed."""
    old, new = [(await doors.shelf.version(template, number)).template for number in (from_, to)]

    def look(db: Connection) -> dict[str, Any]:
        states = open_journeys(db, tenant, old, after=cursor, limit=limit + 1)
        plans = [{"journey_id": state.journey_id, **plan_move(old, new, state).model_dump()} for state in states[:limit]]
        return {"items": plans, "next_cursor": states[limit - 1].journey_id if len(states) > limit else None}

    return await doors.store.read(look)


@router.post("/journeys/{journey_id}/move", responses=documented(CantMove, JourneyClosed, KeyReused, NotPublished, "NotAccepted"))
async def move_journey(
    journey_id: JourneyId, asked: MoveJourney, doors: Open, tenant: Tenant, key: IdempotencyKey, wait: Wait = 30.0
) -> Response:
    """Move one journey to another version of its template, or back. It keeps what fits; what does not is put away with it."""
    row, body = await own(doors, tenant, journey_id), asked.model_dump()
    if (turn := await known_turn(doors, tenant, journey_id, "move", key, names.body_hash("move", body))) is not None:
        return told(turn)
    template = await _wanted(doors, row["template"], row["moved_from"], asked)

    def make(hashed: str) -> MoveRequest:
        return MoveRequest(key=key, body_hash=hashed, template=template, undo=asked.undo)

    return await ask(doors, tenant, journey_id, "move", JourneyWorkflow.move, make, body, key, wait)


async def _wanted(doors: Open, current: str, moved_from: str | None, asked: MoveJourney) -> Template:
    if asked.undo:
        if moved_from is None:
            raise CantMove("There is no move to be undone: it was not moved, or that is undone already.")
        return (await doors.shelf.found(moved_from)).template
    assert asked.to is not None
    found = await doors.shelf.version(split_name(current)[0], asked.to)
    if found.status != "published":
        raise NotPublished(f"{found.template.name} is {found.status}: no journey moves to it.")
    return found.template
