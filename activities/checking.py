"""Checks of the models, so that it is known that one fails, or is back, before a person meets it. The upkeep asks for them each minute.

| the engine | what is asked of it |
|---|---|
| rests, and its rest is not over | nothing |
| rests, and its rest is over | a call of a few tokens: the one probe of all workers, paid for by the house |
| was asked within the last minutes | nothing: its calls tell |
| was asked by nobody | what costs nothing: whether the provider is there, takes the key and knows the model |

A provider that does not name the model is asked for a few tokens before that is believed: a server's list of models may leave out aliases.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, Protocol

from temporalio import activity

from activities.counting import count, show, show_silence
from providers import base, worst_prices
from providers.base import Heard, LanguageModel
from providers.breaker import PROBE, Breakers, Permit, Standing
from providers.errors import AuthConfig, InvalidRequest, ProviderError, QuotaExhausted, Resting

QUIET: Final = 180.0  # seconds for which nobody asked, after which it is looked after
LOOK: Final = PROBE  # seconds for a question that costs nothing
TOKENS: Final = 64  # for an answer; some models think before they say one word
WORDS: Final = ("You are asked whether you are there.", "Answer with the one word yes.")
TO_MEND: Final = (AuthConfig, QuotaExhausted, InvalidRequest)  # what no waiting mends

# What became of it: `well` (there, by what costs nothing), `answered` (a few tokens), `failed`, `rests`, `asked_lately`, `leased` (another
# worker checks it this minute), `over_budget`, or `unknown` (this worker has no such engine).
Outcome = Literal["well", "answered", "failed", "rests", "asked_lately", "leased", "over_budget", "unknown"]


class Checked(Protocol):
    """An engine as a check sees it. `booked_as`: its name in the ledger."""

    engine: str
    booked_as: str

    async def look(self, *, seconds: float) -> None:
        """What costs nothing. Raises as the provider does."""
        ...

    def worst(self, at: datetime) -> Decimal:
        """US dollars that `ask` may cost at most."""
        ...

    async def ask(self, seconds: float) -> dict[str, Any]:
        """The least that can be asked; how it is booked. Raises as the provider does."""
        ...


class CheckedModel:
    def __init__(self, model: LanguageModel) -> None:
        self.model, self.engine, self.booked_as = model, model.engine, model.engine

    async def look(self, *, seconds: float) -> None:
        await self.model.look(seconds=seconds)

    def worst(self, at: datetime) -> Decimal:
        return worst_prices.worst(self.engine, sum(len(text) for text in WORDS), TOKENS, at)

    async def ask(self, seconds: float) -> dict[str, Any]:
        said = await self.model.generate(*WORDS, most_tokens=TOKENS, seconds=seconds)
        status = {"status": "blocked", "error": "Blocked"} if said.finish == "blocked" else {"status": "answered"}
        return {**status, "usage": said.usage, "cost": said.cost, "priced_as": said.priced_as}


class Checks:
    """`house` is told what somebody has to mend."""

    def __init__(
        self,
        ledger: base.Ledger,
        checked: Sequence[Checked],
        breakers: Breakers,
        house: base.House | None = None,
    ) -> None:
        self.ledger, self.breakers, self.house = ledger, breakers, house
        self.checked = {each.engine: each for each in checked}
        self._unlisted: set[str] = set()  # engines that answer though their provider does not name them

    @activity.defn(name="check_model")
    async def check(self, engine: str) -> Outcome:
        """At most one of an engine in each minute of the clock, whichever worker makes it. Raises StoreUnavailable."""
        checked = self.checked.get(engine)
        if checked is None:
            return "unknown"
        outcome = await self._check(checked, await self.breakers.standing(engine), await self.ledger.heard(checked.booked_as))
        after, heard = await self.breakers.standing(engine), await self.ledger.heard(checked.booked_as)
        own = self.breakers.of(engine).state
        show(engine, after.state if own == "closed" else own)
        if answered := [at for at in (heard.answered_at, after.checked_at) if at]:
            show_silence(engine, max(0.0, self.breakers.of(engine).now() - max(answered).timestamp()))
        return outcome

    async def _check(self, checked: Checked, standing: Standing, heard: Heard) -> Outcome:
        breaker = self.breakers.of(checked.engine)
        breaker.learn(standing)
        if breaker.rests_now or (breaker.state == "closed" and standing.state == "open"):
            return "rests"
        if breaker.state == "closed" and heard.asked_at and breaker.now() - heard.asked_at.timestamp() < QUIET:
            return "asked_lately"
        if not await self.breakers.lease_check(checked.engine):
            return "leased"
        try:
            async with self.breakers.admitted(checked.engine) as permit:
                outcome = await (self._ask(checked, permit) if permit.is_probe else self._look(checked, permit))
        except Resting:
            return "rests"
        if outcome in ("well", "answered"):
            await self.breakers.checked(checked.engine)
        return outcome

    async def _look(self, checked: Checked, permit: Permit) -> Outcome:
        try:
            await checked.look(seconds=LOOK)
        except InvalidRequest:
            if checked.engine in self._unlisted:
                return "well"
            if (outcome := await self._ask(checked, permit)) == "answered":
                self._unlisted.add(checked.engine)
            return outcome
        except ProviderError as error:
            await self._failed(checked, permit, error)
            return "failed"
        self.breakers.of(checked.engine).answered(permit)
        return "well"

    async def _ask(self, checked: Checked, permit: Permit) -> Outcome:
        await worst_prices.ready()
        at = datetime.now(UTC)
        row = {"deed": f"check/{checked.engine}/{at.isoformat()}", "engine": checked.booked_as, "started_at": at}
        call = await self.ledger.begin_check(row, checked.worst(at))
        if call.status != "started":
            return "over_budget"
        try:
            ended = await checked.ask(permit.seconds or PROBE)
        except Exception as error:
            await self.ledger.book_call(call.deed, {"status": "failed", "error": type(error).__name__, "ended_at": datetime.now(UTC)})
            if not isinstance(error, ProviderError):
                raise
            await self._failed(checked, permit, error)
            return "failed"
        self.breakers.of(checked.engine).answered(permit)
        count(self.breakers.of(checked.engine))
        await self.ledger.book_call(call.deed, {"error": "", **ended, "ended_at": datetime.now(UTC)})
        return "answered"

    async def _failed(self, checked: Checked, permit: Permit, error: ProviderError) -> None:
        """As any call's failure; but a check asks well, so that who refuses it refuses everything."""
        breaker = self.breakers.of(checked.engine)
        (breaker.useless if isinstance(error, InvalidRequest) else breaker.failed)(permit, error)
        count(breaker, type(error).__name__)
        if isinstance(error, TO_MEND) and self.house:
            kind, day = type(error).__name__, f"{datetime.now(UTC):%Y-%m-%d}"
            text = f"A check found that {checked.engine} can't be used: {error} docs/reliability.md says what mends it."
            await self.house.tell(key=f"model:{checked.engine}:{kind}:{day}", kind="model", about=checked.engine, text=text)
