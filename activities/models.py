"""Calls to language models: normal activities on a queue of their own, each call booked under its deed before it is made.

What arrived is never asked for again: a worker that is killed after the answer was booked finds it, one that is killed before asks again,
and the ledger counts that as in doubt.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from temporalio import activity

from activities.answers import Broken, Read, content_of, part, read, schema_of
from activities.booking import failed
from activities.counting import count, count_unknown_price
from activities.drafts import Draft
from activities.prompts import Prompt, prompt
from activities.retrieval import PaidRetrieval
from journeys.brief import Brief
from journeys.messages import Answered, AskModel
from providers import base, worst_prices
from providers.base import Call, CutShort, Generated, Hold, LanguageModel
from providers.breaker import Breakers, Permit
from providers.errors import InvalidRequest, ProviderError, Resting, Unavailable

SECONDS: Final = 20.0  # for one call; a flash model answers a turn in two or three
TO_BOOK: Final = 2.0  # of a try's time is kept to book what came of it; a busy worker takes a second
TOKENS: Final = 3_000  # for one answer; a long one has 400, and what a model thinks before it counts too
BEAT: Final = 0.6  # seconds between heartbeats: with one comes the word that a call is to be stopped. Their timeout is three


class Models:
    """`models` by their engine's name; `retrieval` where a paid embedder finds what they are told; `breakers` say which of them rest."""

    def __init__(
        self,
        ledger: base.Ledger,
        memory: base.Memory,
        models: Sequence[LanguageModel],
        retrieval: PaidRetrieval | None = None,
        breakers: Breakers | None = None,
    ) -> None:
        self.ledger, self.memory, self.retrieval, self.breakers = ledger, memory, retrieval, breakers or Breakers()
        self.models: Mapping[str, LanguageModel] = {model.engine: model for model in models}

    @activity.defn(name="answer")
    async def answer(self, asked: AskModel) -> Answered:
        """The first call of a turn: what the message means, and a reply to it. What the person says in it is kept for later turns
        meanwhile. Raises an Unavailable or a Refused."""
        return await self._ask(asked)

    @activity.defn(name="reply")
    async def reply(self, asked: AskModel) -> Answered:
        """The second call: words for what was decided and made. Raises an Unavailable or a Refused."""
        return await self._ask(asked)

    async def _ask(self, asked: AskModel) -> Answered:
        ends = end_of_this_try()
        model = self.models.get(asked.route)
        if model is None:
            raise InvalidRequest(f"This worker has no {asked.route}.")
        try:
            async with self.breakers.admitted(model.engine) as permit:
                return await self._admitted(asked, model, permit, ends)
        except Resting:  # nothing was asked and nothing is booked: the next route is
            return await self._arrived(asked) or Answered(outcome="resting")

    async def _arrived(self, asked: AskModel) -> Answered | None:
        """An answer to an earlier try of this call, whose worker was killed when it had booked it."""
        if activity.info().attempt == 1:
            return None
        call = await self.ledger.call_of(f"{asked.turn_id}/{asked.name}")
        return Answered(outcome="answered", deed=call.deed) if call and call.status == "answered" else None

    async def _admitted(self, asked: AskModel, model: LanguageModel, permit: Permit, ends: float) -> Answered:
        problem = ""
        async with beating():
            await worst_prices.ready()
            begun, brief = await self._begin(asked, model)
            async with self._keeping(asked, brief):
                if begun is None and self.retrieval:
                    brief = await self.retrieval.sharpen(asked, brief)
                for name, room in ((asked.name, 1), (f"{asked.name}.repair", 2)):
                    call = begun or await self.ledger.begin_call(
                        _row(asked, model, name, problem), hold=hold(asked, model, brief, problem, room * TOKENS)
                    )
                    begun = None
                    if call.status == "started":
                        call = await self._made(asked, model, brief, call, problem, room * TOKENS, ends, permit)
                    if call.status == "answered":
                        return Answered(outcome="answered", deed=call.deed)
                    if call.status == "blocked":
                        return Answered(outcome="blocked")
                    if call.status == "stopped":
                        return Answered(outcome="stopped", deed=call.deed if await self.ledger.answer_of(call.deed) else None)
                    if call.status == "over_budget":
                        return Answered(outcome="over_budget")
                    problem = call.why
        return Answered(outcome="broken")

    async def _begin(self, asked: AskModel, model: LanguageModel) -> tuple[Call | None, Brief]:
        """The first call and what it is made from, in one transaction; the call is None where passages are looked for before it begins."""
        if self.retrieval and asked.call == "answer":
            return None, await self.ledger.brief(asked.turn_id, asked.call)
        return await self.ledger.begin_first(
            _row(asked, model, asked.name), asked.call, lambda brief: hold(asked, model, brief, "", TOKENS)
        )

    @contextlib.asynccontextmanager
    async def _keeping(self, asked: AskModel, brief: Brief) -> AsyncIterator[None]:
        """Beside the call, which waits for somebody else: embedding a message's sentences takes as long as all the rest of a turn's work.
        A sentence that can't be kept is missed by a later prompt, and by nobody now."""
        if brief.call == "reply" or asked.later:  # said long ago
            yield
            return
        keeping = asyncio.create_task(self.memory.keep(asked.journey_id, asked.turn_id, brief.seq, brief.text, datetime.now(UTC)))
        try:
            yield
        finally:
            try:
                await keeping
            except ProviderError as error:
                activity.logger.warning("What was said can't be kept for later.", extra={"error": type(error).__name__})

    async def _made(
        self, asked: AskModel, model: LanguageModel, brief: Brief, call: Call, problem: str, tokens: int, ends: float, permit: Permit
    ) -> Call:
        """One call that has begun, made and booked."""
        left = min(ends - TO_BOOK - asyncio.get_running_loop().time(), permit.seconds or SECONDS)
        breaker = self.breakers.of(model.engine)

        async def tell(n: int, piece: str) -> None:
            with contextlib.suppress(ProviderError):  # a piece nobody sees is no reason to lose an answer that is paid for
                await self.ledger.tell_draft(asked.journey_id, asked.turn_id, call.attempt, n, piece)

        draft = Draft(tell)
        try:
            generated = await model.generate(
                "\n\n".join(each.text for each in _words(asked, problem)),
                content_of(brief, problem),
                schema=schema_of(brief),
                most_tokens=tokens,
                seconds=max(0.0, min(SECONDS, left)),
                on_text=None if brief.hazards or asked.later else draft.grow,  # what was flagged is checked before anybody sees it
            )
        except asyncio.CancelledError as cut:
            if not is_stopped():
                raise
            outcome = {"status": "stopped", "error": "Stopped", "answer": part(brief, draft.told)}
            return await self._book(call, outcome, cut.so_far if isinstance(cut, CutShort) else None)
        except Exception as error:  # nothing came, be it the provider's fault or ours
            breaker.failed(permit, error)
            count(breaker, type(error).__name__)
            if isinstance(error, Unavailable) and breaker.state == "open":
                error.again = False
            await self._book(call, failed(error))
            raise
        breaker.answered(permit)
        if permit.is_probe:
            count(breaker)
        return await self._book(call, _outcome(brief, generated, model.engine), generated)

    async def _book(self, call: Call, outcome: dict[str, Any], generated: Generated | None = None) -> Call:
        """The call as it stands then: where another worker was first, its outcome is the one that `decide` will find."""
        row = {"error": "", **outcome, "ended_at": datetime.now(UTC)}
        if generated is not None:
            if not generated.price_known:
                count_unknown_price()
            row |= {"raw": generated.text, "usage": generated.usage, "cost": generated.cost, "priced_as": generated.priced_as}
        return await self.ledger.book_call(call.deed, row)


