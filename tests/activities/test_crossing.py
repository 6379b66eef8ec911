"""A pause or an end that crosses a turn which is being told: both stand, in the order in which they were written."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.running import Stack, replays, stack, until
from worker.build import Providers

pytestmark = pytest.mark.anyio


class Crossed:
    """The records, whose telling of a turn comes back only when the gate opens: by then it is on disk."""

    def __init__(self, records: Any) -> None:
        self.records, self.gate, self.told = records, asyncio.Event(), 0
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.records, name)

    async def tell_turn(self, *args: Any) -> Any:
        outcome = await self.records.tell_turn(*args)
        self.told += 1
        await self.gate.wait()
        return outcome


@pytest.fixture
async def crossed(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Stack, Crossed]]:
    held: list[Crossed] = []

    def through(providers: Providers) -> Providers:
        held.append(Crossed(providers.records))
        return replace(providers, records=held[0])

    async with stack(temporal, tmp_path_factory.mktemp("crossed"), mind, through=through) as homeview:
        yield homeview, held[0]


@pytest.mark.parametrize(("control", "status"), [("pause", "paused"), ("abandon", "abandoned")])
async def test_what_was_told_before_it_is_carried_out_and_the_view_shows_both(
    crossed: tuple[Stack, Crossed], control: str, status: str
) -> None:
    homeview, records = crossed
    journey = await homeview.start()
    records.gate.clear()
    before = records.told
    saying = asyncio.create_task(homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": "We have about $50k to spend"}))
    await until(lambda: records.told > before, 20)
    controlled = await homeview.http.post(f"/v1/journeys/{journey}/{control}", json={})
    assert controlled.status_code == 200, controlled.text
    records.gate.set()
    answer = await saying
    assert answer.status_code == 200, answer.text
    assert "Noted" in answer.json()["turn"]["reply"]["text"]

    async def shown() -> bool:
        view = await homeview.view(journey)
        return bool(view["status"] == status and "budget" in view["inputs"])

    await until(shown, 20)
    await replays(await homeview.history(journey))
    if control == "pause":
        resumed = await homeview.http.post(f"/v1/journeys/{journey}/resume", json={})
        assert resumed.status_code == 200
        assert "budget" in (await homeview.view(journey))["inputs"]
