"""The real API, which can be told to stand still between the steps of a write. Started by tests.crashes.nursery."""

import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)

from api.app import create_app
from journeys import names
from providers.settings import Settings, load
from providers.store.store import Store
from tests.crashes.holds import from_environment

HOLDS = from_environment()


class Asking:
    """The write that is being answered: of which journey, under which key, and how often it read the database."""

    def __init__(self, journey: str, key: str) -> None:
        self.journey, self.key, self.reads = journey, key, 0


asking: contextvars.ContextVar[Asking | None] = contextvars.ContextVar("asking", default=None)


async def hold(place: str) -> None:
    if (now := asking.get()) is not None:
        await HOLDS.at(now.journey, now.key, f"api.{place}")


class Noticing:
    """Which journey a write is about, from its address and key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            key = dict(scope["headers"]).get(b"idempotency-key", b"").decode()
            parts = scope["path"].split("/")
            asking.set(Asking(parts[3] if len(parts) > 3 else names.journey_id("home", key), key))
        await self.app(scope, receive, send)


class HoldingStore:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def read(self, work: Any) -> Any:
        now = asking.get()
        if now is None:
            return await self.store.read(work)
        now.reads += 1
        nth = now.reads
        await hold(f"read.{nth}.begins")
        answer = await self.store.read(work)
        await hold(f"read.{nth}.ends")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class HoldsUpdates(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Updates(next)


class _Updates(OutboundInterceptor):
    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        handle = await super().start_workflow_update(input)
        await hold("accepted")
        return handle

    async def start_update_with_start_workflow(self, input: StartWorkflowUpdateWithStartInput) -> WorkflowUpdateHandle[Any]:
        handle = await super().start_update_with_start_workflow(input)
        await hold("accepted")
        return handle


def create_holding_app(settings: Settings) -> FastAPI:
    app = create_app(settings)
    open_doors = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_doors(app):
            doors = app.state.doors
            client = Client(**{**doors.temporal.config(), "interceptors": [HoldsUpdates()]})
            app.state.doors = replace(doors, temporal=client, store=HoldingStore(doors.store))
            yield

    app.router.lifespan_context = lifespan
    app.add_middleware(Noticing)
    return app


def serve() -> None:
    settings = load()
    uvicorn.run(create_holding_app(settings), host=settings.api_host, port=settings.api_port, log_config=None, access_log=False)
