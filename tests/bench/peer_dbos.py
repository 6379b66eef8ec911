"""A peer: the same turn as a DBOS workflow, each step's outcome in SQLite, on disk before the next step starts.

    python -m tests.bench.peer_dbos

One workflow a turn, which is given the talk so far: DBOS's quickest shape for a talk. One long workflow a journey would wait for messages
by polling the file. The file is in WAL mode, which DBOS leaves to whoever runs it.
"""

import asyncio
import os
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

from dbos import DBOS, DBOSConfiguredInstance, SetWorkflowID

from tests.bench.peer_front import REMEMBERED, Model, serve


@DBOS.dbos_class()
class Turns(DBOSConfiguredInstance):
    def __init__(self, model: Model) -> None:
        super().__init__("turns")
        self.model = model

    @DBOS.step()
    async def understand(self, key: str, text: str) -> dict[str, Any]:
        return await self.model.ask("understand", key=key, text=text)

    @DBOS.step()
    async def retrieve(self, key: str, text: str) -> list[dict[str, Any]]:
        return list((await self.model.ask("retrieve", key=key, text=text))["passages"])

    @DBOS.step()
    async def reply(self, key: str, text: str, talk: list[str], passages: list[dict[str, Any]]) -> str:
        return str((await self.model.ask("reply", key=key, text=text, talk=talk, passages=passages))["text"])

    @DBOS.step()
    async def record(self, key: str, text: str, reply: str) -> None:
        await self.model.ask("record", key=key, text=text, reply=reply)

    @DBOS.workflow()
    async def turn(self, key: str, text: str, talk: list[str]) -> list[str]:
        """The talk after it."""
        await self.understand(key, text)
        passages = await self.retrieve(key, text)
        reply = await self.reply(key, text, talk, passages)
        await self.record(key, text, reply)
        return [*talk, text, reply][-REMEMBERED:]


class Front:
    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.talks: dict[str, list[str]] = {}
        self.one_turn: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self, journey_id: str) -> None:
        """A journey is in the file from its first turn on."""
        self.talks[journey_id] = []

    async def say(self, journey_id: str, key: str, text: str) -> dict[str, Any]:
        async with self.one_turn[journey_id]:
            talk = self.talks[journey_id] if journey_id in self.talks else await self.kept(journey_id)
            with SetWorkflowID(f"{journey_id}/{key}"):
                self.talks[journey_id] = await self.turns.turn(key, text, talk)
            return {"reply": {"text": self.talks[journey_id][-1]}}

    async def kept(self, journey_id: str) -> list[str]:
        """The talk after the newest turn, for a process that is new."""
        done = await DBOS.list_workflows_async(workflow_id_prefix=f"{journey_id}/", status="SUCCESS", sort_desc=True, limit=1)
        return list(done[0].output) if done else []


@asynccontextmanager
async def opened() -> AsyncIterator[Front]:
    file = os.environ["PEER_DATABASE"]
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    DBOS(config={"name": "peer", "system_database_url": f"sqlite:///{file}", "log_level": "ERROR"})
    turns = Turns(Model())
    DBOS.launch()
    yield Front(turns)
    DBOS.destroy()


if __name__ == "__main__":
    serve(opened)
