"""The least value that a schema allows, whether in Gemini's words or as JSON Schema."""

import math
from typing import Any

from tests.gemini.asked import Json

TEXT = "text"
OF_FORMAT = {
    "date-time": "2000-01-01T00:00:00Z",
    "date": "2000-01-01",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "a@example.com",
    "uri": "https://example.com/",
}


def least(schema: Json) -> Any:
    """Required properties only, the fewest items, the first word of an enum; null only where nothing else is allowed.

    Not read: `pattern`, `multipleOf`, `uniqueItems`, `allOf`, `not`.
    """
    return _least(schema, schema, frozenset())


def _least(schema: Json, root: Json, within: frozenset[str]) -> Any:
    """`within` are the references being followed: of several options, one that leads out of them is taken."""
    if "$ref" in schema:
        name = schema["$ref"]
        return _least({**_referred(root, name), **{key: value for key, value in schema.items() if key != "$ref"}}, root, within | {name})
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _least(_option(schema[several], within), root, within)
    match _kind(schema):
        case "object":
            return {name: _least(schema["properties"][name], root, within) for name in _needed(schema)}
        case "array":
            first = schema.get("prefixItems", [])
            rest = [schema.get("items", {})] * max(0, int(schema.get("minItems", 0)) - len(first))
            return [_least(item, root, within) for item in [*first, *rest]]
        case "integer":
            return int(_number(schema, whole=True))
        case "number":
            return _number(schema, whole=False)
        case "boolean":
            return False
        case "null":
            return None
        case _:
            return _text(schema)


def _referred(root: Json, name: str) -> Json:
    found = root
    for step in name.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _option(options: list[Json], within: frozenset[str]) -> Json:
    outward = [option for option in options if option.get("$ref") not in within]
    return next((option for option in outward if _kind(option) != "null"), outward[0])


def _kind(schema: Json) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kinds, list):
        return next((kind for kind in kinds if kind != "null"), "null")
    return str(kinds).lower()


def _needed(schema: Json) -> list[str]:
    """In the order the schema asks for, topped up to `minProperties`."""
    names = list(schema.get("properties", {}))
    required = set(schema.get("required", []))
    optional = [name for name in names if name not in required]
    required |= set(optional[: max(0, int(schema.get("minProperties", 0)) - len(required))])
    return [name for name in schema.get("propertyOrdering", names) if name in required]


def _number(schema: Json, whole: bool) -> float:
    """Nought where it is allowed; otherwise a bound, or what lies next to one that is excluded."""
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
    candidates = [0.0]
    candidates += [low, math.floor(low) + 1] if math.isfinite(low) else []
    candidates += [high, math.ceil(high) - 1] if math.isfinite(high) else []
    candidates += [(low + high) / 2] if math.isfinite(low + high) else []
    excluded = {schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")}
    return next(n for n in candidates if low <= n <= high and n not in excluded and (not whole or n == int(n)))


def _text(schema: Json) -> str:
    text = OF_FORMAT.get(schema.get("format", ""), TEXT).ljust(int(schema.get("minLength", 0)), "t")
    return text[: int(schema.get("maxLength", len(text)))]
