"""What a server of chat completions refuses, as our errors: providers/statuses.py has the table.

Beside it: 429 with the code `insufficient_quota` is a spent quota, as OpenAI tells it; DeepSeek answers 402 (api-docs.deepseek.com,
quick_start/error_codes, as stored, read 2026-11-22). An error in the midst of a stream has no status and counts as the server's fault.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from providers import statuses
from providers.errors import InvalidRequest, ProviderError, QuotaExhausted

SHAPELESS: Final = (400, 422)  # by which a server refuses a response_format that it does not know, among other things


class RequestRefused(InvalidRequest):
    """With a status that may mean that another shape of answer would be accepted."""


def refused(name: str, code: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    if code == 429 and "insufficient_quota" in _codes(body):
        return QuotaExhausted(f"The quota for {name} is spent (HTTP 429).")
    if code in SHAPELESS:
        return RequestRefused(f"{name} does not accept the request (HTTP {code}).")
    return statuses.refused(name, code, statuses.retry_after(headers))


def _codes(body: bytes) -> set[Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    match told:
        case {"error": dict(error)}:
            return {str(error.get("code")), str(error.get("type"))}
    return set()
