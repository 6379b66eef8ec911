"""`make record-history`: plays the scenarios and keeps their histories, for the replay test of every later version.

A history that is there is never written over: it is what a released version did. Delete it by hand when that version never was.
"""

import asyncio
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from providers.index import ChromaKnowledge
from providers.indexing import ensure_index
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.pages import OUR_PAGES
from tests.replay.scenarios import SCENARIOS
from tests.running import local_server, stack

HISTORIES = Path(__file__).parent / "histories"


def anonymous(node: Any) -> Any:
    """Without the process and the machine that happened to record it, which identities and sticky queues are named after."""
    if isinstance(node, dict):
        named = {"identity"} | ({"name"} if node.get("kind") == "TASK_QUEUE_KIND_STICKY" else set())
        return {key: "recorder" if key in named else anonymous(value) for key, value in node.items()}
    return [anonymous(value) for value in node] if isinstance(node, list) else node


async def record(folder: Path = HISTORIES) -> list[Path]:
    written = []
    with tempfile.TemporaryDirectory() as home:
        embedder = MiniLM()
        await ensure_index(OUR_PAGES, Path(home) / "index", embedder)
        mind = (OfflineReader(embedder), ChromaKnowledge(Path(home) / "index", embedder), OfflineWriter())
        async with local_server() as env, stack(env, Path(home), mind) as homeview:
            for name, play in SCENARIOS.items():
                path = folder / f"{version('homeview')}-{name}.json"
                if path.exists():
                    print(f"{path.name} is kept as it is.")
                    continue
                history = await homeview.history(await play(homeview))
                path.write_text(json.dumps(anonymous(json.loads(history.to_json())), indent=1) + "\n")
                written.append(path)
                print(f"{path.name}: {len(history.events)} events.")
    return written


if __name__ == "__main__":
    asyncio.run(record())
