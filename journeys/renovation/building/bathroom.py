"""Quantities of a bathroom from its measures, by scope. What nobody measured is an assumption, said as a sentence.

refresh: paint. moderate: floor, wet wall tile and its backer board too. full: also the drywall of the other walls.
"""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Feet
from journeys.renovation.errors import BadMeasure
from journeys.renovation.measuring import interiors, tile
from journeys.renovation.measuring.quantities import FloorMaterial, plain
from journeys.renovation.measuring.room_takeoff import RoomTakeOff, bought
from journeys.renovation.measuring.rooms import Room, Surfaces, surfaces
from journeys.renovation.measuring.takeoff import Scope
from journeys.renovation.pricing.paint import paint_line

WetArea = Literal["tub", "shower", "none"]
WET_RUN_FT: dict[str, Decimal] = {"tub": Decimal(10), "shower": Decimal(9), "none": Decimal(0)}  # 5 + 2 x 2.5 ft; three sides of 3 ft
WET_HEIGHT_FT: dict[str, Decimal] = {"tub": Decimal(6), "shower": Decimal(7), "none": Decimal(0)}


class BathroomMeasures(Room):
    """`wet_run_ft` is the wall around tub or shower, `tile_height_ft` how high it is tiled."""

    name: str = "bathroom"
    wet_area: WetArea | None = None
    wet_run_ft: Feet | None = None
    tile_height_ft: Feet | None = None


def bathroom_take_off(m: BathroomMeasures, scope: Scope = "moderate", floor_material: FloorMaterial | None = None) -> RoomTakeOff:
    """Raises BadMeasure for measures that can't belong together."""
    room = surfaces(m)
    wet_sqft, said = _wet_walls(m, room)
    dry = room.wall_sqft - wet_sqft
    if dry <= 0:
        raise BadMeasure(f"{plain(wet_sqft)} sq ft of wet wall tile don't fit walls of {plain(room.wall_sqft)} sq ft; please check them.")
    lines = [paint_line("paint", "Paint, walls and ceiling", dry + room.ceiling_sqft)]
    if scope != "refresh":
        floor = floor_material or "tile"
        said += [] if floor_material else ["No floor is chosen yet: counted as tile."]
        lines.append(interiors.flooring_of([room.floor_sqft], floor))
        if wet_sqft:
            line = tile.tile(wet_sqft, title="Wall tile around tub or shower")
            lines += [line.model_copy(update={"item": "wall_tile"}), interiors.backer_board(wet_sqft)]
    if scope == "full":
        lines.append(interiors.drywall(dry, room.ceiling_sqft))
    said += [sentence for line in lines for sentence in line.assumptions]
    size = f"{plain(m.length_ft)} x {plain(m.width_ft)} ft"
    return RoomTakeOff(
        headline=f"Your bathroom of {size} ({plain(room.floor_sqft)} sq ft) takes {bought(lines)}.",
        title=f"Bathroom, {scope}",
        facts=(
            f"Floor {plain(room.floor_sqft)} sq ft, perimeter {plain(room.perimeter_ft)} ft, walls {plain(room.wall_sqft)} sq ft "
            f"without doors and windows, {plain(dry)} of them painted.",
        ),
        lines=tuple(lines),
        assumptions=tuple(dict.fromkeys((*room.assumptions, *said))),
    )


def _wet_walls(m: BathroomMeasures, room: Surfaces) -> tuple[Decimal, list[str]]:
    said = [] if m.wet_area else ["Nobody said what it has, so a tub in an alcove is counted."]
    kind = m.wet_area or "tub"
    if kind == "none":
        return Decimal(0), said
    run, height = m.wet_run_ft or WET_RUN_FT[kind], m.tile_height_ft or WET_HEIGHT_FT[kind]
    if run > room.perimeter_ft:
        raise BadMeasure(f"{plain(run)} ft of wet wall don't fit a room with {plain(room.perimeter_ft)} ft of wall.")
    if m.wet_run_ft is None or m.tile_height_ft is None:
        said.append(f"The walls around the {kind} are taken as {plain(run)} ft long and tiled {plain(height)} ft high.")
    return run * height, said
