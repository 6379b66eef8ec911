"""What the peers share: a small HTTP front with the shape of ours, and the way to the fake model."""

import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Protocol

import httpx2
import uvicorn
from fastapi import FastAPI, Header
from pydantic import BaseModel

STEPS = ("understand", "retrieve", "reply", "record")
REMEMBERED = 6  # messages of the talk that the model is shown


class Engine(Protocol):
    async def start(self, journey_id: str) -> None: ...

    async def say(self, journey_id: str, key: str, text: str) -> dict[str, Any]: ...


class Message(BaseModel):
    text: str


class Model:
    """The fake, over HTTP. One client a process."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        self.http = httpx2.AsyncClient(base_url=os.environ["PEER_MODEL"], timeout=60, trust_env=False, limits=limits)

    async def ask(self, step: str, **given: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/{step}", json=given)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def serve(opened: Callable[[], AbstractAsyncContextManager[Engine]]) -> None:
    """On PEER_PORT, with the engine open for as long as it serves."""
    engine: list[Engine] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with opened() as made:
            engine.append(made)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    @app.post("/v1/journeys", status_code=201)
    async def start() -> dict[str, str]:
        journey_id = str(uuid.uuid4())
        await engine[0].start(journey_id)
        return {"journey_id": journey_id}

    @app.post("/v1/journeys/{journey_id}/messages")
    async def say(journey_id: str, message: Message, idempotency_key: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        return {"turn": await engine[0].say(journey_id, idempotency_key or str(uuid.uuid4()), message.text)}

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PEER_PORT"]), log_level="critical", access_log=False, backlog=2048)
