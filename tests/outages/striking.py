"""The faults themselves, each as something that is entered and left: it strikes, it lasts, it is lifted."""

import asyncio
import contextlib
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.outages.house import House, a_message
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
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.asynccontextmanager
async def locked(database: Path) -> AsyncIterator[None]:
    """Another process holds the database's write lock, as a backup or a forgotten shell does."""
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, str(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
    """A disk of 1 MB; skips the test where mounting is refused."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, text=True)
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
