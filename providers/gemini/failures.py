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

from collections.abc import Awaitable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from providers import statuses
from providers.errors import AuthConfig, ProviderError, QuotaExhausted

if TYPE_CHECKING:
    from google.genai.errors import APIError

T = TypeVar("T")
NAME: Final = "Gemini"


async def told(answer: Awaitable[T]) -> T:
    """What the call gives. Raises one of our errors in place of what it raises; a bug of ours stays as it is."""
    return await statuses.told(answer, ours)


def ours(raised: Exception) -> ProviderError | None:
    """None: nothing that Gemini or the way there did."""
    from google.genai.errors import APIError

    if isinstance(raised, APIError):
        return _refusal(raised)
    if failure := statuses.broken(NAME, raised):
        return failure
    if type(raised) is ValueError:  # google-genai refuses our arguments by it; answers that it can't read raise its subclasses
        return None
    if isinstance(raised, ValueError | TypeError | AttributeError | LookupError | RecursionError):
        return statuses.unreadable(NAME)
    return None


def _refusal(refusal: "APIError") -> ProviderError:
    details = list(_details(refusal.details))
    if refusal.code == 429 and any("PerDay" in quota for quota in _quotas(details)):
        return QuotaExhausted("Today's quota for Gemini is spent (HTTP 429).")
    if refusal.code == 400 and any(str(detail.get("reason", "")).startswith("API_KEY_") for detail in details):
        return AuthConfig("Gemini does not accept the API key (HTTP 400).")
    if not isinstance(refusal.code, int):
        return statuses.unreadable(NAME)
    return statuses.refused(NAME, refusal.code, _retry_after(refusal, details))


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
    named = [str(detail["retryDelay"]).removesuffix("s") for detail in details if "retryDelay" in detail]
    return statuses.retry_after(getattr(refusal.response, "headers", None) or {}, *named)
