"""What a call to DeepSeek costs. A server that offers the same models elsewhere is charged the same: rather too much than nothing."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from providers.prices import Tariff, about


def _sums(usage: Mapping[str, Any]) -> tuple[int, int]:
    asked, said, total = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    return asked, max(said, total - asked)


def _count(told: Any) -> int:
    return told if isinstance(told, int) else 0


DEEPSEEK: Final = Tariff("deepseek", "deepseek", "deepseek-", "usage", _sums)
is_known = cache(DEEPSEEK.is_known)


def guessed(asked: str, said: str = "") -> dict[str, Any]:
    """The usage of a call that reports none, from what was asked and said: rather too much."""
    return {"prompt_tokens": about(asked), "completion_tokens": about(said)}
