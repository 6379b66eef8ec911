"""`homeview demo`: a whole kitchen in under a minute, on a stack of its own, whose worker is killed in the middle of a turn.

What is printed is what a person would see; what is claimed at the end was looked up over the API and in the history.
"""

import asyncio
import contextlib
import re
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import httpx2
from rich.text import Text

from providers.indexing import ensure_index
from providers.offline.embeddings import MiniLM
from providers.pages import OUR_PAGES
from providers.settings import Settings
from providers.store.migrate import migrate
from providers.temporal import TemporalNotUp, wait_until_up
from worker.proof import Crash, Proof, Seen
from worker.screen import Screen, a_console
from worker.stage import Stage, settings_in
from worker.talk import Away, Delay, Json, Refused, Talk, client, new_key

# What is said, and whether the worker is killed in it; a second time only where the first kill came after the reply.
SCRIPT: Final = (
    ("Hi, I'd like to redo my kitchen in Seattle, 98101. The cabinets are falling apart.", False),
    ("We have about $50k to spend", False),
    ("How long does a kitchen renovation take?", False),
    ("It's 14.5 x 12 ft and there are 22.5 feet of countertop", False),
    ("Modern please, and a moderate remodel", False),
    ("Semi-custom cabinets, quartz counters, tile floor and mid-range appliances", True),
    ("go back to the products", False),
    ("a laminate floor instead", True),
    ("looks good, go ahead", False),
    ("we'll hire a contractor", False),
)
TEMPLATE: Final = "kitchen_renovation@1"  # the short one: it is told in a minute
UP_WITHIN: Final = 90.0  # seconds; a cold disk and a busy machine included
KILL_WITHIN: Final = 20.0
POLLING: Final = "worker.polling"  # what a worker prints when it asks for work
LOOK_EVERY: Final = 0.004  # seconds between looks for the open turn: it is open for a few hundredths


class Broken(Exception):
    """The demo could not go on; the message is a sentence."""


async def demo(*, speed: float, keep: bool, asking: Settings | None = None) -> int:
    """The exit code: 0 where everything that was promised held. `asking`: settings whose models are asked; without them none is."""
    began = time.monotonic()
    screen = Screen(a_console())
    _on_signals()
    home = Path(tempfile.mkdtemp(prefix="homeview-demo-"))
    stage = Stage(settings_in(home, asking))
    try:
        screen.heading("HomeView demo", "a whole kitchen, with a crash in the middle")
        screen.console.print()
        await come_up(stage, screen)
        async with client(stage.settings.api_url) as http:
            play = Play(stage, screen, Talk(http, told=_tells(screen), patience=UP_WITHIN), speed)
            await play.conversation()
            proof = Proof(play.talk, screen, stage.settings, play.seen)
            kept = await proof.checks()
            await proof.summary(time.monotonic() - began)
        return 0 if kept else 1
    except (Broken, Refused, Away) as sentence:
        screen.attention(f"The demo can't go on: {sentence}")
        return 1
    except asyncio.CancelledError:
        screen.console.print()
        screen.note("Stopped.")
        return 130
    finally:
        stage.end()
        if keep:
            screen.note(f"Kept: {home}. To look at it again: HOMEVIEW_HOME={home} homeview dev")
        else:
            shutil.rmtree(home, ignore_errors=True)


# --- before and after -------------------------------------------------------------------------------------------------------
async def come_up(stage: Stage, screen: Screen) -> None:
    """Temporal while the pages are indexed, then API and worker; each said as soon as it is there."""
    settings = stage.settings

    await asyncio.to_thread(migrate, settings.database_url)
    async with _step(screen, "Starting Temporal"):
        stage.temporal()
        stage.api()  # it takes its time, and needs nobody to start
        try:
            await wait_until_up(settings.temporal_address, UP_WITHIN)
        except TemporalNotUp as not_up:
            raise Broken(f"{not_up} Its last lines:\n{stage.last_words('temporal')}") from not_up
    async with _step(screen, "Indexing the knowledge pages"):
        await ensure_index(OUR_PAGES, settings.index_root, MiniLM())
    async with _step(screen, "Starting a worker and the API"):
        stage.worker()
        await _ready(stage)


