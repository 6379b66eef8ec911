"""Where a load is put: HomeView, and the peers behind a front of the same shape. Each has a folder, ports and processes of its own."""

import contextlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr
from temporalio.client import Client

from providers.store.calls import calls_of
from providers.store.store import Store
from providers.temporal import data_converter
from tests.bench.machine import size_of
from tests.running import Processes, answers, free_port, until

ROOT = Path(__file__).parents[2]
WORKERS = ("worker", "worker-2")  # as many as `homeview dev` runs; their costs are summed under the first one's name
KEY = "any-key"  # the fake Gemini takes it
WARM = 90.0  # seconds for a worker to load its models on a busy machine


@dataclass(frozen=True)
class FakeModel:
    """The peers' model server, up. `steps` are those of a turn that are a model's work."""

    url: str
    pid: int
    steps: Sequence[str]

    async def prepare(self, ms: float, texts: Sequence[str]) -> None:
        """Let it answer after so many milliseconds a call. What will be said is nothing to it."""
        async with self.http() as http:
            (await http.post("/latency", json={"ms": ms, "steps": self.steps})).raise_for_status()

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.url, trust_env=False, timeout=60)


class FakeGemini(FakeModel):
    """The one that HomeView asks, answering as a sensible model would."""

    async def prepare(self, ms: float, texts: Sequence[str]) -> None:
        """It is asked to read each text now: what costs most of its CPU, the text's vector, it remembers."""
        async with self.http() as http:
            await http.post("/_fake/forget")
            for text in texts:
                brief = json.dumps({"intents": {}, "message": text})
                asked = {"contents": [{"role": "user", "parts": [{"text": brief}]}]}
                headers = {"x-goog-api-key": KEY}
                (await http.post("/v1beta/models/gemini-fake:generateContent", json=asked, headers=headers)).raise_for_status()
            await http.post("/_fake/forget")
            if ms:
                (await http.post("/_fake/faults", json={"fault": "slow", "seconds": ms / 1e3, "times": None})).raise_for_status()


@dataclass
class Bed:
    """One engine, up. `temporal` is None where there is no workflow server, `model` where no model is asked."""

    name: str
    run: Processes
    temporal: Client | None = None
    model: FakeModel | None = None

    @property
    def url(self) -> str:
        return self.run.settings.api_url

    def pids(self) -> dict[str, list[int]]:
        """Process ids by role."""
        roles: dict[str, list[int]] = {}
        for name, process in self.run.running.items():
            roles.setdefault("worker" if name in WORKERS else name, []).append(process.pid)
        return roles | ({"model": [self.model.pid]} if self.model else {})

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

    async def booked(self, journeys: Sequence[str]) -> list[dict[str, Any]]:
        """HomeView's ledger: every call of a model that these journeys made."""
        store = Store(self.run.settings.database_url)
        try:
            return [call for journey in journeys for call in await store.read(partial(calls_of, journey_id=journey))]
        finally:
            store.close()

    async def calls(self, journeys: Sequence[str], turns: Sequence[str]) -> list[int]:
        """How many calls of a model each turn made: by HomeView's ledger; those of a peer are always as many."""
        match self.model:
            case None:
                return [0] * len(turns)
            case FakeGemini():
                made: Counter[str] = Counter()
                for call in await self.booked(journeys):
                    made[call["turn_id"]] += call["attempts"]
                return [made[turn] for turn in turns]
            case peers:
                return [len(peers.steps)] * len(turns)

    async def worker_ready(self, word: str) -> None:
        """Once each of its workers has said the word."""
        workers = [name for name in self.run.running if name in WORKERS]
        await until(lambda: all(word in self.run.log(name) for name in workers), WARM, every=0.05)


@contextlib.contextmanager
def _processes(work: Path, name: str, **settings: Any) -> Any:
    home = work / name
    home.mkdir(parents=True)
    run = Processes.at(home, **settings)
    try:
        yield run
    finally:
        run.end()
        shutil.rmtree(home, ignore_errors=True)


async def client_of(run: Processes) -> Client:
    return await Client.connect(run.settings.temporal_address, data_converter=data_converter)


@contextlib.asynccontextmanager
async def homeview(work: Path, index: Path, name: str = "homeview", model: FakeGemini | None = None, **more: Any) -> AsyncIterator[Bed]:
    """As people run it: Temporal, two workers and the API, SQLite, the offline mind or a model. `index` is a knowledge index that is built
    already, `more` are settings."""
    with _processes(work, name, **(gemini_at(model) if model else {}), **more) as run:
        shutil.copytree(index, run.settings.index_root)
        await run.up()
        for another in WORKERS[1:]:
            run.worker(another)
        bed = Bed(name, run, await client_of(run), model)
        await bed.worker_ready("worker.warm")
        yield bed


@contextlib.asynccontextmanager
async def plain_temporal(work: Path, python: str, model: FakeModel) -> AsyncIterator[Bed]:
    with _processes(work, "plain-temporal") as run:
        await run.temporal()
        told = _told(run, model)
        run.spawn("worker", [python, "-m", "tests.bench.peer_temporal", "worker"], **told)
        run.spawn("api", [python, "-m", "tests.bench.peer_temporal", "front"], **told)
        bed = Bed("plain-temporal", run, await client_of(run), model)
        await bed.worker_ready("polling")
        await _serving(run)
        yield bed


@contextlib.asynccontextmanager
async def of_one_process(name: str, work: Path, python: str, model: FakeModel) -> AsyncIterator[Bed]:
    """A peer that needs no server: `langgraph` or `dbos`."""
    with _processes(work, name) as run:
        run.spawn("api", [python, "-m", f"tests.bench.peer_{name}"], **_told(run, model))
        await _serving(run)
        yield Bed(name, run, model=model)


@contextlib.asynccontextmanager
async def fake_model(work: Path, steps: Sequence[str]) -> AsyncIterator[FakeModel]:
    with _processes(work, "model") as run:
        port = free_port()
        run.spawn("model", [sys.executable, "-m", "tests.bench.fake_model", str(port)], **_here())
        model = FakeModel(f"http://127.0.0.1:{port}", run.running["model"].pid, steps)
        async with model.http() as http:
            await until(lambda: answers(http, "/record"), 30)
        yield model


@contextlib.asynccontextmanager
async def fake_gemini(work: Path) -> AsyncIterator[FakeGemini]:
    with _processes(work, "gemini") as run:
        port = free_port()
        run.spawn("gemini", [sys.executable, "-m", "tests.gemini", "--port", str(port), "--sensible"], **_here())
        model = FakeGemini(f"http://127.0.0.1:{port}", run.running["gemini"].pid, ("answer", "reply"))
        async with model.http() as http:
            await until(lambda: answers(http, "/_fake/calls"), WARM)
        yield model


def gemini_at(model: FakeModel) -> dict[str, Any]:
    """Settings by which HomeView asks it."""
    return {"provider": "gemini", "gemini_api_key": SecretStr(KEY), "gemini_base_url": model.url}


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


def _told(run: Processes, model: FakeModel) -> dict[str, str]:
    return {
        "PEER_MODEL": model.url,
        "PEER_TEMPORAL": run.settings.temporal_address,
        "PEER_PORT": str(run.settings.api_port),
        "PEER_DATABASE": str(run.home / "graph.db"),
        **_here(),
    }


async def _serving(run: Processes) -> None:
    async with run.http() as http:
        await until(lambda: answers(http, "/healthz"), WARM)
