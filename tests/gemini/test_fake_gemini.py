"""What google-genai makes of the fake: each call works, and each fault gives what TEMPORAL.md and LIBRARIES.md measured."""

import asyncio
import contextlib
import enum
import json
import math
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Literal

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from google.genai.client import AsyncClient
from pydantic import BaseModel, Field

from tests.gemini.answers import Answer
from tests.gemini.asked import Json, camelled
from tests.gemini.fake import FakeGemini
from tests.gemini.faults import NAMES, Fault
from tests.gemini.running import fake_gemini
from tests.gemini.schemas import least
from tests.running import until

pytestmark = pytest.mark.anyio

KEY = "a-key-that-nobody-may-see"
MODEL = "gemini-2.5-flash"
EMBEDDER = "gemini-embedding-001"


class Cabinet(BaseModel):
    name: str = Field(min_length=6, max_length=9)
    doors: int = Field(ge=2, le=4)
    depth_in: float = Field(ge=0.5)


class Kitchen(BaseModel):
    style: Literal["galley", "island"]
    cabinets: list[Cabinet] = Field(min_length=2)
    remark: str | None
    area_sqft: int = 0


class Room(BaseModel):
    inside: "Room | None"
    share: float = Field(gt=0, lt=1)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[FakeGemini]:
    async with fake_gemini() as gemini:
        yield gemini


@pytest.fixture
def gemini(running: FakeGemini) -> FakeGemini:
    running.forget()
    running.pace = 0
    return running


@contextlib.asynccontextmanager
async def client(url: str, key: str = KEY, api_version: str = "v1beta", timeout_ms: int = 30_000) -> AsyncIterator[AsyncClient]:
    """As TEMPORAL.md section 6 pins it: httpx2, and nobody tries again."""
    options = types.HttpOptions(
        base_url=url,
        api_version=api_version,
        timeout=timeout_ms,
        retry_options=types.HttpRetryOptions(attempts=1),
        async_client_args={"transport": httpx2.AsyncHTTPTransport()},
    )
    whole = genai.Client(api_key=key, http_options=options)  # kept: one that nobody holds closes itself
    async with whole.aio as google:
        yield google
    whole.close()


@pytest.fixture(scope="module")
async def google(running: FakeGemini) -> AsyncIterator[AsyncClient]:
    async with client(running.url) as google:
        yield google


@pytest.fixture(scope="module")
async def impatient(running: FakeGemini) -> AsyncIterator[AsyncClient]:
    """For calls that are never answered: its timeout is the condition that ends them."""
    async with client(running.url, timeout_ms=500) as google:
        yield google


async def generate(google: AsyncClient, text: str = "How deep is a wall cabinet?", **config: Any) -> types.GenerateContentResponse:
    return await google.models.generate_content(model=MODEL, contents=text, config=types.GenerateContentConfig(**config))


async def stream(google: AsyncClient, text: str = "How deep is a wall cabinet?") -> list[types.GenerateContentResponse]:
    return [chunk async for chunk in await google.models.generate_content_stream(model=MODEL, contents=text)]


async def embed(google: AsyncClient) -> types.EmbedContentResponse:
    return await google.models.embed_content(model=EMBEDDER, contents=["oak", "maple"])


async def count(google: AsyncClient) -> types.CountTokensResponse:
    return await google.models.count_tokens(model=MODEL, contents="Sixteen letters.")


EVERY_CALL: dict[str, Callable[[AsyncClient], Awaitable[Any]]] = {
    "generateContent": generate,
    "streamGenerateContent": stream,
    "batchEmbedContents": embed,
    "countTokens": count,
}
every_call = pytest.mark.parametrize("call", EVERY_CALL)


def finish_reason(answer: types.GenerateContentResponse) -> types.FinishReason | None:
    return answer.candidates[0].finish_reason if answer.candidates else None


def adds_up(usage: types.GenerateContentResponseUsageMetadata | None) -> bool:
    assert usage
    parts = (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count)
    return usage.total_token_count == sum(part or 0 for part in parts)


async def outcome(call: Awaitable[Any]) -> type[BaseException] | None:
    """What the call raises."""
    try:
        await call
    except Exception as raised:
        return type(raised)
    return None


