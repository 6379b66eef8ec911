"""Measures against the figures that building codes commonly ask for.

United States only: anywhere else nothing is known here, and no figure is given.

Source: the International Residential Code as US states commonly adopt it (R305 ceilings, R310 escape openings) and the National
Electrical Code (210.52 outlets); written down 2026-11-22 from general knowledge, editions unchecked. States and cities amend them;
an inspector decides.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen
from journeys.renovation.measuring.quantities import plain

LOCALE = "en-US"
COUNTRY = "US"
CITATION = "US residential code figures as commonly adopted (IRC R305, R310; NEC 210.52), edition unchecked"
NOT_HERE = "HomeView has no code figures for this country"
Status = Literal["meets", "fails", "not_known_here"]


class Rule(Frozen):
    """`measure` names the figure it looks at, in `unit`; `limit` is the least of it, or the most."""

    id: str
    title: str
    measure: str
    unit: str
    limit: Decimal
    bound: Literal["least", "most"]
    about: Literal["escape", "ceiling", "outlets"]
    severity: Literal["critical", "major"] = "major"


def _rule(id: str, title: str, measure: str, unit: str, limit: str, about: str, bound: str = "least", severity: str = "major") -> Rule:
    return Rule.model_validate(
        {"id": id, "title": title, "measure": measure, "unit": unit, "limit": limit, "about": about, "bound": bound, "severity": severity}
    )


RULES: tuple[Rule, ...] = (
    _rule("escape_area", "Clear opening of the escape window", "window_opening_sqft", "sq ft", "5.7", "escape", severity="critical"),
    _rule("escape_height", "Clear height of the escape window", "window_height_in", "in", "24", "escape", severity="critical"),
    _rule("escape_width", "Clear width of the escape window", "window_width_in", "in", "20", "escape", severity="critical"),
    _rule("escape_sill", "Sill above the floor", "window_sill_in", "in", "44", "escape", "most", severity="critical"),
    _rule("well_area", "Area of the window well", "well_area_sqft", "sq ft", "9", "escape"),
    _rule("well_projection", "How far the window well reaches out", "well_projection_in", "in", "36", "escape"),
    _rule("well_ladder", "Depth of a window well without a ladder", "well_depth_in", "in", "44", "escape", "most"),
    _rule("ceiling", "Ceiling of a living space", "ceiling_height_in", "in", "84", "ceiling"),
    _rule("beam", "Headroom under beams and ducts", "beam_height_in", "in", "76", "ceiling"),
    _rule("bath_ceiling", "Ceiling of a bathroom", "bath_ceiling_height_in", "in", "80", "ceiling"),
    _rule("outlet_spacing", "Distance between outlets along a wall", "outlet_spacing_in", "in", "144", "outlets", "most"),
    _rule("outlet_door", "Distance of the first outlet from a door", "outlet_from_door_in", "in", "72", "outlets", "most"),
)
MEASURES: tuple[str, ...] = tuple(rule.measure for rule in RULES)
# What a tape can't tell. The figures are the same sources'.
TO_CHECK_US: tuple[str, ...] = (
    "GFCI protection of outlets within 6 ft of a sink, and AFCI protection in bedrooms.",
    "Fire-blocking of framed walls at most every 10 ft along them.",
    "Smoke alarms in and outside bedrooms and on each storey, and carbon monoxide alarms where fuel is burned or a garage adjoins.",
)
TO_ASK_ANYWHERE: tuple[str, ...] = (
    "Which code and edition holds here, and what does it ask of escape windows, ceiling heights and outlets?",
    "Which permits does this work need, who may apply, and how long do they take?",
    "Which inspections come when, and what must stay open until then?",
)


class Flag(Frozen):
    """One measure against one rule. `limit` and `bound` are None where nothing is known."""

    rule: str
    title: str
    status: Status
    measured: Decimal
    unit: str
    limit: Decimal | None = None
    bound: Literal["least", "most"] | None = None
    severity: Literal["critical", "major"] | None = None
    sentence: str


class CodeFlags(Frozen):
    """`locale` is that of the figures, None where there are none. `to_check` can't be measured; `to_ask` is for the building office."""

    headline: str
    country: str
    locale: str | None
    flags: tuple[Flag, ...]
    not_measured: tuple[str, ...]
    to_check: tuple[str, ...]
    to_ask: tuple[str, ...]
    assumptions: tuple[str, ...] = ()
    citation: str


def code_flags(country: str, measured: Mapping[str, Decimal]) -> CodeFlags:
    """Flags for what was measured (MEASURES name what counts, in inches and square feet), failures first, then in the rules' order."""
    known = country == COUNTRY
    flags = [
        _flag(rule, measured[rule.measure]) if known else _unknown(rule, measured[rule.measure])
        for rule in RULES
        if rule.measure in measured
    ]
    if not known:
        return CodeFlags(
            headline=f"Code figures for {country} are not known here; the building office can judge the {len(flags)} noted.",
            country=country,
            locale=None,
            flags=tuple(flags),
            not_measured=(),
            to_check=(),
            to_ask=TO_ASK_ANYWHERE,
            citation=NOT_HERE,
        )
    failing = [flag for flag in flags if flag.status == "fails"]
    begun = {rule.about for rule in RULES if rule.measure in measured}
    return CodeFlags(
        headline=_headline(flags, failing),
        country=country,
        locale=LOCALE,
        flags=(*failing, *(flag for flag in flags if flag.status != "fails")),
        not_measured=tuple(rule.title for rule in RULES if rule.about in begun and rule.measure not in measured),
        to_check=TO_CHECK_US,
        to_ask=TO_ASK_ANYWHERE,
        assumptions=(
            "Escape openings are asked of bedrooms and of finished basements; measured clear, with the window open.",
            "States and cities change these figures, and older homes may keep what they have: your building office decides.",
        ),
        citation=CITATION,
    )


def _flag(rule: Rule, measured: Decimal) -> Flag:
    meets = measured >= rule.limit if rule.bound == "least" else measured <= rule.limit
    asked = f"at {rule.bound} {plain(rule.limit)} {rule.unit} are asked for"
    said = f"{rule.title}: {_shown(measured)} {rule.unit}; {asked}."
    if rule.id == "well_ladder" and not meets:
        said = f"The window well is {_shown(measured)} in deep; over {plain(rule.limit)} in it needs a ladder or steps."
    return Flag(
        rule=rule.id,
        title=rule.title,
        status="meets" if meets else "fails",
        measured=measured,
        unit=rule.unit,
        limit=rule.limit,
        bound=rule.bound,
        severity=rule.severity,
        sentence=said,
    )


def _unknown(rule: Rule, measured: Decimal) -> Flag:
    said = f"{rule.title}: {_shown(measured)} {rule.unit}; what is asked for here is not known here."
    return Flag(rule=rule.id, title=rule.title, status="not_known_here", measured=measured, unit=rule.unit, sentence=said)


def _shown(measured: Decimal) -> str:
    """Two decimals where it has them: 5.68 is not the 5.7 it falls short of."""
    return f"{measured:.2f}".rstrip("0").rstrip(".")


def _headline(flags: list[Flag], failing: list[Flag]) -> str:
    if not failing:
        return f"None of the {len(flags)} measures falls short of the figures US codes commonly ask for; your building office decides."
    critical = [flag for flag in failing if flag.severity == "critical"]
    worst = (critical or failing)[0]
    rank = "critical, " if critical else ""
    return f"{len(failing)} of {len(flags)} measures fall short of common US code figures ({rank}first: {worst.title.lower()})."
