"""The faults themselves, each as something that is entered and left: it strikes, it lasts, it is lifted."""

import asyncio
import contextlib
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from providers.index import COLLECTION, MARKER, POINTER, chroma_at
from tests.crashes.asking import say
from tests.outages.house import House, a_message, rows
from tests.postgres import Cluster
from tests.running import until


@contextlib.asynccontextmanager
async def killed(home: House, *names: str) -> AsyncIterator[None]:
    """kill -9; lifted by starting them again."""
    home.processes.kill(*names)
    try:
        yield
    finally:
        if "temporal" in names:
            await home.processes.temporal()
        if "worker" in names:
            home.processes.worker()
        if "api" in names:
            await home.processes.api()


@contextlib.asynccontextmanager
async def stopped(home: House, *names: str) -> AsyncIterator[None]:
    """SIGSTOP, then SIGCONT: what a machine does that is suspended, or swaps."""
    processes = [home.processes.running[name] for name in names]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


_HOLD = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
if len(sys.argv) > 2:
    time.sleep(float(sys.argv[2]))
else:
    sys.stdin.read()
"""


@contextlib.asynccontextmanager
async def locked(database: Path, seconds: float | None = None) -> AsyncIterator[None]:
    """Another process holds the database's write lock, as a backup or a forgotten shell does; for so long, or until it is left."""
    how_long = [] if seconds is None else [str(seconds)]
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLD, str(database), *how_long, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout and holder.stdin
    assert await holder.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        holder.stdin.close()
        await holder.wait()


@contextlib.asynccontextmanager
async def one_stopped(home: House) -> AsyncIterator[None]:
    """Two workers, and the one that is in the middle of the crowd's turns stands still; the other takes them over."""
    with contextlib.ExitStack() as lifted:
        async with locked(home.processes.settings.database_file or Path()):  # holds it where it is: about to write a turn
            home.processes.running["worker"].send_signal(signal.SIGSTOP)
            lifted.callback(home.processes.running["worker"].send_signal, signal.SIGCONT)
            home.processes.worker("another")
            lifted.callback(home.processes.kill, "another")
            await until(lambda: "worker.polling" in home.processes.log("another"), 30)
        await home.caller.ask(home.journeys[1], a_message(home.faults, 77), f"{home.faults}-taken-over")
        yield


@contextlib.asynccontextmanager
async def no_file_may_grow(home: House) -> AsyncIterator[None]:
    """RLIMIT_FSIZE 0: every write to a file fails, of worker and API alone, logs included."""
    with contextlib.ExitStack() as lifted:
        for pid in (home.processes.running[name].pid for name in ("worker", "api")):
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
            lifted.callback(resource.prlimit, pid, resource.RLIMIT_FSIZE, before)
        yield


@contextlib.asynccontextmanager
async def moved_away(*files: Path) -> AsyncIterator[None]:
    away = [file.rename(file.with_name(f"{file.name}.away")) for file in files]
    try:
        yield
    finally:
        for file, kept in zip(files, away, strict=True):
            kept.rename(file)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 6 MB; skips the test where mounting is refused."""
    folder.mkdir()
    # SQLite's log grows to 4 MB before it is folded into the file: on 1 MB it fills the disk while the crowd comes in.
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.asynccontextmanager
async def full(folder: Path) -> AsyncIterator[None]:
    """Not a byte is left."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            while True:
                with contextlib.suppress(OSError):
                    file.write(b"x" * size)
                    continue
                break
    try:
        yield
    finally:
        ballast.unlink()


@contextlib.asynccontextmanager
async def read_only(home: House, disk: Path) -> AsyncIterator[None]:
    """As a kernel leaves a disk that had an error. It is busy while somebody has it open: both are started anew on it."""
    home.processes.kill("worker", "api")
    with for_reading_only(disk):
        home.processes.worker()
        await home.processes.api()
        yield


@contextlib.contextmanager
def for_reading_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@contextlib.asynccontextmanager
async def down(server: Cluster) -> AsyncIterator[None]:
    with server.away():
        yield


