"""Keeps child processes alive, and ends them in order: starts, restarts with a growing pause, drains, leaves no orphan."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from worker.output import Output

Say = Callable[[str], None]


class GaveUp(Exception):
    """A child that cannot be kept alive; the message is a sentence with the child's last words."""


@dataclass(frozen=True)
class Program:
    """One child to keep alive. `name` names its log, `title` it in sentences; `patience`: seconds between SIGTERM and SIGKILL."""

    name: str
    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 10.0
    echoes_warnings: bool = True


class Restarts:
    """How long to wait before the next start of one child: 0.5 s, doubling up to 8 s; None at the third death within a minute.

    A child that lived for a minute starts over at the shortest pause."""

    def __init__(self, *, first: float = 0.5, longest: float = 8.0, deaths: int = 3, within: float = 60.0) -> None:
        self._first, self._longest, self._deaths, self._within = first, longest, deaths, within
        self._recent: deque[float] = deque(maxlen=deaths)
        self._pause = first

    def died(self, now: float, *, lived: float) -> float | None:
        """The pause before the next start, in seconds; `now` and `lived` are seconds of a monotonic clock."""
        self._recent.append(now)
        if len(self._recent) == self._deaths and now - self._recent[0] < self._within:
            return None
        if lived >= self._within:
            self._pause = self._first
        pause, self._pause = self._pause, min(self._pause * 2, self._longest)
        return pause


class _Ears(asyncio.SubprocessProtocol):
    """Hears one process: its output, its end, and the end of its output, which what it started may put off."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.exited, self.silent = asyncio.Event(), asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._output.feed(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._output.end_line()
        self.silent.set()

    def process_exited(self) -> None:
        self.exited.set()


class Child:
    """One program and, while it lives, its process: a session of its own, so that Ctrl-C in a terminal reaches us alone."""

    def __init__(self, program: Program, logs: Path, say: Say, restarts: Restarts) -> None:
        self.program, self.restarts = program, restarts
        warn = (lambda line: say(f"{program.name}: {line}")) if program.echoes_warnings else None
        self.output = Output(logs / f"{program.name}.log", warn)
        self.started = 0.0
        self._running: tuple[asyncio.SubprocessTransport, _Ears] | None = None
        self._starting = asyncio.Lock()
        self._ended = False

    async def start(self) -> None:
        """Raises OSError when there is no such program."""
        async with self._starting:
            if self._ended:
                return
            self.started = time.monotonic()
            self._running = await asyncio.get_running_loop().subprocess_exec(
                lambda: _Ears(self.output),
                *self.program.command,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.program.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid()),
            )

    async def wait(self) -> int:
        """Returns the exit code once the process has ended, with whatever it started, and its last lines are in the log."""
        assert self._running
        transport, ears = self._running
        await ears.exited.wait()
        _signal_group(transport.get_pid(), signal.SIGKILL)
        await _first_of(ears.silent.wait(), within=1)
        code = transport.get_returncode()
        transport.close()
        return code or 0

    async def stop(self, hurry: asyncio.Event) -> None:
        """SIGTERM, then SIGKILL once its patience or ours is over. Afterwards it never starts again."""
        self._ended = True
        async with self._starting:
            running = self._running
        if running:
            transport, ears = running
            if not ears.exited.is_set():
                with contextlib.suppress(ProcessLookupError):
                    transport.terminate()
                await _first_of(ears.exited.wait(), hurry.wait(), within=self.program.patience)
            if not ears.exited.is_set():
                _signal_group(transport.get_pid(), signal.SIGKILL)
            await self.wait()
        self.output.close()


class Supervisor:
    """The children in the order of their start; they are stopped in the reverse order."""

    def __init__(self, logs: Path, say: Say, restarts: Callable[[], Restarts] = Restarts) -> None:
        self._logs, self._say, self._restarts = logs, say, restarts
        self._children: list[Child] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, program: Program) -> None:
        """Starts one program and keeps it alive from now on."""
        child = Child(program, self._logs, self._say, self._restarts())
        self._children.append(child)
        try:
            await child.start()
        except OSError as error:
            raise GaveUp(f"The {program.title} cannot be started: {error}.") from error
        self._keeping.append(asyncio.create_task(self._keep(child)))

    async def gave_up(self) -> None:
        """Never returns; raises GaveUp when a child has died too often."""
        await asyncio.shield(self._failed)

    def last_words(self, name: str) -> str:
        """The last lines of a child's output, indented, and where the rest is."""
        child = next(child for child in self._children if child.program.name == name)
        lines = "".join(f"\n    {line}" for line in child.output.last) or "\n    (nothing)"
        return f"Its last lines, from {child.output.path}:{lines}"

    async def drain(self, hurry: asyncio.Event) -> None:
        """Ends every child, the last one started first, each before the next. Returns when none of them is left."""
        self._stopping.set()
        for child in reversed(self._children):
            await child.stop(hurry)
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self._failed.cancel()

    async def _keep(self, child: Child) -> None:
        while not self._stopping.is_set():
            code = await child.wait()
            if self._stopping.is_set():
                return
            now = time.monotonic()
            pause = child.restarts.died(now, lived=now - child.started)
            how = _how_it_ended(code)
            if pause is None:
                self._fail(f"The {child.program.title} {how}, for the third time in a minute. {self.last_words(child.program.name)}")
                return
            self._say(f"The {child.program.title} {how}; it starts again in {pause:g} s.")
            await _first_of(self._stopping.wait(), within=pause)
            try:
                await child.start()
            except OSError as error:
                self._fail(f"The {child.program.title} cannot be started again: {error}.")
                return

    def _fail(self, sentence: str) -> None:
        if not self._failed.done():
            self._failed.set_exception(GaveUp(sentence))


def _how_it_ended(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"


async def _first_of(*waits: Coroutine[Any, Any, Any], within: float) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _signal_group(pid: int, number: signal.Signals) -> None:
    """To the child and whatever it started: each child leads a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _dies_with(parent: int) -> Callable[[], None] | None:
    """For the child, between fork and exec: have the kernel kill it when we die, also by kill -9. Linux only; elsewhere None."""
    if sys.platform != "linux":
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None, use_errno=True).prctl, 1

    def ask_the_kernel() -> None:
        prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:  # we died before the kernel was asked
            os._exit(1)

    return ask_the_kernel
