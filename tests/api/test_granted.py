"""A request that meets a workflow task which is being tried again waits for it within its time, and is then told what it is."""

import time
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from api.errors import Problem
from api.turns import granted
from journeys.state import Receipt

pytestmark = pytest.mark.anyio
RECEIPT = Receipt(turn_id="t1", seq=2, step="discover", body_hash="same")


class Handle:
    async def result(self) -> Receipt:
        return RECEIPT


class Start:
    """Refuses `times` times as the server does while the workflow task of a killed or slow worker is tried again."""

    def __init__(self, times: float, status: RPCStatusCode = RPCStatusCode.FAILED_PRECONDITION) -> None:
        self.times, self.status, self.asked = times, status, 0

    async def __call__(self) -> Handle:
        self.asked += 1
        if self.asked <= self.times:
            raise RPCError("Workflow Task in failed state", self.status, b"")
        return Handle()


async def ask(start: Start, wait: float) -> Any:
    return await granted(None, "j1", start, "same", wait, time.monotonic() + wait)  # type: ignore[arg-type]


async def test_it_is_answered_once_the_task_is_taken_up_again() -> None:
    start = Start(times=3)
    assert await ask(start, wait=30) == RECEIPT
    assert start.asked == 4


async def test_it_is_told_to_come_back_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.turns.LEAST_WAIT", 0.2)
    with pytest.raises(Problem) as refused:
        await ask(Start(times=float("inf")), wait=0.2)
    assert refused.value.kind == "NotAccepted"
    assert "busy" in refused.value.detail


async def test_a_server_that_is_away_is_told_at_once() -> None:
    start = Start(times=1, status=RPCStatusCode.UNAVAILABLE)
    with pytest.raises(Problem) as refused:
        await ask(start, wait=30)
    assert (start.asked, "can't be reached" in refused.value.detail) == (1, True)
