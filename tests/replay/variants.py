"""The workflow with a mistake in it, as a later edit might make it. A module of its own: the sandbox imports it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from journeys.facts import Fact
    from journeys.messages import JourneyStart
    from journeys.refusals import Refusal
    from journeys.work import Turn
    from workflows.journey import JourneyWorkflow


@workflow.defn(name="JourneyWorkflow", failure_exception_types=[Refusal])
class RecordsBeforeItOpens(JourneyWorkflow):
    """Two activities of a turn, swapped."""

    @workflow.init
    def __init__(self, start: JourneyStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: JourneyStart) -> str:
        return await super().run(start)

    async def play(self, turn: Turn, fact: Fact | None, text: str | None) -> None:
        await self.record(turn, [], [], [])
        await self.open(turn, fact, text)
