"""What google-genai raises, as our errors.

| raised | ours |
|---|---|
| 429 | QuotaExhausted where the quota is a day's, else RateLimited with the later of RetryInfo and Retry-After |
| 402 | QuotaExhausted |
| 401, 403, and 400 for an API key's sake | AuthConfig |
| 408, silence, a deadline that passed | UpstreamTimeout |
| any other 4xx | InvalidRequest |
| 5xx, a redirect, an answer that can't be read | Upstream5xx |
| no connection, or one that broke | UpstreamNetwork |

An error within a stream has a code and is read like any other. Told apart by type, status and structured details, never by the
words of a message. What was raised holds the body, sometimes the prompt and the key, so nothing of it is handed on: neither its text
nor itself, as cause or context.
"""

import math
from collections.abc import Awaitable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

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

if TYPE_CHECKING:
    from google.genai.errors import APIError

T = TypeVar("T")


async def told(answer: Awaitable[T]) -> T:
    """What the call gives. Raises one of our errors in place of what it raises; a bug of ours stays as it is."""
    try:
        return await answer
    except Exception as raised:
        failure = ours(raised)
        if failure is None:
            raise
    raise failure  # here, where nothing is being handled any more: `from None` would still keep what was raised as its context


def ours(raised: Exception) -> ProviderError | None:
    """None: nothing that Gemini or the way there did."""
    import httpx2
    from google.genai.errors import APIError

    match raised:
        case APIError():
            return _refusal(raised)
        case TimeoutError() | httpx2.TimeoutException():
            return UpstreamTimeout("Gemini did not answer in time.")
        case httpx2.DecodingError():
            return _unreadable()
        case httpx2.HTTPError() | OSError():
            return UpstreamNetwork("The connection to Gemini failed or broke.")
    if type(raised) is ValueError:  # google-genai refuses our arguments by it; answers that it can't read raise its subclasses
        return None
    if isinstance(raised, ValueError | TypeError | AttributeError | LookupError | RecursionError):
        return _unreadable()
    return None


def _refusal(refusal: "APIError") -> ProviderError:
    details = list(_details(refusal.details))
    match refusal.code:
        case 429 if any("PerDay" in quota for quota in _quotas(details)):
            return QuotaExhausted("Today's quota for Gemini is spent (HTTP 429).")
        case 429:
            return RateLimited("Gemini was asked too often (HTTP 429).", _retry_after(refusal, details))
        case 402:
            return QuotaExhausted("The credit for Gemini is spent (HTTP 402).")
        case 401 | 403:
            return AuthConfig(f"Gemini does not accept the API key, or its rights do not reach (HTTP {refusal.code}).")
        case 400 if any(str(detail.get("reason", "")).startswith("API_KEY_") for detail in details):
            return AuthConfig("Gemini does not accept the API key (HTTP 400).")
        case 404:
            return InvalidRequest("Gemini has no model of this name, or not for this call (HTTP 404).")
        case 408:
            return UpstreamTimeout("Gemini gave up waiting (HTTP 408).")
        case int(code) if 400 <= code < 500:
            return InvalidRequest(f"Gemini does not accept the request (HTTP {code}).")
        case int(code) if 500 <= code < 600:
            return Upstream5xx(f"Gemini failed on its side (HTTP {code}).")
    return _unreadable()


def _unreadable() -> Upstream5xx:
    return Upstream5xx("Gemini answered with something that is no answer.")


def _details(body: Any) -> Iterator[Mapping[str, Any]]:
    """google.rpc's details of an error, none where the body is something else, such as a gateway's page."""
    match body:
        case {"error": {"details": [*details]}}:
            yield from (detail for detail in details if isinstance(detail, dict))


def _quotas(details: list[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of the quotas that were exceeded, such as GenerateRequestsPerDayPerProjectPerModel-FreeTier."""
    for detail in details:
        match detail:
            case {"violations": [*violations]}:
                yield from (str(violation.get("quotaId")) for violation in violations if isinstance(violation, dict))


def _retry_after(refusal: "APIError", details: list[Mapping[str, Any]]) -> float | None:
    """Seconds from now, the later of RetryInfo and Retry-After; None where neither is there or can be read."""
    said = [_seconds(str(detail["retryDelay"]).removesuffix("s")) for detail in details if "retryDelay" in detail]
    headers = getattr(refusal.response, "headers", None) or {}
    if header := headers.get("Retry-After"):
        said += [_seconds(header), _until(header)]  # it is one or the other
    return max((seconds for seconds in said if seconds is not None), default=None)


def _seconds(said: str) -> float | None:
    try:
        seconds = float(said)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(date: str) -> float | None:
    """Seconds until an HTTP date, 0 where it has passed."""
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
