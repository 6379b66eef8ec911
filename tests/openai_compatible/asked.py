"""A request for a chat completion, read as what Gemini would have been asked, so that one set of answers and rules serves both fakes."""

import json

from providers.openai_compatible.model import AS_JSON
from tests.gemini.asked import Asked, Json


def asked_of(body: Json, response_id: str) -> Asked:
    messages = body["messages"]
    system = [message for message in messages if message["role"] == "system"]
    contents = [{"role": "user", "parts": _parts(message["content"])} for message in messages if message["role"] != "system"]
    config: Json = {"maxOutputTokens": body["max_tokens"]} if "max_tokens" in body else {}
    if schema := _schema(body, system[0]["content"] if system else ""):
        config |= {"responseMimeType": "application/json", "responseJsonSchema": schema}
    elif "response_format" in body:
        config |= {"responseMimeType": "application/json"}
    told: Json = {"contents": contents, "generationConfig": config}
    if system:
        told["systemInstruction"] = {"parts": _parts(system[0]["content"])}
    name = "streamGenerateContent" if body.get("stream") else "generateContent"
    return Asked(name, body["model"], "v1", told, response_id)


def _parts(content: str | list[Json]) -> list[Json]:
    if isinstance(content, str):
        return [{"text": content}]
    return [{"text": part["text"]} if part["type"] == "text" else _file(part["image_url"]["url"]) for part in content]


def _file(url: str) -> Json:
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return {"inlineData": {"mimeType": kind, "data": data}}


def _schema(body: Json, instructions: str) -> Json | None:
    """The one that is named, or the one that stands in the instructions."""
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            return schema
        case {"type": "json_object"} if AS_JSON in instructions:
            found: Json = json.loads(instructions.partition(AS_JSON)[2])
            return found
    return None
