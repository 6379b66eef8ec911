"""A door's part: the schedules that a worker makes sure of when it starts."""

from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import Priority
from temporalio.service import RPCError

from journeys import names
from workflows.upkeep import UpkeepWorkflow

EVERY: Final = timedelta(minutes=1)
MISSED: Final = timedelta(seconds=30)  # a round that was missed for longer is not made up for: the next one sees the same
WITHIN: Final = timedelta(seconds=10)  # a worker starts whatever becomes of its schedules
log = structlog.get_logger()


async def ensure_schedules(client: Client) -> bool:
    """That the upkeep runs each minute, as this version wants it; safe to repeat, by any number of workers. False where it can't be made
    sure of, which is logged: journeys go on without it."""
    try:
        try:
            await client.create_schedule(names.UPKEEP_SCHEDULE, _upkeep(), rpc_timeout=WITHIN)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(names.UPKEEP_SCHEDULE).update(_as_now, rpc_timeout=WITHIN)
    except RPCError as error:
        log.warning("worker.no_schedule", schedule=names.UPKEEP_SCHEDULE, error=error.status.name)
        return False
    return True


def _as_now(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
    """Whether somebody has paused it is theirs to say."""
    wanted = _upkeep()
    wanted.state = found.description.schedule.state
    return ScheduleUpdate(schedule=wanted)


def _upkeep() -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            UpkeepWorkflow.run,
            id=names.UPKEEP_ID,
            task_queue=names.JOURNEYS_QUEUE,
            execution_timeout=5 * EVERY,
            priority=Priority(priority_key=5),
            static_summary="Looks after the house, once a minute",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=MISSED),
    )
