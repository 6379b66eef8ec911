"""Vectors by Gemini."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from providers.errors import ProviderError, Upstream5xx
from providers.gemini import prices
from providers.gemini.client import GeminiClient, milliseconds
from providers.gemini.failures import told

if TYPE_CHECKING:
    from google.genai.types import ContentEmbedding, EmbedContentResponse

EMBEDDING_MODEL: Final = "gemini-embedding-001"
DIMENSIONS: Final = 768  # a quarter of the whole vector, with which retrieval is nearly as good
BATCH: Final = 100  # texts in one request; Gemini refuses more
SECONDS: Final = 30.0  # for one request
# Not measured: a guess, to be chosen as MiniLM's was before it is relied on. Gemini's cosines lie higher than MiniLM's, those of texts
# that have nothing in common too. It is meant to lie on the safe side: better silent than wrong.
FLOOR: Final = 0.72


class Counted(NamedTuple):
    """`usage`: the tokens of all requests together, as Gemini counts them; `guessedTokenCount` are those that it did not count. `cost`:
    US dollars, at the price of `priced_as`; `price_known`: that is its own, and not that of a model of its kind."""

    vectors: list[list[float]]
    usage: dict[str, Any]
    cost: Decimal
    priced_as: str
    price_known: bool = True


class GeminiEmbedder:
    """An Embedder. The texts are for likeness to each other, questions and passages alike (SEMANTIC_SIMILARITY): vectors made for
    another task must not have our `model_id`."""

    def __init__(
        self,
        client: GeminiClient,
        model: str = EMBEDDING_MODEL,
        dimensions: int = DIMENSIONS,
        *,
        seconds: float = SECONDS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.client, self.model, self.seconds, self.now = client, model.removeprefix("models/"), seconds, now
        self.dimensions: int = dimensions
        self.floor: float = FLOOR
        self.model_id: str = f"{self.model}@{dimensions}"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One unit vector for each text. Raises as `embed_counted` does."""
        return (await self.embed_counted(texts)).vectors

    async def embed_counted(self, texts: Sequence[str]) -> Counted:
        """The same, with what it cost: a request for each hundred texts, one after the other. Raises Upstream5xx, UpstreamTimeout,
        UpstreamNetwork, RateLimited, QuotaExhausted, InvalidRequest, AuthConfig; requests before the one that failed are paid for."""
        vectors: list[list[float]] = []
        usage: dict[str, Any] = {}
        cost, priced_as = Decimal(0), ""
        for start in range(0, len(texts), BATCH):
            batch, at = texts[start : start + BATCH], self.now()
            try:
                response = await self._request(batch)
            except ProviderError as failure:
                failure.may_be_charged |= start > 0
                raise
            vectors += self._vectors(response, len(batch))
            counted = _usage(response, batch)
            dollars, priced_as = await prices.priced(self.model, counted, at)
            cost += dollars
            usage |= {name: usage.get(name, 0) + count for name, count in counted.items()}
        return Counted(vectors, usage, cost, priced_as, prices.is_known(self.model))

    async def look(self, *, seconds: float) -> None:
        """Whether Gemini is there, takes the key and knows the model; it costs nothing. Raises as `embed_counted`."""
        await self.client.look(self.model, seconds)

    async def _request(self, batch: Sequence[str]) -> "EmbedContentResponse":
        async with self.client.call(self.seconds) as models:
            from google.genai import types

            config = types.EmbedContentConfig(
                task_type="SEMANTIC_SIMILARITY",
                output_dimensionality=self.dimensions,
                http_options=types.HttpOptions(timeout=milliseconds(self.seconds)),
            )
            # A content each: for some models google-genai makes one content of several texts, and one vector of them all.
            contents = [types.Content(parts=[types.Part(text=text)]) for text in batch]
            return await told(models.embed_content(model=self.model, contents=contents, config=config))

    def _vectors(self, response: "EmbedContentResponse", texts: int) -> Iterator[list[float]]:
        found = response.embeddings or []
        if len(found) != texts:
            raise Upstream5xx("Gemini answered with another number of vectors than there were texts.").charged(True)
        for one in found:
            yield self._of_unit_length(one)

    def _of_unit_length(self, embedding: "ContentEmbedding") -> list[float]:
        """Gemini gives a whole vector unit length, and none that is cut to fewer dimensions."""
        values = embedding.values or []
        length = math.hypot(*values)
        if len(values) != self.dimensions or not 0 < length < math.inf:
            raise Upstream5xx("Gemini answered with a vector that is none.").charged(True)
        return [value / length for value in values]


def _usage(response: "EmbedContentResponse", batch: Sequence[str]) -> dict[str, Any]:
    reported = response.usage_metadata.model_dump(mode="json", by_alias=True, exclude_none=True) if response.usage_metadata else {}
    counts = {name: count for name, count in reported.items() if isinstance(count, int)}
    guess = prices.guessed("".join(batch))["promptTokenCount"]
    return counts or {"promptTokenCount": guess, "guessedTokenCount": guess}
