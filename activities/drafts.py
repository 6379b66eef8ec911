"""The reply as it grows: read from JSON that has not ended yet, and told in pieces."""

import asyncio
from collections.abc import Awaitable, Callable

from pydantic_core import from_json

from journeys.safety import classify, is_forbidden

PAUSE = 0.06  # seconds between pieces: each is a write to the event log, and nobody reads faster


class Draft:
    """Given everything a model said so far, tells what is new of the field `reply`. A model that changes its mind is told no further, nor
    one that comes to speak of dangerous work: that is shown when all of it was checked."""

    def __init__(self, tell: Callable[[int, str], Awaitable[None]]) -> None:
        self.tell = tell
        self.told, self.pieces, self.next_at, self.hushed = "", 0, 0.0, False

    async def grow(self, so_far: str) -> None:
        now = asyncio.get_running_loop().time()
        if self.hushed or now < self.next_at:
            return
        reply = reply_in(so_far)
        if len(reply) <= len(self.told) or not reply.startswith(self.told):
            return
        self.hushed = any(is_forbidden(finding.level) for finding in classify(reply))
        if self.hushed:
            return
        piece, self.told = reply[len(self.told) :], reply
        self.next_at = now + PAUSE
        await self.tell(self.pieces, piece)
        self.pieces += 1


def reply_in(json_so_far: str) -> str:
    """The reply as far as it is known; empty before it begins, and where it is no JSON."""
    try:
        known = from_json(json_so_far, allow_partial="trailing-strings")
    except ValueError:
        return ""
    reply = known.get("reply", "") if isinstance(known, dict) else ""
    return reply if isinstance(reply, str) else ""
