"""What a journey's language models may cost, and what happens when that is spent. US dollars, as decimals."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from journeys.inputs import Frozen

Scope = Literal["journey", "tenant", "day"]
# stop: no message is read before the budget is raised; ask: rules and pages answer, and raising it is offered; degrade: they answer, and
# the reply says so; cheaper: as degrade, but first every other route is asked whose dearest answer still fits.
OnLimit = Literal["stop", "cheaper", "ask", "degrade"]
OFFERS_MORE: frozenset[OnLimit] = frozenset({"stop", "ask"})


def plain(amount: Decimal) -> str:
    """For machines: a decimal number that no float has touched."""
    return f"{amount.normalize():f}" if amount else "0"


def _plain(given: Any) -> Any:
    """2.5 as YAML reads it, in the digits that were written."""
    return str(given) if isinstance(given, float) else given


Dollars = Annotated[Decimal, BeforeValidator(_plain), Field(ge=0, le=100_000, decimal_places=4)]


class Spending(Frozen):
    """`cap`: of one journey; without it, the installation's."""

    cap: Dollars | None = None
    on_limit: OnLimit = "degrade"


def dollars(amount: Decimal) -> str:
    """For people: at least cents, and no digit of a smaller sum lost."""
    shortest = plain(amount)
    return f"{amount:.2f}" if len(shortest.partition(".")[2]) < 3 else shortest
