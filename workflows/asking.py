"""A call of a turn, asked of one route after the other until one answers. Which routes there are comes from `open`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, TimeoutError, TimeoutType

with workflow.unsafe.imports_passed_through():
    from activities.models import Models
    from journeys.brief import Call
    from journeys.messages import AskModel
    from workflows.policies import MODEL_CALL, ONE_CALL

ENDS_ITSELF = workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED

WAITED: Final = "WaitedTooLong"  # in the queue or before it, behind other calls; no route was asked
IN_LINE: Final = timedelta(seconds=10)  # before the queue; a place in it is served within five (providers/store/places.py)


@dataclass
class Outcome:
    """`deed` of the call that holds the answer, and the route that gave it. `failures`: the type of each route's end that gave none.
    `stopped`: nobody wants it any more; `part`: the deed of the call that holds what was shown by then."""

    deed: str | None = None
    route: str | None = None
    failures: list[str] = field(default_factory=list)
    stopped: bool = False
    part: str | None = None


Running = dict[asyncio.Task[Any], int]  # calls that are being made or wait to be, each with its turn's number


async def wait_for_place(seconds: float, look: Callable[[], Awaitable[float]], seq: int, running: Running) -> Outcome | None:
    """Before the queue, until a look says that the turn has a place in it: then None. Else what ends the waiting: somebody stopped it, or
    it took too long. A look gives the seconds until the next one. `running` holds each pause, so that it can be cancelled like a call."""
    until = workflow.now() + IN_LINE
    while seconds:
        left = (until - workflow.now()).total_seconds()
        if left <= 0:
            return Outcome(failures=[WAITED])
        pause = asyncio.create_task(workflow.sleep(min(seconds, left), summary="a place in the models' queue"))
        running[pause] = seq
        await workflow.wait([pause])
        del running[pause]
        if pause.cancelled():
            return Outcome(stopped=True)
        seconds = await look()
    return None


async def ask(
    call: Call,
    about: tuple[str, str, int],
    routes: list[str],
    tried: list[str],
    is_stopped: Callable[[], bool],
    running: Running,
    later: int = 0,
    *,
    priority: Priority = Priority.default,
) -> Outcome:
    """`about`: the journey's id, the turn's and its number. `running` holds the call while it is made, so that it can be cancelled: it then
    ends by itself, with what it had. `tried` routes are passed over; they keep their number, which stands in the deed. `later`: which try
    it is to make good what the turn left undone; nobody waits for that, so each route is asked once."""
    journey_id, turn_id, seq = about
    outcome, options = Outcome(), ONE_CALL if later else MODEL_CALL
    activity = Models.answer if call == "answer" else Models.reply
    for nth, route in enumerate(routes, 1):
        if route in tried or is_stopped():
            continue
        asked = AskModel(journey_id=journey_id, turn_id=turn_id, call=call, route=route, nth=nth, later=later)
        making = workflow.start_activity_method(
            activity, asked, **options, priority=priority, cancellation_type=ENDS_ITSELF, summary=f"{asked.name}: {route}"
        )
        running[making] = seq
        try:
            answered = await making
        except ActivityError as failure:
            if isinstance(failure.cause, CancelledError):
                outcome.stopped = True
                return outcome
            outcome.failures.append(kind_of(failure))
            if outcome.failures[-1] == WAITED:
                break
            continue
        finally:
            del running[making]
        if answered.outcome == "stopped":
            outcome.stopped, outcome.part = True, answered.deed
            return outcome
        if answered.deed is not None:
            outcome.deed, outcome.route = answered.deed, route
            return outcome
        outcome.failures.append(answered.outcome)
        if answered.outcome == "blocked":  # what one model of a provider withholds, the next one does too
            break
    return outcome


def kind_of(failure: ActivityError) -> str:
    match failure.cause:
        case ApplicationError(type=str(kind)):
            return kind
        case TimeoutError(type=TimeoutType.SCHEDULE_TO_START):
            return WAITED
        case TimeoutError():
            return "UpstreamTimeout"
        case cause:
            return type(cause).__name__
