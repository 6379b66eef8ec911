"""Many journeys side by side, each held at another place of its turn, so that one kill falls on all the places at once."""

import asyncio
import json
import random
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from journeys import names
from providers.temporal import connect, data_converter
from tests.crashes.asking import KINDS, Answer, Caller, Kind, begin, give, journey_of
from tests.crashes.holds import Holds
from tests.crashes.nursery import NurseryProcesses
from tests.running import free_port, settings_at, until
from workflows.journey import JourneyWorkflow

NOT_A_PLACE = ("asked", "booked", "answered")
TOLD_ONCE = ("reply", "failed", "notice")
HELD_AT_ONCE = 30  # each held turn has the server renew its workflow task every 1.6 s; many more would hold one another up
AT_ONCE = 8  # journeys that are made ready, or asked for their next turn, at the same moment
WRITES = (
    ".open_turn",
    ".tell_turn",
    ".keep_result",
    ".close_turn",
    ".handler.ends",
    ".begin_call",
    ".begin_first",
    ".book_call",
    ".keep_brief",
    ".generate",
)
T = TypeVar("T")


@dataclass(frozen=True)
class Seat:
    """One journey, with the place its turn is held at; the undisturbed one of its kind has none."""

    kind: Kind
    place: str | None

    @property
    def name(self) -> str:
        return f"{self.kind.name}:{self.place or 'undisturbed'}"

    def key(self, number: int) -> str:
        """Of the journey: one for all rounds, except where the beginning itself is disturbed."""
        return f"{self.name}-{number}" if self.kind.name == "begin" else self.name

    def journey(self, number: int) -> str:
        return journey_of(self.key(number))


@dataclass
class Kill:
    """What the kills of one round did: whom they met where, and how long after the last each turn was answered (seconds)."""

    victims: str
    met: list[str] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)
    asked_again: int = 0  # calls that were in doubt and were made a second time

    def line(self) -> str:
        times = sorted(self.recovered) or [0.0]
        middle, late, last = times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]
        spread = f"n={len(self.recovered)}, median {middle:.1f} s, P95 {late:.1f} s, max {last:.1f} s"
        return f"recovery after {self.victims} kill: {spread}; {len(self.met)} places; calls in doubt made again: {self.asked_again}"


