"""Start a journey, and read it: every read comes from the read model."""

import base64
import binascii
import json
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from temporalio.client import WorkflowUpdateHandle, WorkflowUpdateStage

from api.deps import Doors, IdempotencyKey, JourneyId, Limit, Open, Tenant, Wait
from api.errors import Problem, documented
from api.health import degraded_by_rest
from api.standstill import why_it_stands_still
from api.turns import LEAST_WAIT, Row, ask, granted, turn_json
from journeys import names
from journeys.inputs import Slug
from journeys.messages import MAX_MESSAGE_BYTES, Begin, JourneyStart, Message
from journeys.refusals import KeyReused
from journeys.spending import Dollars, plain
from journeys.state import Receipt
from journeys.template import Currency, Locale, Template
from journeys.view import BudgetView, View, why
from journeys.wording import NAMED, both_ends
from providers.store import journeys as rows
from providers.store.budgets import Caps
from providers.store.effects import effects_of
from providers.store.health import SqlHealth
from providers.store.journeys import journey_of, request_of
from workflows.journey import JourneyWorkflow
from workflows.starting import first_run

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])


class StartRequest(BaseModel):
    """Which journey to start. What is left out is the template's own; with `message` the first turn is made at once."""

    model_config = ConfigDict(extra="forbid")

    template: Annotated[str, StringConstraints(max_length=80)] = "kitchen_renovation"
    persona: Slug | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = None
    locale: Locale | None = None
    currency: Currency | None = None
    budget: Annotated[Dollars | None, Field(description="US dollars that its language models may cost.")] = None
    message: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_BYTES)] | None = None


class Listed(BaseModel):
    items: list[dict[str, Any]]
    next_cursor: str | None


@router.post("", status_code=201, response_model=View, responses=documented(KeyReused, "NotAccepted"))
async def start_journey(
    request: StartRequest, doors: Open, tenant: Tenant, key: IdempotencyKey, response: Response, wait: Wait = 30.0
) -> Response:
    """Start a journey. The same Idempotency-Key gives the same journey, for ever. `template` is an id, or `id@version`."""
    journey_id = names.journey_id(tenant, key)
    try:
        template = await doors.shelf.to_start(request.template, journey_id)
    except ValueError as error:
        raise Problem("NotUnderstood", f"template: {error}.") from error
    if request.persona is not None and request.persona not in template.personas:
        raise Problem("NotUnderstood", f"This template is for {', '.join(template.personas)}; {request.persona!r} is none of them.")
    hashed = names.body_hash("begin", _as_asked(request))
    await begin(doors, tenant, journey_id, template, request, key, hashed, wait)
    turn: Response | None = None
    if request.message is not None:
        turn = await converse(doors, tenant, journey_id, request.message, f"{key}/message", wait)
    row = await doors.store.read(lambda db: journey_of(db, journey_id))
    headers = {"Location": f"/v1/journeys/{journey_id}", "Idempotency-Key": key}
    if row is None:  # accepted, and still being written
        return JSONResponse({"journey_id": journey_id}, status_code=202, headers=headers)
    body = seen(row, doors.caps)
    if turn is not None:
        body |= json.loads(bytes(turn.body))
    return JSONResponse(body, status_code=201, headers=headers)


def _as_asked(request: StartRequest) -> dict[str, Any]:
    """What a key stands for. A journey that was started before budgets could be named has none here, so its key still fits."""
    asked = request.model_dump(mode="json")
    return asked if request.budget is not None else {name: value for name, value in asked.items() if name != "budget"}


