"""What a worker works with, as the settings ask for it: opened when it starts, warmed beside the first polls, given back at its end."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from activities.retrieval import PaidRetrieval
from providers.alerts import Alerts, targets
from providers.base import Embedder
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.gemini.model import GeminiModel
from providers.index import ChromaKnowledge
from providers.loading import load_modules
from providers.memory import SqlMemory
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.settings import Settings
from providers.store.calls import SqlLedger
from providers.store.house import SqlHouse
from providers.store.journeys import SqlRecords
from providers.store.store import Store
from worker.build import Providers
from worker.children import Shelved

EMBED_WITHIN: Final = 5.0  # seconds for one message's vector, while a person waits; then MiniLM's passages stand
log = structlog.get_logger()


class Equipment:
    """Nothing slow happens before `warm`: a worker polls before it has loaded Chroma, the weights, the classifier and google.genai."""

    def __init__(self, settings: Settings) -> None:
        told = targets(settings.alert_urls)  # first: what is wrong with them ends the process before anything is opened
        self.store = Store(settings.database_url)
        self.alerts = Alerts(self.store, told)
        embedder = MiniLM()
        self.knowledge = ChromaKnowledge(settings.index_root, embedder)
        self.reader = OfflineReader(embedder)
        key = settings.gemini_api_key if settings.provider == "gemini" else None
        self.gemini = GeminiClient(key, settings.gemini_base_url) if key else None
        self.providers = Providers(
            records=SqlRecords(self.store),
            reader=self.reader,
            knowledge=self.knowledge,
            writer=OfflineWriter(asks_model=self.gemini is not None),
            ledger=SqlLedger(self.store, settings.caps),
            memory=SqlMemory(self.store, embedder),
            templates=Shelved(self.store),
            house=SqlHouse(self.store),
            models=[GeminiModel(self.gemini, name) for name in settings.gemini_models] if self.gemini else [],
            retrieval=self._paid_retrieval(settings),
        )

    def _paid_retrieval(self, settings: Settings) -> PaidRetrieval | None:
        if self.gemini is None or settings.embedder != "gemini":
            return None
        embedder = GeminiEmbedder(self.gemini, seconds=EMBED_WITHIN)
        return PaidRetrieval(SqlLedger(self.store, settings.caps), embedder, ChromaKnowledge(settings.paid_index_root, embedder))

    async def warm(self) -> None:
        """Load what a first turn would load; what is wrong with it is told then, by that turn, and logged here."""
        try:
            await self.reader.understand("hello", [], None)
            await self.knowledge.load()
            if self.gemini:
                await self.gemini.load()
            log.info("worker.warm")
        except Exception:
            log.exception("worker.not_warm")

    async def tend(self) -> None:
        """Until cancelled: keeps the index of the free embedder whole. That of a paid one is built again by whoever pays for it."""
        await asyncio.to_thread(load_modules, "providers.mending")
        from providers.mending import IndexMender
        from providers.pages import OUR_PAGES

        await IndexMender(OUR_PAGES, self.knowledge.root, self.knowledge.embedder, self.knowledge).run()

    async def close(self) -> None:
        if self.gemini:
            await self.gemini.close()
        await asyncio.to_thread(self.knowledge.close)
        self.store.close()


def indexes(settings: Settings) -> list[tuple[Path, Embedder]]:
    """Where each index of the pages lies, and who makes its vectors."""
    found: list[tuple[Path, Embedder]] = [(settings.index_root, MiniLM())]
    if settings.embedder == "gemini" and settings.gemini_api_key:
        client = GeminiClient(settings.gemini_api_key, settings.gemini_base_url)
        found.append((settings.paid_index_root, GeminiEmbedder(client)))
    return found
