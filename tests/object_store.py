"""A bucket of our own that talks S3 over real HTTP: files by name, and the faults that a real one has."""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.gemini.running import served
from tests.gemini.wire import close

BUCKET = "home"
KEYS = {"AWS_ACCESS_KEY_ID": "AKHOMEVIEW", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-store"}
CODES = {403: "AccessDenied", 401: "InvalidToken", 404: "NoSuchBucket", 500: "InternalError", 503: "SlowDown", 507: "InsufficientStorage"}


@dataclass
class ObjectStore:
    """`fault`: "" for none, a status, "reset" (the connection breaks) or "hang" (no answer as long as it lasts)."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fault: str = ""
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def strike(self, fault: str) -> None:
        self.fault = fault
        self.go.clear()

    def lift(self) -> None:
        self.fault = ""
        self.go.set()

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}/homeview?endpoint={self.address}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        await (await self.answer(request, body))(scope, receive, send)

    async def answer(self, request: Request, body: bytes) -> ASGIApp:
        self.asked.append(request.method)
        if self.fault == "hang":
            await self.go.wait()
            return close
        if self.fault == "reset":
            return close
        if self.fault:
            return error(int(self.fault))
        if f"Credential={KEYS['AWS_ACCESS_KEY_ID']}/" not in request.headers.get("Authorization", ""):
            return error(403)
        bucket, _, name = request.url.path.removeprefix("/").partition("/")
        if bucket != BUCKET:
            return error(404)
        return self.do(request.method, name, body)

    def do(self, method: str, name: str, body: bytes) -> Response:
        if method == "PUT":
            self.files[name] = body
            return Response(headers=about(body))
        if method == "POST":  # files are deleted in one request, however many
            names = [gone.decode() for gone in re.findall(rb"<Key>(.*?)</Key>", body)]
            for gone in names:
                self.files.pop(gone, None)
            told = "".join(f"<Deleted><Key>{gone}</Key></Deleted>" for gone in names)
            return Response(f"<DeleteResult>{told}</DeleteResult>", media_type="application/xml")
        found = self.files.get(name)
        if found is None:
            return Response(status_code=404)
        return Response(found, headers=about(found))


def about(content: bytes) -> dict[str, str]:
    return {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Last-Modified": format_datetime(datetime.now(UTC), usegmt=True)}


def error(code: int) -> Response:
    page = f"<?xml version='1.0'?><Error><Code>{CODES[code]}</Code><Message>No.</Message></Error>"
    return Response(page, code, media_type="application/xml")


@contextlib.contextmanager
def its_keys() -> Iterator[None]:
    """In this process's environment, where the library looks for them."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in KEYS.items():
            environment.setenv(name, value)
        yield


@contextlib.asynccontextmanager
async def object_store() -> AsyncIterator[ObjectStore]:
    store = ObjectStore()
    async with served(store) as store.address:
        try:
            yield store
        finally:
            store.lift()
