"""How long a call may take, and what is left of one that is given up: nothing."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from providers.base import Generated
from providers.errors import UpstreamTimeout
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from tests.running import BUSY

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PIECE = b"data: " + json.dumps({"candidates": [{"content": {"parts": [{"text": "inch "}]}, "index": 0}]}).encode() + b"\r\n\r\n"


@dataclass
class Endless:
    """A server that never ends an answer: it says nothing, or a piece every so many seconds."""

    every_seconds: float | None
    url: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked.set()
        with contextlib.suppress(ConnectionError):
            talking = asyncio.create_task(self.talk(writer))
            while await reader.read(65536):
                pass
            talking.cancel()
        self.left.set()
        writer.close()

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        if self.every_seconds is None:
            return
        writer.write(HEAD)
        while True:
            writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await asyncio.sleep(self.every_seconds)


@contextlib.asynccontextmanager
async def endless(every_seconds: float | None = None) -> AsyncIterator[tuple[Endless, GeminiModel]]:
    there = Endless(every_seconds)
    server = await asyncio.start_server(there.answer, "127.0.0.1", 0)
    there.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    client = GeminiClient(SecretStr("key"), there.url)
    await client.load()
    async with server:
        yield there, GeminiModel(client)
        await client.close()


def begin(model: GeminiModel, seconds: float, heard: list[str] | None = None) -> asyncio.Task[Generated]:
    async def hear(text: str) -> None:
        assert heard is not None
        heard.append(text)

    call = model.generate("", "How deep?", most_tokens=500, seconds=seconds, on_text=None if heard is None else hear)
    return asyncio.ensure_future(call)


@pytest.mark.parametrize("streams", [False, True])
async def test_silence_ends_at_the_deadline_and_the_connection_with_it(streams: bool) -> None:
    async with endless() as (there, model):
        began = time.monotonic()
        with pytest.raises(UpstreamTimeout):
            await begin(model, 0.5, [] if streams else None)
        assert 0.45 < time.monotonic() - began < 3 * BUSY
        await asyncio.wait_for(there.left.wait(), 5)


async def test_an_answer_that_trickles_ends_at_the_deadline_however_often_something_comes() -> None:
    heard: list[str] = []
    async with endless(0.02) as (there, model):
        with pytest.raises(UpstreamTimeout):
            await begin(model, 0.5, heard)
        await asyncio.wait_for(there.left.wait(), 5)
    assert len(heard) > 2


async def test_a_listener_that_takes_its_time_is_within_the_deadline_too() -> None:
    async def sleepy(text: str) -> None:
        await asyncio.sleep(60)

    async with endless(0.02) as (there, model):
        with pytest.raises(UpstreamTimeout):
            await model.generate("", "How deep?", most_tokens=500, seconds=0.5, on_text=sleepy)
        await asyncio.wait_for(there.left.wait(), 5)


async def test_a_timeout_of_the_listeners_own_is_not_ours() -> None:
    async def busy(text: str) -> None:
        raise TimeoutError("the store")

    async with endless(0.02) as (there, model):
        with pytest.raises(TimeoutError, match="the store") as failure:
            await model.generate("", "How deep?", most_tokens=500, seconds=10, on_text=busy)
        assert type(failure.value) is TimeoutError
        await asyncio.wait_for(there.left.wait(), 5)


@pytest.mark.parametrize("streams", [False, True])
async def test_a_call_that_is_cancelled_leaves_at_once(streams: bool) -> None:
    async with endless(0.02 if streams else None) as (there, model):
        call = begin(model, 60, [] if streams else None)
        await asyncio.wait_for(there.asked.wait(), 5)
        call.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(there.left.wait(), 5)
        assert time.monotonic() - began < 2 * BUSY


async def test_a_call_that_is_cancelled_while_somebody_listens_leaves_at_once() -> None:
    listening = asyncio.Event()

    async def listen(text: str) -> None:
        listening.set()
        await asyncio.sleep(60)

    async with endless(0.02) as (there, model):
        call = asyncio.ensure_future(model.generate("", "How deep?", most_tokens=500, seconds=60, on_text=listen))
        await asyncio.wait_for(listening.wait(), 5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(there.left.wait(), 5)
