"""Everything that can go wrong with a call to Gemini: one request, one error of ours, and nothing told that is not ours to tell."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from google.genai import errors
from pydantic import SecretStr

from providers.errors import (
    AuthConfig,
    InvalidRequest,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Upstream5xx,
    UpstreamNetwork,
    UpstreamTimeout,
)
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import GeminiEmbedder
from providers.gemini.failures import ours
from providers.gemini.model import GeminiModel
from tests.gemini.fake import FakeGemini
from tests.gemini.faults import NAMES
from tests.providers.gemini.conftest import KEY

pytestmark = pytest.mark.anyio

INSTRUCTIONS = "Instructions that stay with us."
QUESTION = "A question that stays with us."
PRIVATE = [KEY, INSTRUCTIONS, QUESTION, "You exceeded", "DOCTYPE", "API key not valid", "Internal error", "overloaded", "127.0.0.1"]


async def ignore(text: str) -> None: ...


async def generate(client: GeminiClient, seconds: float) -> str:
    return (await GeminiModel(client).generate(INSTRUCTIONS, QUESTION, most_tokens=500, seconds=seconds)).finish


async def stream(client: GeminiClient, seconds: float) -> str:
    return (await GeminiModel(client).generate(INSTRUCTIONS, QUESTION, most_tokens=500, seconds=seconds, on_text=ignore)).finish


async def embed(client: GeminiClient, seconds: float) -> str:
    await GeminiEmbedder(client, seconds=seconds).embed([QUESTION])
    return "stop"


CALLS: dict[str, Callable[[GeminiClient, float], Awaitable[str]]] = {"generate": generate, "stream": stream, "embed": embed}

ANY = ["generate", "stream", "embed"]
EXPECTED: dict[str, tuple[list[str], type[ProviderError] | str]] = {
    "rate_limited": (ANY, RateLimited),
    "daily_quota": (ANY, QuotaExhausted),
    "rate_limited_untimed": (ANY, RateLimited),
    "overloaded": (ANY, Upstream5xx),
    "internal": (ANY, Upstream5xx),
    "deadline": (ANY, Upstream5xx),
    "invalid_argument": (ANY, InvalidRequest),
    "invalid_key": (ANY, AuthConfig),
    "unauthenticated": (ANY, AuthConfig),
    "no_rights": (ANY, AuthConfig),
    "gave_up": (ANY, UpstreamTimeout),
    "model_not_found": (ANY, InvalidRequest),
    "bad_gateway": (ANY, Upstream5xx),
    "hang": (ANY, UpstreamTimeout),
    "slow": (ANY, UpstreamTimeout),
    "reset": (ANY, UpstreamNetwork),
    "torn": (ANY, UpstreamNetwork),
    "broken_json": (ANY, Upstream5xx),
    "cut_stream": (["stream"], UpstreamNetwork),
    "stalled_stream": (["stream"], UpstreamTimeout),
    "error_in_stream": (["stream"], Upstream5xx),
    "prompt_blocked": (["generate", "stream"], "blocked"),
    "candidate_blocked": (["generate", "stream"], "blocked"),
    "max_tokens": (["generate", "stream"], "max_tokens"),
    "truncated_json": (["generate", "stream"], "stop"),
    "wrong_schema": (["generate", "stream"], "stop"),
    "no_candidates": (["generate", "stream"], "empty"),
    "empty_text": (["generate", "stream"], "empty"),
}
CASES = [(fault, call, outcome) for fault, (calls, outcome) in EXPECTED.items() for call in calls]
SILENT = {"hang", "slow", "stalled_stream"}  # which only a deadline ends


def test_every_fault_of_the_fake_is_expected() -> None:
    assert set(EXPECTED) == NAMES


@pytest.mark.parametrize(("fault", "call", "outcome"), CASES, ids=[f"{fault}-{call}" for fault, call, _ in CASES])
async def test_a_fault_is_one_request_and_one_error_of_ours(
    gemini: FakeGemini, client: GeminiClient, fault: str, call: str, outcome: type[ProviderError] | str
) -> None:
    gemini.fault(fault, seconds=60)
    seconds = 0.5 if fault in SILENT else 10
    if isinstance(outcome, str):
        assert await CALLS[call](client, seconds) == outcome
    else:
        with pytest.raises(ProviderError) as failure:
            await CALLS[call](client, seconds)
        assert type(failure.value) is outcome
        assert not told_too_much(failure.value)
    assert [written.gave for written in gemini.calls] == [fault]


def told_too_much(failure: BaseException) -> list[str]:
    """What of others' words is in the error, in what it carries, or in an error behind it."""
    chain = list(behind(failure))
    assert not [one for one in chain if not isinstance(one, ProviderError | asyncio.CancelledError | TimeoutError)]
    shown = "".join(traceback.format_exception(failure)) + "".join(f"{one} {one!r} {one.args} {vars(one)}" for one in chain)
    return [word for word in PRIVATE if word in shown]


