"""What a step may need from a person, and the typed values that answer it.

A template says which inputs a step needs (`Need`); a value travels in the journey's state, so each kind is small and
JSON. Lengths are decimal feet, money is integer cents, both as strings or integers on the wire: never a float.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Feet = Annotated[Decimal, Field(gt=0, le=1000, max_digits=12)]
Kind = Literal["text", "choice", "choices", "length", "area", "room_size", "money", "percent", "place", "day", "weeks", "count"]


class Frozen(BaseModel):
    """A value: strict about unknown keys, and never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kept(BaseModel):
    """What is carried in state and histories: never changed in place, and read without the fields that a later version wrote."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Text(Frozen):
    kind: Literal["text"] = "text"
    text: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Choice(Frozen):
    kind: Literal["choice"] = "choice"
    option: Slug


class Length(Frozen):
    kind: Literal["length"] = "length"
    feet: Feet


class RoomSize(Frozen):
    """Length x width in feet; the height where it was said."""

    kind: Literal["room_size"] = "room_size"
    length_ft: Feet
    width_ft: Feet
    height_ft: Feet | None = None


class Money(Frozen):
    """A sum or a range in cents; `currency` (ISO 4217) only where the person named one."""

    kind: Literal["money"] = "money"
    low_cents: Annotated[int, Field(ge=0, le=10**12)]
    high_cents: Annotated[int, Field(ge=0, le=10**12)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None

    @model_validator(mode="after")
    def low_is_low(self) -> "Money":
        if self.low_cents > self.high_cents:
            raise ValueError("low_cents is above high_cents")
        return self


class Place(Frozen):
    """Where the home is: a postcode, a state or province code, or both; `country` is ISO 3166 alpha-2."""

    kind: Literal["place"] = "place"
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}$")] | None = None
    postcode: Annotated[str, StringConstraints(max_length=12)] | None = None

    @model_validator(mode="after")
    def somewhere(self) -> "Place":
        if self.subdivision is None and self.postcode is None:
            raise ValueError("a place needs a postcode or a state or province")
        return self


class Day(Frozen):
    kind: Literal["day"] = "day"
    on: date


class Weeks(Frozen):
    """A span of time in weeks, as a range."""

    kind: Literal["weeks"] = "weeks"
    low: Annotated[Decimal, Field(ge=0, le=520, max_digits=12)]
    high: Annotated[Decimal, Field(ge=0, le=520, max_digits=12)]

    @model_validator(mode="after")
    def low_is_low(self) -> "Weeks":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Count(Frozen):
    kind: Literal["count"] = "count"
    count: Annotated[int, Field(ge=0, le=10_000)]


class Choices(Frozen):
    """Several options of one list, each once, in the order of the list they come from; none of them where the person said none."""

    kind: Literal["choices"] = "choices"
    options: Annotated[tuple[Slug, ...], Field(max_length=30)]

    @model_validator(mode="after")
    def each_once(self) -> "Choices":
        if len(set(self.options)) < len(self.options):
            raise ValueError("an option stands there twice")
        return self


class Area(Frozen):
    kind: Literal["area"] = "area"
    sqft: Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=12)]


class Percent(Frozen):
    """Of a hundred: 6.5 is six and a half percent."""

    kind: Literal["percent"] = "percent"
    percent: Annotated[Decimal, Field(ge=0, le=1000, max_digits=12)]


Value = Annotated[
    Text | Choice | Choices | Length | Area | RoomSize | Money | Percent | Place | Day | Weeks | Count, Field(discriminator="kind")
]


class Option(Frozen):
    """One answer of a choice; `words` are other ways people say it."""

    id: Slug
    title: str
    words: list[str] = []
    note: str = ""


class Need(Frozen):
    """One input a step asks for.

    `cues` are words that, beside a measure or a sum in a message, say that it answers this need ("ceiling", "budget").
    `at_least` and `at_most` bound lengths (feet), areas (square feet), counts, weeks, percents and money (whole units of the currency).
    """

    name: Slug
    kind: Kind
    title: str
    ask: str
    options: list[Option] = []
    cues: list[str] = []
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    @model_validator(mode="after")
    def only_choices_have_options(self) -> "Need":
        if (self.kind in ("choice", "choices")) != bool(self.options):
            raise ValueError("a choice lists its options, and nothing else does")
        return self

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)


class Found(Frozen):
    """A value read in a message: which need it answers, where it stood (`start:end` of the text), how sure (0-1)."""

    need: Slug
    value: Value
    start: int
    end: int
    sureness: Annotated[float, Field(ge=0, le=1)] = 1.0
