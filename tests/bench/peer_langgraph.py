"""A peer: the same turn as a LangGraph graph, a checkpoint after each step in SQLite, on disk before the next step starts.

python -m tests.bench.peer_langgraph
"""

import asyncio
import operator
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from tests.bench.peer_front import REMEMBERED, STEPS, Model, serve


class State(TypedDict, total=False):
    key: str
    text: str
    talk: Annotated[list[str], operator.add]
    intent: str
    passages: list[dict[str, Any]]
    reply: str


class Steps:
    """One node each; what a node gives is checkpointed."""

    def __init__(self, model: Model) -> None:
        self.model = model

    async def understand(self, state: State) -> State:
        return {"intent": (await self.model.ask("understand", key=state["key"], text=state["text"]))["intent"]}

    async def retrieve(self, state: State) -> State:
        return {"passages": (await self.model.ask("retrieve", key=state["key"], text=state["text"]))["passages"]}

    async def reply(self, state: State) -> State:
        talk = state.get("talk", [])[-REMEMBERED:]
        told = await self.model.ask("reply", key=state["key"], text=state["text"], talk=talk, passages=state["passages"])
        return {"reply": told["text"]}

    async def record(self, state: State) -> State:
        await self.model.ask("record", key=state["key"], text=state["text"], reply=state["reply"])
        return {"talk": [state["text"], state["reply"]]}


class Graph:
    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.one_turn: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # LangGraph itself lets two turns of a thread interleave

    async def start(self, journey_id: str) -> None:
        """A thread comes into being with its first turn."""

    async def say(self, journey_id: str, key: str, text: str) -> dict[str, Any]:
        config = {"configurable": {"thread_id": journey_id}}
        async with self.one_turn[journey_id]:
            done = await self.graph.ainvoke({"key": key, "text": text}, config, durability="sync")
        return {"reply": {"text": done["reply"]}}


@asynccontextmanager
async def opened() -> AsyncIterator[Graph]:
    steps = Steps(Model())
    plan: Any = StateGraph(State)
    for name in STEPS:
        plan.add_node(f"{name}_step", getattr(steps, name))
    for before, after in zip((START, *(f"{name}_step" for name in STEPS)), (*(f"{name}_step" for name in STEPS), END), strict=True):
        plan.add_edge(before, after)
    async with AsyncSqliteSaver.from_conn_string(os.environ["PEER_DATABASE"]) as saver:
        await saver.setup()
        yield Graph(plan.compile(checkpointer=saver))


if __name__ == "__main__":
    serve(opened)
