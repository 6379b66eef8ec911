"""Starts holding workers and APIs in a moment: `python -m tests.crashes.nursery` imports everything once, and each is a fork of it.

Half of what the kill tests cost would be imports otherwise. Nothing runs in the nursery itself: no event loop, no thread, no
connection. So what a kill leaves behind and what starts after it are whole processes; only their first seconds are missing.
"""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.crashes.holds import FOLDER
from tests.running import Processes

_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


class Fork:
    """What is asked of a Popen, for a process that is another one's child."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> None:
        """Gone, and buried by the nursery."""
        give_up = time.monotonic() + timeout
        while Path(f"/proc/{self.pid}").exists():
            assert time.monotonic() < give_up, f"process {self.pid} still lives"
            time.sleep(0.001)


class NurseryProcesses(Processes):
    """Temporal as everywhere; worker and API as forks, which can be told to hold."""

    nursery: subprocess.Popen[str]

    def open_nursery(self, holds: Path) -> None:
        environment = {**os.environ, **self.settings.environment(), FOLDER: str(holds), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.crashes.nursery"]
        self.nursery = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def spawn(self, name: str, command: Sequence[str], **environment: str) -> None:
        if name == "temporal":
            super().spawn(name, command, **environment)
            return
        assert self.nursery.stdin and self.nursery.stdout
        print(json.dumps({"name": name, "log": str(self.home / f"{name}.log")}), file=self.nursery.stdin, flush=True)
        self.running[name] = Fork(int(self.nursery.stdout.readline()))  # type: ignore[assignment]

    def end(self) -> None:
        try:
            super().end()
        finally:
            self.nursery.kill()
            self.nursery.wait(10)


def serve() -> None:
    """A line of JSON asks for a process; its id is the answer."""
    from providers.settings import load
    from tests.crashes import holding_api, holding_worker
    from worker.logs import set_up_logs

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries what is killed
    starts: Mapping[str, Any] = {"worker": lambda: asyncio.run(holding_worker.run(load())), "api": holding_api.serve}
    for line in sys.stdin:
        asked = json.loads(line)
        if (pid := os.fork()) != 0:
            print(pid, flush=True)
            continue
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        set_up_logs("json")
        starts[asked["name"]]()
        os._exit(0)


if __name__ == "__main__":
    serve()
