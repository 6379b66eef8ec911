"""What a worker works with, as the settings ask for it: opened when it starts, warmed beside the first polls, given back at its end."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from activities.retrieval import PaidRetrieval
from providers import own_prices
from providers.alerts import Alerts, targets
from providers.base import Embedder, LanguageModel
from providers.breaker import Breakers
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.gemini.model import GeminiModel
from providers.index import ChromaKnowledge
from providers.loading import load_modules
from providers.memory import SqlMemory
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.model import DEEPSEEK_MORE, DEEPSEEK_URL, ChatModel
from providers.outlets import outlet
from providers.settings import Route, Settings
from providers.store.calls import SqlLedger
from providers.store.effects import SqlEffects
from providers.store.health import SqlHealth
from providers.store.house import SqlHouse
from providers.store.journeys import SqlRecords
from providers.store.places import SqlPlaces
from providers.store.store import Store
from worker.build import Providers
from worker.children import Shelved

EMBED_WITHIN: Final = 5.0  # seconds for one message's vector, while a person waits; then MiniLM's passages stand
log = structlog.get_logger()


class Equipment:
    """Nothing slow happens before `warm`: a worker polls before it has loaded Chroma, the weights, the classifier and google.genai."""

    def __init__(self, settings: Settings) -> None:
        told = targets(settings.alert_urls)  # first: what is wrong with them ends the process before anything is opened
        own_prices.use(settings.prices)
        self.store = Store(settings.database_url)
        self.alerts = Alerts(self.store, told)
        embedder = MiniLM()
        self.knowledge = ChromaKnowledge(settings.index_root, embedder)
        self.reader = OfflineReader(embedder)
        routes = settings.routes["chat"]
        asked = {route.provider for route in routes}
        self.gemini = self.deepseek = None
        if settings.gemini_api_key and ("gemini" in asked or settings.embedder == "gemini"):
            self.gemini = GeminiClient(settings.gemini_api_key, settings.gemini_base_url)
        if settings.deepseek_api_key and "deepseek" in asked:
            self.deepseek = ChatClient("DeepSeek", settings.deepseek_api_key, settings.deepseek_base_url or DEEPSEEK_URL)
        breakers = Breakers(SqlHealth(self.store))
        self.providers = Providers(
            records=SqlRecords(self.store),
            reader=self.reader,
            knowledge=self.knowledge,
            writer=OfflineWriter(asks_model=bool(routes)),
            ledger=SqlLedger(self.store, settings.caps),
            memory=SqlMemory(self.store, embedder),
            templates=Shelved(self.store),
            effects=SqlEffects(self.store),
            outlet=outlet(settings),
            models=[self._model(route, settings) for route in routes],
            house=SqlHouse(self.store),
            retrieval=self._paid_retrieval(settings, breakers),
            places=SqlPlaces(self.store, settings.model_calls_per_second) if settings.model_calls_per_second else None,
            breakers=breakers,
        )

    def _model(self, route: Route, settings: Settings) -> LanguageModel:
        """Settings have seen to it that its provider has a key, and so a client. DeepSeek's own server takes no schema; another one at its
        address may, and knows nothing of what DeepSeek's thoughts need."""
        if route.provider == "gemini":
            assert self.gemini
            return GeminiModel(self.gemini, route.model)
        assert self.deepseek
        if settings.deepseek_base_url is None:
            return ChatModel(self.deepseek, route.model, shape="json_object", more=DEEPSEEK_MORE)
        return ChatModel(self.deepseek, route.model)

    def _paid_retrieval(self, settings: Settings, breakers: Breakers) -> PaidRetrieval | None:
        if self.gemini is None or settings.embedder != "gemini":
            return None
        embedder = GeminiEmbedder(self.gemini, seconds=EMBED_WITHIN)
        ledger, index = SqlLedger(self.store, settings.caps), ChromaKnowledge(settings.paid_index_root, embedder)
        return PaidRetrieval(ledger, embedder, index, breakers)

    async def warm(self) -> None:
        """Load what a first turn would load; what is wrong with it is told then, by that turn, and logged here."""
        try:
            await self.reader.understand("hello", [], None)
            await self.knowledge.load()
            await self.providers.breakers.recall()
            for client in (self.gemini, self.deepseek):
                if client:
                    await client.load()
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
        for client in (self.gemini, self.deepseek):
            if client:
                await client.close()
        await self.providers.outlet.close()
        await asyncio.to_thread(self.knowledge.close)
        self.store.close()


def indexes(settings: Settings) -> list[tuple[Path, Embedder]]:
    """Where each index of the pages lies, and who makes its vectors."""
    found: list[tuple[Path, Embedder]] = [(settings.index_root, MiniLM())]
    if settings.embedder == "gemini" and settings.gemini_api_key:
        client = GeminiClient(settings.gemini_api_key, settings.gemini_base_url)
        found.append((settings.paid_index_root, GeminiEmbedder(client)))
    return found
