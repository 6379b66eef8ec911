"""`python -m tests.holding_outlet`: the real worker, which can be told to stand still around each step of an effect, to be killed there."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from providers.base import Effects, Outlet
from providers.settings import load
from tests.crashes.holds import from_environment
from worker import equipment, main
from worker.logs import set_up_logs

HOLDS = from_environment()


async def hold(deed: str, place: str) -> None:
    await HOLDS.at(deed.partition("/")[0], "", place)


class HoldingEffects:
    """Stands still behind each row it wrote."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects

    def __getattr__(self, name: str) -> Any:
        return getattr(self.effects, name)

    async def reserve(self, rows: Sequence[Mapping[str, Any]]) -> None:
        await self.effects.reserve(rows)
        await hold(rows[0]["deed"], "reserved")

    async def move(self, deed: str, was: Sequence[str], to: str, at: datetime, **values: Any) -> bool:
        moved = await self.effects.move(deed, was, to, at, **values)
        if moved and [to] != list(was):
            await hold(deed, to)
        return moved


class HoldingOutlet:
    """Stands still before it withdraws, and with each answer in its hand."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet

    def __getattr__(self, name: str) -> Any:
        return getattr(self.outlet, name)

    async def send(self, deed: str, kind: str, to: str, body: str) -> str:
        receipt = await self.outlet.send(deed, kind, to, body)
        await hold(deed, "answered")
        return receipt

    async def undo(self, deed: str, receipt: str) -> bool:
        await hold(deed, "withdrawing")
        withdrawn = await self.outlet.undo(deed, receipt)
        await hold(deed, "withdrawn")
        return withdrawn


class HoldingEquipment(equipment.Equipment):
    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        effects: Any = HoldingEffects(self.providers.effects)
        outlet: Any = HoldingOutlet(self.providers.outlet)
        self.providers = dataclasses.replace(self.providers, effects=effects, outlet=outlet)


if __name__ == "__main__":
    set_up_logs("json")
    main.Equipment = HoldingEquipment  # type: ignore[misc]
    asyncio.run(main.run_worker(load()))
