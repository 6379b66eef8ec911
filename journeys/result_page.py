"""A kept result as text for people, whichever skill made it."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from journeys.renovation import pages

MADE_BY: Final = "made_by"  # in a kept result: the id of the skill that made it; a fallback may have


def as_text(skill: str, kept: Mapping[str, Any]) -> str:
    """The page of that kind of result; where there is none, what every result has: headline, what was taken for granted, source."""
    body = as_made(kept)
    try:
        return pages.as_text(kept.get(MADE_BY, skill), body)
    except (KeyError, ValidationError):  # of a skill that has no page here, or an older form of a result
        return _plain(body)


def as_made(kept: Mapping[str, Any]) -> dict[str, Any]:
    """As the skill gave it."""
    return {name: value for name, value in kept.items() if name != MADE_BY}


def _plain(body: Mapping[str, Any]) -> str:
    parts = [str(body.get("headline", ""))]
    if assumed := body.get("assumptions"):
        parts.append("Taken for granted:\n" + "\n".join(f"- {sentence}" for sentence in assumed))
    if source := body.get("citation"):
        parts.append(f"Source: {source}.")
    return "\n\n".join(part for part in parts if part) + "\n"
