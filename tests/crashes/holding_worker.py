"""The real worker with its real providers, each call of which can be told to stand still. Started by tests.crashes.nursery."""

import asyncio
import contextvars
import signal
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from journeys.inputs import Need
from journeys.messages import Understanding
from journeys.work import DecideNext, RunSkill
from providers.base import Passage, Reader
from providers.index import ChromaKnowledge
from providers.offline import extract, intents  # noqa: F401  what the first message imports: here it is the nursery that does
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.settings import Settings
from providers.store.journeys import SqlRecords
from providers.store.store import Store
from providers.temporal import connect
from tests.crashes.holds import OUR_BUG, from_environment, turn_of
from worker.build import Providers, build_worker
from worker.main import warm

HOLDS = from_environment()


class Doing:
    """The activity that runs now: whose turn it works for, and how often it came to each of its calls."""

    def __init__(self, name: str, turn: str) -> None:
        self.name, self.turn, self.calls = name, turn, dict[str, int]()

    def place(self, call: str) -> str:
        self.calls[call] = nth = self.calls.get(call, 0) + 1
        return f"{self.name}.{call}" if nth == 1 else f"{self.name}.{call}.{nth}"


doing: contextvars.ContextVar[Doing] = contextvars.ContextVar("doing")


async def hold(place: str) -> None:
    await HOLDS.at(activity.info().workflow_id or "", doing.get().turn, place)


class HoldsActivities(Interceptor):
    """Before and after each activity, and before and after each update's handler."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Activity(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Update


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        now = Doing(spelled(input), turn_of(input.args[0]))
        doing.set(now)
        await hold(f"{now.name}.begins")
        try:
            return await super().execute_activity(input)
        finally:
            await hold(f"{now.name}.ends")


def spelled(input: ExecuteActivityInput) -> str:
    """Its name; which skill it ran, where a turn runs several."""
    match input.args[0]:
        case RunSkill(run=run):
            return f"{activity.info().activity_type}({run.skill})"
        case DecideNext(results=results):
            return f"{activity.info().activity_type}({','.join(result.skill for result in results)})"
    return activity.info().activity_type


class _Update(WorkflowInboundInterceptor):
    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        stop(f"{input.update}.handler.begins", input.id)
        try:
            return await super().handle_update_handler(input)
        finally:
            stop(f"{input.update}.handler.ends", input.id)


def stop(place: str, update_id: str) -> None:
    if not workflow.unsafe.is_replaying():
        with workflow.unsafe.sandbox_unrestricted():
            HOLDS.block(workflow.info().workflow_id, update_id, place)


class HoldingRecords:
    """Stands still behind each call. Before it, nothing has happened since the place before."""

    def __init__(self, records: SqlRecords) -> None:
        self.records = records

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.records, name)

        async def held(*args: Any, **named: Any) -> Any:
            place = doing.get().place(name)
            answer = await call(*args, **named)
            if name == "open_turn" and named.get("calls"):
                HOLDS.log(activity.info().workflow_id or "", doing.get().turn, "booked")
            await hold(place)
            return answer

        return held


class HoldingReader:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.engine = reader, reader.engine

    async def understand(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        journey, turn = activity.info().workflow_id or "", doing.get().turn
        HOLDS.log(journey, turn, "asked")
        if text == OUR_BUG:
            raise LookupError("a bug of ours")
        understood = await self.reader.understand(text, needs, asked)
        HOLDS.log(journey, turn, "answered")
        await hold(doing.get().place("understand"))
        return understood


class HoldingKnowledge:
    def __init__(self, knowledge: ChromaKnowledge) -> None:
        self.knowledge = knowledge

    async def search(self, question: str, *, limit: int = 3) -> list[Passage]:
        found = await self.knowledge.search(question, limit=limit)
        await hold(doing.get().place("search"))
        return found

    async def passages(self, ids: Sequence[str]) -> list[Passage]:
        found = await self.knowledge.passages(ids)
        await hold(doing.get().place("passages"))
        return found


async def run(settings: Settings) -> None:
    """As worker.main.run_worker does it, with the proxies between."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    client = await connect(settings)
    embedder = MiniLM()
    knowledge, reader = ChromaKnowledge(settings.index_root, embedder), OfflineReader(embedder)
    held: Any = HoldingRecords(SqlRecords(Store(settings.database_url)))
    providers = Providers(records=held, reader=HoldingReader(reader), knowledge=HoldingKnowledge(knowledge), writer=OfflineWriter())
    worker = build_worker(client, providers, interceptors=[HoldsActivities()], tasks_at_once=400)  # a held turn keeps its place
    assert worker._workflow_worker
    worker._workflow_worker._deadlock_timeout_seconds = None  # a handler that stands still is what we want here
    async with worker:
        warming = asyncio.create_task(warm(reader, knowledge))
        await stopped.wait()
        warming.cancel()
