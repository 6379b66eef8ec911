"""The same cases met by llmock, an emulator of Gemini that is not ours, where it offers the fault.

It is one process for all journeys, and tells their requests apart by the name of the model: each journey and call asks by names of its own,
and what a sensible model would answer is handed to it just before it is asked. It offers no embeddings, and knows nothing of our clock.
"""

import asyncio
import contextlib
import hashlib
import itertools
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from pydantic import SecretStr

from activities.models import SECONDS
from providers.base import Picture
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from tests.gemini.homeview import SensibleGemini, told
from tests.gemini.running import IDLE_SECONDS
from tests.matrix.cases import ALL, Case
from tests.reliability import Fault
from tests.running import free_port

Behaviour = dict[str, Any]
_CUT: Final = '{"intents": [{"name": "ask_que'
# By the id of our fault. What it does not offer is missing: a quota of a day, a key that is refused with 400, a prompt that is blocked, an
# answer without candidates, a 429 that names no delay, an error within a stream, a connection that closes before the answer begins.
OFFERED: Final[dict[str, Behaviour]] = {
    "overloaded": {"type": "fail", "status": 503},
    "internal": {"type": "fail", "status": 500},
    "deadline": {"type": "fail", "status": 504},
    "bad_gateway": {"type": "fail", "status": 502},
    "broken_json": {"type": "stream_fault", "kind": "malformed", "after_chunks": 1},
    "torn": {"type": "stream_fault", "kind": "disconnect", "after_chunks": 1},
    "cut_stream": {"type": "stream_fault", "kind": "truncate", "after_chunks": 1},
    "stalled_stream": {"type": "stream_fault", "kind": "stall", "after_chunks": 1, "stall_seconds": 60},
    "hang": {"type": "delay", "seconds": 600},
    "slow_60s": {"type": "delay", "seconds": 60},
    "slow_0.5s": {"type": "delay", "seconds": 0.5},
    "gave_up": {"type": "fail", "status": 408},
    "rate_limited": {"type": "fail", "status": 429, "retry_after": 1},
    "rate_limited_60s": {"type": "fail", "status": 429, "retry_after": 60},
    "unauthenticated": {"type": "fail", "status": 401},
    "no_rights": {"type": "fail", "status": 403},
    "invalid_argument": {"type": "fail", "status": 400},
    "model_not_found": {"type": "fail", "status": 404},
    "candidate_blocked": {"type": "reply", "text": "", "finish_reason": "content_filter"},
    "max_tokens": {"type": "reply", "text": _CUT, "finish_reason": "length"},
    "truncated_json": {"type": "reply", "text": _CUT},
    "wrong_schema": {"type": "reply", "text": '{"something_else": ["valid JSON", "of no schema"]}'},
    "empty_text": {"type": "reply", "text": ""},
}
_IN_STREAMS: Final = "stream_fault"
_TOKENS = itertools.count(1)


def offers(case: Case) -> bool:
    behaviour = OFFERED.get(case.fault.id)
    return behaviour is not None and case.call != "embedding" and (case.call != "vision" or behaviour["type"] != _IN_STREAMS)


CASES: Final = tuple(case for case in ALL if offers(case))


@dataclass
class EmulatorSlot:
    """What one journey at a time asks of llmock. A fault that holds no longer is one of names that nobody asks for any more."""

    client: GeminiClient
    control: httpx2.AsyncClient
    sensible: SensibleGemini
    most: float = SECONDS
    pictures: tuple[Picture, ...] = ()
    token: str = ""
    waiting: list[Behaviour] = field(default_factory=list)
    holds: Callable[[], bool] = lambda: True
    requests: list[str] = field(default_factory=list)
    handed: set[str] = field(default_factory=set)

    def begin(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.token, self.holds = f"t{next(_TOKENS)}", lambda: True
        self.waiting.clear()
        self.requests.clear()

    def lay(self, fault: Fault, call: str, times: int | None, holds: Callable[[], bool] = lambda: True) -> None:
        self.holds = holds
        self.waiting.append({**OFFERED[fault.id], "times": times, "match": {"model": f"*-{self.token}-{call}-*"}})

    def asked(self) -> list[str]:
        return list(self.requests)

    def befallen(self, fault: Fault) -> bool | None:
        """Its journal says, and lets a reader wait for requests that are under way; how each turn ended shows it as well."""
        return None

    def wire(self) -> frozenset[str]:
        return frozenset()

    async def model(self, call: str, name: str, content: str) -> GeminiModel:
        """To be asked once."""
        token = self.token if self.holds() else f"{self.token}w"
        known_as = f"{name}-{token}-{call}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
        behaviours, self.waiting = self.waiting, []
        if known_as not in self.handed:
            self.handed.add(known_as)
            answer = told(self.sensible, json.loads(content))
            behaviours = [*behaviours, {"type": "reply", "text": answer, "times": None, "match": {"model": known_as}}]
        if behaviours:
            (await self.control.post("/scenario", json={"behaviors": behaviours})).raise_for_status()
        self.requests.append(name)
        return GeminiModel(self.client, known_as)


@contextlib.asynccontextmanager
async def llmock() -> AsyncIterator[str]:
    """Its address, while inside. It is served by hand: its own command closes idle connections before our clients do, and breaks requests
    that are on their way then."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "llmock.main:app", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--timeout-keep-alive", str(IDLE_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        try:
            async with httpx2.AsyncClient(trust_env=False) as http, asyncio.timeout(30):
                while True:
                    with contextlib.suppress(httpx2.TransportError):
                        await http.get(f"http://127.0.0.1:{port}/_llmock/requests")
                        break
                    await asyncio.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            started.kill()
            started.wait(10)


@contextlib.asynccontextmanager
async def emulator_slots(sensible: SensibleGemini, count: int) -> AsyncIterator[list[EmulatorSlot]]:
    async with llmock() as address, httpx2.AsyncClient(base_url=f"{address}/_llmock", trust_env=False, timeout=30) as control:
        client = GeminiClient(SecretStr("any-key"), f"{address}/gemini")
        await client.load()
        yield [EmulatorSlot(client, control, sensible) for _ in range(count)]
        await client.close()
