"""Every kind of input over HTTP, by name and in words: kept as it was given, or refused with a reason."""

from typing import Any

import pytest

from tests.factories import a_need, a_step, a_template
from tests.running import Stack
from tests.worker.test_chat import Seen

pytestmark = pytest.mark.anyio
WISHES = [{"id": each, "title": each.capitalize()} for each in ("paint", "light", "mirror")]
GIVEN = {
    "size": {"kind": "area", "sqft": "850"},
    "down": {"kind": "percent", "percent": "25"},
    "wishes": {"kind": "choices", "options": ["paint", "mirror"]},
}


def small_flat() -> str:
    """A template that asks for an area, a percent and several choices; its JSON, which is YAML."""
    needs = [
        a_need("size", "area", ask="How large is it?", cues=["flat"], at_least=100, at_most=5000),
        a_need("down", "percent", ask="How much down, in percent?", cues=["down"], at_most=100),
        a_need("wishes", "choices", ask="What would you like to change?", options=WISHES),
    ]
    steps = [a_step("flat", needs=needs), a_step("why", needs=[a_need("goal")], depends_on=["flat"])]
    return a_template(id="small_flat", title="A small flat", steps=steps).canonical()


@pytest.fixture(autouse=True)
async def published(homeview: Stack) -> None:
    """Under the same keys each time, so once."""
    drafted = await homeview.http.post("/v1/templates", json={"yaml": small_flat()}, headers={"Idempotency-Key": "flat"})
    assert drafted.status_code == 201, drafted.text
    path = "/v1/templates/small_flat/versions/1/publish"
    answer = await homeview.http.post(path, headers={"Idempotency-Key": "flat-up"})
    assert answer.is_success, answer.text


async def give(homeview: Stack, journey: str, **inputs: Any) -> tuple[int, dict[str, Any]]:
    answer = await homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": inputs})
    return answer.status_code, answer.json()


async def test_areas_percents_and_lists_are_taken_by_name(homeview: Stack) -> None:
    journey = await homeview.start(template="small_flat")
    status, body = await give(homeview, journey, **GIVEN)
    assert (status, body["turn"]["step"]) == (200, "why")
    assert (await homeview.view(journey))["inputs"] == GIVEN


async def test_the_same_is_taken_in_words(homeview: Stack) -> None:
    journey = await homeview.start(template="small_flat")
    for words in ("850 sq ft", "25 percent down", "paint and a new mirror"):
        turn = await homeview.say(journey, words)
    assert (await homeview.view(journey))["inputs"] == GIVEN
    assert "paint, mirror" in turn["reply"]["text"]


async def test_an_empty_list_is_an_answer(homeview: Stack) -> None:
    journey = await homeview.start(template="small_flat")
    await give(homeview, journey, size=GIVEN["size"], down=GIVEN["down"])
    assert (await homeview.say(journey, "none of these"))["step"] == "why"
    assert (await homeview.view(journey))["inputs"]["wishes"] == {"kind": "choices", "options": []}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("wishes", {"kind": "choices", "options": ["paint", "roof"]}, "'roof' is none of paint, light, mirror"),
        ("wishes", {"kind": "choice", "option": "paint"}, "a list of choices is needed here, not a choice"),
        ("wishes", {"kind": "choices", "options": ["paint", "paint"]}, "twice"),
        ("size", {"kind": "area", "sqft": "20"}, "below 100"),
        ("size", {"kind": "area", "sqft": "-3"}, "greater than 0"),
        ("size", {"kind": "length", "feet": "20"}, "an area is needed here, not a length"),
        ("down", {"kind": "percent", "percent": "120"}, "above 100"),
        ("down", {"kind": "share", "percent": "12"}, "'percent'"),
    ],
)
async def test_what_does_not_fit_is_refused_with_a_reason(homeview: Stack, name: str, value: dict[str, Any], says: str) -> None:
    journey = await homeview.start(template="small_flat")
    status, body = await give(homeview, journey, **{name: value})
    assert status == 422
    assert says in body["detail"]
    assert body["actions"]


async def test_a_terminal_offers_a_list_and_takes_several_of_it(homeview: Stack) -> None:
    journey = await homeview.start(template="small_flat")
    seen = Seen(homeview, "850", "25", "1 3")
    text = await seen.run(journey)
    assert "  3  Mirror\n  4  All of these\n  5  None of these\n  Choose one or more, as in 1 3" in text
    assert (await homeview.view(journey))["inputs"] == GIVEN
