"""Looks after the house: what a schedule asks for each minute, beside all journeys. Each deed is safe to repeat, and is left to the next
minute where it fails."""

from temporalio import activity

from providers import base

MEND = "docs/operating.md says how it is mended; it then goes on by itself."


class Upkeep:
    def __init__(self, journeys: base.OpenJourneys, house: base.House) -> None:
        self.journeys, self.house = journeys, house

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


def gauge(name: str, means: str, value: int) -> None:
    activity.metric_meter().create_gauge(name, means).set(value)
