"""A fake server of chat completions: it answers as the fake Gemini would, in the other dialect, and with the faults of the same names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from providers.openai_compatible.model import DEEPSEEK_MODEL
from tests.gemini import wire
from tests.gemini.answers import Answer, answer
from tests.gemini.asked import Asked, CallName, Json
from tests.gemini.fake import Call
from tests.gemini.faults import ANSWERS, BAD_GATEWAY, Fault
from tests.gemini.script import Laid, Script
from tests.openai_compatible.asked import asked_of

FINISH: Final = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter"}
DONE: Final = b"data: [DONE]\r\n\r\n"
# Status, code and words of the refusals, by the names that the fake Gemini gives them; OpenAI's shape, DeepSeek's statuses.
REFUSALS: Final = {
    "rate_limited": (429, "rate_limit_exceeded", "Rate limit reached for requests"),
    "rate_limited_untimed": (429, "rate_limit_exceeded", "Rate limit reached for requests"),
    "daily_quota": (429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
    "no_credit": (402, "invalid_request_error", "Insufficient Balance"),
    "overloaded": (503, "service_unavailable", "The server is overloaded"),
    "internal": (500, "server_error", "Internal error encountered."),
    "deadline": (504, "timeout", "Deadline expired"),
    "invalid_argument": (400, "invalid_request_error", "Invalid format"),
    "invalid_key": (401, "invalid_api_key", "API key not valid"),
    "unauthenticated": (401, "invalid_api_key", "API key not valid"),
    "no_rights": (403, "permission_denied", "API key not valid for this"),
    "model_not_found": (404, "model_not_found", "The model does not exist"),
    "gave_up": (408, "timeout", "The request took too long"),
}
OURS: Final = frozenset({"no_credit"})  # which Gemini's fake does not know


class FakeChat:
    """What tests hold. `key`: the only one it takes. `takes_schemas`: otherwise a schema in `response_format` is refused, as by DeepSeek.
    `rule` answers what nothing was scripted for. `lists`: the models that it names, if any."""

    def __init__(self, key: str | None = None, rule: Callable[[Asked], str | None] | None = None, takes_schemas: bool = True) -> None:
        self.url, self.rule, self.takes_schemas = "", rule, takes_schemas
        self.lists: Sequence[str] | None = [DEEPSEEK_MODEL]
        self.calls: list[Call] = []
        self._key = key
        self._script = Script()
        self._refusing: list[str] = []

    def script(self, *turns: str | Json | Answer) -> None:
        """What the next calls give; an Answer's `body` is sent as it is."""
        for turn in turns:
            said = Answer(text=turn) if isinstance(turn, str) else Answer(data=turn) if isinstance(turn, dict) else turn
            self._script.queue(said, None)

    def fault(
        self, name: str, *, nth: int = 1, times: int | None = 1, call: CallName | None = None, seconds: float = 1, after: int = 1
    ) -> None:
        """As the fake Gemini's; the refusals that only this one knows befall the next call."""
        if name in OURS:
            self._refusing.append(name)
            return
        self._script.lay(Laid(Fault(fault=name, seconds=seconds, after=after), call, nth - 1, times))

    def forget(self) -> None:
        self.calls.clear()
        self.lists = [DEEPSEEK_MODEL]
        self._refusing.clear()
        self._script = Script()

    def list(self, headers: Mapping[str, str]) -> ASGIApp:
        """GET /models: those of `lists`; a server without a list (None) answers 404."""
        asked = Asked("getModel", "", "v1", {}, f"fake-{len(self.calls) + 1}")
        refusal = "invalid_key" if self._key not in (None, headers.get("authorization", "").removeprefix("Bearer ")) else None
        turn = None if refusal else self._script.take(asked.name, asked)
        gave = refusal or (turn.fault if isinstance(turn, Fault) else "answer")
        self.calls.append(Call.model_validate(_written(asked, None, headers, gave)))
        if refusal:
            return refused(refusal)
        if self.lists is None:
            return JSONResponse({"error": {"message": "Not found"}}, 404)
        body: Json = {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "us"} for name in self.lists]}
        if isinstance(turn, Fault):
            return befallen(turn, asked, [body])
        return wire.whole(body)

    def meet(self, headers: Mapping[str, str], body: Json | None) -> ASGIApp:
        asked = asked_of(body or {"model": "", "messages": []}, f"fake-{len(self.calls) + 1}")
        refusal = self._refusal(headers, body or {})
        turn = None if refusal else self._script.take(asked.name)
        gave = refusal or (turn.fault if isinstance(turn, Fault) else "answer")
        self.calls.append(Call.model_validate(_written(asked, body, headers, gave)))
        if refusal:
            return refused(refusal)
        if isinstance(turn, Fault):
            return befallen(turn, asked, completions(asked, answer(asked, self._by_rule(asked))))
        if turn is not None and turn.body is not None:
            return sent(asked, [turn.body])
        return sent(asked, completions(asked, answer(asked, turn or self._by_rule(asked))))

    def _by_rule(self, asked: Asked) -> Answer | None:
        text = self.rule(asked) if self.rule else None
        return None if text is None else Answer(text=text)

    def _refusal(self, headers: Mapping[str, str], body: Json) -> str | None:
        if self._key not in (None, headers.get("authorization", "").removeprefix("Bearer ")):
            return "invalid_key"
        if self._refusing:
            return self._refusing.pop(0)
        wanted = body.get("response_format", {}).get("type")
        return "invalid_argument" if wanted == "json_schema" and not self.takes_schemas else None


