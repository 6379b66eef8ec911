"""For those who run it: is it alive, is it ready, how is it doing."""

import asyncio
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError

from api.deps import Doors, Open
from journeys.names import JOURNEYS_QUEUE
from providers.errors import StoreUnavailable

router = APIRouter(tags=["operations"])
SOON = timedelta(seconds=1)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(doors: Open) -> Response:
    """200 when the database and the workflow server answer. `worker` tells whether anybody is there to do the work."""
    database, temporal = await asyncio.gather(_database(doors), is_temporal_up(doors))
    worker = await is_worker_there(doors) if temporal else False
    body: dict[str, Any] = {"database": database, "temporal": temporal, "worker": worker}
    return JSONResponse(
        {"status": "ready" if database and temporal else "not ready", **body}, status_code=200 if database and temporal else 503
    )


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _database(doors: Doors) -> bool:
    try:
        return bool(await doors.store.read(lambda db: db.execute(text("SELECT 1")).scalar_one()) == 1)
    except StoreUnavailable:
        return False


async def is_temporal_up(doors: Doors) -> bool:
    try:
        async with asyncio.timeout(SOON.total_seconds()):
            return bool(await doors.temporal.service_client.check_health(timeout=SOON))
    except (RPCError, RuntimeError, TimeoutError):
        return False


async def is_worker_there(doors: Doors) -> bool:
    """Whether a worker has polled the journeys' queue within the last minutes, as the server remembers it."""
    request = DescribeTaskQueueRequest(
        namespace=doors.temporal.namespace,
        task_queue=TaskQueue(name=JOURNEYS_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        return bool((await doors.temporal.workflow_service.describe_task_queue(request, timeout=SOON)).pollers)
    except RPCError:
        return False
