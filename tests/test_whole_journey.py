"""The test that lets us sleep: a kitchen over HTTP, from the first sentence to a journey closed by its route."""

import json

import pytest

from tests.running import Stack, replays

pytestmark = pytest.mark.anyio

CONVERSATION = [
    ("Hi, I'd like to redo my kitchen in Seattle, 98101. The cabinets are falling apart.", "measure"),
    ("We have about $50k to spend", "measure"),
    ("how long does a kitchen renovation take?", "measure"),
    ("It's 14.5 x 12 ft and there are 22.5 feet of countertop", "style"),
    ("modern please, and a moderate remodel", "products"),
    ("semi-custom cabinets, quartz counters, tile floor and mid-range appliances", "estimate"),
    ("looks good, go ahead", "route"),
    ("we'll hire a contractor", None),
]


async def test_a_person_talks_a_kitchen_from_the_first_sentence_to_an_accepted_estimate(homeview: Stack) -> None:
    journey = await homeview.start(title="Our kitchen")
    for text, step in CONVERSATION:
        turn = await homeview.say(journey, text)
        assert turn["step"] == step, (text, turn["reply"]["text"])
    view = await homeview.view(journey)
    assert (view["status"], view["progress"]) == ("completed", {"done": 7, "total": 7})
    assert {step["id"]: step["chosen"] for step in view["steps"] if step["chosen"]} == {"estimate": "accept", "route": "hire"}
    turns = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
    assert [turn["text"] for turn in turns[1:]] == [text for text, _ in CONVERSATION]
    assert all(turn["reply"]["actions"] for turn in turns)
    [question] = [turn for turn in turns if turn["text"] == CONVERSATION[2][0]]
    assert question["reply"]["citations"]
    assert all(citation["source"] for citation in question["reply"]["citations"])


async def test_its_estimate_is_the_sum_of_its_lines_and_says_where_its_prices_come_from(homeview: Stack) -> None:
    journey = await homeview.start()
    for text, _ in CONVERSATION[:6]:
        turn = await homeview.say(journey, text)
    results = (await homeview.http.get(f"/v1/journeys/{journey}/results/estimate")).json()["results"]
    [estimate] = results
    body = estimate["body"]
    assert "HomeView price book, illustrative, undated USD" in json.dumps(body)
    assert body["headline"] in turn["reply"]["text"]


async def test_its_history_replays_and_holds_no_reply(homeview: Stack) -> None:
    journey = await homeview.start()
    replies = [(await homeview.say(journey, text))["reply"]["text"] for text, _ in CONVERSATION]
    history = await homeview.history(journey)
    await replays(history)
    written = history.to_json()
    assert not [reply for reply in replies if reply[:60] in written]
