"""A door: builds the worker from a client and providers. Tests call it too, with providers of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import Interceptor, PollerBehaviorAutoscaling, Replayer, Worker

from activities.boundary import Boundary
from activities.records import Records
from activities.skills import Skills, versions
from journeys.names import JOURNEYS_QUEUE
from providers import base
from providers.temporal import data_converter
from worker.sandbox import sandbox
from workflows.journey import JourneyWorkflow


@dataclass(frozen=True)
class Providers:
    records: base.Records
    reader: base.Reader
    knowledge: base.Knowledge
    writer: base.Writer


def build_worker(
    client: Client, providers: Providers, *, interceptors: Sequence[Interceptor] = (), skills: dict[str, str] | None = None
) -> Worker:
    """The numbers are measured: a sticky timeout of 1 s, because a killed worker's journeys wait that long for it; autoscaled pollers;
    a cache that holds every journey somebody is talking to, because a cold one replays its history for each turn."""
    records = Records(providers.records, providers.reader, providers.knowledge, providers.writer, skills or versions())
    ran = Skills(providers.records)
    return Worker(
        client,
        task_queue=JOURNEYS_QUEUE,
        workflows=[JourneyWorkflow],
        activities=[records.open, records.decide_next, records.record, records.fail, ran.run],
        interceptors=[*interceptors, Boundary()],
        workflow_runner=sandbox(),
        max_cached_workflows=2_000,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        max_concurrent_workflow_tasks=400,
        max_concurrent_local_activities=400,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


def build_replayer(runtime: Runtime | None = None) -> Replayer:
    """Follows histories with today's code, in the sandbox and with the payloads of the worker. `runtime` says where its log goes."""
    return Replayer(workflows=[JourneyWorkflow], data_converter=data_converter, workflow_runner=sandbox(), runtime=runtime)

