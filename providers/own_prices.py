"""Prices of our own, for what genai-prices lacks: prices.yaml, each with its source and the day it was read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from providers.errors import Misconfigured
from providers.loading import load_modules

OUR_PRICES: Final = Path(__file__).with_name("prices.yaml")
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
    load_modules("ruamel.yaml")
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
