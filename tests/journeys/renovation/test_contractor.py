from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Place
from journeys.renovation.bidding import contractor
from journeys.renovation.bidding.basement_work import ROWS, SECTIONS
from journeys.renovation.bidding.changes import CHANGES
from journeys.renovation.bidding.choosing import Change, change_order, value_choices
from journeys.renovation.bidding.contractor import Basement, ValueOption, against, contractor_estimate
from journeys.renovation.bidding.payments import PLANS, PaymentPlan, Stage, payments
from journeys.renovation.bidding.proposal import expired, proposal
from journeys.renovation.bidding.quotes import Quote, compare_quotes
from journeys.renovation.errors import BadSum, UnknownChoice, UnpricedCurrency
from journeys.renovation.pricing.costing import roll_up
from journeys.renovation.pricing.reserves import contingency_for
from journeys.renovation.pricing.sums import Span, around, usd
from tests.journeys.renovation.kitchens import SEATTLE, feet

sums = st.integers(1, 10**9)
basements = st.builds(
    Basement,
    floor_sqft=feet("50", "3000"),
    partition_ft=feet("0", "400"),
    drywall_sqft=st.none() | feet("0", "9000"),
    doors=st.none() | st.integers(0, 12),
    bathrooms=st.integers(0, 2),
    bedrooms=st.integers(0, 3),
    wet_bars=st.integers(0, 1),
)
options = st.lists(
    st.tuples(st.integers(0, 10**7), st.integers(0, 10**6)).map(
        lambda pair: ValueOption(id="x", title="x", impact="", save_low_cents=pair[0], save_high_cents=pair[0] + pair[1])
    ),
    max_size=5,
).map(lambda found: [one.model_copy(update={"id": f"o{i}"}) for i, one in enumerate(found)])


def a_basement(**changes):
    return Basement(**{"floor_sqft": D(800), "partition_ft": D(120), "bathrooms": 1, "bedrooms": 1, "wet_bars": 1, **changes})


def bid(basement=None, **rest):
    return contractor_estimate(basement or a_basement(), currency="USD", **rest)


def option(name, low, high):
    return ValueOption(id=name, title=name, impact="", save_low_cents=low * 100, save_high_cents=high * 100)


# J4.3: only the sums are known, so the first four stand for 5,300-7,700 and the fifth for the rest up to 7,800-11,200
FIVE = [
    option("a", 1_000, 1_500),
    option("b", 1_200, 1_700),
    option("c", 1_400, 2_000),
    option("d", 1_700, 2_500),
    option("e", 2_500, 3_500),
]


def test_a_basement_has_thirteen_trade_sections():
    assert len(SECTIONS) == 13 and {row.section for row in ROWS} == set(SECTIONS)
    assert [section.name for section in bid().sections] == list(SECTIONS)


def test_permits_are_800_250_200_and_150_and_carry_no_factor():  # J4.6
    assert bid().roll_up.other_cents == bid(place=SEATTLE).roll_up.other_cents == 1_400_00


def test_an_estimate_of_800_sqft_lies_near_the_trades_own():  # J4.3: 13 sections = 63,660
    assert abs(bid().roll_up.subtotal_cents - 63_660_00) < 63_660_00 * D("0.1")


def test_80_530_is_over_70_000_by_10_530():  # J4.3
    best = roll_up(63_660_00, 0, 0, D(15), D(10)).total_cents
    assert against(around(best), 70_000_00).status == "over"
    assert usd(-against(around(best), 70_000_00).amount_cents) == "$10,530"


