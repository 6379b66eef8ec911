"""Which journeys stand still, as the workflow server marks them and as the upkeep has told of them (activities/upkeep.py).

By the server's lists alone: a query on such a journey could make it worse (docs/decisions/0002).
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from api.deps import Doors
from api.health import stands_still
from journeys.names import REPORTED_PROBLEMS, WEDGED
from providers.store.alerts import last_about

SOON: Final = timedelta(seconds=1)
AGAIN: Final = "an exception that its worker logs"  # until the upkeep has found out which


async def count_wedged(doors: Doors) -> int | None:
    """None where the server can't be asked, or marks none."""
    try:
        async with asyncio.timeout(SOON.total_seconds()):
            return (await doors.temporal.count_workflows(WEDGED, rpc_timeout=SOON)).count
    except (RPCError, RuntimeError, TimeoutError):
        return None


async def why_it_stands_still(doors: Doors, journey_id: str) -> str:
    """A sentence or two, nothing where it does not. Where the server can't be asked the last alert is not believed: it may be mended."""
    if not await _is_marked(doors, journey_id):
        return ""
    told = await doors.store.read(lambda db: last_about(db, "wedged", journey_id))
    problem: str = told["key"].rpartition(":")[2] if told else AGAIN
    since: datetime | None = told["raised_at"] if told else None
    return stands_still(problem, since)


async def _is_marked(doors: Doors, journey_id: str) -> bool:
    try:
        async with asyncio.timeout(SOON.total_seconds()):
            run = await doors.temporal.get_workflow_handle(journey_id).describe(rpc_timeout=SOON)
    except (RPCError, RuntimeError, TimeoutError):
        return False
    return run.status == WorkflowExecutionStatus.RUNNING and bool(run.search_attributes.get(REPORTED_PROBLEMS))