@dataclass
class Fleet:
    processes: NurseryProcesses
    holds: Holds
    caller: Caller
    temporal: Client
    seats: list[Seat] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    round: int = 0

    # --- making ready ----------------------------------------------------------------------------------------------------------
    async def make_ready(self, kinds: Sequence[Kind] = KINDS) -> None:
        """Learn each kind's places from a turn of its own, then bring one journey for each place to where its turn begins."""
        for kind, places in zip(kinds, await asyncio.gather(*(self.places_of(kind) for kind in kinds)), strict=True):
            self.seats += [Seat(kind, place) for place in (None, *places)]
        await self.by_few(self.prepare(seat.kind, seat.name) for seat in self.seats if seat.kind.name != "begin")

    async def by_few(self, works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
        """Some at once: a machine that is asked for everything at the same moment makes workflow tasks time out."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(work: Coroutine[Any, Any, T]) -> T:
            async with gate:
                return await work

        return await asyncio.gather(*(one(work) for work in works))

    async def places_of(self, kind: Kind) -> list[str]:
        key = f"{kind.name}-shown"
        journey = journey_of(key)
        if kind.before:
            await self.prepare(kind, key)
        before = sum(1 for passed in self.holds.passed() if passed.journey == journey)
        answer = await self.caller.ask(journey, kind.turn(0), key)
        assert answer.status == kind.status, answer
        shown = [passed.place for passed in self.holds.passed() if passed.journey == journey][before:]
        return chosen(kind, distinct([place for place in shown if place.split()[0] not in NOT_A_PLACE]))

    async def prepare(self, kind: Kind, key: str) -> str:
        """The journey's id."""
        begun = await self.caller.ask(journey_of(key), begin(), key)
        given = await self.caller.ask(journey_of(key), give(**kind.before), "before")
        assert (begun.status, given.status) == (201, 200), (begun, given)
        return journey_of(key)

    # --- one round ---------------------------------------------------------------------------------------------------------------
    async def disturb(self, victims: Sequence[str], seats: Sequence[Seat] | None = None, again: Sequence[str] = ()) -> None:
        """Each of these seats' turns is held at its place and met there by a kill; clients send again until they are answered.

        With `again` the turns are held a second time, behind that place, and met by another kill. Journeys that are not among
        `seats` are let go for good: each costs a turn or two in every round.
        """
        number, self.round = self.round, self.round + 1
        chosen = [seat for seat in self.seats if seat.place] if seats is None else list(seats)
        undisturbed = [seat for seat in self.seats if seat.place is None]
        self.seats = [*undisturbed, *chosen]
        outcome = Kill(" and ".join(victims) + (f", then {' and '.join(again)}," if again else ""))
        turns = await self.by_few(self.turn(seat, number) for seat in undisturbed)
        answered = dict(zip((seat.name for seat in undisturbed), turns, strict=True))
        for first in range(0, len(chosen), HELD_AT_ONCE):
            answered |= await self.strike(number, chosen[first : first + HELD_AT_ONCE], victims, again, outcome)
        outcome.asked_again = self.asked_again(number)
        await self.check(number, answered)
        self.kills.append(outcome)
        print(f"\n{outcome.line()}")

    async def strike(
        self, number: int, seats: Sequence[Seat], victims: Sequence[str], again: Sequence[str], outcome: Kill
    ) -> dict[str, Answer]:
        """One kill."""
        held = {seat.journey(number): seat.place or "" for seat in seats}
        self.holds.plan(held)
        asking = {seat.journey(number): asyncio.create_task(self.turn(seat, number), name=seat.name) for seat in seats}
        try:
            missed = await self.wait_for(held, asking)
            assert len(missed) <= 1, f"never came to their place: {missed}"
            killed_at = time.monotonic()
            if again:
                behind = self.places_behind(number, seats)
                await self.kill(victims, behind)
                await self.wait_for(behind, asking)
                killed_at = time.monotonic()
            await self.kill(again or victims, {})
            await asyncio.wait(asking.values())
            lost = [f"{task.get_name()}: {task.exception()!r}" for task in asking.values() if task.exception()]
            assert not lost, f"{len(lost)} without an answer:\n" + "\n".join(lost)
        finally:
            for task in asking.values():
                task.cancel()
        outcome.met += sorted(seat.name for seat in seats if seat.name not in missed)
        outcome.recovered += [task.result().at - killed_at for task in asking.values() if task.result().at > killed_at]
        return {task.get_name(): task.result() for task in asking.values()}

    async def turn(self, seat: Seat, number: int) -> Answer:
        key = seat.key(number) if seat.kind.name == "begin" else f"turn-{number}"
        return await self.caller.ask(seat.journey(number), seat.kind.turn(number), key)

    async def wait_for(self, held: dict[str, str], asking: dict[str, asyncio.Task[Answer]]) -> list[str]:
        """Until every journey stands at its place. Gives those that were answered without coming there: on a busy machine a
        client may be told 202 or 503, and its second try takes a shorter way."""

        def missing() -> set[str]:
            return held.keys() - self.holds.held()

        try:
            await until(lambda: all(asking[journey].done() for journey in missing()), 60)
        except TimeoutError:
            raise AssertionError(f"not held: {sorted(asking[journey].get_name() for journey in missing())}") from None
        return sorted(asking[journey].get_name() for journey in missing())

    def places_behind(self, number: int, seats: Sequence[Seat]) -> dict[str, str]:
        """For each journey another place of its kind, at its own or behind it. Seeded, so that a failure comes again."""
        chance = random.Random(number)
        behind: dict[str, str] = {}
        for seat in seats:
            places = [other.place or "" for other in self.seats if other.kind is seat.kind and other.place]
            behind[seat.journey(number)] = chance.choice(places[places.index(seat.place or "") :])
        return behind

    async def kill(self, victims: Sequence[str], then: dict[str, str]) -> None:
        """All at the same moment. What was not killed is let go only when the others are back, to meet them as they come."""
        self.processes.kill(*victims)
        if "worker" in victims:
            self.holds.plan(then)
        if "temporal" in victims:
            await self.processes.temporal()
        if "worker" in victims:
            self.processes.worker()
        else:
            self.holds.plan(then)
        if "api" in victims:
            await self.processes.api()

    def writing(self, *kinds: str) -> list[Seat]:
        """Those of these kinds (all where none is named) whose place is right behind a write, and the API's."""
        placed = [(seat, seat.place) for seat in self.seats if seat.place and (not kinds or seat.kind.name in kinds)]
        return [seat for seat, place in placed if place.endswith(WRITES) or place.startswith("api.")]

    # --- what must hold ------------------------------------------------------------------------------------------------------------
    async def check(self, number: int, answered: dict[str, Answer]) -> None:
        """The turn, each journey's rows and history; then the next turn, and each journey beside the undisturbed one of its kind."""
        wrong: list[str] = []
        with self.database() as db:
            for seat in self.seats:
                answer = answered[seat.name]
                if answer.status != seat.kind.status:
                    wrong.append(f"{seat.name}: answered {answer.status} {answer.body}")
                    continue
                wrong += [f"{seat.name}: {fault}" for fault in self.faults_in_rows(db, seat, number)]
        wrong += self.calls_made_again(number)
        after = await self.by_few(self.caller.ask(s.journey(number), s.kind.after(number), f"after-{number}") for s in self.seats)
        wrong += [
            f"{seat.name}: the next turn was answered {a.status} {a.body}"
            for seat, a in zip(self.seats, after, strict=True)
            if a.status != 200
        ]
        wrong += await self.beside_the_undisturbed(number)
        wrong += await self.faults_in_histories(number)
        assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(dict.fromkeys(wrong))

    def faults_in_rows(self, db: sqlite3.Connection, seat: Seat, number: int) -> list[str]:
        journey, operation = seat.journey(number), seat.kind.turn(number).operation
        key = seat.key(number) if operation == "begin" else f"turn-{number}"
        mine = db.execute(
            "SELECT t.id, t.status FROM turns t JOIN requests r ON r.turn_id = t.id "
            "WHERE r.journey_id = ? AND r.operation = ? AND r.key = ?",
            (journey, operation, key),
        ).fetchall()
        if [status for _, status in mine] != [seat.kind.ends_as]:
            return [f"its turn is {mine}"]
        [(turn, _)] = mine
        faults = []
        told = [kind for (kind,) in db.execute("SELECT kind FROM events WHERE turn_id = ?", (turn,)) if kind in TOLD_ONCE]
        if len(told) != 1:
            faults.append(f"told {told}")
        seqs = [seq for (seq,) in db.execute("SELECT seq FROM turns WHERE journey_id = ? ORDER BY seq", (journey,))]
        if seqs != list(range(1, len(seqs) + 1)):
            faults.append(f"turns are numbered {seqs}")
        positions = [seq for (seq,) in db.execute("SELECT seq FROM events WHERE journey_id = ? ORDER BY seq", (journey,))]
        if positions != list(range(1, len(positions) + 1)):
            faults.append(f"events are numbered {positions}")
        if self.processes.settings.provider == "gemini" and operation == "converse":
            faults += self.faults_in_calls(db, turn, seat.name, number)
        made = db.execute("SELECT step, skill, version, inputs_hash FROM results WHERE journey_id = ?", (journey,)).fetchall()
        for (step, skill), versions in grouped(made).items():
            if [version for version, _ in versions] != list(range(1, len(versions) + 1)):
                faults.append(f"{step} has versions {versions}")
            if len({inputs for _, inputs in versions}) != len(versions):
                faults.append(f"{skill} was made twice for the same inputs: {versions}")
        return faults

    def faults_in_calls(self, db: sqlite3.Connection, turn: str, name: str, number: int) -> list[str]:
        """The ledger knows of every call of a model that was made, and of each whether it was answered."""
        kept = db.execute("SELECT name, status, attempts, in_doubt FROM model_calls WHERE turn_id = ? AND prompt <> ''", (turn,)).fetchall()
        made = self.passed_in(number).get(name, [])
        faults = [f"its call {call} is {status}" for call, status, _, _ in kept if status != "answered"]
        if not kept:
            faults.append("no call of a model is kept")
        for call, _, attempts, in_doubt in kept:
            asked, answered = made.count(f"asked {call}"), made.count(f"answered {call}")
            if not (asked <= attempts == in_doubt + 1 and answered >= 1):
                faults.append(f"{call} was asked {asked} and answered {answered} times; kept are {attempts} tries, {in_doubt} in doubt")
        return faults

    def passed_in(self, number: int) -> dict[str, list[str]]:
        """By journey, in order: what became of the reader's calls for this round's turn."""
        turn = {self.turn_id(seat, number): seat.name for seat in self.seats}
        found: dict[str, list[str]] = {}
        for passed in self.holds.passed():
            if passed.place.split()[0] in NOT_A_PLACE and passed.turn in turn:
                found.setdefault(turn[passed.turn], []).append(passed.place)
        return found

    def turn_id(self, seat: Seat, number: int) -> str:
        operation = seat.kind.turn(number).operation
        return names.turn_id(seat.journey(number), operation, seat.key(number) if operation == "begin" else f"turn-{number}")

    def calls_made_again(self, number: int) -> list[str]:
        """A call whose answer was kept is not made again."""
        return [
            f"{name}: it was asked again after its answer was kept: {calls}"
            for name, calls in self.passed_in(number).items()
            for booked in {call for call in calls if call.startswith("booked")}
            if booked.replace("booked", "asked") in calls[calls.index(booked) :]
        ]

    def asked_again(self, number: int) -> int:
        """Each call counts by its name, such as "asked reply"."""
        rows = [calls for name, calls in self.passed_in(number).items() if not name.startswith("bug")]
        return sum(calls.count(asked) - 1 for calls in rows for asked in {call for call in calls if call.startswith("asked")})

    async def beside_the_undisturbed(self, number: int) -> list[str]:
        conversations = await self.by_few(self.caller.all_of(f"/v1/journeys/{seat.journey(number)}/messages") for seat in self.seats)
        with self.database() as db:
            seen = [(seat, seen_from_outside(db, seat.journey(number), told)) for seat, told in zip(self.seats, conversations, strict=True)]
        undisturbed = {seat.kind.name: view for seat, view in seen if seat.place is None}
        return [f"{seat.name}: {fault}" for seat, view in seen for fault in differences(undisturbed[seat.kind.name], view)]

    def database(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.processes.settings.database_file or ""))

    async def faults_in_histories(self, number: int) -> list[str]:
        names = {seat.journey(number): seat.name for seat in self.seats}

        async def histories() -> AsyncIterator[WorkflowHistory]:
            for journey in names:
                yield await self.temporal.get_workflow_handle(journey).fetch_history()

        # Without the sandbox, which is a third of the price: what is looked for is another order of commands.
        replayer = Replayer(workflows=[JourneyWorkflow], data_converter=data_converter, workflow_runner=UnsandboxedWorkflowRunner())
        async with replayer.workflow_replay_iterator(histories()) as results:
            return [
                f"{names[result.history.workflow_id]}: its history does not replay: {result.replay_failure}"
                async for result in results
                if result.replay_failure
            ]


