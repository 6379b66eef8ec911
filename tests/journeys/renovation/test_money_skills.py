import typing
from decimal import Decimal as D

import pytest

from journeys.inputs import Choice, Choices, Count, Kind, Length, Money, Percent, Place, RoomSize, Text
from journeys.renovation.errors import BadSum, CannotEstimate, MissingInput, OtherCountry, UnknownChoice, UnpricedCurrency, WrongInputKind
from journeys.renovation.money_pages import PAGES
from journeys.renovation.money_skills import SKILLS
from journeys.renovation.pages import as_text
from journeys.renovation.pricing.work import OPTIONS
from tests.journeys.renovation.bids import MAKE, VALUES, all_results, run, usd_of
from tests.journeys.renovation.test_skills import no_floats

ids = [manifest.id for manifest, _ in SKILLS]
RESULTS = all_results()


def test_every_skill_has_a_page_and_values_to_test_with():
    assert len(ids) == len(set(ids)) == len(MAKE)
    assert set(ids) == set(PAGES) == set(VALUES)


@pytest.mark.parametrize(("manifest", "make"), SKILLS, ids=ids)
def test_a_skill_names_each_input_once_and_takes_only_what_is_made(manifest, make):
    assert not set(manifest.inputs) & set(manifest.optional)
    assert {*manifest.inputs.values(), *manifest.optional.values()} <= set(typing.get_args(Kind))
    elsewhere = {"estimate", "basement_take_off", "bathroom_take_off"}
    assert {*manifest.takes, *manifest.may_take} <= set(ids) | elsewhere


@pytest.mark.parametrize("skill", ids)
def test_a_result_is_json_without_floats_and_has_headline_citation_and_page(skill):
    result = RESULTS[skill]
    assert no_floats(result)
    assert 20 < len(result["headline"]) <= 300 and result["headline"].endswith(".")
    assert result["citation"]
    page = as_text(skill, result)
    assert page.startswith(result["headline"]) and f"Source: {result['citation']}." in page
    assert "_pct" not in page and "None" not in page


@pytest.mark.parametrize("skill", ids)
def test_the_same_values_give_the_same_result(skill):
    earlier = {name: RESULTS[name] for name in ids if name != skill}
    assert run(skill, earlier) == run(skill, earlier)


@pytest.mark.parametrize("skill", ids)
def test_without_a_currency_nothing_is_priced_and_other_currencies_are_refused(skill):
    with pytest.raises(MissingInput, match="currency"):
        run(skill, RESULTS, currency=None)
    with pytest.raises(UnpricedCurrency, match="CAD"):
        run(skill, RESULTS, currency=Text(text="CAD"))


@pytest.mark.parametrize(("manifest", "make"), SKILLS, ids=ids)
def test_what_a_skill_needs_is_asked_for_by_name(manifest, make):
    for name in manifest.inputs:
        with pytest.raises(MissingInput, match=name.replace("_", " ")):
            run(manifest.id, RESULTS, **{name: None})
    for taken in manifest.takes:
        with pytest.raises(MissingInput, match=taken.replace("_", " ")):
            run(manifest.id, {name: body for name, body in RESULTS.items() if name != taken})
        with pytest.raises(BadSum, match="made again"):
            run(manifest.id, {**RESULTS, taken: {"headline": "?"}})


@pytest.mark.parametrize(("manifest", "make"), SKILLS, ids=ids)
def test_a_value_of_another_kind_is_refused(manifest, make):
    for name, kind in {**manifest.inputs, **manifest.optional}.items():
        wrong = Length(feet=D(3)) if kind != "length" else Text(text="long")
        with pytest.raises((WrongInputKind, MissingInput)):
            # a cost of a change is read only beside the change
            run(manifest.id, RESULTS, **{"other_change": Text(text="A sauna"), "improvement_cost": None, name: wrong})


