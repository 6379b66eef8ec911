"""What a model is told of a turn, put together from the journey's state, what the person said before, and the pages."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from temporalio import activity

from activities.knowledge import pages_for
from journeys import engine, memory
from journeys.brief import Brief, Call, Quoted
from journeys.safety import hazards_in, known
from journeys.state import JourneyState
from journeys.view import question
from journeys.work import OpenTurn, Work
from providers.base import Knowledge, Ledger, Memory, Passage
from providers.breaker import Breakers
from providers.errors import ProviderError

PASSAGES: Final = 3  # each is a section of a page, at most some 150 words


class Briefing:
    """`routes`: the engines of the models that may be asked, best first; `breakers`: which of them rest, as far as this process knows."""

    def __init__(
        self, routes: Sequence[str], ledger: Ledger, memory: Memory, knowledge: Knowledge, breakers: Breakers | None = None
    ) -> None:
        self.routes, self.ledger, self.memory, self.knowledge = list(routes), ledger, memory, knowledge
        self.breakers = breakers or Breakers()

    def all_rest(self) -> bool:
        """Whether every route would be turned away: then nobody waits for one, not even for the way there."""
        return all(self.breakers.of(route).rests_now for route in self.routes)

    async def to_answer(self, asked: OpenTurn, seq: int) -> Brief:
        """For the first call, of the turn at this place of the journey."""
        text, state = asked.text or "", asked.state
        recalling = self.memory.recall(state.journey_id, text, before=seq, limit=memory.RECALLED)
        known, passages = await asyncio.gather(recalling, self._passages(text, state))
        return self._brief("answer", asked, state, text).model_copy(
            update={
                "seq": seq,
                "asked": state.asked,
                "question": question(asked.template, state) or "",
                "needs": engine.reader_needs(asked.template, state),
                "passages": [quoted(passage) for passage in passages],
                "recalled": known.recalled,
                "recent": known.recent,
            }
        )

    async def to_reply(self, work: Work, state: JourneyState, text: str, made: str) -> Brief:
        """For the second call, kept with the turn. `state` is that after the decision; `made` is what code says of it."""
        brief = self._brief("reply", work, state, text).model_copy(update={"made": made})
        await self.ledger.keep_brief(state.journey_id, work.turn.turn_id, brief, work.turn.at)
        return brief

    def _brief(self, call: Call, work: Work, state: JourneyState, text: str) -> Brief:
        summary = memory.summary(work.template, state)
        told: dict[str, Any] = {"journey": work.template.title, "persona": state.persona, "locale": state.locale, "seq": work.turn.seq}
        built = known.year_built(state)
        told["tone"] = _tone(state.persona)
        told |= {"hazards": hazards_in(text, built), "year_built": built, "region": pages_for(state).region}
        return Brief(call=call, text=text, summary=summary, spending=work.template.spending, **told)

    async def _passages(self, text: str, state: JourneyState) -> list[Passage]:
        try:
            return await self.knowledge.search(text, limit=PASSAGES, where=pages_for(state))
        except ProviderError as error:  # the model is told of none, and says that it has none
            activity.logger.warning("Knowledge can't be searched.", extra={"error": type(error).__name__})
            return []


def _tone(persona: str) -> str:
    from providers.people import personas  # reads YAML: not before a first brief needs it

    known = personas().get(persona)
    return known.tone if known else ""


def quoted(passage: Passage) -> Quoted:
    return Quoted(id=passage.id, title=passage.title, text=passage.text, source=passage.source, date_read=passage.date_read)
