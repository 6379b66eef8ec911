"""What happens on the connection: whole answers, streams that end or do not, silence, and a connection closed for real."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.gemini.asked import Json

JSON = "application/json; charset=UTF-8"
EVENTS = "text/event-stream"
Ending = Callable[[Scope, Receive, Send], Awaitable[None]]


class ClosableConnection(HttpToolsProtocol):
    """Hands its transport to the application, which may close it in the midst of an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"transport": {"itself": self.transport}}


def whole(body: Json) -> ASGIApp:
    return Response(json.dumps(body, ensure_ascii=False), media_type=JSON)


def html(code: int, page: str) -> ASGIApp:
    return Response(page, code, media_type="text/html; charset=UTF-8")


def event(chunk: Json) -> bytes:
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\r\n\r\n"


def begun(parts: Iterable[bytes], media_type: str, ending: Ending) -> ASGIApp:
    """An answer that begins with these parts and then ends in this way."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media_type.encode())]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await ending(scope, receive, send)

    return app


def paced(parts: Sequence[bytes], media_type: str, seconds: float) -> ASGIApp:
    """An answer whose parts come so far apart, unless the client has gone by then."""
    first, *rest = parts

    async def others(scope: Scope, receive: Receive, send: Send) -> None:
        for part in rest:
            await late(piece(part), seconds)(scope, receive, send)
        await finish(scope, receive, send)

    return begun([first], media_type, others)


def piece(part: bytes) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.body", "body": part, "more_body": True})

    return app


def late(app: ASGIApp, seconds: float) -> ASGIApp:
    """The same answer so much later, unless the client has gone by then."""

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(seconds):
                await hold(scope, receive, send)
        except TimeoutError:
            await app(scope, receive, send)

    return waiting


async def finish(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def hold(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing more, until the connection is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def close(scope: Scope, receive: Receive, send: Send) -> None:
    """The connection ends here, after what was already sent."""
    scope["extensions"]["transport"]["itself"].close()
    await hold(scope, receive, send)
