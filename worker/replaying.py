"""`homeview replay`: does today's code still follow the history of a journey? Reads it from the Temporal server or from a file."""

import asyncio
import functools
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from providers.settings import Settings
from providers.temporal import connect
from worker.build import build_replayer

FIRST_TASK: Final = 3  # events before which there is nothing to replay: started, scheduled, started


class NoHistory(Exception):
    """There is nothing to replay; the message is a sentence."""


@dataclass(frozen=True)
class Outcome:
    """How a history replayed. `trouble` is None where today's code follows it."""

    runs: int
    events: int
    trouble: str | None = None

    @property
    def sentence(self) -> str:
        runs = f" in {self.runs} runs" if self.runs > 1 else ""
        if self.trouble is None:
            return f"Replays clean: {self.events:,} events{runs}. Today's code follows this journey's history."
        return f"Does not replay ({self.events:,} events{runs}). {self.trouble}"


async def replay(settings: Settings, what: str) -> Outcome:
    """`what` is a journey's id or a file with a history as JSON. Raises NoHistory where it can't be read."""
    file = Path(what)
    return await replayed(read(file) if await asyncio.to_thread(file.is_file) else await fetch(settings, what))


async def replayed(histories: list[WorkflowHistory]) -> Outcome:
    """All runs of one journey; the first that fails tells why."""
    events = sum(len(history.events) for history in histories)
    replayer = build_replayer(_silent())
    for history in histories:
        if (failure := await _failure(replayer, history)) is not None:
            return Outcome(len(histories), events, told(failure, await _where(replayer, history)))
    return Outcome(len(histories), events)


async def _failure(replayer: Replayer, history: WorkflowHistory) -> Exception | None:
    """None where it replays. A run that has not had its first task yet, as for a second after a quick continue-as-new, holds nothing to
    follow, and the SDK would wait for ever."""
    if not any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED for event in history.events):
        return None
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure


async def _where(replayer: Replayer, history: WorkflowHistory) -> str:
    """The shortest beginning of the history that fails ends with the workflow task that differs: found by halving."""
    ends = [n for n, event in enumerate(history.events) if n and event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED]
    ends = [end for end in ends if end > FIRST_TASK] + [len(history.events)]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if await _failure(replayer, WorkflowHistory(history.workflow_id, history.events[: ends[middle]])) is None:
            low = middle + 1
        else:
            high = middle
    first = (ends[low - 1] if low else 0) + 1
    at = history.events[first - 1].event_time.ToDatetime()
    return f"events {first} to {ends[low]}, of {at.day} {at:%B %Y %H:%M} UTC"


def read(file: Path) -> list[WorkflowHistory]:
    """What `temporal workflow show --output json` prints, and what our recorded histories are."""
    try:
        history = WorkflowHistory.from_json(file.stem, file.read_text())
    except Exception as error:  # whatever the parsers raise, the file is no history
        raise NoHistory(f"{file} holds no workflow history as JSON: `temporal workflow show --output json` writes one.") from error
    if not history.events:
        raise NoHistory(f"{file} holds a history without events.")
    return [history]


async def fetch(settings: Settings, journey: str) -> list[WorkflowHistory]:
    """Every run of the journey that the server still has, oldest first."""
    try:
        client = await connect(settings)
    except RuntimeError as error:
        raise NoHistory(f"No Temporal server answers at {settings.temporal_address}. `homeview dev` starts one.") from error
    runs: list[WorkflowHistory] = []
    run: str | None = None
    while run != "":
        history = await _run(client, journey, run)
        if history is None:
            break
        runs.insert(0, history)
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    if not runs:
        raise NoHistory(f"{journey} is neither a file nor a journey that the Temporal server at {settings.temporal_address} knows.")
    return runs


async def _run(client: Client, journey: str, run: str | None) -> WorkflowHistory | None:
    try:
        return await client.get_workflow_handle(journey, run_id=run).fetch_history()
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            return None
        raise NoHistory(f"The Temporal server did not give the history of {journey}: {error.message}.") from error


def told(failure: Exception, where: str) -> str:
    """What differs, and what to do about it."""
    text = " ".join(str(failure).split())
    if differs := re.search(r"Nondeterminism error: (.*?)(?:\"|, source|$)", text):
        return f"It leaves the history at {where}: {differs[1][:400].rstrip('. ')}. {_TO_DO}"
    reasons = [_readable(reason) for reason in re.findall(r'message: "((?:[^"\\]|\\.)*)"', text)] or [text]
    return f"Today's code fails at {where}: {': '.join(reasons)[:400].rstrip('. ')}. {_TO_MEND}"


def _readable(reason: str) -> str:
    return " ".join(re.sub(r"\[type=.*?\]|For further information visit \S+", "", reason.replace("\\n", " ")).split())


_TO_DO = (
    "The workflow code makes other commands than it did then: put the change behind workflow.patched, or take it back. "
    "Open journeys wait until then, and nothing in them is lost. See docs/operating.md."
)
_TO_MEND = (
    "Let today's code take what was written then: a message grows by fields with a default, and loses none. "
    "Open journeys wait until then, and nothing in them is lost. See docs/operating.md."
)


@functools.cache
def _silent() -> Runtime:
    """What goes wrong is the outcome, told once in a sentence; the SDK would print it with its stacks."""
    logging.getLogger("temporalio.worker").setLevel(logging.CRITICAL + 1)
    return Runtime(telemetry=TelemetryConfig(logging=None))
