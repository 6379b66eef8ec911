"""What a cell costs: CPU of each process, memory, disk, and how much of the machine was somebody else's meanwhile."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil


def cpu_of(pid: int) -> float:
    """Seconds of CPU so far, its children's included; 0 where it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(times.user + times.system for times in (one.cpu_times() for one in family))
    except psutil.Error:
        return 0.0


def memory_of(pid: int) -> float:
    """Resident MB."""
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0


def size_of(*files: Path) -> int:
    """Bytes on disk of SQLite files with what lies beside them, or of whole folders."""
    total = 0
    for file in files:
        beside = file.rglob("*") if file.is_dir() else file.parent.glob(f"{file.name}*")
        total += sum(one.stat().st_size for one in beside if one.is_file())
    return total


def speed() -> float:
    """How fast a core is just now: millions of hashed bytes per ms of our own CPU. A virtual machine's changes by the minute."""
    block, began, rounds = b"x" * 4096, time.thread_time(), 0
    while time.thread_time() - began < 0.1:
        for _ in range(100):
            hashlib.sha256(block).digest()
        rounds += 100
    return rounds * 4096 / 1e6 / ((time.thread_time() - began) * 1e3)


def _busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


@dataclass
class Meter:
    """From `begin` to `end`: CPU seconds by role, and `others`: cores that processes not named here kept busy."""

    pids: Mapping[str, Sequence[int]]
    speed: float = field(default_factory=speed)

    def begin(self) -> None:
        self._cpu = self._so_far()
        self._all, self._at = _busy(), time.perf_counter()

    def end(self) -> "Meter":
        self.seconds = time.perf_counter() - self._at
        self.cpu = {role: seconds - self._cpu[role] for role, seconds in self._so_far().items()}
        self.others = max(0.0, (_busy() - self._all - sum(self.cpu.values())) / self.seconds)
        return self

    def per(self, count: int) -> dict[str, float]:
        """CPU milliseconds by role for each of `count` turns."""
        return {role: round(seconds * 1e3 / max(1, count), 2) for role, seconds in self.cpu.items()}

    def _so_far(self) -> dict[str, float]:
        return {role: sum(map(cpu_of, pids)) for role, pids in self.pids.items()}
