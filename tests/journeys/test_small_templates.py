"""Small templates, each played to its end by doing what the view offers."""

from journeys.facts import Chose, Skipped
from journeys.inputs import Choice
from journeys.renovation.fit import KINDS
from journeys.renovation.rough import ROOMS
from journeys.template import Template
from providers.library import library
from providers.skills import registry
from tests.factories import Play


def option_ids(template: Template, name: str) -> set[str]:
    need = template.need(name)
    assert need is not None
    return {option.id for option in need.options}


def test_a_quick_design_check_measures_again_until_enough_is_known_and_tries_another_product() -> None:
    template = library().templates["quick_design_check"]
    assert option_ids(template, "fixture_kind") == set(KINDS)
    play = Play(template, versions=registry().versions())
    play.go_on(lambda p: p.state.asked == "quality_decision")
    play.tell(Chose(step="quality", option="measure"))
    assert (play.state.focus, play.statuses["quality"], play.statuses["design"]) == ("room", "stale", "pending")
    play.give("room_size", n=1)
    assert play.versions_made() == {("quality", "estimate_confidence"): 2}, "the new measures are judged anew"
    play.go_on(lambda p: p.state.asked == "products_decision")
    play.tell(Chose(step="products", option="another"))
    play.give("product_width", n=1)
    assert play.versions_made()["products", "fixture_fit"] == 2
    play.go_on()
    assert play.state.status == "completed"
    assert play.state.steps["products"].chosen == "take"


def test_a_design_comparison_goes_on_with_the_directions_there_are_and_begins_again_three_times_at_most() -> None:
    template = library().templates["design_comparison"]
    assert option_ids(template, "room") == set(ROOMS)
    play = Play(template, versions=registry().versions())
    play.give("room", "wishes")
    opened = {step_id for step_id, status in play.statuses.items() if status == "open"}
    assert opened == {"conservative", "moderate", "bold"}, "the three stand side by side"
    play.give("moderate_design", "bold_design")
    play.tell(Skipped(step="conservative"))
    for _ in range(3):
        play.tell(Chose(step="compare", option="again"))
        assert play.state.focus == "brief"
        play.give("wishes", n=play.state.steps["compare"].went["again"])
    assert {action.params["option"] for action in play.seen.actions if action.action == "decide"} == {
        "conservative",
        "moderate",
        "bold",
        "mix",
    }
    play.go_on()
    assert play.state.status == "completed"
    assert play.statuses["conservative"] == "skipped"
    assert isinstance(play.state.inputs["room"], Choice)
    assert play.versions_made() == {("brief", "rough_range"): 1}, "other wishes cost nothing else"
