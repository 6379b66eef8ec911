"""One round of looking after the house. A schedule starts it each minute (worker/schedules.py); what fails is left to the next one."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.checking import Checks
    from activities.effects import Effects
    from activities.upkeep import Upkeep
    from workflows.policies import CHECK, UNHEARD_OF, UPKEEP


@workflow.defn
class UpkeepWorkflow:
    def __init__(self) -> None:
        self.failed: list[str] = []

    @workflow.run
    async def run(self) -> list[str]:
        """The names of what failed."""
        for deed, told in ((Upkeep.find_wedged, []), (Effects.sweep, [UNHEARD_OF]), (Upkeep.count_undone, []), (Upkeep.ask_index, [])):
            await self._done(workflow.execute_activity(deed, args=told, **UPKEEP))
        engines: list[str] | None = await self._done(workflow.execute_activity_method(Upkeep.engines_to_check, **UPKEEP))
        await asyncio.gather(*(self._done(workflow.execute_activity_method(Checks.check, engine, **CHECK)) for engine in engines or []))
        return self.failed

    async def _done(self, deed: Awaitable[Any]) -> Any:
        """What it gives; None where it failed."""
        try:
            return await deed
        except ActivityError as failure:
            self.failed.append(failure.activity_type)
            return None
