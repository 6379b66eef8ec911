"""The same key makes one turn, for ever; what is not accepted is told so; nothing waits where a pause could not pass."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.testing import WorkflowEnvironment

from journeys.inputs import Need
from journeys.messages import Understanding
from providers.offline.reader import OfflineReader
from tests.running import Stack, local_server, stack, until

pytestmark = pytest.mark.anyio


class HeldReader:
    """Reads as the offline reader does, but only while the gate is open; counts what it was asked."""

    engine = "offline"

    def __init__(self, inner: OfflineReader) -> None:
        self.inner, self.gate, self.asked = inner, asyncio.Event(), list[str]()
        self.gate.set()

    async def understand(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        self.asked.append(text)
        await self.gate.wait()
        return await self.inner.understand(text, needs, asked)


@pytest.fixture(scope="module")
async def held(mind: tuple[Any, Any, Any]) -> HeldReader:
    return HeldReader(mind[0])


@pytest.fixture(scope="module")
async def homeview(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], held: HeldReader, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    async with stack(temporal, tmp_path_factory.mktemp("home"), (held, *mind[1:])) as running:
        yield running


@pytest.fixture
async def journey(homeview: Stack, held: HeldReader) -> str:
    held.gate.set()
    held.asked.clear()
    return await homeview.start()


async def post(homeview: Stack, journey: str, text: str, key: str, wait: float = 30) -> httpx2.Response:
    path = f"/v1/journeys/{journey}/messages"
    return await homeview.http.post(path, json={"text": text}, headers={"Idempotency-Key": key}, params={"wait": wait})


async def test_one_key_sent_five_times_at_once_makes_one_turn_with_one_answer(homeview: Stack, journey: str, held: HeldReader) -> None:
    answers = await asyncio.gather(*(post(homeview, journey, "I live in Seattle 98101", "five") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.text for answer in answers}) == 1
    assert set(held.asked) == {"I live in Seattle 98101"}, "a task that overran its time may ask again; it is one turn all the same"
    assert (await homeview.view(journey))["turns"] == 2


async def test_the_same_key_with_another_body_is_a_conflict_that_says_what_to_do(homeview: Stack, journey: str) -> None:
    await post(homeview, journey, "hello", "once")
    other = await post(homeview, journey, "something else", "once")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/KeyReused")
    assert [action["action"] for action in other.json()["actions"]] == ["new_key"]


async def test_two_bodies_racing_under_one_key_make_one_turn_and_one_conflict(homeview: Stack, journey: str) -> None:
    answers = await asyncio.gather(post(homeview, journey, "first", "race"), post(homeview, journey, "second", "race"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await homeview.view(journey))["turns"] == 2


async def test_a_key_is_answered_the_same_after_the_journey_has_closed(homeview: Stack, journey: str) -> None:
    first = await post(homeview, journey, "hello", "before")
    ended = await homeview.http.post(f"/v1/journeys/{journey}/abandon", json={}, headers={"Idempotency-Key": "end"})
    assert ended.status_code == 200
    again = await post(homeview, journey, "hello", "before")
    assert (again.status_code, again.text) == (200, first.text)
    new = await post(homeview, journey, "hello?", "after")
    assert (new.status_code, new.json()["type"]) == (409, "/problems/JourneyClosed")
    assert {action["action"] for action in new.json()["actions"]} == {"results", "start"}


async def test_a_key_is_answered_the_same_after_everything_was_started_again(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with local_server() as server:
        async with stack(server, tmp_path, mind) as up:
            journey = await up.start()
            first = await post(up, journey, "hello", "kept")
        async with stack(server, tmp_path, mind) as again:
            answers = await asyncio.gather(*(post(again, journey, "hello", "kept") for _ in range(5)))
            assert {(answer.status_code, answer.text) for answer in answers} == {(200, first.text)}
            other = await post(again, journey, "hello?", "kept")
            assert (other.status_code, other.json()["type"]) == (409, "/problems/KeyReused")
            assert (await again.view(journey))["turns"] == 2


async def test_the_same_key_starts_the_same_journey(homeview: Stack) -> None:
    starts = await asyncio.gather(
        *(homeview.http.post("/v1/journeys", json={"message": "hello"}, headers={"Idempotency-Key": "my-kitchen"}) for _ in range(5))
    )
    assert [start.status_code for start in starts] == [201] * 5
    assert len({start.json()["journey_id"] for start in starts}) == 1
    assert len({start.json()["turn"]["turn_id"] for start in starts}) == 1
    other = await homeview.http.post("/v1/journeys", json={"title": "Another"}, headers={"Idempotency-Key": "my-kitchen"})
    assert other.status_code == 409


async def test_a_key_that_was_not_sent_is_made_and_given_back(homeview: Stack, journey: str) -> None:
    answer = await homeview.http.post(f"/v1/journeys/{journey}/messages", json={"text": "hello"})
    again = await post(homeview, journey, "hello", answer.headers["Idempotency-Key"])
    assert again.json() == answer.json()


async def test_a_turn_that_outlasts_the_wait_is_found_where_it_says_and_is_only_called_accepted_once_it_is(
    homeview: Stack, journey: str, held: HeldReader
) -> None:
    held.gate.clear()
    answers = [asyncio.create_task(post(homeview, journey, f"message {n}", f"patience-{n}", wait=0)) for n in range(2)]
    early = [await answer for answer in answers]
    assert {answer.status_code for answer in early} <= {202, 503}
    held.gate.set()
    for n, answer in enumerate(early):
        turn = (await post(homeview, journey, f"message {n}", f"patience-{n}")).json()["turn"]
        if answer.status_code == 202:
            assert answer.headers["Location"].endswith(f"/turns/{turn['turn_id']}")
            assert [(todo["action"], todo["params"]["at"]) for todo in answer.json()["actions"]] == [("wait", answer.headers["Location"])]
            assert (await homeview.http.get(answer.headers["Location"])).json()["turn"] == turn
        else:
            assert [action["action"] for action in answer.json()["actions"]] == ["retry"]
    assert len([text for text in held.asked if text.startswith("message")]) == 2
    print("answered early:", [answer.status_code for answer in early])


async def test_ten_messages_at_once_are_four_turns_and_six_told_to_wait_and_a_pause_still_lands(
    homeview: Stack, journey: str, held: HeldReader
) -> None:
    held.gate.clear()
    sent = [asyncio.create_task(post(homeview, journey, f"message {n}", f"ten-{n}")) for n in range(10)]
    await until(lambda: sum(task.done() for task in sent) == 6, 20)
    refused = [task.result() for task in sent if task.done()]
    assert {answer.status_code for answer in refused} == {429}
    assert all(answer.headers["Retry-After"] and answer.json()["type"] == "/problems/TooManyAtOnce" for answer in refused)
    paused = await homeview.http.post(f"/v1/journeys/{journey}/pause", json={})
    assert paused.status_code == 200, paused.text
    assert (await homeview.view(journey))["status"] == "paused"
    held.gate.set()
    answers = [(await task) for task in sent if task.result is not None and task not in refused]
    told = sorted(answer.json()["type"] for answer in answers if answer.status_code == 409)
    assert told == ["/problems/JourneyPaused"] * 3 + ["/problems/Stopped"]
    resumed = await homeview.http.post(f"/v1/journeys/{journey}/resume", json={})
    assert resumed.status_code == 200
    texts = [turn["text"] for turn in (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"] if turn["text"]]
    assert len(texts) == 4, "what was stopped is kept, and only that"


async def test_without_a_worker_nothing_is_accepted_and_the_same_key_goes_through_later(mind: tuple[Any, Any, Any], tmp_path: Path) -> None:
    async with local_server() as server:
        async with stack(server, tmp_path, mind) as up:
            journey = await up.start()
        async with stack(server, tmp_path, mind, worker=False) as without:
            refused = await post(without, journey, "anybody there?", "safe", wait=1)
            assert (refused.status_code, refused.json()["type"]) == (503, "/problems/NotAccepted")
            assert refused.headers["Retry-After"]
            assert [action["action"] for action in refused.json()["actions"]] == ["retry"]
        async with stack(server, tmp_path, mind) as back:
            answer = await post(back, journey, "anybody there?", "safe")
            assert answer.status_code == 200
            assert (await back.view(journey))["turns"] == 2
