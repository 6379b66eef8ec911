"""What can hurt somebody is found by code, in the message, however it is asked and whoever asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.safety import RULES, classify, hazards_in, is_forbidden, work_stops, year_built_in
from tests.journeys.safety.phrases import FALSE_ALARMS, FAMILIES, HARMLESS, WISHES, asked

SPOKEN_OF = [
    ("I smell gas near the stove", "gas_leak"),
    ("can we move the gas line to the island ourselves?", "gas"),
    ("it smells like rotten eggs behind the range", "gas_leak"),
    ("Can I turn the gas back on myself once the smell has gone?", "gas"),
    ("can I knock down the wall to the dining room?", "structural"),
    ("is that a load-bearing wall", "structural"),
    ("we want to cut through a joist for the vent", "structural"),
    ("Can I knock through between my kitchen and dining room?", "structural"),
    ("Can you tell from a picture whether this wall can come down?", "structural"),
    ("there's a popcorn ceiling from 1965", "asbestos"),
    ("tile demo in our 1970 house", "asbestos"),
    ("the outlet sparks when I plug in the kettle", "power_fault"),
    ("burn marks on socket is it bad", "power_fault"),
    ("I'd like to add two outlets on the island", "electrical"),
    ("can I swap the breaker panel myself?", "electrical"),
    ("how do I swap the light over the vanity?", "fixture_swap"),
    ("we will sand the old paint off the trim", "lead"),
    ("there is black mold under the sink", "mould"),
    ("the wall behind the tub feels soft", "mould"),
    ("do I need a permit to move the sink 3 feet?", "plumbing_major"),
    ("can I climb up and replace a few shingles?", "roof"),
    ("how do I clean the gutters myself", "height"),
    ("a pipe burst in the kitchen!", "water_leak"),
    ("the dryer is on fire", "fire"),
    ("my wife cut her hand badly and is bleeding", "injury"),
    ("the carbon monoxide alarm went off", "carbon_monoxide"),
    ("the roofer wants everything paid upfront", "upfront_payment"),
]


@pytest.mark.parametrize(("message", "hazard"), SPOKEN_OF)
def test_a_message_that_speaks_of_a_hazard_is_flagged(message: str, hazard: str) -> None:
    assert hazard in hazards_in(message)


@pytest.mark.parametrize("name", WISHES)
@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_dangerous_work_is_found_however_it_is_asked_for(name: str, family: str, data: st.DataObject) -> None:
    wish = WISHES[name]
    text = data.draw(asked(wish, family))
    levels = {finding.rule: finding.level for finding in classify(text, wish.year)}
    assert wish.rule in levels
    assert is_forbidden(levels[wish.rule])


@given(st.text(max_size=300), st.one_of(st.none(), st.integers(1700, 2040)))
def test_any_text_is_read_and_each_rule_is_named_once(text: str, year: int | None) -> None:
    found = hazards_in(text, year)
    assert len(found) == len(set(found))
    assert set(found) <= set(RULES)


def test_harmless_messages_are_flagged_only_where_the_list_says_so() -> None:
    flagged = {message: found[0] for message in HARMLESS if (found := hazards_in(message))}
    assert flagged == FALSE_ALARMS
    assert len(set(HARMLESS)) >= 80
    assert len(flagged) / len(HARMLESS) < 0.05


def test_what_happens_now_is_said_first_and_then_what_is_most_dangerous() -> None:
    found = hazards_in("I moved the sink, cut a joist, and now a pipe has burst")
    assert found == ["water_leak", "structural", "plumbing_major"]


def test_old_material_depends_on_the_year() -> None:
    text = "How would I go about removing old tile"
    assert hazards_in(text, 1965) == ["asbestos"]
    assert hazards_in(text, 1995) == []
    assert hazards_in(text) == ["old_material"]
    assert hazards_in(f"{text} in a house built in 1962", 1995) == ["asbestos"], "the older of the two counts"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("our house was built in 1962", 1962),
        ("a 1920s bungalow", 1920),
        ("tile demo in a 1970 house", 1970),
        ("a 60's bathroom", 1960),
        ("the roof was replaced in 2019", None),
        ("about 1970 dollars", None),
    ],
)
def test_a_message_may_say_how_old_the_home_is(text: str, year: int | None) -> None:
    assert year_built_in(text) == year


@pytest.mark.parametrize(
    ("report", "rule", "says"),
    [
        ("I took the vanity off and there are black spots all over the drywall", "mould", "Stop"),
        ("the wall behind the tub feels soft and mushy", "mould", "Stop"),
        ("it's wet behind the tile, something drips", "mould", "Stop"),
        ("the tile next to the tub cracked and sounds hollow", "mould", "water behind it"),
        ("there are five wires in the box and the colors are odd", "electrical", "breaker off"),
        ("found scorched wires", "power_fault", "electrician"),
        ("there is cloth-covered wiring without a ground", "electrical", "electrician"),
        ("under the floor there is black mastic", "asbestos", "laboratory"),
        ("the ceiling sags since I took the post out", "structural", "engineer"),
        ("I smell gas now", "gas_leak", "911"),
    ],
)
def test_what_is_found_in_the_middle_of_the_work_stops_it(report: str, rule: str, says: str) -> None:
    stop = work_stops(report, country="US")
    assert stop is not None
    assert stop.rule == rule
    assert says in stop.sentence


@pytest.mark.parametrize("report", ["the first coat is dry", "the new light hangs and works", "I need one more gallon of paint"])
def test_work_that_goes_well_goes_on(report: str) -> None:
    assert work_stops(report) is None
