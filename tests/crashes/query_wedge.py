"""The smallest workflow that a query can wedge, and its worker: `python -m tests.crashes.query_wedge HOST:PORT QUEUE`."""

import asyncio
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

ACTIVITIES = "wedge-activities"  # a queue of their own: an activity goes on while the workflow's worker is killed
STICKY = timedelta(seconds=6)  # what was sent to a worker that is dead goes to another after this long


@workflow.defn
class Counting:
    def __init__(self) -> None:
        self.count = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def turn(self, name: str) -> int:
        await workflow.execute_activity("work", name, task_queue=ACTIVITIES, start_to_close_timeout=timedelta(minutes=1))
        self.count += 1
        return self.count

    @workflow.query
    def counted(self) -> int:
        return self.count


async def work(address: str, queue: str) -> None:
    client = await Client.connect(address)
    await Worker(
        client,
        task_queue=queue,
        workflows=[Counting],
        workflow_runner=UnsandboxedWorkflowRunner(),
        sticky_queue_schedule_to_start_timeout=STICKY,
    ).run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2]))
