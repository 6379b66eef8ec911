"""The way of a write: start the update under its key, wait for it within the budget, read its turn.

202 only after Temporal has accepted it, so nobody is told "received" before that is durable. Not accepted in time is a 503:
sending it again with the same key is safe, whatever became of the first.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse
from temporalio.client import (
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from api.deps import Doors
from api.errors import Problem
from journeys import names
from journeys.messages import Asked, Operation
from journeys.refusals import by_name
from journeys.spending import plain
from journeys.state import Receipt
from journeys.view import Action
from journeys.vocabulary import ACTIONS
from providers.store.journeys import accept, journey_of, request_of, turn_of

LEAST_WAIT = 5.0  # seconds to be accepted in, however short the person's own wait: a killed worker is back within them
_CLOSED = ("completed", "abandoned")
# The server refuses updates while a workflow task is tried again: its worker was killed, or overran its time. The next try takes them.
_SOON = (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.ABORTED)
_ENDED = "AcceptedUpdateCompletedWorkflow"  # the run it was accepted by has ended, by a continue-as-new most likely: the next one takes it
Row = Mapping[str, Any]


async def ask(
    doors: Doors,
    tenant: str,
    journey_id: str,
    operation: Operation,
    update: Any,
    make: Callable[[str], Asked],
    body: Mapping[str, Any],
    key: str,
    wait: float,
) -> Response:
    """200 with the turn, or 202 with where it will be. `make` builds the update's message from the body's hash."""
    hashed = names.body_hash(operation, body)
    journey, turn = await known(doors, tenant, journey_id, operation, key, hashed)
    if turn is not None:
        return told(turn)
    deadline = time.monotonic() + wait
    handle = doors.temporal.get_workflow_handle(journey_id)

    async def start() -> WorkflowUpdateHandle[Receipt]:
        started: WorkflowUpdateHandle[Receipt] = await handle.start_update(
            update,
            make(hashed).model_copy(update={"told": journey["turns"]}),
            id=names.update_id(operation, key),
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            rpc_timeout=timedelta(seconds=max(wait, LEAST_WAIT)),
        )
        return started

    receipt = await granted(doors, journey_id, start, hashed, wait, deadline)
    turn_id = names.turn_id(journey_id, operation, key)
    if receipt:
        return told(await turn_or_missing(doors, journey_id, receipt.turn_id))
    request = {"journey_id": journey_id, "operation": operation, "key": key, "body_hash": hashed, "turn_id": turn_id}
    await doors.store.write(lambda db: accept(db, {**request, "at": datetime.now(UTC)}))
    return later(journey_id, turn_id)


async def granted(
    doors: Doors,
    journey_id: str,
    start: Callable[[], Any],
    hashed: str,
    wait: float,
    deadline: float,
) -> Receipt | None:
    """The receipt, or None where it is accepted but not done within the wait. Raises the Problem otherwise.

    A workflow task that is being tried again refuses updates: the request waits for it, rather than the person."""
    accept_by = time.monotonic() + max(wait, LEAST_WAIT)
    pause = 0.05
    while True:
        try:
            async with asyncio.timeout(max(0.0, accept_by - time.monotonic())):
                handle = await start()
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic()) if wait else 0):
                    receipt: Receipt = await handle.result()
            except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
                return None
            except RPCError as error:
                if error.status == RPCStatusCode.NOT_FOUND:
                    raise
                return None  # the server went away; what it had accepted is on its disk
            if receipt.body_hash != hashed:
                raise Problem("KeyReused", "This key was used for something else. Send it with a new Idempotency-Key.")
            return receipt
        except WorkflowUpdateFailedError as failed:
            cause = failed.cause
            kind = cause.type if isinstance(cause, ApplicationError) else None
            if kind != _ENDED:
                raise refused(kind, cause) from failed
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as late:
            raise not_accepted(await who_was_late(doors)) from late
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                await require_open(doors, journey_id)
            if error.status not in _SOON:
                raise not_accepted("The workflow server can't be reached.") from error
        except RuntimeError as error:  # the client's first connection was refused
            raise not_accepted("The workflow server can't be reached.") from error
        if time.monotonic() + pause >= accept_by:
            raise not_accepted("The journey is busy: no worker came to it in time.")
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  so that those who wait do not come back as one
        pause = min(1.0, pause * 2)


def refused(kind: str | None, cause: BaseException | None) -> Problem:
    message = str(getattr(cause, "message", "") or cause)
    if kind in by_name() and kind is not None:
        return Problem(kind, message, headers={"Retry-After": "1"} if by_name()[kind].status == 429 else None)
    if kind == "TurnFailed":
        return Problem(kind, message)
    return Problem("Internal", "The request could not be carried out.")


async def who_was_late(doors: Doors) -> str:
    """A call to a server that is away is tried again until its time is over, and then looks like a worker's delay."""
    try:
        await doors.temporal.service_client.check_health(timeout=timedelta(seconds=1))
    except (RPCError, RuntimeError):
        return "The workflow server can't be reached."
    return "No worker took it in time."


