"""A door: the HTTP API. `create_app` builds it from settings; the lifespan opens what it needs and closes it again."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from prometheus_client import Counter, Gauge, Histogram
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from api.deps import Doors
from api.routes import costs, events, health, journeys, moves, operations, personas, skills, templates, turns
from providers.errors import ProviderError
from providers.library import TemplateChanged, library
from providers.settings import Settings
from providers.shelf import Shelf
from providers.store.store import Store
from providers.store.tail import Tail
from providers.temporal import connect

LARGEST_BODY = 64 * 1024  # bytes; a message is at most 8 KB, inputs are small values
HOSTS = ["127.0.0.1", "localhost", "[::1]"]  # a page of another site can't reach us under a name of its own

log = logging.getLogger(__name__)

SECONDS = Histogram("homeview_request_seconds", "Time to answer, streams left out", ["method", "route"])
ANSWERS = Counter("homeview_requests_total", "Answers by status", ["method", "route", "status"])
STREAMS = Gauge("homeview_event_streams", "Open event streams")


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.database_url)
        temporal = await connect(settings, lazy=True)
        try:
            shelf = Shelf(store, library())
            await stocked(shelf)
            async with Tail(store) as tail:
                STREAMS.set_function(lambda: tail.count)
                app.state.doors = Doors(temporal=temporal, store=store, tail=tail, shelf=shelf, settings=settings, caps=settings.caps)
                yield
        finally:
            store.close()

    app = FastAPIOffline(
        title="HomeView",
        summary="Durable home-renovation journeys.",
        description="Every write takes an `Idempotency-Key`: the same key and body get the same answer, for ever; another body is refused.",
        version="0.1.0",
        lifespan=lifespan,
    )
    for part in (journeys, turns, events, templates, moves, skills, personas, costs, operations, health):
        app.include_router(part.router)
    errors.install(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)  # inside Measured, which words its answer
    app.add_middleware(Measured)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return app


async def stocked(shelf: Shelf) -> None:
    """Raises TemplateChanged: nothing is served with a published version that changed. A database that is away, or not migrated yet, is
    asked again with the first request."""
    try:
        await shelf.stock()
    except TemplateChanged:
        raise
    except ProviderError as error:
        log.warning("The template library can't be read yet: %s", error)


class Measured:
    """Counts and times answers by route, never by address: ids would make every request a series of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, problems_only(scope, receive, watched))
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            ANSWERS.labels(scope["method"], route, status).inc()
            if not route.endswith("/events"):
                SECONDS.labels(scope["method"], route).observe(time.perf_counter() - began)


def problems_only(scope: Scope, receive: Receive, send: Send) -> Send:
    """The framework's limit on bodies answers in plain text before any handler of ours could; that answer becomes a problem too."""
    replaced = False

    async def checked(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and message["status"] == 413:
            replaced = True
            said = errors.Problem("TooLarge", f"A request may hold {LARGEST_BODY // 1024} KB. Send less at a time.")
            await errors.answer(said)(scope, receive, send)
        elif not replaced:
            await send(message)

    return checked
