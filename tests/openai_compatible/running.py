"""The fake server of chat completions on a port of this machine, in this process."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.gemini.asked import Asked
from tests.gemini.running import served
from tests.openai_compatible.fake import FakeChat


class Completions:
    def __init__(self, chat: FakeChat) -> None:
        self.chat = chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = json.loads(await request.body())
        except ClientDisconnect:
            return
        await self.chat.meet(request.headers, body)(scope, receive, send)


class Models:
    def __init__(self, chat: FakeChat) -> None:
        self.chat = chat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.chat.list(Request(scope).headers)(scope, receive, send)


@contextlib.asynccontextmanager
async def fake_chat(
    key: str | None = None, rule: Callable[[Asked], str | None] | None = None, takes_schemas: bool = True
) -> AsyncIterator[FakeChat]:
    """Running and empty; its address, with /v1, is in `url`."""
    chat = FakeChat(key, rule, takes_schemas)
    completions = Route("/v1/chat/completions", Completions(chat), methods=["POST"])
    app = Starlette(routes=[completions, Route("/v1/models", Models(chat), methods=["GET"])])
    async with served(app) as address:
        chat.url = f"{address}/v1"
        yield chat
