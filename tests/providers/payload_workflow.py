"""A workflow that passes payloads of any size on, for test_temporal.py. Light: the sandbox imports this module again."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

CALLS: list[int] = []


@activity.defn
async def write_letters(count: int) -> dict[str, str]:
    CALLS.append(count)
    return {"id": "a", "letters": "x" * count}


@workflow.defn
class Passing:
    @workflow.run
    async def run(self, word: str) -> str:
        await workflow.wait_condition(lambda: False)
        return word

    @workflow.update
    async def by_activity(self, count: int) -> int:
        result = await workflow.execute_activity(
            write_letters, count, start_to_close_timeout=timedelta(seconds=5), retry_policy=RetryPolicy(maximum_attempts=3)
        )
        return len(result["letters"])

    @workflow.update
    async def by_hand(self, count: int) -> dict[str, str]:
        return {"letters": "x" * count}
