"""The shape of an answer, as Gemini reads it: JSON Schema that says in which order an object's fields come.

It is sent as `responseJsonSchema`. `responseSchema`, which google-genai makes of a pydantic class, knows no additionalProperties and no
exclusiveMinimum, which our models have by `extra="forbid"` and `gt=0`: the service answers 400 to the one, google-genai raises at the
other (github.com/googleapis/python-genai/issues/1815).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

Json = dict[str, Any]

# Of what google-genai's description of `response_json_schema` says is supported. The rest is left out: one word that Gemini doesn't know
# has been enough for it to refuse a whole request. What is left out, lengths and patterns say, is checked when the answer is read.
WORDS: Final = frozenset(
    {"type", "format", "description", "enum", "minItems", "maxItems", "minimum", "maximum", "required", "additionalProperties"}
)


@cache
def in_order(shape: type[BaseModel]) -> Json:
    """The class's JSON Schema; each object's fields in the order of the class, told by `propertyOrdering`.

    A model writes what comes first without having thought of what comes later: a field that depends on others stands last in its class.
    """
    schema = shape.model_json_schema()
    definitions = schema.pop("$defs", {})
    return _ordered(schema, definitions, ())


def _ordered(schema: Json, definitions: Mapping[str, Json], within: tuple[str, ...]) -> Json:
    """With references replaced by what they name: beside a `$ref` Gemini allows no description."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        if name in within:
            raise TypeError(f"{name} contains itself, which no answer's shape can")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _ordered({**definitions[name], **beside}, definitions, (*within, name))
    found: Json = {}
    for word, value in schema.items():
        match word, value:
            case "properties", dict():
                found[word] = {name: _ordered(one, definitions, within) for name, one in value.items()}
                found["propertyOrdering"] = list(value)
            case (("items" | "additionalProperties"), dict()):
                found[word] = _ordered(value, definitions, within)
            case "prefixItems", list():
                found[word] = [_ordered(one, definitions, within) for one in value]
            case (("anyOf" | "oneOf"), list()):
                found["anyOf"] = [_ordered(one, definitions, within) for one in value]
            case "const", _:
                found["enum"] = [value]
            case _ if word in WORDS:
                found[word] = value
    return found
