from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.renovation.pricing.costing import cents, roll_up, split
from journeys.renovation.pricing.pricebook import BOOK, SOURCES
from journeys.renovation.pricing.work import WORK

sums = st.integers(0, 10**10)


def in_dollars(amount_cents):
    return cents(D(amount_cents) / 100)


def test_the_kitchen_rolls_up_to_40_660():  # J1.7: materials, labour, other (450 + 300 + 200 + 2,500)
    assert roll_up(26_050_00, 11_160_00, (450 + 300 + 200 + 2_500) * 100).total_cents == 40_660_00


def test_45_300_is_no_roll_up_of_the_kitchen_and_the_printed_contingency_is_below_every_rule():  # J1.7: best 45,300 has no stated rule
    rolled = roll_up(26_050_00, 11_160_00, 950_00, contingency_pct=D(10))
    assert rolled.subtotal_cents == 38_160_00
    assert rolled.contingency_cents == 3_816_00 > 2_500_00
    assert rolled.total_cents == 41_976_00 != 45_300_00


def test_a_contractors_chain_is_overhead_and_profit_then_contingency_on_both():  # J4.3
    rolled = roll_up(63_660_00, 0, 0, D(15), D(10))
    assert rolled.overhead_profit_cents == 9_549_00
    assert rolled.subtotal_cents + rolled.overhead_profit_cents == 73_209_00
    assert (in_dollars(rolled.contingency_cents), in_dollars(rolled.total_cents)) == (7_321, 80_530)
    assert in_dollars(rolled.total_cents) - 70_000 == 10_530


def test_payments_of_80_530_in_whole_dollars():  # J4, 3k
    assert split(80_530, [D(20), D(20), D(30), D(25), D(5)]) == [16_106, 16_106, 24_159, 20_133, 4_026]
    assert split(8_053_000, [D(20), D(20), D(30), D(25), D(5)]) == [1_610_600, 1_610_600, 2_415_900, 2_013_250, 402_650]


@given(sums, st.lists(st.decimals(0, 100, places=3, allow_nan=False), min_size=1, max_size=8).filter(any))
def test_split_parts_add_up_and_none_is_a_unit_off(total, shares):
    parts = split(total, shares)
    assert sum(parts) == total
    assert all(abs(part - share * total / sum(shares)) < 1 for part, share in zip(parts, shares, strict=True))


@pytest.mark.parametrize(("total", "shares"), [(1, [D(0)]), (1, [D(2), D(-1)]), (-1, [D(1)])])
def test_a_split_without_shares_is_refused(total, shares):
    with pytest.raises(ValueError, match="split"):
        split(total, shares)


@given(sums, sums, sums, st.decimals(0, 50, places=1), st.decimals(0, 50, places=1))
def test_a_roll_up_adds_up(materials, labour, other, overhead_pct, contingency_pct):
    rolled = roll_up(materials, labour, other, overhead_pct, contingency_pct)
    assert rolled.subtotal_cents == materials + labour + other
    assert rolled.total_cents == rolled.subtotal_cents + rolled.overhead_profit_cents + rolled.contingency_cents
    assert rolled.total_cents >= rolled.subtotal_cents >= 0


# 3h: the list of installed prices (mid, per unit), which is not used for pricing
@pytest.mark.parametrize(
    ("work_id", "installed_cents"), [("cabinets", 100_00), ("tile_floor", 10_00), ("backsplash", 10_00), ("floor", 4_00), ("paint", 3_00)]
)
def test_hours_at_the_trades_rate_meet_the_installed_price(work_id, installed_cents):
    work = next(work for work in WORK if work.id == work_id)
    assert abs(work.hours_per_unit * BOOK.rates[work.trade].cents - installed_cents) <= installed_cents * D("0.05")


def test_every_price_rate_and_fee_names_a_listed_source():
    entries = [*BOOK.prices.values(), *BOOK.rates.values(), *BOOK.fees.values(), *BOOK.installed.values()]
    entries += [rate for rates in BOOK.rates_of.values() for rate in rates.values()]
    assert {entry.source for entry in entries} == set(SOURCES)
    assert BOOK.citation == "HomeView price book, illustrative, undated USD"


def test_every_work_has_a_rate_and_a_known_id():
    assert len({work.id for work in WORK}) == len(WORK)
    assert {work.trade for work in WORK} == set(BOOK.rates)