# Calls


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_a_plain_question_is_answered_in_text_that_repeats_it(gemini: FakeGemini, version: str) -> None:
    async with client(gemini.url, api_version=version) as google:
        answer = await generate(google, "How deep is a wall cabinet?", system_instruction="Be brief.")
    assert answer.text == "You asked: How deep is a wall cabinet?"
    assert finish_reason(answer) == types.FinishReason.STOP
    assert (answer.model_version, answer.response_id) == (MODEL, "fake-1")
    assert answer.usage_metadata and answer.usage_metadata.prompt_token_count == 7 + 3
    assert adds_up(answer.usage_metadata)
    assert [(call.name, call.version, call.model) for call in gemini.calls] == [("generateContent", version, MODEL)]


@pytest.mark.parametrize("shape", [Cabinet, Kitchen])
async def test_a_pydantic_schema_is_met_by_an_object_that_it_parses(
    gemini: FakeGemini, google: AsyncClient, shape: type[BaseModel]
) -> None:
    answer = await generate(google, response_mime_type="application/json", response_schema=shape)
    assert isinstance(answer.parsed, shape)
    assert "responseSchema" in gemini.calls[0].request["generationConfig"]  # type: ignore[index]


@pytest.mark.parametrize("shape", [Cabinet, Kitchen, Room])
async def test_a_json_schema_is_met_as_well(gemini: FakeGemini, google: AsyncClient, shape: type[BaseModel]) -> None:
    answer = await generate(google, response_mime_type="application/json", response_json_schema=shape.model_json_schema())
    assert shape.model_validate_json(answer.text or "").model_dump(exclude_unset=True) == answer.parsed
    assert "responseJsonSchema" in gemini.calls[0].request["generationConfig"]  # type: ignore[index]


async def test_only_what_is_required_is_filled_in(gemini: FakeGemini, google: AsyncClient) -> None:
    answer = await generate(google, response_mime_type="application/json", response_schema=Kitchen)
    assert json.loads(answer.text or "") == {
        "style": "galley",
        "cabinets": [{"name": "texttt", "doors": 2, "depth_in": 0.5}] * 2,
        "remark": "text",
    }


async def test_an_enum_is_answered_by_its_first_word(gemini: FakeGemini, google: AsyncClient) -> None:
    wood = enum.Enum("wood", {"OAK": "oak", "MAPLE": "maple"})
    answer = await generate(google, response_mime_type="text/x.enum", response_schema=wood)
    assert (answer.text, answer.parsed) == ("oak", wood.OAK)


async def test_a_stream_says_the_same_in_pieces_and_its_finish_reason_last(gemini: FakeGemini, google: AsyncClient) -> None:
    chunks = await stream(google, "How deep is a wall cabinet?")
    assert "".join(chunk.text or "" for chunk in chunks) == "You asked: How deep is a wall cabinet?"
    assert [finish_reason(chunk) for chunk in chunks] == [None, None, types.FinishReason.STOP]
    assert all(adds_up(chunk.usage_metadata) for chunk in chunks)
    assert {chunk.response_id for chunk in chunks} == {"fake-1"}


async def test_an_embedding_is_told_by_the_text_alone_and_has_unit_length(gemini: FakeGemini, google: AsyncClient) -> None:
    first, again = await embed(google), await embed(google)
    assert first.embeddings == again.embeddings
    vectors = [embedding.values or [] for embedding in first.embeddings or []]
    assert vectors[0] != vectors[1]
    assert [len(vector) for vector in vectors] == [768, 768]
    assert all(math.isclose(math.hypot(*vector), 1) for vector in vectors)


async def test_an_embedding_has_the_length_that_is_asked_for(gemini: FakeGemini, google: AsyncClient) -> None:
    config = types.EmbedContentConfig(output_dimensionality=64)
    answer = await google.models.embed_content(model=EMBEDDER, contents="oak", config=config)
    assert [len(embedding.values or []) for embedding in answer.embeddings or []] == [64]


