"""What is imported in threads, where it is first needed."""

import subprocess
import sys

FIRST_THINGS = """
import sys
sys.setswitchinterval(1e-6)
from threading import Thread
from pydantic import SecretStr
from providers.gemini import prices
from providers.gemini.client import GeminiClient
from providers.index import ChromaKnowledge
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from pathlib import Path

embedder, failed = MiniLM(), []
knowledge = ChromaKnowledge(Path("nowhere"), embedder)

def tried(work):
    try:
        work()
    except ImportError as error:
        failed.append(error)
    except Exception:
        pass

works = [
    lambda: embedder.encode(["hello"]),
    lambda: OfflineReader(embedder).read("hello", [], None),
    lambda: knowledge._open(),
    lambda: GeminiClient(SecretStr("a-key"))._open(),
    prices.load,
]
threads = [Thread(target=tried, args=[work]) for work in works]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
"""


def test_a_cold_worker_s_first_calls_meet_no_half_imported_package() -> None:
    """Threads that switch as often as Python can, each importing what a part of the first turn needs."""
    for _ in range(3):
        first = subprocess.run([sys.executable, "-c", FIRST_THINGS], capture_output=True, text=True, timeout=120, check=False)
        assert first.returncode == 0, first.stderr
