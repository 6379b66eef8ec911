"""A language model of Gemini's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from providers.base import CutShort, Generated, Picture
from providers.errors import ProviderError
from providers.gemini import prices
from providers.gemini.answers import Answer
from providers.gemini.client import GeminiClient, milliseconds
from providers.gemini.failures import told
from providers.gemini.schemas import in_order
from providers.prices import marked

if TYPE_CHECKING:
    from google.genai.types import Content, GenerateContentConfig, GenerateContentResponse, ThinkingConfig

# Both stable and without a shutdown date on ai.google.dev/gemini-api/docs/deprecations, as stored and read 2026-11-22.
DEFAULT_MODEL: Final = "gemini-3.8-flash"  # the newest Flash: follows instructions and a schema well, at a Flash's price and pace
CHEAPER_MODEL: Final = "gemini-3.5-flash-lite"  # the newest Flash-Lite, for when the other one rests or money is short


class GeminiModel:
    """A LanguageModel. `now` is the clock that prices go by."""

    def __init__(self, client: GeminiClient, model: str = DEFAULT_MODEL, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.client, self.model, self.now = client, model.removeprefix("models/"), now
        self.engine = f"gemini:{self.model}"

    async def generate(
        self,
        instructions: str,
        content: str,
        *,
        schema: type[BaseModel] | None = None,
        most_tokens: int,
        seconds: float,
        on_text: Callable[[str], Awaitable[None]] | None = None,
        images: Sequence[Picture] = (),
    ) -> Generated:
        """One request. `most_tokens` counts the model's thoughts too. Raises Upstream5xx, UpstreamTimeout, UpstreamNetwork, RateLimited,
        QuotaExhausted, InvalidRequest, AuthConfig, and whatever `on_text` raises."""
        at = self.now()
        answer = Answer(model=self.model)
        try:
            async with self.client.call(seconds) as models:
                asked: dict[str, Any] = {
                    "model": self.model,
                    "contents": _contents(content, images),
                    "config": _config(self.model, instructions, schema, most_tokens, seconds),
                }
                if on_text is None:
                    answer.hear(await told(models.generate_content(**asked)))
                else:
                    await _listen(await told(models.generate_content_stream(**asked)), answer, on_text)
        except ProviderError as failure:
            failure.may_be_charged |= answer.has_begun
            raise
        except asyncio.CancelledError:
            usage = answer.usage or prices.guessed(instructions + content, answer.text)
            cost, priced_as = await prices.priced(answer.model, usage, at, self.model)
            spent: dict[str, Any] = {"usage": answer.usage or marked(usage), "cost": cost, "priced_as": priced_as}
            raise CutShort(Generated(text=answer.text, finish="stop", reason="cancelled", model=answer.model, **spent)) from None
        finish, reason = answer.ended()
        usage = answer.usage or prices.guessed(instructions + content, answer.text)
        cost, priced_as = await prices.priced(answer.model, usage, at, self.model)
        return Generated(
            text=answer.text,
            finish=finish,
            reason=reason,
            model=answer.model,
            usage=answer.usage,
            cost=cost,
            priced_as=priced_as,
            price_known=prices.is_known(answer.model) or prices.is_known(self.model),
        )

    async def look(self, *, seconds: float) -> None:
        """Raises as `generate`."""
        await self.client.look(self.model, seconds)


def _contents(content: str, images: Sequence[Picture]) -> "str | Content":
    from google.genai import types

    if not images:
        return content
    shown = [types.Part(inline_data=types.Blob(data=picture.data, mime_type=picture.media_type)) for picture in images]
    return types.Content(role="user", parts=[types.Part(text=content), *shown])


async def _listen(chunks: "AsyncIterator[GenerateContentResponse]", answer: Answer, on_text: Callable[[str], Awaitable[None]]) -> None:
    """Every chunk into the answer. What `on_text` raises is its own, and is told as it is."""
    async with aclosing(chunks):  # type: ignore[type-var]  # an async generator, which google-genai's annotation does not say
        while (chunk := await told(anext(chunks, None))) is not None:
            if answer.hear(chunk):
                await on_text(answer.text)


def _config(model: str, instructions: str, schema: type[BaseModel] | None, most_tokens: int, seconds: float) -> "GenerateContentConfig":
    """No temperature and no top_p: Flash 3.6 and later and Flash-Lite 3.5 ignore them, and their guides say to leave them out
    (ai.google.dev/gemini-api/docs/whats-new-gemini-3.6, as stored, read 2026-11-22)."""
    from google.genai import types

    return types.GenerateContentConfig(
        system_instruction=instructions,
        max_output_tokens=most_tokens,
        response_mime_type="application/json" if schema else None,
        response_json_schema=in_order(schema) if schema else None,
        thinking_config=_least_thinking(model),
        automatic_continuation=False,  # else a second request goes on where the first one stopped
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        http_options=types.HttpOptions(timeout=milliseconds(seconds)),
    )


def _least_thinking(model: str) -> "ThinkingConfig | None":
    """The least that the model takes, as thoughts cost tokens and seconds. Flash 3.7 and 3.8 answer 400 to MINIMAL; what came before
    the third generation takes no level, and thinks as much as it likes."""
    from google.genai import types

    if not model.startswith("gemini-") or model.startswith(("gemini-1", "gemini-2")):
        return None
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL if "flash-lite" in model else types.ThinkingLevel.LOW)
