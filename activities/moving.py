"""Opens the turn in which a journey moves to another version of its template, and decides what the move changes."""

from collections.abc import Mapping
from typing import Any

from temporalio import activity

from journeys import moving
from journeys.messages import Decision, Opened
from journeys.moving import whole
from journeys.work import OpenMove
from providers import base


class Moves:
    """`skills` gives the version each skill runs with now."""

    def __init__(self, records: base.Records, skills: Mapping[str, str]) -> None:
        self.records, self.skills = records, skills

    @activity.defn(name="open_move")
    async def open(self, asked: OpenMove) -> Opened:
        """As `Records.open`: stores that it was asked and the decision, in one transaction that can be run again; turns that were told but
        are not in history are given back first. Raises CantMove and JourneyClosed, after the request is kept."""
        turn, state = asked.turn, asked.state.model_copy()
        known = await self.records.known(state.journey_id, turn.turn_id, turn.seq, turn.turn_id)
        template, kept = asked.template, asked.kept
        for missed in known.missed:
            template = moving.take_up(template, state, missed)
            kept = missed.decision.move.kept if missed.decision and missed.decision.move else kept
        if known.ended is not None:
            last = max([turn.seq, known.ended.seq, *(missed.seq for missed in known.missed)])
            return Opened(seq=last, missed=known.missed, ended=known.ended)
        seq = max([turn.seq, *(missed.seq + 1 for missed in known.missed)])
        request: dict[str, Any] = {
            "journey_id": state.journey_id,
            "operation": turn.operation,
            "key": turn.key,
            "body_hash": turn.body_hash,
        }
        request |= {"turn_id": turn.turn_id, "at": turn.at}
        row: dict[str, Any] = {"id": turn.turn_id, "journey_id": state.journey_id, "seq": seq, "operation": turn.operation, "text": None}
        row |= {"started_at": turn.at}
        try:
            decision = moving.decide_move(template, asked.to, state, undo=asked.undo, kept=kept, now=turn.at, skills=self.skills)
        except Exception:
            await self.records.open_turn(journey=None, request=request, turn=row)
            raise
        row |= {"decision": whole(decision, asked.to).model_dump(mode="json")}
        stands = await self.records.open_turn(journey=None, request=request, turn=row)
        return Opened(seq=seq, missed=known.missed, decision=whole(Decision.model_validate(stands), None))
