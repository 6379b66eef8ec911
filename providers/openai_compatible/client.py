"""The connection to one server: one httpx2 client a worker, whose every request is exactly one request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from providers.errors import Misconfigured, UpstreamTimeout
from providers.loading import load_modules
from providers.prices import load as load_prices

if TYPE_CHECKING:
    import httpx2

IDLE_SECONDS: Final = 60.0  # for which a connection is kept: a turn later it is still there, and a handshake is spared


class ChatClient:
    """What all models of a server share. Opens at the first call, or at `load`. `name` is the server's, for people.

    Raises Misconfigured where the key or the address is none that could be sent; the message repeats neither.
    """

    def __init__(self, name: str, key: SecretStr, base_url: str) -> None:
        self.name, self._key, self._base_url = name, SecretStr(key.get_secret_value().strip()), base_url.rstrip("/")
        _refuse(name, self._key.get_secret_value(), base_url)
        self._opening = Lock()
        self._http: httpx2.AsyncClient | None = None

    async def load(self) -> None:
        """Import and open now, in a thread, to spare the first call its time."""
        await asyncio.to_thread(self._open)
        await asyncio.to_thread(load_prices)

    @asynccontextmanager
    async def call(self, seconds: float) -> AsyncIterator["httpx2.AsyncClient"]:
        """To make one request. Raises UpstreamTimeout when everything inside has not ended after so many seconds."""
        try:
            async with asyncio.timeout(seconds) as deadline:
                http = self._http
                if http is None:
                    http = await asyncio.to_thread(self._open)
                yield http
            return
        except TimeoutError:
            if not deadline.expired():
                raise
        raise UpstreamTimeout(f"{self.name} did not finish within {seconds:g} s.")

    async def close(self) -> None:
        """Gives the connections back; who still waits for an answer sees his call fail. A later call opens again."""
        http, self._http = self._http, None
        if http:
            await http.aclose()

    def _open(self) -> "httpx2.AsyncClient":
        load_modules("httpx2")
        import httpx2

        with self._opening:
            if (http := self._http) is None:
                self._http = http = httpx2.AsyncClient(
                    base_url=self._base_url,
                    headers={"Authorization": f"Bearer {self._key.get_secret_value()}"},
                    follow_redirects=False,  # a second request, and the key would go along
                    limits=httpx2.Limits(keepalive_expiry=IDLE_SECONDS),
                    timeout=None,  # the deadline of the call bounds each wait and their sum
                )
            return http


def _refuse(name: str, key: str, base_url: str) -> None:
    """What the HTTP library would refuse later, in an error that shows the whole key."""
    if not (key and key.isascii() and key.isprintable() and " " not in key):
        raise Misconfigured(f"The API key for {name} is empty or has characters that no key has.")
    if not base_url.startswith(("http://", "https://")):
        raise Misconfigured(f"The address of {name} does not begin with http:// or https://.")
