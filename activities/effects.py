"""Effects in the world, each once: reserved on disk, handed over under its deed, confirmed. What a crash leaves between is in doubt.

In doubt is asked about where the outlet can be asked; where it can't, nothing is sent again unless the person says so. What was to be
withdrawn is never sent any more. Whatever is found out beside the journey's turns, its journey is told of until it knows.
"""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio import activity

from journeys import quotes
from journeys.effects import EffectDone, EffectNews, EffectStatus
from journeys.messages import SettleEffect, Swept
from journeys.work import ReserveEffects
from providers import base
from providers.base import Effect, NotSent, Outlet
from providers.errors import Misconfigured, Refused, Unavailable

TRIES: Final = 4  # of the activity (workflows/policies.py); the last one leaves nothing open that can be told
AT_ONCE: Final = 10.0  # seconds between row and sending: no second try begins before the 25 of the first are over
MOST_SWEPT: Final = 200
MONTH: Final = timedelta(days=30)  # what is in doubt for so long is asked about no more


UNSENT: Final = ("reserved", "failed")
OUT: Final = ("sent", "confirmed", "in_doubt")  # of these something may be out there


class Effects:
    """`journeys` are told what became of theirs."""

    def __init__(self, effects: base.Effects, outlet: Outlet, journeys: base.Journeys) -> None:
        self.effects, self.outlet, self.journeys = effects, outlet, journeys

    @activity.defn(name="reserve_effects")
    async def reserve(self, work: ReserveEffects) -> None:
        """What will go out, word for word, before anything does."""
        rows: list[dict[str, Any]] = []
        for order in work.orders:
            body = quotes.request(work.template, work.state, order.step)
            hashed = hashlib.sha256(body.encode()).hexdigest()[:16]
            about = {"deed": order.deed, "journey_id": work.state.journey_id, "turn_id": work.turn.turn_id, "step": order.step}
            words = {"kind": order.kind, "recipient": quotes.recipient(work.state), "body": body, "body_hash": hashed}
            rows.append({**about, **words, "reserved_at": work.turn.at})
        await self.effects.reserve(rows)

    @activity.defn(name="send_effect")
    async def send(self, asked: SettleEffect) -> EffectDone:
        """Raises an Unavailable while it may be tried again; the last try gives what it came to."""
        effect = await self._known(asked.deed)
        if asked.again and effect.told == "in_doubt":  # a choice is good for one sending: of a second doubt the person is told first
            await self.effects.move(asked.deed, ["in_doubt", "failed"], "reserved", _now(), unwanted=False, told="")
            effect = await self._known(asked.deed)
        try:
            return await self._sent(effect)
        except Unavailable:
            if activity.info().attempt < TRIES:
                raise
            await self.effects.move(asked.deed, ["sent"], "in_doubt", _now())
            return await self._done(asked.deed)

    @activity.defn(name="undo_effect")
    async def undo(self, asked: SettleEffect) -> EffectDone:
        """Withdrawn where that is possible. What can't be stays as it was, and `undoable` says so; where the outlet is away, a sweep tries
        again. An effect of which somebody has just begun the sending is asked about like any other."""
        if await self.effects.move(asked.deed, UNSENT, "compensated", _now()):
            return await self._done(asked.deed)
        effect = await self._known(asked.deed)
        await self.effects.move(effect.deed, [effect.status], effect.status, effect.changed_at, unwanted=effect.status in OUT)
        try:
            return await self._undone(effect)
        except Unavailable:
            if activity.info().attempt < TRIES:
                raise
            return (await self._done(effect.deed)).model_copy(update={"undoable": False})

    @activity.defn(name="leave_effect")
    async def leave(self, asked: SettleEffect) -> EffectDone:
        """The person lets it rest: it is never sent again by itself."""
        await self.effects.move(asked.deed, ["in_doubt"], "failed", _now(), error="Left")
        return await self._done(asked.deed)

    @activity.defn(name="sweep")
    async def sweep(self, older_than_s: int) -> Swept:
        """For a schedule: what was left open by workers that are gone, of which nothing was heard for so long. What is in doubt is asked
        about, and sent where the outlet never got it; what was reserved and never handed over goes out now; what was to be withdrawn is.
        First of all journeys are told that a killed worker kept from it, so that an outlet which hangs delays nobody else's news."""
        settled = left = told = 0
        now = _now()
        before = now - timedelta(seconds=older_than_s)
        for effect in await self.effects.untold(before, MOST_SWEPT):
            told += await self._told(effect)
        for effect in await self.effects.unsettled(before, MOST_SWEPT):
            done = await self._settled(effect, now)
            is_settled = done.status in ("confirmed", "failed", "compensated")
            settled, left = settled + is_settled, left + (not is_settled)
            if done.status not in ("reserved", "sent", effect.told):
                told += await self._told(await self._known(effect.deed))
        return Swept(settled=settled, left=left, told=told)

    async def _settled(self, effect: Effect, now: datetime) -> EffectDone:
        if now - effect.changed_at >= MONTH:
            return await self._done(effect.deed)
        try:
            return await (self._undone(effect) if effect.unwanted else self._sent(effect))
        except Unavailable:
            return await self._done(effect.deed)

    async def _told(self, effect: Effect) -> bool:
        """That it is known is written down last: a worker killed in between tells it twice, and the journey hears it once."""
        done = await self._done(effect.deed)
        try:
            await self.journeys.tell_of_effect(effect.journey_id, EffectNews(at=effect.changed_at, **done.model_dump()))
        except Unavailable:
            return False
        await self.effects.tell(effect.deed, done.status)
        return True

    async def _undone(self, effect: Effect) -> EffectDone:
        """Raises Unavailable where the outlet is away."""
        deed = effect.deed
        if effect.status == "compensated":
            return await self._done(deed)
        try:
            withdrawn = effect.outlet in ("", self.outlet.name) and await self.outlet.undo(deed, effect.receipt)
        except (Refused, Misconfigured):
            withdrawn = False
        if withdrawn:
            await self.effects.move(deed, OUT, "compensated", _now(), unwanted=False)
        else:
            await self.effects.move(deed, [effect.status], effect.status, effect.changed_at, unwanted=False)
        return (await self._done(deed)).model_copy(update={"undoable": withdrawn})

    async def _sent(self, effect: Effect) -> EffectDone:
        if effect.status in ("sent", "in_doubt") and not await self._absent(effect):
            return await self._done(effect.deed)
        if effect.status in ("confirmed", "compensated", "failed"):
            return await self._done(effect.deed)
        known, began = {"outlet": self.outlet.name}, time.monotonic()
        if not await self.effects.move(effect.deed, [effect.status], "sent", _now(), **known):
            return await self._done(effect.deed)  # somebody else has it in hand
        if time.monotonic() - began > AT_ONCE:  # stopped in between, say: another worker may have it in hand by now
            raise Unavailable("Too late to send it.")
        try:
            receipt = await self.outlet.send(effect.deed, effect.kind, effect.recipient, effect.body)
        except NotSent:
            await self.effects.move(effect.deed, ["sent"], "reserved", _now())
            raise
        except (Refused, Misconfigured) as refused:
            await self.effects.move(effect.deed, ["sent"], "failed", _now(), error=type(refused).__name__)
            return await self._done(effect.deed)
        await self.effects.move(effect.deed, ["sent", "in_doubt"], "confirmed", _now(), receipt=receipt)
        return await self._done(effect.deed)

    async def _absent(self, effect: Effect) -> bool:
        """Whether the outlet says that it never got it. What it has is confirmed; what nobody can say is in doubt."""
        if not self.outlet.can_be_asked or effect.outlet != self.outlet.name:
            await self.effects.move(effect.deed, ["sent"], "in_doubt", _now())
            return False
        try:
            receipt = await self.outlet.find(effect.deed)
        except (Refused, Misconfigured):  # it takes our effects and tells nothing of them
            await self.effects.move(effect.deed, ["sent"], "in_doubt", _now())
            return False
        if receipt is not None:
            await self.effects.move(effect.deed, ["sent", "in_doubt"], "confirmed", _now(), receipt=receipt)
        return receipt is None

    async def _known(self, deed: str) -> Effect:
        effect = await self.effects.effect(deed)
        assert effect is not None, "an effect is reserved before it is sent"
        return effect

    async def _done(self, deed: str) -> EffectDone:
        effect = await self._known(deed)
        status: EffectStatus = effect.status
        sends = self.outlet.sends if effect.outlet in ("", self.outlet.name) else effect.outlet != "outbox"
        return EffectDone(deed=deed, kind=effect.kind, step=effect.step, status=status, went_out=sends)


def _now() -> datetime:
    return datetime.now(UTC)
