"""Temporal, API and worker as processes of our own, with nobody to start them again: for the demo, which kills one on purpose."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from providers.settings import LOOPBACK, Settings
from worker.dev import stack_of
from worker.supervisor import Program, _dies_with

PATIENCE = 5.0  # seconds between SIGTERM and SIGKILL, all together


def settings_in(home: Path, asking: Settings | None = None) -> Settings:
    """A stack beside any other: a home of its own, free ports, and nothing from the environment or `.env`, but for the models of `asking`.

    One worker, so that it is known beforehand who is in the middle of a turn."""
    api, temporal, ui = free_ports(3)
    models = ("provider", "gemini_api_key", "gemini_base_url", "gemini_model", "gemini_cheaper_model")
    asked = {name: getattr(asking, name) for name in models} if asking else {"provider": "offline"}
    # Not validated, since that would read the environment; everything else is its default.
    return Settings.model_construct(
        **asked,
        home=home,
        api_port=api,
        temporal_port=temporal,
        temporal_ui_port=ui,
        workers=1,
        database_url=f"sqlite:///{home / 'homeview.db'}",
    )


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@dataclass
class Stage:
    """Processes by name. They die with us, also by kill -9; what they print is in the home folder's logs."""

    settings: Settings
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def temporal(self) -> int:
        program = stack_of(self.settings).temporal
        assert program is not None
        return self.start(program)

    def worker(self) -> int:
        [worker] = stack_of(self.settings).workers
        return self.start(worker)

    def api(self) -> int:
        return self.start(stack_of(self.settings).api)

    def start(self, program: Program) -> int:
        """Its process id."""
        self.settings.logs.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HOMEVIEW_", "GEMINI_"))}
        with (self.settings.logs / f"{program.name}.log").open("ab") as log:
            started = subprocess.Popen(
                program.command,
                env={**inherited, "PYTHONUNBUFFERED": "1", **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid()),
            )
        self.running[program.name] = started
        return started.pid

    def kill(self, name: str) -> int:
        """kill -9, and gone; the id it had."""
        process = self.running.pop(name)
        process.kill()
        process.wait()
        return process.pid

    def ended(self) -> list[str]:
        """Who ended without being asked to."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def last_words(self, name: str) -> str:
        lines = (self.settings.logs / f"{name}.log").read_text(errors="replace").splitlines()[-8:]
        return "\n".join(f"    {line[:160]}" for line in lines)

    async def until_said(self, name: str, words: str, times: int) -> float:
        """When (`time.monotonic`) the words have stood so many times in what was printed under this name."""
        log = self.settings.logs / f"{name}.log"
        while log.read_text(errors="replace").count(words) < times:  # noqa: ASYNC110  another process sets no event of ours
            await asyncio.sleep(0.05)
        return time.monotonic()

    def end(self) -> None:
        """All of them, the last one started first; SIGTERM, then SIGKILL to it and whatever it started."""
        for process in reversed(self.running.values()):
            process.terminate()
        give_up = time.monotonic() + PATIENCE
        for process in reversed(self.running.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, give_up - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()
