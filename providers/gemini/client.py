"""The connection to Gemini: one google-genai client a worker, whose every call is exactly one request.

google.genai is imported in a thread when it is first needed: the import takes a second or more, and a worker polls before that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from providers.errors import Misconfigured, UpstreamTimeout
from providers.gemini import prices
from providers.gemini.failures import told
from providers.loading import load_modules

if TYPE_CHECKING:
    import httpx2
    from google import genai
    from google.genai.models import AsyncModels
    from google.genai.types import HttpOptions

BASE_URL: Final = "https://generativelanguage.googleapis.com"
API_VERSION: Final = "v1beta"  # what emulators serve; google-genai's own default is v1
DEADLINE_SECONDS: Final = 60.0  # of a call that names none; google-genai would wait for ever
IDLE_SECONDS: Final = 60.0  # for which a connection is kept: a turn later it is still there, and a handshake is spared

_ANSWERS: ContextVar[list["httpx2.Response"]] = ContextVar("_ANSWERS")  # of the call that is being made


class GeminiClient:
    """What models and embedders share. Opens at the first call, or at `load`. Safe to share among tasks of one event loop.

    Raises Misconfigured where the key or the address is none that could be sent; the message repeats neither.
    """

    def __init__(self, key: SecretStr, base_url: str | None = None) -> None:
        self._key = SecretStr(key.get_secret_value().strip())
        self._base_url = base_url or BASE_URL
        _refuse(self._key.get_secret_value(), self._base_url)
        self._opening = Lock()
        self._client: genai.Client | None = None  # kept: a client that nobody holds closes itself
        self._http: httpx2.AsyncClient | None = None

    async def load(self) -> None:
        """Import and open now, in a thread, to spare the first call its seconds."""
        await asyncio.to_thread(self._open)
        await asyncio.to_thread(prices.load)

    @asynccontextmanager
    async def call(self, seconds: float) -> AsyncIterator["AsyncModels"]:
        """google-genai's calls, to make one of them. Opens first where that was not done yet. Raises UpstreamTimeout when everything
        inside has not ended after so many seconds; however it ends, nothing of it stays open."""
        answers: list[httpx2.Response] = []
        before = _ANSWERS.set(answers)
        try:
            async with asyncio.timeout(seconds) as deadline:
                client = self._client
                if client is None:
                    client = await asyncio.to_thread(self._open)
                yield client.aio.models
            return
        except TimeoutError:
            if not deadline.expired():
                raise
        finally:
            _ANSWERS.reset(before)
            for answer in answers:  # google-genai leaves a stream that is not read to its end to the garbage collector
                await answer.aclose()
        raise UpstreamTimeout(f"Gemini did not finish within {seconds:g} s.")

    async def look(self, model: str, seconds: float) -> None:
        """Read what Gemini says of a model, which costs nothing. Raises as a call does, InvalidRequest where it knows none of this name."""
        async with self.call(seconds) as models:
            from google.genai import types

            await told(models.get(model=model, config=types.GetModelConfig(http_options=types.HttpOptions(timeout=milliseconds(seconds)))))

    async def close(self) -> None:
        """Gives the connections back; who still waits for an answer sees his call fail. A later call opens again."""
        client, http, self._client, self._http = self._client, self._http, None, None
        if client and http:
            await http.aclose()
            client.close()

    def _open(self) -> "genai.Client":
        load_modules("httpx2", "google.genai")
        import httpx2
        from google import genai

        with self._opening:
            if (client := self._client) is None:
                # A client of our own keeps google-genai from aiohttp, which it takes wherever another package has installed it, and
                # which asks again by itself. Redirects are errors: a second request, and the key in its headers would go along.
                self._http = httpx2.AsyncClient(
                    follow_redirects=False,
                    limits=httpx2.Limits(keepalive_expiry=IDLE_SECONDS),
                    event_hooks={"response": [_remember]},
                )
                # vertexai: otherwise a variable of the environment may send the key and the prompt to another service.
                self._client = client = genai.Client(
                    vertexai=False, api_key=self._key.get_secret_value(), http_options=_options(self._base_url, self._http)
                )
            return client


def _options(base_url: str, http: "httpx2.AsyncClient") -> "HttpOptions":
    from google.genai import types

    return types.HttpOptions(
        base_url=base_url,
        api_version=API_VERSION,
        timeout=milliseconds(DEADLINE_SECONDS),
        retry_options=types.HttpRetryOptions(attempts=1),  # Temporal tries again; two of them would multiply
        httpx_async_client=http,
    )


async def _remember(answer: "httpx2.Response") -> None:
    if (answers := _ANSWERS.get(None)) is not None:
        answers.append(answer)


def milliseconds(seconds: float) -> int:
    """As google-genai counts its timeouts. Never 0, which it takes for no timeout at all."""
    return max(1, round(seconds * 1000))


def _refuse(key: str, base_url: str) -> None:
    """What the HTTP library would refuse later, in an error that shows the whole key."""
    if not (key and key.isascii() and key.isprintable() and " " not in key):
        raise Misconfigured("GEMINI_API_KEY is empty or has characters that no key has.")
    if not base_url.startswith(("http://", "https://")):
        raise Misconfigured("GEMINI_BASE_URL does not begin with http:// or https://.")
