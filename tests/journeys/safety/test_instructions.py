"""No text tells how dangerous work is done, however it is dressed; what only informs is let through."""

import pytest

from journeys.inputs import Text
from journeys.safety import RULES, guarded, guarded_result, hazards_in, sentence, unsafe, withheld
from providers.pages import OUR_PAGES, read_passages
from providers.skills import registry
from tests.journeys.renovation.kitchens import inputs as kitchen_inputs
from tests.journeys.safety.told import DRESSED, HOW_TO, NO_STEPS

# Of our own pages; each is a command about work that the page leaves to others a sentence later, or that these rules read as one.
WITHHELD_PAGES = {
    "backsplash-and-tile#when-to-tile",
    "living-through-it#children-pets-and-health",
    "plaster-walls#hanging-things-and-cutting-openings",
    "roofing#solar-skylights-and-trusses",
}


@pytest.mark.parametrize("dress", DRESSED)
@pytest.mark.parametrize(("name", "text"), HOW_TO)
def test_a_text_that_tells_how_is_withheld_however_it_is_dressed(name: str, text: str, dress: str) -> None:
    verdict = unsafe(dress.format(text))
    assert verdict is not None
    assert verdict.withheld


@pytest.mark.parametrize("text", NO_STEPS)
def test_what_informs_forbids_or_sends_to_somebody_is_let_through(text: str) -> None:
    verdict = unsafe(text)
    assert verdict is None or not verdict.withheld


@pytest.mark.parametrize(
    ("hazard", "text"),
    [
        ("gas", "Unscrew it and cap it."),
        ("gas", "Close the valve, unscrew the line and cap it."),
        ("gas", "That is no trouble at all for a handy person."),
        ("gas", "To extend the line, cut the pipe, thread both ends and install a tee."),
        ("structural", "Yes, go ahead, it's an easy job."),
        ("structural", "You won't need an engineer for that; a contractor is enough."),
        ("gas", "Zuerst schraubst du den Schlauch ab, dann dichtest du das neue Gewinde mit Hanf ab und ziehst es fest."),
    ],
)
def test_an_answer_to_a_dangerous_question_neither_tells_how_nor_lets_go(hazard: str, text: str) -> None:
    verdict = unsafe(text, [hazard], answers=True)
    assert verdict is not None
    assert verdict.withheld


def test_an_answer_that_says_who_does_it_and_one_about_mould_are_let_through() -> None:
    assert unsafe("That is work for a licensed gas fitter.", ["gas"], answers=True) is None
    assert unsafe("Wear gloves and dry it well.", ["mould"], answers=True) is None


def test_our_own_pages_pass_but_for_those_that_are_named() -> None:
    passages = read_passages(OUR_PAGES)
    assert {p.id for p in passages if (verdict := unsafe(p.text)) and verdict.withheld} == WITHHELD_PAGES
    assert len(WITHHELD_PAGES) / len(passages) < 0.01


def test_what_people_ask_our_pages_is_answered_by_them() -> None:
    """Each section against the four questions that it says it answers, which flag many a message."""
    asked = [(p, question) for p in read_passages(OUR_PAGES) for question in p.asked if p.id not in WITHHELD_PAGES]
    assert [p.id for p, question in asked if (verdict := unsafe(p.text, hazards_in(question))) and verdict.withheld] == []


def test_only_the_paragraph_that_tells_how_is_replaced() -> None:
    text = "Your kitchen.\n\nShut the valve and unscrew the gas line.\n\nIt costs about $2,000."
    assert guarded(text, country="US") == f"Your kitchen.\n\n{withheld('gas', '', 'US')}\n\nIt costs about $2,000."


def test_what_tells_how_only_as_a_whole_is_replaced_as_a_whole() -> None:
    text = "The gas line is behind the range.\n\nUnscrew it.\n\nThen cap it with a plug."
    assert guarded(text, country="US") == withheld("gas", "", "US")


def test_careful_work_is_shown_with_its_warning_once() -> None:
    text = "Swap the light fixture on the first day."
    shown = guarded(text, country="US")
    assert shown == f"{text}\n\n{sentence('fixture_swap', 'US')}"
    assert guarded(shown, country="US") == shown
    assert guarded(text, said=["fixture_swap"]) == text


def test_a_result_keeps_its_shape_and_loses_its_steps() -> None:
    body = {"headline": "Weekend plan", "hours": 6, "steps": [{"do": "Unscrew the gas line and cap it.", "n": 1}, {"do": "Paint.", "n": 2}]}
    shown = guarded_result(body, country="US")
    assert shown["steps"] == [{"do": withheld("gas", "", "US"), "n": 1}, {"do": "Paint.", "n": 2}]
    assert (shown["headline"], shown["hours"]) == ("Weekend plan", 6)
    assert guarded_result({"steps": ["The gas line first.", "Unscrew it.", "Cap it."]}) == {"steps": [withheld("gas")]}


def test_a_take_off_and_an_estimate_are_shown_as_they_were_made() -> None:
    inputs = {**kitchen_inputs(), "currency": Text(text="USD")}
    take_off = registry().skills["take_off"].make(inputs, {})
    estimate = registry().skills["estimate"].make(inputs, {"take_off": take_off})
    assert guarded_result(take_off) == take_off
    assert guarded_result(estimate) == estimate


@pytest.mark.parametrize("name", RULES)
def test_our_own_sentences_are_never_withheld(name: str) -> None:
    for text in (sentence(name, "US"), withheld(name, "homeowner", "US"), withheld(name, "contractor", "US")):
        verdict = unsafe(text, [name], answers=RULES[name].level == "prohibited" and not RULES[name].happening)
        assert verdict is None or not verdict.withheld, text


def test_a_guide_is_one_whoever_is_said_to_follow_it() -> None:
    guide = (
        "This is how a gas line is moved. The fitter unscrews the union with two wrenches. He then wraps the thread with tape. "
        "The new pipe is tightened at the elbow. Last, she loosens the regulator and caps the old stub."
    )
    verdict = unsafe(guide)
    assert verdict is not None
    assert verdict.withheld
    assert unsafe("This is how a gas line is moved. The fitter unscrews the union, tests the new pipe, and shows you the result.") is None
