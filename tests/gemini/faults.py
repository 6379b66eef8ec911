"""Everything that can go wrong with a call, each by its name.

Refusals are in errors.py. Faults of the wire keep the answer from arriving as it should; faults of the answer arrive well, and say
something that the client did not ask for.
"""

import json
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.types import ASGIApp

from tests.gemini import wire
from tests.gemini.answers import generated, response, said
from tests.gemini.asked import CALLS, GENERATING, Asked, Json
from tests.gemini.errors import OVERLOADED, REFUSALS

STREAM = frozenset({"streamGenerateContent"})
BAD_GATEWAY = """<!DOCTYPE html>
<html lang=en>
<meta charset=utf-8>
<title>Error 502 (Server Error)!!1</title>
<p><b>502.</b> <ins>That’s an error.</ins>
<p>The server encountered a temporary error and could not complete your request.
<p>Please try again in 30 seconds. <ins>That’s all we know.</ins>
"""
RATING = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}


class Fault(BaseModel):
    """`seconds`: how much later a slow answer comes, or when to come again; `after`: how many chunks arrive before a stream goes wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: str
    seconds: float = Field(1, ge=0)
    after: int = Field(1, ge=0)

    @field_validator("fault")
    @classmethod
    def is_known(cls, name: str) -> str:
        if name not in NAMES:
            raise ValueError(f"no fault is called {name}; there are {', '.join(sorted(NAMES))}")
        return name

    def fits(self, call: str) -> bool:
        return call in (STREAM if self.fault in IN_STREAMS else GENERATING if self.fault in ANSWERS else CALLS)


def laid(fault: Fault, asked: Asked, bodies: Sequence[Json]) -> ASGIApp:
    """What the client gets instead of these bodies."""
    if fault.fault in REFUSALS:
        return REFUSALS[fault.fault](asked, fault.seconds).response()
    if fault.fault in ANSWERS:
        return sent(asked, ANSWERS[fault.fault](asked))
    return {**ON_THE_WIRE, **IN_STREAMS}[fault.fault](fault, asked, bodies)


def sent(asked: Asked, bodies: Sequence[Json], pace: float = 0) -> ASGIApp:
    """As they are. A stream is always one of events, so many seconds apart: every client here asks with `alt=sse`."""
    if asked.streams:
        events = [wire.event(chunk) for chunk in bodies]
        return wire.paced(events, wire.EVENTS, pace) if pace else wire.begun(events, wire.EVENTS, wire.finish)
    return wire.whole(bodies[0])


def _torn(fault: Fault, asked: Asked, bodies: Sequence[Json]) -> ASGIApp:
    if asked.streams:
        return wire.begun(_first(fault, bodies), wire.EVENTS, wire.close)
    return wire.begun([_half(bodies[0])], wire.JSON, wire.close)


def _broken_json(fault: Fault, asked: Asked, bodies: Sequence[Json]) -> ASGIApp:
    if asked.streams:
        return wire.begun([*_first(fault, bodies), b"data: " + _half(bodies[0]) + b"\r\n\r\n"], wire.EVENTS, wire.finish)
    return wire.begun([_half(bodies[0])], wire.JSON, wire.finish)


def _first(fault: Fault, bodies: Sequence[Json]) -> list[bytes]:
    """The chunks that still arrive; never the last one, which has the finish reason."""
    return [wire.event(chunk) for chunk in bodies[:-1][: fault.after]]


def _half(body: Json) -> bytes:
    whole = json.dumps(body).encode()
    return whole[: len(whole) // 2]


def _max_tokens(asked: Asked) -> list[Json]:
    text = said(asked)
    return generated(asked, text[: len(text) // 2], finish="MAX_TOKENS")


def _truncated(asked: Asked) -> list[Json]:
    text = said(asked)
    return generated(asked, text[: len(text) // 2])


OnTheWire = Callable[[Fault, Asked, Sequence[Json]], ASGIApp]
ON_THE_WIRE: dict[str, OnTheWire] = {
    "bad_gateway": lambda fault, asked, bodies: wire.html(502, BAD_GATEWAY),
    "hang": lambda fault, asked, bodies: wire.hold,
    "slow": lambda fault, asked, bodies: wire.late(sent(asked, bodies), fault.seconds),
    "reset": lambda fault, asked, bodies: wire.close,
    "torn": _torn,
    "broken_json": _broken_json,
}
IN_STREAMS: dict[str, OnTheWire] = {
    "cut_stream": lambda fault, asked, bodies: wire.begun(_first(fault, bodies), wire.EVENTS, wire.finish),
    "stalled_stream": lambda fault, asked, bodies: wire.begun(_first(fault, bodies), wire.EVENTS, wire.hold),
    "error_in_stream": lambda fault, asked, bodies: wire.begun(
        [*_first(fault, bodies), wire.event(OVERLOADED.body())], wire.EVENTS, wire.finish
    ),
}
ANSWERS: dict[str, Callable[[Asked], list[Json]]] = {
    "prompt_blocked": lambda asked: [response(asked, []) | {"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": [RATING]}}],
    "candidate_blocked": lambda asked: [response(asked, [{"finishReason": "SAFETY", "index": 0, "safetyRatings": [RATING]}])],
    "max_tokens": _max_tokens,
    "truncated_json": _truncated,
    "wrong_schema": lambda asked: generated(asked, json.dumps({"something_else": ["valid JSON", "of no schema"]})),
    "no_candidates": lambda asked: [response(asked, [])],
    "empty_text": lambda asked: generated(asked, ""),
}
NAMES = frozenset({*REFUSALS, *ON_THE_WIRE, *IN_STREAMS, *ANSWERS})