async def begin(
    doors: Doors, tenant: str, journey_id: str, template: Template, request: StartRequest, key: str, hashed: str, wait: float
) -> None:
    """Start the workflow and have its first view written. Asked first: the records, since Temporal forgets closed journeys."""
    known = await doors.store.read(lambda db: request_of(db, journey_id, "begin", key))
    if known is not None and known["body_hash"] != hashed:
        raise Problem("KeyReused", "This key started another journey. Send it with a new Idempotency-Key.")
    if known is not None and known["status"] != "open":
        return
    persona = request.persona or template.personas[0]
    start = JourneyStart(
        journey_id=journey_id,
        tenant=tenant,
        template=template,
        persona=persona,
        title=request.title or template.title,
        locale=request.locale or template.locale,
        currency=request.currency or template.currency,
    )

    async def open_run() -> WorkflowUpdateHandle[Receipt]:
        return await doors.temporal.start_update_with_start_workflow(
            JourneyWorkflow.begin,  # type: ignore[arg-type]  # the decorator with a description hides its coroutine
            Begin(key=key, body_hash=hashed, budget=request.budget),
            id=names.update_id("begin", key),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            start_workflow_operation=first_run(start),
            rpc_timeout=timedelta(seconds=max(wait, LEAST_WAIT)),
        )

    await granted(doors, journey_id, open_run, hashed, wait, time.monotonic() + wait)


async def converse(doors: Doors, tenant: str, journey_id: str, text: str, key: str, wait: float, role: str | None = None) -> Response:
    def make(hashed: str) -> Message:
        return Message(key=key, body_hash=hashed, text=text, role=role)

    body = {"text": text} | ({"role": role} if role else {})
    return await ask(doors, tenant, journey_id, "converse", JourneyWorkflow.converse, make, body, key, wait)


