"""Skills that check and plan: areas, code figures, schedules, what fits, how sure an estimate is.

Journey values in, JSON-ready results out; what is missing or can't be is a CannotEstimate with a sentence.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, cast

from journeys.inputs import Day, Money, Percent, Place, RoomSize, Text, Value, Weeks
from journeys.renovation.building import projects
from journeys.renovation.building.work_schedule import work_schedule
from journeys.renovation.errors import BadMeasure, MissingInput
from journeys.renovation.given import given, inches, need, option, options
from journeys.renovation.measuring import checks, codechecks, fit, room_list
from journeys.renovation.measuring.confidence import estimate_confidence
from journeys.renovation.measuring.quantities import plain
from journeys.renovation.measuring.takeoff import Scope
from journeys.renovation.measuring_skills import sqft
from journeys.renovation.pricing.regions import region_of
from journeys.renovation.pricing.work import OPTIONS, CabinetTier

Inputs: TypeAlias = Mapping[str, Value]
Results: TypeAlias = Mapping[str, dict[str, Any]]
_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORDS = re.compile(rf"\b(?:{'|'.join(_COUNTED)})\b")
_NUMBER = re.compile(r"(?<![\d.])-?(?:\d{1,3}(?:\.\d{1,2})?|\.\d)(?![\d.]*\d)")


def check_areas(inputs: Inputs, results: Results) -> dict[str, Any]:
    """The rooms against the floor, the bathrooms against their number, the scope against its rooms: each where it was given."""
    listed = room_list.read_rooms(need(inputs, "room_list", Text).text)
    floor, stated, wanted = sqft(inputs, "floor_area"), given(inputs, "bath_count", Text), sqft(inputs, "scope_area")
    found = [] if floor is None else [checks.rooms_against_floor(listed.rooms, floor)]
    if stated is not None:
        found.append(checks.baths_against_count([room.name for room in listed.rooms], _baths(stated.text)))
    if wanted is not None:
        named = [name.strip().lower() for name in need(inputs, "scope_rooms", Text).text.split(",") if name.strip()]
        found.append(checks.scope_against_rooms(listed.rooms, named, wanted))
    if not found:
        raise MissingInput("floor_area")
    questions = [finding.question for finding in found if finding.question]
    total = sum((room.sqft for room in listed.rooms), Decimal(0))
    counted = f"{len(listed.rooms)} rooms with {plain(total)} sq ft"
    return {
        "headline": f"{counted}: {questions[0] if questions else 'what I could check holds together.'}",
        "rooms": [{"name": room.name, "sqft": str(room.sqft)} for room in listed.rooms],
        "listed_sqft": str(total),
        "findings": [finding.model_dump(mode="json") for finding in found],
        "questions": questions,
        "holds": not questions,
        "assumptions": list(listed.assumptions),
        "citation": "HomeView checks, house figures",
    }


LENGTH_MEASURES = tuple(name for name in codechecks.MEASURES if name.endswith("_in"))


def flag_code(inputs: Inputs, results: Results) -> dict[str, Any]:
    place = need(inputs, "place", Place)
    named = {name: inches(inputs, name.removesuffix("_in")) for name in LENGTH_MEASURES}
    named["window_opening_sqft"] = _opening(named["window_width_in"], named["window_height_in"])
    named["well_area_sqft"] = _opening(inches(inputs, "well_width"), named["well_projection_in"])
    measured = {name: figure for name, figure in named.items() if figure is not None}
    if not measured:
        raise MissingInput("ceiling_height")
    return codechecks.code_flags(place.country, measured).model_dump(mode="json")


def schedule_work(inputs: Inputs, results: Results) -> dict[str, Any]:
    project = option(inputs, "project_kind", projects.PROJECTS)
    if project is None:
        raise MissingInput("project_kind")
    start = given(inputs, "start_on", Day)
    starts: date | None = start.on if start else None
    made = work_schedule(
        cast(projects.Project, project),
        scope=cast(Scope | None, option(inputs, "scope", OPTIONS["scope"])),
        cabinet_tier=cast(CabinetTier | None, option(inputs, "cabinet_tier", OPTIONS["cabinet_tier"])),
        extras=cast(tuple[projects.Extra, ...], options(inputs, "extras", projects.EXTRAS)),
        start_on=starts,
        timeline=given(inputs, "timeline", Weeks),
    )
    return made.model_dump(mode="json")


def fit_fixture(inputs: Inputs, results: Results) -> dict[str, Any]:
    kind = option(inputs, "fixture_kind", fit.KINDS)
    if kind is None:
        raise MissingInput("fixture_kind")
    budget, price, style = given(inputs, "budget", Money), given(inputs, "price", Money), given(inputs, "style_match", Percent)
    currency = given(inputs, "currency", Text)
    ours = currency.text if currency else None
    comparable = budget is not None and price is not None and (budget.currency or ours) == (price.currency or ours)
    made = fit.fixture_fit(
        cast(fit.FixtureKind, kind),
        _size(inputs, "product"),
        _size(inputs, "space"),
        style=min(Decimal(1), style.percent / 100) if style else None,
        price_cents=price.high_cents if price and comparable else None,
        budget_cents=budget.high_cents if budget and comparable else None,
    )
    return made.model_dump(mode="json")


def trust_estimate(inputs: Inputs, results: Results) -> dict[str, Any]:
    """From what is known of a project: its measures, its materials, a region whose labour has a factor, and how far it goes."""
    scope = option(inputs, "scope", OPTIONS["scope"])
    chosen = [option(inputs, name, OPTIONS[name]) for name in ("counter_material", "floor_material", "cabinet_tier") if name in inputs]
    complexity: Any = {"refresh": "simple", "full": "complex"}.get(scope or "", "usual")
    made = estimate_confidence(
        dimensions=given(inputs, "room_size", RoomSize) is not None,
        materials=any(chosen),
        labour=region_of(given(inputs, "place", Place)).id != "national",
        complexity=complexity,
    )
    lacking = f"; better known with {' and '.join(made.missing)}" if made.missing else ""
    asked = " I would ask before leaning on it." if made.ask else ""
    headline = f"The estimate can be trusted to {made.value * 100:.0f} %{lacking}.{asked}"
    return {"headline": headline, **made.model_dump(mode="json"), "citation": "HomeView confidence, house figures"}


def _opening(width_in: Decimal | None, height_in: Decimal | None) -> Decimal | None:
    return None if width_in is None or height_in is None else width_in * height_in / 144


def _size(inputs: Inputs, of: str) -> fit.Size:
    width, depth = inches(inputs, f"{of}_width"), inches(inputs, f"{of}_depth")
    if width is None or depth is None:
        raise MissingInput(f"{of}_{'width' if width is None else 'depth'}")
    return fit.Size(width_in=width, depth_in=depth, height_in=inches(inputs, f"{of}_height"))


def _baths(said: str) -> Decimal:
    """“2.5”, “2 1/2 baths”, “we have two and a half”; where two numbers stand there, nobody said which."""
    plain_said = re.sub(r"\s*(?:1/2|½|(?:and )?a half\b)", ".5", said.strip().lower())
    numbers = _NUMBER.findall(_WORDS.sub(lambda word: str(_COUNTED.index(word[0])), plain_said))
    stated = Decimal(numbers[0]) if len(numbers) == 1 else Decimal(-1)
    if not 0 < stated <= 50:
        raise BadMeasure(f"I can't read “{said[:60]}” as a number of bathrooms; please write it as 2 or 2.5.")
    return stated
