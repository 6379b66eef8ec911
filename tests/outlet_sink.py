"""A service that takes effects over real HTTP and counts each that arrives: it forgives no second one."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.gemini.running import served
from tests.gemini.wire import close


@dataclass
class Sink:
    """`faults`: for the next POSTs in turn: lost (taken, and the answer never comes), held (taken, and answered once `go` is set), 500
    (taken, and it says it broke), or a status with which it takes nothing. `keeps`: it withdraws nothing. `held`:
    journeys whose effects it takes and answers once `go` is set."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    keeps: bool = False
    held: set[str] = field(default_factory=set)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self.answer(request))(scope, receive, send)

    async def answer(self, request: Request) -> Any:
        key = unquote(request.scope["raw_path"].decode().removeprefix("/requests").removeprefix("/"))
        match request.method:
            case "POST":
                return await self.post(request)
            case "GET":
                return JSONResponse({"id": self.number(key)}) if self.number(key) else Response(status_code=404)
            case _:
                if self.keeps:
                    return Response(status_code=409)
                self.withdrawn.append(key)
                return Response(status_code=204)

    async def post(self, request: Request) -> Any:
        fault = self.faults.pop(0) if self.faults else ""
        if fault.isdigit() and fault != "500":
            return Response(status_code=int(fault))
        key = request.headers["Idempotency-Key"]
        self.taken.append({"key": key, **json.loads(await request.body())})
        if fault == "lost":
            return close
        if fault == "held" or key.partition("/")[0] in self.held:
            await self.go.wait()
        return Response(status_code=500) if fault == "500" else JSONResponse({"id": self.number(key)}, status_code=201)

    def number(self, key: str) -> str:
        return next((f"no-{n}" for n, taken in enumerate(self.taken, 1) if taken["key"] == key), "")


@contextlib.asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    taking = Sink()
    async with served(taking) as address:
        taking.url = f"{address}/requests"
        yield taking
