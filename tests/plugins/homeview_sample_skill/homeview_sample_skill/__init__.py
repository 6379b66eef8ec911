"""How many rolls of wallpaper a room takes."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from journeys.inputs import Length, RoomSize, Value
from journeys.renovation.errors import CannotEstimate
from journeys.skill import Manifest

ROLL_WIDTH_FT = Decimal("1.71")  # 20.5 inches by 33 feet: the common roll, whose label says 56 sq ft
ROLL_LENGTH_FT = Decimal(33)
USUAL_HEIGHT_FT = Decimal(8)


async def wallpaper(inputs: Mapping[str, Value], results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Rolls by whole drops around the room; doors and windows are papered over, which leaves enough for repairs."""
    room, height = inputs["room_size"], inputs.get("ceiling_height")
    assert isinstance(room, RoomSize)
    drop = height.feet if isinstance(height, Length) else room.height_ft or USUAL_HEIGHT_FT
    if drop > ROLL_LENGTH_FT:
        raise CannotEstimate(f"A wall of {drop} ft is higher than a roll is long.")
    drops = _up(2 * (room.length_ft + room.width_ft) / ROLL_WIDTH_FT)
    rolls = _up(Decimal(drops) / (ROLL_LENGTH_FT // drop))
    return {
        "headline": f"{rolls} rolls of wallpaper, in {drops} drops of {drop} ft",
        "rolls": rolls,
        "assumptions": [] if height or room.height_ft else [f"The walls are {USUAL_HEIGHT_FT} ft high."],
        "citation": "rolls of 20.5 in by 33 ft, counted in whole drops",
    }


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


SKILL = (
    Manifest(
        id="wallpaper",
        version="1",
        title="Wallpaper",
        makes="the rolls of wallpaper a room takes",
        inputs={"room_size": "room_size"},
        optional={"ceiling_height": "length"},
        latency_ms=20,
    ),
    wallpaper,
)
