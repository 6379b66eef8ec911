"""One round of looking after the house. A schedule starts it each minute (worker/schedules.py); what fails is left to the next one."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.effects import Effects
    from activities.upkeep import Upkeep
    from workflows.policies import UNHEARD_OF, UPKEEP


@workflow.defn
class UpkeepWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        """The names of what failed."""
        failed = []
        for deed, told in ((Upkeep.find_wedged, []), (Effects.sweep, [UNHEARD_OF]), (Upkeep.count_undone, [])):
            try:
                await workflow.execute_activity(deed, args=told, **UPKEEP)
            except ActivityError as failure:
                failed.append(failure.activity_type)
        return failed
