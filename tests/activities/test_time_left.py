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
from providers.errors import QuotaExhausted, RateLimited
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


class Failing(ActivityInboundInterceptor):
    def __init__(self, error: Exception) -> None:
        self.error = error

    async def execute_activity(self, input: Any) -> Any:
        raise self.error


async def failure_of(env: ActivityEnvironment, error: Exception) -> ApplicationError:
    asked: Any = Boundary().intercept_activity(Failing(error))
    with pytest.raises(ApplicationError) as failure:
        await env.run(asked.execute_activity, None)
    return failure.value


@pytest.mark.parametrize(("spent", "delay", "again"), [(0, 25, True), (0, 27, False), (24, None, True), (27, None, False)])
async def test_nothing_is_tried_again_that_would_have_no_time(spent: float, delay: float | None, again: bool) -> None:
    failure = await failure_of(a_try(spent), RateLimited("Asked too often.", delay))
    assert (failure.type, failure.non_retryable) == ("RateLimited", not again)


async def test_what_has_no_end_is_tried_again_after_any_delay_even_one_that_is_no_duration() -> None:
    env = ActivityEnvironment()
    env.info = dataclasses.replace(env.info, schedule_to_close_timeout=None)
    failure = await failure_of(env, RateLimited("Asked too often.", 1e300))
    assert (failure.non_retryable, failure.next_retry_delay) == (False, timedelta(seconds=LONGEST))


@pytest.mark.parametrize("spent", [0, 10, 20])
async def test_each_try_waits_exactly_as_long_as_the_provider_said(spent: float) -> None:
    failure = await failure_of(a_try(spent), RateLimited("Asked too often.", 4.5))
    assert (failure.non_retryable, failure.next_retry_delay) == (False, timedelta(seconds=4.5))


async def test_a_provider_that_names_no_delay_is_asked_again_after_that_of_the_policy() -> None:
    failure = await failure_of(a_try(0), RateLimited("Asked too often."))
    assert (failure.non_retryable, failure.next_retry_delay) == (False, None)


async def test_a_spent_quota_burns_no_further_try() -> None:
    failure = await failure_of(a_try(0), QuotaExhausted("Today's quota is spent."))
    assert (failure.type, failure.non_retryable) == ("QuotaExhausted", True)
