"""A call of a turn, asked of one route after the other until one answers. Which routes there are comes from `open`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, TimeoutError, TimeoutType

with workflow.unsafe.imports_passed_through():
    from activities.models import Models
    from journeys.brief import Call
    from journeys.messages import AskModel
    from workflows.policies import MODEL_CALL

WAITED: Final = "WaitedTooLong"  # in the queue, behind other calls; no route was asked


@dataclass
class Outcome:
    """`deed` of the call that holds the answer, and the route that gave it. `failures`: the type of each route's end that gave none."""

    deed: str | None = None
    route: str | None = None
    failures: list[str] = field(default_factory=list)


async def ask(
    call: Call,
    journey_id: str,
    turn_id: str,
    routes: list[str],
    tried: list[str],
    is_stopped: Callable[[], bool],
    *,
    priority: Priority = Priority.default,
) -> Outcome:
    """`tried` routes are passed over; they keep their number, which stands in the deed."""
    outcome = Outcome()
    activity = Models.answer if call == "answer" else Models.reply
    for nth, route in enumerate(routes, 1):
        if route in tried or is_stopped():
            continue
        asked = AskModel(journey_id=journey_id, turn_id=turn_id, call=call, route=route, nth=nth)
        try:
            answered = await workflow.execute_activity_method(
                activity, asked, **MODEL_CALL, priority=priority, summary=f"{asked.name}: {route}"
            )
        except ActivityError as failure:
            if isinstance(failure.cause, CancelledError):
                raise
            outcome.failures.append(kind_of(failure))
            if outcome.failures[-1] == WAITED:
                break
            continue
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
