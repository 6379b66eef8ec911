"""The quantities of one room or storey, whatever it is, and how they are said in one sentence."""

from journeys.inputs import Frozen
from journeys.renovation.measuring.quantities import TakeOffLine


class RoomTakeOff(Frozen):
    """Quantities of one room or storey."""

    headline: str
    title: str
    facts: tuple[str, ...]
    lines: tuple[TakeOffLine, ...]
    assumptions: tuple[str, ...]
    citation: str = "HomeView take-off rules, house figures"

    def line(self, item: str) -> TakeOffLine:
        return next(line for line in self.lines if line.item == item)


def bought(lines: list[TakeOffLine]) -> str:
    """What to buy in words, at most six things, so that a headline stays one: “5 sheets of drywall, 44 boxes of flooring and 111 studs”."""
    words = []
    for line in lines[:6]:
        packs = (line.packs or 0) if line.pack else int(line.gross)
        title = line.title.split(",")[0].lower()
        words.append(f"{packs} {_plural((line.pack or '').split()[-1], packs)} of {title}" if line.pack else f"{packs} {title}")
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}es" if noun.endswith("x") else f"{noun}s"
