"""What calls cost: US dollars at the price of the call's own time, by genai-prices and its data in the wheel.

Prices change on dates that are known beforehand, so a call is priced once, at its own time, and the sum is kept: neither a replay nor
a later version of the data changes the past. `UpdatePrices` is never called: what a call costs must not depend on the network.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from providers.loading import load_modules
from providers.own_prices import overridden

if TYPE_CHECKING:
    from genai_prices import Usage

BYTES_A_TOKEN: Final = 3  # rather too few: English has more than four, other scripts about three
NO_KIND: Final = frozenset({"models", "preview", "latest", "exp"})


@cache
def load() -> None:
    """Import the prices and their tables, which takes half a second."""
    load_modules("genai_prices.data_snapshot")
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()


def about(text: str) -> int:
    """Tokens, rather too many."""
    return -(-len(text.encode(errors="replace")) // BYTES_A_TOKEN)


def marked(guess: Mapping[str, int]) -> dict[str, int]:
    """A usage that no provider told, as it is kept."""
    return {**guess, "guessedTokenCount": sum(guess.values())}


@dataclass(frozen=True)
class Tariff:
    """Of one provider. `engines` is how the names of its engines begin, `provider` its id in genai-prices, whose models of ours begin with
    `family`; `root` is where a response holds its usage; `sums` reads the tokens asked, and those said, from a usage whose details can't be
    read."""

    engines: str
    provider: str
    family: str
    root: str
    sums: Callable[[Mapping[str, Any]], tuple[int, int]]

    def price(self, model: str, usage: Mapping[str, Any], at: datetime, asked_as: str = "") -> tuple[Decimal, str]:
        """Dollars, and the model whose price was taken.

        `usage` is the provider's own; thoughts count as output. An unknown model has the price of `asked_as`, the name by which it was
        asked for, where that is known; else of the dearest known model of its kind, such as another Flash. So only what is free costs 0.
        """
        for name in (model, asked_as):
            try:
                return self._cost(name.removeprefix("models/"), usage, at)
            except LookupError:
                continue
        return self._dearest_of_its_kind(model, usage, at)

    def is_known(self, model: str) -> bool:
        """Whether it has a price of its own, or that of another is taken."""
        try:
            self._cost(model.removeprefix("models/"), {}, datetime.now(UTC))
        except LookupError:
            return False
        return True

    async def priced(self, model: str, usage: Mapping[str, Any], at: datetime, asked_as: str = "") -> tuple[Decimal, str]:
        """`price`, behind the import where it is the first one: that takes its time in a thread, the price itself a third of a
        millisecond."""
        if not load.cache_info().currsize:
            await asyncio.to_thread(load)
        return self.price(model, usage, at, asked_as)

    def _cost(self, name: str, usage: Mapping[str, Any], at: datetime) -> tuple[Decimal, str]:
        """Raises LookupError where the model is not known. Our own table stands before the library's."""
        from genai_prices import calc_price

        if (ours := overridden(f"{self.engines}:{name}", *self.sums(usage), at)) is not None:
            return ours, name
        try:
            priced = calc_price(self._tokens(usage), name, provider_id=self.provider, genai_request_timestamp=at)
        except ValueError:  # the details contradict each other, such as more tokens from the cache than there are
            priced = calc_price(self._in_and_out(usage), name, provider_id=self.provider, genai_request_timestamp=at)
        return priced.total_price, priced.model.id

    def _tokens(self, usage: Mapping[str, Any]) -> "Usage":
        """Raises ValueError where they can't be read."""
        from genai_prices import Usage, extract_usage

        extracted = extract_usage({self.root: dict(usage)}, provider_id=self.provider).usage
        assert isinstance(extracted, Usage)
        return extracted

    def _in_and_out(self, usage: Mapping[str, Any]) -> "Usage":
        from genai_prices import Usage

        asked, said = self.sums(usage)
        return Usage(input_tokens=asked, output_tokens=said)

    def _dearest_of_its_kind(self, model: str, usage: Mapping[str, Any], at: datetime) -> tuple[Decimal, str]:
        from genai_prices.data_snapshot import get_snapshot

        [provider] = [one for one in get_snapshot().providers if one.id == self.provider]
        known = [one.id for one in provider.models if one.id.startswith(self.family)]
        siblings = [name for name in known if self._kind(name) == self._kind(model)] or known
        return max(self._cost(name, usage, at) for name in siblings)

    def _kind(self, model: str) -> frozenset[str]:
        """The words of its name: flash and lite of gemini-3.5-flash-lite, embedding of gemini-embedding-001."""
        return frozenset(re.findall(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])", model)) - NO_KIND - {self.family.rstrip("-")}
