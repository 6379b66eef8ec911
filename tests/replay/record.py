"""`make record-history`: plays the scenarios and keeps their histories, for the replay test of every later version.

A history that is there is never written over: it is what a released version did. Delete it by hand when that version never was.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from providers.gemini.client import GeminiClient
from providers.gemini.model import CHEAPER_MODEL, DEFAULT_MODEL, GeminiModel
from providers.index import ChromaKnowledge
from providers.indexing import ensure_index
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.pages import OUR_PAGES
from providers.store.calls import SqlLedger
from providers.store.places import SqlPlaces
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.replay.scenarios import ASKING, IN_LINE, SCENARIOS
from tests.running import Stack, local_server, stack
from worker.build import Providers

HISTORIES = Path(__file__).parent / "histories"


def anonymous(node: Any) -> Any:
    """Without the process and the machine that happened to record it, which identities and sticky queues are named after and whose paths
    stand in the stack traces of failures."""
    if isinstance(node, dict):
        node = {key: value for key, value in node.items() if key != "stackTrace"}
        named = {"identity"} | ({"name"} if node.get("kind") == "TASK_QUEUE_KIND_STICKY" else set())
        return {key: "recorder" if key in named else anonymous(value) for key, value in node.items()}
    return [anonymous(value) for value in node] if isinstance(node, list) else node


async def record(folder: Path = HISTORIES) -> list[Path]:
    """The files that were written."""
    with tempfile.TemporaryDirectory() as work:
        embedder, index = MiniLM(), Path(work) / "index"
        await ensure_index(OUR_PAGES, index, embedder)
        mind = (OfflineReader(embedder), ChromaKnowledge(index, embedder), OfflineWriter())
        async with local_server() as env, fake_gemini(rule=SensibleGemini(mind[0])) as gemini:
            homes = {name: Path(work) / name for name in ("offline", "asking", "in_line")}
            for home in homes.values():
                home.mkdir()
            client = GeminiClient(SecretStr("no-key"), gemini.url)
            models = [GeminiModel(client, name) for name in (DEFAULT_MODEL, CHEAPER_MODEL)]
            async with stack(env, homes["offline"], mind) as homeview:
                written = [await kept(folder, homeview, name, partial(play, homeview)) for name, play in SCENARIOS.items()]
            async with stack(env, homes["asking"], mind, models=models) as homeview:
                written += [await kept(folder, homeview, name, partial(play, homeview, gemini)) for name, play in ASKING.items()]
            async with stack(env, homes["in_line"], mind, models=models, through=with_one_place) as homeview:
                written += [await kept(folder, homeview, name, partial(play, homeview, gemini)) for name, play in IN_LINE.items()]
            await client.close()
    return [path for path in written if path]


def with_one_place(providers: Providers) -> Providers:
    """In the models' queue."""
    assert isinstance(providers.ledger, SqlLedger)
    return replace(providers, places=SqlPlaces(providers.ledger.store, 0.1))


async def kept(folder: Path, homeview: Stack, name: str, play: Callable[[], Awaitable[str]]) -> Path | None:
    path = folder / f"{version('homeview')}-{name}.json"
    if path.exists():
        print(f"{path.name} is kept as it is.")
        return None
    history = await homeview.history(await play())
    path.write_text(json.dumps(anonymous(json.loads(history.to_json())), indent=1) + "\n")
    print(f"{path.name}: {len(history.events)} events.")
    return path


if __name__ == "__main__":
    asyncio.run(record())
