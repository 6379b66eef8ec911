"""Which models rest. A breaker for each engine, in the worker's process; one probe, whoever asks.

closed ── 3 failures in a row, or one that no waiting mends ──▶ open ── its rest is over ──▶ half-open ── an answer ──▶ closed
                                                                ▲                               │
                                                                └── a failure: a longer rest ───┘
Half-open lets exactly one call through, the probe. A probe that ends without an outcome, cancelled or killed, gives its place back.
Workers find out for themselves that a model is down; the probes of all of them together are leased from `Health`, which is written only
when a breaker changes its state or a probe is leased.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from providers.errors import AuthConfig, ProviderError, QuotaExhausted, RateLimited, Refused, Resting, StoreUnavailable, Unavailable

FAILURES: Final = 3  # in a row: the tries of one call on one model
REST: Final = 5.0  # seconds, and the least time between two probes of all workers; doubled by each probe that fails
LONGEST_REST: Final = 40.0  # seconds: an outage of half an hour is noticed to be over within this time
LONG_REST: Final = 300.0  # seconds, where no waiting helps: a spent quota, a key that is not accepted
PROBE: Final = 6.0  # seconds for a probe's answer, since a person waits for it; a flash model needs two or three

EACH: Final = 60.0  # seconds, in each of which an engine is checked once at most (activities/checking.py)

State = Literal["closed", "open", "half_open"]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """How an engine does, as all workers see it. `error`: the type of the last failure; times are UTC. `retry_at`: when it is asked
    again. Without `since` nothing was ever wrong with it. `checked_at`: when a check of it last went well."""

    engine: str
    state: Literal["closed", "open"] = "closed"
    since: datetime | None = None
    error: str = ""
    retry_at: datetime | None = None
    checked_at: datetime | None = None


class Health(Protocol):
    """What all workers know together of the engines. Raises StoreUnavailable."""

    async def tell(self, standing: Standing) -> None:
        """A breaker has opened or closed."""
        ...

    async def lease_probe(self, standing: Standing, now: datetime, until: datetime) -> Standing | None:
        """None: the probe is ours, and nobody else's before `until`. Otherwise how the engine stands by another worker's doing."""
        ...

    async def standings(self) -> list[Standing]: ...

    async def lease_check(self, engine: str, now: datetime, until: datetime) -> bool:
        """Whether the check is ours, and nobody else's before `until`."""
        ...

    async def checked(self, engine: str, at: datetime) -> None:
        """A check went well."""
        ...


@dataclass(eq=False)
class Permit:
    """To make one call. `seconds` bound it, where it is a probe."""

    is_probe: bool
    seconds: float | None = None


@dataclass
class Breaker:
    """Of one engine. Pure but for its clock: `now` gives seconds since 1970, which workers can compare."""

    engine: str
    now: Callable[[], float] = time.time
    state: State = "closed"
    since: float | None = None
    error: str = ""
    retry_at: float = 0.0
    failures: int = 0  # in a row, while closed
    rests: int = 0  # in a row
    probe: Permit | None = None
    is_told: bool = True  # whether the other workers know of its state
    is_doubted: bool = False  # another process wrote that it rests, before this one began

    @property
    def rests_now(self) -> bool:
        """Whether a call would be turned away now."""
        return self.state != "closed" and (self.probe is not None or self._retry_in() > 0)

    def admit(self) -> Permit:
        """Raises Resting."""
        if self.state == "closed":
            return Permit(is_probe=False)
        if self.rests_now:
            raise Resting(f"{self.engine} rests.", max(0.0, self._retry_in()))
        self.state, self.retry_at = "half_open", self.now() + REST  # also where this probe comes to nothing
        self.probe = Permit(is_probe=True, seconds=PROBE)
        return self.probe

    def give_back(self, permit: Permit) -> None:
        """However the call ended. A probe without an outcome leaves its place to the next caller, a rest later."""
        if permit is self.probe:
            self.probe = None
            if self.state == "half_open":
                self.state = "open"

    def answered(self, permit: Permit) -> None:
        """Something came, whatever it is worth: the engine is there. While it rests only the probe can say so."""
        if permit is self.probe:
            self._turn("closed", error=self.error)
        if self.state == "closed":
            self.failures = self.rests = 0
            if self.is_doubted:
                self.is_doubted, self.is_told, self.since = False, False, self.now()

    def failed(self, permit: Permit, error: BaseException) -> None:
        """What does not count says that the engine is there, or nothing about it: a refused request, the database, a bug of ours."""
        if not (permit is self.probe or self.state == "closed"):
            return  # a call that began before the rest did
        if isinstance(error, AuthConfig | QuotaExhausted):
            self._open(LONG_REST, error)
        elif isinstance(error, Unavailable) and not isinstance(error, StoreUnavailable | Resting):
            self.failures += 1
            if permit is self.probe or self.failures >= FAILURES:
                self._open(self._rest_after(error), error)
        elif isinstance(error, Refused):
            self.answered(permit)

    def useless(self, permit: Permit, error: BaseException) -> None:
        """Refused what is known to be a good request, such as a check's: no other one would fare better."""
        if permit is self.probe or self.state == "closed":
            self._open(LONG_REST, error)

    def learn(self, standing: Standing) -> None:
        """What another worker wrote of it, before a check: one that found it down and would ask again, or found it well."""
        if standing.state == "open" and self.state == "closed":
            if standing.retry_at is None or standing.retry_at.timestamp() <= self.now():
                self._turn("open", error=standing.error)
                self.since, self.retry_at, self.is_told = (standing.since or _at(self.now())).timestamp(), 0.0, True
        elif standing.state == "closed" and self.state != "closed" and self.is_told and not self.rests_now:
            self.heard(standing)

    def heard(self, standing: Standing) -> None:
        """How it stands by another worker's doing."""
        if standing.state == "closed":
            self._turn("closed", error=standing.error)
            self.is_told = True
        elif standing.retry_at:
            self.retry_at = standing.retry_at.timestamp()

    def standing(self) -> Standing:
        resting = self.state != "closed"
        return Standing(
            self.engine, "open" if resting else "closed", _moment(self.since), self.error, _moment(self.retry_at) if resting else None
        )

    def _retry_in(self) -> float:
        """A clock that was put back must not lengthen a rest."""
        left = self.retry_at - self.now()
        return left if left <= LONG_REST else 0.0

    def _rest_after(self, error: BaseException) -> float:
        rest = min(REST * 2.0**self.rests, LONGEST_REST)
        named = error.retry_after if isinstance(error, RateLimited) else None
        return max(rest, min(named or 0.0, LONG_REST))

    def _open(self, rest: float, error: BaseException) -> None:
        self.rests += 1
        self._turn("open", error=type(error).__name__)
        self.retry_at = self.now() + rest

    def _turn(self, state: State, error: str) -> None:
        if (self.state == "closed") != (state == "closed"):
            self.since = self.now()
        self.state, self.error, self.failures, self.probe, self.is_told = state, error, 0, None, False
        if state == "closed":
            self.rests = 0


