"""Kill -9 around each step of an effect: it goes out once and is withdrawn, and what nobody can know is shown with a choice that works.
Real processes, a real outlet that counts what arrives."""

import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from providers.store.effects import effects_of
from providers.store.store import Store
from tests.crashes.holds import FOLDER, Holds
from tests.mailbox import mailbox
from tests.outlet_sink import Sink, sink
from tests.quotes import about_to_ask
from tests.running import Processes, Stack, until
from worker.talk import Talk

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
TAKEN = "taken"  # the outlet has it and keeps its answer to itself
SENDING = ("reserved", "sent", TAKEN, "answered", "confirmed")
WITHDRAWING = ("withdrawing", "withdrawn", "compensated")
GO_OUT = {"step": "share", "option": "go_out"}


class Running:
    """HomeView as processes, whose worker can be held."""

    def __init__(self, home: Path, outlet: str) -> None:
        self.processes = Processes.at(home, outlet_url=outlet)
        self.processes.worker_command = (sys.executable, "-m", "tests.holding_outlet")
        self.holds = Holds(home / "holds")
        self.store = Store(self.processes.settings.database_url)
        self.environment = {FOLDER: str(home / "holds"), "OPENBLAS_NUM_THREADS": "1"}

    async def asking(self, many: int) -> list[str]:
        async with self.processes.http() as http:
            near = Stack(http, *cast(Any, [None] * 4))
            return list(await asyncio.gather(*(about_to_ask(near) for _ in range(many))))

    async def act(self, journey: str, what: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """However often it has to be sent: under one key."""
        async with self.processes.http() as http:
            return await Talk(http).act(journey, what, body, key)

    async def view(self, journey: str) -> dict[str, Any]:
        async with self.processes.http() as http:
            return await Stack(http, *cast(Any, [None] * 4)).view(journey)

    async def kill(self, names: Sequence[str]) -> None:
        self.processes.kill(*names)
        if "temporal" in names:
            await self.processes.temporal()
        if "worker" in names:
            self.processes.worker(**self.environment)
        if "api" in names:
            await self.processes.api()

    async def statuses(self, journey: str) -> list[str]:
        """As the rows say, and as the person sees them."""
        rows = await self.store.read(lambda db: effects_of(db, journey))
        shown = [effect["status"] for effect in (await self.view(journey))["effects"]]
        assert [row.status for row in rows] == shown == [row.told for row in rows]
        return shown


@asynccontextmanager
async def running(home: Path, index_root: Path, outlet: str) -> AsyncIterator[Running]:
    shutil.copytree(index_root, home / "index")
    it = Running(home, outlet)
    try:
        await it.processes.up(**it.environment)
        yield it
    finally:
        it.processes.end()
        it.store.close()


async def strike(it: Running, names: Sequence[str], taking: Sink, acts: dict[str, tuple[str, dict[str, Any], str]]) -> dict[str, str]:
    """`acts`: by journey what is sent, with which body, and where it is held when the processes are killed. Gives what was replied."""
    taking.held = {journey for journey, (_, _, place) in acts.items() if place == TAKEN}
    it.holds.plan({journey: place for journey, (_, _, place) in acts.items() if place != TAKEN})
    sending = {journey: asyncio.create_task(it.act(journey, what, body)) for journey, (what, body, _) in acts.items()}
    held = set(acts) - taking.held
    await until(lambda: it.holds.held() >= held and taking.held <= {taken["key"].partition("/")[0] for taken in taking.taken}, within=60)
    if "worker" in names:
        it.holds.plan({})  # whoever comes after it is held nowhere
    await it.kill(names)
    it.holds.plan({})
    taking.go.set()
    async with asyncio.timeout(180):
        return {journey: (await turn)["reply"]["text"] for journey, turn in sending.items()}


async def all_around_an_effect(home: Path, index_root: Path, names: Sequence[str]) -> None:
    async with sink() as taking, running(home, index_root, taking.url) as it:
        journeys = await it.asking(len(SENDING) + len(WITHDRAWING) * 2)
        sent, changed = journeys[: len(SENDING)], journeys[len(SENDING) :]
        await asyncio.gather(*(it.act(journey, "decisions", GO_OUT) for journey in changed))
        acts: dict[str, tuple[str, dict[str, Any], str]]
        acts = {journey: ("decisions", GO_OUT, place) for journey, place in zip(sent, SENDING, strict=True)}
        backs, ends = changed[: len(WITHDRAWING)], changed[len(WITHDRAWING) :]
        acts |= {journey: ("back", {"step": "share"}, place) for journey, place in zip(backs, WITHDRAWING, strict=True)}
        acts |= {journey: ("abandon", {}, place) for journey, place in zip(ends, WITHDRAWING, strict=True)}
        told = await strike(it, names, taking, acts)
        arrived = Counter(taken["key"].partition("/")[0] for taken in taking.taken)
        lost, doubled = [j for j in journeys if arrived[j] == 0], [j for j in journeys if arrived[j] > 1]
        print(f"\nkilled {', '.join(names)}: {len(journeys)} effects, {len(lost)} lost, {len(doubled)} doubled")
        assert (lost, doubled) == ([], [])
        for journey in sent:
            assert (await it.statuses(journey), "I sent the request" in told[journey]) == (["confirmed"], True), acts[journey]
        for journey in changed:
            assert (await it.statuses(journey), "I withdrew the request" in told[journey]) == (["compensated"], True), acts[journey]
        assert {key.partition("/")[0] for key in taking.withdrawn} == set(changed)


async def test_a_worker_killed_anywhere_around_an_effect_sends_it_once_and_withdraws_it(tmp_path: Path, index_root: Path) -> None:
    await all_around_an_effect(tmp_path, index_root, ["worker"])


@pytest.mark.long
@pytest.mark.parametrize("names", [["api"], ["temporal"], ["worker", "api", "temporal"]], ids="+".join)
async def test_whatever_is_killed_around_an_effect_it_is_sent_once_and_withdrawn(
    tmp_path: Path, index_root: Path, names: list[str]
) -> None:
    await all_around_an_effect(tmp_path, index_root, names)


@pytest.mark.long
@pytest.mark.parametrize("choice", ["send_again", "leave_it"])
async def test_a_mail_whose_worker_was_killed_is_in_doubt_and_both_choices_work(tmp_path: Path, index_root: Path, choice: str) -> None:
    """Nobody can ask a mail server, so nothing goes out again before the person says so."""
    places = ("reserved", "sent", "answered", "confirmed")
    async with mailbox() as box:
        url = f"smtp://localhost:{box.port}?from=home@view.example&to=office@view.example"
        async with running(tmp_path, index_root, url) as it:
            journeys = await it.asking(len(places))
            acts = {journey: ("decisions", GO_OUT, place) for journey, place in zip(journeys, places, strict=True)}
            await strike(it, ["worker"], Sink(), acts)
            assert [await it.statuses(journey) for journey in journeys] == [["confirmed"], ["in_doubt"], ["in_doubt"], ["confirmed"]]
            assert len(box.whole) == 3  # that of the second was never handed over
            for journey in journeys[1:3]:
                [offered] = [action for action in (await it.view(journey))["actions"] if action["action"] == choice]
                await it.act(journey, "effects", offered["params"])
                assert await it.statuses(journey) == ["confirmed" if choice == "send_again" else "failed"]
            arrived = Counter(str(mail["Message-ID"]) for mail in box.whole)
            assert sorted(arrived.values()) == ([1, 1, 1, 2] if choice == "send_again" else [1, 1, 1])
