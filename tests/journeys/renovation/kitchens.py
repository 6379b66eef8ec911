"""Kitchens to test with: the one most figures are about, and hypothesis strategies for any other."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from journeys.inputs import Choice, Length, Money, Place, RoomSize, Text, Value
from journeys.renovation.measuring.takeoff import KitchenMeasures
from journeys.renovation.pricing.work import OPTIONS, Selections

SEATTLE = Place(country="US", subdivision="WA", postcode="98101")


def feet(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=2, allow_nan=False)


def a_kitchen(**changes: Any) -> KitchenMeasures:
    """14.5 x 12 ft with 22.5 ft of counter."""
    return KitchenMeasures(**{"length_ft": Decimal("14.5"), "width_ft": Decimal(12), "counter_run_ft": Decimal("22.5"), **changes})


def selections(**changes: Any) -> Selections:
    moderate = {"cabinet_tier": "semi_custom", "counter_material": "quartz", "floor_material": "tile", "appliance_tier": "mid"}
    return Selections.model_validate({"scope": "moderate", **moderate, **changes})


def inputs(**changes: Value | None) -> dict[str, Value]:
    """The journey's values of that kitchen in Seattle; None takes one away."""
    given: dict[str, Value | None] = {
        "room_size": RoomSize(length_ft=Decimal("14.5"), width_ft=Decimal(12)),
        "counter_run": Length(feet=Decimal("22.5")),
        "scope": Choice(option="moderate"),
        "cabinet_tier": Choice(option="semi_custom"),
        "counter_material": Choice(option="quartz"),
        "floor_material": Choice(option="tile"),
        "appliance_tier": Choice(option="mid"),
        "place": SEATTLE,
        "budget": Money(low_cents=50_000_00, high_cents=50_000_00),
        "currency": Text(text="USD"),
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


kitchens = st.builds(
    KitchenMeasures,
    length_ft=feet("6", "40"),
    width_ft=feet("6", "40"),
    height_ft=st.none() | feet("7", "14"),
    counter_run_ft=feet("0.5", "24"),
    cabinet_run_ft=st.none() | feet("0.5", "24"),
    doors=st.none() | st.integers(0, 2),
    windows=st.none() | st.integers(0, 2),
)
any_selections = st.fixed_dictionaries({name: st.sampled_from(options) for name, options in OPTIONS.items()}).map(Selections.model_validate)