@router.get("", response_model=Listed)
async def list_journeys(
    doors: Open,
    tenant: Tenant,
    status: str | None = None,
    template: str | None = None,
    persona: str | None = None,
    step: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Any:
    """Your journeys, newest first. `template` is `id@version`."""
    position = _journey_position(cursor)
    equal = {"status": status, "template": template, "persona": persona, "step": step}
    found = await doors.store.read(lambda db: rows.journeys_page(db, tenant, limit=limit + 1, cursor=position, **equal))
    last = found[limit - 1] if len(found) > limit else None
    following = _cursor(last["created_at"].isoformat(), last["id"]) if last else None
    return {"items": [seen(row, doors.caps) for row in found[:limit]], "next_cursor": following}


@router.get("/{journey_id}", response_model=View, responses=documented())
async def read_journey(journey_id: JourneyId, doors: Open, tenant: Tenant) -> Any:
    """The journey as it stands: steps, inputs, what it waits for, what can be done next."""
    return seen(await asked_in(doors, await own(doors, tenant, journey_id)), doors.caps)


@router.get("/{journey_id}/why", responses=documented())
async def read_why(journey_id: JourneyId, doors: Open, tenant: Tenant) -> dict[str, str]:
    """In sentences: what is it waiting for, since when, what happens next; and one more while every language model rests. Where it stands
    still for a bug, that comes first: with which problem, and what to do."""
    row, now = await asked_in(doors, await own(doors, tenant, journey_id)), datetime.now(UTC)
    engines = [str(route) for route in doors.settings.routes["chat"]]
    resting = degraded_by_rest(engines, await SqlHealth(doors.store).standings(), now) if engines else ""
    wedged = await why_it_stands_still(doors, journey_id)
    return {"why": " ".join(filter(None, [wedged, why(View.model_validate(row["view"]), now), resting]))}


@router.get("/{journey_id}/messages", response_model=Listed, responses=documented())
async def read_conversation(journey_id: JourneyId, doors: Open, tenant: Tenant, cursor: str | None = None, limit: Limit = 50) -> Any:
    """The conversation, oldest first: every turn with what was asked and what was answered."""
    await own(doors, tenant, journey_id)
    (after,) = _numbers(cursor, 1)
    found = await doors.store.read(lambda db: rows.turns_page(db, journey_id, after=after, limit=limit + 1))
    following = _cursor(found[limit - 1]["seq"]) if len(found) > limit else None
    return {"items": [turn_json(turn) for turn in found[:limit]], "next_cursor": following}


@router.get("/{journey_id}/effects", responses=documented())
async def read_effects(journey_id: JourneyId, doors: Open, tenant: Tenant) -> dict[str, Any]:
    """What went out, or shall, oldest first: to whom, word for word, and what became of it."""
    await own(doors, tenant, journey_id)
    kept = {"deed", "kind", "step", "status", "recipient", "body", "outlet", "receipt", "reserved_at", "changed_at"}
    found = await doors.store.read(lambda db: effects_of(db, journey_id))
    return {"items": [effect.model_dump(mode="json", include=kept) for effect in found]}


@router.get("/{journey_id}/timeline", response_model=Listed, responses=documented())
async def read_timeline(journey_id: JourneyId, doors: Open, tenant: Tenant, cursor: str | None = None, limit: Limit = 50) -> Any:
    """The action log, oldest first: what happened, to which step, in which turn."""
    await own(doors, tenant, journey_id)
    seq, n = _numbers(cursor, 2)
    found = await doors.store.read(lambda db: rows.timeline_page(db, journey_id, after=(seq, n), limit=limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    items = [
        {**{name: entry[name] for name in ("turn_id", "turn_seq", "kind", "about", "detail")}, "at": entry["at"]} for entry in found[:limit]
    ]
    return {"items": items, "next_cursor": _cursor(last["turn_seq"], last["n"]) if last else None}


@router.get("/{journey_id}/results/{step}", responses=documented())
async def read_results(journey_id: JourneyId, step: str, doors: Open, tenant: Tenant) -> dict[str, Any]:
    """A step's results in full, every version, newest first."""
    row = await own(doors, tenant, journey_id)
    if step not in {known["id"] for known in row["view"]["steps"]}:
        raise Problem("NotFound", f"This journey has no step {step!r}.")
    found = await doors.store.read(lambda db: rows.results_of(db, journey_id, step))
    kept = ("skill", "version", "made_with", "headline", "body", "made_at")
    return {"step": step, "results": [{name: result[name] for name in kept} for result in found]}


def seen(row: Row, caps: Caps) -> dict[str, Any]:
    """The view, with what only the rows know."""
    given = row["view"].get("budget") or {}
    cap = row["budget_cap"] if row["budget_chosen"] else Decimal(given.get("cap") or caps.journey)
    spent, reserved = row["budget_spent"] or Decimal(0), row["budget_reserved"] or Decimal(0)
    money = {
        "budget": {**BudgetView().model_dump(), **given, "cap": plain(cap), "left": plain(max(Decimal(0), cap - spent - reserved))},
        "costs": {"spent": plain(spent), "reserved": plain(reserved)},
    }
    return {**row["view"], **money, "moved_from": row["moved_from"]}


async def asked_in(doors: Doors, row: Row) -> Row:
    """The journey's row, where what is owed is named by the person's own question."""
    owed = row["view"].get("owed") or []
    if not owed:
        return row
    texts = await doors.store.read(lambda db: rows.texts_of(db, [each["turn_id"] for each in owed]))
    named = [
        {**each, "what": f"the fuller answer to “{both_ends(texts[each['turn_id']], NAMED)}”"} if each["turn_id"] in texts else each
        for each in owed
    ]
    return {**row, "view": {**row["view"], "owed": named}}


async def own(doors: Doors, tenant: str, journey_id: str) -> Row:
    """The journey's row. Another tenant's journey is as unknown as none."""
    row = await doors.store.read(lambda db: journey_of(db, journey_id))
    if row is None or row["tenant"] != tenant:
        raise Problem("NotFound", "There is no such journey.")
    return row


# --- cursors: where the last page ended, opaque to whoever sends them back ------------------------------------------------
def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode("\n".join(str(part) for part in parts).encode()).decode()


def _parts(cursor: str) -> list[str]:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode().split("\n")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise Problem("NotUnderstood", "The cursor is none of ours. Leave it out to start at the first page.") from error


def _numbers(cursor: str | None, count: int) -> tuple[int, ...]:
    if cursor is None:
        return (-1,) * count
    parts = _parts(cursor)
    if len(parts) != count or not all(part.isdigit() and len(part) < 10 for part in parts):
        raise Problem("NotUnderstood", "The cursor is none of ours. Leave it out to start at the first page.")
    return tuple(int(part) for part in parts)


def _journey_position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    parts = _parts(cursor)
    try:
        return datetime.fromisoformat(parts[0]).astimezone(UTC), parts[1]
    except (ValueError, IndexError) as error:
        raise Problem("NotUnderstood", "The cursor is none of ours. Leave it out to start at the first page.") from error
