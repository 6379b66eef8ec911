from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Place
from journeys.renovation.building.bath_costs import SCOPES, BathMeasures, bathroom_estimate
from journeys.renovation.building.energy import BUNDLE, UPGRADES, energy_plan, payback
from journeys.renovation.building.maintenance import MATERIALS, SYSTEMS, add_months, maintenance_plan, window
from journeys.renovation.building.priorities import CATALOGUE, Project, prioritise, project, tier_cost
from journeys.renovation.building.weekend import FIXTURES, TASKS, paint_sqft, weekend_budget
from journeys.renovation.errors import BadSum, UnknownChoice, UnpricedCurrency
from journeys.renovation.pricing.allocation import SHARES, allocated
from journeys.renovation.pricing.rough import ROOMS, rough_range
from journeys.renovation.pricing.sums import Span, around, between, share_pct, together, usd, usd_range
from journeys.renovation.pricing.verdicts import KITCHEN_SAVINGS, budget_verdict
from tests.journeys.renovation.kitchens import feet

SAVINGS = [(title, dollars * 100) for title, dollars in KITCHEN_SAVINGS]
sums = st.integers(1, 10**9)
baths = st.builds(BathMeasures, floor_sqft=feet("15", "200"), paint_sqft=feet("50", "900"), wall_tile_sqft=st.none() | feet("0", "200"))


# Rough ranges, budgets and verdicts


