"""What a call may cost at most, before it is made, and the prices that genai-prices lacks.

A token is at least a byte, so a prompt has no more tokens than bytes; and an answer has no more than it was allowed. Both at the dearer
price of this minute and the next, since a price may change while the call is under way.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from providers.errors import Misconfigured

OUR_PRICES: Final = Path(__file__).with_name("prices.yaml")
FRAME: Final = 200  # tokens of a request that its texts don't show: roles, markers, the framing of the schema
MILLION: Final = Decimal(1_000_000)


class Override(BaseModel):
    """Dollars for a million tokens, from a day on."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    engine: Annotated[str, Field(pattern=r"^[a-z0-9-]+:\S+$")]
    input: Annotated[Decimal, Field(ge=0)]
    output: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    since: date = Field(date.min, alias="from")
    source: Annotated[str, Field(min_length=1)]
    read: date


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    prices: list[Override]


@cache
def overrides(file: Path = OUR_PRICES) -> tuple[Override, ...]:
    """Raises Misconfigured where the file is none of this shape."""
    from ruamel.yaml import YAML  # not before a first price needs it
    from ruamel.yaml.error import YAMLError

    try:
        return tuple(Table.model_validate(YAML(typ="safe").load(file)).prices)
    except (OSError, YAMLError, ValueError) as error:
        raise Misconfigured(f"The prices in {file.name} can't be read: {str(error)[:300]}") from error


def overridden(engine: str, tokens_in: int, tokens_out: int, at: datetime, file: Path = OUR_PRICES) -> Decimal | None:
    """Dollars by our own table, its latest price that holds by then; None where it has none."""
    day = at.astimezone(UTC).date()
    holding = [price for price in overrides(file) if price.engine == engine and price.since <= day]
    if not holding:
        return None
    price = max(holding, key=lambda one: one.since)
    return (price.input * tokens_in + price.output * tokens_out) / MILLION


async def ready() -> None:
    """Both tables loaded, in a thread: the first time takes half a second."""
    from providers.gemini.prices import load

    if not load.cache_info().currsize:
        await asyncio.to_thread(load)
    overrides()


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
