"""A door: builds the worker from a client and providers. Tests call it too, with providers of their own."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import Interceptor, PollerBehaviorAutoscaling, Replayer, Worker

from activities.boundary import Boundary
from activities.briefing import Briefing
from activities.checking import Checked, CheckedModel, Checks
from activities.children import Children
from activities.effects import Effects
from activities.models import BEAT, Models
from activities.moving import Moves
from activities.owed import Obligations
from activities.records import Records
from activities.retrieval import CheckedEmbedder, PaidRetrieval
from activities.skills import Skills
from activities.upkeep import Upkeep
from journeys.names import JOURNEYS_QUEUE, MODELS_QUEUE
from providers import base
from providers.breaker import Breakers
from providers.skills import Registry, registry
from providers.temporal import data_converter
from worker.children import TemporalJourneys
from worker.sandbox import sandbox
from worker.wedged import MarkedJourneys
from workflows.journey import JourneyWorkflow
from workflows.policies import CALLS_AT_ONCE, STICKY_TIMEOUT, TASKS_AT_ONCE
from workflows.upkeep import UpkeepWorkflow

ROOMS: Final = ("journeys", "providers", "activities", "workflows", "worker")


@dataclass(frozen=True)
class Providers:
    records: base.Records
    reader: base.Reader
    knowledge: base.Knowledge
    writer: base.Writer
    ledger: base.Ledger
    memory: base.Memory
    templates: base.Templates
    effects: base.Effects
    outlet: base.Outlet
    models: Sequence[base.LanguageModel] = ()  # best first; none: everything is read and worded offline
    house: base.House | None = None  # with it the worker looks after all journeys, too
    retrieval: PaidRetrieval | None = None  # of passages for a model, where a paid embedder finds them
    places: base.Places | None = None  # in the models' queue, where it has a rate limit
    breakers: Breakers = field(default_factory=Breakers)  # of the models; one set for all workers of a process


def build_worker(
    client: Client,
    providers: Providers,
    *,
    interceptors: Sequence[Interceptor] = (),
    skills: dict[str, str] | None = None,
    found: Registry | None = None,
    tasks_at_once: int = TASKS_AT_ONCE,
    cached: int = 2_000,
) -> Worker:
    """`found`: the skills it runs; without it, those that are installed. `skills`: their versions, where a test says otherwise. A
    cache that holds every journey somebody is talking to, because a cold one replays its history for each turn. More turns wait
    at the server, where no clock runs for them: taken in at once, 64 made one another overrun their task timeout (measured)."""
    p = providers
    routes = [model.engine for model in p.models]
    briefing = Briefing(routes, p.ledger, p.memory, p.knowledge, p.breakers) if routes else None
    found = found or registry()
    run_with = skills or found.versions()
    records = Records(p.records, p.ledger, p.reader, p.knowledge, p.writer, run_with, briefing, p.places)
    others = TemporalJourneys(client)
    moves, ran, children = Moves(p.records, run_with), Skills(p.records, found), Children(others, p.templates)
    outside = Effects(p.effects, p.outlet, others)
    owed = Obligations(p.records, p.ledger, records, routes)
    upkeep = Upkeep(MarkedJourneys(client), p.house, p.knowledge, [each.engine for each in checked(p)]) if p.house else None
    return Worker(
        client,
        task_queue=JOURNEYS_QUEUE,
        workflows=[JourneyWorkflow, UpkeepWorkflow],
        activities=[
            records.open,
            records.take_place,
            records.decide,
            records.decide_next,
            records.record,
            records.show,
            records.fail,
            moves.open,
            outside.reserve,
            outside.send,
            outside.undo,
            outside.leave,
            outside.sweep,
            owed.routes,
            owed.settle,
            ran.run,
            children.start,
            children.tell_parent,
            *([upkeep.find_wedged, upkeep.count_undone, upkeep.ask_index, upkeep.engines_to_check] if upkeep else []),
        ],
        interceptors=[*interceptors, Boundary()],
        workflow_runner=sandbox(),
        build_id=build_id(),
        max_cached_workflows=cached,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        max_concurrent_workflow_tasks=tasks_at_once,
        max_concurrent_local_activities=400,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


def build_models_worker(
    client: Client, providers: Providers, *, interceptors: Sequence[Interceptor] = (), calls_per_second: float | None = None
) -> Worker:
    """The worker of the calls to models, on a queue of their own: their limits and their waiting throttle nothing else.

    `calls_per_second`: of all workers together, since the server holds back what is more; workers must agree, the last one that asks
    is heard. None: as many as come."""
    models = Models(providers.ledger, providers.memory, providers.models, providers.retrieval, providers.breakers)
    checks = Checks(providers.ledger, checked(providers), providers.breakers, providers.house)
    return Worker(
        client,
        task_queue=MODELS_QUEUE,
        activities=[models.answer, models.reply, checks.check],
        interceptors=[*interceptors, Boundary()],
        build_id=build_id(),
        max_concurrent_activities=CALLS_AT_ONCE,
        max_heartbeat_throttle_interval=timedelta(seconds=BEAT),  # else the SDK sends one in 2.4 s, and a stop waits for it
        max_task_queue_activities_per_second=calls_per_second,
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


def checked(providers: Providers) -> list[Checked]:
    """What the upkeep checks: every model, and the paid embedder. Nothing where no model is asked: then nobody polls their queue."""
    models: list[Checked] = [CheckedModel(model) for model in providers.models]
    return [*models, *([CheckedEmbedder(providers.retrieval)] if models and providers.retrieval else [])]


def build_replayer(runtime: Runtime | None = None) -> Replayer:
    """Follows histories with today's code, in the sandbox and with the payloads of the worker. `runtime` says where its log goes."""
    return Replayer(
        workflows=[JourneyWorkflow], data_converter=data_converter, workflow_runner=sandbox(), build_id=build_id(), runtime=runtime
    )


@functools.cache
def build_id() -> str:
    """Which code this is, for the history: a hash of what the worker's rooms hold. The SDK would hash every loaded module, and compile
    those whose bytecode is not kept on disk: up to 1.7 s of a start."""
    files = (file for room in ROOMS for file in sorted((Path(__file__).parents[1] / room).rglob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
