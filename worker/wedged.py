"""A door's part: finds the journeys that stand still, through the worker's own client, for activities/upkeep.py."""

from datetime import timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.client import WorkflowExecution as Found
from temporalio.service import RPCError, RPCStatusCode

from journeys.names import REPORTED_PROBLEMS, WEDGED
from providers.base import Wedged
from providers.errors import Misconfigured, UpstreamNetwork

MARKED: Final = WEDGED  # after as many failures in a row as temporal-dev.yml says
MOST: Final = 100
LATEST: Final = 20  # events that are looked through; a failed task is the last one or nearly so
WITHIN: Final = timedelta(seconds=5)
_CAUSE: Final = "cause="


class MarkedJourneys:
    """providers.base.OpenJourneys."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def wedged(self) -> list[Wedged]:
        try:
            found = [run async for run in self.client.list_workflows(MARKED, limit=MOST, rpc_timeout=WITHIN)]
            return [Wedged(journey_id=run.id, run_id=run.run_id or "", problem=await self._problem(run)) for run in found]
        except RPCError as error:
            if error.status in (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.INVALID_ARGUMENT):
                raise Misconfigured("This Temporal server marks no workflow whose tasks fail again and again.") from error
            raise UpstreamNetwork(f"Temporal can't list workflows now ({error.status.name}).") from error

    async def _problem(self, run: Found) -> str:
        """The type of what its last failed task raised. A name, never a message, which may hold anything."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self.client.namespace,
            execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id),
            maximum_page_size=LATEST,
        )
        answer = await self.client.workflow_service.get_workflow_execution_history_reverse(request, timeout=WITHIN)
        for event in answer.history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                if kind := event.workflow_task_failed_event_attributes.failure.application_failure_info.type:
                    return kind[:80]
                break
        return _cause(run)


def _cause(run: Found) -> str:
    """The server's word for it: a history that today's code does not follow raises nothing of ours."""
    said = [str(value) for value in run.search_attributes.get(REPORTED_PROBLEMS, ())]
    return next((each.removeprefix(_CAUSE)[:80] for each in said if each.startswith(_CAUSE)), "an unknown problem")