def test_the_first_four_options_do_not_reach_70_000_and_all_five_only_at_their_best():  # J4.3, corrected
    four = value_choices(80_530_00, 70_000_00, FIVE[:4], "USD").subsets[-1]
    assert (four.save_low_cents, four.save_high_cents) == (5_300_00, 7_700_00)
    assert (four.low_cents, four.high_cents, four.fits) == (72_830_00, 75_230_00, "no")
    five = value_choices(80_530_00, 70_000_00, FIVE, "USD")
    assert (five.subsets[-1].low_cents, five.subsets[-1].high_cents) == (69_330_00, 72_730_00)
    assert five.subsets[-1].fits == "perhaps"
    assert five.smallest == (("a", "b", "c", "d", "e"),)
    assert "fits only if they save at their best" in five.headline


def test_what_never_reaches_the_budget_and_what_is_already_under_it_are_said():
    assert "still over it" in value_choices(80_530_00, 60_000_00, FIVE, "USD").headline
    assert "nothing has to be cut" in value_choices(60_000_00, 70_000_00, FIVE, "USD").headline
    assert "no option" in value_choices(80_000_00, 70_000_00, [], "USD").headline
    assert value_choices(71_000_00, 70_000_00, FIVE, "USD").smallest == (("a",), ("b",), ("c",), ("d",), ("e",))


def test_each_combination_of_changes_is_priced():  # J4.5
    wet_bar, full_bath = CHANGES["wet_bar"], CHANGES["full_bath"]
    order = change_order(72_700_00, [wet_bar, full_bath], "USD")
    assert [one.total.best_cents for one in order.combinations] == [76_700_00, 75_600_00, 79_600_00]
    assert order.combinations[-1].days == (8, 12)
    assert order.headline == "Both changes would add $6,900 and make it $79,600."


def test_more_changes_than_can_be_looked_through_are_refused():
    many = [Change(id=f"c{i}", title="x", cost=around(1)) for i in range(9)]
    with pytest.raises(BadSum, match="at most 8"):
        change_order(1, many, "USD")


def test_payments_of_80_530_add_up():  # J4: 16,106 / 16,106 / 24,159 / 20,133 / 4,026 in whole dollars
    amounts = [due.amount_cents for due in payments(80_530_00, "five_stages")]
    assert amounts == [16_106_00, 16_106_00, 24_159_00, 20_132_50, 4_026_50]
    assert [due.pct for due in payments(1, "three_stages")] == [30, 40, 30]
    with pytest.raises(UnknownChoice, match="upfront"):
        payments(1, "upfront")


def test_nobody_pays_everything_upfront():
    with pytest.raises(ValueError, match="upfront"):
        PaymentPlan(title="x", stages=(Stage(pct=D(100), milestone="Now"),))


def test_a_proposal_counts_savings_at_their_low_end_and_holds_for_thirty_days():  # J4.4 assumed them all at the high one
    estimate = bid()
    made = proposal(estimate, options=estimate.value_options, changes=[CHANGES["wet_bar"]], issued_on=date(2026, 1, 31))
    assert made.price_cents == estimate.best_cents - sum(one.save_low_cents for one in estimate.value_options) + 4_000_00
    assert made.valid_until == date(2026, 3, 2)
    assert not expired(made, date(2026, 3, 2)) and expired(made, date(2026, 3, 3))
    assert not expired(proposal(estimate), date(2099, 1, 1))
    assert "30 days from the day it is sent" in proposal(estimate).headline
    with pytest.raises(BadSum, match="bigger than the estimate"):
        proposal(estimate, options=[option("all", 90_000, 90_000)])


def test_contingency_is_10_15_or_20_per_cent():  # 3k
    assert [contingency_for()[0], contingency_for(year_built=1979)[0], contingency_for(year_built=1980)[0]] == [10, 15, 10]
    assert [contingency_for(structural=True)[0], contingency_for(structural=True, unseen_walls=True)[0]] == [15, 20]


def test_no_two_value_options_touch_the_same_line():
    touched = [line for _, _, _, lines, _, _ in contractor._OPTIONS for line in lines]
    assert len(touched) == len(set(touched)) and set(touched) <= {row.id for row in ROWS}


