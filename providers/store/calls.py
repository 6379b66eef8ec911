"""The ledger of model calls and the briefs they are made from, as functions of a connection, and `providers.base.Ledger` on a Store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from journeys.brief import Brief
from providers.base import Call, Event
from providers.store.journeys import keep_events, put_brief
from providers.store.store import Store
from providers.store.tables import briefs, journeys, model_calls, turns

_ANSWERED_OR_OPEN = ("started", "failed")  # of these an answer is still wanted
_STANDING = (model_calls.c.deed, model_calls.c.status, model_calls.c.why, model_calls.c.attempts, model_calls.c.in_doubt)
_OF_DEED = select(*_STANDING).where(model_calls.c.deed == bindparam("of_deed"))
_OF_TURN = select(*_STANDING).where(model_calls.c.turn_id == bindparam("of_turn"))
_ANSWER = select(model_calls.c.answer).where(model_calls.c.deed == bindparam("of_deed"))
_BRIEF = select(briefs.c.body).where(briefs.c.turn_id == bindparam("of_turn"), briefs.c.call == bindparam("of_call"))
_IS_OPEN = select(turns.c.id).where(turns.c.id == bindparam("of_turn"), turns.c.status == "open").exists()
_NEXT_SEQ = (
    update(journeys)
    .where(journeys.c.id == bindparam("of_journey"), _IS_OPEN)
    .values(last_seq=journeys.c.last_seq + 1)
    .returning(journeys.c.last_seq)
)
_BOOK = (
    update(model_calls).where(model_calls.c.deed == bindparam("of_deed"), model_calls.c.status.in_(_ANSWERED_OR_OPEN)).returning(*_STANDING)
)
_INSERT_CALL = insert(model_calls)


class SqlLedger:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def brief(self, turn_id: str, call: str) -> Brief:
        return Brief.model_validate(await self.store.read(lambda db: brief_of(db, turn_id, call)))

    async def keep_brief(self, journey_id: str, turn_id: str, brief: Brief, at: datetime) -> None:
        row = {"turn_id": turn_id, "call": brief.call, "journey_id": journey_id, "body": brief.model_dump(mode="json"), "at": at}
        await self.store.write(lambda db: put_brief(db, row))

    async def begin_call(self, row: Mapping[str, Any], *, again: bool = True) -> Call:
        return await self.store.write(lambda db: begin_call(db, row, again))

    async def begin_first(self, row: Mapping[str, Any], call: str) -> tuple[Call, Brief]:
        begun, body = await self.store.write(lambda db: (begin_call(db, row), brief_of(db, row["turn_id"], call)))
        return begun, Brief.model_validate(body)

    async def book_call(self, deed: str, row: Mapping[str, Any]) -> Call:
        return await self.store.write(lambda db: book_call(db, deed, row))

    async def call_of(self, deed: str) -> Call | None:
        kept = await self.store.read(lambda db: db.execute(_OF_DEED, {"of_deed": deed}).mappings().first())
        return _call(kept) if kept else None

    async def answer_of(self, deed: str) -> dict[str, Any]:
        return dict(await self.store.read(lambda db: db.execute(_ANSWER, {"of_deed": deed}).scalar_one()) or {})

    async def tell_draft(self, journey_id: str, turn_id: str, attempt: int, n: int, piece: str) -> None:
        await self.store.write(lambda db: tell_draft(db, journey_id, turn_id, attempt, n, piece))


def brief_of(db: Connection, turn_id: str, call: str) -> Any:
    """As it is kept: JSON."""
    return db.execute(_BRIEF, {"of_turn": turn_id, "of_call": call}).scalar_one()


def begin_call(db: Connection, row: Mapping[str, Any], again: bool = True) -> Call:
    """`started`, unless it has come to an end before. Made again, it keeps its row; one that was under way counts as in doubt."""
    before = db.execute(_OF_TURN, {"of_turn": row["turn_id"]}).mappings().all()
    made = sum(call["attempts"] for call in before)
    kept = next((call for call in before if call["deed"] == row["deed"]), None)
    if kept is None:
        db.execute(_INSERT_CALL, {**row, "status": "started", "attempts": 1, "in_doubt": 0})
        return Call(deed=row["deed"], status="started", attempt=made + 1)
    if kept["status"] not in _ANSWERED_OR_OPEN or (kept["status"] == "failed" and not again):
        return _call(kept)
    anew = {"status": "started", "attempts": kept["attempts"] + 1, "in_doubt": kept["in_doubt"] + (kept["status"] == "started")}
    db.execute(update(model_calls).where(model_calls.c.deed == row["deed"]), {**row, **anew, "error": "", "ended_at": None})
    return Call(deed=row["deed"], status="started", attempt=made + 1)


def book_call(db: Connection, deed: str, row: Mapping[str, Any]) -> Call:
    """What came of it; the first to say so is believed: a worker that was given up may answer late."""
    booked = db.execute(_BOOK, {**row, "of_deed": deed}).mappings().first()
    return _call(booked or db.execute(_OF_DEED, {"of_deed": deed}).mappings().one())


def tell_draft(db: Connection, journey_id: str, turn_id: str, attempt: int, n: int, piece: str) -> None:
    """A piece of the reply for whoever listens; none once the turn has ended."""
    seq = db.execute(_NEXT_SEQ, {"of_journey": journey_id, "of_turn": turn_id}).scalar_one_or_none()
    if seq is None:
        return
    news = [Event(kind="token", data={"turn_id": turn_id, "attempt": attempt, "n": n, "text": piece})]
    at = datetime.now().astimezone()
    keep_events(db, journey_id=journey_id, turn_id=turn_id, first_seq=seq, news=news, at=at, attempt=attempt, first_n=n)


def calls_of(db: Connection, journey_id: str) -> list[dict[str, Any]]:
    """Every call of the journey with its turn's number and what it was told, in the order they were begun."""
    told = briefs.c.call == func.replace(func.substr(model_calls.c.name, 1, 6), ".", "")
    statement = (
        select(model_calls, turns.c.seq, briefs.c.body)
        .join(turns, turns.c.id == model_calls.c.turn_id)
        .outerjoin(briefs, (briefs.c.turn_id == model_calls.c.turn_id) & told)
        .where(model_calls.c.journey_id == journey_id)
        .order_by(turns.c.seq, model_calls.c.started_at, model_calls.c.deed)
    )
    return [dict(row) for row in db.execute(statement).mappings()]


def _call(row: Mapping[Any, Any]) -> Call:
    return Call(deed=row["deed"], status=row["status"], why=row["why"], attempt=row["attempts"])
