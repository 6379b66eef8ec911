"""What clients add to a basement on the way: the catalogue of a change order. House figures; days are working days."""

from journeys.renovation.bidding.choosing import Change
from journeys.renovation.pricing.sums import around

CHANGES: dict[str, Change] = {
    change.id: change
    for change in (
        Change(id="wet_bar", title="A wet bar", cost=around(4_000_00), days=(5, 7)),
        Change(id="full_bath", title="A full bath instead of a half bath", cost=around(2_900_00), space_sqft=-15, days=(3, 5)),
        Change(id="sound_insulation", title="Sound insulation in the ceiling", cost=around(1_200_00), days=(1, 2)),
        Change(id="heated_floor", title="A heated bathroom floor", cost=around(1_800_00), days=(1, 2)),
        Change(id="storage_wall", title="A built-in storage wall", cost=around(2_200_00), space_sqft=-20, days=(2, 3)),
    )
}
