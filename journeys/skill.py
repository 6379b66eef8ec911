"""What a skill says of itself. The engine composes skills by what they read and make; the functions are found by
providers/skills.py."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.inputs import Frozen, Kind, Slug


class Manifest(Frozen):
    """`inputs` it can't do without and `optional` ones, by the kind of value; `takes` are skills whose results it reads, and `may_take`
    those it reads where the journey has them. `version` changes when its answers do."""

    id: Slug
    version: Annotated[str, Field(min_length=1, max_length=60)]
    title: str
    makes: str  # what comes out, as a phrase: "an estimate of cost from quantities and chosen products"
    inputs: dict[Slug, Kind] = {}
    optional: dict[Slug, Kind] = {}
    takes: list[Slug] = []
    may_take: list[Slug] = []
    personas: list[Slug] = []  # none named: for everybody
    safety_tags: list[Slug] = []
    fallbacks: list[Slug] = []
    cost_class: Literal["free", "cheap", "paid"] = "free"
    latency_ms: Annotated[int, Field(ge=1)] = 1_000
    queue: Slug = "journeys"
