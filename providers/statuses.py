"""What goes wrong over HTTP, as our errors: by status, headers and type, whoever is at the other end.

What was raised holds the body, sometimes the prompt and the key, so nothing of it is handed on: neither its text nor itself, as cause
or context.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from providers.errors import (
    AuthConfig,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Upstream5xx,
    UpstreamNetwork,
    UpstreamTimeout,
)

T = TypeVar("T")


async def told(answer: Awaitable[T], ours: Callable[[Exception], ProviderError | None]) -> T:
    """What the call gives. Raises one of our errors in place of what it raises; a bug of ours (`ours` gives None) stays as it is."""
    try:
        return await answer
    except Exception as raised:
        failure = ours(raised)
        if failure is None:
            raise
    raise failure  # here, where nothing is being handled any more: `from None` would still keep what was raised as its context


def broken(name: str, raised: Exception) -> ProviderError | None:
    """Of the way to `name`. None: it is something else."""
    import httpx2

    match raised:
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return UpstreamTimeout(f"{name} did not answer in time.").charged(False)
        case TimeoutError() | httpx2.TimeoutException():
            return UpstreamTimeout(f"{name} did not answer in time.")
        case httpx2.DecodingError():
            return unreadable(name)
        case httpx2.ConnectError() | httpx2.ProxyError() | httpx2.UnsupportedProtocol():
            return UpstreamNetwork(f"The connection to {name} failed or broke.").charged(False)
        case httpx2.HTTPError() | OSError():
            return UpstreamNetwork(f"The connection to {name} failed or broke.")
    return None


def refused(name: str, code: int, retry_after: float | None) -> ProviderError:
    """Of a status that is no success."""
    match code:
        case 429:
            return RateLimited(f"{name} was asked too often (HTTP 429).", retry_after)
        case 402:
            return QuotaExhausted(f"The credit for {name} is spent (HTTP 402).")
        case 401 | 403:
            return AuthConfig(f"{name} does not accept the API key, or its rights do not reach (HTTP {code}).")
        case 404:
            return InvalidRequest(f"{name} has no model of this name, or not for this call (HTTP 404).")
        case 408:
            return UpstreamTimeout(f"{name} gave up waiting (HTTP 408).").charged(False)
        case _ if 400 <= code < 500:
            return InvalidRequest(f"{name} does not accept the request (HTTP {code}).")
        case _ if 500 <= code < 600:
            return Upstream5xx(f"{name} failed on its side (HTTP {code}).")
    return unreadable(name).charged(False)


def unreadable(name: str) -> Upstream5xx:
    """An answer all the same, which somebody may charge for."""
    return Upstream5xx(f"{name} answered with something that is no answer.").charged(True)


def retry_after(headers: Mapping[str, str], *named: str) -> float | None:
    """Seconds from now, the latest of Retry-After and the `named` ones; None where none can be read."""
    said = [seconds(one) for one in named]
    if header := headers.get("Retry-After"):
        said += [seconds(header), _until(header)]  # it is one or the other
    return max((one for one in said if one is not None), default=None)


def seconds(said: str) -> float | None:
    try:
        number = float(said)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str) -> float | None:
    """Seconds until an HTTP date, 0 where it has passed."""
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