@pytest.mark.parametrize(
    ("skill", "changes", "error", "words"),
    [
        ("contractor_estimate", {"floor_area": None}, MissingInput, "floor area"),
        ("contractor_estimate", {"partition_run": None}, MissingInput, "partition run"),
        ("contractor_estimate", {"budget": usd_of(0)}, BadSum, "above zero"),
        ("contractor_estimate", {"budget": Money(low_cents=1, high_cents=1, currency="EUR")}, UnpricedCurrency, "EUR"),
        ("value_options", {"options": Choices(options=("nothing",))}, UnknownChoice, "nothing"),
        ("change_order", {"changes": None}, BadSum, "which change"),
        ("change_order", {"other_change": Text(text="A sauna")}, MissingInput, "other change cost"),
        ("proposal", {"payment_plan": Choice(option="all_upfront")}, UnknownChoice, "five-stages"),
        ("rough_range", {"room": Choice(option="garage")}, UnknownChoice, "Room can be bathroom, kitchen, basement"),
        ("rough_range", {"room": Choice(option="basement"), "scope": Choice(option="refresh")}, UnknownChoice, "Scope can be full"),
        ("diy_budget", {"tasks": Choices(options=("tile",))}, BadSum, "weekend"),
        ("diy_budget", {"budget": usd_of(0)}, BadSum, "above zero"),
        ("priorities", {"budget": usd_of(0)}, BadSum, "above zero"),
        ("maintenance_plan", {"roof_age": Count(count=900)}, BadSum, "900 years"),
        ("investment_baseline", {"price": usd_of(250_000, 300_000)}, BadSum, "one sum for price, not a range"),
        ("investment_baseline", {"monthly_payment": None}, BadSum, "the loan"),
        ("investment_baseline", {"units": Count(count=0)}, BadSum, "at least one unit"),
        ("rental_phasing", {"package": Choice(option="gold")}, UnknownChoice, "gold"),
        ("refinance", {"home_value": usd_of(0)}, BadSum, "above zero"),
        ("tax_education", {"place": Place(country="CA", subdivision="ON")}, OtherCountry, "US tax rules only"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(skill, changes, error, words):
    with pytest.raises(error, match=words) as refused:
        run(skill, RESULTS, **changes)
    assert isinstance(refused.value, CannotEstimate)


def test_a_basement_take_off_stands_in_for_what_nobody_said():
    lines = [
        {"item": "studs", "net": "200", "inputs": {"run_ft": "120"}},
        {"item": "drywall", "net": "2000", "inputs": {}},
        {"item": "flooring", "net": "800", "inputs": {}},
        {"item": "doors", "net": "5", "inputs": {"doors": "5"}},
    ]
    made = run("contractor_estimate", {"basement_take_off": {"lines": lines}}, floor_area=None, partition_run=None)
    assert made["basement"] | {"floor_sqft": "800", "partition_ft": "120", "drywall_sqft": "2000", "doors": 5} == made["basement"]
    assert run("contractor_estimate", {"basement_take_off": {"lines": lines}}, doors=Count(count=7))["basement"]["doors"] == 7
    assert not any("Nobody" in said and "drywall" in said for said in made["assumptions"])
    with pytest.raises(BadSum, match="basement take off"):
        run("contractor_estimate", {"basement_take_off": {"lines": [{"item": "studs", "net": "many", "inputs": {}}]}})


def test_a_bathroom_take_off_gives_its_own_areas():
    lines = [{"item": "paint", "net": "1", "inputs": {"area_sqft": "150"}}, {"item": "wall_tile", "net": "45", "inputs": {}}]
    made = run("bathroom_estimate", {"bathroom_take_off": {"lines": lines}})
    assert (made["measures"]["paint_sqft"], made["measures"]["wall_tile_sqft"]) == ("150", "45")


def test_scopes_are_those_of_the_kitchens_template():
    for scope in OPTIONS["scope"]:
        assert run("bathroom_estimate", scope=Choice(option=scope))["scope"] == scope
        assert len(run("rough_range", scope=Choice(option=scope))["ranges"]) == 1


def test_the_loan_follows_from_rate_and_years_where_no_payment_is_known():
    loan = {"monthly_payment": None, "interest_rate": Percent(percent=D(7)), "term_years": Count(count=30)}
    assert round(run("investment_baseline", **loan)["property"]["loan"]["payment_cents_a_month"] / 100) == 1_422
    cash = run("investment_baseline", monthly_payment=None, down_payment=Percent(percent=D(100)))
    assert cash["property"]["loan"]["payment_cents_a_month"] == 0


def test_a_budget_stands_beside_the_estimate_else_beside_a_rough_range():
    beside = run("budget_check", {"contractor_estimate": RESULTS["contractor_estimate"]})
    assert beside["cost_cents"] == RESULTS["contractor_estimate"]["best_cents"]
    with pytest.raises(MissingInput, match="scope"):
        run("budget_check", {"rough_range": RESULTS["rough_range"]})
    rough = run("budget_check", {"rough_range": run("rough_range", scope=Choice(option="full"))})
    assert (rough["cost_cents"], rough["routes"][1]["total_cents"]) == (61_500_00, 44_500_00)
    with pytest.raises(MissingInput, match="rough range"):
        run("budget_check")


def test_a_kitchens_own_savings_are_the_cheaper_route():
    kitchen = {"best_cents": 40_000_00, "low_cents": 1, "high_cents": 50_000_00, "value_engineering": {"together_cents": 22_000_00}}
    assert run("budget_check", {"estimate": kitchen})["routes"][1]["total_cents"] == 22_000_00


def test_quotes_stand_beside_the_estimate_of_the_journey():
    with pytest.raises(MissingInput, match="estimate"):
        run("quote_comparison")
    with pytest.raises(BadSum, match="made again"):
        run("quote_comparison", {"estimate": {"best_cents": 1}})


def test_a_change_of_ones_own_can_be_signed_and_proposed():
    base = {"contractor_estimate": RESULTS["contractor_estimate"]}
    order = run("change_order", base, changes=None, other_change=Text(text="A sauna"), other_change_cost=usd_of(5_000, 7_000))
    assert order["combinations"][0]["cost"]["best_cents"] == 6_000_00
    made = run("proposal", {**base, "change_order": order}, accepted_options=None, accepted_changes=Choices(options=("other_change",)))
    assert made["price_cents"] == base["contractor_estimate"]["best_cents"] + 6_000_00


def test_a_change_order_stands_on_the_accepted_savings():
    base = {"contractor_estimate": RESULTS["contractor_estimate"]}
    less = run("change_order", base, accepted_options=Choices(options=("client_paints",)))["base_cents"]
    assert less == run("proposal", base)["price_cents"] < base["contractor_estimate"]["best_cents"]


def test_a_ceiling_that_was_said_overrides_the_rooms():
    room = RoomSize(length_ft=D(5), width_ft=D(8), height_ft=D(9))
    assert run("diy_budget", room_size=room)["paint_sqft"] == "274"
    assert run("diy_budget", room_size=room, ceiling_height=Length(feet=D(10)))["paint_sqft"] == "300"


def test_savings_that_were_accepted_are_held_against_the_maximum_on_their_own():
    taken = run("value_options", RESULTS, accepted_options=Choices(options=("prefab_shower", "client_paints")))
    assert [option["id"] for option in taken["options"]] == ["prefab_shower", "client_paints"]
    assert len(taken["subsets"]) == 3
    looked_at = run(
        "value_options", RESULTS, options=Choices(options=("fewer_lights",)), accepted_options=Choices(options=("client_paints",))
    )
    assert [option["id"] for option in looked_at["options"]] == ["fewer_lights"]
    assert len(run("value_options", RESULTS, accepted_options=Choices(options=()))["options"]) == len(
        run("value_options", RESULTS)["options"]
    )


def test_what_depends_on_earlier_results_is_asked_for_where_they_are_missing():
    with pytest.raises(MissingInput, match="loan balance"):
        run("refinance")
    assert run("refinance", loan_balance=usd_of(213_750))["cash_out_cents"] == 30_000_00
    with pytest.raises(MissingInput, match="budget"):
        run("value_options", {"contractor_estimate": run("contractor_estimate", budget=None)})
    with pytest.raises(MissingInput, match="phasing"):
        run("rental_phasing", RESULTS, phasing=None)
    assert run("tax_education")["improvement_depreciation_cents"] == 0
    assert run("tax_education", improvement_cost=usd_of(30_500))["saved_cents"] == pytest.approx(2_256_00, abs=100)
