"""A language model behind chat completions."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel

from providers import statuses
from providers.base import CutShort, Generated, Picture
from providers.errors import InvalidRequest, ProviderError
from providers.openai_compatible.answers import Answer, listed
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.failures import RequestRefused, refused
from providers.openai_compatible.prices import DEEPSEEK, guessed
from providers.prices import Tariff, marked

if TYPE_CHECKING:
    import httpx2

DEEPSEEK_URL: Final = "https://api.deepseek.com"
# DeepSeek's own name for V4.1 Flash, which reads pictures too. deepseek-chat ended on 2026-07-24, and deepseek-v4-flash is served by
# this one (dev.to/ahab_indieseek/deepseek-v4-api-migration-before-july-24-42b4; github.com/VladoIvankovic/Codeep, release v3.3.0; both as
# stored, read 2026-11-22).
DEEPSEEK_MODEL: Final = "deepseek-flash"
# It thinks unless it is told not to; thoughts cost tokens and seconds.
DEEPSEEK_MORE: Final[dict[str, Any]] = {"thinking": {"type": "disabled"}}
NO_LIST: Final = (404, 405, 501)  # by which a server says that it has no list of its models
Shape = Literal["json_schema", "json_object"]
AS_JSON: Final = "Answer with one JSON object and nothing else. It must fit this JSON schema:"


class ChatModel:
    """A LanguageModel. `provider` stands in its engine. `shape`: how it is asked for JSON; a server that refuses a schema is told the
    schema in words from then on. `more` goes with each request. `now` is the clock that prices go by."""

    def __init__(
        self,
        client: ChatClient,
        model: str = DEEPSEEK_MODEL,
        *,
        provider: str = "deepseek",
        shape: Shape = "json_schema",
        more: dict[str, Any] | None = None,
        tariff: Tariff = DEEPSEEK,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.client, self.model, self.tariff, self.now = client, model, tariff, now
        self.engine = f"{provider}:{model}"
        self.more = more or {}
        self._shape: Shape = shape
        self._takes_schema = False

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
        """One request; two where the server refuses a schema for the first time. Raises Upstream5xx, UpstreamTimeout, UpstreamNetwork,
        RateLimited, QuotaExhausted, InvalidRequest, AuthConfig, and whatever `on_text` raises."""
        at = self.now()

        def asked(shape: Shape) -> dict[str, Any]:
            return self._body(instructions, content, schema, shape, most_tokens, images, streams=on_text is not None)

        heard: list[Answer] = []
        try:
            async with self.client.call(seconds) as http:
                shape = self._shape
                falls_back = schema is not None and shape == "json_schema"
                answer = await self._answer(http, asked(shape), on_text, heard, may_fall_back=falls_back)
                if answer is None:
                    answer = await self._answer(http, asked("json_object"), on_text, heard)
                    self._shape = "json_object"
                elif schema is not None and shape == "json_schema":
                    self._takes_schema = True
        except ProviderError as failure:
            failure.may_be_charged |= any(answer.has_begun for answer in heard)
            raise
        except asyncio.CancelledError:
            said = heard[-1] if heard else Answer(self.client.name, self.model)
            usage = said.usage or guessed(instructions + content, said.text)
            cost, priced_as = await self.tariff.priced(said.model, usage, at, self.model)
            spent: dict[str, Any] = {"usage": said.usage or marked(usage), "cost": cost, "priced_as": priced_as}
            raise CutShort(Generated(text=said.text, finish="stop", reason="cancelled", model=said.model, **spent)) from None
        assert answer is not None
        finish, reason = answer.ended()
        usage = answer.usage or guessed(instructions + content, answer.text)
        cost, priced_as = await self.tariff.priced(answer.model, usage, at, self.model)
        return Generated(
            text=answer.text,
            finish=finish,
            reason=reason,
            model=answer.model,
            usage=answer.usage,
            cost=cost,
            priced_as=priced_as,
            price_known=self.tariff.is_known(answer.model) or self.tariff.is_known(self.model),
        )

    async def look(self, *, seconds: float) -> None:
        """Raises as `generate`. A server without a list of its models answers nothing, and one that has aliases does not list them: whoever
        hears that a model is not listed had better ask it."""
        async with self.client.call(seconds) as http:
            response = await self._told(http.get("/models"))
        if response.status_code in NO_LIST:
            return
        if response.status_code != 200:
            failure = refused(self.client.name, response.status_code, response.headers, response.content)
            raise InvalidRequest(str(failure)) if isinstance(failure, RequestRefused) else failure
        if self.model not in listed(self.client.name, response.content):
            raise InvalidRequest(f"{self.client.name} does not list this model.")

    async def _answer(
        self,
        http: "httpx2.AsyncClient",
        body: dict[str, Any],
        on_text: Callable[[str], Awaitable[None]] | None,
        heard: list[Answer],
        may_fall_back: bool = False,
    ) -> Answer | None:
        """None: refused, and never yet accepted with this shape of answer."""
        answer = Answer(self.client.name, self.model)
        heard.append(answer)
        try:
            await self._ask(http, body, answer, on_text)
        except RequestRefused as refusal:
            if may_fall_back and not self._takes_schema:
                return None
            raise InvalidRequest(str(refusal)) from None
        return answer

    async def _ask(
        self, http: "httpx2.AsyncClient", body: dict[str, Any], answer: Answer, on_text: Callable[[str], Awaitable[None]] | None
    ) -> None:
        # As ASCII: half a surrogate pair, which a message may hold, has no UTF-8.
        request = http.build_request("POST", "/chat/completions", content=json.dumps(body), headers={"Content-Type": "application/json"})
        response = await self._told(http.send(request, stream=True))
        try:
            kind = response.headers.get("content-type", "")
            if response.status_code != 200:
                raise refused(self.client.name, response.status_code, response.headers, await self._told(response.aread()))
            if on_text is None or not kind.startswith("text/event-stream"):  # some servers don't stream
                if answer.hear(await self._told(response.aread())) and on_text:
                    await on_text(answer.text)
            else:
                await self._listen(response, answer, on_text)
        finally:
            await response.aclose()

    async def _listen(self, response: "httpx2.Response", answer: Answer, on_text: Callable[[str], Awaitable[None]]) -> None:
        """Every event into the answer. What `on_text` raises is its own, and is told as it is."""
        lines: AsyncIterator[str] = response.aiter_lines()
        async with aclosing(lines):  # type: ignore[type-var]
            while not answer.is_done and (line := await self._told(anext(lines, None))) is not None:
                if answer.hear_line(line):
                    await on_text(answer.text)

    async def _told(self, answer: Awaitable[Any]) -> Any:
        def ours(raised: Exception) -> ProviderError | None:
            return statuses.broken(self.client.name, raised)

        return await statuses.told(answer, ours)

    def _body(
        self,
        instructions: str,
        content: str,
        schema: type[BaseModel] | None,
        shape: Shape,
        most_tokens: int,
        images: Sequence[Picture],
        *,
        streams: bool,
    ) -> dict[str, Any]:
        """No temperature: what suits a task is the model's to know."""
        wanted: dict[str, Any] = {}
        if schema is not None and shape == "json_schema":
            named = {"name": schema.__name__, "schema": schema.model_json_schema()}
            wanted = {"response_format": {"type": "json_schema", "json_schema": named}}
        elif schema is not None:
            wanted = {"response_format": {"type": "json_object"}}
            instructions = f"{instructions}\n\n{AS_JSON}\n{json.dumps(schema.model_json_schema())}"
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": _parts(content, images)}]
        if streams:
            wanted |= {"stream": True, "stream_options": {"include_usage": True}}
        return {"model": self.model, "messages": messages, "max_tokens": most_tokens, **wanted, **self.more}


def _parts(content: str, images: Sequence[Picture]) -> str | list[dict[str, Any]]:
    if not images:
        return content
    shown = [f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}" for picture in images]
    return [{"type": "text", "text": content}, *({"type": "image_url", "image_url": {"url": url}} for url in shown)]
