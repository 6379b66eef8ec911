"""Reads a message with no key and no network: intents by MiniLM, inputs by rules.

Intents and extractor are imported where the first message needs them: they bring numpy and rapidfuzz, and a worker polls before that.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from journeys.inputs import Need, Text
from journeys.messages import Intent, Understanding
from journeys.vocabulary import of_kind
from providers.loading import load_modules
from providers.offline.embeddings import MiniLM

if TYPE_CHECKING:
    from providers.offline.intents import Intents

MOST_BYTES = 8192
# Said while a free text was asked for, these are moves in the talk and not its text: "skip this" is nobody's goal.
# "The drawers stick" is troubleshoot and may well be the goal.
MOVES = of_kind("control", "ask", "talk") - {"troubleshoot"}
MOVE_IS_MEANT = 0.6  # their probabilities together: "I would rather not say" is skip .5 and decline .5


class OfflineReader:
    """A Reader. Says "I don't know" by giving no intents, and finds only inputs that stand in the message.

    The message is embedded once; `embedder` remembers the vector, so a search for the same text costs no second one.
    """

    engine: str = "offline"

    def __init__(self, embedder: MiniLM, today: Callable[[], date] = date.today) -> None:
        self.embedder = embedder
        self.today = today
        self.loading = Lock()
        self._intents: Intents | None = None

    @property
    def intents(self) -> "Intents":
        load_modules("providers.offline.intents")
        from providers.offline.intents import Intents

        with self.loading:
            if self._intents is None:
                self._intents = Intents(self.embedder)
            return self._intents

    async def understand(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        """Reads the first 8 KB. Raises WeightsMissing; no text makes it fail."""
        return await asyncio.to_thread(self.read, cut(text), needs, asked)

    def read(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        load_modules("providers.offline.extract")
        from providers.offline.extract import extract, torn_between

        reading = self.intents.classify(text)
        found = extract(text, needs, asked, self.today())
        open_ = [need for need in needs if all(each.need != need.name for each in found)]
        return Understanding(
            engine=self.engine,
            intents=reading.intents,
            closest=reading.closest,
            found=[each for each in found if not isinstance(each.value, Text) or is_an_answer(reading.intents)],
            torn=torn_between(text, open_, asked),
        )


def is_an_answer(intents: Sequence[Intent]) -> bool:
    return sum(intent.p for intent in intents if intent.name in MOVES) < MOVE_IS_MEANT


def cut(text: str) -> str:
    """At most 8 KB of UTF-8, never half a character: positions in it are those of the whole text."""
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) <= MOST_BYTES:
        return text
    begun = sum(byte & 0xC0 != 0x80 for byte in encoded[: MOST_BYTES + 1])  # every byte but these goes on with a character
    return text[: begun - 1]
