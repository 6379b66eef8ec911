"""As whom somebody speaks, and whether a question was asked before."""

import pytest

from journeys.personas import signature, sounds_like


@pytest.mark.parametrize(
    ("text", "persona"),
    [
        ("I'm a licensed contractor and my client wants the basement done", "contractor"),
        ("Can you do the takeoff and the scope of work for me?", "contractor"),
        ("My tenants leave in May", "investor"),
        ("What cap rate and cash flow would that give?", "investor"),
        ("I'll do the work myself", "diy_worker"),
        ("Which tools do I need, and is there a tutorial?", "diy_worker"),
        ("I want to hire someone for this, somebody to pay a pro to do it", "homeowner"),
        ("help me get a quote", None),
        ("Quartz, please", None),
        ("I'm a contractor, and my tenants complain", None),  # two at once: neither stands out
    ],
)
def test_a_persona_is_heard_where_its_words_stand_out_and_only_then(text: str, persona: str | None) -> None:
    assert sounds_like(text) == persona


def test_the_same_question_in_other_order_and_form_has_one_signature() -> None:
    first = signature("How long does the demolition take?")
    assert first
    assert signature("the demolition: how long does it take??") == first
    assert signature("What does a permit cost?") != first


def test_a_message_that_speaks_of_nothing_has_none() -> None:
    assert signature("and what about it?") == ""
