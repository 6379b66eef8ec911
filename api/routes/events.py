"""A journey as it happens: the event log over SSE. Positions are `seq`; a reconnect with `Last-Event-ID` misses and repeats nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse
from sqlalchemy import Connection

from api.deps import Doors, JourneyId, Open, Tenant
from api.errors import documented
from api.routes.journeys import own, seen
from providers.errors import StoreUnavailable
from providers.store.budgets import Caps
from providers.store.journeys import journey_of
from providers.store.log import Entry, entries_after, first_of_open_turn, frame, last_seq
from providers.store.tail import Stream

router = APIRouter(prefix="/v1/journeys/{journey_id}", tags=["events"])
AGAIN = 0.5  # seconds until a log that could not be read is asked again
KEEP_ALIVE = 15.0  # seconds of silence after which a comment keeps proxies from closing the stream


@router.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}, **documented()})
async def read_events(
    journey_id: JourneyId,
    doors: Open,
    tenant: Tenant,
    after: Annotated[int | None, Query(ge=0, description="The last `id` you have.")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """`step`, `reply`, `notice`, `failed`, `resync`, `end`. Without a position it starts at the turn that is open, or now."""
    await own(doors, tenant, journey_id)
    position = int(last_event_id) if last_event_id and last_event_id.isdigit() and len(last_event_id) < 16 else after
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventSourceResponse(follow(doors, journey_id, position), headers=headers)


async def follow(doors: Doors, journey_id: str, position: int | None) -> AsyncIterator[bytes]:
    """Backlog, then live. What the tailer gives is used only where it joins on without a gap; otherwise the log is read."""
    async with doors.tail.stream(journey_id) as stream:
        yield b": welcome\n\n"
        newest = await doors.store.read(lambda db: last_seq(db, journey_id)) or 0
        if position is None:
            position = await doors.store.read(lambda db: first_of_open_turn(db, journey_id)) or newest
        elif position > newest:  # a position of another life of this journey: a database put back from a backup, say
            yield await doors.store.read(lambda db, seq=newest: resync(db, journey_id, seq, doors.caps))  # type: ignore[misc]
            position = newest
        behind = True  # the backlog first: the log is read until it has no more, and again only where the tailer leaves a gap
        while not doors.tail.ended:
            if behind:
                try:
                    live = await doors.store.read(lambda db, seq=position: entries_after(db, journey_id, seq))  # type: ignore[misc]
                except StoreUnavailable:  # a database that is started again, say: the stream need not end for that
                    yield b": the log can't be read now\n\n"
                    await asyncio.sleep(AGAIN)
                    continue
                behind = bool(live)
            else:
                live, behind, silent = await fresh(stream, position)
                if silent:
                    yield b": keep-alive\n\n"
            if live:
                yield b"".join(entry.frame for entry in live)
                position = live[-1].seq
                if live[-1].kind == "end":
                    return


async def fresh(stream: Stream, position: int) -> tuple[list[Entry], bool, bool]:
    """What came since, beyond `position`; whether it left a gap, so that the log must be read instead; whether a sign of life is due."""
    try:
        async with asyncio.timeout(KEEP_ALIVE):
            await stream.news.wait()
    except TimeoutError:
        return [], False, True
    entries, behind = stream.take()
    live = [entry for entry in entries if entry.seq > position]
    gap = behind or (bool(live) and live[0].seq != position + 1)
    return ([], True, False) if gap else (live, False, False)


def resync(db: Connection, journey_id: str, seq: int, caps: Caps) -> bytes:
    row = journey_of(db, journey_id)
    return frame(seq, "resync", json.dumps({"view": seen(row, caps) if row else None}))
