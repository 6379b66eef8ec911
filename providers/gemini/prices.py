"""What a call to Gemini costs."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from providers.prices import Tariff, about
from providers.prices import load as load


def _sums(usage: Mapping[str, Any]) -> tuple[int, int]:
    """What is not of the question is of the answer, which is dearer."""
    asked, said, thought, total = (
        int(usage.get(name) or 0) for name in ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
    )
    return asked, max(said + thought, total - asked)


TARIFF: Final = Tariff("gemini", "google", "gemini-", "usageMetadata", _sums)
price, priced, is_known = TARIFF.price, TARIFF.priced, cache(TARIFF.is_known)


def guessed(asked: str, said: str = "") -> dict[str, Any]:
    """The usage of a call that reports none, from what was asked and said: rather too much."""
    return {"promptTokenCount": about(asked), "candidatesTokenCount": about(said)}
