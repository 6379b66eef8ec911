"""Both dialects against an emulator that is not ours: llmock knows nothing of what we think that Gemini or OpenAI does.

It is a process of its own. It offers no embeddings.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, SecretStr

from providers.base import Generated, LanguageModel
from providers.errors import (
    AuthConfig,
    InvalidRequest,
    ProviderError,
    RateLimited,
    Upstream5xx,
    UpstreamNetwork,
    UpstreamTimeout,
)
from providers.gemini.client import GeminiClient
from providers.gemini.model import DEFAULT_MODEL, GeminiModel
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.model import DEEPSEEK_MODEL, ChatModel
from tests.running import free_port

pytestmark = pytest.mark.anyio

Behavior = dict[str, Any]
SAID = "A wall cabinet is twelve inches deep."
STREAMS = pytest.mark.parametrize("streams", [False, True], ids=["generate", "stream"])


class Depth(BaseModel):
    inches: float
    reply: str


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    command = [str(Path(sys.executable).parent / "llmock"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        yield f"http://127.0.0.1:{port}"
        started.terminate()
        started.wait(10)


@pytest.fixture(scope="module")
async def control(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Its own API, once it is up."""
    async with httpx2.AsyncClient(base_url=f"{address}/_llmock") as control:
        async with asyncio.timeout(60):
            while True:
                try:
                    await control.get("/requests")
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.05)
        yield control


@dataclass(frozen=True)
class Dialect:
    """What differs: `prompt`, where it counts what it was asked; `withheld`, how it says that it blocked an answer; `chunks`: those that we
    are told of when two have arrived, of which one may only say who speaks."""

    default: str
    prompt: str
    withheld: str
    chunks: int


DIALECTS = {
    "gemini": Dialect(DEFAULT_MODEL, "promptTokenCount", "SAFETY", 2),
    "openai": Dialect(DEEPSEEK_MODEL, "prompt_tokens", "content_filter", 1),
}


@pytest.fixture(params=list(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


@pytest.fixture
async def model(address: str, control: httpx2.AsyncClient, dialect: Dialect) -> AsyncIterator[LanguageModel]:
    await control.post("/reset")
    if dialect is DIALECTS["gemini"]:
        gemini = GeminiClient(SecretStr("any-key"), f"{address}/gemini")
        yield GeminiModel(gemini)
        await gemini.close()
    else:
        chat = ChatClient("DeepSeek", SecretStr("any-key"), f"{address}/v1")
        yield ChatModel(chat)
        await chat.close()


async def will(control: httpx2.AsyncClient, *behaviors: Behavior) -> None:
    (await control.post("/scenario", json={"behaviors": list(behaviors)})).raise_for_status()


async def requests(control: httpx2.AsyncClient) -> int:
    return int((await control.get("/requests")).json()["count"])


async def ask(model: LanguageModel, streams: bool, heard: list[str] | None = None, seconds: float = 10, **wanted: Any) -> Generated:
    async def hear(text: str) -> None:
        if heard is not None:
            heard.append(text)

    call = model.generate("Be brief.", "How deep?", most_tokens=500, seconds=seconds, on_text=hear if streams else None, **wanted)
    return await call


@STREAMS
async def test_a_question_is_answered_counted_and_priced(
    model: LanguageModel, control: httpx2.AsyncClient, dialect: Dialect, streams: bool
) -> None:
    await will(control, {"type": "reply", "text": SAID})
    answer = await ask(model, streams)
    assert (answer.text, answer.finish, answer.priced_as) == (SAID, "stop", dialect.default)
    assert answer.usage[dialect.prompt] > 0 and answer.cost > 0
    assert await requests(control) == 1


async def test_a_stream_grows_to_the_whole_answer(model: LanguageModel, control: httpx2.AsyncClient) -> None:
    heard: list[str] = []
    await will(control, {"type": "reply", "text": SAID})
    await ask(model, True, heard)
    assert len(heard) > 3 and heard[-1] == SAID
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard))


@STREAMS
async def test_a_shape_is_asked_for_and_answered(model: LanguageModel, control: httpx2.AsyncClient, streams: bool) -> None:
    await will(control, {"type": "reply", "text": '{"inches": 12, "reply": "Twelve."}'})
    answer = await ask(model, streams, schema=Depth)
    assert Depth.model_validate_json(answer.text) == Depth(inches=12, reply="Twelve.")


@STREAMS
@pytest.mark.parametrize(("word", "finish"), [("length", "max_tokens"), ("content_filter", "blocked")])
async def test_an_answer_that_ends_otherwise_says_how(
    model: LanguageModel, control: httpx2.AsyncClient, dialect: Dialect, streams: bool, word: str, finish: str
) -> None:
    await will(control, {"type": "reply", "text": "A wall", "finish_reason": word})
    answer = await ask(model, streams)
    assert (answer.text, answer.finish, answer.reason) == ("A wall", finish, dialect.withheld if finish == "blocked" else "")


@STREAMS
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, AuthConfig),
        (403, AuthConfig),
        (404, InvalidRequest),
        (429, RateLimited),
        (500, Upstream5xx),
        (503, Upstream5xx),
    ],
)
async def test_a_refusal_is_one_request_and_one_error_of_ours(
    model: LanguageModel, control: httpx2.AsyncClient, streams: bool, status: int, kind: type[ProviderError]
) -> None:
    await will(control, {"type": "fail", "status": status, "times": 1, "retry_after": 2})
    with pytest.raises(ProviderError) as failure:
        await ask(model, streams)
    assert type(failure.value) is kind
    assert getattr(failure.value, "retry_after", 2) == 2
    assert await requests(control) == 1


@STREAMS
async def test_a_delay_ends_at_the_deadline(model: LanguageModel, control: httpx2.AsyncClient, streams: bool) -> None:
    await will(control, {"type": "delay", "seconds": 2})
    with pytest.raises(UpstreamTimeout):
        await ask(model, streams, seconds=0.3)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("disconnect", UpstreamNetwork), ("truncate", UpstreamNetwork), ("malformed", Upstream5xx), ("stall", UpstreamTimeout)],
)
async def test_a_stream_that_goes_wrong_is_no_answer(
    model: LanguageModel, control: httpx2.AsyncClient, dialect: Dialect, fault: str, kind: type[ProviderError]
) -> None:
    heard: list[str] = []
    wrong = {"type": "stream_fault", "kind": fault, "after_chunks": 2, "stall_seconds": 2}
    await will(control, {"type": "reply", "text": SAID}, wrong)
    with pytest.raises(ProviderError) as failure:
        await ask(model, True, heard, seconds=1 if fault == "stall" else 10)
    assert type(failure.value) is kind
    assert len(heard) == dialect.chunks
    assert await requests(control) == 1
