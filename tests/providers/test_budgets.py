"""No call is begun that a budget does not cover: spent and reserved together never exceed a cap, whatever happens beside each other."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from journeys.refusals import BelowSpent
from journeys.spending import Spending
from providers.base import Hold
from providers.store.alerts import alerts_page
from providers.store.budgets import Caps
from providers.store.calls import SqlLedger, begin_call, book_call
from providers.store.journeys import SqlRecords, close_turn
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.store.tables import budgets, events, model_calls, requests, turns
from tests.providers.test_store import closed, opened

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
TIGHT = Caps(journey=Decimal("1.00"), tenant=Decimal("1.50"), day=Decimal("1.20"))
NEVER_ABOVE = "spent < 0 OR reserved < 0 OR spent + reserved > cap"


def a_row(deed: str, *, journey: str = "j", turn: str = "t", at: datetime = NOW) -> dict[str, Any]:
    return {
        "deed": deed,
        "journey_id": journey,
        "turn_id": turn,
        "name": deed.rpartition("/")[2],
        "engine": "a:model",
        "prompt": "",
        "started_at": at,
    }


def a_hold(worst: str, **spending: Any) -> Hold:
    return Hold(worst=Decimal(worst), spending=Spending(**spending))


async def guarded(store: Store) -> None:
    """From here on the database itself refuses each statement that would leave more spent and reserved than the cap."""

    def guard(db: Any) -> None:
        if db.dialect.name == "sqlite":
            for what in ("INSERT", "UPDATE"):
                changed = NEVER_ABOVE.replace("spent", "NEW.spent").replace("reserved", "NEW.reserved").replace("cap", "NEW.cap")
                refuse = "BEGIN SELECT RAISE(ABORT, 'above the cap'); END"
                db.execute(text(f"CREATE TRIGGER guard_{what} BEFORE {what} ON budgets WHEN {changed} {refuse}"))
        else:
            db.execute(text(f"ALTER TABLE budgets ADD CONSTRAINT guard CHECK (NOT ({NEVER_ABOVE}))"))

    await store.write(guard)


async def standing(store: Store) -> dict[str, tuple[Decimal, Decimal]]:
    """Spent and reserved by scope."""
    rows = await store.read(lambda db: db.execute(select(budgets)).mappings().all())
    return {row["scope"]: (row["spent"], row["reserved"]) for row in rows}


async def booked(store: Store) -> list[dict[str, Any]]:
    rows = await store.read(lambda db: db.execute(select(model_calls).order_by(model_calls.c.deed)).mappings().all())
    return [dict(row) for row in rows]


def answered(cost: str, at: datetime = NOW) -> dict[str, Any]:
    return {"status": "answered", "cost": Decimal(cost), "ended_at": at}


FAILED = {"status": "failed", "error": "Upstream5xx", "ended_at": NOW}


async def test_what_a_call_may_cost_is_reserved_and_what_it_cost_is_spent(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await guarded(store)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.4"))
    assert set((await standing(store)).values()) == {(Decimal(0), Decimal("0.4"))}
    await ledger.book_call("t/answer", answered("0.12345678"))
    assert await standing(store) == dict.fromkeys(("journey", "tenant", "day"), (Decimal("0.12345678"), Decimal(0)))


async def test_a_call_that_no_budget_covers_is_not_begun_and_nothing_stays_reserved(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await guarded(store)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.9"))
    refused = await ledger.begin_call(a_row("t/answer.repair"), hold=a_hold("0.2"))
    assert (refused.status, refused.why) == ("over_budget", "journey")
    assert set((await standing(store)).values()) == {(Decimal(0), Decimal("0.9"))}
    assert [(row["status"], row["attempts"]) for row in await booked(store)] == [("started", 1), ("over_budget", 0)]


async def test_the_tenants_day_ends_what_its_journeys_could_still_pay(store: Store) -> None:
    for name in ("j", "k"):
        await opened(store, journey=name, turn=f"t{name}")
    ledger = SqlLedger(store, TIGHT)
    await ledger.begin_call(a_row("tj/answer", turn="tj"), hold=a_hold("0.9"))
    refused = await ledger.begin_call(a_row("tk/answer", journey="k", turn="tk"), hold=a_hold("0.4"))
    assert (refused.status, refused.why) == ("over_budget", "day")
    tomorrow = a_row("tk/answer.route2", journey="k", turn="tk", at=NOW + timedelta(hours=2))
    assert (await ledger.begin_call(tomorrow, hold=a_hold("0.4", on_limit="cheaper"))).status == "started"


async def test_a_call_made_again_reuses_its_reservation(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await guarded(store)
    for _ in range(5):  # each by another worker, after the one before was killed
        assert (await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))).status == "started"
    assert (await standing(store))["journey"] == (Decimal(0), Decimal("0.6"))
    await ledger.book_call("t/answer", answered("0.1"))
    assert (await standing(store))["journey"] == (Decimal("0.5"), Decimal(0))  # the answer, and four that may have cost as much


async def test_a_failure_releases_and_a_repeat_reserves_anew(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    await ledger.book_call("t/answer", FAILED)
    assert (await standing(store))["journey"] == (Decimal(0), Decimal(0))
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    assert (await standing(store))["journey"] == (Decimal(0), Decimal("0.6"))


async def test_a_failure_after_an_attempt_in_doubt_keeps_what_that_may_have_cost(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await guarded(store)
    for _ in range(2):
        await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    await ledger.book_call("t/answer", FAILED)
    assert (await standing(store))["journey"] == (Decimal("0.6"), Decimal(0))
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    assert (await standing(store))["journey"] == (Decimal(0), Decimal("0.6"))


async def test_a_call_that_went_out_and_brought_no_answer_is_spent_until_it_is_made_again(store: Store) -> None:
    """A timeout, a broken connection: the provider may charge it, so the cap must cover it."""
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await guarded(store)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    await ledger.book_call("t/answer", {**FAILED, "lost": True})
    assert (await standing(store))["journey"] == (Decimal("0.6"), Decimal(0))
    [call] = await booked(store)
    assert (call["status"], call["cost"], call["doubtful"], call["lost"], call["in_doubt"]) == ("failed", 0, Decimal("0.6"), 1, 0)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    await ledger.book_call("t/answer", answered("0.1"))
    assert (await standing(store))["journey"] == (Decimal("0.2"), Decimal(0))  # the answer, and the one that was lost


async def test_a_call_that_nobody_waits_for_any_more_is_spent_until_its_answer_comes(store: Store) -> None:
    records = await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.6"))
    await closed(records)
    assert (await standing(store))["journey"] == (Decimal("0.6"), Decimal(0))
    await ledger.book_call("t/answer", answered("0.2"))
    assert (await standing(store))["journey"] == (Decimal("0.2"), Decimal(0))


async def test_sixty_four_calls_at_once_on_one_budget_never_go_above_it(store: Store, url: str) -> None:
    names = [f"t{n}" for n in range(64)]
    for n, name in enumerate(names, 1):
        await opened(store, turn=name, seq=n)
    await guarded(store)
    other = Store(url)  # another process's
    ledgers = [SqlLedger(store, TIGHT), SqlLedger(other, TIGHT)]

    async def turn(n: int, name: str) -> str:
        ledger = ledgers[n % 2]
        begun = await ledger.begin_call(a_row(f"{name}/answer", turn=name), hold=a_hold("0.15"))
        if begun.status == "started":
            assert all(spent + reserved <= Decimal("1.00") for spent, reserved in [(await standing(store))["journey"]])
            await ledger.book_call(f"{name}/answer", answered("0.09") if n % 3 else FAILED)
        return begun.status

    statuses = await asyncio.gather(*(turn(n, name) for n, name in enumerate(names)))
    other.close()
    spent, reserved = (await standing(store))["journey"]
    assert set(statuses) == {"started", "over_budget"}
    assert reserved == 0 and spent == sum(row["cost"] for row in await booked(store)) <= Decimal("1.00")


async def test_each_threshold_of_each_cap_is_told_once(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    for n in range(12):
        deed = f"t/answer.route{n}"
        if (await ledger.begin_call(a_row(deed), hold=a_hold("0.1", on_limit="cheaper"))).status == "started":
            await ledger.book_call(deed, answered("0.1"))
    raised = {row["key"]: row["text"] for row in await store.read(lambda db: alerts_page(db, limit=20))}
    assert set(raised) == {
        "budget:journey:j:50",
        "budget:journey:j:80",
        "budget:journey:j:100",
        "budget:day:home:2026-11-22:50",
        "budget:day:home:2026-11-22:80",
        "budget:tenant:home:2026-11:50",
    }
    assert (
        raised["budget:journey:j:80"] == "80 % of the budget for language models of journey j is spent: 0.80 of 1.00 US dollars are spent."
    )


async def test_a_cap_of_a_persons_own_stands_before_all_settings_and_not_below_what_is_spent(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    await ledger.begin_call(a_row("t/answer"), hold=a_hold("0.5"))
    with pytest.raises(BelowSpent, match=r"0\.50 US dollars of it are spent or reserved"):
        await ledger.set_budget("j", Decimal("0.4"))
    await ledger.set_budget("j", Decimal("0.6"))
    assert (await ledger.begin_call(a_row("t/answer.repair"), hold=a_hold("0.2", cap=Decimal(9)))).status == "over_budget"
    await ledger.set_budget("j", Decimal(2))
    assert (await ledger.begin_call(a_row("t/reply"), hold=a_hold("0.2", on_limit="cheaper"))).status == "started"


async def test_unless_cheaper_is_the_policy_one_call_over_budget_ends_the_others_of_its_turn(store: Store) -> None:
    await opened(store)
    ledger = SqlLedger(store, TIGHT)
    for policy, status in (("degrade", "over_budget"), ("cheaper", "started")):
        await ledger.begin_call(a_row(f"{policy}/answer", turn=policy), hold=a_hold("2", on_limit=policy))
        second = await ledger.begin_call(a_row(f"{policy}/answer.route2", turn=policy), hold=a_hold("0.1", on_limit=policy))
        assert second.status == status


MOVES = st.lists(
    st.tuples(st.sampled_from(["begin", "answer", "fail", "lose", "close"]), st.integers(0, 3), st.integers(0, 60), st.integers(1, 60)),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('budgets') / 'homeview.db'}"
    migrate(url)
    store = Store(url)
    yield store
    store.close()


@given(moves=MOVES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_the_budgets_are_the_sum_of_the_calls(scratch: Store, moves: list[tuple[str, int, int, int]]) -> None:
    """Calls of four turns begin, begin again after kills, are answered, fail and are given up, in any order: after each step the budgets
    hold what their calls have cost and may cost, never more than the cap; and no real answer is dearer than what was reserved for it."""

    async def play() -> None:
        await scratch.write(lambda db: [db.execute(table.delete()) for table in (budgets, events, model_calls, requests, turns)])
        for n in range(4):
            await opened(scratch, turn=f"t{n}", seq=n + 1)
        for move, n, part, worst in moves:
            deed, turn = f"t{n}/answer", f"t{n}"
            cost = Decimal(min(part, worst)) / 100

            def step(
                db: Any, move: str = move, deed: str = deed, turn: str = turn, n: int = n, cost: Decimal = cost, worst: int = worst
            ) -> None:
                row = db.execute(select(model_calls).where(model_calls.c.deed == deed)).mappings().first()
                if move == "begin":
                    begin_call(db, a_row(deed, turn=turn), Hold(worst=Decimal(worst) / 100), TIGHT)
                elif move == "close":
                    nothing: dict[str, Any] = {"turn": {"status": "done"}, "journey": None, "entries": [], "news": []}
                    close_turn(db, journey_id="j", turn_id=turn, seq=n + 1, at=NOW, **nothing)
                elif row is not None and row["attempts"]:
                    most = row["reserved"] + row["doubtful"]
                    failed = {**FAILED, "lost": move == "lose"}
                    book_call(db, deed, answered(str(min(cost, most))) if move == "answer" else failed, TIGHT)

            await scratch.write(step)
            calls, rows = await booked(scratch), await standing(scratch)
            spent, reserved = sum(c["cost"] + c["doubtful"] for c in calls), sum(c["reserved"] for c in calls)
            assert all(c["reserved"] == 0 for c in calls if c["status"] != "started")
            assert all(found == (spent, reserved) for found in rows.values()) and spent + reserved <= TIGHT.journey

    asyncio.run(play())


async def test_the_records_of_a_turn_do_not_need_a_budget(store: Store) -> None:
    records: SqlRecords = await opened(store)
    await closed(records)
    assert await standing(store) == {}
