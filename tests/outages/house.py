"""A running HomeView to which something is done while journeys are in the middle of their turns: what it answers meanwhile, and what stands
in the database when it is over."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import sqlalchemy

from providers.store.migrate import migrate
from tests.crashes.asking import BASICS, Answer, Ask, Caller, begin, give, journey_of, say
from tests.outages.table import named
from tests.running import Processes, free_port, settings_at, until

CROWD = 8  # journeys that are in a turn when a fault strikes
PATIENCE = 20.0  # seconds; an answer that takes longer is a hang
WAIT = 1  # seconds that a probe asks the API to wait for its turn
H = TypeVar("H", bound="House")
CALLS = ("message", "beginning", "reading")


@dataclass(frozen=True)
class Seen:
    """One answer while a fault lasted. `label` such as "503 NotAccepted"; "no answer" where the connection broke or nothing came."""

    label: str
    seconds: float
    body: Mapping[str, Any]


@dataclass
class Met:
    """What a fault came to: the answers meanwhile by call, and how long after its end the last turn was answered."""

    meanwhile: dict[str, Seen] = field(default_factory=dict)
    healed: float = 0.0

    def labels(self) -> dict[str, str]:
        return {call: seen.label for call, seen in self.meanwhile.items()}


@dataclass
class House:
    processes: Processes
    http: httpx2.AsyncClient
    journeys: list[str] = field(default_factory=list)
    faults: int = 0
    clock_asks: int = 0

    @property
    def caller(self) -> Caller:
        return Caller(self.http)

    async def settle_in(self) -> None:
        async def one(key: str) -> str:
            begun = await self.caller.ask(journey_of(key), begin(), key)
            given = await self.caller.ask(journey_of(key), give(**BASICS), "before")
            assert (begun.status, given.status) == (201, 200), (begun, given)
            return journey_of(key)

        self.journeys = list(await asyncio.gather(*(one(f"crowd-{n}") for n in range(CROWD))))

    async def through(self, name: str, fault: AbstractAsyncContextManager[Any], more: Callable[[], Awaitable[Any]] | None = None) -> Met:
        """Strike while the crowd is in its turns, ask meanwhile, lift the fault, and look at everything. `name` is the outage's in
        table.py, which says what may be answered; a word behind a dot tells two strikes of one apart. `more` is done while it lasts."""
        self.faults += 1
        told = named(name.partition(".")[0])
        nth, met, listening = self.faults, Met(), asyncio.create_task(self.listen(self.journeys[0]))
        tasks = [asyncio.create_task(self.caller.ask(journey, self.turn(n, nth), name)) for n, journey in enumerate(self.journeys)]
        try:
            await self.in_the_middle(tasks)
            async with fault:
                met.meanwhile = await self.ask_meanwhile(name)
                if more:
                    await more()
            lifted = time.monotonic()
            answers = await asyncio.gather(*tasks)
            again = await self.caller.ask(self.journeys[0], a_message(nth), f"{name}-meanwhile")
            begun = await self.caller.ask(journey_of(f"{name}-begun"), begin(), f"{name}-begun")
            met.healed = time.monotonic() - lifted
            assert [a.status for a in (*answers, again, begun)] == [200] * (CROWD + 1) + [201], [*answers, again, begun]
            await self.nothing_lost_or_doubled(name, answers, again)
            await self.heard(listening, self.journeys[0])
            print(f"\n{name}: {met.labels()}, healed after {met.healed:.1f} s")
            for call, allowed in told.allowed().items():
                seen = met.meanwhile[call]
                assert seen.label in allowed, (call, seen)
                assert told.says in seen.body.get("detail", told.says), (call, seen)
        finally:
            for task in (*tasks, listening):
                task.cancel()
        return met

    def turn(self, n: int, nth: int) -> Ask:
        """What the nth journey is asked when the fault of this number strikes."""
        return a_turn(n, nth)

    async def in_the_middle(self, tasks: Sequence[asyncio.Task[Answer]]) -> None:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # so that the others are somewhere in theirs

    # --- meanwhile -----------------------------------------------------------------------------------------------------------
    async def ask_meanwhile(self, name: str) -> dict[str, Seen]:
        first = self.journeys[0]
        asks = {
            "message": lambda: self.send(f"/v1/journeys/{first}/messages", a_message(self.faults), f"{name}-meanwhile"),
            "beginning": lambda: self.send("/v1/journeys", begin(), f"{name}-begun"),
            "reading": lambda: self.read(f"/v1/journeys/{first}"),
        }
        seen = await asyncio.gather(*(asks[call]() for call in CALLS))
        for one in seen:
            assert one.seconds < PATIENCE, one
            assert not one.label.startswith("500"), one
            if one.label[0] in "45":
                assert one.body["detail"] and one.body["actions"], one
        return dict(zip(CALLS, seen, strict=True))

    async def send(self, path: str, ask: Ask, key: str) -> Seen:
        return await self.timed(self.http.post(f"{path}?wait={WAIT}", json=dict(ask.body), headers={"Idempotency-Key": key}))

    async def read(self, path: str) -> Seen:
        return await self.timed(self.http.get(path))

    async def timed(self, request: Any) -> Seen:
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(request, PATIENCE)
        except (httpx2.TransportError, TimeoutError):
            return Seen("no answer", 0.0, {})
        kind = answer.json().get("type", "").rpartition("/")[2]
        return Seen(f"{answer.status_code} {kind}".strip(), time.monotonic() - began, answer.json())

    # --- afterwards ----------------------------------------------------------------------------------------------------------
    async def nothing_lost_or_doubled(self, name: str, answers: Sequence[Answer], meanwhile: Answer) -> None:
        """Each key has one turn, told once, in an order without gaps; the same key gets the same answer again."""
        for n, (journey, answer) in enumerate(zip(self.journeys, answers, strict=True)):
            same = await self.caller.ask(journey, self.turn(n, self.faults), name)
            assert same.body == answer.body
        kept = await self.caller.all_of(f"/v1/journeys/{self.journeys[0]}/messages")
        told = [turn for turn in kept if turn["operation"] != "fulfil"]  # a fuller answer comes by itself
        assert [turn["turn_id"] for turn in told][-2:] == [answers[0].body["turn"]["turn_id"], meanwhile.body["turn"]["turn_id"]]
        faults = faults_in(self.processes.settings.database_url, [*self.journeys, journey_of(f"{name}-begun")])
        assert not faults, "\n".join(faults)

    async def listen(self, journey: str) -> list[int]:
        """The positions that a stream is told from the start, whatever ends it in between; grows until it is cancelled."""
        seen: list[int] = []
        self.told = seen
        while True:
            with contextlib.suppress(httpx2.TransportError, httpx2.HTTPStatusError):
                position = {"Last-Event-ID": str(seen[-1] if seen else 0)}
                async with self.http.stream("GET", f"/v1/journeys/{journey}/events", headers=position) as answer:
                    answer.raise_for_status()
                    async for line in answer.aiter_lines():
                        seen += [int(line.removeprefix("id: "))] if line.startswith("id: ") else []
            await asyncio.sleep(0.1)

    async def heard(self, listening: asyncio.Task[Any], journey: str) -> None:
        """The stream tells everything that stands in the log, in order and once, as it happens."""
        last = last_position(self.processes.settings.database_url, journey)
        await until(lambda: listening.done() or (self.told and self.told[-1] >= last), 30)
        assert not listening.done(), listening.result()
        assert self.told == list(range(1, len(self.told) + 1))


def a_turn(n: int, nth: int) -> Ask:
    """Of the nth fault: half are questions that pages answer, the others are inputs."""
    return a_message(nth, n) if n % 2 == 0 else give(year_built={"kind": "count", "count": 1900 + nth})


def a_message(nth: int, n: int = 99) -> Ask:
    return say(f"how long does a kitchen renovation take, for {nth * 100 + n} people?")


# --- the rows --------------------------------------------------------------------------------------------------------------
def rows(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as db:
            return [tuple(row) for row in db.exec_driver_sql(statement.replace("?", "%s") if "postgres" in url else statement, values)]
    finally:
        engine.dispose()


def last_position(url: str, journey: str) -> int:
    return int(rows(url, "SELECT max(seq) FROM events WHERE journey_id = ?", journey)[0][0])


def faults_in(url: str, journeys: Sequence[str], ends: Sequence[str] = ("done",)) -> list[str]:
    """What is lost or doubled in these journeys' rows, as sentences. `ends`: how turns may have ended."""
    faults: list[str] = []
    for journey in journeys:
        turns = rows(url, "SELECT id, seq, status FROM turns WHERE journey_id = ? ORDER BY seq", journey)
        keys = rows(url, "SELECT turn_id FROM requests WHERE journey_id = ?", journey)
        events = rows(url, "SELECT seq, kind, turn_id FROM events WHERE journey_id = ? ORDER BY seq", journey)
        if [seq for _, seq, _ in turns] != list(range(1, len(turns) + 1)):
            faults.append(f"{journey}: turns are numbered {[seq for _, seq, _ in turns]}")
        if sorted(turn for turn, _, _ in turns) != sorted(turn for (turn,) in keys):
            faults.append(f"{journey}: {len(turns)} turns of {len(keys)} requests")
        if [seq for seq, _, _ in events] != list(range(1, len(events) + 1)):
            faults.append(f"{journey}: events are numbered {[seq for seq, _, _ in events]}")
        for turn, seq, status in turns:
            told = [kind for _, kind, of in events if of == turn and kind in ("reply", "failed", "notice")]
            if status not in ends or len(told) != 1:
                faults.append(f"{journey}: turn {seq} is {status} and told {told}")
    return faults


@asynccontextmanager
async def house(
    home: Path,
    index_root: Path,
    worker: Mapping[str, str] | None = None,
    api: Mapping[str, str] | None = None,
    of: Callable[[Processes, httpx2.AsyncClient], H] = House,  # type: ignore[assignment]
    **more: Any,
) -> AsyncIterator[H]:
    """Temporal, worker and API as processes on `home`, and the crowd. `worker` and `api` are variables of their environment, `more`
    settings; `of` makes the house of them."""
    shutil.copytree(index_root, home / "index")
    processes = Processes(home, settings_at(home, f"127.0.0.1:{free_port()}", **more))
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    try:
        migrate(processes.settings.database_url)
        await processes.temporal()
        processes.worker(**(worker or {}))
        await processes.api(**(api or {}))
        async with httpx2.AsyncClient(base_url=processes.settings.api_url, timeout=40, trust_env=False, limits=limits) as http:
            running = of(processes, http)
            await running.settle_in()
            yield running
    finally:
        processes.end()
