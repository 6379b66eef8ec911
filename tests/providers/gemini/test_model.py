"""A language model of Gemini's, over the wire: what is sent, and what comes of an answer."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from providers.base import Generated, LanguageModel
from providers.errors import UpstreamNetwork
from providers.gemini.client import GeminiClient
from providers.gemini.model import CHEAPER_MODEL, DEFAULT_MODEL, GeminiModel
from tests.gemini.answers import Answer
from tests.gemini.asked import Json
from tests.gemini.fake import FakeGemini

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTRUCTIONS = "You help with a kitchen."
QUESTION = "How deep is a wall cabinet?"


class Cabinet(BaseModel):
    """Fields whose names are in another order than the alphabet's, and constraints that Gemini's own schema has no words for."""

    model_config = ConfigDict(extra="forbid")

    width_in: float = Field(gt=0)
    door: Literal["left", "right"]


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    understood: bool
    cabinets: list[Cabinet]
    best: Cabinet | None = Field(None, description="The one to begin with.")
    reply: str


@pytest.fixture
def model(client: GeminiClient) -> GeminiModel:
    return GeminiModel(client, now=lambda: NOON)


async def ask(model: GeminiModel, content: str = QUESTION, **wanted: Any) -> Generated:
    return await model.generate(INSTRUCTIONS, content, **{"most_tokens": 500, "seconds": 10.0} | wanted)


class Heard:
    """What `on_text` was handed, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def __call__(self, text: str) -> None:
        self.texts.append(text)


def sent(gemini: FakeGemini) -> Json:
    """The one request."""
    [call] = gemini.calls
    assert call.request
    return call.request


def body(*candidates: Json, **more: Any) -> Answer:
    return Answer(body={"candidates": list(candidates), **more})


def said(*parts: Json, finish: str | None = "STOP") -> Json:
    return {"content": {"parts": list(parts), "role": "model"}, "index": 0, **({"finishReason": finish} if finish else {})}


# What is sent


async def test_a_plain_question_is_answered_with_its_usage_model_and_cost(gemini: FakeGemini, model: GeminiModel) -> None:
    answer = await ask(model)
    assert (answer.text, answer.finish, answer.reason) == (f"You asked: {QUESTION}", "stop", "")
    assert (answer.model, answer.priced_as) == (DEFAULT_MODEL, DEFAULT_MODEL)
    assert answer.usage["promptTokenCount"] == 13 and answer.usage["candidatesTokenCount"] == 10
    assert answer.cost > 0
    assert [(call.name, call.model, call.version) for call in gemini.calls] == [("generateContent", DEFAULT_MODEL, "v1beta")]


async def test_instructions_and_content_go_apart(gemini: FakeGemini, model: GeminiModel) -> None:
    await ask(model)
    request = sent(gemini)
    assert [part["text"] for part in request["systemInstruction"]["parts"]] == [INSTRUCTIONS]
    assert [(content["role"], content["parts"]) for content in request["contents"]] == [("user", [{"text": QUESTION}])]


async def test_a_plain_question_asks_for_no_json_and_leaves_sampling_to_the_model(gemini: FakeGemini, model: GeminiModel) -> None:
    await ask(model)
    assert set(sent(gemini)["generationConfig"]) == {"maxOutputTokens", "thinkingConfig"}
    assert sent(gemini)["generationConfig"]["maxOutputTokens"] == 500


async def test_a_shape_is_asked_for_as_json_with_its_fields_in_the_order_of_the_class(gemini: FakeGemini, model: GeminiModel) -> None:
    answer = await ask(model, schema=Plan)
    config = sent(gemini)["generationConfig"]
    assert config["responseMimeType"] == "application/json" and "responseSchema" not in config
    schema = config["responseJsonSchema"]
    assert schema["propertyOrdering"] == ["understood", "cabinets", "best", "reply"]
    assert schema["properties"]["cabinets"]["items"]["propertyOrdering"] == ["width_in", "door"]
    assert list(json.loads(answer.text)) == ["understood", "cabinets", "reply"]


@pytest.mark.parametrize(
    ("name", "thinking"),
    [
        (DEFAULT_MODEL, {"thinking_level": "LOW"}),
        (CHEAPER_MODEL, {"thinking_level": "MINIMAL"}),
        ("models/gemini-3.8-flash", {"thinking_level": "LOW"}),
        ("gemini-2.5-flash-lite", None),
        ("gemma-4-27b", None),
    ],
)
async def test_a_model_is_asked_for_the_least_thinking_that_it_takes(
    gemini: FakeGemini, client: GeminiClient, name: str, thinking: Json | None
) -> None:
    await ask(GeminiModel(client, name))
    assert sent(gemini)["generationConfig"].get("thinkingConfig") == thinking
    assert gemini.calls[0].model == name.removeprefix("models/")


async def test_the_service_is_told_how_long_we_wait(gemini: FakeGemini, model: GeminiModel) -> None:
    await ask(model, seconds=2.5)
    assert gemini.calls[0].headers["x-server-timeout"] == "3"


async def test_a_model_is_a_language_model_and_names_itself(client: GeminiClient) -> None:
    model: LanguageModel = GeminiModel(client, CHEAPER_MODEL)
    assert model.engine == f"gemini:{CHEAPER_MODEL}"


