"""The same against an emulator that is not ours: llmock speaks OpenAI's dialect as it understands it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from pydantic import SecretStr

from providers.base import LanguageModel
from providers.errors import AuthConfig, InvalidRequest, ProviderError, RateLimited, Upstream5xx, UpstreamNetwork, UpstreamTimeout
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.model import DEEPSEEK_MODEL, ChatModel
from tests.providers.gemini.test_llmock import SAID, STREAMS, Depth, address, ask, control, requests, will

pytestmark = pytest.mark.anyio
__all__ = ["address", "control"]  # fixtures: the process, and its own API


@pytest.fixture
async def model(address: str, control: httpx2.AsyncClient) -> AsyncIterator[LanguageModel]:
    await control.post("/reset")
    client = ChatClient("DeepSeek", SecretStr("any-key"), f"{address}/v1")
    yield ChatModel(client)
    await client.close()


@STREAMS
async def test_a_question_is_answered_counted_and_priced(model: ChatModel, control: httpx2.AsyncClient, streams: bool) -> None:
    await will(control, {"type": "reply", "text": SAID})
    answer = await ask(model, streams)
    assert (answer.text, answer.finish, answer.priced_as) == (SAID, "stop", DEEPSEEK_MODEL)
    assert answer.usage["prompt_tokens"] > 0 and answer.cost > 0
    assert await requests(control) == 1


@STREAMS
async def test_a_shape_is_asked_for_and_answered(model: ChatModel, control: httpx2.AsyncClient, streams: bool) -> None:
    await will(control, {"type": "reply", "text": '{"inches": 12, "reply": "Twelve."}'})
    answer = await ask(model, streams, schema=Depth)
    assert Depth.model_validate_json(answer.text) == Depth(inches=12, reply="Twelve.")


@STREAMS
@pytest.mark.parametrize(("word", "finish", "reason"), [("length", "max_tokens", ""), ("content_filter", "blocked", "content_filter")])
async def test_an_answer_that_ends_otherwise_says_how(
    model: ChatModel, control: httpx2.AsyncClient, streams: bool, word: str, finish: str, reason: str
) -> None:
    await will(control, {"type": "reply", "text": "A wall", "finish_reason": word})
    answer = await ask(model, streams)
    assert (answer.text, answer.finish, answer.reason) == ("A wall", finish, reason)


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
    model: ChatModel, control: httpx2.AsyncClient, streams: bool, status: int, kind: type[ProviderError]
) -> None:
    await will(control, {"type": "fail", "status": status, "times": 1, "retry_after": 2})
    with pytest.raises(ProviderError) as failure:
        await ask(model, streams)
    assert type(failure.value) is kind
    assert getattr(failure.value, "retry_after", 2) == 2
    assert await requests(control) == 1


@STREAMS
async def test_a_delay_ends_at_the_deadline(model: ChatModel, control: httpx2.AsyncClient, streams: bool) -> None:
    await will(control, {"type": "delay", "seconds": 2})
    with pytest.raises(UpstreamTimeout):
        await ask(model, streams, seconds=0.3)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("disconnect", UpstreamNetwork), ("truncate", UpstreamNetwork), ("malformed", Upstream5xx), ("stall", UpstreamTimeout)],
)
async def test_a_stream_that_goes_wrong_is_no_answer(
    model: ChatModel, control: httpx2.AsyncClient, fault: str, kind: type[ProviderError]
) -> None:
    heard: list[str] = []
    wrong = {"type": "stream_fault", "kind": fault, "after_chunks": 2, "stall_seconds": 2}
    await will(control, {"type": "reply", "text": SAID}, wrong)
    with pytest.raises(ProviderError) as failure:
        await ask(model, True, heard, seconds=1 if fault == "stall" else 10)
    assert type(failure.value) is kind
    assert heard == ["A "]  # the first chunk only says who speaks
    assert await requests(control) == 1