async def _ready(stage: Stage) -> None:
    """The API answers, and a worker asks for work."""
    give_up = time.monotonic() + UP_WITHIN
    async with client(stage.settings.api_url) as http:
        while True:
            with contextlib.suppress(httpx2.TransportError):
                answer = await http.get("/readyz")
                if answer.is_success and answer.json()["worker"]:
                    return
            if ended := stage.ended():
                raise Broken(f"The {ended[0]} ended while it started. Its last lines:\n{stage.last_words(ended[0])}")
            if time.monotonic() > give_up:
                raise Broken(f"The API and the worker were not up within {UP_WITHIN:.0f} s.")
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def _step(screen: Screen, what: str) -> AsyncIterator[None]:
    """`Starting Temporal … 1.2 s`, the first half at once."""
    began = time.monotonic()
    screen.console.print(f"  {what} …", end="")
    screen.console.file.flush()
    try:
        yield
    except BaseException:
        screen.console.print()
        raise
    screen.console.print(Text(f" {time.monotonic() - began:.1f} s", style="dim"))


def _tells(screen: Screen) -> Callable[[Delay], None]:
    def told(delay: Delay) -> None:
        if delay.tries == 1 and delay.reason != "working":
            screen.note("Nobody takes it yet; it is sent again with the same key.")

    return told


def _on_signals() -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


# --- the play ---------------------------------------------------------------------------------------------------------------
class Play:
    def __init__(self, stage: Stage, screen: Screen, talk: Talk, speed: float) -> None:
        self.stage, self.screen, self.talk, self.speed = stage, screen, talk, speed
        self.seen = Seen()

    async def conversation(self) -> None:
        view = await self.talk.start(TEMPLATE)
        self.seen.journey = view["journey_id"]
        self.screen.heading(view["title"])
        [first] = await self.talk.conversation(self.seen.journey)
        self.show(first, view)
        for text, kill in SCRIPT:
            await asyncio.sleep(self.speed)
            self.screen.said(text)
            began = time.monotonic()
            if kill and not self.seen.caught:
                turn = await self.through_a_crash(text)
            else:
                turn = await self.talk.say(self.seen.journey, text)
                self.seen.seconds.append(time.monotonic() - began)
            self.seen.turns.append(turn)
            self.show(turn, await self.talk.view(self.seen.journey))

    def show(self, turn: Json, view: Json) -> None:
        short, left_out = trimmed(turn["reply"]["text"])
        self.screen.reply({**turn, "reply": {**turn["reply"], "text": short}})
        if left_out:
            self.screen.note(f"({left_out} more lines: `homeview chat` shows them, and /results all of them)")
            self.screen.console.print()
        self.screen.rail(view)
        self.screen.ask(view, [])

    async def through_a_crash(self, text: str) -> Json:
        """Sends it, kills the worker as soon as the turn is open, starts another, and waits for the reply."""
        key = new_key()
        sending = asyncio.create_task(self.talk.say(self.seen.journey, text, key))
        turn_id = await self.open_turn(text, sending)
        pid = self.stage.kill("worker")
        killed_at = time.monotonic()
        turn = await self.talk.turn(self.seen.journey, turn_id) if turn_id else None
        written = turn is not None or turn_id is None
        how = "just after the reply was written" if written else "in the middle of this turn"
        self.screen.console.print()
        self.screen.attention(f"The worker (process {pid}) is killed with SIGKILL {how}.")
        self.screen.attention(f"Another one starts (process {self.stage.worker()}).")
        up = asyncio.create_task(self.stage.until_said("worker", POLLING, 2 + len(self.seen.crashes)))
        answer = await sending
        answered_at, up_at = time.monotonic(), await up
        crash = Crash(text, key, answer, answered_at - killed_at, up_at - killed_at, written)
        self.seen.crashes.append(crash)
        self.screen.attention(f"The reply is here, {crash.seconds:.1f} s after the kill:")
        return answer

    async def open_turn(self, text: str, sending: "asyncio.Task[Json]") -> str | None:
        """The turn of this text as soon as it is stored and being worked on; None where the reply was quicker than our look."""
        give_up = time.monotonic() + KILL_WITHIN
        while time.monotonic() < give_up:
            for turn in await self.talk.conversation(self.seen.journey):
                if turn["text"] == text:
                    return str(turn["turn_id"]) if turn["status"] == "open" else None
            if sending.done():
                return None
            await asyncio.sleep(LOOK_EVERY)
        raise Broken("The message was not taken by the worker in time.")


def trimmed(text: str) -> tuple[str, int]:
    """A long reply's first sentences and its last table, and how many lines were left out; a short reply as it is."""
    if text.count("\n") < 30:
        return text, 0
    parts = re.split(r"\n{2,}", text.strip())
    tables = [part for part in parts if part.startswith("|")]
    kept = [
        part
        for part in parts
        if "\n- " not in part and not part.startswith("Cut list") and (not part.startswith("|") or part is tables[-1])
    ]
    short = "\n\n".join(kept)
    return short, sum(1 for line in text.splitlines() if line.strip()) - sum(1 for line in short.splitlines() if line.strip())
