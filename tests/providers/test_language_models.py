"""What every LanguageModel keeps to, whoever provides it: one request, one error of ours, and nothing told that is not ours to tell."""

import asyncio
import base64
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from providers.base import CutShort, Generated, LanguageModel, Picture
from providers.errors import (
    AuthConfig,
    InvalidRequest,
    Misconfigured,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Upstream5xx,
    UpstreamNetwork,
    UpstreamTimeout,
)
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.model import ChatModel
from tests.gemini.fake import FakeGemini
from tests.gemini.faults import NAMES
from tests.gemini.running import fake_gemini
from tests.openai_compatible.fake import FakeChat
from tests.openai_compatible.running import fake_chat
from tests.running import BUSY, until

pytestmark = pytest.mark.anyio

KEY = "a-key-that-nobody-may-see"
INSTRUCTIONS = "Instructions that stay with us."
QUESTION = "A question that stays with us."
PRIVATE = [KEY, INSTRUCTIONS, QUESTION, "You exceeded", "DOCTYPE", "API key not valid", "Internal error", "is overloaded", "127.0.0.1"]
PICTURE = Picture(data=b"\x89PNG a picture that stays with us", media_type="image/png")


class Depth(BaseModel):
    inches: float
    reply: str


@dataclass
class Provider:
    fake: FakeGemini | FakeChat
    client: GeminiClient | ChatClient
    model: LanguageModel
    nobody: LanguageModel  # whose server is not there
    stranger: LanguageModel  # whose key is another

    async def ask(self, streams: bool, seconds: float = 10, **wanted: Any) -> Generated:
        async def ignore(text: str) -> None: ...

        more = {"on_text": ignore} if streams else {}
        return await self.model.generate(INSTRUCTIONS, QUESTION, **{"most_tokens": 500, "seconds": seconds} | more | wanted)


@pytest.fixture(scope="module", params=["gemini", "openai_compatible"])
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    nowhere = "http://127.0.0.1:9"
    other = SecretStr("another-key")
    if request.param == "gemini":
        async with fake_gemini(KEY) as gemini:
            clients = [GeminiClient(SecretStr(KEY), gemini.url), GeminiClient(SecretStr(KEY), nowhere), GeminiClient(other, gemini.url)]
            await clients[0].load()
            yield Provider(gemini, clients[0], *(GeminiModel(client) for client in clients))
            for client in clients:
                await client.close()
    else:
        async with fake_chat(KEY) as chat:
            servers = [ChatClient("DeepSeek", SecretStr(KEY), chat.url), ChatClient("DeepSeek", SecretStr(KEY), nowhere)]
            servers.append(ChatClient("DeepSeek", other, chat.url))
            await servers[0].load()
            yield Provider(chat, servers[0], *(ChatModel(server) for server in servers))
            for server in servers:
                await server.close()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.fake.forget()
    return running


each_way = pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])


# --- answers -------------------------------------------------------------------------------------------------------------
@each_way
async def test_a_question_is_answered_with_its_usage_model_and_price(provider: Provider, streams: bool) -> None:
    answer = await provider.ask(streams)
    assert (answer.text, answer.finish, answer.reason) == (f"You asked: {QUESTION}", "stop", "")
    assert provider.model.engine.endswith(f":{answer.model}") and answer.priced_as == answer.model
    assert answer.usage and answer.cost > 0
    assert len(provider.fake.calls) == 1


async def test_a_stream_grows_to_the_whole_answer(provider: Provider) -> None:
    heard: list[str] = []

    async def hear(text: str) -> None:
        heard.append(text)

    answer = await provider.ask(True, on_text=hear)
    assert len(heard) > 1 and heard[-1] == answer.text
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard))


@each_way
async def test_a_shape_is_asked_for_and_answered(provider: Provider, streams: bool) -> None:
    answer = await provider.ask(streams, schema=Depth)
    assert Depth.model_validate_json(answer.text)
    assert "inches" in str(provider.fake.calls[0].request)


@each_way
async def test_pictures_go_with_the_question_as_they_are(provider: Provider, streams: bool) -> None:
    answer = await provider.ask(streams, images=[PICTURE, PICTURE])
    assert answer.text == f"You asked: {QUESTION} [image/png] [image/png]"
    [call] = provider.fake.calls
    assert list(pictures(call.request)) == [PICTURE.data] * 2


def pictures(told: Any) -> Iterator[bytes]:
    """In either dialect, wherever they stand."""
    match told:
        case {"inlineData": {"data": data}}:
            yield base64.b64decode(data, altchars=b"-_")
        case {"image_url": {"url": url}}:
            yield base64.b64decode(url.partition(",")[2])
        case dict():
            for value in told.values():
                yield from pictures(value)
        case list():
            for value in told:
                yield from pictures(value)


