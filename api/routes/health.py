"""How the models and what HomeView stands on are doing, for people and for machines."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter

from api.deps import Doors, Open
from api.health import EMBEDDING, Health, PartHealth, health, journeys_part
from api.routes.operations import is_temporal_up, is_worker_there
from api.standstill import count_wedged
from providers.breaker import Standing
from providers.errors import ProviderError
from providers.gemini.embedder import EMBEDDING_MODEL
from providers.index import marker_of, pointed
from providers.settings import Settings
from providers.store.health import SqlHealth

router = APIRouter(prefix="/v1/health", tags=["operations"])
PATIENCE: Final = 2.0  # seconds for the database; what it says later is said by the next request


@router.get("", response_model=Health)
async def read_health(doors: Open) -> Health:
    """200 whatever is away: `status` says how it is, and each part says what is wrong with it in a sentence."""
    standings, temporal = await asyncio.gather(_standings(doors), is_temporal_up(doors))
    database = standings is not None
    worker = temporal and await is_worker_there(doors)
    index = await asyncio.to_thread(_index, doors.settings)
    wedged = await count_wedged(doors) if temporal else None
    parts = [
        PartHealth(
            part="database",
            is_well=database,
            says="The database answers." if database else "The database does not answer, or not with what this version needs.",
        ),
        PartHealth(part="temporal", is_well=temporal, says="Temporal answers." if temporal else "Temporal does not answer."),
        PartHealth(part="worker", is_well=worker, says="A worker takes work." if worker else _no_worker(temporal)),
        index,
        journeys_part(wedged),
    ]
    routes: dict[str, list[str]] = {use: [str(route) for route in asked] for use, asked in doors.settings.routes.items()}
    if doors.settings.embedder == "gemini" and doors.settings.gemini_api_key:
        routes[EMBEDDING] = [f"gemini:{EMBEDDING_MODEL}"]
    return health(routes, standings, parts, datetime.now(UTC), wedged)


async def _standings(doors: Doors) -> list[Standing] | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await SqlHealth(doors.store).standings()
    except (ProviderError, TimeoutError):
        return None


def _index(settings: Settings) -> PartHealth:
    """By its files: only a worker opens it."""
    name = pointed(settings.index_root)
    marker = marker_of(settings.index_root / name) if name else None
    if marker is None:
        return PartHealth(part="index", is_well=False, says="The knowledge pages are not indexed yet: run `homeview index`.")
    return PartHealth(part="index", is_well=True, says=f"The knowledge index is built with {marker.model_id}.")


def _no_worker(temporal: bool) -> str:
    return (
        "No worker has asked for work within the last minutes." if temporal else "Whether a worker is there can't be seen without Temporal."
    )
