"""Every open journey of a version moved to another one, through the HTTP API; each is planned first, and one that can't move stays."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from rich.markup import escape
from rich.table import Column, Table

from worker.talk import Json, Refused, Talk

AT_ONCE: Final = 8  # moves in flight: people talk at the same time
SHOWN: Final = 40  # journeys listed on a terminal; the sentence counts all
PATIENCE: Final = 60.0  # seconds without an answer


@dataclass
class Outcome:
    """`plans` as the API gives them; `moved` and `failed` (with the sentence why) by journey."""

    plans: list[Json]
    moved: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def table(self) -> Table:
        whole = Column("journey", no_wrap=True, min_width=36)  # an id that is cut off can't be used
        shown = Table(whole, "what", "goes on at", "stale", "put away", "asked again", box=None, header_style="bold")
        for plan in self.plans[:SHOWN]:
            lists = [", ".join(plan[name]) or "-" for name in ("stale", "put_away", "asked_again")]
            shown.add_row(plan["journey_id"], escape(self._what(plan)), plan["step"] or "-", *lists)
        return shown

    def sentence(self, dry_run: bool) -> str:
        able = sum(1 for plan in self.plans if plan["can"])
        stay = len(self.plans) - able
        if dry_run:
            return f"{len(self.plans)} open journeys: {able} can move, {stay} stay where they are. Nothing was changed."
        return f"{len(self.plans)} open journeys: {len(self.moved)} moved, {stay} stay where they are, {len(self.failed)} were refused."

    def _what(self, plan: Json) -> str:
        journey = plan["journey_id"]
        if not plan["can"]:
            return f"stays: {' '.join(plan['why_not'])}"
        return "moved" if journey in self.moved else self.failed.get(journey, "can move")


async def planned(http: httpx2.AsyncClient, template: str, old: int, new: int) -> list[Json]:
    """What a move would do to each open journey. Raises Refused, Away."""
    return await Talk(http, patience=5).moves(template, old, new)


async def move_all(http: httpx2.AsyncClient, plans: list[Json], body: dict[str, Any]) -> Outcome:
    """Each that can move, a few at a time. Whatever one is refused, the others go on. Raises Away."""
    outcome, few, talk = Outcome(plans), asyncio.Semaphore(AT_ONCE), Talk(http, patience=PATIENCE)

    async def one(journey: str) -> None:
        async with few:
            try:
                await talk.act(journey, "move", body)
                outcome.moved.append(journey)
            except Refused as refused:
                outcome.failed[journey] = refused.detail

    await asyncio.gather(*(one(plan["journey_id"]) for plan in plans if plan["can"]))
    return outcome
