"""What a request for a quote says: what the person allowed, and no more. Pure."""

from collections.abc import Collection, Iterator
from typing import Final

from journeys.inputs import Choices, Need, Text
from journeys.state import JourneyState
from journeys.template import Template
from journeys.wording import told

SHORTLIST: Final = "shortlist"  # whom to ask, in the person's words
SHARED: Final = "shared"  # what they may see
NEVER: Final = frozenset({SHORTLIST, SHARED})
MEASURES: Final = frozenset({"length", "area", "room_size", "count"})
ASKED_FOR: Final = (
    "Please send an itemised price with your licence number, proof of insurance, references, a payment plan, who gets the permits, and "
    "your warranty."
)


def recipient(state: JourneyState) -> str:
    named = state.inputs.get(SHORTLIST)
    return named.text if isinstance(named, Text) else "the contractors you choose"


def request(template: Template, state: JourneyState, step: str) -> str:
    """The whole text, from what was settled before this step."""
    shared = state.inputs.get(SHARED)
    allowed = set(shared.options) if isinstance(shared, Choices) else {"work"}
    lines = "\n".join(f"- {line}" for line in _lines(template, state, step, allowed))
    return f"A request for a quote: {state.title}\n\n{lines}\n\n{ASKED_FOR}"


def _lines(template: Template, state: JourneyState, step: str, allowed: Collection[str]) -> Iterator[str]:
    for asked_in, need in template.needs():
        value = state.inputs.get(need.name)
        if asked_in.id == step:
            return
        if value is not None and need.name not in NEVER and _group(need) in allowed:
            yield f"{need.title}: {told(value, need, state.currency)}"


def _group(need: Need) -> str:
    """The word under which the person allows it."""
    if need.kind in MEASURES:
        return "measures"
    if need.kind == "place":
        return "address"
    return {"budget": "budget", "year_built": "year_built"}.get(need.name, "work" if need.kind != "money" else "budget")
