"""`homeview dev` with stand-ins for two workers and the API, and for Temporal unless --temporal=real, in a process that tests may kill.

    python -m tests.worker.run_dev HOME JOURNAL API_PORT TEMPORAL_PORT UI_PORT [--temporal=real|standin|silent] [--worker=ARGUMENTS]

ARGUMENTS are the first worker's.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from providers.settings import Settings
from providers.temporal import wait_until_up
from worker.dev import Stack, dev, stack_of
from worker.supervisor import Program

STANDIN = Path(__file__).with_name("standin.py")


def a_standin(name: str, journal: str, *arguments: str, patience: float = 10) -> Program:
    return Program(name, name, [sys.executable, "-S", str(STANDIN), name, journal, *arguments], patience=patience)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("home", type=Path)
    arguments.add_argument("journal")
    for port in ("api_port", "temporal_port", "temporal_ui_port"):
        arguments.add_argument(port, type=int)
    arguments.add_argument("--temporal", default="standin")
    arguments.add_argument("--worker", default="")
    given = arguments.parse_args()
    settings = Settings(
        _env_file=None,
        home=given.home,
        api_port=given.api_port,
        temporal_port=given.temporal_port,
        temporal_ui_port=given.temporal_ui_port,
    )

    async def once_it_started(address: str, within: float) -> None:
        while "start temporal" not in Path(given.journal).read_text():  # noqa: ASYNC110  another process sets no event of ours
            await asyncio.sleep(0.02)

    async def never(address: str, within: float) -> None:
        await asyncio.Event().wait()

    async def prepare() -> None:
        with open(given.journal, "a") as journal:
            journal.write("prepare - 0\n")

    stack = Stack(
        temporal=stack_of(settings).temporal if given.temporal == "real" else a_standin("temporal", given.journal),
        workers=(a_standin("worker", given.journal, *given.worker.split()), a_standin("worker-2", given.journal)),
        api=a_standin("api", given.journal, "--port", str(given.api_port)),
    )
    temporal_up = {"real": wait_until_up, "standin": once_it_started, "silent": never}[given.temporal]
    return dev(settings, prepare, stack=stack, temporal_up=temporal_up)


if __name__ == "__main__":
    sys.exit(main())
