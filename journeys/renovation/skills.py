"""The kitchen's two skills: journey values in, JSON-ready results out. Pure; every refusal is a CannotEstimate with a sentence.

`inputs` are values by the name of their need, `results` earlier results by the skill that made them. Results carry `headline` and
`citation`.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import ValidationError

from journeys.inputs import Length, Money, Place, RoomSize, Text, Value
from journeys.renovation.errors import BadMeasure, MissingInput
from journeys.renovation.given import count, feet, given, need, option
from journeys.renovation.measuring.quantities import FloorMaterial
from journeys.renovation.measuring.takeoff import KitchenMeasures, Scope, TakeOff, kitchen_take_off
from journeys.renovation.pricing.estimate import kitchen_estimate
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.work import OPTIONS, Selections
from journeys.skill import Manifest

TAKE_OFF = "take_off"
Make = Callable[[Mapping[str, Value], Mapping[str, dict[str, Any]]], dict[str, Any]]


def take_off(inputs: Mapping[str, Value], results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Quantities from room_size and counter_run; ceiling_height, cabinet_run, backsplash_run, doors, windows, scope and
    floor_material where known. Without a scope it measures a moderate renovation."""
    room, counter = need(inputs, "room_size", RoomSize), need(inputs, "counter_run", Length)
    ceiling = given(inputs, "ceiling_height", Length)
    try:
        measures = KitchenMeasures(
            length_ft=room.length_ft,
            width_ft=room.width_ft,
            height_ft=ceiling.feet if ceiling else room.height_ft,
            counter_run_ft=counter.feet,
            cabinet_run_ft=feet(inputs, "cabinet_run"),
            backsplash_run_ft=feet(inputs, "backsplash_run"),
            doors=count(inputs, "doors"),
            windows=count(inputs, "windows"),
        )
    except ValidationError as problem:
        raise BadMeasure("Those measures can't belong to one kitchen; please check them.") from problem
    scope = cast(Scope | None, option(inputs, "scope", tuple(OPTIONS["scope"])))
    floor = cast(FloorMaterial | None, option(inputs, "floor_material", tuple(OPTIONS["floor_material"])))
    return kitchen_take_off(measures, scope or "moderate", floor).model_dump(mode="json")


def estimate(inputs: Mapping[str, Value], results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The estimate of the kept take-off for the choices, the place, the budget and the currency, which has to be named."""
    currency = need(inputs, "currency", Text).text
    if TAKE_OFF not in results:
        raise MissingInput(TAKE_OFF)
    try:
        measured = TakeOff.model_validate(results[TAKE_OFF])
    except ValidationError as problem:
        raise BadMeasure("The kept take-off can't be read any more; please have the kitchen measured again.") from problem
    chosen = {name: option(inputs, name, tuple(OPTIONS[name])) for name in OPTIONS}
    for name in ("scope", "counter_material", "appliance_tier"):
        if chosen[name] is None:
            raise MissingInput(name)
    made = kitchen_estimate(
        measured,
        Selections.model_validate(chosen),
        currency=currency,
        place=given(inputs, "place", Place),
        budget=given(inputs, "budget", Money),
        year_built=count(inputs, "year_built"),
    )
    return made.model_dump(mode="json")


SKILLS: tuple[tuple[Manifest, Make], ...] = (
    (
        Manifest(
            id=TAKE_OFF,
            version="1",
            title="Take-off",
            makes="quantities of material from the room's measures",
            inputs={"room_size": "room_size", "counter_run": "length"},
            optional={
                "ceiling_height": "length",
                "cabinet_run": "length",
                "backsplash_run": "length",
                "doors": "count",
                "windows": "count",
                "scope": "choice",
                "floor_material": "choice",
            },
            latency_ms=50,
        ),
        take_off,
    ),
    (
        Manifest(
            id="estimate",
            version=f"1+{BOOK.version}",
            title="Estimate",
            makes="an estimate of cost from quantities and chosen products",
            inputs={"currency": "text", "scope": "choice", "counter_material": "choice", "appliance_tier": "choice"},
            optional={"cabinet_tier": "choice", "floor_material": "choice", "place": "place", "budget": "money", "year_built": "count"},
            takes=[TAKE_OFF],
            latency_ms=50,
        ),
        estimate,
    ),
)
