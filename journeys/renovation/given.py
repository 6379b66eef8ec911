"""What a skill was given: journey values by the name of their need, asked for by kind. What is missing or of another kind is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from journeys.inputs import Choice, Choices, Count, Frozen, Length, Value
from journeys.renovation.errors import MissingInput, UnknownChoice, WrongInputKind

V = TypeVar("V", bound=Frozen)
_FINE_IN = Decimal("0.01")


def given(inputs: Mapping[str, Value], name: str, kind: type[V]) -> V | None:
    """The value, or None. Raises WrongInputKind for one of another kind."""
    value = inputs.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise WrongInputKind(name, kind.model_fields["kind"].default, value.kind)


def need(inputs: Mapping[str, Value], name: str, kind: type[V]) -> V:
    """The value. Raises MissingInput where it wasn't given."""
    value = given(inputs, name, kind)
    if value is None:
        raise MissingInput(name)
    return value


def feet(inputs: Mapping[str, Value], name: str) -> Decimal | None:
    length = given(inputs, name, Length)
    return length.feet if length else None


def inches(inputs: Mapping[str, Value], name: str) -> Decimal | None:
    """A length in inches to the hundredth: 44 in travels as 3.6667 ft, which must not come back as more than 44."""
    length = given(inputs, name, Length)
    return (length.feet * 12).quantize(_FINE_IN) if length else None


def count(inputs: Mapping[str, Value], name: str) -> int | None:
    counted = given(inputs, name, Count)
    return counted.count if counted else None


def option(inputs: Mapping[str, Value], name: str, known: tuple[str, ...]) -> str | None:
    """The chosen option. Raises UnknownChoice for one that has no rule."""
    chosen = given(inputs, name, Choice)
    if chosen is not None and chosen.option not in known:
        raise UnknownChoice(name, chosen.option, known)
    return chosen.option if chosen else None


def options(inputs: Mapping[str, Value], name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Several options; a single choice under that name is one of them. Raises UnknownChoice as `option` does."""
    value = inputs.get(name)
    picked = given({name: Choices(options=(value.option,))} if isinstance(value, Choice) else inputs, name, Choices)
    for chosen in picked.options if picked else ():
        if chosen not in known:
            raise UnknownChoice(name, chosen, known)
    return picked.options if picked else ()
