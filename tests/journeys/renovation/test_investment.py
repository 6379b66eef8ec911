from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Place
from journeys.renovation.errors import BadSum, OtherCountry, UnknownChoice, UnpricedCurrency
from journeys.renovation.letting.investment import Expenses, Loan, Property, baseline, loan, monthly_payment, year_at
from journeys.renovation.letting.portfolio import portfolio_tier, refinance, tax_education
from journeys.renovation.letting.rent_options import IMPROVEMENTS, PACKAGES, package, rent_option, rent_options, rent_packages
from journeys.renovation.letting.rental import MONTHS_AFTER, rental_phasing
from journeys.renovation.pricing.sums import between, share_pct, years
from tests.journeys.renovation.bids import a_baseline, a_duplex

OHIO = Place(country="US", subdivision="OH")
percents = st.decimals(0, 40, places=2, allow_nan=False)
properties = st.builds(
    lambda price, down, units, rent, rate, tax, share: Property(
        price_cents=price,
        down_payment_pct=down,
        units=units,
        rent_cents_a_month=rent,
        loan=Loan(principal_cents=loan(price, down), payment_cents_a_month=monthly_payment(loan(price, down), rate, 30)),
        expenses=Expenses(property_tax_cents=tax, insurance_cents=tax // 3, maintenance_pct=share, vacancy_pct=share / 2),
    ),
    st.integers(10**6, 10**9),
    st.decimals(0, 100, places=1, allow_nan=False),
    st.integers(1, 6),
    st.integers(10**4, 10**7),
    st.decimals(0, 15, places=2, allow_nan=False),
    st.integers(0, 10**7),
    percents,
)


def test_the_loan_of_285_000_less_a_quarter_is_213_750_at_1_422_a_month():  # J5: 7.0 %, 30 years; the document's 1,425 is a round figure
    assert loan(285_000_00, D(25)) == 213_750_00
    assert round(monthly_payment(213_750_00, D(7), 30) / 100) == 1_422


def test_a_loan_without_interest_is_divided_by_its_months():
    assert monthly_payment(120_000_00, D(0), 10) == 1_000_00
    for rate, term in ((D(7), 0), (D(-1), 30), (D(80), 30)):
        with pytest.raises(BadSum):
            monthly_payment(1, rate, term)
    with pytest.raises(BadSum):
        loan(0, D(25))


def test_the_duplex_loses_3_195_a_year_and_its_cap_rate_is_4_9():  # J5.1, corrected: never 5.4
    base = a_baseline()
    year = base.year
    assert year.debt_cents == 17_100_00
    assert year.operating_cents + year.debt_cents == 25_995_00
    assert (year.net_operating_income_cents, year.cash_after_debt_cents) == (13_905_00, -3_195_00)
    assert (base.down_payment_cents, base.cash_on_cash_pct, base.cap_rate_pct) == (71_250_00, D("-4.5"), D("4.9"))
    assert base.rent_gap_pct == (D("24.0"), D("29.6"))


def test_rent_less_the_mortgage_is_another_figure_than_what_stays():  # "monthly cash flow +475" ignored all but the mortgage
    year = a_baseline().year
    assert year.rent_minus_mortgage_cents == 475_00 * 12
    assert year_at(a_duplex(), 1_900_00 + 680_00).rent_minus_mortgage_cents == 13_860_00  # J5.4


def test_what_is_bought_without_money_down_has_no_cash_on_cash():
    base = a_baseline(down_payment_pct=D(0), loan=Loan(principal_cents=285_000_00, payment_cents_a_month=1_900_00))
    assert base.cash_on_cash_pct is None and "cash-on-cash" not in base.headline


def test_only_dollars_and_let_property_are_calculated():
    with pytest.raises(UnpricedCurrency):
        baseline(a_duplex(), currency="CAD")
    greedy = Expenses(property_tax_cents=0, insurance_cents=0, maintenance_pct=D(60), vacancy_pct=D(41))
    for wrong in ({"units": 0}, {"rent_cents_a_month": 0}, {"market_rent": between(0, 1)}, {"expenses": greedy}):
        with pytest.raises(BadSum):
            baseline(a_duplex(**wrong), currency="USD")


@pytest.mark.parametrize(
    ("name", "return_pct", "payback"),
    [
        ("paint", "34.3", "2.9"),
        ("kitchen", "30.0", "3.3"),
        ("vinyl_floor", "18.0", "5.6"),
        ("bathroom", "24.0", "4.2"),
        ("appliances", "24.0", "4.2"),
        ("laundry", "40.0", "2.5"),
        ("lighting", "20.0", "5.0"),
        ("exterior", "12.0", "8.3"),
    ],
)
def test_return_and_payback_of_each_improvement(name, return_pct, payback):  # J5.2
    made = rent_option(name, 2)
    assert (made.return_pct, made.payback_years) == (D(return_pct), D(payback))


def test_improvements_are_sorted_by_return_and_what_cannot_be_done_stands_apart():  # the printed list had the best one sixth
    made = rent_options(a_baseline(), list(IMPROVEMENTS), "yes")
    assert [one.id for one in made.ranked][:3] == ["laundry", "paint", "kitchen"]
    assert [one.return_pct for one in made.ranked] == sorted((one.return_pct for one in made.ranked), reverse=True)
    without = rent_options(a_baseline(), list(IMPROVEMENTS), "no")
    assert [one.id for one in without.not_feasible] == ["laundry"] and without.ranked[0].id == "paint"
    assert rent_options(a_baseline(), ["laundry"], "no").headline == "None of these can be done here."
    assert "if it can be done" in rent_options(a_baseline(), ["laundry"]).headline
    with pytest.raises(BadSum):
        rent_options(a_baseline(), [])
    with pytest.raises(UnknownChoice):
        rent_option("pool", 2)


@pytest.mark.parametrize(
    ("name", "cost", "uplift", "wrong"),
    [("budget", 18_500, 215, 17_500), ("moderate", 33_500, 340, 30_500), ("premium", 44_500, 465, 36_500)],
)
def test_a_package_costs_the_sum_of_its_parts(name, cost, uplift, wrong):  # J5.3, corrected
    made = package(a_baseline(), name, PACKAGES[name], "yes")
    assert made.cost.best_cents == cost * 100 != wrong * 100
    assert made.uplift_cents_a_unit_and_month == uplift * 100


def test_reserves_grow_with_the_rent():  # J5.3: 4,965 left them as they were
    moderate = package(a_baseline(), "moderate", PACKAGES["moderate"])
    assert moderate.year.cash_after_debt_cents == 3_741_00
    assert moderate.payback_years == D("4.1")
    assert moderate.cash_on_cash_pct == share_pct(3_741_00, 71_250_00 + 33_500_00)
    assert [case.id for case in moderate.cases] == ["planned", "cost_10", "cost_20", "rent_10"]
    assert [case.cost_cents for case in moderate.cases] == [33_500_00, 36_850_00, 40_200_00, 33_500_00]
    assert moderate.cases[3].cash_after_debt_cents < moderate.cases[0].cash_after_debt_cents == 3_741_00


def test_a_package_leaves_out_what_cannot_be_done():
    premium = rent_packages(a_baseline(), hookups="no").packages[2]
    assert premium.left_out == ("laundry",) and premium.cost.best_cents == 38_500_00
    with pytest.raises(BadSum, match="can be done"):
        package(a_baseline(), "own", ["laundry"], "no")


def test_refinancing_frees_30_000_and_is_worth_asking_from_three_quarters_of_a_point():  # J5.5
    made = refinance(325_000_00, 213_750_00, currency="USD")
    assert (made.cash_out_cents, made.worth_asking) == (30_000_00, None)
    rates = [refinance(1, 0, currency="USD", rate_pct=D(7), new_rate_pct=rate).worth_asking for rate in (D("6.25"), D("6.26"), D(8))]
    assert rates == [True, False, False]
    assert "less than what is still owed" in refinance(200_000_00, 213_750_00, currency="USD").headline
    with pytest.raises(BadSum):
        refinance(0, 0, currency="USD")


def test_depreciation_is_8_291_and_1_109_and_defers_2_256_at_24_per_cent():  # J5.6
    made = tax_education(228_000_00, 30_500_00, D(24), currency="USD", place=OHIO)
    dollars = [round(D(part) / 100) for part in (made.building_depreciation_cents, made.improvement_depreciation_cents, made.saved_cents)]
    assert dollars == [8_291, 1_109, 2_256]
    assert [round(D(part) / 100) for part in (made.building_saved_cents, made.improvement_saved_cents)] == [1_990, 266]
    assert "CPA" in made.headline
    with pytest.raises(OtherCountry):
        tax_education(1, 0, D(24), currency="USD", place=Place(country="CA", subdivision="ON"))
    with pytest.raises(BadSum):
        tax_education(1, 0, D(99), currency="USD", place=OHIO)


def earning(cash_on_cash, gap):
    """The duplex with other outcomes."""
    base = a_baseline()
    flow = 1_00 if cash_on_cash is not None else -1_00
    year = base.year.model_copy(update={"cash_after_debt_cents": flow})
    return base.model_copy(update={"year": year, "cash_on_cash_pct": cash_on_cash, "rent_gap_pct": gap and (D(gap), D(gap))})


@pytest.mark.parametrize(
    ("base", "more", "tier"),
    [
        (a_baseline(), {}, 1),
        (earning(D(8), 31), {}, 1),
        (earning(D(8), None), {"big_deferred_maintenance": True}, 1),
        (earning(D("2.9"), None), {}, 2),
        (earning(D(8), 20), {}, 2),
        (earning(D(8), 19), {"best_return_pct": D("20.1")}, 2),
        (earning(D(8), 19), {}, 3),
        (earning(D(6), 19), {"occupancy_pct": D(96)}, 3),
        (earning(D(8), 19), {"occupancy_pct": D(95)}, 3),
        (earning(D("6.1"), 19), {"occupancy_pct": D("95.1"), "best_return_pct": D(20)}, 4),
    ],
)
def test_tiers_follow_cash_flow_gap_and_targets(base, more, tier):
    made = portfolio_tier(base, **more)
    assert made.tier == tier and made.why


def test_six_months_of_expenses_and_loan_are_kept_ready():
    assert portfolio_tier(a_baseline()).reserve_cents == 12_997_50 == 25_995_00 / 2


def test_unit_by_unit_each_unit_is_empty_in_turn():
    moderate = package(a_baseline(), "moderate", PACKAGES["moderate"])
    turn = rental_phasing(a_baseline(), moderate, "unit_by_unit", D(6))
    at_once = rental_phasing(a_baseline(), moderate, "all_at_once", D(6))
    assert max(month.units.count("work") for month in turn.months) == 1
    assert max(month.units.count("work") for month in at_once.months) == 2
    assert (turn.target_rent_cents_a_unit, turn.list_rent_cents_a_unit, turn.floor_rent_cents_a_unit) == (1_290_00, 1_350_00, 1_250_00)
    assert turn.lost_rent_cents == at_once.lost_rent_cents == 2 * 2 * 950_00
    assert rental_phasing(a_baseline(), moderate, "all_at_once", D(4)).work_months == 1
    for weeks in (D(0), D(53)):
        with pytest.raises(BadSum, match="52 weeks at most"):
            rental_phasing(a_baseline(), moderate, "all_at_once", weeks)
    with pytest.raises(BadSum, match="at most 20"):
        rental_phasing(a_baseline(units=21), moderate, "all_at_once")


def test_what_brings_nothing_has_no_payback():
    assert years(1_00, 0) is None and years(1_00, -5) is None


@given(properties, st.integers(0, 10**6))
def test_parts_of_a_year_add_up_and_more_rent_never_leaves_less(one, more):
    year = baseline(one, currency="USD").year
    assert year.tax_cents + year.insurance_cents + year.maintenance_cents + year.vacancy_cents == year.operating_cents
    assert year.rent_cents - year.operating_cents == year.net_operating_income_cents
    assert year.net_operating_income_cents - year.debt_cents == year.cash_after_debt_cents <= year.rent_minus_mortgage_cents
    assert year_at(one, one.rent_cents_a_month + more).cash_after_debt_cents >= year.cash_after_debt_cents


@given(st.integers(0, 10**10), st.decimals(0, 20, places=2, allow_nan=False), st.integers(1, 40))
def test_a_payment_pays_the_loan_off(principal, rate, term):
    payment = monthly_payment(principal, rate, term)
    assert payment >= 0
    owed, month = D(principal), 1 + rate / 1200
    for _ in range(term * 12):
        owed = owed * month - payment
    grown = sum((month**k for k in range(term * 12)), D(0))  # half a cent of rounding each month, with its interest
    assert abs(owed) <= grown * D("0.51") + 1
    assert monthly_payment(principal, rate + 1, term) >= payment


@given(properties, st.sampled_from(["all_at_once", "unit_by_unit"]), st.integers(1, 30))
def test_months_add_up_and_the_whole_cost_is_paid(one, way, weeks):
    base = baseline(one, currency="USD")
    chosen = package(base, "moderate", PACKAGES["moderate"])
    made = rental_phasing(base, chosen, way, D(weeks))
    assert sum(month.work_cents for month in made.months) == chosen.cost.best_cents
    assert made.months[-1].so_far_cents == sum(month.cash_cents for month in made.months)
    assert made.lowest_cents == min(0, *(month.so_far_cents for month in made.months))
    assert made.months[-1].rent_cents == made.rent_after_cents_a_month
    assert all(set(month.units) == {"improved"} for month in made.months[-MONTHS_AFTER:])
    for month in made.months:
        assert month.cash_cents == month.rent_cents - month.running_cents - month.work_cents


@given(properties, st.lists(st.sampled_from(sorted(IMPROVEMENTS)), min_size=1, unique=True), st.sampled_from(["yes", "check"]))
def test_a_package_is_the_sum_of_its_options(one, parts, hookups):
    base = baseline(one, currency="USD")
    made, options = package(base, "own", parts, hookups), [rent_option(part, one.units) for part in parts]
    assert made.cost.best_cents == sum(option.cost.best_cents for option in options)
    assert made.uplift_cents_a_year == sum(option.uplift_cents_a_year for option in options)
    assert made.cases[2].return_pct <= made.cases[1].return_pct <= made.cases[0].return_pct
    assert made.cases[3].cash_after_debt_cents <= made.cases[0].cash_after_debt_cents == made.year.cash_after_debt_cents
