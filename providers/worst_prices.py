"""What a call may cost at most, before it is made.

A token is at least a byte, so a prompt has no more tokens than bytes; and an answer has no more than it was allowed. Both at the dearer
price of this minute and the next, since a price may change while the call is under way.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from providers import own_prices, prices
from providers.own_prices import overridden

FRAME: Final = 200  # tokens of a request that its texts don't show: roles, markers, the framing of the schema


async def ready() -> None:
    """Both tables loaded, in a thread: the first time takes half a second."""
    if not prices.load.cache_info().currsize:
        await asyncio.to_thread(_load)


def _load() -> None:
    own_prices.load()
    prices.load()


def worst(engine: str, asked_bytes: int, most_tokens: int, at: datetime) -> Decimal:
    """Dollars at most, of a call with so many bytes of words. `engine` as in the ledger, such as gemini:gemini-3.8-flash."""
    minute = at.replace(second=0, microsecond=0)
    tokens = -(-(asked_bytes + FRAME) // 256) * 256  # in steps, so that calls of about the same size are priced once a minute
    return max(_worst(engine, tokens, most_tokens, minute), _worst(engine, tokens, most_tokens, minute + timedelta(minutes=1)))


@lru_cache(maxsize=512)
def _worst(engine: str, tokens_in: int, tokens_out: int, at: datetime) -> Decimal:
    from providers.gemini.prices import price

    if (dollars := overridden(engine, tokens_in, tokens_out, at)) is not None:
        return dollars
    provider, _, model = engine.partition(":")
    if provider != "gemini":
        try:
            return _listed(provider, model, tokens_in, tokens_out, at)
        except LookupError:
            pass  # of nobody we know: as dear as the dearest of Gemini's
    usage: Mapping[str, Any] = {"promptTokenCount": tokens_in, "candidatesTokenCount": tokens_out}
    return price(model, usage, at)[0]


def _listed(provider: str, model: str, tokens_in: int, tokens_out: int, at: datetime) -> Decimal:
    """Raises LookupError where genai-prices has no such provider or model."""
    from genai_prices import Usage, calc_price

    priced = calc_price(Usage(input_tokens=tokens_in, output_tokens=tokens_out), model, provider_id=provider, genai_request_timestamp=at)
    return priced.total_price
