"""What activities write and the API reads, as functions of a connection. Each writing one can be run again with the same outcome."""

import functools
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, tuple_, update

from journeys.messages import Ended
from journeys.spending import plain
from providers.base import Event, Known
from providers.store.budgets import SMALLEST, Caps, purses, settle
from providers.store.inserts import insert_of
from providers.store.inserts import unless_there as unless_there
from providers.store.log import tell
from providers.store.store import Store
from providers.store.tables import briefs, budgets, events, journeys, model_calls, requests, results, timeline, turns
from providers.store.tables import effects as effect_rows

TOKENS_KEPT = timedelta(hours=24)  # the reply that they grew into stays
NOWHERE = -1  # the seq of a turn that was opened and taken back, until it is opened again


class SqlRecords:
    """`providers.base.Records` on a Store: each method one transaction, one hop to a thread."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def known(self, journey_id: str, turn_id: str, seq: int, deed: str) -> Known:
        return await self.store.read(lambda db: known(db, journey_id, turn_id, seq, deed))

    async def open_turn(
        self,
        *,
        journey: Mapping[str, Any] | None,
        request: Mapping[str, Any],
        turn: Mapping[str, Any],
        calls: Sequence[Mapping[str, Any]] = (),
        brief: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        return await self.store.write(lambda db: open_turn(db, journey, request, turn, calls, brief))

    async def tell_turn(self, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str) -> tuple[dict[str, Any] | None, bool]:
        return await self.store.write(lambda db: tell_turn(db, opening, closing, status))

    async def make_good(self, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str, owed: str) -> bool:
        return await self.store.write(lambda db: make_good(db, opening, closing, status, owed))

    async def show_owed(self, journey_id: str, status: str, owed: Sequence[Mapping[str, Any]]) -> None:
        await self.store.write(lambda db: show_owed(db, journey_id, status, owed))

    async def show(self, journey_id: str, at: datetime, columns: Mapping[str, Any]) -> None:
        await self.store.write(lambda db: show(db, journey_id, at, columns))

    async def close_turn(self, **closing: Any) -> bool:
        return await self.store.write(lambda db: close_turn(db, **closing))

    async def keep_result(self, row: Mapping[str, Any]) -> None:
        await self.store.write(lambda db: keep_result(db, row))

    async def results(self, journey_id: str, refs: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], dict[str, Any]]:
        return await self.store.read(lambda db: results_at(db, journey_id, refs)) if refs else {}


# --- statements, built once: SQLAlchemy takes three times as long to build one and find it in its cache as to run it --------
@functools.cache
def _open_or_move(dialect: str, columns: tuple[str, ...]) -> Any:
    """Opened before and taken back, by a killed worker say: at another place of the journey it is decided anew."""
    fresh = insert_of(dialect, turns)
    moved = (turns.c.status == "open") & ((turns.c.seq != fresh.excluded.seq) | turns.c.decision.is_(None))
    put = fresh.on_conflict_do_update(index_elements=[turns.c.id], set_={name: fresh.excluded[name] for name in columns}, where=moved)
    return put.returning(turns.c.decision)


@functools.cache
def _put_result(dialect: str, columns: tuple[str, ...]) -> Any:
    """A version that no decision refers to yet may be written again: a stopped turn leaves such a one behind."""
    fresh = insert_of(dialect, results)
    key = [results.c.journey_id, results.c.step, results.c.skill, results.c.version]
    return fresh.on_conflict_do_update(index_elements=key, set_={name: fresh.excluded[name] for name in columns})


@functools.cache
def _show(columns: tuple[str, ...]) -> Any:
    given: dict[str, Any] = {name: bindparam(name) for name in columns}
    more = journeys.c.last_seq + bindparam("more")
    return update(journeys).where(journeys.c.id == bindparam("of_journey")).values(last_seq=more, **given).returning(journeys.c.last_seq)


_OF_JOURNEY: Any = bindparam("of_journey")
_OF_TURN: Any = bindparam("of_turn")
_DISPLACE = (
    update(turns)
    .where(turns.c.journey_id == _OF_JOURNEY, turns.c.seq == bindparam("at_seq"), turns.c.id != _OF_TURN, turns.c.status == "open")
    .values(seq=NOWHERE)
)
_HOLD = select(journeys.c.id).where(journeys.c.id == _OF_JOURNEY).with_for_update(key_share=True)
_STATUS = select(journeys.c.status).where(journeys.c.id == _OF_JOURNEY)
_STANDS = select(turns.c.decision).where(turns.c.id == _OF_TURN)
_SPENT = select(func.sum(model_calls.c.cost)).where(model_calls.c.turn_id == _OF_TURN).scalar_subquery()
_CLOSE = update(turns).where(turns.c.id == _OF_TURN, turns.c.seq == bindparam("at_seq"), turns.c.status == "open").values(cost=_SPENT)
# Our own reader's calls cost nothing and are nobody's news.
_PAID = (model_calls.c.turn_id == _OF_TURN) & (model_calls.c.name != "understand")
_COST = select(func.count(), func.sum(model_calls.c.cost), func.sum(model_calls.c.doubtful, type_=model_calls.c.doubtful.type)).where(_PAID)
_SPENT_SO_FAR = select(budgets.c.spent).where(budgets.c.scope == "journey", budgets.c.key == _OF_JOURNEY, budgets.c.period == "")
_ADD_UP = update(turns).where(turns.c.id == _OF_TURN).values(cost=_SPENT)
_GIVE_UP = (
    update(model_calls)
    .where(model_calls.c.turn_id == _OF_TURN, model_calls.c.status == "started")
    .values(status="failed", error="NoAnswer", in_doubt=model_calls.c.in_doubt + 1, ended_at=bindparam("at"))
    .returning(model_calls.c.deed, model_calls.c.journey_id, model_calls.c.tenant, model_calls.c.day, model_calls.c.reserved)
)
_KEEP_IN_DOUBT = (
    update(model_calls).where(model_calls.c.deed == bindparam("of_deed")).values(doubtful=model_calls.c.reserved, reserved=Decimal(0))
)
_TELL_OF = update(effect_rows).where(effect_rows.c.deed == bindparam("of_deed")).values(told=bindparam("now_told"))
_DROP_TOKENS = delete(events).where(events.c.kind == "token", events.c.at < bindparam("before"))
_INSERT_ENTRIES, _INSERT_EVENTS = insert(timeline), insert(events)
_REQUEST = (
    select(requests, turns.c.status, turns.c.seq)
    .join(turns, turns.c.id == requests.c.turn_id)
    .where(requests.c.journey_id == _OF_JOURNEY, requests.c.operation == bindparam("of_operation"), requests.c.key == bindparam("of_key"))
)
_WITH_KEY = select(turns, requests.c.key, requests.c.body_hash).join(requests, requests.c.turn_id == turns.c.id)
_ITSELF = (
    _WITH_KEY.add_columns(model_calls.c.answer)
    .outerjoin(model_calls, model_calls.c.deed == bindparam("of_deed"))
    .where(turns.c.journey_id == _OF_JOURNEY, turns.c.id == _OF_TURN)
)
_LATER = _WITH_KEY.where(
    turns.c.journey_id == _OF_JOURNEY, turns.c.seq >= bindparam("at_seq"), turns.c.id != _OF_TURN, turns.c.status != "open"
).order_by(turns.c.seq)
_AMONG = tuple_(results.c.step, results.c.skill, results.c.version).in_(bindparam("refs", expanding=True))
_RESULTS_AT = select(results).where(results.c.journey_id == _OF_JOURNEY, _AMONG)
_BUDGET = (budgets.c.scope == "journey") & (budgets.c.key == journeys.c.id) & (budgets.c.period == "")
_SEEN = select(journeys, *(budgets.c[name].label(f"budget_{name}") for name in ("cap", "chosen", "spent", "reserved")))
_SEEN = _SEEN.outerjoin(budgets, _BUDGET)
_JOURNEY = _SEEN.where(journeys.c.id == _OF_JOURNEY)
_SHOW_OWED = update(journeys).where(journeys.c.id == _OF_JOURNEY).values(view=bindparam("seen"))
_TURN = select(turns).where(turns.c.id == _OF_TURN, turns.c.journey_id == _OF_JOURNEY)


# --- writing ---------------------------------------------------------------------------------------------------------------
def _hold(db: Connection, journey_id: str) -> None:
    """A journey's writers one after another until the commit, as all writers of SQLite are anyway. First of all locks, so that no two
    wait for each other; and two that open a turn at the same place see one another's."""
    if db.dialect.name != "sqlite":
        db.execute(_HOLD, {"of_journey": journey_id})


