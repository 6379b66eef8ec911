"""What is worth recalling, what comes back, and the journey so far: a person's own words, and never more than the bounds."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.facts import Chose, Gave, Skipped, WentBack
from journeys.inputs import Choice, Text
from journeys.memory import (
    EXCHANGES,
    FEWEST_WORDS,
    LIKE,
    MOST_CHARACTERS,
    RECALLED,
    SENTENCE,
    SENTENCES,
    SIDE,
    SUMMARY,
    Recalled,
    Recollection,
    as_text,
    exchange,
    is_standing,
    recalled,
    summary,
    worth_recalling,
)
from journeys.messages import MAX_MESSAGE_BYTES
from journeys.state import ResultRef
from journeys.wording import one_line
from tests.factories import NOW, Play, a_decision, a_need, a_state, a_step, a_template, a_value, at_the_decision, kitchen
from tests.journeys.renovation.kitchens import inputs as kitchen_inputs

ODD = st.text(st.sampled_from("ab .!?…\n\r\t\u2028\x00\"'’1,0/$e😀。é؀"), max_size=400)
SAID = st.one_of(st.text(max_size=400), ODD, st.builds(lambda text, times: (text * times)[:MAX_MESSAGE_BYTES], ODD, st.integers(1, 99)))


# --- what is worth recalling -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("We keep kosher. The dog is called Biscuit!", ["We keep kosher.", "The dog is called Biscuit!"]),
        ("our daughter is allergic to latex. the dog is old", ["our daughter is allergic to latex.", "the dog is old"]),
        ("Ok. Thanks a lot… We cook daily", ["Thanks a lot…", "We cook daily"]),
        ("It's 4.5 m long, i.e. too long. Nice", ["It's 4.5 m long, i.e. too long."]),
        ("Mr. Alvarez sleeps until nine. He complains.", ["Mr. Alvarez sleeps until nine."]),
        ("About 22.5 ft. The rest is 120 sq. ft. of tile.", ["About 22.5 ft.", "The rest is 120 sq. ft. of tile."]),
        ('She said "not in my house." And left for good.', ['She said "not in my house."', "And left for good."]),
        ("- no gas please\n- two   sinks, one deep", ["- no gas please", "- two sinks, one deep"]),
        ("No gas please. No gas please.", ["No gas please."]),
        ("yes", []),
        ("", []),
    ],
)
def test_a_message_is_told_apart_into_its_sentences(message: str, kept: list[str]) -> None:
    assert worth_recalling(message) == kept


@pytest.mark.parametrize(
    "question",
    [
        "Is quartz better than granite?",
        "what do you think of quartz",
        "And how much would that cost us",
        "ok, so can we keep the old floor",
        "hi there is the sink deep enough?",
        "what's the price of that",
        "do you have the drawings",
        "does it come in white",
        "Isn't that too low for a tall person",
        "“Could we move it?”",
    ],
)
def test_questions_are_not_kept(question: str) -> None:
    assert worth_recalling(question) == []


@pytest.mark.parametrize(
    "statement",
    [
        "What I want is a bright kitchen.",
        "When we moved in, the floor was already bad.",
        "Have two dogs and a baby.",
        "Do the floor before the cabinets.",
        "Which means no gas line for us.",
        "Will is my husband's name.",
    ],
)
def test_what_only_begins_like_a_question_is_kept(statement: str) -> None:
    assert worth_recalling(statement) == [statement]


def test_of_a_long_story_the_standing_facts_are_kept_before_the_rest() -> None:
    story = "".join(f"Then we walked to shop number {n}. " for n in range(9))
    kept = worth_recalling(f"{story} Our son is allergic to nuts. And we went home.")
    assert kept == [*[f"Then we walked to shop number {n}." for n in range(5)], "Our son is allergic to nuts."]


def test_what_is_dictated_without_a_full_stop_is_kept_in_parts() -> None:
    dictated = "so the counter is 12 1/2 feet and " * 20 + "my wife can't stand on tiles"
    kept = worth_recalling(dictated)
    assert len(kept) == 3
    assert kept[-1].endswith("my wife can't stand on tiles")
    assert " ".join(kept) == dictated, "nothing is lost between the parts"
    assert not any(re.search(r"(\b12|1/)$", part) for part in kept)


@pytest.mark.parametrize(
    ("sentence", "standing"),
    [
        ("My mother-in-law moves in.", True),
        ("Our daughter's allergy is bad.", True),
        ("WE CAN’T USE GAS.", True),
        ("Done by Christmas, please.", True),
        ("I like oak a lot.", False),
        ("We may march on.", False),
    ],
)
def test_standing_facts_are_known_by_their_words(sentence: str, standing: bool) -> None:
    assert is_standing(sentence) is standing


@given(SAID)
def test_whatever_was_said_what_is_kept_are_its_own_words_and_few(text: str) -> None:
    kept = worth_recalling(text)
    assert len(kept) <= SENTENCES
    assert len(set(kept)) == len(kept)
    for sentence in kept:
        assert sentence in one_line(text)
        assert len(sentence) <= SENTENCE
        assert len(sentence.splitlines()) == 1
        assert len(re.findall(r"\w+", sentence)) >= FEWEST_WORDS


# --- what is recalled ------------------------------------------------------------------------------------------------------
def a_past(*texts: str) -> list[Recalled]:
    """The newest first, as they are read."""
    return [Recalled(seq, text) for seq, text in enumerate(texts, 1)][::-1]


def test_what_is_like_the_message_comes_back_in_the_order_of_turns() -> None:
    past = a_past("oak is fine", "the sink is deep", "I like brass")
    assert recalled(past, [0.9, 0.1, 0.5], 9) == (Recalled(1, "oak is fine"), Recalled(3, "I like brass"))
    assert recalled(past, [LIKE, LIKE - 0.01, 0.0], 9) == (Recalled(3, "I like brass"),)


def test_a_third_of_the_places_is_kept_for_standing_facts() -> None:
    past = a_past("no gas, never", "my son is deaf", *[f"about oak {n}" for n in range(20)])
    found = recalled(past, [0.9] * 20 + [0.2, 0.1], 3)
    assert [old.text for old in found] == ["my son is deaf", "about oak 18", "about oak 19"]
    assert [old.text for old in recalled(past, [0.0] * 20 + [0.2, 0.1], 3)] == ["no gas, never", "my son is deaf"]


def test_what_was_said_twice_counts_once_and_as_the_later() -> None:
    assert recalled(a_past("No gas please.", "no gas please."), [0.4, 0.9], 9) == (Recalled(2, "no gas please."),)


@given(
    texts=st.lists(st.tuples(st.sampled_from(["a", "b", "my son", "the dog", "never"]), st.integers(0, 9)), max_size=40),
    data=st.data(),
    limit=st.integers(-3, 60),
)
def test_never_more_than_asked_for_nor_than_the_bound(texts: list[tuple[str, int]], data: st.DataObject, limit: int) -> None:
    past = a_past(*(f"{text} {n}" for text, n in texts))
    likeness = data.draw(st.lists(st.floats(-1, 1), min_size=len(past), max_size=len(past)))
    found = recalled(past, likeness, limit)
    assert len(found) <= max(0, min(limit, RECALLED))
    assert list(found) == sorted(found, key=lambda old: old.seq)
    assert set(found) <= set(past)
    assert len({old.text for old in found}) == len(found)


def a_recollection(texts: list[str]) -> Recollection:
    """All of these said in a conversation, and replied."""
    past = [Recalled(900_000 + seq, sentence) for seq, text in enumerate(texts) for sentence in worth_recalling(text)]
    recent = tuple(exchange(950_000 + seq, text, text[::-1]) for seq, text in enumerate(texts[-EXCHANGES:]))
    return Recollection(recalled(past[::-1], [1.0] * len(past), 1_000), recent)


@given(st.lists(SAID, max_size=12))
def test_whatever_was_said_its_size_is_bounded_and_no_line_is_theirs(texts: list[str]) -> None:
    page = as_text(a_recollection(texts))
    assert len(page) <= MOST_CHARACTERS - SUMMARY
    assert all(re.match(r"- in turn \d+(: |, they (said|were told): )|Said earlier|The latest", line) for line in page.splitlines())


@pytest.mark.parametrize("text", ["x" * MAX_MESSAGE_BYTES, "no " * 2_700, "We must have 12 1/2 ft. " * 330, "木" * 2_700, "😀 " * 1_600])
def test_the_longest_messages_fill_the_bound_and_no_more(text: str) -> None:
    long = [f"{n} {text}"[:MAX_MESSAGE_BYTES] for n in range(9)]
    page = as_text(a_recollection(long))
    assert EXCHANGES * SIDE <= len(page) <= MOST_CHARACTERS - SUMMARY


# --- the journey so far ----------------------------------------------------------------------------------------------------
def test_the_journey_so_far_says_what_is_done_given_decided_and_worked_out() -> None:
    play = at_the_decision()
    play.tell(Skipped(step="extras"))
    assert summary(play.template, play.state).splitlines() == [
        "Our job (small job), active.",
        "Steps: wish (done); room (done); amount (done); price (waits for their decision, they are here); extras (skipped); who (to come).",
        "Given: goal: “words 0”; wall: 2 ft; look: a.",
        "Worked out: amount: take_off 1; price: estimate 1.",
    ]
    play.tell(Chose(step="price", option="accept"))
    assert "Decided: price: accept." in summary(play.template, play.state)


def test_what_may_no_longer_hold_is_said_to() -> None:
    play = at_the_decision()
    play.tell(WentBack(step="room"))
    lines = summary(play.template, play.state).splitlines()
    assert "room (open, they are here); amount (to be looked at again); price (to be looked at again)" in lines[1]
    assert lines[3] == "Worked out: amount (to be looked at again): take_off 1; price (to be looked at again): estimate 1."


def test_a_step_that_is_stuck_says_why() -> None:
    play = Play(refuses=lambda run: "That wall is too short.")
    play.give("goal")
    play.give("wall", "look", "island")
    assert "amount (stuck, they are here: That wall is too short);" in summary(play.template, play.state)


def test_a_whole_kitchen_fits() -> None:
    play = Play(kitchen())
    values = {**kitchen_inputs(), "goal": Text(text="more light, and " * 20), "style": Choice(option="modern")}
    others = {need.name: a_value(need) for _, need in play.template.needs()}
    play.tell(Gave(inputs={**others, **{name: value for name, value in values.items() if play.template.need(name)}}))
    page = summary(play.template, play.state)
    assert len(page) <= SUMMARY
    assert " more." not in page, "every input has its place"
    assert "budget: $50,000" in page


@given(
    words=st.text(max_size=100).map("w".__add__),
    number=st.integers(1, 10),
    headline=st.text(max_size=400),
    status=st.sampled_from(["done", "stale", "blocked", "waiting"]),
)
def test_whatever_a_template_and_a_person_say_the_journey_so_far_is_bounded(words: str, number: int, headline: str, status: Any) -> None:
    steps = [
        a_step(f"s{n}", title=words, needs=[a_need(f"n{n}", title=words)], decision=a_decision(options=[{"id": "a", "title": words}]))
        for n in range(number)
    ]
    template = a_template(title=words, steps=steps)
    state = a_state(template, title=words * 9, inputs={need.name: Text(text=words) for _, need in template.needs()})
    ref = ResultRef(version=1, inputs_hash="h", made_with="1", headline=headline, made_at=NOW)
    for step in template.steps:
        state.set_step(step.id, status=status, chosen="a", refused={"h": headline}, results={"estimate": ref})
    page = summary(template, state)
    assert len(page) <= SUMMARY
    assert len(page.splitlines()) <= 5


def test_no_number_of_the_journey_so_far_is_cut() -> None:
    sums = " and ".join(f"{n}00,000" for n in range(1, 60))
    template = a_template()
    for length in range(60, 90):
        state = a_state(template, inputs={"goal": Text(text=("x" * length + sums)[:500])})
        numbers = re.findall(r"\d[\d,]*\d", summary(template, state))
        assert all(re.fullmatch(r"\d+00,000", number) for number in numbers), numbers
