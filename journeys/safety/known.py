"""What a journey knows that safety depends on: how old the home is, and where it stands."""

from journeys.inputs import Count, Place
from journeys.state import JourneyState


def year_built(state: JourneyState) -> int | None:
    built = state.inputs.get("year_built")
    return built.count if isinstance(built, Count) else None


def country(state: JourneyState) -> str:
    """Two letters where the place is known, else the journey's locale; `rules.emergency_number` takes either."""
    place = state.inputs.get("place")
    return place.country if isinstance(place, Place) else state.locale