def test_only_dollars_are_priced_and_canada_is_national():
    with pytest.raises(UnpricedCurrency):
        contractor_estimate(a_basement(), currency="CAD")
    assert bid(place=Place(country="CA", subdivision="ON")).region.id == "national"


def test_quotes_are_sorted_and_judged_beside_the_range():
    estimate = Span(low_cents=34_000_00, best_cents=40_000_00, high_cents=46_000_00)
    quotes = [Quote(name=name, low_cents=top, high_cents=top) for name, top in (("C", 50_000_00), ("A", 30_000_00), ("B", 41_000_00))]
    compared = compare_quotes(quotes, estimate, currency="USD", budget_cents=28_000_00)
    assert [(one.name, one.place, one.difference_cents) for one in compared.quotes] == [
        ("A", "below", -10_000_00),
        ("B", "within", 1_000_00),
        ("C", "above", 10_000_00),
    ]
    assert compared.spread_cents == 20_000_00
    assert compared.headline.endswith("That is $2,000 over your budget.")
    for wrong in ([], [Quote(name="A", low_cents=0, high_cents=0)]):
        with pytest.raises(BadSum):
            compare_quotes(wrong, estimate, currency="USD")


@given(basements, st.sampled_from(["WA", "TX", "PR"]), st.none() | st.integers(1900, 2020))
def test_sections_lines_and_totals_add_up(basement, state, built):
    made = bid(basement, place=Place(country="US", subdivision=state), year_built=built)
    rolled = made.roll_up
    assert sum(line.best_cents for line in made.lines) == rolled.subtotal_cents == sum(one.best_cents for one in made.sections)
    assert all(line.best_cents == line.material_cents + line.labour_cents + line.other_cents for line in made.lines)
    assert rolled.subtotal_cents + rolled.overhead_profit_cents + rolled.contingency_cents == made.best_cents
    assert abs(rolled.contingency_cents - (rolled.subtotal_cents + rolled.overhead_profit_cents) * rolled.contingency_pct / 100) <= D("0.5")
    assert 0 < made.low_cents < made.best_cents < made.high_cents
    assert all(0 < one.save_low_cents <= one.save_high_cents for one in made.value_options)
    assert sum(one.save_high_cents for one in made.value_options) < made.best_cents
    assert proposal(made, options=made.value_options).range.low_cents > 0


@given(basements, st.sampled_from(["floor_sqft", "partition_ft", "bathrooms", "bedrooms", "wet_bars"]), st.integers(1, 50))
def test_more_basement_never_costs_less(basement, name, more):
    bigger = basement.model_copy(update={name: getattr(basement, name) + more})
    assert bid(basement).best_cents <= bid(bigger).best_cents


@given(sums, sums, options)
def test_every_subset_is_there_once_and_more_options_never_save_less(total, maximum, some):
    made = value_choices(total, maximum, some, "USD")
    assert len(made.subsets) == len({one.options for one in made.subsets}) == 2 ** len(some) - 1
    by_options = {frozenset(one.options): one for one in made.subsets}
    for one in made.subsets:
        assert one.low_cents == total - one.save_high_cents <= one.high_cents == total - one.save_low_cents
        assert (one.fits == "surely") == (one.high_cents <= maximum) and (one.fits == "no") == (one.low_cents > maximum)
        for less in (frozenset(one.options) - {name} for name in one.options if len(one.options) > 1):
            assert by_options[less].save_low_cents <= one.save_low_cents
    if made.smallest:
        sure = any(one.fits == "surely" for one in made.subsets)
        assert all(by_options[frozenset(names)].fits == ("surely" if sure else "perhaps") for names in made.smallest)


@given(sums, st.sampled_from(sorted(PLANS)))
def test_payments_always_add_up_to_the_cent(total, plan):
    due = payments(total, plan)
    assert sum(one.amount_cents for one in due) == total
    assert all(one.amount_cents >= 0 for one in due)
