"""What can happen to a journey: each fact is answered by one Decision of the engine."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.inputs import Kept, Value
from journeys.messages import SkillResult, Understanding
from journeys.state import Timer


class Began(Kept):
    kind: Literal["began"] = "began"


class Said(Kept):
    """A message was understood; `is_question` by its form, where no intent is sure."""

    kind: Literal["said"] = "said"
    understanding: Understanding
    is_question: bool = False


class Gave(Kept):
    kind: Literal["gave"] = "gave"
    inputs: dict[str, Value]


class Chose(Kept):
    kind: Literal["chose"] = "chose"
    step: str
    option: str


class WentBack(Kept):
    kind: Literal["went_back"] = "went_back"
    step: str


class Skipped(Kept):
    kind: Literal["skipped"] = "skipped"
    step: str


class Paused(Kept):
    kind: Literal["paused"] = "paused"


class Resumed(Kept):
    kind: Literal["resumed"] = "resumed"


class Abandoned(Kept):
    kind: Literal["abandoned"] = "abandoned"


class Made(Kept):
    """Skills ran: what each gave."""

    kind: Literal["made"] = "made"
    results: list[SkillResult]


class TimeCame(Kept):
    kind: Literal["time_came"] = "time_came"
    timer: Timer


Fact = Annotated[
    Began | Said | Gave | Chose | WentBack | Skipped | Paused | Resumed | Abandoned | Made | TimeCame, Field(discriminator="kind")
]
