"""The offline writer: a sentence for every line, values as people write them, sources carried, and nothing that it was not told."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from journeys import engine
from journeys.facts import Chose, Gave, WentBack
from journeys.inputs import Choice, Money, Text
from journeys.messages import Line
from journeys.state import JourneyState
from journeys.view import actions
from journeys.vocabulary import ACTIONS, INTENTS
from providers.base import Passage
from providers.library import library
from providers.offline.sentences import SENTENCES
from providers.offline.writer import OfflineWriter
from providers.skills import registry
from tests.factories import Play, a_state, a_template, at_the_decision, kitchen, said
from tests.journeys.renovation.kitchens import inputs as kitchen_inputs

QUARTZ = Passage(
    id="countertops#3", title="Countertops", text="Quartz needs no sealing.", source="trade page", date_read="2026-01-02", region="US"
)


def written(play: Play, *say: Line, passages: tuple[Passage, ...] = (), results: Any = None) -> str:
    return OfflineWriter().write(play.template, play.state, say, results or {}, passages).text


def at_the_kitchen_estimate() -> tuple[Play, dict[tuple[str, str], dict[str, Any]]]:
    """A kitchen whose take-off and estimate were really calculated."""
    play = Play(kitchen())
    values = {**kitchen_inputs(), "goal": Text(text="more light"), "style": Choice(option="modern")}
    play.tell(Gave(inputs={name: value for name, value in values.items() if play.template.need(name)}))
    run = registry().skills
    take_off = run["take_off"].make(play.state.inputs, {})
    estimate = run["estimate"].make({**play.state.inputs, "currency": Text(text="USD")}, {"take_off": take_off})
    return play, {("take_off", "take_off"): take_off, ("estimate", "estimate"): estimate}


def a_line(code: str) -> Line:
    """The line as the engine says it of the small job."""
    about = {
        "out_of_bounds": "wall",
        "question": "ask_question",
        "how_to": "pause",
        "made": "amount",
        "cant_skip": "room",
        "hazard": "gas",
        "withheld": "gas",
    }
    names = {"welcome_back": ["15"], "noted": ["goal"], "clarify": ["skip", "go_back"], "made": ["take_off"], "went_back": ["amount"]}
    about |= {"intake": "room", "news": "quote_received", "offered": "investor", "switched": "investor", "stays": "homeowner"}
    names |= {"intake": ["wall", "look"], "spent": ["other_room"], "news": ["Anna"], "started": ["c1"], "child_ended": ["c1"]}
    about |= {"over_budget": "ask", "torn": "look", "made_good": "3", "given_up": "3", "let_go": "3"}
    names |= {"over_budget": ["journey", "10.00"], "budget_set": ["10.00"], "torn": ["a", "b"], "not_taken": ["wall"]}
    chosen = {"chosen": ["accept"], "default_chosen": ["accept"]}
    return Line(code=code, about=about.get(code, "price"), names={**names, **chosen}.get(code, []))


# --- every line ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_line_is_a_sentence(code: str) -> None:
    play, results = at_the_decision(), at_the_kitchen_estimate()[1]
    alone = written(play, a_line(code), results={("amount", "take_off"): results["take_off", "take_off"]})
    said_first = alone.removesuffix("Do you accept it?").strip()
    assert re.fullmatch(r"[A-Z0-9].*[^,;: ]", said_first, re.DOTALL), said_first
    assert "None" not in alone
    assert "  " not in alone.partition("|")[0]
    assert alone.endswith("Do you accept it?"), "the open question stands at the end"


@pytest.mark.parametrize("make", [lambda: Play(), at_the_decision, lambda: Play(kitchen())], ids=["new", "deciding", "kitchen"])
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_no_line_fails_in_a_state_it_was_not_made_for(code: str, make: Callable[[], Play]) -> None:
    play = make()
    steps = [play.template.steps[0].id, play.template.steps[-1].id]
    for about in steps if code not in ("how_to",) else ["pause", "abandon"]:
        assert written(play, a_line(code).model_copy(update={"about": about}))


def test_there_is_always_something_said() -> None:
    play = Play()
    play.go_on()
    assert written(play) == "Done: wish, room, amount, price, extras, who."
    assert written(Play(state=a_state(), template=a_template())).startswith("Nothing is settled yet. Still to come: wish, room")


@pytest.mark.parametrize("action", sorted({"pause", "abandon"}))
def test_what_a_passing_word_does_not_do_is_told_by_the_name_of_its_action(action: str) -> None:
    assert ACTIONS[action].lower() in written(Play(), Line(code="how_to", about=action))


def test_what_was_not_understood_is_asked_back_in_the_words_of_the_vocabulary() -> None:
    text = written(Play(), Line(code="clarify", names=["skip", "nonsense", "go_back"]))
    assert text.startswith(f"I'm not sure what you mean. Did you want to {INTENTS['skip'].title} or {INTENTS['go_back'].title}?")


def test_a_reply_ends_with_the_question_and_carries_what_can_be_done() -> None:
    play = at_the_decision()
    reply = OfflineWriter().write(play.template, play.state, [Line(code="status")], {}, [])
    assert reply.text.split("\n\n") == ["Done: wish, room, amount. Still to come: price, extras, who.", "Do you accept it?"]
    assert (reply.questions, reply.actions) == (["Do you accept it?"], actions(play.template, play.state))


def test_a_blocked_step_is_told_again_whatever_else_is_said() -> None:
    play = Play(refuses=lambda run: "That wall is too short.")
    play.give("goal")
    play.give("wall", "look", "island")
    problem = "Amount can't be worked out: That wall is too short. You can change what it builds on and I will try again at once."
    assert written(play, *play.said).count(problem) == 1
    assert written(play, Line(code="small_talk")).endswith(problem)
    play.tell(said("ask_status"))
    assert written(play, *play.said).endswith(problem)


# --- values --------------------------------------------------------------------------------------------------------------
def test_a_sum_without_a_currency_is_in_the_journeys() -> None:
    play = Play(state=a_state(currency="CAD", inputs={"budget": Money(low_cents=0, high_cents=100_00)}))
    assert "budget: up to 100 CAD." in written(play, Line(code="noted", names=["budget"]))


def test_what_was_noted_is_repeated_with_its_title_so_that_a_misreading_is_seen() -> None:
    play = at_the_decision()
    assert written(play, Line(code="noted", names=["wall", "look"])).startswith("Noted — wall: 2 ft; look: a.\n\n")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("wall", "(I expect at least 2 and at most 80)"), ("look", "(I expect one of: a, b)"), ("goal", "right to me, so I left")],
)
def test_what_was_left_out_is_told_with_what_was_expected(name: str, expected: str) -> None:
    text = written(Play(), Line(code="out_of_bounds", about=name))
    assert expected in text
    assert "()" not in text
    assert "expect )" not in text


def test_styles_that_clash_are_named_with_what_each_means_and_three_that_hold_together() -> None:
    said = written(Play(kitchen()), Line(code="torn", about="style", names=["modern", "farmhouse"]))
    assert "modern and farmhouse, and they pull apart: modern means flat fronts" in said
    assert "Each of these holds together by itself: modern, farmhouse, transitional." in said
    assert "You named a and b, and I can go on with one of them." in written(Play(), Line(code="torn", about="look", names=["a", "b"]))


def test_what_lies_outside_leaves_the_journey_where_it_is_and_offers_to_take_in_what_it_changes() -> None:
    said = written(Play(kitchen()), Line(code="out_of_scope"))
    for promise in ("no advice on loans", "stays where it is", "tell me the new figure"):
        assert promise in said


def test_going_back_tells_what_there_was_and_what_is_looked_at_again() -> None:
    play = at_the_decision()
    say = play.tell(WentBack(step="room"))
    assert written(play, *say) == (
        "Back to room. So far — wall: 2 ft; look: a. Tell me what changes, or say “keep it”. To be looked at again after that: "
        "amount, price. Nothing is lost: what does not change is used again.\n\nWhich wall?"
    )


@pytest.mark.parametrize("code", ["default_chosen", "skipped"])
def test_a_way_back_is_promised_only_where_there_is_one(code: str) -> None:
    play = at_the_decision()
    assert "You can go back to it." in written(play, a_line(code))
    play.go_on()
    assert "go back" not in written(play, a_line(code))


# --- results and sources -------------------------------------------------------------------------------------------------
def test_a_result_is_shown_as_it_was_calculated_with_its_source() -> None:
    play, results = at_the_kitchen_estimate()
    say = [Line(code="made", about="take_off", names=["take_off"]), Line(code="made", about="estimate", names=["estimate"])]
    reply = OfflineWriter().write(play.template, play.state, say, results, [])
    for key, body in results.items():
        assert body["headline"] in reply.text
        assert body["citation"] in reply.text
        assert (f"{key[0]}.{key[1]}", body["citation"]) in {(citation.id, citation.source) for citation in reply.citations}


def test_the_sums_of_a_reply_are_those_of_the_estimate_and_no_others() -> None:
    play, results = at_the_kitchen_estimate()
    text = written(play, Line(code="made", about="estimate", names=["estimate"]), results=results)
    body = results["estimate", "estimate"]
    assert f"${body['roll_up']['total_cents'] // 100:,}" in text
    assert "$" not in written(play, Line(code="made", about="estimate", names=["estimate"])), "no result at hand, no sums"


def test_an_answer_is_the_passages_with_their_sources() -> None:
    play = at_the_decision()
    reply = OfflineWriter().write(play.template, play.state, [Line(code="question", about="ask_question")], {}, [QUARTZ])
    assert reply.text.startswith("Quartz needs no sealing. [1]\n\nSources: [1] Countertops, trade page.")
    assert [citation.model_dump() for citation in reply.citations] == [
        {"id": "countertops#3", "title": "Countertops", "source": "trade page", "date_read": "2026-01-02"}
    ]


def test_passages_that_are_not_quoted_are_not_cited() -> None:
    reply = OfflineWriter().write(kitchen(), Play(kitchen()).state, [Line(code="small_talk")], {}, [QUARTZ])
    assert reply.citations == []
    assert "Quartz" not in reply.text


def test_a_question_without_a_passage_is_not_guessed_at() -> None:
    text = written(Play(), Line(code="question", about="ask_question"))
    assert text.startswith("I don't have that in my pages, so I won't guess.")


def test_a_price_asked_for_too_early_names_what_is_missing_and_no_sum() -> None:
    text = written(Play(), Line(code="question", about="estimate_cost"))
    assert text.startswith("I price from your own measures and choices, not from a guess. I still need: goal, wall, look.")
    assert "$" not in text


def test_a_price_asked_for_again_is_the_one_that_was_worked_out() -> None:
    play = at_the_decision()  # whatever later steps still ask for
    assert written(play, Line(code="question", about="estimate_cost")).startswith("As I last worked it out: estimate 1.")


def test_a_contractors_price_is_told_as_a_homeowners_is() -> None:
    play = Play(library().templates["contractor_scoping"])
    assert "I still need: what the client wants" in written(play, Line(code="question", about="estimate_cost"))
    play.go_on(lambda play: play.state.focus == "proposal" and play.state.steps["proposal"].status == "waiting")
    assert written(play, Line(code="question", about="estimate_cost")).startswith(
        "As I last worked it out: contractor_estimate 1; proposal 1."
    )


def test_the_end_lists_what_was_made_and_chosen_and_not_what_was_skipped() -> None:
    play = at_the_decision()
    play.tell(Chose(step="price", option="accept"))
    play.tell(said("skip"))
    play.tell(Chose(step="who", option="we"))
    assert play.state.status == "completed"
    text = written(play, *play.said)
    assert text.split("\n\n")[-1].splitlines()[1:] == ["- Amount: take_off 1", "- Price: estimate 1", "- Price: accept", "- Who: we"]


def test_a_reply_says_nothing_that_is_not_in_what_it_was_handed() -> None:
    """Every number of a reply stands in the state, the template, the lines, the results or the passages."""
    play, results = at_the_kitchen_estimate()
    say = [
        *(a_line("noted").model_copy(update={"names": list(play.state.inputs)}),),
        Line(code="status"),
        Line(code="question", about="ask_question"),
    ]
    reply = OfflineWriter().write(play.template, play.state, say, {}, [QUARTZ])
    handed = f"{play.template.model_dump_json()} {play.state.model_dump_json()} {QUARTZ.model_dump_json()} {say}"
    for number in re.findall(r"\d[\d,.]*\d|\d{2,}", reply.text):
        digits = number.replace(",", "").rstrip(".")
        assert digits in handed or f"{digits}00" in handed, number
    assert not results.keys() & {citation.id for citation in reply.citations}


def test_a_state_without_a_focus_is_written_too() -> None:
    state: JourneyState = a_state(focus=None)
    assert OfflineWriter().write(a_template(), state, [], {}, []).text
    assert engine.reader_needs(a_template(), state)


def test_what_it_costs_is_answered_with_a_range_and_its_source_before_anything_is_measured() -> None:
    newest = library().newest("kitchen_renovation")
    assert newest
    text = written(Play(newest), Line(code="question", about="estimate_cost"))
    assert "A kitchen costs roughly $18,000-$22,000" in text
    assert "Source: HomeView price book, illustrative" in text
    assert "I still need: what you want, where the home is" in text
    elsewhere = Play(newest, state=a_state(newest, currency="EUR"))
    assert "roughly" not in written(elsewhere, Line(code="question", about="estimate_cost")), "no price is made up for another currency"
