"""The client of the API: sent until answered, done once, and who waits is told why."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from tests.running import Stack, until
from worker.talk import Away, Delay, Event, Refused, Talk, client

pytestmark = pytest.mark.anyio
TURN = {"turn_id": "t1", "seq": 2, "status": "done", "reply": {"text": "Noted."}}
Script = list[Any]  # answers in order: a response, or the exception that takes its place


class Server:
    """An API that answers by a script and keeps what it was sent."""

    def __init__(self, script: Script) -> None:
        self.script, self.sent = script, list[httpx2.Request]()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def talk(self, **more: Any) -> tuple[Talk, list[Delay]]:
        told: list[Delay] = []
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self), base_url="http://homeview.test")
        return Talk(http, told=told.append, **more), told


def a_problem(status: int, kind: str, detail: str, **headers: str) -> httpx2.Response:
    body = {"type": f"/problems/{kind}", "title": kind, "status": status, "detail": detail, "actions": [{"action": "retry"}]}
    return httpx2.Response(status, json=body, headers={"Content-Type": "application/problem+json", **headers})


def a_frame(seq: int, kind: str = "reply") -> bytes:
    return f"id: {seq}\nevent: {kind}\ndata: {json.dumps({'turn_id': f't{seq}'})}\n\n".encode()


async def test_a_lost_connection_and_a_503_are_sent_again_with_the_same_key_and_the_person_is_told() -> None:
    unready = a_problem(503, "NotAccepted", "Not yet.", **{"Retry-After": "1"})
    server = Server([httpx2.ConnectError("refused"), unready, httpx2.Response(200, json={"turn": TURN})])
    talk, told = server.talk()
    assert await talk.say("j", "hello") == TURN
    assert len({request.headers["Idempotency-Key"] for request in server.sent}) == 1
    assert {request.content for request in server.sent} == {b'{"text":"hello"}'}
    assert [delay.reason for delay in told] == ["away", "not_accepted"]


async def test_a_server_that_names_a_time_is_not_asked_before_it() -> None:
    server = Server([a_problem(429, "TooManyAtOnce", "Busy.", **{"Retry-After": "1"}), httpx2.Response(200, json={"turn": TURN})])
    talk, told = server.talk()
    began = asyncio.get_running_loop().time()
    await talk.say("j", "hello")
    assert asyncio.get_running_loop().time() - began >= 1
    assert told == [Delay("busy", 1, 1.0)]


async def test_two_messages_have_two_keys() -> None:
    server = Server([httpx2.Response(200, json={"turn": TURN}) for _ in range(2)])
    talk, _ = server.talk()
    await talk.say("j", "hello")
    await talk.say("j", "hello")
    assert len({request.headers["Idempotency-Key"] for request in server.sent}) == 2


async def test_a_turn_that_is_accepted_is_followed_until_it_ends_even_before_it_can_be_read() -> None:
    later = httpx2.Response(202, json={"turn_id": "t1"}, headers={"Location": "/v1/journeys/j/turns/t1"})
    server = Server([later, a_problem(404, "NotFound", "No such turn."), later, httpx2.Response(200, json={"turn": TURN})])
    talk, told = server.talk()
    talk.told = lambda delay: (told.append(delay), asyncio.get_running_loop().call_soon(talk.news.set))  # type: ignore[func-returns-value, assignment]
    assert await talk.say("j", "hello") == TURN
    assert [request.method for request in server.sent] == ["POST", "GET", "GET", "GET"]
    assert [delay.reason for delay in told] == ["working"]


async def test_what_is_accepted_and_never_written_is_a_sentence_in_the_end() -> None:
    server = Server([httpx2.Response(202, json={"turn_id": "t1"}), *(a_problem(404, "NotFound", "No such turn.") for _ in range(20))])
    talk, _ = server.talk()
    talk.unwritten = 0.3
    with pytest.raises(Refused, match="It was accepted, and 0 seconds later nothing has come of it"):
        await talk.say("j", "hello")
    assert [request.method for request in server.sent].count("POST") == 1


async def test_a_turn_that_came_to_nothing_is_the_sentence_that_tells_why() -> None:
    trouble = {"type": "Stopped", "detail": "The journey is paused.", "actions": [{"action": "resume", "label": "Resume"}]}
    turn = {**TURN, "status": "stopped", "reply": None, "problem": trouble}
    server = Server([httpx2.Response(202, json={"turn_id": "t1"}), httpx2.Response(200, json={"turn": turn})])
    with pytest.raises(Refused, match="The journey is paused") as refused:
        await server.talk()[0].say("j", "hello")
    assert (refused.value.kind, [action["action"] for action in refused.value.actions]) == ("Stopped", ["resume"])


async def test_a_refusal_is_not_sent_again() -> None:
    server = Server([a_problem(409, "JourneyClosed", "This journey is completed.")])
    with pytest.raises(Refused, match="This journey is completed"):
        await server.talk()[0].say("j", "hello")
    assert len(server.sent) == 1


async def test_an_error_page_of_somebody_elses_is_a_sentence_too() -> None:
    with pytest.raises(Refused, match="The server answered 400 and did not say why"):
        await Server([httpx2.Response(400, text="<html>Bad gateway</html>")]).talk()[0].say("j", "hello")


async def test_patience_ends_in_a_sentence() -> None:
    server = Server([httpx2.ConnectError("refused") for _ in range(5)])
    with pytest.raises(Away, match="HomeView did not answer at"):
        await server.talk(patience=0.5)[0].say("j", "hello")


async def test_a_stream_that_breaks_goes_on_after_its_last_event_and_repeats_nothing() -> None:
    async def broken(*frames: bytes) -> AsyncIterator[bytes]:
        for frame in frames:
            yield frame
        raise httpx2.ReadError("gone")

    def stream(content: Any) -> httpx2.Response:
        return httpx2.Response(200, content=content, headers={"Content-Type": "text/event-stream"})

    half = a_frame(3)[:12]
    server = Server(
        [
            stream(broken(b": welcome\n\n", a_frame(1), a_frame(2), half)),
            httpx2.ConnectError("refused"),
            stream(broken(a_frame(2), a_frame(3))),
            stream(a_frame(4, "end")),
        ]
    )
    heard = [event async for event in server.talk()[0].events("j")]
    assert [event.seq for event in heard if event.kind != "connected"] == [1, 2, 3, 4]
    assert [request.headers.get("Last-Event-ID") for request in server.sent] == [None, "2", "2", "3"]


async def test_a_stream_of_no_journey_is_a_refusal() -> None:
    with pytest.raises(Refused, match="There is no such journey"):
        [event async for event in Server([a_problem(404, "NotFound", "There is no such journey.")]).talk()[0].events("j")]


class Flaky(httpx2.AsyncBaseTransport):
    """A real transport that loses the answers of the requests it is told to: they arrive, and nobody hears of it."""

    def __init__(self, loses: Callable[[httpx2.Request], bool]) -> None:
        self.loses, self.real = loses, httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self.real.handle_async_request(request)
        if not self.loses(request):
            return answer
        await answer.aclose()
        raise httpx2.ReadError("the answer was lost")


async def test_a_lost_answer_is_asked_for_again_and_the_message_is_one_turn(homeview: Stack) -> None:
    posts: list[str] = []

    def first_two_messages(request: httpx2.Request) -> bool:
        is_message = request.url.path.endswith("/messages") and request.method == "POST"
        posts.extend(["message"] * is_message)
        return is_message and len(posts) <= 2

    async with httpx2.AsyncClient(transport=Flaky(first_two_messages), base_url=homeview.settings.api_url) as http:
        talk = Talk(http)
        journey = (await talk.start("kitchen_renovation@1"))["journey_id"]
        turn = await talk.say(journey, "My kitchen is in Seattle, 98101")
        assert len(posts) == 3
        assert [t["turn_id"] for t in await talk.conversation(journey)][1:] == [turn["turn_id"]]


async def test_a_listener_hears_each_turn_once_and_in_order(homeview: Stack) -> None:
    async with client(homeview.settings.api_url) as http:
        talk = Talk(http)
        journey = (await talk.start("kitchen_renovation@1"))["journey_id"]
        heard: list[Event] = []

        async def listen() -> None:
            async for event in talk.events(journey, after=0):
                heard.append(event)  # noqa: PERF401  it is looked at while it grows

        listening = asyncio.create_task(listen())
        turns = [await talk.say(journey, text) for text in ("My kitchen is in Seattle, 98101", "14.5 x 12 ft", "We have $50k")]
        await until(lambda: len([event for event in heard if event.kind == "reply"]) == 4, 10)
        listening.cancel()
        told = [event.data["turn_id"] for event in heard if event.kind == "reply"]
        assert told[1:] == [turn["turn_id"] for turn in turns]
        positions = [event.seq for event in heard if event.kind != "connected"]
        assert positions == list(range(1, len(positions) + 1))
