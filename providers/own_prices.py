"""Prices of our own, for what genai-prices lacks: prices.yaml, each with its source and the day it was read; and before those the
operator's, in a file of the same shape that HOMEVIEW_PRICES names."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from providers.errors import Misconfigured
from providers.loading import load_modules

OUR_PRICES: Final = Path(__file__).with_name("prices.yaml")
MILLION: Final = Decimal(1_000_000)
MOST_TOLD: Final = 3  # of what is wrong with a file


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
    """Raises Misconfigured where the file is none of this shape: with its path, and the line or the fields that are wrong."""
    load_modules("ruamel.yaml")
    from ruamel.yaml import YAML  # not before a first price needs it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return tuple(Table.model_validate(YAML(typ="safe").load(file)).prices)
    except OSError as error:
        raise Misconfigured(f"The prices in {file} can't be read: {error.strerror}.") from error
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise Misconfigured(f"The prices in {file} can't be read: {line}{error.problem}.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The prices in {file} can't be read: they are no YAML.") from error
    except ValidationError as error:
        raise Misconfigured(f"The prices in {file} can't be read: {_wrong(error)}.") from error


def _wrong(error: ValidationError) -> str:
    """Each field by its place, such as prices.0.input, and what is wrong with it."""
    found = error.errors(include_url=False, include_input=False)
    told = [f"{'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['msg']}" for one in found[:MOST_TOLD]]
    return "; ".join([*told, *([f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else [])])


_in_use: list[Path] = [OUR_PRICES]  # whose prices hold in this process, the first before the others


def use(theirs: Path | None) -> None:
    """The operator's file stands before ours from here on: said once, before anything is priced. Raises as `overrides` does."""
    if theirs is not None:
        overrides(theirs)
    _in_use[:] = [theirs, OUR_PRICES] if theirs else [OUR_PRICES]


def load() -> None:
    """Read what is in use: the first time takes a moment."""
    for file in _in_use:
        overrides(file)


def overridden(engine: str, tokens_in: int, tokens_out: int, at: datetime, *files: Path) -> Decimal | None:
    """Dollars by the first table that has a price of it, its latest that holds by then; None where none has one."""
    day = at.astimezone(UTC).date()
    for file in files or _in_use:
        holding = [price for price in overrides(file) if price.engine == engine and price.since <= day]
        if holding:
            price = max(holding, key=lambda one: one.since)
            return (price.input * tokens_in + price.output * tokens_out) / MILLION
    return None
