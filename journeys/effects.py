"""What a journey does in the world outside: ordered by a decision, carried out by activities, remembered by its deed. Pure data."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from journeys.inputs import Kept, Slug

EffectStatus = Literal["reserved", "sent", "confirmed", "in_doubt", "compensated", "failed"]
LIVE: Final = frozenset({"reserved", "sent", "confirmed", "in_doubt"})  # of these something may be out there
MOST_KEPT: Final = 16  # of a journey's effects in its state, unless more may be out there; the ledger keeps all
MOST_LIVE: Final = 48  # of those, 5 KB: the state travels with every decision


class EffectOrder(Kept):
    """An effect that was decided on. Its deed is the journey, the step, the kind and how often it was ordered there: never sent twice."""

    deed: str
    kind: Slug
    step: Slug


class EffectRef(Kept):
    """`went_out`: False where it is only kept here, for the person to send."""

    kind: Slug
    step: Slug
    status: EffectStatus
    went_out: bool = True


class EffectDone(EffectRef):
    """What came of it; `undoable` is False where it should be withdrawn and can't be."""

    deed: str
    undoable: bool = True

    def ref(self) -> EffectRef:
        return EffectRef(kind=self.kind, step=self.step, status=self.status, went_out=self.went_out)


class EffectNews(EffectDone):
    """What became of it, found out beside the journey's turns; `at` when, so that the same news twice is known as such."""

    at: datetime


def kept(known: Mapping[str, EffectRef], done: Mapping[str, EffectRef]) -> dict[str, EffectRef]:
    """The newest of them. What may be out there is let go last, since it may have to be withdrawn, and never the newest of its step and
    kind, behind which the next one is numbered."""
    refs = {**known, **done}
    newest = {(ref.step, ref.kind): deed for deed, ref in refs.items()}
    older = [deed for deed, ref in refs.items() if newest[ref.step, ref.kind] != deed]
    idle = [deed for deed in older if refs[deed].status not in LIVE]
    live = [deed for deed in older if refs[deed].status in LIVE]
    for deed in idle[: max(0, len(refs) - MOST_KEPT)] + live[: max(0, len(live) - MOST_LIVE)]:
        del refs[deed]
    return refs


def next_deed(known: Mapping[str, EffectRef], journey_id: str, step: str, kind: str) -> str:
    """Of the next effect of this kind there: one that was let go has had its number all the same."""
    numbers = [int(deed.rpartition(".")[2]) for deed, ref in known.items() if (ref.step, ref.kind) == (step, kind)]
    return f"{journey_id}/{step}.{kind}.{1 + max(numbers, default=0)}"


def word_for(done: EffectDone) -> str:
    """The code of what is said of an effect that was to go out."""
    if done.status == "confirmed":
        return "sent_out" if done.went_out else "kept_here"
    return {"in_doubt": "in_doubt", "failed": "not_sent", "compensated": "withdrawn"}.get(done.status, "not_sent_yet")


def word_later(was: EffectStatus | None, done: EffectDone) -> str:
    """The code of what is said of an effect whose end was found out later; `was`: what the journey knew of it."""
    if done.status == "confirmed" and done.went_out:
        return "sent_late" if was in ("reserved", "failed") else "came_out"
    return "withdrawn_late" if done.status == "compensated" else word_for(done)


def live_at(known: Mapping[str, EffectRef], steps: Sequence[str]) -> list[str]:
    """The deeds of these steps' effects that may be out there."""
    return [deed for deed, ref in known.items() if ref.step in steps and ref.status in LIVE]