@each_way
async def test_an_answer_with_no_room_left_is_a_cut_one(provider: Provider, streams: bool) -> None:
    assert (await provider.ask(streams, most_tokens=3)).finish == "max_tokens"


async def test_what_the_listener_raises_is_raised_as_it_is_and_ends_the_call(provider: Provider) -> None:
    async def full(text: str) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        await provider.ask(True, on_text=full)
    assert (await provider.ask(True)).finish == "stop"


# --- faults --------------------------------------------------------------------------------------------------------------
BOTH = [False, True]
EXPECTED: dict[str, tuple[list[bool], type[ProviderError] | str]] = {
    "rate_limited": (BOTH, RateLimited),
    "rate_limited_untimed": (BOTH, RateLimited),
    "daily_quota": (BOTH, QuotaExhausted),
    "overloaded": (BOTH, Upstream5xx),
    "internal": (BOTH, Upstream5xx),
    "deadline": (BOTH, Upstream5xx),
    "invalid_argument": (BOTH, InvalidRequest),
    "invalid_key": (BOTH, AuthConfig),
    "unauthenticated": (BOTH, AuthConfig),
    "no_rights": (BOTH, AuthConfig),
    "gave_up": (BOTH, UpstreamTimeout),
    "model_not_found": (BOTH, InvalidRequest),
    "bad_gateway": (BOTH, Upstream5xx),
    "hang": (BOTH, UpstreamTimeout),
    "slow": (BOTH, UpstreamTimeout),
    "reset": (BOTH, UpstreamNetwork),
    "torn": (BOTH, UpstreamNetwork),
    "broken_json": (BOTH, Upstream5xx),
    "cut_stream": ([True], UpstreamNetwork),
    "stalled_stream": ([True], UpstreamTimeout),
    "error_in_stream": ([True], Upstream5xx),
    "prompt_blocked": (BOTH, "blocked"),
    "candidate_blocked": (BOTH, "blocked"),
    "max_tokens": (BOTH, "max_tokens"),
    "truncated_json": (BOTH, "stop"),
    "wrong_schema": (BOTH, "stop"),
    "no_candidates": (BOTH, "empty"),
    "empty_text": (BOTH, "empty"),
}
CASES = [(fault, streams, outcome) for fault, (ways, outcome) in EXPECTED.items() for streams in ways]
# Of these the request went out and no refusal came back: the provider may charge them.
CHARGED = {"hang", "slow", "reset", "torn", "broken_json", "cut_stream", "stalled_stream", "error_in_stream"}
SILENT = {"hang", "slow", "stalled_stream"}  # which only a deadline ends


def test_every_fault_of_the_fakes_is_expected() -> None:
    assert set(EXPECTED) == NAMES


@pytest.mark.parametrize(("fault", "streams", "outcome"), CASES, ids=[f"{fault}-{'stream' if s else 'whole'}" for fault, s, _ in CASES])
async def test_a_fault_is_one_request_and_one_error_of_ours(
    provider: Provider, fault: str, streams: bool, outcome: type[ProviderError] | str
) -> None:
    provider.fake.fault(fault, seconds=60)
    seconds = 0.5 if fault in SILENT else 10
    if isinstance(outcome, str):
        assert (await provider.ask(streams, seconds)).finish == outcome
    else:
        with pytest.raises(ProviderError) as failure:
            await provider.ask(streams, seconds, images=[PICTURE])
        assert type(failure.value) is outcome
        assert failure.value.may_be_charged == (fault in CHARGED)
        assert not told_too_much(failure.value)
        assert len(str(failure.value)) < 200
    assert [written.gave for written in provider.fake.calls] == [fault]


def told_too_much(failure: BaseException) -> list[str]:
    """What of others' words is in the error, in what it carries, or in an error behind it."""
    chain = list(behind(failure))
    assert not [one for one in chain if not isinstance(one, ProviderError | asyncio.CancelledError | TimeoutError)]
    shown = "".join(traceback.format_exception(failure)) + "".join(f"{one} {one!r} {one.args} {vars(one)}" for one in chain)
    return [word for word in [*PRIVATE, "a picture that"] if word in shown]