def not_accepted(why: str) -> Problem:
    sentence = f"{why} Nothing is accepted yet: send it again with the same Idempotency-Key; it will be done once."
    return Problem("NotAccepted", sentence, headers={"Retry-After": "2"})


async def require_open(doors: Doors, journey_id: str) -> None:
    """Temporal knows no open run: told by the read model, where the journey has ended; otherwise its row is still being written."""
    row = await doors.store.read(lambda db: journey_of(db, journey_id))
    if row is None:
        raise Problem("NotFound", "There is no such journey.")
    if row["status"] in _CLOSED:
        raise Problem("JourneyClosed", f"This journey is {row['status']}. Its results stay readable; a new one can be started.")
    raise not_accepted("The journey has no open run at the workflow server.")


async def known_turn(doors: Doors, tenant: str, journey_id: str, operation: Operation, key: str, hashed: str) -> Row | None:
    """The turn this key made before, once it has ended; None where it must be asked for. The records remember for ever."""
    return (await known(doors, tenant, journey_id, operation, key, hashed))[1]


async def known(doors: Doors, tenant: str, journey_id: str, operation: Operation, key: str, hashed: str) -> tuple[Row, Row | None]:
    """The journey, and the turn of this key as `known_turn` gives it."""

    def look(db: Any) -> tuple[Row | None, Row | None, Row | None]:
        journey = journey_of(db, journey_id)
        request = request_of(db, journey_id, operation, key) if journey else None
        turn = turn_of(db, journey_id, request["turn_id"]) if request and request["status"] != "open" else None
        return journey, request, turn

    journey, request, turn = await doors.store.read(look)
    if journey is None or journey["tenant"] != tenant:
        raise Problem("NotFound", "There is no such journey.")
    if request is not None and request["body_hash"] != hashed:
        raise Problem("KeyReused", "This key was used for something else. Send it with a new Idempotency-Key.")
    if request is None and journey["status"] in _CLOSED:
        raise Problem("JourneyClosed", f"This journey is {journey['status']}. Its results stay readable; a new one can be started.")
    return journey, turn


async def turn_or_missing(doors: Doors, journey_id: str, turn_id: str) -> Row:
    turn = await doors.store.read(lambda db: turn_of(db, journey_id, turn_id))
    if turn is None:
        raise Problem("NotFound", "There is no such turn.")
    return turn


def told(turn: Row) -> Response:
    """The turn with its reply, be it a part of one that was stopped; what did not come to one is a problem again, the same each time it is
    asked for."""
    if turn["status"] in ("refused", "stopped", "failed") and not turn["reply"]:
        trouble = turn["problem"]
        raise Problem(trouble["type"], trouble["detail"], actions=trouble["actions"])
    return JSONResponse({"turn": turn_json(turn)})


def later(journey_id: str, turn_id: str) -> Response:
    where = f"/v1/journeys/{journey_id}/turns/{turn_id}"
    wait = Action(action="wait", label=ACTIONS["wait"], params={"at": where})
    body = {"turn_id": turn_id, "actions": [wait.model_dump()]}
    return JSONResponse(body, status_code=202, headers={"Location": where, "Retry-After": "1"})


def turn_json(turn: Row) -> dict[str, Any]:
    kept = ("seq", "operation", "status", "text", "reply", "problem", "step", "engine")
    lists = {name: turn[name] or [] for name in ("intents", "results", "degraded")}
    times = {name: turn[name].isoformat() if turn[name] else None for name in ("started_at", "ended_at")}
    return {
        "turn_id": turn["id"],
        **{name: turn[name] for name in kept},
        **lists,
        "inputs": turn["inputs"] or {},
        "cost": dollars(turn["cost"]),
        **times,
    }


def dollars(cost: Decimal | None) -> str:
    """US dollars, as a decimal number that no float has touched."""
    return plain(cost) if cost else "0"
