"""Passages found by a paid embedder, in the activity that asks the model anyway: a quick local activity pays for nothing.

Once a turn. Where it fails, the passages that MiniLM found for the brief stand, and the person loses nothing but sharper ones.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from temporalio import activity

from activities.booking import failed
from activities.briefing import PASSAGES, quoted
from activities.counting import count, count_unknown_price
from journeys.brief import Brief
from journeys.messages import AskModel
from providers import worst_prices
from providers.base import Hold, Knowledge, Ledger, Where
from providers.breaker import Breakers, Permit
from providers.errors import ProviderError, Resting

EMBED = "embed"  # the name of the call in a deed
CHECKED = "kitchen"  # what a check embeds


class Counting(Protocol):
    """An Embedder that says what it cost."""

    model_id: str

    async def embed_counted(self, texts: list[str]) -> Any: ...

    async def look(self, *, seconds: float) -> None: ...


class PaidRetrieval:
    """`knowledge` is the index of this embedder's vectors; its passages have the ids that they have everywhere. An embedder that fails
    rests as a model does (`engine` is its name among the `breakers`)."""

    def __init__(self, ledger: Ledger, embedder: Counting, knowledge: Knowledge, breakers: Breakers | None = None) -> None:
        self.ledger, self.embedder, self.knowledge, self.breakers = ledger, embedder, knowledge, breakers or Breakers()
        self.engine = f"gemini:{embedder.model_id.partition('@')[0]}"

    async def sharpen(self, asked: AskModel, brief: Brief) -> Brief:
        """The brief with the passages that this embedder finds; as it was where it can't, which is booked and not tried again. While it
        rests nothing is asked, and nothing booked."""
        deed = f"{asked.turn_id}/{EMBED}"
        try:
            await self.knowledge.load()  # no index, nothing to pay for
            try:
                async with self.breakers.admitted(self.engine) as permit:
                    return await self._admitted(asked, brief, deed, permit)
            except Resting:
                call = await self.ledger.call_of(deed)  # of an earlier try of this turn's call
                return await self._kept(brief, deed) if call and call.status == "answered" else brief
        except ProviderError as error:
            activity.logger.warning("The paid index can't be asked; MiniLM's passages stand.", extra={"error": type(error).__name__})
            return brief

    async def _admitted(self, asked: AskModel, brief: Brief, deed: str, permit: Permit) -> Brief:
        await worst_prices.ready()
        at = datetime.now(UTC)
        row = {"deed": deed, "journey_id": asked.journey_id, "turn_id": asked.turn_id, "name": EMBED, "started_at": at}
        hold = Hold(worst=self.worst(brief.text, at), spending=brief.spending)
        call = await self.ledger.begin_call({**row, "engine": self.embedder.model_id}, hold=hold, again=False)
        if call.status == "answered":
            return await self._kept(brief, deed)
        return await self._asked(deed, brief, permit) if call.status == "started" else brief

    async def _asked(self, deed: str, brief: Brief, permit: Permit) -> Brief:
        breaker = self.breakers.of(self.engine)
        try:
            counted = await self.embedder.embed_counted([brief.text])
        except Exception as error:
            breaker.failed(permit, error)
            count(breaker, type(error).__name__)
            await self._book(deed, failed(error))
            raise
        breaker.answered(permit)
        if not counted.price_known:
            count_unknown_price()
        where = Where(region=brief.region, persona=brief.persona)
        found = await self.knowledge.search(brief.text, limit=PASSAGES, where=where, vector=counted.vectors[0])
        row = {"status": "answered", "answer": {"passages": [passage.id for passage in found]}, "usage": counted.usage}
        await self._book(deed, {**row, "cost": Decimal(counted.cost), "priced_as": counted.priced_as})
        return brief.model_copy(update={"passages": [quoted(passage) for passage in found]})

    async def _kept(self, brief: Brief, deed: str) -> Brief:
        ids = (await self.ledger.answer_of(deed))["passages"]
        return brief.model_copy(update={"passages": [quoted(passage) for passage in await self.knowledge.passages(ids)]})

    def worst(self, text: str, at: datetime) -> Decimal:
        return worst_prices.worst(self.engine, len(text.encode()), 0, at)

    async def _book(self, deed: str, row: dict[str, Any]) -> None:
        await self.ledger.book_call(deed, {**row, "ended_at": datetime.now(UTC)})


class CheckedEmbedder:
    """activities.checking.Checked."""

    def __init__(self, paid: PaidRetrieval) -> None:
        self.paid, self.engine, self.booked_as = paid, paid.engine, paid.embedder.model_id

    async def look(self, *, seconds: float) -> None:
        await self.paid.embedder.look(seconds=seconds)

    def worst(self, at: datetime) -> Decimal:
        return self.paid.worst(CHECKED, at)

    async def ask(self, seconds: float) -> dict[str, Any]:
        counted = await self.paid.embedder.embed_counted([CHECKED])  # which bounds its own time
        return {"status": "answered", "usage": counted.usage, "cost": Decimal(counted.cost), "priced_as": counted.priced_as}