@contextlib.asynccontextmanager
async def takes_no_writes(server: Cluster) -> AsyncIterator[None]:
    """A standby has taken the place of the server, and is not told to lead before the fault is over. No setting does: drivers ask for
    transactions that write, which overrides default_transaction_read_only."""
    with server.standing_by():
        yield


@contextlib.asynccontextmanager
async def until_mended(home: House, strike: Callable[[Path], None], is_well: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """What befalls the index's folder, which nobody puts right: it is over when the worker has."""
    strike(home.processes.settings.index_root)
    yield
    await until(is_well, 300, every=1)


def points_nowhere(root: Path) -> None:
    (root / POINTER).write_text("0123456789abcdef")


def points_at_damage(root: Path) -> None:
    points_at(root, damage)


def damaged_in_place(root: Path) -> None:
    """The very files that the worker has open."""
    damage(root / (root / POINTER).read_text().strip())


def points_at(root: Path, spoil: Callable[[Path], None]) -> Path:
    """A copy of the index, spoilt before the pointer is moved to it."""
    copy = root / "fedcba9876543210"
    shutil.copytree(root / (root / POINTER).read_text().strip(), copy)
    spoil(copy)
    (root / POINTER).write_text(copy.name)
    return copy


def points_at_nothing(root: Path) -> None:
    points_at(root, empty)


def damage(folder: Path) -> None:
    """Garbage in place of what Chroma wrote; what says that the index is whole stays."""
    for file in folder.rglob("*"):
        if file.is_file() and file.name != MARKER:
            file.write_bytes(b"garbage" * (file.stat().st_size // 7 + 1))


def empty(folder: Path) -> None:
    """What says that the index is whole stays, and Chroma finds it whole, without a passage."""
    client = chroma_at(folder)
    client.delete_collection(COLLECTION)
    client.create_collection(COLLECTION, embedding_function=None, metadata={"hnsw:space": "cosine"})
    client.close()


@contextlib.asynccontextmanager
async def at_its_start(home: House, fault: contextlib.AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    """A worker that has never seen the index as it should be, from when it polls."""
    home.processes.kill("worker")
    before = home.processes.log("worker").count("worker.polling")
    async with fault:
        home.processes.worker()
        await until(lambda: home.processes.log("worker").count("worker.polling") > before, 60)
        yield


class Clock:
    """What a process takes for the time: libfaketime, told by a file, so that it jumps while the process runs. Its monotonic clock goes
    on as ever, as it does where the time of a machine is set."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set("+0")

    def set(self, off: str) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{off}\n")
        draft.replace(self.file)

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(libfaketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def libfaketime() -> Path:
    """Skips the test where it is not installed."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), *Path("/usr/lib/faketime").glob("libfaketimeMT.so.1")]
    if not found:
        pytest.skip("libfaketime is not installed here; on Debian and Ubuntu: apt-get install faketime")
    return found[0]


@contextlib.asynccontextmanager
async def jumped(home: House, clock: Clock, seconds: int, now: Callable[[House], Awaitable[datetime]]) -> AsyncIterator[None]:
    """Until `now`, which asks the process for its time, is so far off."""

    async def is_off(by: int) -> bool:
        return abs((await now(home) - datetime.now(UTC)).total_seconds() - by) < 60

    clock.set(f"{seconds:+d}")
    try:
        await until(lambda: is_off(seconds), 30)
        yield
    finally:
        clock.set("+0")
    await until(lambda: is_off(0), 30)


async def workers_time(home: House) -> datetime:
    """When the worker says that it read a message."""
    asked = home.clock_asks = home.clock_asks + 1
    answer = await home.caller.ask(home.journeys[3], say(f"what time is it, for the {asked}. time?"), f"clock-{asked}")
    [(at,)] = rows(
        home.processes.settings.database_url, "SELECT started_at FROM model_calls WHERE turn_id = ?", answer.body["turn"]["turn_id"]
    )
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


async def apis_time(home: House) -> datetime:
    return parsedate_to_datetime((await home.http.get("/healthz")).headers["date"])
