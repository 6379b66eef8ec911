"""Skills that measure: paint, tile, floors, countertops, bathrooms and basements, from journey values to JSON-ready quantities.

Pure; what is missing or can't be is a CannotEstimate with a sentence.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias, cast, get_args

from pydantic import ValidationError

from journeys.inputs import Area, Length, Place, RoomSize, Text, Value
from journeys.renovation.building.basement import BasementMeasures, basement_take_off
from journeys.renovation.building.bathroom import BathroomMeasures, WetArea, bathroom_take_off
from journeys.renovation.errors import BadMeasure, MissingInput
from journeys.renovation.given import count, feet, given, inches, need, option, options
from journeys.renovation.measuring import countertop, interiors, room_list, tile
from journeys.renovation.measuring.quantities import SLAB_FT, FloorMaterial, TakeOffLine, plain
from journeys.renovation.measuring.room_takeoff import RoomTakeOff
from journeys.renovation.measuring.rooms import Room, together
from journeys.renovation.measuring.takeoff import Scope
from journeys.renovation.pricing import paint
from journeys.renovation.pricing.work import OPTIONS

Inputs: TypeAlias = Mapping[str, Value]
Results: TypeAlias = Mapping[str, dict[str, Any]]


def plan_paint(inputs: Inputs, results: Results) -> dict[str, Any]:
    room = need(inputs, "room_size", RoomSize)
    first = Room(**_room(inputs, room))
    rooms, said = _other_rooms(inputs, first.height_ft)
    painted = together([first, *rooms])
    made = paint.paint_plan(
        painted.model_copy(update={"assumptions": (*painted.assumptions, *said)}),
        coats=count(inputs, "coats"),
        wall_change=cast(tuple[paint.WallChange, ...], options(inputs, "wall_change", get_args(paint.WallChange))),
        ceiling=cast(paint.CeilingPaint | None, option(inputs, "ceiling_paint", get_args(paint.CeilingPaint))),
        currency=need(inputs, "currency", Text).text,
        place=given(inputs, "place", Place),
    )
    return made.model_dump(mode="json")


def _other_rooms(inputs: Inputs, height: Decimal | None) -> tuple[list[Room], tuple[str, ...]]:
    """Further rooms in the same colours, as high as the first where that is known."""
    listed = given(inputs, "other_rooms", Text)
    if listed is None:
        return [], ()
    read, rooms = room_list.read_rooms(listed.text), []
    for each in read.rooms:
        if each.sides_ft is None:
            raise BadMeasure(f"To paint {each.name} I need its length and width, not only its area.")
        rooms.append(Room(name=each.name, length_ft=each.sides_ft[0], width_ft=each.sides_ft[1], height_ft=height))
    return rooms, read.assumptions


def take_off_tile(inputs: Inputs, results: Results) -> dict[str, Any]:
    """Of a wall run up to a height, else of a floor."""
    run, height = feet(inputs, "wall_run"), inches(inputs, "tile_height")
    width, length = inches(inputs, "tile_width"), inches(inputs, "tile_length")
    rest: dict[str, Any] = {
        "tile_in": (width, length) if width and length else None,
        "per_box": count(inputs, "tiles_per_box"),
        "box_sqft": sqft(inputs, "box_area"),
        "layout": option(inputs, "tile_layout", tuple(tile.WASTE_PCT)),
    }
    if run is not None:
        if height is None:
            raise MissingInput("tile_height")
        line = tile.wall_tile(run, height, **rest)
    else:
        line = tile.tile(sum(_floors(inputs)[0], Decimal(0)), title="Floor tile", **rest)
    return _one_line(line, f"{plain(line.net)} sq ft of {line.title.lower()}")


def take_off_flooring(inputs: Inputs, results: Results) -> dict[str, Any]:
    areas, said = _floors(inputs)
    material = cast(FloorMaterial | None, option(inputs, "floor_material", OPTIONS["floor_material"]))
    line = interiors.flooring_of(areas, material, sqft(inputs, "box_area"))
    rooms = f" in {len(areas)} rooms" if len(areas) > 1 else ""
    return _one_line(line, f"{plain(line.net)} sq ft of floor{rooms}", said)


def cut_counter(inputs: Inputs, results: Results) -> dict[str, Any]:
    listed = given(inputs, "counter_runs", Text)
    runs = room_list.read_runs(listed.text) if listed else (need(inputs, "counter_run", Length).feet,)
    made = countertop.counter_cuts(runs, feet(inputs, "slab_length") or SLAB_FT)
    return made.model_dump(mode="json")


def take_off_bathroom(inputs: Inputs, results: Results) -> dict[str, Any]:
    room = need(inputs, "room_size", RoomSize)
    try:
        measures = BathroomMeasures(
            **_room(inputs, room),
            wet_area=cast(WetArea | None, option(inputs, "wet_area", get_args(WetArea))),
            wet_run_ft=feet(inputs, "wet_run"),
            tile_height_ft=feet(inputs, "tile_height"),
        )
    except ValidationError as problem:
        raise BadMeasure("Those measures can't belong to one bathroom; please check them.") from problem
    scope = cast(Scope | None, option(inputs, "scope", OPTIONS["scope"]))
    floor = cast(FloorMaterial | None, option(inputs, "floor_material", OPTIONS["floor_material"]))
    return bathroom_take_off(measures, scope or "moderate", floor).model_dump(mode="json")


def take_off_basement(inputs: Inputs, results: Results) -> dict[str, Any]:
    listed, room = given(inputs, "partition_runs", Text), given(inputs, "room_size", RoomSize)
    runs = room_list.read_runs(listed.text) if listed else (need(inputs, "partition_run", Length).feet,)
    try:
        measures = BasementMeasures(
            floor_sqft=sqft(inputs, "floor_area"),
            length_ft=room.length_ft if room else None,
            width_ft=room.width_ft if room else None,
            height_ft=feet(inputs, "ceiling_height") or (room.height_ft if room else None),
            partition_runs_ft=runs,
            outside_run_ft=feet(inputs, "outside_run"),
            doors=count(inputs, "doors"),
            corners=count(inputs, "corners"),
        )
    except ValidationError as problem:
        raise BadMeasure("Those measures can't belong to one basement; please check them.") from problem
    floor = cast(FloorMaterial | None, option(inputs, "floor_material", OPTIONS["floor_material"]))
    return basement_take_off(measures, floor).model_dump(mode="json")


def _room(inputs: Inputs, room: RoomSize) -> dict[str, Any]:
    doors, windows = count(inputs, "doors"), count(inputs, "windows")
    if max(doors or 0, windows or 0) > 100:
        raise BadMeasure("So many doors and windows can't belong to one room; please check them.")
    height = feet(inputs, "ceiling_height") or room.height_ft
    return {"length_ft": room.length_ft, "width_ft": room.width_ft, "height_ft": height, "doors": doors, "windows": windows}


def sqft(inputs: Inputs, name: str) -> Decimal | None:
    area = given(inputs, name, Area)
    return area.sqft if area else None


def _floors(inputs: Inputs) -> tuple[list[Decimal], tuple[str, ...]]:
    """Floor areas from the first that was given: a list of rooms, an area, one room's size."""
    listed, area, room = given(inputs, "room_list", Text), sqft(inputs, "floor_area"), given(inputs, "room_size", RoomSize)
    if listed is not None:
        read = room_list.read_rooms(listed.text)
        return [each.sqft for each in read.rooms], read.assumptions
    if area is None and room is None:
        raise MissingInput("floor_area")
    return [area if area is not None else cast(RoomSize, room).length_ft * cast(RoomSize, room).width_ft], ()


def _one_line(line: TakeOffLine, what: str, said: tuple[str, ...] = ()) -> dict[str, Any]:
    boxes = f"{line.packs} {'box' if line.packs == 1 else 'boxes'}"
    made = RoomTakeOff(
        headline=f"{what} need {boxes}, with {plain(line.waste_pct)} % for cuts.",
        title=line.title,
        facts=(),
        lines=(line,),
        assumptions=(*said, *line.assumptions),
    )
    return made.model_dump(mode="json")
