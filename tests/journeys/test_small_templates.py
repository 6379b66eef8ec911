"""Small templates, each played to its end by doing what the view offers."""

from datetime import timedelta

from journeys.facts import Chose, Heard, Skipped
from journeys.inputs import Choice, Choices, Money
from journeys.renovation.measuring.fit import KINDS
from journeys.renovation.pricing.rough import ROOMS, SCOPES
from journeys.template import Template
from providers.library import library
from providers.skills import registry
from tests.factories import Play


def test_a_bid_request_goes_out_with_what_was_allowed_and_waits_for_the_contractors() -> None:
    template = library().templates["contractor_bid_request"]
    room, scope = template.need("room"), template.need("scope")
    assert (
        room and scope and {option.id for option in room.options} == set(ROOMS) and {option.id for option in scope.options} == set(SCOPES)
    )
    play = Play(template)
    play.go_on(lambda p: p.state.asked == "share_decision")
    assert isinstance(play.state.inputs["shared"], Choices)
    assert play.versions_made() == {("spec", "rough_range"): 1, ("brief", "budget_check"): 1}
    play.tell(Chose(step="share", option="share_other"))
    assert play.state.asked == "shared"
    play.give("shared", n=1)
    play.tell(Chose(step="share", option="go_out"))
    assert play.seen.waiting_for.who == "the contractors"
    assert "overdue" in [line.code for line in play.pass_time(timedelta(days=28))]
    play.tell(Heard(fact="quote_received", inputs={"quote_1": Money(low_cents=30_000_00, high_cents=30_000_00)}, source="Anna & Sons"))
    play.tell(Chose(step="answers", option="others"))
    assert (play.state.focus, play.statuses["answers"]) == ("match", "stale")
    play.go_on()
    assert play.state.status == "completed"
    assert isinstance(play.state.inputs["room"], Choice)


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
