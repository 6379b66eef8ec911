"""A door: the worker's process. It polls before it has loaded Chroma, the weights and the classifier; the first turn waits for them."""

import asyncio
import signal

import structlog

from providers.index import ChromaKnowledge
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.settings import Settings
from providers.store.journeys import SqlRecords
from providers.store.store import Store
from providers.temporal import connect, metrics_runtime
from worker.build import Providers, build_worker

log = structlog.get_logger()


async def run_worker(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; then it takes no more, ends what it has in hand, and returns."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    client = await connect(settings, runtime=metrics_runtime(settings))
    store = Store(settings.database_url)
    embedder = MiniLM()
    knowledge = ChromaKnowledge(settings.index_root, embedder)
    reader = OfflineReader(embedder)
    providers = Providers(records=SqlRecords(store), reader=reader, knowledge=knowledge, writer=OfflineWriter())
    async with build_worker(client, providers):
        log.info("worker.polling", temporal=settings.temporal_address)
        warming = asyncio.create_task(warm(reader, knowledge), name="warm-up")
        await stop.wait()
        warming.cancel()
    knowledge.close()
    store.close()
    log.info("worker.stopped")


async def warm(reader: OfflineReader, knowledge: ChromaKnowledge) -> None:
    """Load what a first turn would load; what is wrong with it is told then, by that turn, and logged here."""
    try:
        await reader.understand("hello", [], None)
        await knowledge.load()
        log.info("worker.warm")
    except Exception:
        log.exception("worker.not_warm")
