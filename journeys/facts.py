"""What can happen to a journey: each fact is answered by one Decision of the engine."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.inputs import Frozen, Value
from journeys.messages import SkillResult, Understanding
from journeys.state import Timer


class Began(Frozen):
    kind: Literal["began"] = "began"


class Said(Frozen):
    """A message was understood; `is_question` by its form, where no intent is sure."""

    kind: Literal["said"] = "said"
    understanding: Understanding
    is_question: bool = False


class Gave(Frozen):
    kind: Literal["gave"] = "gave"
    inputs: dict[str, Value]


class Chose(Frozen):
    kind: Literal["chose"] = "chose"
    step: str
    option: str


class WentBack(Frozen):
    kind: Literal["went_back"] = "went_back"
    step: str


class Skipped(Frozen):
    kind: Literal["skipped"] = "skipped"
    step: str


class Paused(Frozen):
    kind: Literal["paused"] = "paused"


class Resumed(Frozen):
    kind: Literal["resumed"] = "resumed"


class Abandoned(Frozen):
    kind: Literal["abandoned"] = "abandoned"


class Made(Frozen):
    """Skills ran: what each gave."""

    kind: Literal["made"] = "made"
    results: list[SkillResult]


class TimeCame(Frozen):
    kind: Literal["time_came"] = "time_came"
    timer: Timer


Fact = Annotated[
    Began | Said | Gave | Chose | WentBack | Skipped | Paused | Resumed | Abandoned | Made | TimeCame, Field(discriminator="kind")
]