def _row(asked: AskModel, model: LanguageModel, name: str, problem: str = "") -> dict[str, Any]:
    """Of a call that begins now."""
    row = {"deed": f"{asked.turn_id}/{name}", "journey_id": asked.journey_id, "turn_id": asked.turn_id, "name": name}
    words = "+".join(each.name for each in _words(asked, problem))
    return {**row, "engine": model.engine, "prompt": words, "started_at": datetime.now(UTC)}


def hold(asked: AskModel, model: LanguageModel, brief: Brief, problem: str, tokens: int) -> Hold:
    """What the call may cost at most: of every byte it sends, and of the longest answer it allows."""
    sent = [*(each.text for each in _words(asked, problem)), content_of(brief, problem), _shape(schema_of(brief))]
    bytes_sent = sum(len(text.encode(errors="replace")) for text in sent)
    return Hold(worst=worst_prices.worst(model.engine, bytes_sent, tokens, datetime.now(UTC)), spending=brief.spending)


@cache
def _shape(schema: type[BaseModel]) -> str:
    return json.dumps(schema.model_json_schema())


def _words(asked: AskModel, problem: str) -> list[Prompt]:
    return [prompt(asked.call), *([prompt("repair")] if problem else [])]


def is_stopped() -> bool:
    """Whether the workflow took it back; a worker that shuts down cancels its calls too, and those are made again."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested


def end_of_this_try() -> float:
    """When Temporal gives this try up, by the event loop's clock. A call still under way then would be booked by nobody."""
    info = activity.info()
    spent = info.started_time - info.scheduled_time  # by the tries before this one; both are the server's clock
    left = min(info.start_to_close_timeout or timedelta.max, (info.schedule_to_close_timeout or timedelta.max) - spent)
    return asyncio.get_running_loop().time() + left.total_seconds()


def _outcome(brief: Brief, generated: Generated, engine: str) -> dict[str, Any]:
    if generated.finish == "blocked":
        return {"status": "blocked", "error": "Blocked", "why": generated.reason}
    match read(brief, generated, engine, datetime.now(UTC).date()):
        case Read(kept=kept):
            return {"status": "answered", "answer": kept}
        case Broken(why=why, error=error):
            return {"status": "broken", "error": error, "why": why}


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Heartbeats beside the work: without them a killed worker's call would be missed only when its whole time is over."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT)  # first: a call that is answered within it costs the server nothing
            activity.heartbeat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
