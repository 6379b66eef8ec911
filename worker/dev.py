"""`homeview dev`: Temporal, the workers and the API as children of one process, on one machine, in one folder."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx2

from providers.devserver import dev_server_command, find_temporal
from providers.settings import LOOPBACK, Settings
from providers.temporal import TemporalNotUp, wait_until_up
from worker.preflight import FreeSpace, NotReady, free_space, ready
from worker.supervisor import GaveUp, Program, Say, Supervisor
from worker.words import our_command

Prepare = Callable[[], Awaitable[None]]

TEMPORAL_WITHIN: Final = 30.0  # seconds; it takes one here, more on a cold disk
API_WITHIN: Final = 60.0


@dataclass(frozen=True)
class Stack:
    """The children; no `temporal` when HOMEVIEW_TEMPORAL_ADDRESS names a server that runs already."""

    temporal: Program | None
    workers: tuple[Program, ...]
    api: Program


def stack_of(settings: Settings) -> Stack:
    """What `homeview dev` runs. Workers and API get these settings whole, so that an edited `.env` counts at the next start of all."""
    return Stack(
        temporal=_temporal(settings) if settings.starts_temporal else None,
        workers=tuple(_worker(settings, nth, port) for nth, port in enumerate(settings.worker_metrics_ports, 1)),
        api=Program("api", "API", _door("api"), settings.environment(), patience=15),
    )


def _worker(settings: Settings, nth: int, metrics_port: int) -> Program:
    name, title = ("worker", "worker") if nth == 1 else (f"worker-{nth}", f"worker {nth}")
    own = settings.model_copy(update={"worker_metrics_port": metrics_port})
    return Program(name, title, _door("worker"), own.environment(), patience=20)  # above its graceful shutdown, which covers one model call


def _door(command: str) -> list[str]:
    return [sys.executable, "-m", "worker.cli", command]


def _temporal(settings: Settings) -> Program:
    command = dev_server_command(
        find_temporal(),
        ip=LOOPBACK,
        port=settings.temporal_port,
        ui_port=settings.temporal_ui_port,
        metrics_port=settings.temporal_metrics_port,
        db_filename=settings.temporal_db,
        namespace=settings.namespace,
    )
    # Its warnings are about its own start and stop, and many: they stay in its log.
    return Program("temporal", "Temporal server", command, echoes_warnings=False)


def dev(
    settings: Settings,
    prepare: Prepare,
    *,
    stack: Stack | None = None,
    say: Say | None = None,
    free: FreeSpace = free_space,
    temporal_up: Callable[[str, float], Awaitable[None]] = wait_until_up,
) -> int:
    """Runs everything until Ctrl-C or SIGTERM; gives the exit code, 0 after an orderly end. `prepare` runs once Temporal answers.

    Whatever is in the way is said in a sentence; an exception of `prepare` passes through after everything has been stopped."""
    say = say or _print
    try:
        with ready(settings, free):
            asyncio.run(_run(settings, prepare, stack or stack_of(settings), say, temporal_up))
    except (NotReady, GaveUp) as sentence:
        print(sentence, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:  # before or after there was anything to stop
        return 130
    return 0


async def _run(settings: Settings, prepare: Prepare, stack: Stack, say: Say, temporal_up: Callable[[str, float], Awaitable[None]]) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()
    _on_signals(stop, hurry, say)
    supervisor = Supervisor(settings.logs, say)
    coming_up = asyncio.create_task(_bring_up(settings, prepare, stack, supervisor, say, temporal_up))
    ends = [asyncio.create_task(supervisor.gave_up()), asyncio.create_task(_wait(stop))]
    try:
        await asyncio.wait([coming_up, *ends], return_when=asyncio.FIRST_COMPLETED)
        if coming_up.done():
            coming_up.result()
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            if end.done():
                end.result()
    finally:
        for task in (coming_up, *ends):
            task.cancel()
        await asyncio.gather(coming_up, *ends, return_exceptions=True)
        await supervisor.drain(hurry)
        say(f"Stopped. Everything is kept in {settings.home}.")


async def _bring_up(
    settings: Settings,
    prepare: Prepare,
    stack: Stack,
    supervisor: Supervisor,
    say: Say,
    temporal_up: Callable[[str, float], Awaitable[None]],
) -> None:
    say(f"Starting. What each part prints is in {settings.logs}.")
    if stack.temporal:
        await supervisor.start(stack.temporal)
    try:
        await temporal_up(settings.temporal_address, TEMPORAL_WITHIN)
    except TemporalNotUp as not_up:
        why = supervisor.last_words("temporal") if stack.temporal else "HOMEVIEW_TEMPORAL_ADDRESS names it; without it one is started."
        raise NotReady(f"{not_up} {why}") from not_up
    await prepare()
    for worker in stack.workers:
        await supervisor.start(worker)
    await supervisor.start(stack.api)
    try:
        async with asyncio.timeout(API_WITHIN):
            await _answers(f"{settings.api_url}/readyz")
    except TimeoutError:
        words = "\n".join(supervisor.last_words(part.name) for part in (stack.api, *stack.workers))
        raise NotReady(f"The API was not ready within {API_WITHIN:g} s. {words}") from None
    say("\n".join(_banner(settings)))


async def _answers(url: str) -> None:
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as http:
        while True:
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)


def _banner(settings: Settings) -> Sequence[str]:
    temporal = (
        f"  Temporal UI   http://{LOOPBACK}:{settings.temporal_ui_port}"
        if settings.starts_temporal
        else f"  Temporal      {settings.temporal_address}"
    )
    return [
        "",
        "HomeView is up.",
        f"  API           {settings.api_url}",
        f"  API pages     {settings.api_url}/docs",
        temporal,
        f"  Data and logs {settings.home}",
        f"  Asks          {', then '.join(str(route) for route in settings.routes['chat']) or 'no model: it reads and answers offline'}",
        f"  Talk to it    {our_command()} chat    (in another terminal)",
        "Ctrl-C stops everything; what was said is kept.",
        "",
    ]


def _on_signals(stop: asyncio.Event, hurry: asyncio.Event, say: Say) -> None:
    def asked() -> None:
        if stop.is_set():
            hurry.set()
        else:
            say("Stopping: the API first, then the workers, then Temporal. Ctrl-C again hurries.")
            stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal is gone: the children are still to be stopped in order
        print(line, flush=True)
