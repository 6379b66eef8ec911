"""Whether figures about a home hold together: rooms against the floor, bathrooms against their number, a scope against its rooms.

A check never corrects anything: what doesn't add up becomes a question. A quarter to about a third of a floor (25-35 %) is commonly halls,
stairs, closets and walls, a house figure.
"""

from collections.abc import Sequence
from decimal import Decimal

from journeys.inputs import Frozen
from journeys.renovation.measuring.quantities import plain
from journeys.renovation.measuring.room_list import ListedRoom

CIRCULATION_PCT = (Decimal(25), Decimal(35))
NEAR_PCT = Decimal(5)  # measured by different people, two areas of the same floor differ by this much
_BETWEEN_ROOMS = ("hall", "stair", "landing", "closet", "corridor", "entry", "foyer", "mechanical", "utility", "storage")
_HALF_BATHS = ("powder", "half bath", "toilet", "wc", "cloakroom")


class Finding(Frozen):
    """`question` is empty where the figures hold together."""

    check: str
    sentence: str
    question: str = ""

    @property
    def holds(self) -> bool:
        return not self.question


def rooms_against_floor(rooms: Sequence[ListedRoom], floor_sqft: Decimal) -> Finding:
    """Listed halls, stairs and closets count as circulation; a list that fills the floor within 5 % holds too."""
    listed = sum((room.sqft for room in rooms), Decimal(0))
    between = [room for room in rooms if any(word in room.name for word in _BETWEEN_ROOMS)]
    lived_in = listed - sum((room.sqft for room in between), Decimal(0))
    share = (floor_sqft - lived_in) * 100 / floor_sqft
    sums = f"The {len(rooms)} listed rooms have {plain(listed)} sq ft of {plain(floor_sqft)}"
    low, high = CIRCULATION_PCT
    if listed > floor_sqft * (100 + NEAR_PCT) / 100:
        question = "The rooms are larger than the floor they are on: which measure is wrong, or is a room on another floor?"
    elif between and listed >= floor_sqft * (100 - NEAR_PCT) / 100:
        return Finding(check="rooms_against_floor", sentence=f"{sums}: halls and closets are listed, and nothing is missing.")
    elif share > high:
        question = f"{plain(floor_sqft - listed)} sq ft are in no room, more than halls and walls take: which room is missing?"
    elif share < low:
        question = f"Only {plain(max(share, Decimal(0)))} % are left for halls, stairs, closets and walls: are all measures right?"
    else:
        sentence = f"{sums}; halls, stairs, closets and walls make {plain(share)} % of it, as is common."
        return Finding(check="rooms_against_floor", sentence=sentence)
    return Finding(check="rooms_against_floor", sentence=f"{sums}.", question=question)


def baths_in(names: Sequence[str]) -> Decimal:
    """Bathrooms as they are counted in listings: a room with a toilet and no bath or shower is a half."""
    halves = [name for name in names if any(word in name for word in _HALF_BATHS)]
    full = [name for name in names if "bath" in name and name not in halves]
    return Decimal(len(full)) + Decimal(len(halves)) / 2


def baths_against_count(names: Sequence[str], stated: Decimal) -> Finding:
    found = baths_in(names)
    sentence = f"The list has {plain(found)} bathrooms, counting a powder room as half; {plain(stated)} were named."
    question = "" if found == stated else "Which bathroom is missing from the list, or listed twice?"
    return Finding(check="baths_against_count", sentence=sentence, question=question)


def scope_against_rooms(rooms: Sequence[ListedRoom], named: Sequence[str], scope_sqft: Decimal) -> Finding:
    """The area somebody wants worked on against the rooms named for it; more than 5 % apart is asked about."""
    chosen = [room for room in rooms if any(name in room.name or room.name in name for name in named)]
    unlisted = [name for name in named if not any(name in room.name or room.name in name for room in rooms)]
    area = sum((room.sqft for room in chosen), Decimal(0))
    sentence = f"The scope is {plain(scope_sqft)} sq ft; its rooms have {plain(area)}."
    if unlisted:
        question = f"How large is {' and '.join(unlisted)}? It is part of the scope and not in the list."
    elif abs(area - scope_sqft) * 100 > NEAR_PCT * scope_sqft:
        away = plain(abs(area - scope_sqft))
        question = f"Where do the {away} sq ft between the two come from: a room that isn't named, or a wrong measure?"
    else:
        question = ""
    return Finding(check="scope_against_rooms", sentence=sentence, question=question)
