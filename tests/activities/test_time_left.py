"""How long a call of a model may take, and how long a provider may have us wait: never longer than somebody still waits for it."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor

from activities.boundary import LONGEST, Boundary
from activities.models import end_of_this_try
from providers.errors import RateLimited
from workflows.policies import MODEL_CALL

pytestmark = pytest.mark.anyio


def a_try(spent: float) -> ActivityEnvironment:
    """One that begins when so many seconds of its route's time are spent."""
    env = ActivityEnvironment()
    env.info = dataclasses.replace(
        env.info,
        started_time=env.info.scheduled_time + timedelta(seconds=spent),
        start_to_close_timeout=MODEL_CALL["start_to_close_timeout"],
        schedule_to_close_timeout=MODEL_CALL["schedule_to_close_timeout"],
    )
    return env


@pytest.mark.parametrize(("spent", "left"), [(0, 26), (4, 26), (20.5, 9.5)])
async def test_a_try_has_what_the_tries_before_it_left_of_its_routes_time(spent: float, left: float) -> None:
    async def seconds() -> float:
        return end_of_this_try() - asyncio.get_running_loop().time()

    assert await a_try(spent).run(seconds) == pytest.approx(left, abs=0.1)


class TooBusy(ActivityInboundInterceptor):
    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after

    async def execute_activity(self, input: Any) -> Any:
        raise RateLimited("Asked too often.", self.retry_after)


async def test_a_delay_that_is_no_duration_any_more_is_still_a_delay() -> None:
    asked: Any = Boundary().intercept_activity(TooBusy(1e300))
    with pytest.raises(ApplicationError) as failure:
        await ActivityEnvironment().run(asked.execute_activity, None)
    assert (failure.value.type, failure.value.next_retry_delay) == ("RateLimited", timedelta(seconds=LONGEST))
