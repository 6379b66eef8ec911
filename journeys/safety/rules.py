"""Every hazard once: its level, who does the work, the permit it asks for, when to stop, and the sentence that a person is told.

Sources: the project's safety rules (gas, bearing walls and asbestos are never work for a person's own hands; electricity beyond an
outlet, a switch or a fixture is a licensed electrician's); asbestos and lead by year: US EPA, https://www.epa.gov/asbestos and
https://www.epa.gov/lead; no full payment in advance: US FTC, https://consumer.ftc.gov/articles/how-avoid-home-improvement-scam.
The rest is general trade knowledge, unchecked.
"""

import re
from typing import Final, Literal, NamedTuple, get_args

Level = Literal["safe", "caution", "advanced", "professional", "prohibited"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)

ASBESTOS_BEFORE: Final = 1980  # in homes older than this, old material is taken for asbestos until it is tested
LEAD_BEFORE: Final = 1978  # the year in which the United States banned lead paint for housing


class Rule(NamedTuple):
    """`who` does it, behind "work for"; `stops`: what ends the work at once. `{emergency}` in the sentence is the number of the country.

    `happening`: something that is going on now rather than work that is planned; it is said first.
    """

    title: str
    level: Level
    who: str
    sentence: str
    permit: str = ""
    stops: tuple[str, ...] = ()
    happening: bool = False


RULES: Final[dict[str, Rule]] = {
    # --- what is happening now ---------------------------------------------------------------------------------------------
    "injury": Rule(
        "somebody is hurt",
        "prohibited",
        "the emergency services",
        "If somebody is hurt, stop everything and call {emergency} now. Touch nobody who is held by a current: cut the power first.",
        happening=True,
    ),
    "fire": Rule(
        "fire or smoke",
        "prohibited",
        "the fire service",
        "With fire or smoke leave at once with everybody, close the doors behind you, and call {emergency} from outside.",
        happening=True,
    ),
    "gas_leak": Rule(
        "a smell of gas",
        "prohibited",
        "the gas utility",
        "If you smell gas: touch no switch and light nothing, leave at once with everybody, and call the gas utility or {emergency} from "
        "outside. Go back only when they say so.",
        happening=True,
    ),
    "carbon_monoxide": Rule(
        "carbon monoxide",
        "prohibited",
        "the fire service",
        "If a carbon monoxide alarm sounds, or several people feel ill at home, leave at once and call {emergency} from outside.",
        happening=True,
    ),
    "power_fault": Rule(
        "sparks, shocks or a burning smell",
        "professional",
        "a licensed electrician",
        "Sparks, shocks, heat or a burning smell: switch the breaker of that circuit off if you can do so safely, leave it off, and call a "
        "licensed electrician. With smoke or fire leave and call {emergency}.",
        happening=True,
    ),
    "water_leak": Rule(
        "water runs where it should not",
        "caution",
        "a plumber",
        "Water is running: close the main valve, keep away from outlets and lights that are wet, and call a plumber. If water has reached "
        "the electricity, stay out of the room.",
        happening=True,
    ),
    # --- work ----------------------------------------------------------------------------------------------------------------
    "gas": Rule(
        "gas lines and gas appliances",
        "prohibited",
        "a licensed gas fitter",
        "Gas lines are work for a licensed gas fitter only. If you smell gas now: touch no switch, leave, and call the gas utility or "
        "{emergency} from outside.",
        permit="plumbing or gas permit, with a pressure test",
        stops=("a smell of gas",),
    ),
    "structural": Rule(
        "walls and beams that may carry",
        "prohibited",
        "a structural engineer and a contractor",
        "A wall or beam may carry the house: an engineer must look before anything is cut or removed, and it needs a permit.",
        permit="building permit, with an engineer's drawing",
        stops=("a crack that grows", "a floor or ceiling that sags"),
    ),
    "asbestos": Rule(
        "material that may hold asbestos",
        "prohibited",
        "a certified abatement firm",
        "Material that may hold asbestos stays untouched until a laboratory has tested it; removing it is for certified abatement. "
        f"Suspect it in any home built before {ASBESTOS_BEFORE}.",
        permit="notice or permit for abatement",
        stops=("old tile and its glue, pipe wrap, pebble-like insulation or a textured ceiling",),
    ),
    "lead": Rule(
        "old paint that may hold lead",
        "professional",
        "a certified lead-safe renovator",
        f"Paint in a home built before {LEAD_BEFORE} may hold lead: have it tested before sanding or scraping, and keep children away. "
        "Disturbing it is for a certified lead-safe renovator.",
        stops=("flaking paint of unknown age",),
    ),
    "electrical": Rule(
        "electricity beyond an outlet, a switch or a fixture",
        "professional",
        "a licensed electrician",
        "Electricity beyond swapping an outlet, a switch or a fixture is a licensed electrician's work. Switch the breaker off and test "
        "before touching anything; with sparks, shocks or a burning smell leave it off.",
        permit="electrical permit",
        stops=("more than three conductors", "colours that make no sense", "doubt"),
    ),
    "roof": Rule(
        "work on a roof",
        "professional",
        "a roofer with fall protection",
        "Work on a roof is for a roofer with fall protection: falls from low roofs kill too. Look from the ground, a window or the attic.",
        permit="building permit for larger work",
        stops=("any step onto the roof",),
    ),
    "plumbing_major": Rule(
        "pipes, drains and vents that are moved or added",
        "advanced",
        "a licensed plumber, or somebody experienced where the rules let them",
        "Moving or adding pipes and drains is advanced work that usually needs a permit and an inspection before the wall is closed: a "
        "plumber is the better choice. Close the main valve first; stop where a pipe is near gas or wiring, or where you are not sure.",
        permit="plumbing permit",
        stops=("a gas line nearby", "a pipe that can't be shut off", "doubt"),
    ),
    "fixture_swap": Rule(
        "an outlet, a switch or a light, like for like",
        "advanced",
        "a careful person where the rules let them, or a licensed electrician",
        "Swapping an outlet, a switch or a light like for like: first switch the breaker off and check with a tester that every wire is "
        "dead. Stop and call a licensed electrician at more than three conductors, at odd colours, at aluminium or cloth-covered wire, "
        "or in doubt. In a rented or shared building ask first who may do it.",
        stops=("more than three conductors", "odd colours", "aluminium or cloth-covered wire", "doubt"),
    ),
    "height": Rule(
        "work high above the ground",
        "advanced",
        "somebody with a second person and the right ladder, or a firm with scaffolding",
        "Work above the first storey is for a firm with scaffolding or fall protection. On a ladder: level ground, somebody who holds it, "
        "no reaching to the side, nothing near overhead wires.",
        stops=("wind or wet", "overhead wires", "a reach to the side"),
    ),
    "mould": Rule(
        "mould, a soft wall or water damage",
        "caution",
        "somebody trained in mould, for more than about 10 square feet",
        "Mould, a soft wall or water damage means stop: find and mend the leak first, and have a large patch looked at.",
        stops=("more than about 10 square feet", "soft or black wood"),
    ),
    "old_material": Rule(
        "material of an age that nobody has said",
        "caution",
        "anybody once the age is known",
        f"Find out first when the home was built: before {ASBESTOS_BEFORE} old floors, tile glue, plaster and textures may hold asbestos, "
        f"before {LEAD_BEFORE} paint may hold lead, and both are tested before anything is broken, scraped or sanded.",
        stops=(f"a home built before {ASBESTOS_BEFORE}",),
    ),
    # --- money ---------------------------------------------------------------------------------------------------------------
    "upfront_payment": Rule(
        "everything paid in advance",
        "caution",
        "nobody",
        "Never pay everything in advance: agree on a written contract, a deposit and payments as the work is done, and keep the last one "
        "until the work is finished and checked.",
    ),
}
_OLD_NAMES: Final = {"structure": "structural", "electricity": "electrical"}  # stand in decisions and briefs of earlier versions


