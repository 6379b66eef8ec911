"""HomeView running: in this process over real HTTP (`Stack`), or as processes that can be killed (`Processes`)."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from temporalio.api.enums.v1 import EventType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor

from api.app import create_app
from journeys.names import SEARCH_ATTRIBUTE_NAMES
from providers.base import LanguageModel
from providers.blobs import Blobs, folder
from providers.breaker import Breakers
from providers.devserver import dev_server_command, find_temporal, search_attributes, test_server_arguments
from providers.memory import SqlMemory
from providers.outlets import Outbox
from providers.settings import Settings
from providers.store.calls import SqlLedger
from providers.store.effects import SqlEffects
from providers.store.health import SqlHealth
from providers.store.journeys import SqlRecords
from providers.store.migrate import migrate
from providers.store.store import Store
from providers.temporal import connect, data_converter, wait_until_up
from worker.build import Providers, build_models_worker, build_replayer, build_worker
from worker.children import Shelved

BUSY = 4  # times as long a machine with more to do may take: nothing here says how fast something is, only that it comes
SHORT_KITCHEN = "kitchen_renovation@1"  # seven steps, from the first sentence to who does the work


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextlib.asynccontextmanager
async def local_server() -> AsyncIterator[WorkflowEnvironment]:
    """The real development server, in memory, with the flags of temporal-dev.yml and our search attributes."""
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter,
        dev_server_existing_path=str(find_temporal()),
        dev_server_extra_args=test_server_arguments(),
        dev_server_log_level="error",
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTE_NAMES],
    ) as env:
        yield env


@contextlib.asynccontextmanager
async def skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server that skips time where it is told to sleep."""
    binary = Path(sys.executable).parent / "temporal-test-server"
    async with await WorkflowEnvironment.start_time_skipping(data_converter=data_converter, test_server_existing_path=str(binary)) as env:
        # It rejects a task for ever when that upserts an attribute it does not know.
        request = AddSearchAttributesRequest(namespace="default", search_attributes=search_attributes())
        await env.client.operator_service.add_search_attributes(request)
        yield env


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """The API on a real port of this machine, and a client for it."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=settings.api_port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not running.done(), running.result()
    async with httpx2.AsyncClient(base_url=settings.api_url, timeout=70, trust_env=False) as http:
        yield http
    server.should_exit = True
    await running


@dataclass
class Stack:
    """API and worker in this process, on a database of their own."""

    http: httpx2.AsyncClient
    temporal: Client
    store: Store
    settings: Settings
    providers: Providers

    async def start(self, **body: Any) -> str:
        """A journey's id: the short kitchen of version 1, where no other template is named."""
        answer = await self.http.post("/v1/journeys", json={"template": SHORT_KITCHEN, **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["journey_id"])

    async def say(self, journey: str, text: str, key: str | None = None) -> dict[str, Any]:
        """The turn."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.http.post(f"/v1/journeys/{journey}/messages", json={"text": text}, headers=headers)
        assert answer.status_code == 200, answer.text
        turn: dict[str, Any] = answer.json()["turn"]
        return turn

    async def view(self, journey: str) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/journeys/{journey}")
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def history(self, journey: str) -> WorkflowHistory:
        return await self.temporal.get_workflow_handle(journey).fetch_history()


def settings_at(home: Path, temporal: str, **more: Any) -> Settings:
    return Settings(home=home, other_temporal=temporal, api_port=free_port(), _env_file=None, **more)  # type: ignore[call-arg]


@contextlib.asynccontextmanager
async def stack(
    env: WorkflowEnvironment,
    home: Path,
    mind: tuple[Any, Any, Any],
    *,
    worker: bool = True,
    interceptors: Sequence[Interceptor] = (),
    models: Sequence[LanguageModel] = (),
    through: Callable[[Providers], Providers] = lambda providers: providers,
    **more: Any,
) -> AsyncIterator[Stack]:
    """`mind` is (reader, knowledge, writer). Without `worker` nobody does the work. `models` are asked, best first. `through` may put
    something between the worker and its providers. `more` are settings."""
    settings = settings_at(home, env.client.service_client.config.target_host, **more)
    migrate(settings.database_url)
    store = Store(settings.database_url)
    providers = through(providers_of(store, home, mind, models))
    async with serving(settings) as http, contextlib.AsyncExitStack() as works:
        if worker:
            client = await connect(settings)  # of its own: a process's workers of one queue can't share one
            await works.enter_async_context(build_worker(client, providers, interceptors=interceptors))
            if models:
                await works.enter_async_context(build_models_worker(client, providers, interceptors=interceptors))
        yield Stack(http, env.client, store, settings, providers)
    store.close()


def providers_of(store: Store, home: Path, mind: tuple[Any, Any, Any], models: Sequence[LanguageModel] = ()) -> Providers:
    """`mind` is (reader, knowledge, writer)."""
    return Providers(
        SqlRecords(store),
        *mind,
        ledger=SqlLedger(store),
        memory=SqlMemory(store, mind[1].embedder),
        templates=Shelved(store),
        effects=SqlEffects(store),
        outlet=Outbox(Blobs(folder(home / "blobs"))),
        models=models,
        breakers=Breakers(SqlHealth(store)),
    )


async def replays(history: WorkflowHistory) -> None:
    """Raises where today's code does not follow this history. One without a task, of a run that is about to begin, is followed by any; the
    SDK's replayer would wait for ever."""
    if not any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED for event in history.events):
        return
    await build_replayer().replay_workflow(history)


