"""Which pages speak to a journey."""

from journeys.inputs import Place
from journeys.state import JourneyState
from providers.base import Where


def pages_for(state: JourneyState) -> Where:
    """Those for its persona and, once its `place` is known, for where that is. Not only those of its step: a person asks ahead and back."""
    place = state.inputs.get("place")
    region = "-".join(filter(None, [place.country, place.subdivision])) if isinstance(place, Place) else None
    return Where(region=region, persona=state.persona)
