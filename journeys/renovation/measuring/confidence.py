"""How far to trust an estimate, and how complete a picture of a home is: both 0-1, from what is known. House figures."""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen

ASK_UNDER = Decimal("0.7")
_BASE = Decimal("0.5")
_KNOWN = {"dimensions": Decimal("0.2"), "materials": Decimal("0.15"), "labour": Decimal("0.15")}
_COMPLEXITY = {"simple": Decimal("0.1"), "usual": Decimal(0), "complex": Decimal("-0.1")}
_TWIN = {"plan": 30, "rooms": 20, "photos": 20, "materials": 10, "fixtures": 10, "products": 10}


class Confidence(Frozen):
    """`ask`: too little is known, so ask for `missing` rather than lean on the figure."""

    value: Decimal
    ask: bool
    missing: tuple[str, ...]


def estimate_confidence(
    *, dimensions: bool, materials: bool, labour: bool, complexity: Literal["simple", "usual", "complex"] = "usual"
) -> Confidence:
    """0.5, and 0.2 for known dimensions, 0.15 each for materials and labour, a tenth more for a simple job and less for a complex one."""
    known = {"dimensions": dimensions, "materials": materials, "labour": labour}
    value = _BASE + sum((_KNOWN[name] for name, is_known in known.items() if is_known), Decimal(0)) + _COMPLEXITY[complexity]
    value = min(Decimal(1), max(Decimal(0), value))
    return Confidence(value=value, ask=value < ASK_UNDER, missing=tuple(name for name, is_known in known.items() if not is_known))


def twin_completeness(covered: dict[str, Decimal]) -> Decimal:
    """Of a home's digital twin: plan 30, rooms 20, photos 20, materials, fixtures and products 10 each, by the share (0-1) of rooms that
    have them. A part nobody names counts as nothing; an unknown one is a KeyError."""
    return sum((_TWIN[part] * min(Decimal(1), max(Decimal(0), share)) for part, share in covered.items()), Decimal(0)) / 100
