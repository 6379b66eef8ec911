"""What one measures and builds, as skills: each with its manifest and the function that makes its result.

`inputs` are journey values by the name of their need and "currency" as text, `results` earlier results by skill id. Results are JSON-ready
and carry `headline` and `citation`; their pages stand in building_pages.py. Where any of several inputs will do, all are optional and the
function asks for the first.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from journeys.inputs import Value
from journeys.renovation import measuring_skills, planning_skills
from journeys.renovation.planning_skills import LENGTH_MEASURES
from journeys.renovation.pricing.pricebook import BOOK
from journeys.skill import Manifest

Make: TypeAlias = Callable[[Mapping[str, Value], Mapping[str, dict[str, Any]]], dict[str, Any]]

_SIZES = {"product_width": "length", "product_depth": "length", "space_width": "length", "space_depth": "length"}
_ROOM = {"ceiling_height": "length", "doors": "count", "windows": "count"}
_FLOOR = {"room_list": "text", "floor_area": "area", "room_size": "room_size", "box_area": "area"}


def _manifest(id: str, title: str, makes: str, inputs: Mapping[str, str], optional: Mapping[str, str], version: str = "1") -> Manifest:
    return Manifest.model_validate({"id": id, "version": version, "title": title, "makes": makes, "inputs": inputs, "optional": optional})


SKILLS: tuple[tuple[Manifest, Make], ...] = (
    (
        _manifest(
            "paint_plan",
            "Paint plan",
            "gallons of paint and primer and a shopping list",
            {"room_size": "room_size"},
            {**_ROOM, "other_rooms": "text", "coats": "count", "wall_change": "choices", "ceiling_paint": "choice", "place": "place"},
            version=f"1+{BOOK.version}",
        ),
        measuring_skills.plan_paint,
    ),
    (
        _manifest(
            "tile_take_off",
            "Tile",
            "boxes of tile for a wall run or a floor",
            {},
            {
                **_FLOOR,
                **dict.fromkeys(("wall_run", "tile_height", "tile_width", "tile_length"), "length"),
                "tiles_per_box": "count",
                "tile_layout": "choice",
            },
        ),
        measuring_skills.take_off_tile,
    ),
    (
        _manifest("flooring_take_off", "Flooring", "boxes of flooring for one room or several", {}, {**_FLOOR, "floor_material": "choice"}),
        measuring_skills.take_off_flooring,
    ),
    (
        _manifest(
            "counter_cuts",
            "Countertop cut list",
            "which piece of counter comes from which slab",
            {},
            {"counter_runs": "text", "counter_run": "length", "slab_length": "length"},
        ),
        measuring_skills.cut_counter,
    ),
    (
        _manifest(
            "bathroom_take_off",
            "Bathroom take-off",
            "quantities of material from a bathroom's measures",
            {"room_size": "room_size"},
            {**_ROOM, "wet_area": "choice", "wet_run": "length", "tile_height": "length", "scope": "choice", "floor_material": "choice"},
        ),
        measuring_skills.take_off_bathroom,
    ),
    (
        _manifest(
            "basement_take_off",
            "Basement take-off",
            "quantities of framing, drywall and floor from a basement's measures",
            {},
            {
                "floor_area": "area",
                "room_size": "room_size",
                "partition_run": "length",
                "partition_runs": "text",
                "outside_run": "length",
                "ceiling_height": "length",
                "doors": "count",
                "corners": "count",
                "floor_material": "choice",
            },
        ),
        measuring_skills.take_off_basement,
    ),
    (
        _manifest(
            "area_check",
            "Do the areas add up",
            "what doesn't add up among rooms, floor, bathrooms and scope",
            {"room_list": "text"},
            {"floor_area": "area", "bath_count": "text", "scope_area": "area", "scope_rooms": "text"},
        ),
        planning_skills.check_areas,
    ),
    (
        _manifest(
            "code_flags",
            "Code flags",
            "measures against common code figures, where the country's are known",
            {"place": "place"},
            {name.removesuffix("_in"): "length" for name in LENGTH_MEASURES} | {"well_width": "length"},
        ),
        planning_skills.flag_code,
    ),
    (
        _manifest(
            "work_schedule",
            "Work schedule",
            "a schedule with its critical path, gates and range",
            {"project_kind": "choice"},
            {"scope": "choice", "cabinet_tier": "choice", "extras": "choices", "start_on": "day", "timeline": "weeks"},
        ),
        planning_skills.schedule_work,
    ),
    (
        _manifest(
            "fixture_fit",
            "Does it fit",
            "whether a product fits a space, and what smaller one would",
            {"fixture_kind": "choice", **_SIZES},
            {"product_height": "length", "space_height": "length", "price": "money", "budget": "money", "style_match": "percent"},
        ),
        planning_skills.fit_fixture,
    ),
    (
        _manifest(
            "estimate_confidence",
            "How sure an estimate is",
            "how far an estimate can be trusted, and what would make it surer",
            {},
            {
                "room_size": "room_size",
                "place": "place",
                "scope": "choice",
                "counter_material": "choice",
                "floor_material": "choice",
                "cabinet_tier": "choice",
            },
        ),
        planning_skills.trust_estimate,
    ),
)
