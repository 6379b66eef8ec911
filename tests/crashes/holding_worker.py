"""The real worker with its real providers, each call of which can be told to stand still. Started by tests.crashes.nursery."""

import asyncio
import contextlib
import contextvars
import dataclasses
import signal
from collections.abc import Callable, Sequence
from typing import Any

from google import genai  # noqa: F401  imported by the nursery, as what the first message imports
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.models import beating
from journeys.inputs import Need
from journeys.messages import Understanding
from journeys.work import DecideNext, RunSkill
from providers.base import Call, Generated, Knowledge, LanguageModel, Ledger, Passage, Reader, Records, Where
from providers.offline import extract, intents  # noqa: F401  what the first message imports: here it is the nursery that does
from providers.settings import Settings
from providers.temporal import connect
from tests.crashes.holds import OUR_BUG, from_environment, turn_of
from worker.build import build_models_worker, build_worker
from worker.equipment import Equipment

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
        async with contextlib.nullcontext() if activity.info().is_local else beating():  # what stands still is alive
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


class Holding:
    """Stands still behind each call of what it stands for. Before the first, nothing has happened since the place before."""

    def __init__(self, held: Records | Ledger) -> None:
        self.held = held

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.held, name)

        async def held(*args: Any, **named: Any) -> Any:
            place = doing.get().place(name)
            answer = await call(*args, **named)
            opening = args[0] if name == "tell_turn" else named
            if name in ("open_turn", "tell_turn") and opening.get("calls"):
                log("booked")
            if isinstance(answer, Call) and name == "book_call" and answer.status == "answered":
                log(f"booked {answer.deed.rpartition('/')[2]}")
            await hold(place)
            return answer

        return held


def log(place: str) -> None:
    HOLDS.log(activity.info().workflow_id or "", doing.get().turn, place)


class HoldingModel:
    """Tells when it is asked and when it answered: a call that was booked must not be made again."""

    def __init__(self, model: LanguageModel) -> None:
        self.model, self.engine = model, model.engine

    async def generate(self, instructions: str, content: str, *, schema: type[BaseModel] | None = None, **how: Any) -> Generated:
        name = doing.get().name
        log(f"asked {name}")
        answer = await self.model.generate(instructions, content, schema=schema, **how)
        log(f"answered {name}")
        await hold(doing.get().place("generate"))
        return answer

    async def look(self, *, seconds: float) -> None:
        await self.model.look(seconds=seconds)


class HoldingReader:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.engine = reader, reader.engine

    async def understand(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        log("asked")
        if text == OUR_BUG:
            raise LookupError("a bug of ours")
        understood = await self.reader.understand(text, needs, asked)
        log("answered")
        await hold(doing.get().place("understand"))
        return understood


class HoldingKnowledge:
    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    async def search(
        self, question: str, *, limit: int = 3, where: Where | None = None, vector: Sequence[float] | None = None
    ) -> list[Passage]:
        found = await self.knowledge.search(question, limit=limit, where=where, vector=vector)
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
    equipment = Equipment(settings)
    own = equipment.providers
    records: Any = Holding(own.records)
    ledger: Any = Holding(own.ledger)
    reader, knowledge = HoldingReader(own.reader), HoldingKnowledge(own.knowledge)
    models = [HoldingModel(model) for model in own.models]
    providers = dataclasses.replace(own, records=records, ledger=ledger, reader=reader, knowledge=knowledge, models=models)
    worker = build_worker(client, providers, interceptors=[HoldsActivities()], tasks_at_once=400)  # a held turn keeps its place
    assert worker._workflow_worker
    worker._workflow_worker._deadlock_timeout_seconds = None  # a handler that stands still is what we want here
    async with contextlib.AsyncExitStack() as works:
        if models:
            await works.enter_async_context(build_models_worker(client, providers, interceptors=[HoldsActivities()]))
        await works.enter_async_context(worker)
        warming = asyncio.create_task(equipment.warm())
        await stopped.wait()
        warming.cancel()
