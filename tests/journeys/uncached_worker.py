"""A worker's process that keeps no journey in its cache: `python -m tests.journeys.uncached_worker`. It replays a journey for each task.

The server that skips time never gives a dead worker's sticky tasks to another, so a worker that is to be killed there must have none.
"""

import asyncio

from providers.settings import load
from providers.temporal import connect
from worker.build import build_models_worker, build_worker
from worker.equipment import Equipment


async def main() -> None:
    settings = load()
    client, providers = await connect(settings), Equipment(settings).providers
    async with build_models_worker(client, providers), build_worker(client, providers, cached=0):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
