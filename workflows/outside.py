"""What a decision does in the world outside: orders go out and are withdrawn, each by an activity that knows it by its deed."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.effects import Effects
    from journeys.effects import EffectDone, EffectRef, word_for
    from journeys.messages import Decision, Line, SettleEffect
    from workflows.policies import BESIDE, OUTWARD


async def carry_outside(journey_id: str, known: dict[str, EffectRef], decision: Decision) -> Decision:
    """The decision with what came of its effects and the lines that say so. First what is withdrawn, then what goes out."""
    undone = await asyncio.gather(*(_undone(journey_id, deed, known[deed]) for deed in decision.undoes if deed in known))
    ordered = [(order.deed, order.kind, order.step, False) for order in decision.effects]
    ordered += [(deed, known[deed].kind, known[deed].step, True) for deed in decision.again if deed in known]
    sent = await asyncio.gather(*(_sent(journey_id, *order) for order in ordered))
    left = await asyncio.gather(*(_left(journey_id, deed, known[deed]) for deed in decision.leaves if deed in known))
    lines = [Line(code="withdrawn" if done.undoable else "not_withdrawn", about=done.kind) for done in undone]
    lines += [Line(code=word_for(done), about=done.kind) for done in sent]
    lines += [Line(code="left", about=done.kind) for done in left]
    results = {done.deed: done.ref() for done in [*undone, *sent, *left]}
    return decision.model_copy(update={"effects_done": {**decision.effects_done, **results}, "say": [*decision.say, *lines]})


async def _sent(journey_id: str, deed: str, kind: str, step: str, again: bool) -> EffectDone:
    asked = SettleEffect(journey_id=journey_id, deed=deed, again=again)
    try:
        return await workflow.execute_activity_method(Effects.send, asked, **OUTWARD, summary=f"send {kind}")
    except ActivityError:  # its workers are gone or it is broken: nobody can say what became of it
        return EffectDone(deed=deed, kind=kind, step=step, status="in_doubt")


async def _undone(journey_id: str, deed: str, ref: EffectRef) -> EffectDone:
    asked = SettleEffect(journey_id=journey_id, deed=deed)
    try:
        return await workflow.execute_activity_method(Effects.undo, asked, **OUTWARD, summary=f"withdraw {ref.kind}")
    except ActivityError:
        return EffectDone(deed=deed, undoable=False, **ref.model_dump())


async def _left(journey_id: str, deed: str, ref: EffectRef) -> EffectDone:
    asked = SettleEffect(journey_id=journey_id, deed=deed)
    return await workflow.execute_activity_method(Effects.leave, asked, **BESIDE, summary=f"leave {ref.kind}")
