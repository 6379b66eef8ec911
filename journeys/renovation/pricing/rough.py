"""What things roughly cost before anybody has measured: ranges by room and scope, and the questions that would narrow them.

House figures for US homes, national and with a general contractor; no regional factor, since labour alone varies by 30 to 50 %.
"""

from journeys.inputs import Frozen, Place
from journeys.renovation.errors import UnknownChoice
from journeys.renovation.pricing.pricebook import BOOK
from journeys.renovation.pricing.regions import region_of
from journeys.renovation.pricing.sums import Answer, usd

SCOPES = ("refresh", "moderate", "full", "luxury")
QUESTIONS = (
    "How big is the room?",
    "What condition is it in?",
    "How far shall it go: a refresh, a moderate renovation, everything new, or luxury?",
    "Will walls, water or drains move?",
)


class RoughRange(Frozen):
    """Cents; `high_cents` None where it is open at the top."""

    scope: str
    title: str
    low_cents: int
    high_cents: int | None


class RoughAnswer(Answer):
    room: str
    ranges: tuple[RoughRange, ...]
    questions: tuple[str, ...]


def _ranges(**sums: tuple[str, int, int | None]) -> tuple[RoughRange, ...]:
    return tuple(
        RoughRange(scope=scope, title=title, low_cents=low * 100, high_cents=None if high is None else high * 100)
        for scope, (title, low, high) in sums.items()
    )


ROOMS: dict[str, tuple[RoughRange, ...]] = {
    "bathroom": _ranges(
        refresh=("Refresh", 5_000, 10_000),
        moderate=("Moderate", 12_000, 20_000),
        full=("Down to the studs", 20_000, 35_000),
        luxury=("Luxury", 50_000, None),
    ),
    "kitchen": _ranges(
        refresh=("Conservative, cabinets kept", 18_000, 22_000),
        moderate=("Moderate", 35_000, 42_000),
        full=("Bold, everything new", 55_000, 68_000),
        luxury=("Fully custom", 60_000, None),
    ),
    "basement": _ranges(full=("Finished, about 800 sq ft", 60_000, 70_000)),
}


def rough_range(room: str, scope: str | None, *, currency: str, place: Place | None = None) -> RoughAnswer:
    """The ranges of one scope, or of all where nobody said. Raises UnknownChoice for a room or scope that has no figure."""
    BOOK.require(currency)
    if room not in ROOMS:
        raise UnknownChoice("room", room, tuple(ROOMS))
    known = tuple(one.scope for one in ROOMS[room])
    if scope is not None and scope not in known:
        raise UnknownChoice("scope", scope, known)
    ranges = tuple(one for one in ROOMS[room] if scope in (None, one.scope))
    region = region_of(place)
    where = f"Not adjusted for {region.basis}." if region.assumption is None else region.assumption
    return RoughAnswer(
        headline=_said(room, ranges),
        currency=currency,
        room=room,
        ranges=ranges,
        questions=QUESTIONS if scope is None else tuple(question for question in QUESTIONS if "How far" not in question),
        assumptions=(
            "Nothing is measured yet: these are ranges of usual projects, not an estimate.",
            where,
            "Labour differs by 30 to 50 % between regions.",
        ),
    )


def _said(room: str, ranges: tuple[RoughRange, ...]) -> str:
    if len(ranges) == 1:
        return f"For a {room}, {ranges[0].title.lower()}: roughly {_range(ranges[0])}. Details would narrow it."
    parts = ", ".join(f"{_range(one)} ({one.title.lower()})" for one in ranges)
    return f"A {room} costs roughly {parts}. Details would narrow it."


def _range(one: RoughRange) -> str:
    return f"{usd(one.low_cents)} and up" if one.high_cents is None else f"{usd(one.low_cents)}-{usd(one.high_cents)}"