def distinct(places: Sequence[str]) -> list[str]:
    """Places between which nothing is awaited are one: an activity's end right behind its last call, the beginning of the
    activity that a handler begins with, and the API's reads before they are made."""
    kept: list[str] = []
    for place, before in zip(places, ["", *places], strict=False):
        last_call = place.endswith(".ends") and before.startswith(place.removesuffix("ends")) and not before.endswith(".begins")
        first = place.endswith(".begins") and (before.endswith(".handler.begins") or place.startswith("api."))
        if not (last_call or first or place in kept):
            kept.append(place)
    return kept


def chosen(kind: Kind, places: Sequence[str]) -> list[str]:
    """Every await of the richest turn. Of the others those behind which something is written or answered: between two of
    these a kill finds the same rows and the same history. All together would keep the server busy with their heartbeats."""
    if kind.everywhere:
        return list(places)
    return [place for place in places if place.endswith((*WRITES, ".search", "fail.begins"))]


def grouped(made: list[tuple[str, str, int, str]]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for step, skill, version, inputs in sorted(made):
        found.setdefault((step, skill), []).append((version, inputs))
    return found


def seen_from_outside(db: sqlite3.Connection, journey: str, turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The view and the conversation, without what is another one's by nature: ids and times."""
    [(stored,)] = db.execute("SELECT view FROM journeys WHERE id = ?", (journey,))
    view: dict[str, Any] = json.loads(stored)
    for name in ("journey_id", "last_turn_id", "last_heard_at", "started_at"):
        view.pop(name)
    for name in ("since", "next_at"):
        view["waiting_for"].pop(name)
    told = [(t["seq"], t["operation"], t["text"], (t["reply"] or t["problem"] or {}).get("text")) for t in turns]
    return {**view, "conversation": told}


def differences(expected: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    """Told by the conversation where it differs; everything else follows from it."""
    if seen["conversation"] != expected["conversation"]:
        return [f"conversation is {short(seen)}, undisturbed {short(expected)}"]
    return [f"{name} is {seen[name]!r}, undisturbed {expected[name]!r}"[:300] for name in expected if seen[name] != expected[name]]


def short(seen: dict[str, Any]) -> list[str]:
    return [f"{seq} {operation} {(text or '')[:20]} → {(reply or '-')[:30]}" for seq, operation, text, reply in seen["conversation"][-4:]]


@asynccontextmanager
async def fleet(home: Path, index_root: Path, kinds: Sequence[Kind] = KINDS, **more: Any) -> AsyncIterator[Fleet]:
    """Temporal, a holding worker and a holding API on `home`, and the journeys of these kinds brought to their places. `more` are
    settings."""
    shutil.copytree(index_root, home / "index")
    processes = NurseryProcesses(home, settings_at(home, f"127.0.0.1:{free_port()}", **more))
    holds = Holds(home / "holds")
    processes.open_nursery(holds.folder)
    try:
        await processes.up()
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx2.AsyncClient(base_url=processes.settings.api_url, timeout=40, trust_env=False, limits=limits) as http:
            running = Fleet(processes, holds, Caller(http), await connect(processes.settings))
            await running.make_ready(kinds)
            yield running
    finally:
        processes.end()
