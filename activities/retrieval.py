"""Passages found by a paid embedder, in the activity that asks the model anyway: a quick local activity pays for nothing.

Once a turn. Where it fails, the passages that MiniLM found for the brief stand, and the person loses nothing but sharper ones.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from temporalio import activity

from activities.booking import count_unknown_price, failed
from activities.briefing import PASSAGES, quoted
from journeys.brief import Brief
from journeys.messages import AskModel
from providers import worst_prices
from providers.base import Hold, Knowledge, Ledger, Where
from providers.errors import ProviderError

EMBED = "embed"  # the name of the call in a deed


class Counting(Protocol):
    """An Embedder that says what it cost."""

    model_id: str

    async def embed_counted(self, texts: list[str]) -> Any: ...


class PaidRetrieval:
    """`knowledge` is the index of this embedder's vectors; its passages have the ids that they have everywhere."""

    def __init__(self, ledger: Ledger, embedder: Counting, knowledge: Knowledge) -> None:
        self.ledger, self.embedder, self.knowledge = ledger, embedder, knowledge

    async def sharpen(self, asked: AskModel, brief: Brief) -> Brief:
        """The brief with the passages that this embedder finds; as it was where it can't, which is booked and not tried again."""
        deed = f"{asked.turn_id}/{EMBED}"
        try:
            await self.knowledge.load()  # no index, nothing to pay for
            await worst_prices.ready()
            at = datetime.now(UTC)
            row = {"deed": deed, "journey_id": asked.journey_id, "turn_id": asked.turn_id, "name": EMBED, "started_at": at}
            engine = f"gemini:{self.embedder.model_id.partition('@')[0]}"
            hold = Hold(worst=worst_prices.worst(engine, len(brief.text.encode()), 0, at), spending=brief.spending)
            call = await self.ledger.begin_call({**row, "engine": self.embedder.model_id}, hold=hold, again=False)
            if call.status == "answered":
                return await self._of(brief, (await self.ledger.answer_of(deed))["passages"])
            return await self._asked(deed, brief) if call.status == "started" else brief
        except ProviderError as error:
            activity.logger.warning("The paid index can't be asked; MiniLM's passages stand.", extra={"error": type(error).__name__})
            return brief

    async def _asked(self, deed: str, brief: Brief) -> Brief:
        try:
            counted = await self.embedder.embed_counted([brief.text])
        except Exception as error:
            await self._book(deed, failed(error))
            raise
        if not counted.price_known:
            count_unknown_price()
        where = Where(region=brief.region, persona=brief.persona)
        found = await self.knowledge.search(brief.text, limit=PASSAGES, where=where, vector=counted.vectors[0])
        row = {"status": "answered", "answer": {"passages": [passage.id for passage in found]}, "usage": counted.usage}
        await self._book(deed, {**row, "cost": Decimal(counted.cost), "priced_as": counted.priced_as})
        return brief.model_copy(update={"passages": [quoted(passage) for passage in found]})

    async def _of(self, brief: Brief, ids: list[str]) -> Brief:
        return brief.model_copy(update={"passages": [quoted(passage) for passage in await self.knowledge.passages(ids)]})

    async def _book(self, deed: str, row: dict[str, Any]) -> None:
        await self.ledger.book_call(deed, {**row, "ended_at": datetime.now(UTC)})