# Streams


async def test_a_stream_hands_over_everything_said_so_far_as_it_grows(gemini: FakeGemini, model: GeminiModel) -> None:
    heard = Heard()
    answer = await ask(model, on_text=heard)
    assert gemini.calls[0].name == "streamGenerateContent"
    assert len(heard.texts) == 3 and heard.texts[-1] == answer.text == f"You asked: {QUESTION}"
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard.texts))
    assert (answer.finish, answer.usage["candidatesTokenCount"]) == ("stop", 10)


async def test_a_stream_and_a_whole_answer_come_to_the_same(gemini: FakeGemini, model: GeminiModel) -> None:
    assert await ask(model, schema=Plan, on_text=Heard()) == await ask(model, schema=Plan)


async def test_what_the_listener_raises_is_raised_as_it_is_and_ends_the_call(gemini: FakeGemini, model: GeminiModel) -> None:
    async def full(text: str) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        await ask(model, on_text=full)
    assert (await ask(model)).finish == "stop"


async def test_a_chunk_without_text_hands_nothing_over(gemini: FakeGemini, model: GeminiModel) -> None:
    heard = Heard()
    gemini.script(Answer(text=""))
    assert (await ask(model, on_text=heard)).finish == "empty"
    assert heard.texts == []


# What comes of an answer


async def test_thoughts_are_no_part_of_the_text_and_are_paid_for(gemini: FakeGemini, model: GeminiModel) -> None:
    usage = {"promptTokenCount": 13, "candidatesTokenCount": 3, "thoughtsTokenCount": 100, "totalTokenCount": 116}
    parts: list[Json] = [{"text": "Let me see.", "thought": True}, {"text": "Twelve "}, {"text": "inches."}]
    gemini.script(body(said(*parts), usageMetadata=usage), Answer(text="Twelve inches."))
    thoughtful, quick = await ask(model), await ask(model)
    assert (thoughtful.text, quick.text) == ("Twelve inches.", "Twelve inches.")
    assert thoughtful.cost > quick.cost


@pytest.mark.parametrize(
    "word",
    ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "OTHER", "MALFORMED_RESPONSE", "A_WORD_TO_COME"],
)
@pytest.mark.filterwarnings("ignore:A_WORD_TO_COME")
async def test_an_answer_that_stops_for_another_reason_is_blocked_by_its_word(gemini: FakeGemini, model: GeminiModel, word: str) -> None:
    gemini.script(body(said({"text": "Half of "}, finish=word)))
    answer = await ask(model)
    assert (answer.finish, answer.reason, answer.text) == ("blocked", word, "Half of ")


async def test_a_blocked_question_has_its_word_too(gemini: FakeGemini, model: GeminiModel) -> None:
    gemini.script(Answer(body={"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    answer = await ask(model)
    assert (answer.finish, answer.reason, answer.text) == ("blocked", "PROHIBITED_CONTENT", "")


@pytest.mark.parametrize("streams", [False, True])
async def test_thoughts_that_leave_no_tokens_for_text_are_a_cut_and_not_an_empty_answer(
    gemini: FakeGemini, model: GeminiModel, streams: bool
) -> None:
    gemini.script(Answer(text="Twelve inches.", thoughts=900))
    answer = await ask(model, most_tokens=50, on_text=Heard() if streams else None)
    assert (answer.finish, answer.text) == ("max_tokens", "")


async def test_an_answer_that_could_be_continued_is_cut_and_nobody_asks_for_the_rest(gemini: FakeGemini, model: GeminiModel) -> None:
    half = said({"text": "Twelve"}, finish="CONTINUATION") | {"continuationToken": "bW9yZQ=="}
    gemini.script(body(half), body(half))
    whole, streamed = await ask(model), await ask(model, on_text=Heard())
    assert [(one.finish, one.text) for one in (whole, streamed)] == [("max_tokens", "Twelve")] * 2
    assert len(gemini.calls) == 2


@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_that_never_says_it_is_finished_is_none(gemini: FakeGemini, model: GeminiModel, streams: bool) -> None:
    gemini.script(body(said({"text": "Twelve"}, finish=None)))
    with pytest.raises(UpstreamNetwork):
        await ask(model, on_text=Heard() if streams else None)


async def test_blank_text_is_an_empty_answer(gemini: FakeGemini, model: GeminiModel) -> None:
    gemini.script(" \n")
    assert (await ask(model)).finish == "empty"


async def test_an_answer_without_usage_costs_what_its_length_suggests(gemini: FakeGemini, model: GeminiModel) -> None:
    gemini.script(body(said({"text": "Twelve inches."})))
    answer = await ask(model)
    assert answer.usage == {} and answer.cost > 0


async def test_the_model_that_answered_is_named(gemini: FakeGemini, model: GeminiModel) -> None:
    gemini.script(body(said({"text": "Twelve inches."}), modelVersion="gemini-3.5-flash-lite"))
    answer = await ask(model)
    assert (answer.model, answer.priced_as) == ("gemini-3.5-flash-lite", "gemini-3.5-flash-lite")
