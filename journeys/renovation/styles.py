"""Looks of a kitchen or bathroom, and which of them hold together.

Source: general trade knowledge, unchecked. A style is what fronts, ornament and materials have in common; two that disagree on fronts and
ornament look like two rooms, and the one between them takes the plainer front of one and the warmer material of the other.
"""

from collections.abc import Sequence
from typing import Final

LOOKS: Final = {
    "modern": "flat fronts and nothing that needs no doing",
    "transitional": "plain frames, light colours and little ornament",
    "traditional": "framed fronts, mouldings and dark or warm wood",
    "farmhouse": "framed fronts, open shelves and worn wood",
    "scandinavian": "flat fronts, light wood and white",
    "industrial": "bare metal, brick and dark surfaces",
}
_FLAT: Final = frozenset({"modern", "scandinavian", "industrial"})
OFFERED: Final = 3


def coherent(named: Sequence[str], known: Sequence[str]) -> list[str]:
    """At most three styles out of `known` that hold together: those that were named first, and one that lies between. Between a flat and
    a framed look lies the transitional one; between two flat ones the Scandinavian, which softens both."""
    mixed = len({style in _FLAT for style in named}) > 1
    between = "transitional" if mixed or not set(named) <= _FLAT else "scandinavian"
    offered = [style for style in named if style in known][: OFFERED - 1]
    spare = [style for style in (between, "transitional", "modern", "traditional") if style in known and style not in offered]
    return [*offered, *spare][:OFFERED]
