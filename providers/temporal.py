"""The way to Temporal: a client whose payloads are pydantic JSON and stay small, and the wait for a server to come up."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError

from providers.settings import LOOPBACK, Settings

LARGEST_PAYLOAD: Final = 64 * 1024  # bytes; ours, far below the server's 2 MB: a history of ids stays small, one of texts does not


class TemporalNotUp(Exception):
    """No Temporal server answered in time."""


class PayloadTooLarge(ApplicationError):
    """One argument or result holds more than `LARGEST_PAYLOAD` bytes. `field` is where most of them are, as `JourneyStart.template`.

    An ApplicationError that is not retried: an activity whose result is too large would be paid again for the same result."""

    def __init__(self, field: str, field_bytes: int, total_bytes: int) -> None:
        super().__init__(
            f"{field} takes {field_bytes:,} of {total_bytes:,} bytes, and a payload may hold {LARGEST_PAYLOAD:,}: "
            "keep the data in the store and send its id.",
            type="PayloadTooLarge",
            non_retryable=True,
        )
        self.field, self.field_bytes, self.total_bytes = field, field_bytes, total_bytes


class GuardedPayloadConverter(PydanticPayloadConverter):
    """Pydantic JSON, no payload above `LARGEST_PAYLOAD`.

    Where it trips: in a client (start, update, signal) the caller gets PayloadTooLarge and nothing was sent; in an activity (its result,
    its heartbeat) the activity fails for good with that type. In workflow code it logs an error and lets the payload pass: raising there
    would stop an open journey at its next task, or at a replay of what an older, larger limit had let in. What a workflow sends is bounded
    where it is made: state and template when they are kept and loaded, the rest are ids.
    """

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        payloads = super().to_payloads(values)
        for value, payload in zip(values, payloads, strict=True):
            if len(payload.data) > LARGEST_PAYLOAD:
                _refuse(PayloadTooLarge(*_largest_field(value, payload.data), len(payload.data)))
        return payloads


def _refuse(too_large: PayloadTooLarge) -> None:
    if not workflow.in_workflow():
        raise too_large
    workflow.logger.error("payload.too_large", extra={"field": too_large.field, "bytes": too_large.total_bytes})


def _largest_field(value: Any, data: bytes) -> tuple[str, int]:
    """The top-level field or item with the largest share, and its bytes as JSON; the value itself where it has neither."""
    kind = type(value).__name__
    try:
        parts = json.loads(data)
    except ValueError:  # bytes
        return kind, len(data)
    match parts:
        case dict():
            sizes = {f"{kind}.{name}": _size(part) for name, part in parts.items()}
        case list():
            sizes = {f"{kind}[{position}]": _size(part) for position, part in enumerate(parts)}
        case _:
            return kind, len(data)
    return max(sizes.items(), key=lambda item: item[1])


def _size(part: Any) -> int:
    return len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())


data_converter: Final = DataConverter(payload_converter_class=GuardedPayloadConverter)
"""The converter of every client, worker and replayer, in tests too."""


async def connect(settings: Settings, *, runtime: Runtime | None = None, lazy: bool = False) -> Client:
    """A client of the settings' server and namespace. Raises RuntimeError when nothing answers there: see `wait_until_up`.

    A `lazy` one connects at its first call, so a door can open before the server does."""
    return await Client.connect(
        settings.temporal_address, namespace=settings.namespace, data_converter=data_converter, runtime=runtime, lazy=lazy
    )


def metrics_runtime(settings: Settings) -> Runtime | None:
    """A runtime that serves the SDK's metrics for Prometheus on HOMEVIEW_WORKER_METRICS_PORT; None when that is 0.

    For the worker alone, once per process and before its first `connect`: a second process could not open the same port."""
    if not settings.worker_metrics_port:
        return None
    metrics = PrometheusConfig(
        bind_address=f"{LOOPBACK}:{settings.worker_metrics_port}", durations_as_seconds=True, unit_suffix=True, counters_total_suffix=True
    )
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))


async def wait_until_up(address: str, within: float) -> None:
    """Returns when the server at `address` says that it serves; its search attributes are registered by then.

    Raises TemporalNotUp after `within` seconds."""
    client = await Client.connect(address, lazy=True)
    try:
        async with asyncio.timeout(within):
            while not await _serves(client):  # noqa: ASYNC110  another process sets no event of ours
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise TemporalNotUp(f"No Temporal server answered at {address} within {within:g} s.") from None


async def _serves(client: Client) -> bool:
    try:
        return await client.service_client.check_health(timeout=timedelta(seconds=1))
    except (RuntimeError, RPCError):  # RuntimeError: the first connect was refused
        return False
