"""Versions of a template: what makes two the same, and which of several a new journey starts with. Pure.

The canonical form leaves out what has its default, so that a field which the schema gains later changes no version's hash.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from journeys.template import Template

VersionStatus = Literal["draft", "published", "retired"]
BUCKETS = 10_000
SHIPPED_BY = "release"  # who published what came with the program


def canonical(template: Template) -> str:
    """One line of JSON with sorted keys; templates that mean the same have the same."""
    content = template.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(canonical_form: str) -> str:
    """sha256 of the canonical form, 64 hex digits."""
    return hashlib.sha256(canonical_form.encode()).hexdigest()


def split_name(name: str) -> tuple[str, int | None]:
    """`id` or `id@version`; raises ValueError where the version is no positive number."""
    template_id, at, version = name.partition("@")
    if not at:
        return template_id, None
    if not (version.isascii() and version.isdigit() and len(version) < 10 and int(version) > 0):
        raise ValueError(f"{name!r} names no version: write it as id@version, such as kitchen_renovation@1")
    return template_id, int(version)


def bucket(experiment: str, journey_id: str) -> int:
    """0 to 9,999: the same for ever for this journey in this experiment, and unrelated to its bucket in any other."""
    return int.from_bytes(hashlib.sha256(f"{experiment}\n{journey_id}".encode()).digest()[:8], "big") % BUCKETS


def shares(weights: Mapping[int, int]) -> dict[int, int]:
    """Buckets by version, together all of them; what rounding leaves over goes to the first versions. Raises ValueError."""
    if not weights or any(weight < 0 for weight in weights.values()) or sum(weights.values()) == 0:
        raise ValueError("a split gives each version a weight of zero or more, and at least one of them more than zero")
    whole, ordered = sum(weights.values()), sorted(weights)
    parts = {version: weights[version] * BUCKETS // whole for version in ordered}
    left = BUCKETS - sum(parts.values())
    for version in [version for version in ordered if weights[version]][:left]:
        parts[version] += 1
    return parts


def pick(parts: Mapping[int, int], at: int) -> int:
    """The version whose buckets hold this one; versions take theirs in their order."""
    edge = 0
    for version in sorted(parts):
        edge += parts[version]
        if at < edge:
            return version
    raise ValueError(f"bucket {at} lies beyond the split")
