"""Timeouts, retries and limits, named once, the reason beside each number. Figures measured on temporalio 1.35 and CLI 1.9.1."""

from datetime import timedelta
from enum import IntEnum
from typing import Final, TypedDict

from temporalio.common import Priority, RetryPolicy

from activities.effects import TRIES
from journeys import names
from journeys.names import MODELS_QUEUE

# A killed worker's open workflow task is given to another after this long. 10 s is Temporal's default and makes a person wait for it.
TASK_TIMEOUT: Final = timedelta(seconds=2)

# For so long the journeys of a killed worker wait for it before another is asked. Above the time for which a busy worker lets a task
# wait: what it gives up goes to a worker that must replay it first, and makes a busy hour busier. 1 s at 64 journeys at once on two
# cores: 30 turns a second, P95 4.3 s; 2 s: 33 and 2.8 s (docs/decisions/0009).
STICKY_TIMEOUT: Final = timedelta(seconds=2)

# A worker's open workflow tasks, each a turn with all its local activities. What waits at the server has no clock: 400 let 64 turns overrun
# TASK_TIMEOUT on two cores, and with 16 a worker that had to follow their histories first still did (docs/decisions/0009 and 0027).
TASKS_AT_ONCE: Final = 8

# A worker's open calls of models. They wait for somebody else nearly all of their time, so many cost little.
CALLS_AT_ONCE: Final = 100

# The server holds 10 updates of a run in flight; an eleventh waits outside, and with it every pause and end behind it.
AT_ONCE: Final = 4


class Options(TypedDict):
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


# Quick, idempotent work beside the workflow. It is tried until it succeeds: what can't succeed is raised as non-retryable
# (activities/boundary.py), and a database that is locked, full or away for an hour must not lose what was accepted.
QUICK: Final[Options] = {
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=100), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=5)
    ),
}


# Starting another journey, or telling one: quick, and repeated until it is done; it asks the server, so it is a normal activity.
BESIDE: Final[Options] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=500), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
    ),
}


class UpkeepOptions(Options):
    schedule_to_close_timeout: timedelta
    priority: Priority


# What is looked after each minute: in the next one it is asked for again, and no turn waits behind it.
UPKEEP: Final[UpkeepOptions] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "schedule_to_close_timeout": timedelta(seconds=45),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_attempts=3),
    "priority": Priority(priority_key=5),
}


class CheckOptions(UpkeepOptions):
    task_queue: str
    schedule_to_start_timeout: timedelta


# A check of a model (activities/checking.py): two questions of six seconds at most, and not again before the next minute. Where nobody
# polls the models' queue, or its rate limit has more urgent calls, it is given up.
CHECK: Final[CheckOptions] = {
    "task_queue": MODELS_QUEUE,
    "start_to_close_timeout": timedelta(seconds=20),
    "schedule_to_start_timeout": timedelta(seconds=15),
    "schedule_to_close_timeout": timedelta(seconds=35),
    "retry_policy": RetryPolicy(maximum_attempts=1),
    "priority": Priority(priority_key=5),
}

# Seconds after which an effect that nobody heard of since was left by a worker that is gone: a send with all its tries ends long before.
UNHEARD_OF: Final = 300


class CallOptions(Options):
    task_queue: str
    schedule_to_start_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta


# A call of a model on one route: at most three tries, each of at most two calls (the second repairs the first), all within half a minute,
# after which the next route is asked. A worker that is killed is missed after the heartbeat's three seconds. A delay that the provider
# names and that does not fit in any more ends the route at once. A call that the rate limit keeps waiting for half its time is given up
# with all routes, which wait in the same queue: the person gets what can be said without a model.
MODEL_CALL: Final[CallOptions] = {
    "task_queue": MODELS_QUEUE,
    "start_to_close_timeout": timedelta(seconds=26),
    "schedule_to_start_timeout": timedelta(seconds=15),
    "schedule_to_close_timeout": timedelta(seconds=30),
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=500), backoff_coefficient=3.0, maximum_interval=timedelta(seconds=5), maximum_attempts=3
    ),
}

# A try to make good what a turn left undone (journeys/obligations.py): the pause before the next one is the journey's, in minutes.
ONE_CALL: Final[CallOptions] = {**MODEL_CALL, "retry_policy": RetryPolicy(maximum_attempts=1)}

# An effect in the world. Handed over and unanswered, its next try asks what became of it first (activities/effects.py), which is why a few
# are safe; a person waits for the turn, so they end within half a minute.
OUTWARD: Final[Options] = {
    "start_to_close_timeout": timedelta(seconds=25),
    "retry_policy": RetryPolicy(initial_interval=timedelta(milliseconds=300), backoff_coefficient=3.0, maximum_attempts=TRIES),
}


class Urgency(IntEnum):
    """Whose call of a model goes first where they wait for the rate limit, 1 before 5."""

    PERSON = 1  # somebody looks at the screen
    REMINDER = 4  # a timer's turn, or one that another journey's end began: nobody waits
    BACKGROUND = 5  # what is done later, such as an obligation


def priority(tenant: str, urgency: Urgency | None = None) -> Priority:
    """What is urgent first; among that, tenants take turns, however much one of them asks. Without an urgency: the tenant alone, for a
    journey's start, from which all that it does inherits."""
    return Priority(priority_key=urgency, fairness_key=names.fairness_key(tenant))
