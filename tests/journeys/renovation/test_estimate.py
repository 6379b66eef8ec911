import json
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.inputs import Money, Place
from journeys.renovation.errors import MissingInput, UnpricedCurrency
from journeys.renovation.measuring.takeoff import kitchen_take_off
from journeys.renovation.pricing.estimate import CostEstimate, kitchen_estimate
from journeys.renovation.pricing.work import OPTIONS, SCOPES, WORK, contingency
from tests.journeys.renovation.kitchens import SEATTLE, a_kitchen, any_selections, feet, kitchens, selections

ORDERED = ("scope", "cabinet_tier", "appliance_tier")  # the options of these stand from least to most


def priced(kitchen=None, chosen=None, budget=None, place=SEATTLE, **rest):
    chosen = chosen or selections()
    money = None if budget is None else Money(low_cents=budget * 100, high_cents=budget * 100)
    take_off = kitchen_take_off(kitchen or a_kitchen(), chosen.scope, chosen.floor_material)
    return kitchen_estimate(take_off, chosen, currency="USD", place=place, budget=money, **rest)


def test_the_seattle_kitchen_comes_to_40_455_and_fits_50_000():  # pins the price book; J1.7's fees are 450 + 300 + 200
    estimate = priced(budget=50_000)
    assert estimate.roll_up.other_cents == 950_00
    assert (estimate.low_cents, estimate.best_cents, estimate.high_cents) == (34_386_63, 40_454_88, 46_523_13)
    assert estimate.headline == "About $40,500 (range $34,400-$46,500), $9,500 under your budget."
    assert estimate.variance.model_dump() == {"budget_cents": 50_000_00, "amount_cents": 9_545_12, "status": "under"}
    assert estimate.value_engineering is None
    assert [driver.name for driver in estimate.drivers][:2] == ["Cabinets", "Countertop"]
    assert estimate.schedule.weeks == (5, 7)  # 3o


def test_a_budget_is_near_where_only_the_high_end_breaks_it_and_over_where_the_best_does():
    assert priced(budget=46_524).variance.status == "under"
    assert priced(budget=46_523).variance.status == "near"
    assert priced(budget=40_455).variance.status == "near"
    assert priced(budget=40_454).variance.status == "over"
    assert priced(budget=40_455).headline.endswith("right at your budget.")
    assert "$4,500 under your budget, though the high end would go over it" in priced(budget=45_000).headline


def test_a_range_of_budget_is_taken_at_its_top_and_says_so():  # J1: 40-60K
    estimate = kitchen_estimate(
        kitchen_take_off(a_kitchen()), selections(), currency="USD", budget=Money(low_cents=1, high_cents=60_000_00)
    )
    assert estimate.variance.budget_cents == 60_000_00
    assert "Your budget is taken at its top, $60,000." in estimate.assumptions


def test_only_us_dollars_are_priced():
    with pytest.raises(UnpricedCurrency, match="CAD"):
        kitchen_estimate(kitchen_take_off(a_kitchen()), selections(), currency="CAD")
    with pytest.raises(UnpricedCurrency, match="CAD"):
        kitchen_estimate(
            kitchen_take_off(a_kitchen()), selections(), currency="USD", budget=Money(low_cents=1, high_cents=1, currency="CAD")
        )


def test_canada_is_priced_nationally_with_the_reason_first():
    estimate = priced(place=Place(country="CA", subdivision="ON"))
    assert estimate.region.factor == 1
    assert estimate.assumptions[0].startswith("No regional factor known for ON, CA")


def test_the_factor_is_on_materials_and_labour_but_not_on_fees():
    seattle, national = priced(), priced(place=None)
    assert seattle.roll_up.other_cents == national.roll_up.other_cents
    for dear, plain in zip(seattle.lines, national.lines, strict=True):
        assert abs(dear.material_cents - plain.material_cents * D("1.3")) <= 1
        assert abs(dear.labour_cents - plain.labour_cents * D("1.3")) <= 1


def test_contingency_is_10_15_or_20_per_cent_and_15_at_least_in_an_old_home():  # 3k
    assert [contingency(scope, None)[0] for scope in OPTIONS["scope"]] == [10, 15, 20]
    assert [contingency(scope, 1979)[0] for scope in OPTIONS["scope"]] == [15, 15, 20]
    assert contingency("refresh", 1980)[0] == 10
    assert "Built in 1962: test for asbestos before anything comes out." in priced(year_built=1962).assumptions


def test_a_refresh_keeps_cabinets_and_floor_and_needs_neither_choice():
    estimate = priced(chosen=selections(scope="refresh", cabinet_tier=None, floor_material=None))
    ids = {line.id for line in estimate.lines}
    assert "paint_cabinets" in ids
    assert not ids & {"cabinets", "floor", "tile_floor", "demo_cabinets", "demo_floor", "permit"}


@pytest.mark.parametrize("name", ["cabinet_tier", "floor_material"])
def test_a_scope_that_replaces_something_needs_its_choice(name):
    with pytest.raises(MissingInput, match=name.replace("_", " ")):
        priced(chosen=selections(**{name: None}))


