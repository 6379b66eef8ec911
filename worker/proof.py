"""Was anything lost, or done twice? Looked up over the API and in the history, after a demo that killed its worker."""

import asyncio
import statistics
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from providers.settings import Settings
from providers.temporal import connect
from worker.calls import ledger, show
from worker.replaying import replayed
from worker.screen import Screen
from worker.talk import Event, Json, Talk


@dataclass
class Crash:
    """What was measured around the kill. `written`: whether the turn had its reply in the records already."""

    text: str
    key: str
    turn: Json
    seconds: float  # from the kill to the reply
    until_up: float  # of these, until another worker asked for work
    written: bool


@dataclass
class Seen:
    journey: str = ""
    turns: list[Json] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)

    @property
    def caught(self) -> bool:
        return any(not crash.written for crash in self.crashes)


class Proof:
    def __init__(self, talk: Talk, screen: Screen, settings: Settings, seen: Seen) -> None:
        self.talk, self.screen, self.settings, self.seen = talk, screen, settings, seen

    async def checks(self) -> bool:
        self.screen.heading("Was anything lost, or done twice?")
        self.screen.console.print()
        journey, seen = self.seen.journey, self.seen
        view, turns = await self.talk.view(journey), await self.talk.conversation(journey)
        again = [await self.talk.say(journey, crash.text, crash.key) for crash in seen.crashes]
        events = await self.all_events()
        replies = Counter(event.data["turn_id"] for event in events if event.kind in ("reply", "failed", "notice"))
        versions = {step["id"]: [r["version"] for r in await self.talk.results(journey, step["id"])] for step in view["steps"]}
        versions = {step: sorted(found) for step, found in versions.items() if found}
        made = Counter(result["step"] for turn in turns for result in turn["results"])
        texts = [turn["text"] for turn in seen.turns]
        held = [
            self.holds("the worker was killed while a reply was being made", seen.caught),
            self.holds(
                "the interrupted message has its reply",
                bool(seen.crashes) and all(crash.turn["status"] == "done" and crash.turn["reply"]["text"] for crash in seen.crashes),
            ),
            self.holds(
                "the same key sent again gives the same turn and the same reply",
                all(
                    repeat["turn_id"] == c.turn["turn_id"] and repeat["reply"] == c.turn["reply"]
                    for repeat, c in zip(again, seen.crashes, strict=True)
                ),
            ),
            self.holds(
                f"{len(turns)} turns for {len(texts)} messages and the start, each message once, in order",
                [turn["text"] for turn in turns] == [None, *texts],
            ),
            self.holds(f"one reply a turn in the event log, no gap in its {len(events)} events", _whole(events, replies, turns)),
            self.holds(
                f"every result once: {'; '.join(f'{step} {_numbers(found)}' for step, found in versions.items())}".replace("_", "-"),
                bool(versions) and all(found == list(range(1, made[step] + 1)) for step, found in versions.items()),
            ),
            self.holds(
                f"the journey is complete, {view['progress']['done']} of {view['progress']['total']} steps",
                view["status"] == "completed" and view["progress"]["done"] == view["progress"]["total"],
            ),
            await self.replays(),
        ]
        self.screen.heading("Timeline")
        self.screen.console.print()
        self.screen.timeline(await self.talk.timeline(journey), {step["id"]: step["title"] for step in view["steps"]})
        return all(held)

    def holds(self, promise: str, kept: bool) -> bool:
        self.screen.promise(promise, kept)
        return kept

    async def all_events(self) -> list[Event]:
        async with asyncio.timeout(20):
            return [event async for event in self.talk.events(self.seen.journey, after=0) if event.kind != "connected"]

    async def replays(self) -> bool:
        temporal = await connect(self.settings)
        history = await temporal.get_workflow_handle(self.seen.journey).fetch_history()
        outcome = await replayed([history])
        return self.holds(f"its history of {outcome.events} events replays on this code", outcome.trouble is None)

    async def summary(self, total: float) -> None:
        temporal = await connect(self.settings)
        described = await temporal.get_workflow_handle(self.seen.journey).describe()
        size = described.raw_description.workflow_execution_info.history_size_bytes
        seen, seconds = self.seen, self.seen.seconds
        turns = len(seen.turns) + 1
        self.screen.heading("Measured")
        self.screen.console.print()
        rows = [
            ("turns", f"{turns}, the start included"),
            ("a turn", f"median {statistics.median(seconds) * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"),
            *(("killed turn", _recovery(crash)) for crash in seen.crashes),
            (
                "history",
                f"{described.history_length} events, {described.history_length / turns:.1f} a turn, {size / turns / 1000:.1f} kB a turn",
            ),
            ("in all", f"{total:.0f} s, starting everything included"),
        ]
        self.screen.pairs(rows)
        self.screen.console.print()
        await self.calls()
        self.screen.note("Talk to it yourself: `homeview dev`, then `homeview chat`.")
        self.screen.console.print()

    async def calls(self) -> None:
        if not self.settings.gemini_models:
            self.screen.note("No model was asked: this is the offline engine.")
            return
        rows = await asyncio.to_thread(ledger, self.settings, self.seen.journey)
        self.screen.heading("Asked of models")
        self.screen.console.print()
        show(rows, self.screen.console, texts=False)
        self.screen.console.print()


def _recovery(crash: Crash) -> str:
    start, rest = min(crash.until_up, crash.seconds), max(0.0, crash.seconds - crash.until_up)
    return f"answered {crash.seconds:.1f} s after the kill: {start:.1f} s to start another worker, {rest:.1f} s to end the turn"


def _whole(events: list[Event], replies: Counter[str], turns: list[Json]) -> bool:
    gapless = all(later.seq == earlier.seq + 1 for earlier, later in pairwise(events))
    return gapless and replies == Counter(turn["turn_id"] for turn in turns)


def _numbers(versions: list[int]) -> str:
    return " and ".join(f"v{version}" for version in versions)
