"""What a Where means in Chroma: the labels that every vector of a passage carries, and the condition on them."""

from collections.abc import Mapping
from typing import Any, Final

from providers.base import GENERAL, Passage, Where

ANY: Final = "*"  # in the place of an empty list, which Chroma does not keep; no persona and no step can be called so


def labels(passage: Passage) -> dict[str, Any]:
    """On a passage's text and on each of its questions alike, or a search would find one without the other."""
    return {
        "topic": passage.topic,
        "region": passage.region,
        "personas": list(passage.personas) or [ANY],
        "steps": list(passage.steps) or [ANY],
    }


def labelled(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Passage, from its labels."""
    lists = {name: tuple(one for one in stored[name] if one != ANY) for name in ("personas", "steps")}
    return {"topic": stored["topic"], "region": stored["region"], **lists}


def condition(where: Where) -> dict[str, Any] | None:
    """Chroma's `where`; None where nothing is narrowed."""
    wanted: list[dict[str, Any]] = []
    if where.topic is not None:
        wanted.append({"topic": where.topic})
    if where.region is not None:
        wanted.append({"region": {"$in": around(where.region)}})
    for name, one in (("personas", where.persona), ("steps", where.step)):
        if one is not None:
            wanted.append({"$or": [{name: {"$contains": ANY}}, {name: {"$contains": one}}]})
    return {"$and": wanted} if len(wanted) > 1 else wanted[0] if wanted else None


def around(region: str) -> list[str]:
    """The regions whose pages speak of this one too: US-WA, US and general for US-WA."""
    country = region.partition("-")[0]
    return list(dict.fromkeys([region, country, GENERAL]))
