"""What a route may ask for, as annotated parameters."""

import uuid
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Path, Query, Request, Response
from temporalio.client import Client

from providers.settings import Settings
from providers.shelf import Shelf
from providers.store.budgets import Caps
from providers.store.store import Store
from providers.store.tail import Tail


@dataclass(frozen=True)
class Doors:
    """What the API was built with: opened by the lifespan, closed by it."""

    temporal: Client
    store: Store
    tail: Tail
    shelf: Shelf
    settings: Settings
    caps: Caps


def _doors(request: Request) -> Doors:
    return cast(Doors, request.app.state.doors)


def _tenant() -> str:
    """There is no login yet, so there is one tenant; the API binds to this machine only."""
    return "home"


def _key(
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]+$", max_length=150, min_length=1)] = None,
) -> str:
    """The request's own key, or one we make and give back, so that a retry can name it: with a refusal too (api/errors.py)."""
    key = idempotency_key or str(uuid.uuid4())
    response.headers["Idempotency-Key"] = request.state.idempotency_key = key
    return key


Open = Annotated[Doors, Depends(_doors)]
Tenant = Annotated[str, Depends(_tenant)]
IdempotencyKey = Annotated[str, Depends(_key)]
JourneyId = Annotated[str, Path(min_length=1, max_length=64)]
Wait = Annotated[float, Query(ge=0, le=60, description="Seconds to wait for the reply before answering 202.")]
Limit = Annotated[int, Query(ge=1, le=200)]
