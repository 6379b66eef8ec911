"""Where effects go out: a service over HTTP that knows each by its deed, a mail server (providers/mail.py), or, where none is set up, a
folder of the object store for the person to send from."""

import hashlib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from providers.base import NotSent, Outlet
from providers.blobs import Blobs
from providers.errors import AuthConfig, InvalidRequest, ProviderError, Unavailable, Upstream5xx, UpstreamNetwork, UpstreamTimeout
from providers.mail_url import mail_server
from providers.settings import Settings

if TYPE_CHECKING:
    import httpx2

SECONDS: Final = 10.0  # for one request
LATER: Final = frozenset({408, 425, 429})  # not taken, and may be taken later
GONE: Final = frozenset({404, 410})


class HttpOutlet:
    """POST takes an effect under its Idempotency-Key, GET with the key tells of it, DELETE withdraws it."""

    name, sends, can_be_asked = "http", True, True

    def __init__(self, url: str, key: str | None = None, seconds: float = SECONDS) -> None:
        self.url, self.key, self.seconds = url.rstrip("/"), key, seconds
        self._client: httpx2.AsyncClient | None = None

    async def send(self, deed: str, kind: str, to: str, body: str) -> str:
        answer = await self._ask("POST", self.url, {"Idempotency-Key": deed}, {"kind": kind, "to": to, "body": body})
        if answer.status_code in LATER:
            raise NotSent(f"The outlet answered {answer.status_code}.")
        self._require(answer)
        return _receipt(answer, deed)

    async def find(self, deed: str) -> str | None:
        answer = await self._ask("GET", self._place(deed))
        if answer.status_code in GONE:
            return None
        self._require(answer)
        return _receipt(answer, deed)

    async def undo(self, deed: str, receipt: str) -> bool:
        answer = await self._ask("DELETE", self._place(deed))
        if answer.status_code in (405, 409, 423):  # it was read, or answered, or such a thing is not offered
            return False
        if answer.status_code not in GONE:
            self._require(answer)
        return True

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    def _place(self, deed: str) -> str:
        return f"{self.url}/{quote(deed, safe='')}"

    def _require(self, answer: "httpx2.Response") -> None:
        code = answer.status_code
        if answer.is_success:
            return
        if code in (401, 403):
            raise AuthConfig(f"The outlet answered {code}.")
        if 400 <= code < 500 and code not in LATER:
            raise InvalidRequest(f"The outlet answered {code}.")
        raise Upstream5xx(f"The outlet answered {code}.")

    async def _ask(self, method: str, url: str, headers: dict[str, str] | None = None, body: dict[str, Any] | None = None) -> Any:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, timeout=self.seconds)
        known = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        failure: ProviderError
        try:
            return await self._client.request(method, url, headers={**known, **(headers or {})}, json=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            failure = NotSent("The outlet can't be reached.")
        except httpx2.TimeoutException:
            failure = UpstreamTimeout("The outlet did not answer in time.")
        except httpx2.HTTPError:
            failure = UpstreamNetwork("The connection to the outlet broke.")
        raise failure


class Outbox:
    """A folder of the object store: what is in it was sent to nobody. One file an effect, named by its deed."""

    name, sends, can_be_asked = "outbox", False, True

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    async def send(self, deed: str, kind: str, to: str, body: str) -> str:
        place = _file(deed)
        try:
            await self.blobs.put(place, f"{kind.replace('_', ' ')}\nTo: {to}\n\n{body}\n".encode())
        except Unavailable as away:
            raise NotSent(str(away)) from None  # the same file again is no second one
        return place

    async def find(self, deed: str) -> str | None:
        return _file(deed) if await self.blobs.has(_file(deed)) else None

    async def undo(self, deed: str, receipt: str) -> bool:
        await self.blobs.delete(_file(deed))
        return True

    async def close(self) -> None: ...


def outlet(settings: Settings) -> Outlet:
    key = settings.outlet_key.get_secret_value() if settings.outlet_key else None
    if settings.outlet_url is None:
        return Outbox(Blobs(settings.blobs_url))
    if settings.outlet_url.startswith("smtp"):
        from providers.mail import MailOutlet  # with the standard library's mail, which no other start needs

        return MailOutlet(mail_server(settings.outlet_url), key)
    return HttpOutlet(settings.outlet_url, key)


def _file(deed: str) -> str:
    return f"outbox/{hashlib.sha256(deed.encode()).hexdigest()[:24]}.txt"


def _receipt(answer: "httpx2.Response", deed: str) -> str:
    """What it calls the effect, at most 200 characters; its own key where it calls it nothing."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    named = told.get("id") if isinstance(told, dict) else None
    return str(named or answer.headers.get("Location") or deed)[:200]
