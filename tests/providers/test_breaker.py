"""A breaker keeps people from waiting for a dead model, asks it again with one call at a time, and writes nothing while all is well."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event

from providers.breaker import FAILURES, LONG_REST, LONGEST_REST, REST, Breaker, Breakers, Permit, Standing
from providers.errors import (
    AuthConfig,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Resting,
    StoreUnavailable,
    Upstream5xx,
    UpstreamNetwork,
    UpstreamTimeout,
)
from providers.store.health import SqlHealth
from providers.store.store import Store

pytestmark = pytest.mark.anyio
ENGINE = "gemini:a-model"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.seconds = NOON

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(now=clock)


async def fail(breakers: Breakers, error: Exception, times: int = 1) -> None:
    for _ in range(times):
        async with breakers.admitted(ENGINE) as permit:
            breakers.of(ENGINE).failed(permit, error)


async def answer(breakers: Breakers) -> None:
    async with breakers.admitted(ENGINE) as permit:
        breakers.of(ENGINE).answered(permit)


@asynccontextmanager
async def probing(breakers: Breakers) -> AsyncIterator[Permit]:
    async with breakers.admitted(ENGINE) as permit:
        assert permit.is_probe
        yield permit


# --- when it opens -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("error", [Upstream5xx("-"), UpstreamTimeout("-"), UpstreamNetwork("-"), RateLimited("-")])
async def test_failures_in_a_row_open_it_and_nobody_is_let_through(breakers: Breakers, error: ProviderError) -> None:
    await fail(breakers, error, FAILURES - 1)
    await answer(breakers)
    await fail(breakers, error, FAILURES - 1)
    assert not breakers.of(ENGINE).rests_now
    await fail(breakers, error)
    with pytest.raises(Resting) as resting:
        await answer(breakers)
    assert resting.value.retry_in == REST


@pytest.mark.parametrize("error", [AuthConfig("-"), QuotaExhausted("-")])
async def test_what_no_waiting_mends_opens_it_at_once_and_for_longer(breakers: Breakers, clock: Clock, error: ProviderError) -> None:
    await fail(breakers, error)
    clock.seconds += LONG_REST - 1
    assert breakers.of(ENGINE).rests_now
    clock.seconds += 1
    await answer(breakers)
    assert breakers.of(ENGINE).state == "closed"


@pytest.mark.parametrize("error", [InvalidRequest("-"), StoreUnavailable("-"), RuntimeError("a bug of ours")])
async def test_what_is_no_failure_of_the_model_opens_nothing(breakers: Breakers, error: Exception) -> None:
    await fail(breakers, error, 10 * FAILURES)
    assert breakers.of(ENGINE).state == "closed"


async def test_a_delay_that_the_provider_names_is_kept_where_it_is_longer(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, RateLimited("-", retry_after=70.0), FAILURES)
    clock.seconds += 69
    assert breakers.of(ENGINE).rests_now


async def test_one_model_that_rests_keeps_no_other_from_being_asked(breakers: Breakers) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    async with breakers.admitted("gemini:another"):
        pass


# --- half-open -----------------------------------------------------------------------------------------------------------
async def test_of_twenty_callers_at_once_exactly_one_is_the_probe(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    outcome, others_are_gone = asyncio.Event(), asyncio.Event()
    asked, turned_away = 0, 0

    async def call() -> None:
        nonlocal asked, turned_away
        try:
            async with breakers.admitted(ENGINE) as permit:
                asked += 1
                await outcome.wait()
                breakers.of(ENGINE).answered(permit)
        except Resting:
            turned_away += 1
            if turned_away == 19:
                others_are_gone.set()

    callers = [asyncio.create_task(call()) for _ in range(20)]
    await others_are_gone.wait()
    clock.seconds += 10 * REST  # however long the probe takes
    with pytest.raises(Resting):
        await answer(breakers)
    outcome.set()
    await asyncio.gather(*callers)
    assert (asked, turned_away, breakers.of(ENGINE).state) == (1, 19, "closed")


async def test_a_probe_that_is_cancelled_gives_its_place_to_the_next_one(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    began = asyncio.Event()

    async def hang() -> None:
        async with probing(breakers):
            began.set()
            await asyncio.Event().wait()

    probe = asyncio.create_task(hang())
    await began.wait()
    probe.cancel()
    await asyncio.wait([probe])
    assert probe.cancelled()
    with pytest.raises(Resting):  # it was asked a moment ago
        await answer(breakers)
    clock.seconds += REST
    async with probing(breakers) as permit:
        breakers.of(ENGINE).answered(permit)
    assert breakers.of(ENGINE).state == "closed"


async def test_a_probe_that_ends_in_a_bug_of_ours_says_nothing_of_the_model(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    with pytest.raises(RuntimeError):
        async with probing(breakers):
            raise RuntimeError("a bug of ours")
    assert breakers.of(ENGINE).state == "open"


async def test_each_probe_that_fails_makes_the_next_rest_longer_up_to_a_bound(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    rests = []
    for _ in range(6):
        rests.append(breakers.of(ENGINE).retry_at - clock.seconds)
        clock.seconds = breakers.of(ENGINE).retry_at
        await fail(breakers, Upstream5xx("-"))
    assert rests == [REST, 2 * REST, 4 * REST, 8 * REST, LONGEST_REST, LONGEST_REST]


async def test_a_dead_model_is_asked_at_most_once_in_five_seconds_however_many_want_it(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, UpstreamTimeout("-"), FAILURES)
    probes = []
    for _ in range(30 * 60 * 4):  # half an hour, four callers a second
        clock.seconds += 0.25
        try:
            await fail(breakers, UpstreamTimeout("-"))
            probes.append(clock.seconds)
        except Resting:
            continue
    assert 30 * 60 / LONGEST_REST <= len(probes) <= 30 * 60 / REST
    assert min(later - earlier for earlier, later in pairwise(probes)) >= REST


async def test_a_call_that_began_before_the_rest_says_nothing_of_the_probe(breakers: Breakers, clock: Clock) -> None:
    async with breakers.admitted(ENGINE) as old:
        await fail(breakers, Upstream5xx("-"), FAILURES)
        clock.seconds += REST
        async with probing(breakers) as probe:
            breakers.of(ENGINE).answered(old)
            breakers.of(ENGINE).failed(old, AuthConfig("-"))
            assert breakers.of(ENGINE).state == "half_open"
            breakers.of(ENGINE).answered(probe)
    assert breakers.of(ENGINE).state == "closed"


async def test_a_clock_that_is_put_back_makes_no_rest_longer(breakers: Breakers, clock: Clock) -> None:
    await fail(breakers, Upstream5xx("-"), FAILURES)
    clock.seconds -= 86_400
    await answer(breakers)
    assert breakers.of(ENGINE).state == "closed"


# --- several workers on one database -------------------------------------------------------------------------------------
@pytest.fixture
def workers(store: Store, clock: Clock) -> list[Breakers]:
    return [Breakers(SqlHealth(store), clock) for _ in range(3)]


async def standing(store: Store) -> Standing:
    [found] = await SqlHealth(store).standings()
    return found


async def test_three_workers_together_send_one_probe_and_learn_from_it(workers: list[Breakers], clock: Clock, store: Store) -> None:
    for worker in workers:
        await fail(worker, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    first, second, third = workers
    async with probing(first) as permit:
        for other in (second, third):
            with pytest.raises(Resting, match="Another worker"):
                await answer(other)
        first.of(ENGINE).answered(permit)
    assert (await standing(store)).state == "closed"
    clock.seconds += REST
    async with second.admitted(ENGINE):
        assert second.of(ENGINE).state == "closed"


async def test_a_dead_model_is_asked_at_most_once_in_five_seconds_by_all_workers_together(workers: list[Breakers], clock: Clock) -> None:
    for worker in workers:
        await fail(worker, Upstream5xx("-"), FAILURES)
    probes = []
    for step in range(4 * 120):  # two minutes
        clock.seconds += 0.25
        for worker in workers[step % 3 :] + workers[: step % 3]:
            try:
                await fail(worker, Upstream5xx("-"))
                probes.append(clock.seconds)
            except Resting:
                continue
    assert probes
    assert min(later - earlier for earlier, later in pairwise(probes)) >= REST


async def test_a_worker_that_was_killed_with_the_probe_keeps_it_from_nobody(workers: list[Breakers], clock: Clock) -> None:
    for worker in workers:
        await fail(worker, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    killed, other, _ = workers
    held = killed.admitted(ENGINE)
    await held.__aenter__()  # and never left: the process is gone
    with pytest.raises(Resting):
        await answer(other)
    clock.seconds += REST
    await answer(other)
    assert other.of(ENGINE).state == "closed"


async def test_a_lease_that_a_clock_put_back_left_in_the_future_binds_nobody(workers: list[Breakers], clock: Clock) -> None:
    first, second, _ = workers
    await fail(first, Upstream5xx("-"), FAILURES)
    clock.seconds -= 86_400
    await fail(second, Upstream5xx("-"), FAILURES)
    clock.seconds += REST
    await answer(second)
    assert second.of(ENGINE).state == "closed"


async def test_nothing_is_written_while_a_model_answers(workers: list[Breakers], store: Store) -> None:
    statements: list[str] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    for worker in workers:
        for _ in range(20):
            await answer(worker)
        await fail(worker, Upstream5xx("-"), FAILURES - 1)
    assert not [statement for statement in statements if "provider_health" in statement]


async def test_what_another_process_wrote_of_a_model_is_put_right_by_its_first_answer(store: Store, clock: Clock) -> None:
    before = Breakers(SqlHealth(store), clock)
    await fail(before, AuthConfig("-"))
    told = await standing(store)
    assert (told.state, told.error, told.retry_at) == ("open", "AuthConfig", datetime.fromtimestamp(NOON + LONG_REST, UTC))
    after = Breakers(SqlHealth(store), clock)
    await after.recall()
    clock.seconds += 1
    await answer(after)  # at once: somebody may have mended the key
    assert (await standing(store)).state == "closed"
    assert (await standing(store)).since == datetime.fromtimestamp(NOON + 1, UTC)


class Away:
    """A database that is away."""

    async def tell(self, standing: Standing) -> None:
        raise StoreUnavailable("-")

    async def lease_probe(self, standing: Standing, now: datetime, until: datetime) -> Standing | None:
        raise StoreUnavailable("-")

    async def standings(self) -> list[Standing]:
        raise StoreUnavailable("-")


async def test_without_the_database_each_worker_goes_by_what_it_knows_itself(clock: Clock) -> None:
    alone = Breakers(Away(), clock)
    await fail(alone, Upstream5xx("-"), FAILURES)
    with pytest.raises(Resting):
        await answer(alone)
    clock.seconds += REST
    await answer(alone)
    assert alone.of(ENGINE).state == "closed"


async def test_what_could_not_be_written_is_written_with_the_next_probe(store: Store, clock: Clock) -> None:
    worker = Breakers(Away(), clock)
    await fail(worker, Upstream5xx("-"), FAILURES)
    worker.health = SqlHealth(store)
    clock.seconds += REST
    async with probing(worker):
        assert (await standing(store)).state == "open"


def test_a_standing_says_since_when_and_when_it_is_asked_again(clock: Clock) -> None:
    breaker = Breaker(ENGINE, clock)
    told: Callable[[], Standing] = breaker.standing
    assert told() == Standing(ENGINE)
    breaker.failed(breaker.admit(), QuotaExhausted("-"))
    at = datetime.fromtimestamp(NOON, UTC)
    assert told() == Standing(ENGINE, "open", at, "QuotaExhausted", at + timedelta(seconds=LONG_REST))
