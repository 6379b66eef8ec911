"""Whatever is spelled on the wire, spelled once: task queues, search attributes, ids, operations."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

JOURNEYS_QUEUE: Final = "journeys"
MODELS_QUEUE: Final = "models"

UPKEEP_SCHEDULE: Final = "homeview-health"
UPKEEP_ID: Final = "homeview-upkeep"

JOURNEY_TEMPLATE: Final = "JourneyTemplate"
JOURNEY_PERSONA: Final = "JourneyPersona"
JOURNEY_STEP: Final = "JourneyStep"
JOURNEY_STATUS: Final = "JourneyStatus"
# The server's own: it marks a run whose tasks fail again and again, and takes the mark away at the first that succeeds.
REPORTED_PROBLEMS: Final = "TemporalReportedProblems"
WEDGED: Final = f"{REPORTED_PROBLEMS} IS NOT NULL AND ExecutionStatus = 'Running'"
SEARCH_ATTRIBUTE_NAMES: Final = (JOURNEY_TEMPLATE, JOURNEY_PERSONA, JOURNEY_STEP, JOURNEY_STATUS)

# A namespace of our own, so that the same key can only ever mean one journey or one turn.
_IDS: Final = uuid.UUID("6f1d3e0a-5a0e-5d0b-9c7e-0b6d7a2f4c11")


def journey_id(tenant: str, key: str) -> str:
    """The journey that this tenant's key starts: the same one, whoever asks and however often."""
    return str(uuid.uuid5(_IDS, f"journey\n{tenant}\n{key}"))


def child_id(journey: str, step: str, option: str, nth: int) -> str:
    """The journey that this choice starts, the `nth` time it is made."""
    return str(uuid.uuid5(_IDS, f"child\n{journey}\n{step}\n{option}\n{nth}"))


def turn_id(journey: str, operation: str, key: str) -> str:
    """The turn that this key makes on this journey. Known before it is asked for, so a 202 can name it."""
    return str(uuid.uuid5(_IDS, f"turn\n{journey}\n{operation}\n{key}"))


def update_id(operation: str, key: str) -> str:
    """Temporal's id of the update: it remembers it within one run (`JourneyState.recent` and SQL do for good)."""
    return f"{operation}:{key}"


def fairness_key(tenant: str) -> str:
    """The tenant as Temporal shares out by it: it takes 64 bytes at most, and refuses the command that holds more."""
    return tenant if len(tenant.encode()) <= 64 else hashlib.sha256(tenant.encode()).hexdigest()


def body_hash(operation: str, body: Mapping[str, Any]) -> str:
    """What was asked, as 16 hex digits: the same key with another body is a mistake, not a repeat."""
    canonical = json.dumps([operation, body], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
