"""What can hurt somebody, found in a message by its words, before any model is asked. Pure; a model's reply can't switch it off.

Levels and rules: the project's safety rules (gas, bearing walls and asbestos are never work for a person's own hands; electricity beyond
an outlet, switch or fixture is a licensed electrician's). A false alarm costs one sentence, a miss more, so the words are wide.
"""

import re
from typing import Final, NamedTuple


class Hazard(NamedTuple):
    """`forbidden`: nobody without a licence does this, and no reply may tell them how."""

    said: re.Pattern[str]
    sentence: str
    forbidden: bool


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


HAZARDS: Final[dict[str, Hazard]] = {
    "gas": Hazard(
        _words(
            r"smell(?:s|ed|ing)? (?:of )?gas|gas (?:smell|leak\w*|lines?|pipes?|supply|valve|fitting|hob|hookup)"
            r"|(?:move|extend|cap|reroute|disconnect|connect|run|tap)\w* (?:\w+ ){0,2}gas|rotten eggs?"
        ),
        "Gas lines are work for a licensed gas fitter only. If you smell gas now: touch no switch, leave, and call the gas utility or "
        "the emergency number from outside.",
        True,
    ),
    "structure": Hazard(
        _words(
            r"load[- ]?bearing|bearing walls?|structural (?:wall|beam|post|column)s?"
            r"|(?:remov|knock|tak|tear|cut|open)\w* (?:\w+ ){0,6}(?:wall|beam|joists?)"
        ),
        "A wall or beam may carry the house: an engineer must look before anything is cut or removed, and it needs a permit.",
        True,
    ),
    "asbestos": Hazard(
        _words(r"asbestos|popcorn ceilings?|vermiculite"),
        "Material that may hold asbestos stays untouched until a laboratory has tested it; removing it is for certified abatement.",
        True,
    ),
    "electricity": Hazard(
        _words(
            r"electr(?:ic )?shocks?|shocked me|sparks?|sparking|burning smell|exposed wir\w+|live wir\w+|breaker keeps? \w+"
            r"|(?:electrical|breaker|fuse) (?:panel|box)|rewir\w+"
            r"|(?:new|extra|add\w*|move|run) (?:\w+ ){0,3}(?:circuits?|outlets?|wiring|wires?)"
        ),
        "Electricity beyond swapping an outlet, a switch or a fixture is a licensed electrician's work. Switch the breaker off and test "
        "before touching anything; with sparks, shocks or a burning smell leave it off.",
        False,
    ),
    "lead": Hazard(
        _words(r"lead(?:-based)? paint|(?:sand|strip|scrap)\w* (?:\w+ ){0,2}old paint"),
        "Paint in a home built before 1978 may hold lead: have it tested before sanding or scraping, and keep children away.",
        False,
    ),
    "mould": Hazard(
        _words(r"(?:black )?mou?ld(?:y)?|soft wall|water damage|leak behind"),
        "Mould, a soft wall or water damage means stop: find and mend the leak first, and have a large patch looked at.",
        False,
    ),
}
_SENDS_TO_SOMEBODY = re.compile(r"licensed|certified|qualified|professional|engineer|electrician|fitter|utility|emergency", re.IGNORECASE)


def hazards_in(text: str) -> list[str]:
    """The hazards that a message speaks of, in the order of HAZARDS."""
    return [name for name, hazard in HAZARDS.items() if hazard.said.search(text)]


def may_be_said(reply: str, hazards: list[str]) -> bool:
    """Whether a model's reply may be shown to a flagged message: about what is forbidden it must send the person to somebody."""
    return not any(HAZARDS[name].forbidden for name in hazards if name in HAZARDS) or bool(_SENDS_TO_SOMEBODY.search(reply))