def behind(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


@pytest.mark.parametrize("call", CALLS)
async def test_a_key_that_gemini_does_not_take_is_auth_and_stays_unsaid(gemini: FakeGemini, call: str) -> None:
    stranger = GeminiClient(SecretStr("another-key"), gemini.url)
    with pytest.raises(AuthConfig) as failure:
        await CALLS[call](stranger, 10)
    await stranger.close()
    assert "another-key" not in "".join(traceback.format_exception(failure.value)) + repr(failure.value)
    assert [written.gave for written in gemini.calls] == ["refused"]


@pytest.mark.parametrize("call", CALLS)
async def test_a_redirect_is_not_followed_lest_the_key_goes_along(gemini: FakeGemini, call: str) -> None:
    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        writer.write(f"HTTP/1.1 307 Moved\r\nlocation: {gemini.url}{path}\r\ncontent-length: 0\r\n\r\n".encode())

    async with await asyncio.start_server(elsewhere, "127.0.0.1", 0) as server:
        client = GeminiClient(SecretStr(KEY), "http://{}:{}".format(*server.sockets[0].getsockname()))
        with pytest.raises(Upstream5xx):
            await CALLS[call](client, 10)
        await client.close()
    assert gemini.calls == []


@pytest.mark.parametrize("call", CALLS)
async def test_nobody_there_is_a_failure_of_the_network(call: str) -> None:
    nobody = GeminiClient(SecretStr(KEY), "http://127.0.0.1:9")
    with pytest.raises(UpstreamNetwork) as failure:
        await CALLS[call](nobody, 10)
    await nobody.close()
    assert not told_too_much(failure.value)


@pytest.mark.parametrize("call", CALLS)
async def test_a_client_lives_through_every_failure(gemini: FakeGemini, client: GeminiClient, call: str) -> None:
    for fault in ("reset", "torn", "hang", "broken_json"):
        gemini.fault(fault)
        with pytest.raises(ProviderError):
            await CALLS[call](client, 0.3)
    assert await CALLS[call](client, 10) == "stop"


@pytest.mark.parametrize("call", CALLS)
async def test_a_slow_answer_within_the_deadline_is_an_answer(gemini: FakeGemini, client: GeminiClient, call: str) -> None:
    gemini.fault("slow", seconds=0.05)
    assert await CALLS[call](client, 10) == "stop"


@pytest.mark.parametrize("call", CALLS)
async def test_too_often_says_when_to_come_again(gemini: FakeGemini, client: GeminiClient, call: str) -> None:
    gemini.fault("rate_limited", seconds=1.5)  # RetryInfo says 1.5 s, Retry-After rounds it up
    with pytest.raises(RateLimited) as failure:
        await CALLS[call](client, 10)
    assert failure.value.retry_after == 2


# What the fake does not say


def refusal(code: int, body: Any = None, headers: dict[str, str] | None = None) -> ProviderError | None:
    try:
        errors.APIError.raise_error(code, {} if body is None else body, SimpleNamespace(headers=headers or {}))
    except errors.APIError as raised:
        return ours(raised)
    raise AssertionError


def detailed(*details: Any) -> Any:
    return {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": list(details)}}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (302, Upstream5xx),
        (401, AuthConfig),
        (402, QuotaExhausted),
        (403, AuthConfig),
        (408, UpstreamTimeout),
        (413, InvalidRequest),
        (418, InvalidRequest),
        (529, Upstream5xx),
        (999, Upstream5xx),
    ],
)
def test_a_status_is_enough(code: int, kind: type[ProviderError]) -> None:
    assert type(refusal(code)) is kind


@pytest.mark.parametrize(
    "body",
    ["no object", [], [1, 2], None, {"error": "text"}, {"error": {"details": "text"}}, {"error": {"details": [1, {"violations": [1]}]}}],
)
def test_a_refusal_of_another_shape_is_told_by_its_status(body: Any) -> None:
    failure = ours(errors.ClientError(429, body if isinstance(body, dict) else {"message": body}, None))
    assert type(failure) is RateLimited and failure.retry_after is None


def test_of_two_times_to_come_again_the_later_counts() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "39.5s"}
    assert getattr(refusal(429, detailed(info), {"Retry-After": "7"}), "retry_after", None) == 39.5


def test_a_date_to_come_again_is_as_far_off_as_it_is() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < getattr(refusal(429, headers={"Retry-After": later}), "retry_after", 0) <= 90
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert getattr(refusal(429, headers={"Retry-After": past}), "retry_after", None) == 0


@pytest.mark.parametrize("nonsense", ["soon", "-3", "nan", "inf", ""])
def test_a_time_that_can_not_be_read_is_none(nonsense: str) -> None:
    info = {"retryDelay": f"{nonsense}s"}
    assert getattr(refusal(429, detailed(info), {"Retry-After": nonsense}), "retry_after", "missing") is None


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (TimeoutError(), UpstreamTimeout),
        (httpx2.PoolTimeout("x"), UpstreamTimeout),
        (httpx2.ConnectError("x"), UpstreamNetwork),
        (httpx2.DecodingError("x"), Upstream5xx),
        (ConnectionResetError(), UpstreamNetwork),
        (errors.UnknownApiResponseError("x"), Upstream5xx),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), Upstream5xx),
        (TypeError("'<=' not supported between instances of 'int' and 'NoneType'"), Upstream5xx),
        (RecursionError(), Upstream5xx),
    ],
)
def test_what_the_libraries_raise_has_its_place(raised: Exception, kind: type[ProviderError]) -> None:
    assert type(ours(raised)) is kind


@pytest.mark.parametrize("bug", [ValueError("contents are required."), RuntimeError("client has been closed"), AssertionError()])
def test_a_bug_of_ours_stays_a_bug(bug: Exception) -> None:
    assert ours(bug) is None
