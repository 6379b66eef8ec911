"""What a call costs: US dollars at the price of the call's own time, by genai-prices and its data in the wheel.

Prices change on dates that are known beforehand, so a call is priced once, at its own time, and the sum is kept: neither a replay nor
a later version of the data changes the past. `UpdatePrices` is never called: what a call costs must not depend on the network.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from providers.loading import load_modules
from providers.prices import overridden

if TYPE_CHECKING:
    from genai_prices import Usage

PROVIDER: Final = "google"
BYTES_A_TOKEN: Final = 3  # rather too few: English has more than four, other scripts about three
NO_KIND: Final = frozenset({"gemini", "models", "preview", "latest", "exp"})


@cache
def load() -> None:
    """Import the prices and their tables, which takes half a second."""
    load_modules("genai_prices.data_snapshot")
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()


def price(model: str, usage: Mapping[str, Any], at: datetime, asked_as: str = "") -> tuple[Decimal, str]:
    """Dollars, and the model whose price was taken.

    `usage` is Gemini's own, in camel case; thoughts count as output. An unknown model has the price of `asked_as`, the name by which it
    was asked for, where that is known; else of the dearest known model of its kind, such as another Flash. So only what is free costs 0.
    """
    for name in (model, asked_as):
        try:
            return _cost(name.removeprefix("models/"), usage, at)
        except LookupError:
            continue
    return _dearest_of_its_kind(model, usage, at)


@cache
def is_known(model: str) -> bool:
    """Whether it has a price of its own, or that of another is taken."""
    try:
        _cost(model.removeprefix("models/"), {"promptTokenCount": 1}, datetime.now(UTC))
    except LookupError:
        return False
    return True


async def priced(model: str, usage: Mapping[str, Any], at: datetime, asked_as: str = "") -> tuple[Decimal, str]:
    """`price`, behind the import where it is the first one: that takes its time in a thread, the price itself a third of a millisecond."""
    if not load.cache_info().currsize:
        await asyncio.to_thread(load)
    return price(model, usage, at, asked_as)


def guessed(asked: str, said: str = "") -> dict[str, Any]:
    """The usage of a call that reports none, from what was asked and said: rather too much."""
    return {"promptTokenCount": _about(asked), "candidatesTokenCount": _about(said)}


def _about(text: str) -> int:
    return -(-len(text.encode(errors="replace")) // BYTES_A_TOKEN)


def _cost(name: str, usage: Mapping[str, Any], at: datetime) -> tuple[Decimal, str]:
    """Raises LookupError where the model is not known. Our own table stands before the library's."""
    from genai_prices import calc_price

    counted = _in_and_out(usage)
    if (own := overridden(f"gemini:{name}", int(counted.input_tokens or 0), int(counted.output_tokens or 0), at)) is not None:
        return own, name
    try:
        priced = calc_price(_tokens(usage), name, provider_id=PROVIDER, genai_request_timestamp=at)
    except ValueError:  # the details contradict each other, such as more tokens from the cache than there are
        priced = calc_price(counted, name, provider_id=PROVIDER, genai_request_timestamp=at)
    return priced.total_price, priced.model.id


def _tokens(usage: Mapping[str, Any]) -> "Usage":
    """Raises ValueError where they can't be read."""
    from genai_prices import Usage, extract_usage

    extracted = extract_usage({"usageMetadata": dict(usage)}, provider_id=PROVIDER).usage
    assert isinstance(extracted, Usage)
    return extracted


def _in_and_out(usage: Mapping[str, Any]) -> "Usage":
    """By the sums alone; what is not of the question is of the answer, which is dearer."""
    from genai_prices import Usage

    asked, said, thought, total = (
        int(usage.get(name) or 0) for name in ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
    )
    return Usage(input_tokens=asked, output_tokens=max(said + thought, total - asked))


def _dearest_of_its_kind(model: str, usage: Mapping[str, Any], at: datetime) -> tuple[Decimal, str]:
    from genai_prices.data_snapshot import get_snapshot

    [google] = [provider for provider in get_snapshot().providers if provider.id == PROVIDER]
    known = [one.id for one in google.models if one.id.startswith("gemini-")]
    siblings = [name for name in known if _kind(name) == _kind(model)] or known
    return max(_cost(name, usage, at) for name in siblings)


def _kind(model: str) -> frozenset[str]:
    """The words of its name: flash and lite of gemini-3.5-flash-lite, embedding of gemini-embedding-001."""
    return frozenset(re.findall(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])", model)) - NO_KIND
