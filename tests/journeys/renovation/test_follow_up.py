from decimal import Decimal as D

import pytest

from journeys.renovation.letting.follow_up import month_result, unit_result
from journeys.renovation.letting.rent_options import package
from tests.journeys.renovation.bids import a_baseline, run

PARTS = ("paint", "kitchen", "appliances", "lighting", "vinyl_floor", "bathroom")


def a_unit(cost: int, rent: int, **more):
    base = a_baseline()
    return unit_result(base, package(base, "moderate", PARTS), cost * 100, rent * 100, **more)


def test_a_month_is_urgent_as_soon_as_more_was_paid_than_came_in():
    lost, even = month_result(2_580_00, 2_580_01, currency="USD"), month_result(2_580_00, 2_580_00, currency="USD")
    assert (lost.urgent, lost.cash_cents, even.urgent, even.cash_cents) == (True, -1, False, 0)
    assert run("month_result")["headline"] == "Urgent: the month lost $120. $2,580 came in and $2,700 was paid."
    assert month_result(2_580_00, 2_210_00, currency="USD").headline.startswith("The month left $370.")


def test_a_unit_is_held_against_its_share_of_the_package():
    one = a_unit(17_200, 1_290)
    assert (one.planned_cost_cents, one.planned_rent_cents_a_month) == (33_500_00 // 2, 2_580_00 // 2)
    assert (one.gained_cents_a_year, one.return_pct, one.payback_years) == (340_00 * 12, D("23.7"), D("4.2"))
    assert one.headline == (
        "The unit cost $17,200, $450 more than planned; its rent is $1,290 a month, as planned: 23.7 % a year of what it cost."
    )


def test_weeks_without_rent_cost_the_old_rent_where_somebody_said_how_many():
    assert a_unit(17_200, 1_290, weeks_empty=D(13)).empty_cost_cents == 3 * 950_00
    unsaid = a_unit(17_200, 1_290)
    assert unsaid.empty_cost_cents is None and "not counted" in unsaid.assumptions[-1]


@pytest.mark.parametrize(
    ("cost", "rent", "returned", "back"), [(17_200, 900, D("-3.5"), None), (0, 1_290, None, None), (17_200, 950, D("0.0"), None)]
)
def test_what_returns_nothing_pays_nothing_back(cost, rent, returned, back):
    one = a_unit(cost, rent)
    assert (one.return_pct, one.payback_years) == (returned, back)
    assert one.headline.endswith(".") and "None" not in one.headline
