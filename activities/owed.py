"""Makes good what a turn left undone (journeys/obligations.py): its answer once a model gives one, or the word that it is given up."""

from typing import Any

from temporalio import activity

from activities import telling
from activities.records import Records
from journeys import engine, moving, obligations
from journeys.messages import Decision, Line, Opened, Understanding
from journeys.safety import hazards_in, known
from journeys.state import JourneyState, Obligation
from journeys.view import owed_views
from journeys.vocabulary import INTENTS
from journeys.wording import NAMED, both_ends
from journeys.work import SettleOwed
from providers import base


class Obligations:
    """`routes`: the engines of the models that may be asked now, best first."""

    def __init__(self, records: base.Records, ledger: base.Ledger, told: Records, routes: list[str]) -> None:
        self.records, self.ledger, self.told, self.now_asked = records, ledger, told, routes

    @activity.defn(name="routes")
    async def routes(self) -> list[str]:
        """Of today, not of the day on which the obligation came to be."""
        return self.now_asked

    @activity.defn(name="settle_owed")
    async def settle(self, asked: SettleOwed) -> Opened:
        """The answer, or that there will be none, as a turn of its own, in one transaction that can be run again; or when it is tried
        again, of which nobody is told. No decision where it is settled already, or a pause or an end came first."""
        turn, state = asked.turn, asked.state.model_copy()
        known = await self.records.known(state.journey_id, turn.turn_id, turn.seq, turn.turn_id)
        template = asked.template
        for missed in known.missed:
            template = moving.take_up(template, state, missed)
        seq = max([turn.seq, *(missed.seq + 1 for missed in known.missed)])
        if known.ended is not None:
            return Opened(seq=max(seq, known.ended.seq), missed=known.missed, ended=known.ended)
        opened = Opened(seq=seq, missed=known.missed)
        if all(owed.id != asked.owed.id for owed in state.owed):
            return opened
        here = asked.model_copy(update={"state": state, "template": template, "turn": turn.model_copy(update={"seq": seq})})
        if asked.deed is not None:
            return opened.model_copy(update={"decision": await self._answered(here, asked.deed)})
        if obligations.is_over(asked.owed, asked.failures, turn.at):
            return opened.model_copy(update={"decision": await self._given_up(here)})
        later = obligations.put_off(state, asked.owed, asked.failures, turn.at)
        shown = owed_views(state.model_copy(update={"owed": later}))
        await self.records.show_owed(state.journey_id, state.status, [owed.model_dump(mode="json") for owed in shown])
        return opened.model_copy(update={"decision": obligations.as_it_is(state).model_copy(update={"owed": later})})

    async def _answered(self, work: SettleOwed, deed: str) -> Decision | None:
        brief, answer = await self.ledger.brief(work.owed.id, "answer"), await self.ledger.answer_of(deed)
        state, read = work.state, Understanding.model_validate(answer["understanding"])
        warned = [Line(code="hazard", about=name) for name in hazards_in(brief.text, known.year_built(state))]
        question = next((i.name for i in read.intents if i.name in INTENTS), "ask_question")
        unheard = [found.need for found in read.found if state.inputs.get(found.need) != found.value and work.template.need(found.need)]
        said = [Line(code="made_good", about=str(work.owed.turn)), Line(code="question", about=question)]
        said += [Line(code="not_taken", names=unheard)] if unheard else []
        decision = obligations.as_it_is(state).model_copy(
            update={
                "owed": obligations.without(state, work.owed, work.turn.at, is_back=True),
                "say": [*warned, *said],
                "cites": answer["cites"],
                "spoken": deed,
            }
        )
        return await self._tell(work, decision, brief.text, answer["reply"], read.engine)

    async def _given_up(self, work: SettleOwed) -> Decision | None:
        """The others are looked at in their own time."""
        brief = await self.ledger.brief(work.owed.id, "answer")
        why = "blocked" if "blocked" in work.failures else ""
        left = obligations.without(work.state, work.owed, work.turn.at, is_back=False)
        said = Line(code="given_up", about=str(work.owed.turn), names=[why] if why else [])
        decision = obligations.as_it_is(work.state).model_copy(update={"owed": left, "say": [said], "degraded": work.failures})
        return await self._tell(work, decision, brief.text, None, None)

    async def _tell(self, work: SettleOwed, decision: Decision, asked: str, spoken: str | None, by: str | None) -> Decision | None:
        turn, owed = work.turn, work.owed
        state: JourneyState = work.state.model_copy(update={"turns": max(work.state.turns, turn.seq)})
        engine.carry_out(state, decision)
        wording = decision.model_copy(update={"say": [_naming(line, owed, asked) for line in decision.say]})
        reply = await self.told.worded(work.template, state, wording, spoken)
        keys: dict[str, Any] = {"journey_id": state.journey_id, "operation": turn.operation, "key": turn.key, "body_hash": turn.body_hash}
        row: dict[str, Any] = {"id": turn.turn_id, "journey_id": state.journey_id, "seq": turn.seq, "operation": turn.operation}
        row |= {"text": None, "engine": by, "started_at": turn.at, "decision": decision.model_dump(mode="json")}
        opening = {"journey": None, "request": {**keys, "turn_id": turn.turn_id, "at": turn.at}, "turn": row, "calls": ()}
        closing = telling.closing(turn, work.template, state, decision, reply)
        told = await self.records.make_good(opening, closing, work.state.status, owed.id)
        return decision.model_copy(update={"told": True}) if told else None


def _naming(line: Line, owed: Obligation, asked: str) -> Line:
    """With the person's own words, for the reply only: the decision enters history."""
    if line.code not in ("made_good", "given_up"):
        return line
    return line.model_copy(update={"names": [both_ends(asked, NAMED), *line.names]})