def test_rough_ranges_are_those_of_each_room_and_scope():  # 3l
    found = {(room, one.scope): (one.low_cents // 100, one.high_cents and one.high_cents // 100) for room in ROOMS for one in ROOMS[room]}
    assert found["bathroom", "refresh"] == (5_000, 10_000)
    assert found["bathroom", "full"] == (20_000, 35_000)
    assert found["bathroom", "luxury"] == (50_000, None)
    assert [found["kitchen", scope] for scope in ("refresh", "moderate", "full")] == [(18_000, 22_000), (35_000, 42_000), (55_000, 68_000)]


def test_a_rough_range_asks_what_would_narrow_it():  # EC-5.2: size, condition, scope, moving walls or plumbing
    assert len(rough_range("bathroom", None, currency="USD").questions) == 4
    known = rough_range("bathroom", "moderate", currency="USD", place=Place(country="US", subdivision="WA"))
    assert len(known.questions) == 3 and "$12,000-$20,000" in known.headline
    assert any("Not adjusted for WA" in said for said in known.assumptions)
    with pytest.raises(UnpricedCurrency):
        rough_range("bathroom", None, currency="GBP")


def test_20_000_for_a_kitchen_of_50_000_has_three_ways_on_and_cheaper_choices_stay_13_000_over():  # EC-2.1
    verdict = budget_verdict(50_000_00, 20_000_00, currency="USD", room="kitchen", savings=SAVINGS)
    assert (verdict.status, verdict.gap_cents) == ("too_low", 30_000_00)
    phase, cheaper, first = verdict.routes
    assert phase.fits and phase.total_cents == 20_000_00
    assert (cheaper.total_cents, cheaper.short_cents, cheaper.fits) == (33_000_00, 13_000_00, False)
    assert "still $13,000 over" in cheaper.sentence and first.id == "priorities"


def test_cheaper_choices_that_reach_the_budget_say_so_and_unknown_ones_are_not_invented():
    assert "which fits" in budget_verdict(50_000_00, 34_000_00, currency="USD", savings=SAVINGS).routes[1].sentence
    unknown = budget_verdict(50_000_00, 34_000_00, currency="USD").routes[1]
    assert unknown.total_cents is None and not unknown.fits and "would have to save $16,000" in unknown.sentence


@pytest.mark.parametrize(
    ("budget", "status", "words"), [(90_000, "enough", ""), (120_000, "luxury", "very good"), (200_000, "luxury", "hardly")]
)
def test_80_to_100_thousand_buys_a_very_good_kitchen_and_150_hardly_comes_back(budget, status, words):  # EC-2.2
    verdict = budget_verdict(68_000_00, budget * 100, currency="USD", room="kitchen")
    assert verdict.status == status
    assert words in " ".join(verdict.flags)
    assert not verdict.routes and "to spare" in verdict.headline
    for wrong in ((0, 1), (1, 0)):
        with pytest.raises(BadSum):
            budget_verdict(*wrong, currency="USD")


def test_a_kitchen_of_25_000_is_shared_out_to_the_dollar():  # J3.5 sums exactly
    assert sum(part.cents for part in allocated(25_000_00, "kitchen")) == 25_000_00
    assert [part.cents for part in allocated(10_000_00, "bathroom")] == [4_000_00, 4_500_00, 500_00, 1_000_00]  # 40/45/5/10
    assert allocated(1, "garage") == () == allocated(1, None)


@given(sums, st.sampled_from(sorted(SHARES)))
def test_shares_are_whole_and_parts_add_up(budget, room):
    parts = allocated(budget, room)
    assert sum(part.pct for part in parts) == 100 and sum(part.cents for part in parts) == budget


# Bathrooms


def bath(scope="moderate", **rest):
    return bathroom_estimate(BathMeasures(floor_sqft=D(40), paint_sqft=D(248)), scope, currency="USD", **rest)


@pytest.mark.parametrize("scope", list(SCOPES))
def test_a_bathroom_of_five_by_eight_lies_in_its_usual_range(scope):  # 3l
    made = bath(scope)
    low, high = made.usual.low_cents, made.usual.high_cents
    rough = next(one for one in ROOMS["bathroom"] if one.scope == scope)
    assert (low, high) == (rough.low_cents, rough.high_cents)
    assert low <= made.best_cents <= high


def test_a_bathroom_out_of_its_usual_range_says_so():
    assert any("below the $12,000-$20,000" in said for said in bath(tier="low", place=Place(country="US", subdivision="TX")).assumptions)
    big = BathMeasures(floor_sqft=D(120), paint_sqft=D(600))
    dear = bathroom_estimate(big, "refresh", currency="USD", tier="high", place=Place(country="US", subdivision="NY"))
    assert any("above the $5,000-$10,000" in said for said in dear.assumptions)


def test_opened_walls_keep_20_per_cent_and_weeks_are_three_to_four():  # 3k, 3o
    assert (bath("full").roll_up.contingency_pct, bath("full").weeks) == (20, (3, 4))
    assert (bath().roll_up.contingency_pct, bath(year_built=1975).roll_up.contingency_pct) == (10, 15)
    with pytest.raises(UnknownChoice, match="luxury"):
        bath("luxury")


@given(baths, st.sampled_from(sorted(SCOPES)), sums)
def test_a_bathrooms_lines_and_shares_add_up(measures, scope, budget):
    made = bathroom_estimate(measures, scope, currency="USD", budget_cents=budget)
    assert sum(line.best_cents for line in made.lines) == made.roll_up.subtotal_cents
    assert made.roll_up.subtotal_cents + made.roll_up.contingency_cents == made.best_cents
    assert 0 < made.low_cents < made.best_cents < made.high_cents
    assert made.variance.amount_cents == budget - made.best_cents
    assert sum(part.cents for part in made.budget_split) == budget


@given(baths, feet("0", "50"), st.sampled_from(sorted(SCOPES)))
def test_a_bigger_bathroom_a_bigger_scope_and_a_dearer_tier_never_cost_less(measures, more, scope):
    def total(of=measures, scope=scope, tier="mid"):
        return bathroom_estimate(of, scope, currency="USD", tier=tier).best_cents

    bigger = measures.model_copy(update={"floor_sqft": measures.floor_sqft + more, "paint_sqft": measures.paint_sqft + more})
    assert total() <= total(bigger)
    assert total(scope="refresh") <= total(scope="moderate") <= total(scope="full")
    assert total(tier="low") <= total(tier="mid") <= total(tier="high")


# A weekend


def weekend(tasks=TASKS, budget=800, **rest):
    return weekend_budget(D(5), D(8), None, budget * 100, tasks, currency="USD", **rest)


def test_a_bathroom_of_5_by_8_by_8_has_248_sqft_to_paint_and_takes_two_gallons():  # J2.2, J2.3
    assert paint_sqft(D(5), D(8), D(8)) == paint_sqft(D(5), D(8), None) == 248
    assert (weekend().paint_sqft, weekend().gallons) == (248, 2)


def test_light_mirror_and_hardware_are_222_and_leave_578_of_800():  # J2.4
    fixtures = together(Span(low_cents=low, best_cents=mid, high_cents=high) for low, mid, high in FIXTURES.values())
    assert fixtures.best_cents == 222_00
    assert fixtures.left_of(800_00).best_cents == 578_00


def test_what_is_left_of_800_after_a_range_or_a_sum():  # J2.3: 345-505; J2.6: 417
    left = between(345_00, 505_00).left_of(800_00)
    assert (left.low_cents, left.high_cents) == (295_00, 455_00)
    assert around(417_00).left_of(800_00).best_cents == 383_00


def test_mid_prices_are_taken_where_they_fit_and_low_ones_where_not():
    assert (weekend().tier, weekend(budget=300).tier) == ("mid", "low")
    assert weekend(tier="high").total_cents == weekend().range.high_cents
    short = weekend(budget=100)
    assert short.left_cents < 0 and "over your budget" in short.headline


def test_what_takes_longer_than_a_weekend_is_named_and_not_priced():
    made = weekend(("paint", "vanity", "tile"))
    assert made.not_in_a_weekend == ("vanity", "tile")
    assert made.total_cents == weekend(("paint",)).total_cents
    with pytest.raises(BadSum, match="fits a weekend"):
        weekend(("tile",))
    with pytest.raises(UnknownChoice):
        weekend(("rewire",))


def test_days_hold_14_to_18_hours_with_paint_and_fixtures_and_fewer_without():  # J2.5: 2 + 6-8 + 6-8
    assert weekend().hours == (14, 18)
    assert weekend(("paint",)).hours == (11, 14)
    assert weekend(("light",)).hours == (4, 6) and weekend(("light",)).gallons == 0


@given(
    feet("3", "20"),
    feet("3", "20"),
    sums,
    st.lists(st.sampled_from(TASKS), min_size=1, unique=True),
    st.sampled_from(["low", "mid", "high"]),
)
def test_a_shopping_list_adds_up(length, width, budget, tasks, tier):
    made = weekend_budget(length, width, None, budget, tasks, currency="USD", tier=tier)
    assert sum(one.chosen_cents for one in made.purchases) == made.total_cents
    assert made.total_cents + made.left_cents == budget
    assert made.range.low_cents <= made.total_cents <= made.range.high_cents


# Priorities


def j3(*names):
    return [project(name) for name in names]


IMMEDIATE, HIGH, MEDIUM = (
    ("bath_leak", "outlet_covers", "dishwasher"),
    ("kitchen", "main_bathroom"),
    ("flooring", "second_bathroom", "interior_paint"),
)


def test_tiers_sum_to_the_corrected_figures():  # J3.4: the document prints 3,300 and 55.3K
    everything = j3(*IMMEDIATE, *HIGH, *MEDIUM)
    spans = [tier_cost(everything, tier) for tier in ("immediate", "high", "medium")]
    assert [(span.low_cents, span.high_cents) for span in spans] == [
        (2_300_00, 4_700_00),
        (32_000_00, 48_000_00),
        (20_000_00, 31_000_00),
    ]
    total = prioritise(everything, 75_000_00, currency="USD").total
    assert (total.low_cents, total.high_cents) == (54_300_00, 83_700_00)


def test_a_reserve_of_75_000_is_kept_before_anything_is_planned():  # J3.4 gave all of it away
    plan = prioritise(j3(*IMMEDIATE, *HIGH, *MEDIUM), 75_000_00, currency="USD")
    assert plan.reserve_cents == 7_500_00
    assert plan.planned_cents <= 67_500_00


def test_safety_is_planned_even_where_the_budget_is_too_small():
    plan = prioritise(j3("electrical_safety", "kitchen"), 1_000_00, currency="USD")
    assert [one.id for one in plan.planned] == ["electrical_safety"] and [one.id for one in plan.waiting] == ["kitchen"]
    assert plan.left_cents < 0 and "Nothing else is planned" in plan.headline


def test_what_has_to_come_first_is_never_planned_later():
    plan = prioritise(j3("main_bathroom", "bath_leak", "interior_paint", "electrical_safety", "flooring"), 90_000_00, currency="USD")
    order = [one.id for one in plan.planned]
    assert order.index("bath_leak") < order.index("main_bathroom")
    assert order.index("electrical_safety") < order.index("interior_paint") < order.index("flooring")
    windows = {one.id: one.months for one in prioritise(j3("interior_paint", "windows", "flooring"), 90_000_00, currency="USD").planned}
    assert windows["interior_paint"][0] >= windows["windows"][0] == 24


def test_what_follows_something_that_waits_waits_too():
    plan = prioritise(j3("kitchen", "interior_paint"), 12_000_00, currency="USD")
    assert {one.id: "which waits" in one.why for one in plan.waiting} == {"kitchen": False, "interior_paint": True}
    assert "None of them fits" in plan.headline


def test_beyond_the_horizon_nothing_is_planned():
    plan = prioritise(j3("kitchen", "interior_paint", "windows"), 90_000_00, currency="USD", horizon_months=12)
    assert [one.id for one in plan.planned] == ["kitchen"]


def test_projects_that_wait_for_each_other_are_still_decided():
    ring = [
        Project(id=name, title=name, cost=around(100_00), impact=5, urgency="high", reason="", after=(other,))
        for name, other in (("kitchen", "flooring"), ("flooring", "kitchen"))
    ]
    assert len(prioritise(ring, 1_000_00, currency="USD").planned) == 2


def test_a_plan_needs_projects_and_a_budget():
    for projects, budget, reserve in (([], 1, 10), (j3("kitchen"), 0, 10), (j3("kitchen"), 1, 100)):
        with pytest.raises(BadSum):
            prioritise(projects, budget, currency="USD", reserve_pct=D(reserve))
    with pytest.raises(UnknownChoice):
        project("pool")


@given(st.lists(st.sampled_from(sorted(CATALOGUE)), min_size=1, unique=True), st.integers(1, 2 * 10**7), st.integers(0, 40))
def test_a_plan_is_a_partition_within_the_budget(names, budget, reserve):
    plan = prioritise(j3(*names), budget, currency="USD", reserve_pct=D(reserve))
    assert sorted(one.id for one in (*plan.planned, *plan.waiting)) == sorted(names)
    assert plan.planned_cents == sum(one.cost.best_cents for one in plan.planned)
    assert plan.planned_cents + plan.reserve_cents + plan.left_cents == budget
    planned = {one.id for one in plan.planned}
    assert {name for name in names if CATALOGUE[name].safety} <= planned
    assert plan.left_cents >= 0 or all(CATALOGUE[name].safety for name in planned)
    months = {one.id: one.months[0] for one in plan.planned}
    for name in planned:
        assert all(months[first] <= months[name] for first in CATALOGUE[name].after if first in planned)
    assert plan.total == together(one.cost for one in plan.tiers)
    backwards = prioritise(j3(*reversed(names)), budget, currency="USD", reserve_pct=D(reserve))
    assert {one.id for one in backwards.planned} == planned


# Upkeep


def test_due_dates_are_the_last_care_and_its_interval():  # 3p
    due = {one.task: one.due_on for one in maintenance_plan({}, date(2025, 11, 8), MATERIALS, currency="USD").tasks}
    assert (due["oil_counter"], due["seal_grout"]) == (date(2025, 12, 8), date(2026, 11, 8))
    assert add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)


def test_life_less_age_is_the_window():  # 3p
    assert window("hvac", 12).years_left == (3, 8)
    assert window("roof", 25).years_left == (0, 5)
    assert window("water_heater", 40).years_left == (0, 0)
    with pytest.raises(UnknownChoice):
        window("lift", 3)


def test_the_yearly_reserve_is_4_000_to_6_500():
    assert usd_range(maintenance_plan({}, None, (), currency="USD").reserve) == "$4,000-$6,500"


def test_an_unknown_age_is_asked_for_and_gives_no_window():  # J3 took a home's 40 years for its systems'
    plan = maintenance_plan({"roof": 10}, None, (), currency="USD")
    assert [one.system for one in plan.windows] == ["roof"]
    assert len(plan.asked) == len(SYSTEMS) - 1 + 1
    assert all(one.due_on is None for one in plan.tasks)
    assert "grout" not in {one.task for one in plan.tasks} and "oil_counter" not in {one.task for one in plan.tasks}
    with pytest.raises(UnknownChoice):
        maintenance_plan({}, None, ("gold",), currency="USD")


@given(st.sampled_from(sorted(SYSTEMS)), st.integers(0, 149))
def test_a_year_older_leaves_no_more_years(system, age):
    now, later = window(system, age), window(system, age + 1)
    assert all(0 <= after <= before for before, after in zip(now.years_left, later.years_left, strict=True))
    assert now.years_left[0] <= now.years_left[1] and later.yearly.best_cents >= now.yearly.best_cents > 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_months_never_skip_a_month(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months and later.day <= day.day


# Energy


def test_insulation_sealing_and_thermostat_cost_2_000_to_4_100_and_save_600_to_1_050():  # 3q: the document says 600-950
    bundle = energy_plan(BUNDLE, currency="USD").bundle
    assert (bundle.cost.low_cents, bundle.cost.high_cents) == (2_000_00, 4_100_00)
    assert (bundle.saving.low_cents, bundle.saving.high_cents) == (600_00, 1_050_00)
    assert energy_plan(["windows"], currency="USD").bundle is None


def test_payback_is_cost_by_saving_at_each_end():
    made = payback(UPGRADES["insulation"].cost, UPGRADES["insulation"].saving)
    assert (made.low_years, made.high_years) == (D("3.0"), D("10.0"))
    with pytest.raises(BadSum):
        payback(between(1, 2), between(0, 1))
    for chosen, error in (([], BadSum), (["solar"], UnknownChoice)):
        with pytest.raises(error):
            energy_plan(chosen, currency="USD")


@given(st.lists(st.sampled_from(sorted(UPGRADES)), min_size=1, unique=True))
def test_upgrades_come_in_the_order_of_their_payback_and_add_up(chosen):
    plan = energy_plan(chosen, currency="USD")
    paybacks = [one.payback.best_years for one in plan.upgrades]
    assert paybacks == sorted(paybacks)
    assert plan.total.cost == together(one.cost for one in plan.upgrades)
    assert all(one.payback.low_years <= one.payback.best_years <= one.payback.high_years for one in plan.upgrades)


# Sums


def test_sums_are_said_in_whole_dollars_with_their_sign():
    assert [usd(cents) for cents in (50, 49, -319_500, -49, 7_232_050)] == ["$1", "$0", "-$3,195", "$0", "$72,321"]
    assert usd_range(Span(low_cents=-5_00, best_cents=0, high_cents=5_00)) == "-$5 to $5"
    assert share_pct(-319_500, 7_125_000) == D("-4.5")
    with pytest.raises(ValueError, match="low <= best"):
        Span(low_cents=2, best_cents=1, high_cents=3)


@given(st.lists(st.tuples(sums, sums).map(sorted).map(lambda ends: between(*ends)), max_size=5), st.integers(0, 5))
def test_ranges_add_and_multiply_end_by_end(spans, times):
    whole = together(spans)
    assert whole.low_cents == sum(span.low_cents for span in spans) <= whole.best_cents <= whole.high_cents
    assert whole.times(times).best_cents == whole.best_cents * times