def _written(asked: Asked, body: Json | None, headers: Mapping[str, str], gave: str) -> Json:
    shown = {name: value for name, value in headers.items() if name not in ("authorization", "cookie")}
    told = {"name": asked.name, "version": asked.version, "model": asked.model, "request": body}
    return {**told, "headers": shown, "when": datetime.now(UTC), "gave": gave}


def completions(asked: Asked, bodies: Sequence[Json]) -> list[Json]:
    """Gemini's answer in the other dialect; a stream's usage comes by itself, in the last chunk."""
    told = [_completion(asked, body) for body in bodies]
    if asked.streams:
        last = {**_head(asked, "chat.completion.chunk"), "choices": [], "usage": _usage(bodies[-1])}
        return [*told, last]
    return told


def _completion(asked: Asked, body: Json) -> Json:
    key, kind = ("delta", "chat.completion.chunk") if asked.streams else ("message", "chat.completion")
    choices = []
    for candidate in body.get("candidates", []):
        text = "".join(part["text"] for part in candidate.get("content", {}).get("parts", []))
        finish = FINISH.get(candidate.get("finishReason", ""))
        choices.append({"index": 0, key: {"role": "assistant", "content": text}, "finish_reason": finish})
    if "promptFeedback" in body:
        choices = [{"index": 0, key: {"role": "assistant", "content": None, "refusal": "I can't help with that."}, "finish_reason": "stop"}]
    return {**_head(asked, kind), "choices": choices, **({} if asked.streams else {"usage": _usage(body)})}


def _head(asked: Asked, kind: str) -> Json:
    return {"id": asked.response_id, "object": kind, "created": 1, "model": asked.model}


def _usage(body: Json) -> Json:
    counted = body["usageMetadata"]
    said = counted.get("candidatesTokenCount", 0) + counted.get("thoughtsTokenCount", 0)
    return {"prompt_tokens": counted["promptTokenCount"], "completion_tokens": said, "total_tokens": counted["totalTokenCount"]}


def sent(asked: Asked, bodies: Sequence[Json]) -> ASGIApp:
    if asked.streams:
        keepalive = b": keep-alive\r\n\r\n"  # as DeepSeek sends while it is busy
        return wire.begun([keepalive, *(wire.event(body) for body in bodies), DONE], wire.EVENTS, wire.finish)
    return wire.whole(bodies[0])


def refused(name: str, seconds: float | None = None) -> ASGIApp:
    status, code, words = REFUSALS[name]
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return JSONResponse({"error": {"message": words, "type": code, "param": None, "code": code}}, status, headers)


def befallen(fault: Fault, asked: Asked, bodies: Sequence[Json]) -> ASGIApp:
    first = [wire.event(body) for body in bodies[:-2][: fault.after]]  # never those with the finish reason and the usage
    half = (str(bodies[0]).encode())[: len(str(bodies[0])) // 2]
    streams = asked.streams
    match fault.fault:
        case name if name in REFUSALS:
            return refused(name, fault.seconds if name == "rate_limited" else None)
        case "bad_gateway":
            return wire.html(502, BAD_GATEWAY)
        case "hang":
            return wire.hold
        case "slow":
            return wire.late(sent(asked, bodies), fault.seconds)
        case "reset":
            return wire.close
        case "torn":
            return wire.begun(first, wire.EVENTS, wire.close) if streams else wire.begun([half], wire.JSON, wire.close)
        case "broken_json":
            parts, kind = ([*first, b"data: " + half + b"\r\n\r\n"], wire.EVENTS) if streams else ([half], wire.JSON)
            return wire.begun(parts, kind, wire.finish)
        case "cut_stream":
            return wire.begun(first, wire.EVENTS, wire.finish)
        case "stalled_stream":
            return wire.begun(first, wire.EVENTS, wire.hold)
        case "error_in_stream":
            said = {"error": {"message": REFUSALS["overloaded"][2], "code": "service_unavailable"}}
            return wire.begun([*first, wire.event(said)], wire.EVENTS, wire.finish)
        case _:
            return sent(asked, completions(asked, ANSWERS[fault.fault](asked)))
