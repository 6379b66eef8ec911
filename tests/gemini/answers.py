"""Gemini's JSON for what was asked: as a test scripted it, or by plain rules that pretend to no thought."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from tests.gemini import tokens
from tests.gemini.asked import GENERATING, Asked, Json, text_of
from tests.gemini.embeddings import DIMENSIONS, vector
from tests.gemini.schemas import least

PIECES = 3  # of which a stream consists


class Answer(BaseModel):
    """What a test wants said: `text`, or `data` said as JSON, after so many tokens of thoughts; or the whole `body` as it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    data: Any = None
    thoughts: int = 0
    body: Json | None = None

    def fits(self, call: str) -> bool:
        return self.body is not None or call in GENERATING


def answer(asked: Asked, scripted: Answer | None = None) -> list[Json]:
    """The bodies to send: one, or a stream's chunks."""
    if scripted and scripted.body is not None:
        return [scripted.body]
    match asked.name:
        case "getModel":
            return [{"name": f"models/{asked.model}", "displayName": asked.model, "inputTokenLimit": 1_048_576}]
        case "countTokens":
            return [counted(asked)]
        case "embedContent":
            return [{"embedding": embedded(asked.body), "usageMetadata": read([asked.body])}]
        case "batchEmbedContents":
            requests = asked.body["requests"]
            return [{"embeddings": [embedded(request) for request in requests], "usageMetadata": read(requests)}]
        case _:
            return within_limits(asked, said(asked, scripted), thoughts(asked, scripted))


def said(asked: Asked, scripted: Answer | None = None) -> str:
    """The scripted text; else the least JSON of the schema asked for, or the question again."""
    if scripted and scripted.text is not None:
        return scripted.text
    if scripted and "data" in scripted.model_fields_set:
        return json.dumps(scripted.data, ensure_ascii=False)
    kind = asked.config.get("responseMimeType")
    if asked.schema:
        value = least(asked.schema)
        return str(value) if kind == "text/x.enum" else json.dumps(value, ensure_ascii=False)
    if kind == "application/json":
        return json.dumps({"asked": asked.question}, ensure_ascii=False)
    return f"You asked: {asked.question}"


def thoughts(asked: Asked, scripted: Answer | None) -> int:
    """As scripted; else half of the budget for thinking that the request names."""
    if scripted:
        return scripted.thoughts
    return max(0, int(asked.config.get("thinkingConfig", {}).get("thinkingBudget", 0))) // 2


def within_limits(asked: Asked, text: str, thought: int) -> list[Json]:
    """Thoughts and text together stay within `maxOutputTokens`: what is over is cut off, and the finish reason says so."""
    most = asked.config.get("maxOutputTokens")
    if most is None or tokens.of_text(text) + thought <= most:
        return generated(asked, text, thought=thought)
    thought = min(thought, most)
    return generated(asked, text[: (most - thought) * tokens.CHARACTERS], thought=thought, finish="MAX_TOKENS")


def generated(asked: Asked, text: str, *, thought: int = 0, finish: str = "STOP") -> list[Json]:
    """One candidate; streamed in pieces, the usage growing from one to the next, the finish reason on the last."""
    length = max(1, -(-len(text) // (PIECES if asked.streams else 1)))
    chunks, so_far = [], 0
    for piece in [text[start : start + length] for start in range(0, len(text), length)] or [""]:
        so_far += len(piece)
        candidate: Json = {"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0}
        if so_far == len(text):
            candidate["finishReason"] = finish
        chunks.append(response(asked, [candidate], tokens.of_text(text[:so_far]), thought))
    return chunks


def response(asked: Asked, candidates: list[Json], produced: int = 0, thought: int = 0) -> Json:
    """Around these candidates everything that Gemini tells with them; prompt, candidates and thoughts make the total."""
    prompt = tokens.of_contents(asked.prompt)
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": produced, "thoughtsTokenCount": thought}
    return {
        **({"candidates": candidates} if candidates else {}),
        "usageMetadata": {
            **{name: count for name, count in usage.items() if count or name == "promptTokenCount"},
            "totalTokenCount": prompt + produced + thought,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        },
        "modelVersion": asked.model,
        "responseId": asked.response_id,
    }


def counted(asked: Asked) -> Json:
    request = asked.body.get("generateContentRequest", asked.body)
    total = tokens.of_contents([*([request["systemInstruction"]] if "systemInstruction" in request else []), *request["contents"]])
    return {"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]}


def embedded(request: Json) -> Json:
    return {"values": vector(text_of(request["content"]), request.get("outputDimensionality", DIMENSIONS))}


def read(requests: list[Json]) -> Json:
    count = tokens.of_contents(request["content"] for request in requests)
    return {"promptTokenCount": count, "totalTokenCount": count}
