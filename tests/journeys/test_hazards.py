"""What can hurt somebody is found by code, in the message, whatever a model says."""

import pytest

from journeys.hazards import HAZARDS, hazards_in, may_be_said

SPOKEN_OF = [
    ("I smell gas near the stove", "gas"),
    ("can we move the gas line to the island ourselves?", "gas"),
    ("it smells like rotten eggs behind the range", "gas"),
    ("can I knock down the wall to the dining room?", "structure"),
    ("is that a load-bearing wall", "structure"),
    ("we want to cut through a joist for the vent", "structure"),
    ("there's a popcorn ceiling from 1965", "asbestos"),
    ("the outlet sparks when I plug in the kettle", "electricity"),
    ("I'd like to add two outlets on the island", "electricity"),
    ("can I swap the breaker panel myself?", "electricity"),
    ("we will sand the old paint off the trim", "lead"),
    ("there is black mold under the sink", "mould"),
]
HARMLESS = [
    "Hi, I'd like to redo my kitchen in Seattle, 98101. The cabinets are falling apart.",
    "how long does a kitchen renovation take?",
    "It's 14.5 x 12 ft and there are 22.5 feet of countertop",
    "semi-custom cabinets, quartz counters, tile floor and mid-range appliances",
    "do I need a permit to move the sink 3 feet?",
    "paint the walls white",
    "we'll hire a contractor",
    "our lead time is six weeks",
    "a gas range or an induction one?",
]


@pytest.mark.parametrize(("message", "hazard"), SPOKEN_OF)
def test_a_message_that_speaks_of_a_hazard_is_flagged(message: str, hazard: str) -> None:
    assert hazard in hazards_in(message)


@pytest.mark.parametrize("message", HARMLESS)
def test_an_ordinary_message_is_not(message: str) -> None:
    assert hazards_in(message) == []


def test_about_what_is_forbidden_a_reply_must_send_the_person_to_somebody() -> None:
    assert not may_be_said("Close the valve, unscrew the line and cap it.", ["gas"])
    assert may_be_said("That is work for a licensed gas fitter.", ["gas"])
    assert may_be_said("Wear gloves and dry it well.", ["mould"])


def test_every_warning_is_whole_sentences() -> None:
    assert all(hazard.sentence.endswith(".") and hazard.sentence[0].isupper() for hazard in HAZARDS.values())