def rule(name: str) -> Rule | None:
    return RULES.get(_OLD_NAMES.get(name, name))


def at_least(level: Level, floor: Level) -> bool:
    return LEVELS.index(level) >= LEVELS.index(floor)


def is_forbidden(level: Level) -> bool:
    """Nobody is told how this is done, whoever asks."""
    return at_least(level, "professional")


# 911: US FCC, https://www.fcc.gov/general/9-1-1-and-e9-1-1-services. 112 in the EU: https://digital-strategy.ec.europa.eu/en/policies/112.
# 999 or 112 in the United Kingdom and 000 in Australia: as the services themselves tell the public.
_EU: Final = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()
_NUMBERS: Final = {"US": "911", "CA": "911", "GB": "999 or 112", "AU": "000", **dict.fromkeys(_EU, "112")}
LOCAL_NUMBER: Final = "your local emergency number"


def emergency_number(country: str) -> str:
    """`country`: its two capital letters, or a locale such as en-GB."""
    code = re.fullmatch(r"(?:[a-z]{2,3}-)?([A-Z]{2})", country)
    return _NUMBERS.get(code[1], LOCAL_NUMBER) if code else LOCAL_NUMBER


def sentence(name: str, country: str = "") -> str:
    """What is said of a hazard; empty for a name that no rule has. `country` as for emergency_number."""
    found = rule(name)
    return found.sentence.replace("{emergency}", emergency_number(country)) if found else ""