async def test_one_text_is_embedded_as_in_a_batch(gemini: FakeGemini, google: AsyncClient) -> None:
    """google-genai 3 sends every embedding as a batch; `embedContent` is for other clients."""
    batch = await embed(google)
    async with httpx2.AsyncClient(base_url=gemini.url, headers={"x-goog-api-key": KEY}) as http:
        one = await http.post(f"/v1beta/models/{EMBEDDER}:embedContent", json={"content": {"parts": [{"text": "oak"}]}})
    assert batch.embeddings and one.json()["embedding"]["values"] == batch.embeddings[0].values


async def test_tokens_are_counted_as_a_question_is_charged(gemini: FakeGemini, google: AsyncClient) -> None:
    counted, charged = await count(google), await generate(google, "Sixteen letters.")
    assert charged.usage_metadata and counted.total_tokens == charged.usage_metadata.prompt_token_count == 4


async def test_an_answer_longer_than_its_limit_is_cut_and_says_so(gemini: FakeGemini, google: AsyncClient) -> None:
    answer = await generate(google, "How deep is a wall cabinet?", max_output_tokens=2)
    assert finish_reason(answer) == types.FinishReason.MAX_TOKENS
    assert answer.text == "You aske"


async def test_thinking_is_charged_beside_the_answer(gemini: FakeGemini, google: AsyncClient) -> None:
    answer = await generate(google, thinking_config=types.ThinkingConfig(thinking_budget=64))
    assert answer.usage_metadata and answer.usage_metadata.thoughts_token_count == 32
    assert adds_up(answer.usage_metadata)


async def test_a_picture_is_named_and_counted(gemini: FakeGemini, google: AsyncClient) -> None:
    photo = types.Part.from_bytes(data=b"a picture", mime_type="image/png")
    answer = await google.models.generate_content(model=MODEL, contents=[photo, "What is it?"])
    assert answer.text == "You asked: What is it? [image/png]"
    assert answer.usage_metadata and answer.usage_metadata.prompt_token_count == 258 + 3


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "INTEGER", "minimum": 3, "maximum": 9}, 3),
        ({"type": "integer", "exclusiveMinimum": 0}, 1),
        ({"type": "integer", "maximum": -2.5}, -3),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "STRING", "min_length": "6"}, "texttt"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "format": "date"}, "2000-01-01"),
        ({"type": ["null", "boolean"]}, False),
        ({"type": "null"}, None),
        ({"const": 7}, 7),
        ({"oneOf": [{"type": "null"}, {"type": "array", "prefixItems": [{"enum": ["a"]}], "items": {}, "minItems": 2}]}, ["a", "text"]),
        ({"properties": {"min_length": {"type": "integer"}, "b": {}}, "minProperties": 1}, {"min_length": 0}),
        ({"properties": {"a": {}, "b": {}}, "required": ["a", "b"], "propertyOrdering": ["b", "a"]}, {"b": "text", "a": "text"}),
        ({"$ref": "#/$defs/a_name", "$defs": {"a_name": {"enum": ["oak"]}}}, "oak"),
    ],
)
def test_the_least_value_of_a_schema_keeps_its_bounds(schema: Json, value: Any) -> None:
    found = least(camelled(schema))
    assert json.dumps(found) == json.dumps(value)


# Script and journal


