"""The event log: what a journey has told, in order of `seq`, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from providers.store.tables import events, journeys, turns

BATCH = 500
CHANNEL = "homeview_events"  # PostgreSQL's NOTIFY
_TELL = select(func.pg_notify(CHANNEL, bindparam("payload")))


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the log. `frame` is its SSE form, made once for all streams."""

    journey_id: str
    seq: int
    kind: str
    frame: bytes


def frame(seq: int, kind: str, data: str) -> bytes:
    """Server-sent event: `data` is one line of JSON."""
    return f"id: {seq}\nevent: {kind}\ndata: {data}\n\n".encode()


def entry(row: Any) -> Entry:
    return Entry(row.journey_id, row.seq, row.kind, frame(row.seq, row.kind, row.data))


_ENTRIES = select(events.c.id, events.c.journey_id, events.c.seq, events.c.kind, events.c.data)


def entries_after(db: Connection, journey_id: str, seq: int, limit: int = BATCH) -> list[Entry]:
    statement = _ENTRIES.where(events.c.journey_id == journey_id, events.c.seq > seq)
    return [entry(row) for row in db.execute(statement.order_by(events.c.seq).limit(limit))]


def entries_between(db: Connection, journey_id: str, first: int, last: int) -> list[Entry]:
    """Both ends with it."""
    statement = _ENTRIES.where(events.c.journey_id == journey_id, events.c.seq.between(first, last))
    return [entry(row) for row in db.execute(statement.order_by(events.c.seq))]


def rows_after(db: Connection, position: int) -> Sequence[Any]:
    """Of all journeys, with `id`: an order only where writers wait for one another, as on SQLite."""
    return db.execute(_ENTRIES.where(events.c.id > position).order_by(events.c.id).limit(BATCH)).all()


def newest_id(db: Connection) -> int:
    return int(db.execute(select(func.max(events.c.id))).scalar() or 0)


def last_seq(db: Connection, journey_id: str) -> int | None:
    """The seq of the journey's newest event; None where there is no such journey."""
    return db.execute(select(journeys.c.last_seq).where(journeys.c.id == journey_id)).scalar_one_or_none()


def first_of_open_turn(db: Connection, journey_id: str) -> int | None:
    """The position just before the first event of the turn that is open; None where none is, or it has told nothing yet."""
    open_turns = select(turns.c.id).where(turns.c.journey_id == journey_id, turns.c.status == "open")
    first = select(func.min(events.c.seq)).where(events.c.journey_id == journey_id, events.c.turn_id.in_(open_turns))
    seq = db.execute(first).scalar_one_or_none()
    return None if seq is None else seq - 1


def tell(db: Connection, journey_id: str, first: int, last: int) -> None:
    """PostgreSQL's listeners hear of it once it is committed, and of nothing that was rolled back. SQLite is looked at instead."""
    if db.dialect.name == "postgresql":
        db.execute(_TELL, {"payload": f"{first} {last} {journey_id}"})
