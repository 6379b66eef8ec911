"""A client of the HTTP API, for `homeview chat` and `homeview demo`: what is sent is sent until it is answered, and done once.

Every write has a key. Whatever happens on the way (no connection, 503, 429), it is sent again with the same key, which the
API promises to be safe; who waits is told why.
"""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import httpx2

WAIT: Final = 30.0  # seconds the API may hold a write before it answers 202
SILENCE: Final = 45.0  # seconds; the API sends a sign of life every 15 on an open stream
LONGEST_PAUSE: Final = 5.0
LOOK_EVERY: Final = 0.2  # seconds between looks for what was accepted and is not in the records yet
PATIENT_LOOKS: Final = 10  # before the person is told that it takes its time
_UNWRITTEN: Final = (
    "It was accepted, and {:.0f} seconds later nothing has come of it: the worker has trouble. Its log says which; nothing is lost."
)

Json = dict[str, Any]
Reason = Literal["away", "not_accepted", "busy", "working"]


@dataclass(frozen=True)
class Delay:
    """Why there is no answer yet. `tries` counts what was sent so far, `pause` is the time until the next look, in seconds."""

    reason: Reason
    tries: int
    pause: float


class Refused(Exception):
    """The API said no, or the turn came to nothing: a sentence, its `kind` on the wire, and what can be done instead."""

    def __init__(self, kind: str, detail: str, actions: list[Json], status: int = 0) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.actions, self.status = kind, detail, actions, status


class Away(Exception):
    """Nobody answered within the client's patience; the message is a sentence."""


@dataclass(frozen=True)
class Event:
    """One event of a journey. `connected` is ours: the stream is open (again), and what was missed is still to come or lost."""

    kind: str
    data: Json = field(default_factory=dict)
    seq: int = -1


def new_key() -> str:
    return str(uuid.uuid4())


