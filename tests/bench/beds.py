"""Where a load is put: HomeView, and the peers behind a front of the same shape. Each has a folder, ports and processes of its own."""

import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from temporalio.client import Client

from providers.temporal import data_converter
from tests.bench.machine import size_of
from tests.running import Processes, answers, free_port, until

ROOT = Path(__file__).parents[2]
WORKERS = ("worker", "worker-2")  # as many as `homeview dev` runs; their costs are summed under the first one's name
WARM = 90.0  # seconds for a worker to load its models on a busy machine


@dataclass
class Bed:
    """One engine, up. `temporal` is None where there is no workflow server."""

    name: str
    run: Processes
    temporal: Client | None = None

    @property
    def url(self) -> str:
        return self.run.settings.api_url

    def pids(self) -> dict[str, list[int]]:
        """Process ids by role."""
        roles: dict[str, list[int]] = {}
        for name, process in self.run.running.items():
            roles.setdefault("worker" if name in WORKERS else name, []).append(process.pid)
        return roles

    def disk(self) -> dict[str, int]:
        """Bytes by file: `engine` is Temporal's, `store` is ours or the graph's."""
        home = self.run.home
        return {"engine": size_of(home / "temporal.db"), "store": size_of(home / "homeview.db", home / "graph.db")}

    async def history(self, journey: str) -> tuple[int, int]:
        """Events and bytes of the journey's current run."""
        if self.temporal is None:
            return 0, 0
        told = await self.temporal.get_workflow_handle(journey).describe(rpc_timeout=timedelta(seconds=20))
        return told.history_length, told.raw_description.workflow_execution_info.history_size_bytes

    async def worker_ready(self, word: str) -> None:
        """Once each of its workers has said the word."""
        workers = [name for name in self.run.running if name in WORKERS]
        await until(lambda: all(word in self.run.log(name) for name in workers), WARM, every=0.05)


@contextlib.contextmanager
def _processes(work: Path, name: str) -> Any:
    home = work / name
    home.mkdir(parents=True)
    run = Processes.at(home)
    try:
        yield run
    finally:
        run.end()
        shutil.rmtree(home, ignore_errors=True)


async def client_of(run: Processes) -> Client:
    return await Client.connect(run.settings.temporal_address, data_converter=data_converter)


@contextlib.asynccontextmanager
async def homeview(work: Path, index: Path, name: str = "homeview") -> AsyncIterator[Bed]:
    """As people run it: Temporal, two workers and the API, the offline mind, SQLite. `index` is a knowledge index that is built already."""
    with _processes(work, name) as run:
        shutil.copytree(index, run.settings.index_root)
        await run.up()
        for another in WORKERS[1:]:
            run.worker(another)
        bed = Bed(name, run, await client_of(run))
        await bed.worker_ready("worker.warm")
        yield bed


@contextlib.asynccontextmanager
async def plain_temporal(work: Path, python: str, model: str) -> AsyncIterator[Bed]:
    with _processes(work, "plain-temporal") as run:
        await run.temporal()
        told = _told(run, model)
        run.spawn("worker", [python, "-m", "tests.bench.peer_temporal", "worker"], **told)
        run.spawn("api", [python, "-m", "tests.bench.peer_temporal", "front"], **told)
        bed = Bed("plain-temporal", run, await client_of(run))
        await bed.worker_ready("polling")
        await _serving(run)
        yield bed


@contextlib.asynccontextmanager
async def langgraph(work: Path, python: str, model: str) -> AsyncIterator[Bed]:
    with _processes(work, "langgraph") as run:
        run.spawn("api", [python, "-m", "tests.bench.peer_langgraph"], **_told(run, model))
        await _serving(run)
        yield Bed("langgraph", run)


@contextlib.asynccontextmanager
async def fake_model(work: Path) -> AsyncIterator[str]:
    """Its address."""
    with _processes(work, "model") as run:
        port = free_port()
        run.spawn("model", [sys.executable, "-m", "tests.bench.fake_model", str(port)], **_here())
        url = f"http://127.0.0.1:{port}"
        await pin(url, 0)
        yield url


async def pin(model: str, ms: float) -> None:
    """Let the fake answer after so many milliseconds a call."""
    async with httpx2.AsyncClient(base_url=model, trust_env=False, timeout=10) as http:
        await until(lambda: answers(http, "/record"), 30)
        await http.post("/latency", json={"ms": ms})


def build_index(work: Path) -> Path:
    """The knowledge index, built once for all homes of a run."""
    import asyncio

    from providers.indexing import ensure_index
    from providers.offline.embeddings import MiniLM
    from providers.pages import OUR_PAGES

    asyncio.run(ensure_index(OUR_PAGES, work / "index", MiniLM()))
    return work / "index"


def _here() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


def _told(run: Processes, model: str) -> dict[str, str]:
    return {
        "PEER_MODEL": model,
        "PEER_TEMPORAL": run.settings.temporal_address,
        "PEER_PORT": str(run.settings.api_port),
        "PEER_DATABASE": str(run.home / "graph.db"),
        **_here(),
    }


async def _serving(run: Processes) -> None:
    async with run.http() as http:
        await until(lambda: answers(http, "/healthz"), WARM)
