"""A move is decided once at its place of the journey, keeps what was asked even where it is refused, and takes up what was lost first."""

from datetime import datetime
from typing import Any

import pytest

from activities.moving import Moves
from journeys import engine
from journeys.facts import Gave
from journeys.inputs import Text
from journeys.messages import Decision, Ended
from journeys.refusals import CantMove
from journeys.state import JourneyState
from journeys.template import Template
from journeys.work import OpenMove, Turn
from providers.base import Known
from tests.factories import NOW, VERSIONS, Play, a_template

pytestmark = pytest.mark.anyio


class Kept:
    """Records that know what they are told to know."""

    def __init__(self, known: Known | None = None, stands: Decision | None = None) -> None:
        self.knows, self.stands, self.opened = known or Known(), stands, list[dict[str, Any]]()

    async def known(self, journey_id: str, turn_id: str, seq: int, deed: str) -> Known:
        return self.knows

    async def open_turn(self, *, journey: Any, request: Any, turn: Any) -> dict[str, Any] | None:
        self.opened.append({**request, **turn})
        kept: dict[str, Any] | None = turn.get("decision")
        return self.stands.model_dump(mode="json") if self.stands else kept


def asked(state: JourneyState, to: Template, at: datetime = NOW) -> OpenMove:
    turn = Turn(operation="move", key="k", body_hash="h", turn_id="t", seq=state.turns + 1, at=at)
    return OpenMove(turn=turn, template=a_template(), state=state, to=to, undo=False)


def moves(records: Kept) -> Moves:
    return Moves(records, VERSIONS)  # type: ignore[arg-type]


async def test_a_decision_that_was_stored_before_is_the_one_that_stands() -> None:
    play, new = Play(), a_template(version=2)
    records = Kept()
    first = await moves(records).open(asked(play.state, new))
    assert first.decision and first.decision.move
    assert records.opened[0]["decision"]["move"]["template"] == "small@2"
    later = await moves(Kept(stands=first.decision)).open(asked(play.state, new, at=NOW.replace(year=2027)))
    assert later.decision == first.decision


async def test_a_refused_move_is_kept_with_its_key() -> None:
    records = Kept()
    with pytest.raises(CantMove):
        await moves(records).open(asked(Play().state, a_template(version=2, personas=["investor"])))
    assert [(row["key"], row["operation"], "decision" in row) for row in records.opened] == [("k", "move", False)]


async def test_turns_that_were_told_but_lost_are_taken_up_before_the_move_is_decided() -> None:
    play = Play()
    given = engine.decide(play.template, play.state, Gave(inputs={"goal": Text(text="a wall")}), NOW, VERSIONS)
    lost = Ended(turn_id="l", seq=4, operation="provide", key="l", body_hash="", status="done", decision=given)
    opened = await moves(Kept(Known(missed=[lost]))).open(asked(play.state, a_template(version=2)))
    assert (opened.seq, opened.missed) == (5, [lost])
    assert opened.decision and opened.decision.focus == "room", "the goal was known"
    assert "goal" not in play.state.inputs, "the state it was handed stays as it was"


async def test_a_move_that_was_told_but_lost_is_taken_up_with_its_template_before_the_next_is_decided() -> None:
    play, second = Play(), a_template(version=2)
    records = Kept()
    await moves(records).open(asked(play.state, second))
    decision = Decision.model_validate(records.opened[0]["decision"])
    assert decision.move and decision.move.body == second, "the records hold what the request held"
    lost = Ended(turn_id="l", seq=4, operation="move", key="l", body_hash="", status="done", decision=decision)
    opened = await moves(Kept(Known(missed=[lost]))).open(asked(play.state, a_template(version=3)))
    assert opened.decision and opened.decision.move and opened.decision.move.kept
    assert opened.decision.move.kept.template == "small@2", "it leaves the version it was moved to"
    assert opened.decision.move.body is None, "history has the template in the request already"


async def test_a_move_that_has_ended_is_not_decided_again() -> None:
    ended = Ended(turn_id="t", seq=3, operation="move", key="k", body_hash="h", status="refused", problem="CantMove", detail="No.")
    records = Kept(Known(ended=ended))
    opened = await moves(records).open(asked(Play().state, a_template(version=2)))
    assert (opened.ended, opened.decision, records.opened) == (ended, None, [])
