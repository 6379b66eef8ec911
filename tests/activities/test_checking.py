"""What a check asks, of whom, and what its answer does to the breaker, to the ledger and to those who mend."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.checking import QUIET, Checks
from providers.breaker import EACH, FAILURES, LONG_REST, REST, Breakers
from providers.errors import AuthConfig, InvalidRequest, Misconfigured, ProviderError, Unavailable, Upstream5xx
from providers.store.alerts import alerts_page
from providers.store.budgets import Caps, Purse, standing
from providers.store.calls import SqlLedger
from providers.store.checks import HOUSE, LOST_AFTER, checks
from providers.store.health import SqlHealth
from providers.store.house import SqlHouse, figures
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.store.tables import model_calls
from tests.running import until

pytestmark = pytest.mark.anyio
ENGINE = "gemini:gemini-3.8-flash"


class Engine:
    """Says what it is told to say; counts how it was asked."""

    engine = booked_as = ENGINE

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.looked_at: ProviderError | None = None
        self.fails: Exception | None = None
        self.waits: asyncio.Event | None = None

    async def look(self, *, seconds: float) -> None:
        self.asked.append("look")
        if self.looked_at:
            raise self.looked_at

    def worst(self, at: datetime) -> Decimal:
        return Decimal("0.001")

    async def ask(self, seconds: float) -> dict[str, Any]:
        self.asked.append("ask")
        if self.waits:
            await self.waits.wait()
        if self.fails:
            raise self.fails
        return {"status": "answered", "usage": {}, "cost": Decimal("0.0001"), "priced_as": "gemini-3.8-flash"}


class House:
    def __init__(self, store: Store, caps: Caps | None = None) -> None:
        self.store, self.engine, self.ahead = store, Engine(), 0.0
        self.breakers, self.other = self.worker(), self.worker()
        self.ledger = SqlLedger(store, caps)
        self.checks = self.of(self.breakers)

    def worker(self) -> Breakers:
        return Breakers(SqlHealth(self.store), lambda: datetime.now(UTC).timestamp() + self.ahead)

    def of(self, breakers: Breakers) -> Checks:
        return Checks(self.ledger, [self.engine], breakers, SqlHouse(self.store))

    async def check(self, minutes: float = 1, checks: Checks | None = None, engine: str = ENGINE) -> str:
        self.ahead += minutes * EACH
        outcome: str = await ActivityEnvironment().run((checks or self.checks).check, engine)
        return outcome

    async def fail(self, breakers: Breakers, error: Exception, times: int = FAILURES) -> None:
        for _ in range(times):
            async with breakers.admitted(ENGINE) as permit:
                breakers.of(ENGINE).failed(permit, error)

    async def booked(self) -> list[tuple[str, str, Decimal]]:
        rows = await self.store.read(lambda db: checks(db, limit=50))
        return [(row["status"], row["error"], row["doubtful"]) for row in rows]

    async def spent(self) -> tuple[Decimal, Decimal]:
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        row = await self.store.read(lambda db: standing(db, Purse("day", HOUSE, day, Decimal(0))))
        return row["spent"], row["reserved"]


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


async def test_one_that_nobody_asks_is_looked_at_once_in_each_minute_whichever_worker_has_the_time(house: House) -> None:
    house.ahead -= datetime.now(UTC).timestamp() % EACH - 1  # a second after a full minute
    assert [await house.check(), await house.check(0), await house.check(0, house.of(house.other))] == ["well", "leased", "leased"]
    assert await house.check(1, house.of(house.other)) == "well"
    assert house.engine.asked == ["look", "look"]
    assert await house.booked() == []


async def test_one_that_was_asked_lately_is_left_alone(house: House) -> None:
    await house.fail(house.breakers, Upstream5xx("-"))
    assert await house.check() == "answered"
    assert await house.check() == "asked_lately"
    assert await house.check(QUIET / EACH) == "well"


async def test_one_that_rests_is_asked_for_a_few_tokens_when_its_rest_is_over_and_not_before(house: House) -> None:
    await house.fail(house.breakers, Upstream5xx("-"))
    assert await house.check(0) == "rests"
    assert house.engine.asked == []
    assert await house.check(REST / EACH) == "answered"
    assert (house.engine.asked, house.breakers.of(ENGINE).state) == (["ask"], "closed")
    assert await house.booked() == [("answered", "", Decimal(0))]
    assert await house.spent() == (Decimal("0.0001"), Decimal(0))


async def test_one_that_another_worker_found_down_is_asked_by_whoever_checks_and_the_other_hears_of_it(house: House) -> None:
    await house.fail(house.other, Upstream5xx("-"))
    assert await house.check(0) == "rests"
    assert await house.check(REST / EACH) == "answered"
    async with house.other.admitted(ENGINE):
        assert house.other.of(ENGINE).state == "closed"


async def test_a_probe_that_fails_lets_it_rest_for_all_and_longer(house: House) -> None:
    await house.fail(house.other, Upstream5xx("-"))
    house.engine.fails = Upstream5xx("-")
    assert await house.check(REST / EACH) == "failed"
    assert (await house.breakers.standing(ENGINE)).state == "open"
    assert await house.booked() == [("failed", "Upstream5xx", Decimal(0))]
    assert await house.check(0, house.of(house.other)) in ("rests", "leased")
    assert house.engine.asked == ["ask"]


async def test_while_one_asks_no_other_does(house: House) -> None:
    await house.fail(house.breakers, Upstream5xx("-"))
    house.engine.waits, house.ahead = asyncio.Event(), house.ahead + REST
    first = asyncio.create_task(house.check(0))
    await until(lambda: house.engine.asked, within=20)
    assert await house.check(0, house.of(house.other)) in ("rests", "leased")
    house.engine.waits.set()
    assert (await first, house.engine.asked) == ("answered", ["ask"])


async def test_failures_to_look_count_as_any_call_s_do(house: House) -> None:
    house.engine.looked_at = Upstream5xx("-")
    states = []
    for _ in range(FAILURES):
        assert await house.check() == "failed"
        states.append(house.breakers.of(ENGINE).state)
    assert states == ["closed"] * (FAILURES - 1) + ["open"]


async def test_a_look_that_goes_well_ends_a_row_of_failures(house: House) -> None:
    for error in (Upstream5xx("-"), None) * FAILURES:
        house.engine.looked_at = error
        await house.check()
    assert house.breakers.of(ENGINE).state == "closed"


@pytest.mark.parametrize(("error", "asked"), [(AuthConfig, ["look"]), (InvalidRequest, ["look", "ask"])])
async def test_what_somebody_must_mend_is_told_once_a_day(house: House, error: Callable[[str], ProviderError], asked: list[str]) -> None:
    house.engine.looked_at = house.engine.fails = error("It refuses.")
    assert await house.check() == "failed"
    assert house.engine.asked == asked
    assert house.breakers.of(ENGINE).state == "open"
    assert await house.check(LONG_REST / EACH) == "failed"
    [alert] = await house.store.read(lambda db: alerts_page(db, limit=5))
    assert (alert["kind"], alert["about"]) == ("model", ENGINE)
    assert "It refuses." in alert["text"]


async def test_one_that_answers_though_it_is_not_listed_is_asked_once_and_believed(house: House) -> None:
    house.engine.looked_at = InvalidRequest("-")
    assert await house.check() == "answered"
    assert [await house.check(QUIET / EACH), await house.check()] == ["well", "well"]
    assert house.engine.asked == ["look", "ask", "look", "look"]


async def test_what_no_budget_covers_is_not_asked_and_leaves_no_row(store: Store) -> None:
    house = House(store, Caps(day=Decimal("0.0005")))
    await house.fail(house.breakers, Upstream5xx("-"))
    assert [await house.check(), await house.check()] == ["over_budget", "over_budget"]
    assert (house.engine.asked, await house.booked(), house.breakers.of(ENGINE).state) == ([], [], "open")


async def test_a_bug_of_ours_is_booked_and_counts_for_nothing(house: House) -> None:
    await house.fail(house.breakers, Upstream5xx("-"))
    house.engine.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await house.check()
    assert await house.booked() == [("failed", "ZeroDivisionError", Decimal(0))]


async def test_a_check_whose_worker_died_is_given_up_by_the_next_and_its_reserve_stays_spent(house: House) -> None:
    await house.fail(house.breakers, Upstream5xx("-"))
    house.engine.waits = asyncio.Event()
    dying = asyncio.create_task(house.check())
    await until(lambda: house.engine.asked, within=20)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    house.engine.waits = None
    long_ago = datetime.now(UTC) - LOST_AFTER - timedelta(seconds=1)
    await house.store.write(lambda db: db.execute(model_calls.update().values(started_at=long_ago)) and None)
    assert await house.check() == "answered"
    assert await house.booked() == [("failed", "NoAnswer", Decimal("0.001")), ("answered", "", Decimal(0))]
    assert await house.spent() == (Decimal("0.0011"), Decimal(0))
    assert (await house.store.read(lambda db: figures(db, datetime.now(UTC))))["homeview_model_calls_in_doubt"] == 0


async def test_a_worker_without_the_engine_says_so(house: House) -> None:
    assert await house.check(engine="deepseek:deepseek-flash") == "unknown"


async def test_a_database_that_is_not_ours_is_no_failure_of_the_model(tmp_path: Path) -> None:
    house = House(Store(f"sqlite:///{tmp_path}/empty.db"))
    with pytest.raises((Unavailable, Misconfigured)):
        await house.check()
    assert house.breakers.of(ENGINE).state == "closed"
    migrate(house.store.url)
    assert await house.check() == "well"
    house.store.close()
