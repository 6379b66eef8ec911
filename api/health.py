"""How HomeView does, in sentences: what each model is doing, and what it stands on. Pure; api/routes/health.py asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

from providers.breaker import Standing

EMBEDDING: Final = "embedding"
RESTS: Final = ("open", "half_open")
TO_MEND: Final[Mapping[str, str]] = {
    "AuthConfig": "its key, or the rights of the key, are not accepted",
    "QuotaExhausted": "today's quota, or the credit, is spent",
    "RateLimited": "it is asked too often",
    "Upstream5xx": "it fails on its side",
    "UpstreamTimeout": "it does not answer in time",
    "UpstreamNetwork": "the connection to it breaks",
    "InvalidRequest": "its provider knows no model of this name, or none that can be asked so",
}

HOW_MENDED: Final = (
    "`homeview replay ID` says where it fails, and docs/operating.md (“A journey's workflow task keeps failing”) what to do."
)


class ModelHealth(BaseModel):
    """`state`: closed (asked as always), open (it rests), half_open (the next message, or the next check, asks whether it is back), or
    unknown, where the database can't be read. `last_failure` is a kind of error: see docs/reliability.md. `checked_at`: when a check of
    it last went well; there is none while people ask it."""

    engine: str
    asked_for: list[str]
    state: Literal["closed", "open", "half_open", "unknown"]
    since: datetime | None = None
    last_failure: str | None = None
    retry_at: datetime | None = None
    checked_at: datetime | None = None
    says: str


class PartHealth(BaseModel):
    part: Literal["database", "temporal", "worker", "index", "journeys"]
    is_well: bool
    says: str


class Health(BaseModel):
    """`well`; `degraded` (journeys go on, with less than they could have, or some stand still), or `down` (nothing can be accepted, or
    nobody does the work). `wedged`: how many journeys stand still; none where that can't be found out."""

    status: Literal["well", "degraded", "down"]
    says: str
    wedged: int | None = None
    models: list[ModelHealth]
    parts: list[PartHealth]


def health(
    routes: Mapping[str, Sequence[str]],
    standings: Sequence[Standing] | None,
    parts: list[PartHealth],
    now: datetime,
    wedged: int | None = None,
) -> Health:
    """`routes`: engines by what they are asked for; `standings` None: they can't be read."""
    engines = list(dict.fromkeys(engine for asked in routes.values() for engine in asked))
    models = [_model(engine, [use for use, asked in routes.items() if engine in asked], standings, now) for engine in engines]
    ill = {part.part for part in parts if not part.is_well}
    if ill & {"database", "temporal", "worker"}:
        told = "Messages are not accepted, or not worked on, at the moment. What was accepted is kept and goes on by itself."
        return Health(status="down", says=told, wedged=wedged, models=models, parts=parts)
    lacking = [*_resting(models), *(["the index is not ready"] if "index" in ill else [])]
    told = _sentence(f"{', '.join(lacking)}; journeys go on, and say where something is missing.") if lacking else ""
    if "journeys" in ill:
        told = f"{told} {_many(wedged or 0)}; the others go on.".strip()
    if told:
        return Health(status="degraded", says=told, wedged=wedged, models=models, parts=parts)
    told = "All is well." if models else "All is well; no language model is asked, everything is answered offline."
    return Health(status="well", says=told, wedged=wedged, models=models, parts=parts)


def journeys_part(wedged: int | None) -> PartHealth:
    """`wedged`: how many; None where it can't be found out."""
    if wedged is None:
        return PartHealth(part="journeys", is_well=True, says="Whether a journey stands still can't be found out now.")
    if not wedged:
        return PartHealth(part="journeys", is_well=True, says="No journey stands still.")
    return PartHealth(part="journeys", is_well=False, says=f"{_many(wedged)}: {HOW_MENDED}")


def stands_still(problem: str, since: datetime | None) -> str:
    """Of one journey, for whoever asks why it does nothing."""
    begun = f"since {_clock(since)}" if since else "now"
    again = f"its workflow task fails again and again with {problem}. What was accepted is kept and goes on once it is mended."
    return f"It stands still {begun}: {again} {HOW_MENDED}"


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
    known["checked_at"] = standing.checked_at
    if standing.state == "closed":
        looked = f" It was last checked at {_clock(standing.checked_at)}." if standing.checked_at else ""
        again = f"{engine} is well again since {_clock(standing.since)}." if standing.since else f"Nothing is wrong with {engine}."
        return ModelHealth(**known, state="closed", says=f"{again}{looked}")
    due = standing.retry_at is None or standing.retry_at <= now
    told = f"{engine} rests since {_clock(standing.since or now)}: {_reason(standing)}. It is asked again {_when([standing], now)}."
    return ModelHealth(**known, state="half_open" if due else "open", retry_at=standing.retry_at, says=told)


def _resting(models: Sequence[ModelHealth]) -> list[str]:
    """In half sentences: of those that word replies or see, and of the one that finds passages."""
    wording = [model for model in models if model.asked_for != [EMBEDDING]]
    count = sum(model.state in RESTS for model in wording)
    told = [f"{count} of {len(wording)} language models {'rests' if count == 1 else 'rest'}"] if count else []
    if any(model.state in RESTS for model in models if EMBEDDING in model.asked_for):
        told.append("the embedder rests, and passages come from the free index")
    return told


def _many(wedged: int) -> str:
    return "1 journey stands still" if wedged == 1 else f"{wedged} journeys stand still"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reason(standing: Standing) -> str:
    return TO_MEND.get(standing.error, "it fails")


def _why(resting: Sequence[Standing]) -> str:
    return "; ".join(f"{standing.engine}: {_reason(standing)}" for standing in resting)


def _all(count: int) -> str:
    return "the language model rests" if count == 1 else "all language models rest"


def _when(resting: Sequence[Standing], now: datetime) -> str:
    first = min((standing.retry_at for standing in resting if standing.retry_at), default=now)
    return "with the next message, or within a minute" if first <= now else f"at {_clock(first)}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
