"""How HomeView does, in sentences: what each model is doing, and what it stands on. Pure; api/routes/health.py asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from providers.breaker import Standing

TO_MEND: Final[Mapping[str, str]] = {
    "AuthConfig": "its key, or the rights of the key, are not accepted",
    "QuotaExhausted": "today's quota, or the credit, is spent",
    "RateLimited": "it is asked too often",
    "Upstream5xx": "it fails on its side",
    "UpstreamTimeout": "it does not answer in time",
    "UpstreamNetwork": "the connection to it breaks",
}


class ModelHealth(BaseModel):
    """`state`: closed (asked as always), open (it rests), half_open (the next message asks whether it is back), or unknown, where the
    database can't be read. `last_failure` is a kind of error: see docs/reliability.md."""

    engine: str
    asked_for: list[str]
    state: Literal["closed", "open", "half_open", "unknown"]
    since: datetime | None = None
    last_failure: str | None = None
    retry_at: datetime | None = None
    says: str


class PartHealth(BaseModel):
    part: Literal["database", "temporal", "worker", "index"]
    is_well: bool
    says: str


class Health(BaseModel):
    """`well`; `degraded` (journeys go on, with less than they could have), or `down` (nothing can be accepted, or nobody does the work)."""

    status: Literal["well", "degraded", "down"]
    says: str
    models: list[ModelHealth]
    parts: list[PartHealth]


def health(routes: Mapping[str, Sequence[str]], standings: Sequence[Standing] | None, parts: list[PartHealth], now: datetime) -> Health:
    """`routes`: engines by what they are asked for; `standings` None: they can't be read."""
    engines = list(dict.fromkeys(engine for asked in routes.values() for engine in asked))
    models = [_model(engine, [use for use, asked in routes.items() if engine in asked], standings, now) for engine in engines]
    ill = {part.part for part in parts if not part.is_well}
    resting = sum(model.state in ("open", "half_open") for model in models)
    if ill & {"database", "temporal", "worker"}:
        told = "Messages are not accepted, or not worked on, at the moment. What was accepted is kept and goes on by itself."
        return Health(status="down", says=told, models=models, parts=parts)
    if resting or ill:
        rest = f"{resting} of {len(models)} language models {'rests' if resting == 1 else 'rest'}" if resting else "The index is not ready"
        told = f"{rest}; journeys go on, and say where something is missing."
        return Health(status="degraded", says=told, models=models, parts=parts)
    told = "All is well." if models else "All is well; no language model is asked, everything is answered offline."
    return Health(status="well", says=told, models=models, parts=parts)


def degraded_by_rest(engines: Sequence[str], standings: Sequence[Standing], now: datetime) -> str:
    """A sentence where every model that could word a reply rests; else nothing."""
    resting = [standing for standing in standings if standing.engine in engines and standing.state == "open"]
    if not engines or len(resting) < len(set(engines)):
        return ""
    since = max((standing.since for standing in resting if standing.since), default=now)
    return (
        f"Since {_clock(since)} replies come from our own rules and pages, because {_all(len(resting))} ({_why(resting)}); "
        f"{'it is' if len(resting) == 1 else 'they are'} asked again {_when(resting, now)}."
    )


def _model(engine: str, uses: list[str], standings: Sequence[Standing] | None, now: datetime) -> ModelHealth:
    if standings is None:
        return ModelHealth(engine=engine, asked_for=uses, state="unknown", says=f"How {engine} does can't be read now.")
    standing = next((one for one in standings if one.engine == engine), Standing(engine))
    known = {"engine": engine, "asked_for": uses, "since": standing.since, "last_failure": standing.error or None}
    if standing.state == "closed":
        again = f"{engine} is well again since {_clock(standing.since)}." if standing.since else f"Nothing is wrong with {engine}."
        return ModelHealth(**known, state="closed", says=again)
    due = standing.retry_at is None or standing.retry_at <= now
    told = f"{engine} rests since {_clock(standing.since or now)}: {_reason(standing)}. It is asked again {_when([standing], now)}."
    return ModelHealth(**known, state="half_open" if due else "open", retry_at=standing.retry_at, says=told)


def _reason(standing: Standing) -> str:
    return TO_MEND.get(standing.error, "it fails")


def _why(resting: Sequence[Standing]) -> str:
    return "; ".join(f"{standing.engine}: {_reason(standing)}" for standing in resting)


def _all(count: int) -> str:
    return "the language model rests" if count == 1 else "all language models rest"


def _when(resting: Sequence[Standing], now: datetime) -> str:
    first = min((standing.retry_at for standing in resting if standing.retry_at), default=now)
    return "with the next message" if first <= now else f"at {_clock(first)}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