@dataclass
class Processes:
    """Temporal, worker and API as processes of their own on one home folder, each killable by its id."""

    home: Path
    settings: Settings
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    worker_command: Sequence[str] = (sys.executable, "-m", "worker.cli", "worker")
    api_command: Sequence[str] = (sys.executable, "-m", "worker.cli", "api")

    @classmethod
    def at(cls, home: Path, **more: Any) -> "Processes":
        return cls(home, settings_at(home, f"127.0.0.1:{free_port()}", **more))

    def spawn(self, name: str, command: Sequence[str], **environment: str) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("GEMINI_", "DEEPSEEK_", "HOMEVIEW_"))}
        env |= self.settings.environment() | environment
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)

    async def temporal(self) -> None:
        port = int(self.settings.temporal_address.rpartition(":")[2])
        db = self.home / "temporal.db"
        command = dev_server_command(find_temporal(), ip="127.0.0.1", port=port, ui_port=free_port(), metrics_port=0, db_filename=db)
        self.spawn("temporal", command)
        await wait_until_up(self.settings.temporal_address, 30 * BUSY)

    def worker(self, name: str = "worker", **environment: str) -> None:
        self.spawn(name, self.worker_command, **environment)

    async def api(self, **environment: str) -> None:
        self.spawn("api", self.api_command, **environment)
        async with self.http() as http:
            await until(lambda: answers(http, "/healthz"), 30)

    async def up(self, **environment: str) -> None:
        migrate(self.settings.database_url)
        await self.temporal()
        self.worker(**environment)
        await self.api(**environment)

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.settings.api_url, timeout=70, trust_env=False)

    def kill(self, *names: str) -> None:
        """kill -9, all at the same moment, and gone."""
        killed = [self.running.pop(name) for name in names]
        for process in killed:
            process.send_signal(signal.SIGKILL)
        for process in killed:
            process.wait(10)

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    def end(self) -> None:
        self.kill(*self.running)


async def answers(http: httpx2.AsyncClient, path: str) -> bool:
    try:
        return (await http.get(path)).is_success
    except httpx2.TransportError:
        return False


async def until(condition: Any, within: float, every: float = 0.02) -> None:
    """Wait for a condition, at most `within` seconds on a machine with nothing else to do; it may be a function or a coroutine function."""
    async with asyncio.timeout(within * BUSY):
        while True:
            outcome = condition()
            if await outcome if asyncio.iscoroutine(outcome) else outcome:
                return
            await asyncio.sleep(every)
