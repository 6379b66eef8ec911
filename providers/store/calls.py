"""The ledger of model calls and the briefs they are made from, as functions of a connection, and `providers.base.Ledger` on a Store."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from journeys.brief import Brief
from journeys.refusals import BelowSpent
from journeys.spending import dollars
from providers.base import Call, Event, Heard, Hold
from providers.store.budgets import SMALLEST, Caps, Purse, purses, reserve, rounded_up, set_cap, settle, standing
from providers.store.checks import begin_check, heard
from providers.store.journeys import keep_events, put_brief
from providers.store.store import Store
from providers.store.tables import briefs, journeys, model_calls, turns

_ANSWERED_OR_OPEN = ("started", "failed")  # of these an answer is still wanted
_MONEY = [model_calls.c[name] for name in ("journey_id", "tenant", "day", "reserved", "doubtful")]
_COUNTS = (model_calls.c.attempts, model_calls.c.in_doubt, model_calls.c.lost)
_STANDING = (model_calls.c.deed, model_calls.c.status, model_calls.c.why, *_COUNTS, *_MONEY)
_FOUND = select(*_STANDING).where(model_calls.c.deed == bindparam("of_deed"))
# Held until the commit: whoever books a call and whoever begins it again come one after the other.
_OF_DEED = _FOUND.with_for_update()
_OF_TURN = select(*_STANDING).where(model_calls.c.turn_id == bindparam("of_turn")).order_by(model_calls.c.deed).with_for_update()
_OVER_BUDGET = (
    select(*_STANDING)
    .where(model_calls.c.turn_id == bindparam("of_turn"), model_calls.c.status == "over_budget")
    .order_by(model_calls.c.started_at.desc())
    .limit(1)
)
_TENANT = select(journeys.c.tenant).where(journeys.c.id == bindparam("of_journey"))
_ANSWER = select(model_calls.c.answer).where(model_calls.c.deed == bindparam("of_deed"))
_BRIEF = select(briefs.c.body).where(briefs.c.turn_id == bindparam("of_turn"), briefs.c.call == bindparam("of_call"))
_IS_OPEN = select(turns.c.id).where(turns.c.id == bindparam("of_turn"), turns.c.status == "open").exists()
_NEXT_SEQ = (
    update(journeys)
    .where(journeys.c.id == bindparam("of_journey"), _IS_OPEN)
    .values(last_seq=journeys.c.last_seq + 1)
    .returning(journeys.c.last_seq)
)
_BOOK = update(model_calls).where(model_calls.c.deed == bindparam("of_deed")).returning(*_STANDING)
_INSERT_CALL = insert(model_calls)


class SqlLedger:
    """`caps` are those of the settings."""

    def __init__(self, store: Store, caps: Caps | None = None) -> None:
        self.store, self.caps = store, caps or Caps()

    async def brief(self, turn_id: str, call: str) -> Brief:
        return Brief.model_validate(await self.store.read(lambda db: brief_of(db, turn_id, call)))

    async def keep_brief(self, journey_id: str, turn_id: str, brief: Brief, at: datetime) -> None:
        row = {"turn_id": turn_id, "call": brief.call, "journey_id": journey_id, "body": brief.model_dump(mode="json"), "at": at}
        await self.store.write(lambda db: put_brief(db, row))

    async def begin_call(self, row: Mapping[str, Any], *, hold: Hold, again: bool = True) -> Call:
        return await self.store.write(lambda db: begin_call(db, row, hold, self.caps, again))

    async def begin_first(self, row: Mapping[str, Any], call: str, hold: Callable[[Brief], Hold]) -> tuple[Call, Brief]:
        def begin(db: Connection) -> tuple[Call, Brief]:
            brief = Brief.model_validate(brief_of(db, row["turn_id"], call))
            return begin_call(db, row, hold(brief), self.caps), brief

        return await self.store.write(begin)

    async def begin_check(self, row: Mapping[str, Any], worst: Decimal) -> Call:
        return await self.store.write(lambda db: begin_check(db, row, worst, self.caps))

    async def heard(self, engine: str) -> Heard:
        return await self.store.read(lambda db: heard(db, engine))

    async def book_call(self, deed: str, row: Mapping[str, Any]) -> Call:
        # It is paid for, so it is kept though nobody waits any more: a heartbeat came late, or a stop. A call begun again finds it.
        return await asyncio.shield(self.store.write(lambda db: book_call(db, deed, row, self.caps)))

    async def set_budget(self, journey_id: str, cap: Decimal) -> None:
        def set_it(db: Connection) -> None:
            stands = set_cap(db, journey_id, cap)
            if (used := stands["spent"] + stands["reserved"]) > cap:
                raise BelowSpent(f"{dollars(used)} US dollars of it are spent or reserved already: the budget can't be lower than that.")

        await self.store.write(set_it)

    async def lacking(self, turn_id: str) -> tuple[str, Decimal]:
        return await self.store.read(lambda db: lacking(db, turn_id))

    async def call_of(self, deed: str) -> Call | None:
        kept = await self.store.read(lambda db: db.execute(_FOUND, {"of_deed": deed}).mappings().first())
        return _call(kept) if kept else None

    async def answer_of(self, deed: str) -> dict[str, Any]:
        return dict(await self.store.read(lambda db: db.execute(_ANSWER, {"of_deed": deed}).scalar_one()) or {})

    async def tell_draft(self, journey_id: str, turn_id: str, attempt: int, n: int, piece: str) -> None:
        await self.store.write(lambda db: tell_draft(db, journey_id, turn_id, attempt, n, piece))


def brief_of(db: Connection, turn_id: str, call: str) -> Any:
    """As it is kept: JSON."""
    return db.execute(_BRIEF, {"of_turn": turn_id, "of_call": call}).scalar_one()


def begin_call(db: Connection, row: Mapping[str, Any], hold: Hold, caps: Caps, again: bool = True) -> Call:
    """`started`, unless it has come to an end before, or a budget does not cover it. Made again, it keeps its row and what is reserved for
    it; one that was under way counts as in doubt."""
    before = db.execute(_OF_TURN, {"of_turn": row["turn_id"]}).mappings().all()
    made = sum(call["attempts"] for call in before)
    kept = next((call for call in before if call["deed"] == row["deed"]), None)
    if kept is not None and (kept["status"] not in _ANSWERED_OR_OPEN or (kept["status"] == "failed" and not again)):
        return _call(kept)
    row = {**row, "status": "started", "error": "", "ended_at": None}
    row["attempts"] = kept["attempts"] + 1 if kept else 1
    row["in_doubt"] = kept["in_doubt"] + (kept["status"] == "started") if kept else 0
    if kept and kept["reserved"] + kept["doubtful"]:
        row |= {"reserved": kept["reserved"] + kept["doubtful"], "doubtful": Decimal(0)}
        _settle(db, kept, caps, spent=-kept["doubtful"], reserved=kept["doubtful"], at=row["started_at"])
    else:
        tenant, day = db.execute(_TENANT, {"of_journey": row["journey_id"]}).scalar_one(), f"{row['started_at'].astimezone(UTC):%Y-%m-%d}"
        row |= {"tenant": tenant, "day": day, "reserved": rounded_up(hold.worst), "doubtful": Decimal(0)}
        if lacking := _reserve(db, row, before, hold, caps):
            row |= {"status": "over_budget", "error": "OverBudget", "why": lacking, "reserved": Decimal(0), "ended_at": row["started_at"]}
            row |= {"attempts": row["attempts"] - 1}
    if kept is None:
        db.execute(_INSERT_CALL, row)
    else:
        db.execute(update(model_calls).where(model_calls.c.deed == row["deed"]), row)
    return Call(deed=row["deed"], status=row["status"], why=row.get("why", ""), attempt=made + 1)


def _reserve(db: Connection, row: Mapping[str, Any], before: Sequence[Mapping[Any, Any]], hold: Hold, caps: Caps) -> str | None:
    """The scope that does not cover it; None where all do. But for the policy `cheaper`, one call of a turn that could not be paid for
    ends all of them."""
    if not row["reserved"]:
        return None
    refused = next((call["why"] for call in before if call["status"] == "over_budget"), None)
    if refused and hold.spending.on_limit != "cheaper":
        return str(refused)
    wanted = purses(caps, row["journey_id"], row["tenant"], row["day"], hold.spending.cap)
    lacking = reserve(db, wanted, row["reserved"], row["started_at"])
    return lacking.scope if lacking else None


def book_call(db: Connection, deed: str, row: Mapping[str, Any], caps: Caps) -> Call:
    """What came of it; the first to say so is believed: a worker that was given up may answer late.

    What it cost is spent and the rest of its reservation released. What attempts in doubt may have cost stays spent: of a call that was
    answered in the end as much as its answer for each, out of what was reserved; of one that was not, all of it. An attempt that was `lost`
    (it went out, and no answer came back whole) is taken as one in doubt."""
    was = db.execute(_OF_DEED, {"of_deed": deed}).mappings().one()
    if was["status"] not in _ANSWERED_OR_OPEN:
        return _call(was)
    row = {**row, "lost": was["lost"] + (bool(row.get("lost")) and was["status"] == "started")}
    held, doubt, cost = was["reserved"], was["doubtful"], Decimal(row.get("cost", 0)).quantize(SMALLEST)
    if row["status"] == "failed":
        kept = held + doubt if was["in_doubt"] + row["lost"] else Decimal(0)
    else:
        unknown = was["in_doubt"] + was["lost"] - (was["status"] == "failed")  # its own late answer is one of them
        kept = max(Decimal(0), min(max(0, unknown) * cost, held + doubt - cost))
    booked = db.execute(_BOOK, {**row, "cost": cost, "reserved": Decimal(0), "doubtful": kept, "of_deed": deed}).mappings().one()
    _settle(db, was, caps, reserved=-held, spent=cost + kept - doubt, at=row["ended_at"])
    return _call(booked)


def _settle(db: Connection, row: Mapping[Any, Any], caps: Caps, *, reserved: Decimal, spent: Decimal, at: datetime) -> None:
    if reserved or spent:
        settle(db, purses(caps, row["journey_id"], row["tenant"], row["day"]), reserved=reserved, spent=spent, at=at)


def lacking(db: Connection, turn_id: str) -> tuple[str, Decimal]:
    call = db.execute(_OVER_BUDGET, {"of_turn": turn_id}).mappings().one()
    scope, period = call["why"], {"tenant": call["day"][:7], "day": call["day"]}.get(call["why"], "")
    key = call["journey_id"] if scope == "journey" else call["tenant"]
    return scope, standing(db, Purse(scope, key, period, Decimal(0)))["cap"]


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