def behind(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


@each_way
async def test_too_often_says_when_to_come_again(provider: Provider, streams: bool) -> None:
    provider.fake.fault("rate_limited", seconds=7)
    with pytest.raises(RateLimited) as failure:
        await provider.ask(streams)
    assert failure.value.retry_after == 7


@each_way
async def test_nobody_there_is_a_failure_of_the_network(provider: Provider, streams: bool) -> None:
    provider.model, kept = provider.nobody, provider.model
    try:
        with pytest.raises(UpstreamNetwork) as failure:
            await provider.ask(streams)
    finally:
        provider.model = kept
    assert not failure.value.may_be_charged
    assert not told_too_much(failure.value)


@each_way
async def test_a_key_that_is_not_accepted_is_auth_and_stays_unsaid(provider: Provider, streams: bool) -> None:
    provider.model, kept = provider.stranger, provider.model
    try:
        with pytest.raises(AuthConfig) as failure:
            await provider.ask(streams)
    finally:
        provider.model = kept
    assert "another-key" not in "".join(traceback.format_exception(failure.value)) + repr(failure.value)


@each_way
async def test_silence_ends_at_the_deadline(provider: Provider, streams: bool) -> None:
    provider.fake.fault("stalled_stream" if streams else "hang")
    began = time.monotonic()
    with pytest.raises(UpstreamTimeout):
        await provider.ask(streams, 0.5)
    assert 0.45 < time.monotonic() - began < 3 * BUSY


@each_way
async def test_a_call_that_is_cancelled_leaves_at_once(provider: Provider, streams: bool) -> None:
    provider.fake.fault("stalled_stream" if streams else "hang")
    call = asyncio.create_task(provider.ask(streams, 60))
    await until(lambda: provider.fake.calls, 10)
    call.cancel()
    began = time.monotonic()
    await asyncio.wait([call])
    assert call.cancelled() and time.monotonic() - began < 2 * BUSY


async def test_a_stream_that_is_cancelled_says_what_it_had_heard_and_what_that_costs(provider: Provider) -> None:
    heard: list[str] = []

    async def hear(text: str) -> None:
        heard.append(text)

    provider.fake.fault("stalled_stream")
    call = asyncio.create_task(provider.ask(True, 60, on_text=hear))
    await until(lambda: heard, 10)
    call.cancel()
    with pytest.raises(CutShort) as cut:
        await call
    so_far = cut.value.so_far
    assert so_far.text == heard[-1]
    assert (so_far.reason, so_far.usage != {}, so_far.cost > 0) == ("cancelled", True, True)


@each_way
async def test_a_client_lives_through_every_failure(provider: Provider, streams: bool) -> None:
    for fault in ("reset", "torn", "hang", "broken_json"):
        provider.fake.fault(fault)
        with pytest.raises(ProviderError):
            await provider.ask(streams, 0.3)
    assert (await provider.ask(streams)).finish == "stop"


# --- what costs nothing ---------------------------------------------------------------------------------------------------
async def test_a_look_at_a_model_that_is_there_is_one_request_that_asks_for_no_words(provider: Provider) -> None:
    await provider.model.look(seconds=10)
    [call] = provider.fake.calls
    assert (call.name, call.request) == ("getModel", None)


LOOKED = {
    fault: outcome
    for fault, (ways, outcome) in EXPECTED.items()
    if False in ways and isinstance(outcome, type) and fault != "model_not_found"
}


@pytest.mark.parametrize(("fault", "outcome"), LOOKED.items(), ids=LOOKED)
async def test_a_fault_that_befalls_a_look_is_the_same_error_of_ours(provider: Provider, fault: str, outcome: type[ProviderError]) -> None:
    provider.fake.fault(fault, seconds=60, call="getModel")
    with pytest.raises(ProviderError) as failure:
        await provider.model.look(seconds=0.5 if fault in SILENT else 10)
    assert type(failure.value) is outcome
    assert not told_too_much(failure.value)


async def test_a_look_where_nobody_is_fails_and_one_with_another_key_is_auth(provider: Provider) -> None:
    with pytest.raises(UpstreamNetwork):
        await provider.nobody.look(seconds=10)
    with pytest.raises(AuthConfig) as failure:
        await provider.stranger.look(seconds=10)
    assert "another-key" not in "".join(traceback.format_exception(failure.value)) + repr(failure.value)


async def test_a_model_that_its_provider_does_not_name_is_no_good_request(provider: Provider) -> None:
    if isinstance(provider.fake, FakeChat):
        provider.fake.lists = ["another-model"]
    else:
        provider.fake.fault("model_not_found", call="getModel")
    with pytest.raises(InvalidRequest):
        await provider.model.look(seconds=10)


async def test_a_server_without_a_list_of_its_models_is_believed_to_be_well(provider: Provider) -> None:
    if not isinstance(provider.fake, FakeChat):
        pytest.skip("Gemini always names its models.")
    provider.fake.lists = None
    await provider.model.look(seconds=10)


Making = Callable[[str, str], object]
MAKING: list[Making] = [
    lambda key, url: GeminiClient(SecretStr(key), url),
    lambda key, url: ChatClient("DeepSeek", SecretStr(key), url),
]


@pytest.mark.parametrize("make", MAKING)
@pytest.mark.parametrize(("key", "url"), [("", "http://h"), ("two words", "http://h"), ("kéy", "http://h"), ("key", "ftp://me:secret@h")])
def test_what_could_not_be_sent_is_refused_without_being_shown(make: Making, key: str, url: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        make(key, url)
    assert not [word for word in ("two words", "kéy", "secret") if word in str(refusal.value)]
