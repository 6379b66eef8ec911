"""Alerts on their way to the people who run HomeView: by apprise to the URLs of HOMEVIEW_ALERTS, or into the log.

The URLs are secrets and the operator's: they come from the settings alone, never from a journey, and log lines name a target by its
scheme and host.

Every message names its alert, in its text and, where a target takes headers (webhooks, e-mail), as `Idempotency-Key`. The key is the same
however often it is sent: a receiver that took one whose answer was lost can tell that what comes later is about the same.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import structlog

from providers.errors import Misconfigured, ProviderError
from providers.store import alerts as kept
from providers.store.store import Store

LOOK_EVERY: Final = 5.0  # seconds: nobody reads an alert sooner, and each look is one indexed read
TITLE: Final = "HomeView"
KEY_HEADER: Final = "Idempotency-Key"
log = structlog.get_logger()


class Target(Protocol):
    """Who is told. `id`: the same after a restart, without a secret."""

    id: str

    async def tell(self, title: str, text: str, key: str) -> bool:
        """Whether it was taken. What was refused, or not answered in time, is tried again. `key`: the same for the same alert."""
        ...


class LogTarget:
    id = "log"

    async def tell(self, title: str, text: str, key: str) -> bool:
        log.warning("alert", text=text, key=key)
        return True


class AppriseTarget:
    """One URL. Raises Misconfigured where apprise is missing or can't read the URL, which the message doesn't hold."""

    def __init__(self, url: str, nth: int) -> None:
        try:
            from apprise import Apprise  # a third of a second, and only where it is asked for
        except ImportError as missing:
            raise Misconfigured("HOMEVIEW_ALERTS needs apprise: install HomeView with the extra `alerts`.") from missing
        if not Apprise().add(url):
            raise Misconfigured(f"URL {nth} of HOMEVIEW_ALERTS is none that apprise can send to.")
        self._url = url
        self.id = hashlib.sha256(url.encode()).hexdigest()[:12]
        server: Any = self._apprise()[0]
        self.shown = str(server.url(privacy=True)).partition("?")[0]

    def _apprise(self, key: str = "") -> Any:
        """For one message: its headers are its own."""
        from apprise import Apprise

        sending = Apprise()
        sending.add(self._url)
        headers = getattr(sending[0], "headers", None)
        if key and isinstance(headers, dict):
            headers[KEY_HEADER] = key
        return sending

    async def tell(self, title: str, text: str, key: str) -> bool:
        """In a thread: apprise blocks, for at most its own timeouts."""
        taken = await asyncio.to_thread(self._apprise(key).notify, body=f"{text} ({key})", title=title)
        if not taken:
            log.warning("alert.not_taken", target=self.shown)
        return bool(taken)


def targets(urls: Sequence[str]) -> list[Target]:
    """Raises Misconfigured. Without a URL, the log."""
    return [AppriseTarget(url, nth) for nth, url in enumerate(urls, 1)] or [LogTarget()]


class Alerts:
    """What delivers them. Any number of processes may: each alert is claimed in a transaction before it is sent."""

    def __init__(self, store: Store, told: Sequence[Target], clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.store, self.targets, self.clock = store, told, clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop, and then to the end of what is being sent, which would be in doubt else. Nothing here may end the process."""
        while not stop.is_set():
            try:
                await self.deliver()
            except ProviderError as error:
                log.warning("alerts.wait", error=type(error).__name__)
            except Exception:
                log.exception("alerts.failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)

    async def deliver(self) -> int:
        """Send what is due; how many were taken by everybody. Raises StoreUnavailable."""
        sent = 0
        while await self.store.read(lambda db: kept.is_any_due(db, self.clock())):
            alert = await self.store.write(lambda db: kept.claim_next(db, self.clock()))
            if alert is None:  # another process was first
                break
            sent += await self._send(alert)
        return sent

    async def _send(self, alert: dict[str, Any]) -> bool:
        """To each target that doesn't have it; whether all do then."""
        key, reached = alert["key"], list(alert["reached"])
        if alert["kind"] == kept.DOUBT:
            log.warning("alert.in_doubt", key=key)
        for target in self.targets:
            if target.id in reached:
                continue
            if await target.tell(TITLE, alert["text"], kept.told_of(key)):
                reached.append(target.id)
                await self.store.write(lambda db: kept.keep_reached(db, key, reached))
        if all(target.id in reached for target in self.targets):
            await self.store.write(lambda db: kept.settle_sent(db, key, self.clock()))
            return True
        if not await self.store.write(lambda db: kept.settle_failed(db, key, alert["tries"], self.clock())):
            log.error("alert.given_up", key=key, text=alert["text"])
        return False
