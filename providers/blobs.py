"""The object store: whole files by name, in a folder or in a bucket. Whatever it is asked may be asked again with the same outcome.

Keys of a bucket are where its other tools look for them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from providers.errors import AuthConfig, InvalidRequest, Misconfigured, Upstream5xx, UpstreamTimeout

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SECONDS: Final = 10.0  # for one request
REGION: Final = "us-east-1"  # where the URL names none; stores that are not Amazon's want one, and look at it no further


class Blobs:
    """`url` as HOMEVIEW_BLOBS_URL: file:///folder, s3://bucket/prefix or gs://bucket/prefix; nothing is opened before the first call.

    Every method raises UpstreamTimeout, Upstream5xx (it can't be reached, or fails), AuthConfig, Misconfigured, or
    InvalidRequest for a name that would lead out of it."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self.url, self.seconds = valid_url(url), seconds

    async def put(self, name: str, content: bytes) -> None:
        """Whole or not at all, in place of what had the name."""
        async with _asked(self.seconds):
            await self._store.put_async(name, content)

    async def has(self, name: str) -> bool:
        async with _asked(self.seconds):
            try:
                await self._store.head_async(name)
            except FileNotFoundError:
                return False
        return True

    async def delete(self, name: str) -> None:
        """One that is not there is deleted already."""
        async with _asked(self.seconds):
            with suppress(FileNotFoundError):
                await self._store.delete_async(name)

    @cached_property
    def _store(self) -> "ObjectStore":
        from obstore.store import GCSStore, LocalStore, S3Store  # with the first file, and not with every worker

        place = urlsplit(self.url)
        if place.scheme == "file":
            return LocalStore(unquote(place.path), mkdir=True)
        more: dict[str, Any] = dict(parse_qsl(place.query))
        # One try: Temporal makes the others, with time between.
        client: Any = {"timeout": timedelta(seconds=self.seconds), "allow_http": more.get("endpoint", "").startswith("http://")}
        common: dict[str, Any] = {"prefix": place.path.strip("/") or None, "client_options": client, "retry_config": {"max_retries": 0}}
        if place.scheme == "gs":
            return GCSStore(place.netloc, **common)
        return S3Store(place.netloc, **{"region": REGION, **more}, **common)


def valid_url(url: str) -> str:
    """The URL itself. Raises ValueError, with a sentence, where it names no object store."""
    place = urlsplit(url)
    if place.password or place.username:
        raise ValueError("no keys in this address: they belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if place.scheme == "file" and not place.netloc and place.path.startswith("/"):
        return url
    allowed = {"s3": {"endpoint", "region"}, "gs": set()}.get(place.scheme)
    if allowed is None or not place.netloc:
        raise ValueError("an object store is file:///folder, s3://bucket/prefix or gs://bucket/prefix")
    if unknown := {name for name, _ in parse_qsl(place.query, keep_blank_values=True)} - allowed:
        raise ValueError(f"{place.scheme}:// takes no {', '.join(sorted(unknown))}; s3:// takes endpoint and region")
    return url


def folder(path: Path) -> str:
    return path.as_uri()


@asynccontextmanager
async def _asked(seconds: float) -> AsyncIterator[None]:
    """One request. What is wrong is told by type; what the library writes about it names objects and addresses, and is left behind."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    failure: Exception
    try:
        async with asyncio.timeout(seconds):
            yield
        return
    except TimeoutError:
        failure = UpstreamTimeout("The object store did not answer in time.")
    except (PermissionDeniedError, UnauthenticatedError):
        failure = AuthConfig("The object store does not accept the key or its rights.")
    except FileNotFoundError:  # of a file to be written: there is no such bucket
        failure = Misconfigured("HOMEVIEW_BLOBS_URL names a bucket that does not exist.")
    except ValueError:
        failure = InvalidRequest("That is no name for a file of the object store.")
    except (BaseError, OSError):
        failure = Upstream5xx("The object store can't be reached, or failed.")
    raise failure
