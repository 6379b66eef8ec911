"""A house whose journeys are in the middle of a model's answer when a fault strikes, and what its ledger must say afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from providers.store.store import Store
from tests.crashes.asking import Answer, Ask
from tests.crashes.money import calls_so_far, faults_in_the_end
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.outages.house import CROWD, House, Met, a_message, house
from tests.providers.test_budgets import guarded
from tests.running import until

PACE = 5.0  # seconds between the three pieces of an answer: a call is open for ten, and its client waits for twenty


@dataclass
class Talkative(House):
    gemini: FakeGemini = field(default_factory=FakeGemini)

    def turn(self, n: int, nth: int) -> Ask:
        return a_message(nth, n)

    async def in_the_middle(self, tasks: Sequence[asyncio.Task[Answer]]) -> None:
        """All of them hear the first words of their answers. What is asked from now on is answered at once."""
        await until(lambda: self.gemini.open >= CROWD, 60)
        self.gemini.pace = 0

    async def through(self, name: str, fault: AbstractAsyncContextManager[Any], more: Callable[[], Awaitable[Any]] | None = None) -> Met:
        self.gemini.forget()
        self.gemini.pace = PACE
        before = calls_so_far(self.url).tries
        met = await super().through(name, fault, more)
        await self.booked_and_paid_for(before)
        return met

    @property
    def url(self) -> str:
        return self.processes.settings.database_url

    async def booked_and_paid_for(self, before: int) -> None:
        """No call was made that the ledger does not know of; nothing stays open or reserved; each journey has spent what its calls cost."""
        asked = sum(call.name == "streamGenerateContent" for call in self.gemini.calls)  # the others are checks of the model
        calls = calls_so_far(self.url)
        print(f"{asked} requests arrived, {calls.tries - before} tries are booked; in this house so far: {calls}")
        assert CROWD <= asked <= calls.tries - before
        assert await faults_in_the_end(self.url) == []


@asynccontextmanager
async def talkative(home: Path, index_root: Path) -> AsyncIterator[Talkative]:
    """From its beginning the database refuses a statement that leaves more spent and reserved than a cap."""
    async with fake_gemini(rule=SensibleGemini()) as gemini:
        settings = {"gemini_api_key": SecretStr("a-key"), "gemini_base_url": gemini.url}
        async with house(home, index_root, of=partial(Talkative, gemini=gemini), **settings) as running:
            store = Store(running.url)
            await guarded(store)
            store.close()
            yield running
