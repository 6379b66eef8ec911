"""The shape of an answer, in words that Gemini knows."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from journeys.inputs import Frozen
from providers.gemini.schemas import in_order

# What `responseJsonSchema` supports, by google-genai's description of it.
KNOWN = {"type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf"}
KNOWN |= {"properties", "additionalProperties", "required", "propertyOrdering"}


class Wood(StrEnum):
    OAK = "oak"
    MAPLE = "maple"


class Board(Frozen):
    width_in: Annotated[Decimal, Field(gt=0, le=48)]
    wood: Wood = Field(description="What it is made of.")


class Sheet(Frozen):
    kind: Literal["sheet"] = "sheet"
    area_sqft: float


class Scrap(Frozen):
    kind: Literal["scrap"]
    code: Annotated[str, Field(pattern="^[a-z]+$", min_length=2)] = "ab"


class Order(Frozen):
    zeal: Annotated[int, Field(ge=1, lt=10)]
    boards: tuple[Board, ...]
    by_name: dict[str, Board] = {}
    first: Board | None = Field(None, description="To be cut first.")
    rest: Annotated[Sheet | Scrap, Field(discriminator="kind", description="Whatever is left.")]
    size: tuple[int, int]
    answer: str


class Shelf(BaseModel):
    above: "Shelf | None"


def objects(schema: Any) -> list[dict[str, Any]]:
    found = [schema] if isinstance(schema, dict) and "properties" in schema else []
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    return found + [one for part in inner for one in objects(part)]


def test_every_object_says_the_order_of_its_fields() -> None:
    schema = in_order(Order)
    assert schema["propertyOrdering"] == ["zeal", "boards", "by_name", "first", "rest", "size", "answer"]
    assert len(objects(schema)) == 6
    assert all(one["propertyOrdering"] == list(one["properties"]) for one in objects(schema))


def test_nothing_is_referred_to_and_a_fields_own_description_stays() -> None:
    schema = in_order(Order)
    assert "$" not in str(schema)
    assert schema["properties"]["first"]["description"] == "To be cut first."
    wood = schema["properties"]["boards"]["items"]["properties"]["wood"]
    assert (wood["enum"], wood["description"]) == (["oak", "maple"], "What it is made of.")


def test_only_words_that_gemini_knows_are_sent() -> None:
    def words(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return set().union(*map(words, schema))
        if not isinstance(schema, dict):
            return set()
        named = schema.get("properties", {})
        return set(schema) | words(list(named.values())) | words([value for key, value in schema.items() if key != "properties"])

    assert words(in_order(Order)) <= KNOWN


def test_a_field_that_has_but_one_value_says_it() -> None:
    sheet, scrap = in_order(Order)["properties"]["rest"]["anyOf"]
    assert (sheet["properties"]["kind"]["enum"], scrap["properties"]["kind"]["enum"]) == (["sheet"], ["scrap"])


def test_bounds_that_gemini_knows_are_sent() -> None:
    zeal = in_order(Order)["properties"]["zeal"]
    assert zeal == {"type": "integer", "minimum": 1}


def test_a_shape_that_contains_itself_is_a_bug_of_ours() -> None:
    with pytest.raises(TypeError, match="Shelf"):
        in_order(Shelf)
