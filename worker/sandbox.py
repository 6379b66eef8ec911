"""The workflow sandbox of every worker and replayer, with our pure modules shared and one detour left out."""

from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# Imported anew for each workflow, these would cost three times the throughput where journeys start.
_SHARED = ("journeys", "activities", "providers", "workflows.policies")
_NOWHERE = StorageDriverStoreContext(target=None)


class _WithoutContexts(SandboxedWorkflowRunner):
    """For each payload the SDK enters the sandbox to ask in which context it is converted. Our converter has none, and the
    asking was a tenth of a turn's CPU."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = super().create_instance(det)
        instance.get_serialization_context = lambda command_info: None  # type: ignore[method-assign]
        instance.get_external_store_context = lambda command_info: _NOWHERE  # type: ignore[method-assign]
        return instance


def sandbox() -> SandboxedWorkflowRunner:
    return _WithoutContexts(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_SHARED))
