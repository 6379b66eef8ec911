"""Every scripted journey from its first message to its last step, over HTTP on a server that skips time: offline, asking a model, and with
a worker killed and 45 days passed at random places. What comes out is the same.

`make test` plays each offline, and `make test-long` each in all three ways; without HOMEVIEW_PLAYED=all two are drawn for the others.
HOMEVIEW_SEED repeats a run; its seed is printed.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from providers.gemini.client import GeminiClient
from providers.gemini.model import DEFAULT_MODEL, GeminiModel
from providers.settings import Settings
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini
from tests.gemini.running import fake_gemini
from tests.journeys.playing import Act, Before, Player, read, scripts
from tests.running import Stack, replays, skipping_server, stack, until

pytestmark = pytest.mark.anyio
SEED = int(os.environ.get("HOMEVIEW_SEED") or random.SystemRandom().randrange(10**6))
DRAWN = random.Random(SEED).sample(scripts(), 2)
ASKED = scripts() if os.environ.get("HOMEVIEW_PLAYED") == "all" else sorted(DRAWN)
DISTURBED = scripts() if os.environ.get("HOMEVIEW_PLAYED") == "all" else DRAWN[:1]


@dataclass
class Stage:
    env: WorkflowEnvironment
    homeview: Stack

    def player(self, name: str, before: Before | None = None) -> Player:
        async def passes(days: int) -> None:
            await self.env.sleep(timedelta(days=days))

        return Player(self.homeview.http, read(name), passes, before)


@pytest.fixture(scope="module")
async def offline(mind: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with skipping_server() as env, stack(env, tmp_path_factory.mktemp("offline"), mind) as homeview:
        yield Stage(env, homeview)


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, dict[str, Any]]:
    """End states by script, as the first run of each left them."""
    return {}


@pytest.mark.parametrize("name", scripts())
async def test_a_journey_is_talked_to_its_end_offline(offline: Stage, undisturbed: dict[str, dict[str, Any]], name: str) -> None:
    playing = offline.player(name)
    undisturbed[name] = await playing.play()
    await replays(await offline.homeview.history(playing.journey))


@pytest.fixture(scope="module")
async def asking(mind: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini, skipping_server() as env:
        client = GeminiClient(SecretStr("a-key"), gemini.url)
        models = [GeminiModel(client, DEFAULT_MODEL)]
        async with stack(env, tmp_path_factory.mktemp("asked"), mind, models=models) as homeview:
            yield Stage(env, homeview)
        await client.close()


@pytest.mark.long
@pytest.mark.parametrize("name", ASKED)
async def test_a_journey_goes_the_same_way_where_a_model_is_asked(asking: Stage, undisturbed: dict[str, dict[str, Any]], name: str) -> None:
    playing = asking.player(name)
    ended = await playing.play()
    await replays(await asking.homeview.history(playing.journey))
    if name in undisturbed:
        assert ended == undisturbed[name]


class KilledWorker:
    """A worker's process, killed in the turn `at`, and another one behind it: while a model's answer is on its way where a model is asked
    in that turn, else before the turn. Everywhere else in a turn it is killed by tests/crashes, on the real server: the one that skips
    time loses what a worker held that dies within a task."""

    def __init__(self, settings: Settings, gemini: FakeGemini, at: int) -> None:
        self.settings, self.gemini, self.at, self.kills = settings, gemini, at, 0
        self.process = self.start()
        self.waiting: asyncio.Task[None] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GEMINI_", "HOMEVIEW_"))}
        with (self.settings.home / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.uncached_worker"], env=kept | self.settings.environment(), stdout=log, stderr=log
            )

    async def before(self, turn: int, act: Act) -> None:
        if turn != self.at:
            return
        if act.say:
            self.gemini.fault("hang")
            self.waiting = asyncio.create_task(self.while_it_is_asked())
        else:
            self.again()

    async def while_it_is_asked(self) -> None:
        await until(lambda: any(call.gave == "hang" for call in self.gemini.calls), 60)
        self.again()

    def again(self) -> None:
        self.end()
        self.kills += 1
        self.process = self.start()

    def end(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@pytest.mark.long
@pytest.mark.parametrize("name", DISTURBED)
async def test_a_worker_killed_in_a_turn_and_forty_five_silent_days_change_nothing_of_how_a_journey_ends(
    offline: Stage, mind: Any, index_root: Path, tmp_path: Path, undisturbed: dict[str, Any], name: str
) -> None:
    drawn = random.Random(f"{SEED}/{name}")
    turns = [n for n, act in enumerate(read(name).turns) if act.request()]
    at, gap = drawn.choice(turns), drawn.choice(turns[1:])
    print(f"{name}: HOMEVIEW_SEED={SEED}, killed in turn {at}, 45 days before turn {gap}")
    if name not in undisturbed:
        undisturbed[name] = await offline.player(name).play()
    shutil.copytree(index_root, tmp_path / "index")
    async with fake_gemini(rule=SensibleGemini(mind[0])) as gemini, skipping_server() as env:
        key = {"gemini_api_key": SecretStr("a-key"), "gemini_base_url": gemini.url}
        async with stack(env, tmp_path, mind, worker=False, **key) as homeview:
            worker = KilledWorker(homeview.settings, gemini, at)
            try:
                playing = Stage(env, homeview).player(name, worker.before)
                ended = await playing.play(gap_before=gap, check=False)
                await replays(await homeview.history(playing.journey))
            finally:
                worker.end()
    assert worker.kills == 1
    assert ended == undisturbed[name]
