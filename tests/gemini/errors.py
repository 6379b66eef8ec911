"""Gemini's refusals in its own JSON: code, message, status and details, worded as the service words them.

Wordings and details were read in public reports of 2025 and 2026: github.com/google-gemini/gemini-cli/issues/8437 (429),
github.com/lobehub/lobehub/issues/9728 (503), github.com/continuedev/continue/issues/8516 (a wrong key),
github.com/UnityGameStudio/Gemini-Unity-Package/issues/1 (no key). The other wordings are from memory.
`Retry-After` is ours: no report shows that Gemini sends it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from tests.gemini.asked import Asked, Json

TYPE = "type.googleapis.com/google.rpc."
LIMITS = "https://ai.google.dev/gemini-api/docs/rate-limits"


@dataclass(frozen=True)
class Refusal:
    code: int
    status: str
    message: str
    details: tuple[Json, ...] = ()
    retry_after_seconds: int | None = None

    def body(self) -> Json:
        details = {"details": list(self.details)} if self.details else {}
        return {"error": {"code": self.code, "message": self.message, "status": self.status, **details}}

    def response(self) -> Response:
        headers = {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}
        return JSONResponse(self.body(), self.code, headers)


NO_LOGIN = Refusal(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
)
NO_RIGHT = Refusal(403, "PERMISSION_DENIED", "Your project has been denied access. Please contact support.")
GAVE_UP = Refusal(408, "CANCELLED", "The request took too long to arrive.")
UNTIMED = Refusal(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
NO_KEY = Refusal(
    403,
    "PERMISSION_DENIED",
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API.",
)
WRONG_KEY = Refusal(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    (
        {
            "@type": f"{TYPE}ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {"@type": f"{TYPE}LocalizedMessage", "locale": "en-US", "message": "API key not valid. Please pass a valid API key."},
    ),
)
OVERLOADED = Refusal(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
INTERNAL = Refusal(500, "INTERNAL", "Internal error encountered.")
DEADLINE = Refusal(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")


def invalid(message: str = "Request contains an invalid argument.") -> Refusal:
    return Refusal(400, "INVALID_ARGUMENT", message)


def not_found(asked: Asked) -> Refusal:
    return Refusal(
        404,
        "NOT_FOUND",
        f"models/{asked.model} is not found for API version {asked.version}, or is not supported for {asked.name}. "
        "Call ListModels to see the list of available models and their supported methods.",
    )


def quota(asked: Asked, seconds: float, quota_id: str) -> Refusal:
    """Too many requests, of a minute or of a day as the id says; RetryInfo and Retry-After tell how long to wait."""
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    violation = {
        "quotaMetric": metric,
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": asked.model},
        "quotaValue": "10",
    }
    return Refusal(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details. "
        f"For more information on this error, head to: {LIMITS}.\n"
        f"* Quota exceeded for metric: {metric}, limit: 10, model: {asked.model}\nPlease retry in {seconds:g}s.",
        (
            {"@type": f"{TYPE}QuotaFailure", "violations": [violation]},
            {"@type": f"{TYPE}Help", "links": [{"description": "Learn more about Gemini API quotas", "url": LIMITS}]},
            {"@type": f"{TYPE}RetryInfo", "retryDelay": f"{seconds:g}s"},
        ),
        math.ceil(seconds),
    )


REFUSALS: dict[str, Callable[[Asked, float], Refusal]] = {
    "rate_limited": lambda asked, seconds: quota(asked, seconds, "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
    "daily_quota": lambda asked, seconds: quota(asked, seconds, "GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    "rate_limited_untimed": lambda asked, seconds: UNTIMED,
    "overloaded": lambda asked, seconds: OVERLOADED,
    "internal": lambda asked, seconds: INTERNAL,
    "deadline": lambda asked, seconds: DEADLINE,
    "invalid_argument": lambda asked, seconds: invalid(),
    "invalid_key": lambda asked, seconds: WRONG_KEY,
    "unauthenticated": lambda asked, seconds: NO_LOGIN,
    "no_rights": lambda asked, seconds: NO_RIGHT,
    "gave_up": lambda asked, seconds: GAVE_UP,
    "model_not_found": lambda asked, seconds: not_found(asked),
}
