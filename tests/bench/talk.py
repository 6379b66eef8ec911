"""What people say in the bench: inputs, questions, small talk, changes of mind. No two messages are the same, so each is really read.

Twelve lines a round, in an order in which a kitchen comes as far as its estimate and stays open; the next rounds change their mind.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

INPUT, QUESTION, TALK, STATUS = "input", "question", "small talk", "status"


@dataclass(frozen=True)
class Says:
    """`nth` is unique to a journey and a round of it, so that a number made of it is unique too."""

    kind: str
    text: Callable[[int], str]


def _feet(nth: int, least: int, step: str = "0.25", most: int = 40) -> str:
    return f"{least + (nth % most) * float(step):g}"


ROUND = (
    Says(
        INPUT, lambda n: f"Hi, we'd like to redo our {1950 + n % 60} kitchen in Seattle, {98101 + n % 60}. The cabinets are falling apart."
    ),
    Says(INPUT, lambda n: f"We have about ${40_000 + 100 * (n % 300):,} to spend"),
    Says(QUESTION, lambda n: f"how long does a renovation of a {90 + n % 400} sq ft kitchen take?"),
    Says(INPUT, lambda n: f"It's {_feet(n, 11)} x {_feet(n // 7, 10)} ft and there are {_feet(n, 18)} feet of countertop"),
    Says(TALK, lambda n: f"thanks, that helps me a lot after {3 + n % 500} days of reading"),
    Says(INPUT, lambda n: f"modern please, and a moderate remodel, for the {2 + n % 400} of us"),
    Says(QUESTION, lambda n: f"do I need a permit to move the sink {2 + n % 300} feet?"),
    Says(INPUT, lambda n: f"semi-custom cabinets, quartz counters, tile floor and mid-range appliances; my choice number {n}"),
    Says(QUESTION, lambda n: f"how do I live without a kitchen for {4 + n % 300} days?"),
    Says(INPUT, lambda n: f"actually our budget is ${45_000 + 100 * (n % 350):,} now"),
    Says(STATUS, lambda n: f"where are we now, after {n % 500} messages?"),
    Says(TALK, lambda n: f"good morning number {n}!"),
)


def line(journey: int, turn: int) -> tuple[str, str]:
    """Kind and text of a journey's turn, both counted from 0."""
    says = ROUND[turn % len(ROUND)]
    return says.kind, says.text(journey * 31 + turn // len(ROUND) * 7 + turn)


def mix(turns: int) -> dict[str, int]:
    """How many of each kind a journey of so many turns says."""
    return dict(Counter(ROUND[turn % len(ROUND)].kind for turn in range(turns)))
