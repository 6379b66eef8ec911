"""What a turn could not do and the journey owes since: which turns leave something, when it is tried again, when it is given up. Pure.

A message leaves an obligation where no model could be asked for a reason that may pass, and code alone could not use the message fully:
it was a question that the pages answer at best by quoting, or it was not understood. One whose inputs were read, that decided something or
that calculators answered got what it was for, and leaves none; nor does one whose answer the provider withheld: it would again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from journeys.messages import Decision, Line
from journeys.state import MOST_OWED, JourneyState, Obligation

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))  # before each of the first tries
EVERY: Final = timedelta(hours=1)  # before every later one
RESTING: Final = timedelta(minutes=10)  # at most, where a breaker let nothing through: somebody else's probe may bring the model back
GIVEN_UP: Final = timedelta(days=3)  # after so long nobody waits for the answer any more
LASTING: Final = frozenset({"blocked", "InvalidRequest"})  # the same message would meet it again, whoever mends what
ITS_OWN: Final = LASTING | {"broken"}  # ends of a call that say nothing of the next message's


def left_by(state: JourneyState, decision: Decision, turn_id: str, seq: int, at: datetime, signature: str) -> Decision:
    """The decision on a message that no model read, with what it leaves to be made good and the line that says so."""
    if not _is_unanswered(decision) or not passes(decision.degraded):
        return decision
    if signature and any(owed.signature == signature for owed in state.owed):
        return decision.model_copy(update={"say": _with(decision.say, [Line(code="owed")])})
    fresh = Obligation(id=turn_id, turn=seq, since=at, due_at=at + pause(0), signature=signature)
    kept, gone = [*state.owed, fresh][-MOST_OWED:], state.owed[: len(state.owed) + 1 - MOST_OWED]
    lines = [Line(code="owed"), *(Line(code="let_go", about=str(owed.turn)) for owed in gone)]
    return decision.model_copy(update={"owed": kept, "say": _with(decision.say, lines)})


def settled_by(state: JourneyState, decision: Decision, at: datetime, signature: str) -> Decision:
    """The decision on a message that a model read: the same question is settled by its answer, and the others' time has come."""
    left = [owed for owed in state.owed if not signature or owed.signature != signature]
    due = [owed.model_copy(update={"due_at": min(owed.due_at, at)}) for owed in left]
    return decision if due == state.owed else decision.model_copy(update={"owed": due})


def passes(failures: Sequence[str]) -> bool:
    """Whether what ended the routes may be otherwise later."""
    return "blocked" not in failures and any(failure not in LASTING for failure in failures)


def pause(tries: int) -> timedelta:
    """How long it rests after so many tries."""
    return PAUSES[tries] if tries < len(PAUSES) else EVERY


def is_over(owed: Obligation, failures: Sequence[str], now: datetime) -> bool:
    """Whether a try that failed was the last. Routes that are all gone, since no model is set up any more, may come back."""
    return bool(failures and not passes(failures)) or now - owed.since >= GIVEN_UP


def put_off(state: JourneyState, tried: Obligation, failures: Sequence[str], now: datetime) -> list[Obligation]:
    """After a try that failed. Where it says that no model can be reached, the others rest as long: one try a journey is enough to know."""
    rest = pause(tried.tries + 1)
    due = now + (min(rest, RESTING) if "resting" in failures else rest)
    everybody = any(failure not in ITS_OWN for failure in failures) or not failures
    others = {"due_at": due}
    return [
        owed.model_copy(update={"tries": owed.tries + 1, "due_at": due})
        if owed.id == tried.id
        else owed.model_copy(update=others)
        if everybody and owed.due_at < due
        else owed
        for owed in state.owed
    ]


def without(state: JourneyState, gone: Obligation, at: datetime, is_back: bool) -> list[Obligation]:
    """What is still owed then; where a model is back, at once."""
    left = [owed for owed in state.owed if owed.id != gone.id]
    return [owed.model_copy(update={"due_at": min(owed.due_at, at)}) for owed in left] if is_back else left


def as_it_is(state: JourneyState) -> Decision:
    """A decision that changes nothing."""
    kept = {"status": state.status, "focus": state.focus, "asked": state.asked}
    return Decision(**kept, last_heard_at=state.last_heard_at, timers=state.timers)


def _is_unanswered(decision: Decision) -> bool:
    return any(line.code == "clarify" or (line.code == "question" and line.about != "estimate_cost") for line in decision.say)


def _with(say: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Behind the line that says that no model could be asked."""
    place = next((n for n, line in enumerate(say, 1) if line.code == "no_model"), len(say))
    return [*say[:place], *lines, *say[place:]]