class Talk:
    """`told` hears of every delay; `patience` is how many seconds of silence to bear, None for ever. Close `http` yourself."""

    def __init__(self, http: httpx2.AsyncClient, *, told: Callable[[Delay], None] = lambda _: None, patience: float | None = None) -> None:
        self.http, self.told, self.patience = http, told, patience
        self.unwritten = 30.0  # seconds in which what was accepted may not be readable yet
        self.news = asyncio.Event()  # set by whoever hears of a turn's end, so that a 202 is looked up at once

    async def start(self, template: str, persona: str | None = None, key: str | None = None) -> Json:
        """The new journey's view."""
        body = {"template": template, **({"persona": persona} if persona else {})}
        answer = await self._ask("POST", "/v1/journeys", body=body, key=key or new_key())
        journey = str(answer["journey_id"])
        return answer if "steps" in answer else await self._until_written(f"/v1/journeys/{journey}")  # 202: not written yet

    async def say(self, journey: str, text: str, key: str | None = None) -> Json:
        return await self.act(journey, "messages", {"text": text}, key)

    async def act(self, journey: str, what: str, body: Mapping[str, Any], key: str | None = None) -> Json:
        """Any write on a journey (`messages`, `inputs`, `decisions`, `back` …): its turn, once it has ended. Raises Refused, Away."""
        answer = await self._ask("POST", f"/v1/journeys/{journey}/{what}", body=body, key=key or new_key())
        if "turn" in answer:
            return _ended(answer["turn"])
        return await self._followed(journey, answer["turn_id"])

    async def view(self, journey: str) -> Json:
        return await self._ask("GET", f"/v1/journeys/{journey}")

    async def why(self, journey: str) -> str:
        return str((await self._ask("GET", f"/v1/journeys/{journey}/why"))["why"])

    async def turn(self, journey: str, turn_id: str) -> Json | None:
        """The turn, however it ended; None while it runs."""
        turn: Json | None = (await self._ask("GET", f"/v1/journeys/{journey}/turns/{turn_id}")).get("turn")
        return turn

    async def results(self, journey: str, step: str) -> list[Json]:
        """A step's results in every version, newest first."""
        found: list[Json] = (await self._ask("GET", f"/v1/journeys/{journey}/results/{step}"))["results"]
        return found

    async def conversation(self, journey: str) -> list[Json]:
        """Every turn, oldest first."""
        return await self._listed(f"/v1/journeys/{journey}/messages")

    async def timeline(self, journey: str) -> list[Json]:
        return await self._listed(f"/v1/journeys/{journey}/timeline")

    async def moves(self, template: str, old: int, new: int) -> list[Json]:
        """What moving each open journey of a version to another one would do; nothing is changed."""
        return await self._listed(f"/v1/templates/{template}/moves", f"from={old}&to={new}&limit=50")

    async def newest(self) -> Json | None:
        """The view of the newest journey that is not closed."""
        page = await self._ask("GET", "/v1/journeys?limit=50")
        return next((view for view in page["items"] if view["status"] not in ("completed", "abandoned")), None)

    async def events(self, journey: str, after: int | None = None) -> AsyncIterator[Event]:
        """What happens, as it happens, until the journey closes; each event once, across any number of lost connections."""
        position, pause = after, 0.5
        while True:
            with contextlib.suppress(httpx2.TransportError):
                async with self._stream(journey, position) as source:
                    if source.response.status_code == 404:
                        raise _refusal(source.response, await source.response.aread())
                    if source.response.is_success:
                        yield Event("connected")
                        async for sent in source:
                            event = Event(sent.event, json.loads(sent.data), int(sent.id))
                            if position is not None and event.seq <= position and event.kind != "resync":
                                continue
                            position, pause = event.seq, 0.5
                            yield event
                            if event.kind == "end":
                                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _stream(self, journey: str, position: int | None) -> contextlib.AbstractAsyncContextManager[httpx2.EventSource]:
        headers = {} if position is None else {"Last-Event-ID": str(position)}
        return self.http.sse(f"/v1/journeys/{journey}/events", headers=headers, timeout=httpx2.Timeout(10, read=SILENCE))

    async def _followed(self, journey: str, turn_id: str) -> Json:
        """A turn that was accepted: looked up when there is news of it, and every second in case the news is lost."""
        path, tries = f"/v1/journeys/{journey}/turns/{turn_id}", 0
        while True:
            answer = await self._until_written(path)
            if "turn" in answer:
                return _ended(answer["turn"])
            tries += 1
            self.told(Delay("working", tries, 1.0))
            self.news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.news.wait()

    async def _until_written(self, path: str) -> Json:
        """What was accepted a moment ago may not be in the records yet: a 404 counts only when it lasts."""
        give_up, tries = time.monotonic() + self.unwritten, 0
        while True:
            try:
                return await self._ask("GET", path)
            except Refused as refused:
                if refused.status != 404:
                    raise
                if time.monotonic() > give_up:
                    raise Refused("NotWritten", _UNWRITTEN.format(self.unwritten), refused.actions) from refused
            tries += 1
            if tries == PATIENT_LOOKS:
                self.told(Delay("working", 1, LOOK_EVERY))
            await asyncio.sleep(LOOK_EVERY)

    async def _listed(self, path: str, asked: str = "limit=200") -> list[Json]:
        items: list[Json] = []
        cursor = ""
        while True:
            page = await self._ask("GET", f"{path}?{asked}{cursor}")
            items += page["items"]
            if not page["next_cursor"]:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def _ask(self, method: str, path: str, *, body: Mapping[str, Any] | None = None, key: str = "") -> Json:
        """The answer's JSON. Sent again, the same with the same key, until somebody answers; Refused where the answer is no."""
        params = {"params": {"wait": WAIT}} if key else {}
        headers = {"Idempotency-Key": key} if key else {}
        began, tries = time.monotonic(), 0
        while True:
            tries += 1
            answer: httpx2.Response | None = None
            with contextlib.suppress(httpx2.TransportError):
                answer = await self.http.request(method, path, json=body, headers=headers, timeout=WAIT + 15, **params)  # type: ignore[arg-type]
            if answer is not None and answer.is_success:
                found: Json = answer.json()
                return found
            if answer is not None and answer.status_code not in (429, 502, 503, 504):
                raise _refusal(answer, answer.content)
            pause = _pause(answer, tries)
            if self.patience is not None and time.monotonic() + pause - began > self.patience:
                raise Away(f"HomeView did not answer at {self.http.base_url} for {self.patience:.0f} seconds.")
            self.told(Delay(_reason(answer), tries, pause))
            await asyncio.sleep(pause)


def client(address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=address, trust_env=False)


def _reason(answer: httpx2.Response | None) -> Reason:
    if answer is None or answer.status_code in (502, 504):
        return "away"
    return "busy" if answer.status_code == 429 else "not_accepted"


def _pause(answer: httpx2.Response | None, tries: int) -> float:
    """What the server asks for, else a growing pause."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(asked), 60.0) if asked.isdigit() else min(0.25 * 2.0 ** (tries - 1), LONGEST_PAUSE)


def _refusal(answer: httpx2.Response, content: bytes) -> Refused:
    try:
        told = json.loads(content)
        return Refused(told["type"].rpartition("/")[2], told["detail"], told.get("actions", []), answer.status_code)
    except (ValueError, KeyError, TypeError):  # not one of ours: a proxy's page, say
        return Refused("Unknown", f"The server answered {answer.status_code} and did not say why.", [], answer.status_code)


def _ended(turn: Json) -> Json:
    """The turn, if it came to a reply; Refused with what it came to otherwise."""
    if turn["status"] in ("refused", "stopped", "failed") and not turn["reply"]:
        trouble = turn["problem"]
        raise Refused(trouble["type"], trouble["detail"], trouble["actions"])
    return turn
