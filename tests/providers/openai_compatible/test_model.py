"""Chat completions over the wire: what is sent, and what no contract of all models says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from providers.base import Generated
from providers.errors import AuthConfig, InvalidRequest, QuotaExhausted, Upstream5xx, UpstreamNetwork, UpstreamTimeout
from providers.openai_compatible.client import ChatClient
from providers.openai_compatible.model import DEEPSEEK_MODEL, DEEPSEEK_MORE, ChatModel
from providers.openai_compatible.prices import DEEPSEEK, guessed
from tests.gemini.answers import Answer
from tests.openai_compatible.fake import FakeChat
from tests.openai_compatible.running import fake_chat

pytestmark = pytest.mark.anyio
NIGHT = datetime(2026, 11, 22, 20, tzinfo=UTC)


class Depth(BaseModel):
    inches: float


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[FakeChat]:
    async with fake_chat() as chat:
        yield chat


@pytest.fixture
def chat(running: FakeChat) -> FakeChat:
    running.forget()
    running.takes_schemas = True
    return running


@pytest.fixture
async def client(running: FakeChat) -> AsyncIterator[ChatClient]:
    client = ChatClient("DeepSeek", SecretStr(" a-key\n"), f"{running.url}/")
    yield client
    await client.close()


async def ask(model: ChatModel, **wanted: Any) -> Generated:
    return await model.generate("Be brief.", "How deep?", **{"most_tokens": 500, "seconds": 10.0} | wanted)


async def ignore(text: str) -> None: ...


def said(text: str, finish: str | None = "stop", **more: Any) -> Answer:
    return Answer(
        body={"choices": [{"index": 0, "message": {"content": text}, "delta": {"content": text}, "finish_reason": finish}], **more}
    )


# --- what is sent --------------------------------------------------------------------------------------------------------
async def test_a_request_says_what_is_needed_and_no_more(chat: FakeChat, client: ChatClient) -> None:
    await ask(ChatModel(client))
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "How deep?"}]
    assert chat.calls[0].request == {"model": DEEPSEEK_MODEL, "messages": messages, "max_tokens": 500}
    await ask(ChatModel(client, more=DEEPSEEK_MORE), on_text=ignore)
    request = chat.calls[1].request
    assert request and request["stream"] and request["stream_options"] == {"include_usage": True}
    assert request["thinking"] == {"type": "disabled"}


async def test_where_a_server_takes_no_schema_it_stands_in_the_instructions(chat: FakeChat, client: ChatClient) -> None:
    answer = await ask(ChatModel(client, shape="json_object"), schema=Depth)
    request = chat.calls[0].request
    assert request and request["response_format"] == {"type": "json_object"}
    assert request["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON object")
    assert Depth.model_validate_json(answer.text)


@pytest.mark.parametrize("streams", [False, True])
async def test_a_server_that_refuses_a_schema_is_asked_without_it_from_then_on(chat: FakeChat, client: ChatClient, streams: bool) -> None:
    chat.takes_schemas = False
    model = ChatModel(client)
    more = {"on_text": ignore} if streams else {}
    for _ in range(2):
        assert Depth.model_validate_json((await ask(model, schema=Depth, **more)).text)
    kinds = [call.request["response_format"]["type"] for call in chat.calls if call.request]
    assert kinds == ["json_schema", "json_object", "json_object"]


async def test_a_server_that_took_a_schema_once_is_believed_when_it_refuses_something_else(chat: FakeChat, client: ChatClient) -> None:
    model = ChatModel(client)
    await ask(model, schema=Depth)
    chat.fault("invalid_argument")
    with pytest.raises(InvalidRequest) as refusal:
        await ask(model, schema=Depth)
    assert (type(refusal.value), len(chat.calls)) == (InvalidRequest, 2)


async def test_a_request_that_is_refused_in_either_shape_is_refused(chat: FakeChat, client: ChatClient) -> None:
    chat.fault("invalid_argument", times=2)
    with pytest.raises(InvalidRequest) as refusal:
        await ask(ChatModel(client), schema=Depth)
    assert (type(refusal.value), len(chat.calls)) == (InvalidRequest, 2)


async def test_half_a_surrogate_pair_in_a_message_is_no_bug(chat: FakeChat, client: ChatClient) -> None:
    chat.script("Twelve inches.")
    assert (await ChatModel(client).generate("", "half \ud800", most_tokens=500, seconds=10)).finish == "stop"


# --- what comes of an answer ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "kind"), [("no_credit", QuotaExhausted), ("no_rights", AuthConfig), ("gave_up", UpstreamTimeout)])
async def test_a_status_is_enough(chat: FakeChat, client: ChatClient, name: str, kind: type[Exception]) -> None:
    chat.fault(name)
    with pytest.raises(kind):
        await ask(ChatModel(client))


@pytest.mark.parametrize(
    ("word", "finish", "reason"),
    [("length", "max_tokens", ""), ("content_filter", "blocked", "content_filter"), ("a_word_to_come", "blocked", "a_word_to_come")],
)
@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_that_ends_otherwise_says_how(
    chat: FakeChat, client: ChatClient, streams: bool, word: str, finish: str, reason: str
) -> None:
    chat.script(said("Half of ", word))
    answer = await ask(ChatModel(client), **({"on_text": ignore} if streams else {}))
    assert (answer.finish, answer.reason, answer.text) == (finish, reason, "Half of ")


async def test_an_answer_that_the_server_gave_up_is_its_failure(chat: FakeChat, client: ChatClient) -> None:
    chat.script(said("Half of ", "insufficient_system_resource"))
    with pytest.raises(Upstream5xx):
        await ask(ChatModel(client))


@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_that_never_says_it_is_finished_is_none(chat: FakeChat, client: ChatClient, streams: bool) -> None:
    chat.script(said("Twelve", None))
    with pytest.raises(UpstreamNetwork):
        await ask(ChatModel(client), **({"on_text": ignore} if streams else {}))


@pytest.mark.parametrize("body", [{"choices": "none"}, {"choices": [1]}, {"error": {"message": "a-secret"}}])
async def test_what_is_no_completion_is_no_answer(chat: FakeChat, client: ChatClient, body: dict[str, Any]) -> None:
    chat.script(Answer(body=body))
    with pytest.raises(Upstream5xx) as failure:
        await ask(ChatModel(client))
    assert "a-secret" not in str(failure.value)


async def test_an_answer_without_usage_costs_what_its_length_suggests(chat: FakeChat, client: ChatClient) -> None:
    chat.script(said("Twelve inches."))
    answer = await ask(ChatModel(client))
    assert answer.usage == {} and answer.cost > 0


# --- prices --------------------------------------------------------------------------------------------------------------
USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 1_000_000, "total_tokens": 2_000_000}


def test_the_model_we_choose_has_a_price_of_its_own() -> None:
    cost, priced_as = DEEPSEEK.price(DEEPSEEK_MODEL, USAGE, NIGHT)
    assert priced_as == DEEPSEEK_MODEL and cost > 0


def test_a_model_that_is_not_known_has_the_price_of_the_dearest_of_its_kind_or_of_all() -> None:
    flash, by = DEEPSEEK.price("deepseek-v9-flash", USAGE, NIGHT)
    assert "flash" in by and flash >= DEEPSEEK.price(DEEPSEEK_MODEL, USAGE, NIGHT)[0]
    assert DEEPSEEK.price("somebodys-own", USAGE, NIGHT)[0] >= flash


@pytest.mark.parametrize("usage", [{"total_tokens": 10}, {"prompt_tokens": "?", "total_tokens": 10}, guessed("a question")])
@pytest.mark.parametrize("model", [DEEPSEEK_MODEL, "unknown"])
def test_whatever_usage_is_told_a_paid_call_costs_something(model: str, usage: dict[str, Any]) -> None:
    assert DEEPSEEK.price(model, usage, NIGHT)[0] > 0