@dataclass
class Breakers:
    """Of every engine of a process."""

    health: Health | None = None
    now: Callable[[], float] = time.time
    _of: dict[str, Breaker] = field(default_factory=dict)

    def of(self, engine: str) -> Breaker:
        return self._of.setdefault(engine, Breaker(engine, self.now))

    async def recall(self) -> None:
        """What others wrote of engines that rest: the first answer of this process is to put it right. Nothing rests by it: after a key was
        mended, a worker that starts asks at once."""
        for standing in await self.health.standings() if self.health else []:
            breaker = self.of(standing.engine)
            breaker.is_doubted = standing.state != "closed" and breaker.state == "closed"

    @asynccontextmanager
    async def admitted(self, engine: str) -> AsyncIterator[Permit]:
        """One call, while inside. Raises Resting where none may be made now."""
        breaker = self.of(engine)
        permit = breaker.admit()
        try:
            if permit.is_probe:
                await self._lease(breaker)
            yield permit
        finally:
            breaker.give_back(permit)
            if not breaker.is_told:
                await self._tell(breaker)

    async def standing(self, engine: str) -> Standing:
        """How an engine stands, as all workers see it; as this process does, where nothing was written of it. Raises StoreUnavailable."""
        kept = await self.health.standings() if self.health else []
        return next((one for one in kept if one.engine == engine), self.of(engine).standing())

    async def lease_check(self, engine: str) -> bool:
        """Whether this process may check the engine now: one check in each minute of the clock, whoever makes it."""
        now = self.of(engine).now()
        return self.health is None or await self.health.lease_check(engine, _at(now), _at((now // EACH + 1) * EACH))

    async def checked(self, engine: str) -> None:
        """A check went well."""
        if self.health:
            await self.health.checked(engine, _at(self.of(engine).now()))

    async def _lease(self, breaker: Breaker) -> None:
        if self.health is None:
            return
        now = breaker.now()
        try:
            elsewhere = await self.health.lease_probe(breaker.standing(), _at(now), _at(now + REST))
        except ProviderError as error:
            log.warning("Whether another worker asks %s can't be found out: %s", breaker.engine, type(error).__name__)
            return
        if elsewhere is None:
            return
        breaker.heard(elsewhere)
        if breaker.state != "closed":
            raise Resting(f"Another worker asks whether {breaker.engine} is back.", max(0.0, breaker.retry_at - now))

    async def _tell(self, breaker: Breaker) -> None:
        breaker.is_told = True
        if self.health is None:
            return
        try:
            await self.health.tell(breaker.standing())
        except ProviderError as error:
            breaker.is_told = False
            log.warning("How %s stands can't be told: %s", breaker.engine, type(error).__name__)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else _at(seconds)
