"""The fake Gemini on a port of this machine: in this process for a test, or as a process of its own (`python -m tests.gemini`)."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.gemini.asked import Asked
from tests.gemini.control import control
from tests.gemini.fake import FakeGemini
from tests.gemini.wire import ClosableConnection

# Longer than our client keeps a connection: a server that closes first breaks a call that is on its way. With uvicorn's five seconds and
# a busy event loop it was 19 of 144 calls.
IDLE_SECONDS: Final = 90


class Models:
    """`/v1beta/models/{model}:{call}` and, of a model itself, `/v1beta/models/{model}`, as an ASGI application, since not every answer of
    a fault is a response."""

    def __init__(self, gemini: FakeGemini) -> None:
        self.gemini = gemini

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = json.loads(await request.body())
        except ClientDisconnect:
            return
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else None
        asked = {"name": "getModel", **request.path_params}
        meet = self.gemini.meet(**asked, headers=request.headers, body=body)
        await meet(scope, receive, send)


class Server(uvicorn.Server):
    """Ends at once: whoever still waits for an answer sees the connection close."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def fake_gemini(
    key: str | None = None, port: int = 0, rule: Callable[[Asked], str | None] | None = None
) -> AsyncIterator[FakeGemini]:
    """Running and empty; its address is in `url`. Port 0: a free one."""
    gemini = FakeGemini(key, rule)
    calls = Route("/{version}/models/{model}:{name}", Models(gemini), methods=["POST"])
    named = Route("/{version}/models/{model}", Models(gemini), methods=["GET"])
    app = Starlette(routes=[Mount("/_fake", control(gemini)), calls, named])
    async with served(app, port) as gemini.url:
        yield gemini


@contextlib.asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """The application on this machine, while inside; its address."""
    config = uvicorn.Config(
        app,
        "127.0.0.1",
        port,
        http=ClosableConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=IDLE_SECONDS,
    )
    server = Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not running.done(), running.result()
    try:
        yield "http://{}:{}".format(*server.servers[0].sockets[0].getsockname())
    finally:
        server.should_exit = True
        await running
