"""Looks after the house: what a schedule asks for each minute, beside all journeys. Each deed is safe to repeat, and is left to the next
minute where it fails."""

from collections.abc import Sequence
from typing import Final

from temporalio import activity

from providers import base
from providers.errors import ProviderError

MEND = "docs/operating.md says how it is mended; it then goes on by itself."


QUESTION: Final = "How long does a kitchen take?"  # which any index is asked, whatever it finds


class Upkeep:
    """`engines`: which models this house asks, none where everything is done offline."""

    def __init__(
        self, journeys: base.OpenJourneys, house: base.House, knowledge: base.Knowledge | None = None, engines: Sequence[str] = ()
    ) -> None:
        self.journeys, self.house, self.knowledge, self.engines = journeys, house, knowledge, list(engines)

    @activity.defn(name="find_wedged")
    async def find_wedged(self) -> int:
        """How many journeys are wedged now. Each is told once for its run and its problem."""
        wedged = await self.journeys.wedged()
        for each in wedged:
            text = f"Journey {each.journey_id} stands still: its workflow task fails again and again with {each.problem}. {MEND}"
            key = f"wedged:{each.journey_id}:{each.run_id}:{each.problem}"
            if await self.house.tell(key=key, kind="wedged", about=each.journey_id, text=text):
                activity.logger.error("A journey is wedged.", extra={"journey": each.journey_id, "problem": each.problem})
        gauge("homeview_journeys_wedged", "Journeys whose workflow task fails again and again.", len(wedged))
        return len(wedged)

    @activity.defn(name="count_undone")
    async def count_undone(self) -> None:
        """Gauges of what lies undone; that the database answers is found out by the way."""
        for name, count in (await self.house.figures()).items():
            gauge(name, "What lies undone, of all journeys; counted once a minute.", count)

    @activity.defn(name="ask_index")
    async def ask_index(self) -> bool:
        """Whether the index of the pages answers, on the machine of this worker. It is mended elsewhere (providers/mending.py)."""
        answers = True
        if self.knowledge is not None:
            try:
                await self.knowledge.search(QUESTION, limit=1)
            except ProviderError as error:
                activity.logger.warning("The index does not answer.", extra={"error": type(error).__name__})
                answers = False
        gauge("homeview_index_answers", "1: the index of the pages answers, 0: it does not.", int(answers))
        return answers

    @activity.defn(name="engines_to_check")
    async def engines_to_check(self) -> list[str]:
        """Those that the workers of the models' queue have; nobody may poll that queue where there are none."""
        return self.engines


def gauge(name: str, means: str, value: int) -> None:
    activity.metric_meter().create_gauge(name, means).set(value)
