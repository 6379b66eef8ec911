"""What a model is told of one turn: everything it needs and nothing else, kept with the turn. Its size does not grow with the talk."""

from typing import Literal

from journeys.inputs import Kept, Need
from journeys.memory import Exchange, Recalled
from journeys.spending import Spending

Call = Literal["answer", "reply"]


class Quoted(Kept):
    """A passage that was found for the message."""

    id: str
    title: str
    text: str
    source: str
    date_read: str = ""


class Brief(Kept):
    """`answer` is the first call of a turn; `reply` words what became of it, from `made`: what code says of it, figures and all.

    `question`: as the person was last asked, for the need or decision named `asked`. `hazards`: rules of journeys/safety/.
    `tone`: how this persona is spoken to. `region`: where the home is, such as US-WA; `year_built` of it; `seq`: the turn's place in the
    journey. `spending`: no model is told, it says what the call may cost.
    """

    call: Call
    seq: int
    text: str
    journey: str
    persona: str
    tone: str = ""
    locale: str
    region: str | None = None
    summary: str
    asked: str | None = None
    question: str = ""
    needs: list[Need] = []
    passages: list[Quoted] = []
    recalled: tuple[Recalled, ...] = ()
    recent: tuple[Exchange, ...] = ()
    hazards: list[str] = []
    year_built: int | None = None
    made: str = ""
    spending: Spending = Spending()
