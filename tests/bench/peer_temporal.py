"""A peer: the plain way to write a turn on Temporal. One workflow a journey, one update a turn, four normal activities.

python -m tests.bench.peer_temporal front | worker
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import PollerBehaviorAutoscaling, Worker

with workflow.unsafe.imports_passed_through():
    from tests.bench.peer_front import REMEMBERED, Model, serve

QUEUE = "peer"
OPTIONS: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=200)),
}


class Steps:
    def __init__(self, model: Model) -> None:
        self.model = model

    @activity.defn
    async def understand(self, key: str, text: str) -> dict[str, Any]:
        return await self.model.ask("understand", key=key, text=text)

    @activity.defn
    async def retrieve(self, key: str, text: str) -> list[dict[str, Any]]:
        return list((await self.model.ask("retrieve", key=key, text=text))["passages"])

    @activity.defn
    async def reply(self, key: str, text: str, talk: list[str], passages: list[dict[str, Any]]) -> str:
        return str((await self.model.ask("reply", key=key, text=text, talk=talk, passages=passages))["text"])

    @activity.defn
    async def record(self, key: str, text: str, reply: str) -> None:
        await self.model.ask("record", key=key, text=text, reply=reply)


@workflow.defn
class PeerJourney:
    @workflow.init
    def __init__(self, talk: list[str]) -> None:
        self.talk = talk
        self.one_turn = asyncio.Lock()

    @workflow.run
    async def run(self, talk: list[str]) -> None:
        await workflow.wait_condition(workflow.info().is_continue_as_new_suggested)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self.talk)

    @workflow.update
    async def say(self, key: str, text: str) -> str:
        async with self.one_turn:
            await workflow.execute_activity_method(Steps.understand, args=[key, text], **OPTIONS)
            passages = await workflow.execute_activity_method(Steps.retrieve, args=[key, text], **OPTIONS)
            reply = await workflow.execute_activity_method(Steps.reply, args=[key, text, self.talk, passages], **OPTIONS)
            await workflow.execute_activity_method(Steps.record, args=[key, text, reply], **OPTIONS)
            self.talk = [*self.talk, text, reply][-REMEMBERED:]
            return reply


class Front:
    def __init__(self, client: Client) -> None:
        self.client = client

    async def start(self, journey_id: str) -> None:
        await self.client.start_workflow(PeerJourney.run, [], id=journey_id, task_queue=QUEUE)

    async def say(self, journey_id: str, key: str, text: str) -> dict[str, Any]:
        reply = await self.client.get_workflow_handle(journey_id).execute_update(PeerJourney.say, args=[key, text], id=key)
        return {"reply": {"text": reply}}


@asynccontextmanager
async def front() -> AsyncIterator[Front]:
    yield Front(await Client.connect(os.environ["PEER_TEMPORAL"]))


async def work() -> None:
    """With the numbers of our own worker, so that only the shape of the turn differs."""
    steps = Steps(Model())
    worker = Worker(
        await Client.connect(os.environ["PEER_TEMPORAL"]),
        task_queue=QUEUE,
        workflows=[PeerJourney],
        activities=[steps.understand, steps.retrieve, steps.reply, steps.record],
        max_cached_workflows=2_000,
        max_concurrent_workflow_tasks=400,
        max_concurrent_activities=400,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    print("polling", flush=True)
    await worker.run()


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        asyncio.run(work())
    else:
        serve(front)
