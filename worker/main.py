"""A door: the worker's process. It polls before it has loaded Chroma, the weights and the classifier; the first turn waits for them."""

import asyncio
import contextlib
import signal

import structlog

from providers.settings import Settings
from providers.temporal import connect, metrics_runtime
from worker.build import build_models_worker, build_worker
from worker.equipment import Equipment
from worker.schedules import ensure_schedules

log = structlog.get_logger()


async def run_worker(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; then it takes no more, ends what it has in hand, and returns."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    client = await connect(settings, runtime=metrics_runtime(settings))
    equipment = Equipment(settings)
    async with contextlib.AsyncExitStack() as works:
        if equipment.providers.models:
            await works.enter_async_context(
                build_models_worker(client, equipment.providers, calls_per_second=settings.model_calls_per_second)
            )
        await works.enter_async_context(build_worker(client, equipment.providers))
        log.info("worker.polling", temporal=settings.temporal_address, asks=[model.engine for model in equipment.providers.models])
        beside = [
            asyncio.create_task(_warm_and_tend(equipment), name="warm-up"),
            asyncio.create_task(ensure_schedules(client), name="schedules"),
        ]
        alerting = asyncio.create_task(equipment.alerts.run(stop), name="alerts")
        await stop.wait()
        for task in beside:
            task.cancel()
        await alerting
    await equipment.close()
    log.info("worker.stopped")


async def _warm_and_tend(equipment: Equipment) -> None:
    await equipment.warm()
    await equipment.tend()
