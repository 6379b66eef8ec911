"""A journey played from a script over HTTP: what a person says, what comes from outside, and how many days pass.

A script is a YAML file in tests/journeys/scripts/. Its turns say something (`say`, in a `role` where the template has several), tell a
`fact`, `decide`, go `back`, `switch` persona, or let `days` pass; `step` names where the journey stands afterwards, `knows` inputs that
must be there, `hears` words of the reply.
"""

import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

SCRIPTS = Path(__file__).parent / "scripts"
Pass = Callable[[int], Awaitable[None]]  # so many days
Before = Callable[[int, "Act"], Awaitable[None]]  # what happens before that turn


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid")

    say: str = ""
    role: str | None = None
    fact: str = ""
    inputs: dict[str, Any] = {}
    source: str = ""
    decide: dict[str, str] = {}
    back: str = ""
    skip: str = ""
    switch: str = ""
    days: int = 0
    step: str | None = None
    knows: list[str] = []
    hears: str = ""

    def request(self) -> tuple[str, dict[str, Any]] | None:
        """The resource and its body; None where only time passes."""
        role = {"role": self.role} if self.role else {}
        if self.say:
            return "messages", {"text": self.say, **role}
        if self.fact:
            return "facts", {"fact": self.fact, "inputs": self.inputs, "source": self.source}
        if self.decide:
            return "decisions", {**self.decide, **role}
        if self.inputs:
            return "inputs", {"inputs": self.inputs}
        if self.back:
            return "back", {"step": self.back}
        if self.skip:
            return "skip", {"step": self.skip}
        if self.switch:
            return "persona", {"persona": self.switch}
        return None


class Script(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    template: str
    persona: str
    about: str
    turns: list[Act] = Field(min_length=12)
    ends: str = "completed"


def read(name: str) -> Script:
    text = (SCRIPTS / f"{name}.yaml").read_text(encoding="utf-8")
    return Script.model_validate({**YAML(typ="safe").load(text), "name": name})


def scripts() -> list[str]:
    return sorted(path.stem for path in SCRIPTS.glob("*.yaml"))


class Player:
    """`before` runs before each turn, `passes` lets days go by."""

    def __init__(self, http: httpx2.AsyncClient, script: Script, passes: Pass, before: Before | None = None) -> None:
        self.http, self.script, self.passes, self.before = http, script, passes, before
        self.journey, self.key = "", uuid.uuid4().hex

    async def play(self, *, gap_before: int | None = None, check: bool = True) -> dict[str, Any]:
        """To the end of the script; the end state. `gap_before`: 45 days pass before that turn."""
        started = await self.send("/v1/journeys", {"template": self.script.template, "persona": self.script.persona}, "start")
        self.journey = started["journey_id"]
        for n, act in enumerate(self.script.turns):
            if n == gap_before:
                await self.passes(45)
            if act.days:
                await self.passes(act.days)
            if (request := act.request()) is None:
                continue
            resource, body = request
            if self.before:
                await self.before(n, act)
            answer = await self.send(f"/v1/journeys/{self.journey}/{resource}", body, f"turn-{n}")
            if check:
                await self.hold(n, act, answer["turn"])
        view = await self.view()
        assert view["status"] == self.script.ends, f"{self.script.name} stands at {view['step']}: {view['question']}"
        return state_of(view)

    async def hold(self, n: int, act: Act, turn: dict[str, Any]) -> None:
        where = f"{self.script.name}, turn {n} ({act.say or act.fact or act.decide})"
        reply = turn["reply"]["text"]
        if act.hears:
            assert act.hears.lower() in reply.lower(), f"{where}: {reply}"
        view = await self.view()
        missing = [name for name in act.knows if name not in view["inputs"]]
        assert not missing, f"{where}: {missing} not read. {reply}"
        if act.step is not None:
            assert (view["step"] or "") == act.step, f"{where}: at {view['step']}. {reply}"

    async def view(self) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/journeys/{self.journey}")
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def send(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        """As a client should: the same key again after a 503 or a broken connection, and asking after a 202."""
        headers = {"Idempotency-Key": f"{self.key}/{key}"}
        for _ in range(60):
            try:
                answer = await self.http.post(path, json=body, headers=headers, params={"wait": 20})
            except httpx2.TransportError:
                continue
            if answer.status_code in (200, 201):
                made: dict[str, Any] = answer.json()
                return made
            assert answer.status_code in (202, 503), f"{path} {body}: {answer.text}"
        raise AssertionError(f"{path} {body}: no answer")


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """What must be the same however often the journey was disturbed."""
    steps = {step["id"]: (step["status"], step["chosen"], step["headline"], step["version"]) for step in view["steps"]}
    kept = {name: view[name] for name in ("status", "persona", "inputs", "step")}
    return {**kept, "steps": steps, "children": sorted(child["title"] for child in view["children"])}
