"""What the tests of this folder know about processes: which live, how to wait for one to change, how to start and end ours."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.running import BUSY


def lives(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def until(condition: Callable[[], object], within: float = 20.0) -> None:
    """Returns as soon as the condition holds; fails the test when it does not in time, or in that of a busy machine."""
    give_up = time.monotonic() + within * BUSY
    while not condition():
        assert time.monotonic() < give_up, f"not within {within * BUSY} s: {condition}"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@dataclass
class Dev:
    """One `homeview dev` of tests.worker.run_dev, with everything it started."""

    home: Path
    arguments: tuple[str, ...] = ()
    ports: list[int] = field(default_factory=lambda: free_ports(3))

    def __post_init__(self) -> None:
        self.journal = self.home.with_name(self.home.name + ".journal")
        self.journal.touch()
        command = [sys.executable, "-m", "tests.worker.run_dev", self.home, self.journal, *self.ports, *self.arguments]
        self.output = self.home.with_name(self.home.name + ".out")
        with self.output.open("w") as output:
            self.process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def happened(self) -> list[str]:
        """`start worker`, `stop api` …, in order."""
        return [line.rpartition(" ")[0] for line in self.journal.read_text().splitlines()]

    @property
    def children(self) -> list[int]:
        """The pid of every child that was ever started."""
        return [int(line.split()[-1]) for line in self.journal.read_text().splitlines() if line.startswith("start ")]

    def pid(self, name: str) -> int:
        return next(int(line.split()[-1]) for line in reversed(self.journal.read_text().splitlines()) if line.startswith(f"start {name} "))

    def until_up(self) -> None:
        until(lambda: "HomeView is up" in self.said or self.process.poll() is not None, 60)
        assert "HomeView is up" in self.said, self.said
        until(lambda: {"start worker", "start worker-2"} <= {*self.happened})  # each writes it down itself, when it comes to it

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(timeout=30)


@contextlib.contextmanager
def a_dev(home: Path, *arguments: str, ports: list[int] | None = None) -> Iterator[Dev]:
    dev = Dev(home, arguments, ports or free_ports(3))
    mine = psutil.Process(dev.process.pid)
    try:
        yield dev
    finally:
        left = []
        with contextlib.suppress(psutil.NoSuchProcess):
            left = mine.children(recursive=True)
        dev.process.kill()
        dev.process.wait()
        for pid in {*dev.children, *(child.pid for child in left)}:
            if lives(pid):
                os.kill(pid, signal.SIGKILL)