def test_kept_appliances_cost_nothing():
    kept = priced(chosen=selections(appliance_tier="keep"))
    assert not [line for line in kept.lines if line.section == "Appliances"]


def test_overhead_and_profit_come_before_the_contingency():
    rolled = priced(overhead_profit_pct=D(15)).roll_up
    assert abs(rolled.contingency_cents - (rolled.subtotal_cents + rolled.overhead_profit_cents) * D("0.15")) <= D("0.5")


def test_every_saving_is_exactly_the_same_kitchen_priced_again():
    estimate = priced(budget=20_000)
    saved = {option.change: option.save_cents for option in estimate.value_engineering.options}
    for change, chosen in {
        "Stock cabinets instead of semi-custom ones": selections(cabinet_tier="stock"),
        "A granite countertop instead of quartz": selections(counter_material="granite"),
        "A laminate countertop instead of quartz": selections(counter_material="laminate"),
        "A hardwood floor instead of tile": selections(floor_material="hardwood"),
        "A vinyl floor instead of tile": selections(floor_material="vinyl"),
        "Basic appliances instead of mid-range ones": selections(appliance_tier="low"),
        "Keep the appliances you have instead of buying mid-range ones": selections(appliance_tier="keep"),
        "A refresh instead of a moderate renovation": selections(scope="refresh"),
    }.items():
        assert saved.pop(change) == estimate.best_cents - priced(chosen=chosen).best_cents
    assert set(saved) == {"Paint the cabinets instead of replacing them", "Do the demolition and paint the walls and ceiling yourself"}


def test_savings_that_do_not_reach_the_budget_say_so():  # EC-2.1, J4.3: "the first four suffice" was wrong
    savings = priced(budget=12_000).value_engineering
    assert not savings.enough and savings.together_cents > 12_000_00
    assert "still about" in savings.sentence and "phases" in savings.sentence
    assert sum(option.save_cents for option in savings.options) > priced().best_cents - savings.together_cents  # they overlap
    assert "fits your budget" in priced(budget=30_000).value_engineering.sentence


def test_nobody_is_sent_to_demolish_an_old_home_or_opened_walls():
    old = priced(budget=20_000, year_built=1962).value_engineering.options
    full = priced(chosen=selections(scope="full"), budget=20_000).value_engineering.options
    for options in (old, full):
        assert not [option for option in options if "demolition" in option.change]
    assert any("tested for asbestos" in option.impact for option in priced(budget=20_000).value_engineering.options)


def test_an_estimate_survives_json():
    estimate = priced(budget=20_000)
    assert CostEstimate.model_validate(json.loads(json.dumps(estimate.model_dump(mode="json")))) == estimate


def test_the_work_of_a_scope_is_known_and_grows_with_the_scope():
    known = {work.id for work in WORK}
    refresh, moderate, full = (SCOPES[scope].includes for scope in OPTIONS["scope"])
    assert full <= known and refresh - {"paint_cabinets"} < moderate < full


@given(kitchens, any_selections, st.sampled_from(["WA", "TX", "NY", "PR"]), st.integers(1, 120_000))
def test_parts_add_up_and_low_is_low(kitchen, chosen, state, budget):
    estimate = priced(kitchen, chosen, budget, Place(country="US", subdivision=state))
    rolled = estimate.roll_up
    for line in estimate.lines:
        assert line.best_cents == line.material_cents + line.labour_cents + line.other_cents
        assert 0 <= line.low_cents <= line.best_cents <= line.high_cents
        assert line.best_cents > 0 and line.source
    assert sum(line.best_cents for line in estimate.lines) == rolled.subtotal_cents
    assert rolled.subtotal_cents + rolled.contingency_cents == estimate.best_cents == rolled.total_cents
    assert 0 < estimate.low_cents < estimate.best_cents < estimate.high_cents
    assert abs(estimate.high_cents - estimate.best_cents * D("1.15")) <= len(estimate.lines) + 1
    assert estimate.variance.amount_cents == budget * 100 - estimate.best_cents
    assert sum(driver.share_pct for driver in estimate.drivers) <= D("100.3")
    for option in estimate.value_engineering.options if estimate.value_engineering else ():
        assert option.save_cents > 0 and option.total_cents + option.save_cents == estimate.best_cents


@given(kitchens, any_selections, st.sampled_from(ORDERED))
def test_a_step_up_never_costs_less(kitchen, chosen, name):
    totals = [priced(kitchen, chosen.model_copy(update={name: option})).best_cents for option in OPTIONS[name]]
    assert totals == sorted(totals)


@given(kitchens, any_selections, feet("0", "5"), st.sampled_from(["length_ft", "width_ft", "counter_run_ft"]))
def test_a_bigger_kitchen_never_costs_less(kitchen, chosen, more, name):
    bigger = kitchen.model_copy(update={name: getattr(kitchen, name) + more})
    if name == "counter_run_ft" and bigger.counter_run_ft > 24:
        return  # more counter than the smallest room may have
    assert priced(kitchen, chosen).best_cents <= priced(bigger, chosen).best_cents