def open_turn(
    db: Connection,
    journey: Mapping[str, Any] | None,
    request: Mapping[str, Any],
    turn: Mapping[str, Any],
    calls: Sequence[Mapping[str, Any]],
    brief: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    dialect = db.dialect.name
    if journey is not None:
        db.execute(unless_there(dialect, journeys), {**journey, "last_seq": 0})
    _hold(db, turn["journey_id"])
    db.execute(unless_there(dialect, requests), request)
    # Nobody else is at this place of the journey any more: what a worker that lost its task still holds there can't be told.
    db.execute(_DISPLACE, {"of_journey": turn["journey_id"], "at_seq": turn["seq"], "of_turn": turn["id"]})
    put = db.execute(_open_or_move(dialect, tuple(turn)), {**turn, "status": "open"}).first()
    for call in calls:
        db.execute(unless_there(dialect, model_calls), call)
    if brief:
        put_brief(db, brief)
    stands: dict[str, Any] | None = put[0] if put else db.execute(_STANDS, {"of_turn": turn["id"]}).scalar_one()
    return stands


@functools.cache
def _put_brief(dialect: str) -> Any:
    """The last one stands: a turn that was opened and taken back was never asked about."""
    fresh = insert_of(dialect, briefs)
    return fresh.on_conflict_do_update(index_elements=[briefs.c.turn_id, briefs.c.call], set_={"body": fresh.excluded.body})


def put_brief(db: Connection, row: Mapping[str, Any]) -> None:
    db.execute(_put_brief(db.dialect.name), row)


def accept(db: Connection, request: Mapping[str, Any]) -> None:
    """That it was accepted, before its turn is opened. The API says so where it answers 202, to know the turn it named again."""
    db.execute(unless_there(db.dialect.name, requests), request)


def keep_result(db: Connection, row: Mapping[str, Any]) -> None:
    db.execute(_put_result(db.dialect.name, tuple(row)), row)


def close_turn(
    db: Connection,
    *,
    journey_id: str,
    turn_id: str,
    seq: int,
    at: datetime,
    turn: Mapping[str, Any],
    journey: Mapping[str, Any] | None,
    entries: Sequence[Mapping[str, Any]],
    news: Sequence[Event],
    effects: Mapping[str, str] | None = None,
    owed: str | None = None,
) -> bool:
    """Turn, view, timeline and events in one transaction. False where it was closed before: then nothing is written again. A call of a
    model that is still open is in doubt: whoever made it was killed or given up, and nobody waits for its answer any more. `owed`: the
    turn that this one makes good; its calls are what is told to have cost something."""
    _hold(db, journey_id)
    closed = db.execute(_CLOSE, {**turn, "ended_at": at, "of_turn": turn_id, "at_seq": seq})
    if closed.rowcount == 0:
        return False
    for left in db.execute(_GIVE_UP, {"of_turn": turn_id, "at": at}).mappings().all():
        if left["reserved"]:  # nobody knows what it cost: what it may have cost at most is spent
            held = purses(Caps(), left["journey_id"], left["tenant"], left["day"])
            settle(db, held, reserved=-left["reserved"], spent=left["reserved"], at=at)
            db.execute(_KEEP_IN_DOUBT, {"of_deed": left["deed"]})
    for deed, status in (effects or {}).items():
        db.execute(_TELL_OF, {"of_deed": deed, "now_told": status})
    news = [*_cost(db, journey_id, owed or turn_id), *news]
    db.execute(_DROP_TOKENS, {"before": at - TOKENS_KEPT})
    values: dict[str, Any] = {"updated_at": at, **(journey or {})}
    last = db.execute(_show(tuple(values)), {**values, "of_journey": journey_id, "more": len(news)}).scalar_one()
    if entries:
        rows = [
            {"journey_id": journey_id, "turn_seq": seq, "n": n, "turn_id": turn_id, "at": at, **entry} for n, entry in enumerate(entries)
        ]
        db.execute(_INSERT_ENTRIES, rows)
    if news:
        first = last - len(news) + 1
        keep_events(db, journey_id=journey_id, turn_id=turn_id, first_seq=first, news=news, at=at)
    return True


def _cost(db: Connection, journey_id: str, turn_id: str) -> list[Event]:
    """What a turn's calls of models have cost and, in doubt, may have cost besides, and the journey's so far; none where none was asked."""
    calls, cost, doubt = db.execute(_COST, {"of_turn": turn_id}).one()
    if not calls:
        return []
    spent = db.execute(_SPENT_SO_FAR, {"of_journey": journey_id}).scalar_one_or_none() or Decimal(0)
    sums = {"cost": plain(Decimal(cost).quantize(SMALLEST)), "in_doubt": plain(doubt), "spent": plain(spent)}
    return [Event(kind="cost", data={"turn_id": turn_id, **sums})]


def tell_turn(
    db: Connection, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str, owed: str | None = None
) -> tuple[dict[str, Any] | None, bool]:
    """The decision that stands, and whether it was told. Whoever pauses or ends the journey writes its row before or after all of this."""
    stands = open_turn(db, **opening)
    now = db.execute(_STATUS, {"of_journey": closing["journey_id"]}).scalar_one()
    told = stands == opening["turn"]["decision"] and now == status and close_turn(db, **closing, owed=owed)
    return stands, told


def make_good(db: Connection, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str, owed: str) -> bool:
    """Looks first whether a pause or an end came before it: a turn that nobody asked for may not be left open behind one."""
    _hold(db, closing["journey_id"])
    if db.execute(_STATUS, {"of_journey": closing["journey_id"]}).scalar_one() != status:
        return False
    _, told = tell_turn(db, opening, closing, status, owed)
    if told:
        db.execute(_ADD_UP, {"of_turn": owed})
    return told


def show(db: Connection, journey_id: str, at: datetime, columns: Mapping[str, Any]) -> None:
    values = {"updated_at": at, **columns}
    db.execute(_show(tuple(values)), {**values, "of_journey": journey_id, "more": 0})


def show_owed(db: Connection, journey_id: str, status: str, owed: Sequence[Mapping[str, Any]]) -> None:
    _hold(db, journey_id)
    row = db.execute(_JOURNEY, {"of_journey": journey_id}).mappings().one()
    if row["status"] == status:
        db.execute(_SHOW_OWED, {"of_journey": journey_id, "seen": {**row["view"], "owed": list(owed)}})


def texts_of(db: Connection, turn_ids: Sequence[str]) -> dict[str, str]:
    """What the person wrote in each of these turns."""
    found = db.execute(select(turns.c.id, turns.c.text).where(turns.c.id.in_(turn_ids)))
    return {turn_id: text for turn_id, text in found if text is not None}


def keep_events(
    db: Connection,
    *,
    journey_id: str,
    turn_id: str,
    first_seq: int,
    news: Sequence[Event],
    at: datetime,
    attempt: int = 1,
    first_n: int = 0,
) -> None:
    common = {"journey_id": journey_id, "turn_id": turn_id, "attempt": attempt, "at": at}
    rows = [
        {**common, "seq": first_seq + i, "kind": event.kind, "n": first_n + i, "data": json.dumps(event.data, default=str)}
        for i, event in enumerate(news)
    ]
    db.execute(_INSERT_EVENTS, rows)
    tell(db, journey_id, first_seq, first_seq + len(rows) - 1)


# --- reading ---------------------------------------------------------------------------------------------------------------
def one(db: Connection, statement: Any, **given: Any) -> dict[str, Any] | None:
    row = db.execute(statement, given).mappings().one_or_none()
    return dict(row) if row else None


def request_of(db: Connection, journey_id: str, operation: str, key: str) -> dict[str, Any] | None:
    """The request of this key with its turn's `status` and `seq`; None where it never came."""
    return one(db, _REQUEST, of_journey=journey_id, of_operation=operation, of_key=key)


def known(db: Connection, journey_id: str, turn_id: str, seq: int, deed: str) -> Known:
    """`missed` are turns that ended at this place of the journey or later: the workflow would have counted them, had it known."""
    itself = one(db, _ITSELF, of_journey=journey_id, of_turn=turn_id, of_deed=deed)  # an answer is kept with its turn or not at all
    later = db.execute(_LATER, {"of_journey": journey_id, "of_turn": turn_id, "at_seq": seq}).mappings()
    missed = [_ended(dict(row)) for row in later]
    if itself is None:
        return Known(missed=missed)
    return Known(ended=_ended(itself) if itself["status"] != "open" else None, missed=missed, answer=itself["answer"])


def _ended(row: Mapping[str, Any]) -> Ended:
    trouble = row["problem"] or {}
    told = {"problem": trouble.get("type", ""), "detail": trouble.get("detail", "")}
    kept = {name: row[name] for name in ("seq", "operation", "key", "body_hash", "status", "decision")}
    return Ended(turn_id=row["id"], **kept, **told)


def journey_of(db: Connection, journey_id: str) -> dict[str, Any] | None:
    return one(db, _JOURNEY, of_journey=journey_id)


def turn_of(db: Connection, journey_id: str, turn_id: str) -> dict[str, Any] | None:
    return one(db, _TURN, of_turn=turn_id, of_journey=journey_id)


def is_accepted(db: Connection, journey_id: str, turn_id: str) -> bool:
    """Whether this turn will come: it was accepted, and waits behind another."""
    asked = select(requests.c.key).where(requests.c.journey_id == journey_id, requests.c.turn_id == turn_id)
    return db.execute(asked).first() is not None


def journeys_page(
    db: Connection, tenant: str, *, limit: int, cursor: tuple[datetime, str] | None, **equal: str | None
) -> list[dict[str, Any]]:
    """Newest first. `equal`: status, template, persona, step where given."""
    conditions = [journeys.c.tenant == tenant, *(journeys.c[name] == value for name, value in equal.items() if value is not None)]
    if cursor:
        conditions.append(tuple_(journeys.c.created_at, journeys.c.id) < cursor)
    statement = _SEEN.where(and_(*conditions)).order_by(journeys.c.created_at.desc(), journeys.c.id.desc()).limit(limit)
    return [dict(row) for row in db.execute(statement).mappings()]


def turns_page(db: Connection, journey_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
    statement = select(turns).where(turns.c.journey_id == journey_id, turns.c.seq > after).order_by(turns.c.seq).limit(limit)
    return [dict(row) for row in db.execute(statement).mappings()]


def timeline_page(db: Connection, journey_id: str, *, after: tuple[int, int], limit: int) -> list[dict[str, Any]]:
    position = tuple_(timeline.c.turn_seq, timeline.c.n)
    statement = select(timeline).where(timeline.c.journey_id == journey_id, position > after)
    return [dict(row) for row in db.execute(statement.order_by(timeline.c.turn_seq, timeline.c.n).limit(limit)).mappings()]


def results_of(db: Connection, journey_id: str, step: str) -> list[dict[str, Any]]:
    """Every version of the step's results, newest first."""
    statement = select(results).where(results.c.journey_id == journey_id, results.c.step == step)
    return [dict(row) for row in db.execute(statement.order_by(results.c.version.desc(), results.c.skill)).mappings()]


def results_at(db: Connection, journey_id: str, refs: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = db.execute(_RESULTS_AT, {"of_journey": journey_id, "refs": list(refs)}).mappings()
    return {(row["step"], row["skill"]): dict(row) for row in rows}