async def test_scripted_answers_come_in_their_order_and_then_the_plain_rules(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.script("Twelve inches.", {"depth_in": 12}, Answer(text="I thought.", thoughts=9), Answer(body={"candidates": []}))
    answers = [await generate(google, "Hello") for _ in range(5)]
    assert [answer.text for answer in answers] == ["Twelve inches.", '{"depth_in": 12}', "I thought.", None, "You asked: Hello"]
    assert answers[2].usage_metadata and answers[2].usage_metadata.thoughts_token_count == 9


async def test_a_scripted_text_waits_for_a_call_that_can_say_it(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.script("For any.")
    gemini.script("For streams.", Fault(fault="overloaded"), call="streamGenerateContent")
    assert (await count(google)).total_tokens == 4
    assert "".join(chunk.text or "" for chunk in await stream(google)) == "For streams."
    assert (await generate(google)).text == "For any."
    with pytest.raises(errors.ServerError):
        await stream(google)


async def test_a_fault_befalls_the_calls_it_was_laid_for(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("overloaded", nth=2, times=2, call="countTokens")
    outcomes = [await outcome(call(google)) for call in (count, generate, count, generate, count, count)]
    assert outcomes == [None, None, errors.ServerError, None, errors.ServerError, None]
    assert [call.gave for call in gemini.calls] == ["answer", "answer", "overloaded", "answer", "overloaded", "answer"]


async def test_of_two_faults_for_one_call_the_second_waits(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("overloaded")
    gemini.fault("rate_limited")
    assert [await outcome(generate(google)) for _ in range(3)] == [errors.ServerError, errors.ClientError, None]


async def test_a_fault_without_end_lasts_until_it_is_forgotten(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("overloaded", times=None)
    assert [await outcome(generate(google)) for _ in range(3)] == [errors.ServerError] * 3
    gemini.forget()
    assert await outcome(generate(google)) is None


def test_what_can_never_happen_is_refused_when_it_is_laid(gemini: FakeGemini) -> None:
    with pytest.raises(ValueError, match="no fault is called flood"):
        gemini.fault("flood")
    with pytest.raises(ValueError, match="can never befall countTokens"):
        gemini.fault("cut_stream", call="countTokens")
    with pytest.raises(ValueError, match="countTokens can never give"):
        gemini.script("A text.", call="countTokens")
    with pytest.raises(ValueError, match="befalls one call at least"):
        gemini.fault("overloaded", times=0)


@every_call
async def test_the_journal_has_each_request_and_never_the_key(gemini: FakeGemini, google: AsyncClient, call: str) -> None:
    await EVERY_CALL[call](google)
    (written,) = gemini.calls
    assert written.name == call
    assert written.request and {"contents", "requests"} & written.request.keys()
    assert written.headers["x-goog-api-client"].startswith("google-genai-sdk/")
    assert KEY not in written.model_dump_json()


# Refusals


@every_call
async def test_a_call_without_a_key_is_not_let_in(gemini: FakeGemini, call: str) -> None:
    async with httpx2.AsyncClient(base_url=gemini.url) as http:
        refusal = await http.post(f"/v1beta/models/{MODEL}:{call}", json={})
    error = refusal.json()["error"]
    assert (refusal.status_code, error["code"], error["status"]) == (403, 403, "PERMISSION_DENIED")
    assert error["message"].startswith("Method doesn't allow unregistered callers")


async def test_another_key_than_the_one_it_knows_is_not_let_in() -> None:
    async with fake_gemini(key=KEY) as gemini:
        async with client(gemini.url, key="another") as google:
            assert await outcome(generate(google)) is errors.ClientError
        async with client(gemini.url) as google:
            assert await outcome(generate(google)) is None
        assert [call.gave for call in gemini.calls] == ["refused", "answer"]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("generateContent", {}, "* GenerateContentRequest.contents: contents is not specified\n"),
        (
            "generateContent",
            {"contents": [{}], "generationConfig": {"responseSchema": {}, "responseJsonSchema": {}}},
            "Request contains an invalid argument.",
        ),
        ("countTokens", {"contents": []}, "* CountTokensRequest.contents: contents is not specified\n"),
        (
            "batchEmbedContents",
            {"requests": [{}] * 101},
            "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n",
        ),
        ("embedContent", {"content": {"parts": []}}, "Request contains an invalid argument."),
        ("embedContent", {"content": {"parts": [{"text": "oak"}]}, "outputDimensionality": 5000}, "Request contains an invalid argument."),
    ],
)
async def test_a_request_that_gemini_refuses_is_refused(gemini: FakeGemini, name: str, body: dict[str, Any], message: str) -> None:
    async with httpx2.AsyncClient(base_url=gemini.url, headers={"x-goog-api-key": KEY}) as http:
        refusal = await http.post(f"/v1beta/models/{MODEL}:{name}", json=body)
    assert (refusal.status_code, refusal.json()["error"]["message"]) == (400, message)


@pytest.mark.parametrize("path", ["/v1beta/models/a-model:ponder", "/v2/models/a-model:generateContent"])
async def test_what_gemini_does_not_have_is_not_found(gemini: FakeGemini, path: str) -> None:
    async with httpx2.AsyncClient(base_url=gemini.url, headers={"x-goog-api-key": KEY}) as http:
        refusal = await http.post(path, json={})
    assert (refusal.status_code, refusal.json()["error"]["status"]) == (404, "NOT_FOUND")


# Faults: refused


REFUSED = {
    "rate_limited": (errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
    "rate_limited_untimed": (errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
    "daily_quota": (errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
    "overloaded": (errors.ServerError, 503, "UNAVAILABLE"),
    "internal": (errors.ServerError, 500, "INTERNAL"),
    "deadline": (errors.ServerError, 504, "DEADLINE_EXCEEDED"),
    "invalid_argument": (errors.ClientError, 400, "INVALID_ARGUMENT"),
    "invalid_key": (errors.ClientError, 400, "INVALID_ARGUMENT"),
    "unauthenticated": (errors.ClientError, 401, "UNAUTHENTICATED"),
    "no_rights": (errors.ClientError, 403, "PERMISSION_DENIED"),
    "gave_up": (errors.ClientError, 408, "CANCELLED"),
    "model_not_found": (errors.ClientError, 404, "NOT_FOUND"),
    "bad_gateway": (errors.ServerError, 502, "Bad Gateway"),
}


@every_call
@pytest.mark.parametrize("fault", REFUSED)
async def test_a_refusal_is_raised_with_its_code_and_status(gemini: FakeGemini, google: AsyncClient, fault: str, call: str) -> None:
    gemini.fault(fault)
    with pytest.raises(errors.APIError) as refusal:
        await EVERY_CALL[call](google)
    assert (type(refusal.value), refusal.value.code, refusal.value.status) == REFUSED[fault]
    assert [written.gave for written in gemini.calls] == [fault]


def detail(refusal: errors.APIError, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in refusal.details["error"]["details"] if one["@type"].endswith(name))
    return found


@pytest.mark.parametrize(("fault", "period"), [("rate_limited", "PerMinute"), ("daily_quota", "PerDay")])
async def test_a_quota_tells_its_period_and_when_to_come_again(gemini: FakeGemini, google: AsyncClient, fault: str, period: str) -> None:
    gemini.fault(fault, seconds=1.5)
    with pytest.raises(errors.ClientError) as refusal:
        await generate(google)
    assert period in detail(refusal.value, "QuotaFailure")["violations"][0]["quotaId"]
    assert detail(refusal.value, "RetryInfo")["retryDelay"] == "1.5s"
    assert refusal.value.response.headers["Retry-After"] == "2"


async def test_a_key_that_is_not_valid_is_told_by_its_reason(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("invalid_key")
    with pytest.raises(errors.ClientError) as refusal:
        await generate(google)
    assert detail(refusal.value, "ErrorInfo")["reason"] == "API_KEY_INVALID"


async def test_a_gateways_page_is_raised_as_the_message(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("bad_gateway")
    with pytest.raises(errors.ServerError, match="Error 502") as refusal:
        await generate(google)
    assert refusal.value.details["message"].startswith("<!DOCTYPE html>")


# Faults: on the wire


@every_call
async def test_silence_ends_by_the_clients_own_timeout(gemini: FakeGemini, impatient: AsyncClient, call: str) -> None:
    gemini.fault("hang")
    assert await outcome(EVERY_CALL[call](impatient)) is httpx2.ReadTimeout
    assert [written.gave for written in gemini.calls] == ["hang"]


@every_call
async def test_a_slow_answer_comes_late_and_whole(gemini: FakeGemini, google: AsyncClient, call: str) -> None:
    gemini.fault("slow", seconds=0.05)
    began = time.monotonic()
    assert await outcome(EVERY_CALL[call](google)) is None
    assert time.monotonic() - began >= 0.05
    assert [written.gave for written in gemini.calls] == ["slow"]


async def test_a_slow_answer_is_given_up_by_who_does_not_wait_for_it(
    gemini: FakeGemini, google: AsyncClient, impatient: AsyncClient
) -> None:
    gemini.fault("slow", seconds=60)
    assert await outcome(generate(impatient)) is httpx2.ReadTimeout
    assert await outcome(generate(google)) is None
    assert [written.gave for written in gemini.calls] == ["slow", "answer"]


@every_call
@pytest.mark.parametrize("fault", ["reset", "torn"])
async def test_a_connection_that_closes_is_an_error_of_the_protocol(gemini: FakeGemini, google: AsyncClient, fault: str, call: str) -> None:
    gemini.fault(fault)
    assert await outcome(EVERY_CALL[call](google)) is httpx2.RemoteProtocolError
    assert [written.gave for written in gemini.calls] == [fault]


@every_call
async def test_broken_json_is_raised_as_such(gemini: FakeGemini, google: AsyncClient, call: str) -> None:
    gemini.fault("broken_json")
    expected = errors.UnknownApiResponseError if call == "streamGenerateContent" else json.JSONDecodeError
    assert await outcome(EVERY_CALL[call](google)) is expected
    assert len(gemini.calls) == 1


# Faults: in a stream


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ("torn", httpx2.RemoteProtocolError),
        ("broken_json", errors.UnknownApiResponseError),
        ("error_in_stream", errors.ServerError),
        ("cut_stream", None),
    ],
)
async def test_what_came_before_a_stream_went_wrong_was_received(
    gemini: FakeGemini, google: AsyncClient, fault: str, raised: type[Exception] | None
) -> None:
    gemini.fault(fault, after=2)
    received: list[types.GenerateContentResponse] = []
    assert await outcome(read(google, received)) is raised
    assert [finish_reason(chunk) for chunk in received] == [None, None]
    assert [written.gave for written in gemini.calls] == [fault]


async def test_a_stalled_stream_ends_by_the_clients_own_timeout(gemini: FakeGemini, impatient: AsyncClient) -> None:
    gemini.fault("stalled_stream")
    received: list[types.GenerateContentResponse] = []
    assert await outcome(read(impatient, received)) is httpx2.ReadTimeout
    assert [finish_reason(chunk) for chunk in received] == [None]
    assert [written.gave for written in gemini.calls] == ["stalled_stream"]


async def test_a_paced_stream_is_open_between_its_pieces_and_ends_when_the_client_goes(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.pace = 30
    received: list[types.GenerateContentResponse] = []
    reading = asyncio.create_task(read(google, received))
    await until(lambda: received, 20)
    assert (len(received), gemini.open, reading.done()) == (1, 1, False)
    reading.cancel()
    await until(lambda: gemini.open == 0, 20)
    gemini.pace = 0.01
    await read(google, received)
    assert [finish_reason(chunk) for chunk in received] == [None, None, None, "STOP"]


async def read(google: AsyncClient, received: list[types.GenerateContentResponse]) -> None:
    async for chunk in await google.models.generate_content_stream(model=MODEL, contents="How deep is a wall cabinet?"):
        received.append(chunk)  # noqa: PERF401  a comprehension would lose what came before the error


# Faults: in the answer


SAID = ["prompt_blocked", "candidate_blocked", "max_tokens", "truncated_json", "wrong_schema", "no_candidates", "empty_text"]


async def test_a_blocked_prompt_raises_nothing_and_has_its_reason(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("prompt_blocked")
    answer = await generate(google)
    assert answer.prompt_feedback and answer.prompt_feedback.block_reason == types.BlockedReason.SAFETY
    assert (answer.text, answer.candidates) == (None, None)
    assert adds_up(answer.usage_metadata)


async def test_a_blocked_candidate_raises_nothing_and_has_no_text(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("candidate_blocked")
    answer = await generate(google)
    assert finish_reason(answer) == types.FinishReason.SAFETY
    assert answer.text is None
    assert answer.candidates and answer.candidates[0].safety_ratings and answer.candidates[0].safety_ratings[0].blocked


async def test_json_cut_at_the_token_limit_raises_nothing_and_is_not_parsed(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("max_tokens")
    answer = await generate(google, response_mime_type="application/json", response_schema=Kitchen)
    assert finish_reason(answer) == types.FinishReason.MAX_TOKENS
    assert (answer.text or "").startswith('{"style"') and answer.parsed is None


async def test_json_that_ends_in_its_middle_raises_nothing_and_says_that_it_is_whole(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("truncated_json")
    answer = await generate(google, response_mime_type="application/json", response_schema=Kitchen)
    assert finish_reason(answer) == types.FinishReason.STOP
    assert (answer.text or "").startswith('{"style"') and answer.parsed is None


async def test_a_fault_befalls_only_the_requests_that_it_was_laid_for(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("overloaded", times=None, of=lambda asked: "wall" in asked.question)
    assert [await outcome(generate(google, said)) for said in ("A wall.", "A floor.")] == [errors.ServerError, None]


async def test_json_of_another_shape_raises_nothing_and_is_not_parsed(gemini: FakeGemini, google: AsyncClient) -> None:
    gemini.fault("wrong_schema")
    answer = await generate(google, response_mime_type="application/json", response_schema=Kitchen)
    assert finish_reason(answer) == types.FinishReason.STOP
    assert "something_else" in json.loads(answer.text or "") and answer.parsed is None


@pytest.mark.parametrize(("fault", "text"), [("no_candidates", None), ("empty_text", "")])
async def test_an_empty_answer_raises_nothing(gemini: FakeGemini, google: AsyncClient, fault: str, text: str | None) -> None:
    gemini.fault(fault)
    answer = await generate(google)
    assert (answer.text, adds_up(answer.usage_metadata)) == (text, True)


@pytest.mark.parametrize("fault", SAID)
async def test_a_stream_brings_the_same_answers(gemini: FakeGemini, google: AsyncClient, fault: str) -> None:
    gemini.fault(fault)
    gemini.fault(fault)
    whole, chunks = await generate(google), await stream(google)
    assert "".join(chunk.text or "" for chunk in chunks) == (whole.text or "")
    assert finish_reason(chunks[-1]) == finish_reason(whole)
    assert len(gemini.calls) == 2


def test_every_fault_is_tried_above() -> None:
    on_the_wire = {"hang", "slow", "reset", "torn", "broken_json", "cut_stream", "stalled_stream", "error_in_stream"}
    assert {*SAID, *REFUSED, *on_the_wire} == NAMES


# A process of its own


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "tests.gemini", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout
        yield started.stdout.readline().strip()
        started.terminate()
        assert started.wait(10) == 0


async def test_a_process_is_told_and_read_over_http(process: str) -> None:
    async with httpx2.AsyncClient(base_url=f"{process}/_fake") as control, client(process) as google:
        await control.post("/script", json={"turns": [{"text": "Twelve inches."}, {"fault": "overloaded"}]})
        await control.post("/faults", json={"fault": "rate_limited", "nth": 3, "call": "generateContent"})
        assert (await generate(google)).text == "Twelve inches."
        assert [await outcome(generate(google)) for _ in range(3)] == [errors.ServerError, errors.ClientError, None]
        calls = (await control.get("/calls")).json()
        assert [call["gave"] for call in calls] == ["answer", "overloaded", "rate_limited", "answer"]
        assert KEY not in json.dumps(calls)
        await control.post("/forget")
        assert (await control.get("/calls")).json() == []


async def test_a_process_refuses_what_it_does_not_know(process: str) -> None:
    async with httpx2.AsyncClient(base_url=f"{process}/_fake") as control:
        for path, body in [
            ("/faults", {"fault": "flood"}),
            ("/faults", {"fault": "hang", "nth": 0}),
            ("/script", {"turns": [{"tekst": ""}]}),
        ]:
            assert (await control.post(path, json=body)).status_code == 422


async def test_who_still_waits_when_the_fake_ends_sees_the_connection_close() -> None:
    async with contextlib.AsyncExitStack() as clients:
        async with fake_gemini() as gemini:
            gemini.fault("hang")
            waiting = asyncio.create_task(outcome(generate(await clients.enter_async_context(client(gemini.url)))))
            await until(lambda: gemini.calls, 10)
        assert await waiting is httpx2.RemoteProtocolError
