"""Small templates, each played to its end by doing what the view offers."""

from datetime import timedelta

from journeys.facts import Chose, Heard
from journeys.inputs import Choice, Choices, Money
from journeys.renovation.rough import ROOMS, SCOPES
from providers.library import library
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
