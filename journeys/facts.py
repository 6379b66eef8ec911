"""What can happen to a journey: each fact is answered by one Decision of the engine."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.effects import EffectDone
from journeys.inputs import Kept, Value
from journeys.messages import ChildClosed, SkillResult, Understanding
from journeys.spending import Dollars
from journeys.state import Timer


class Began(Kept):
    """`budget`: what the journey's language models may cost, where somebody has said so."""

    kind: Literal["began"] = "began"
    budget: Dollars | None = None


class Said(Kept):
    """A message was understood; `is_question` by its form, where no intent is sure. `sounds_like`: the persona whose words it uses, if one
    stands out; `signature`: the same for the same question asked in other words."""

    kind: Literal["said"] = "said"
    understanding: Understanding
    is_question: bool = False
    role: str | None = None
    sounds_like: str | None = None
    signature: str = ""


class Gave(Kept):
    kind: Literal["gave"] = "gave"
    inputs: dict[str, Value]


class Chose(Kept):
    kind: Literal["chose"] = "chose"
    step: str
    option: str
    role: str | None = None


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


class Stopped(Kept):
    """The person wants no more of a reply that is being written; `turn` is its number, None where none is."""

    kind: Literal["stopped"] = "stopped"
    turn: int | None = None


class SettledEffect(Kept):
    """The person says what shall become of an effect that is in doubt."""

    kind: Literal["settled_effect"] = "settled_effect"
    deed: str
    choice: Literal["send_again", "leave_it"]


class FoundOut(Kept):
    """What became of an effect is known now, and nobody was asked."""

    kind: Literal["found_out"] = "found_out"
    effect: EffectDone


class Made(Kept):
    """Skills ran: what each gave."""

    kind: Literal["made"] = "made"
    results: list[SkillResult]


class Heard(Kept):
    """A fact came from outside."""

    kind: Literal["heard"] = "heard"
    fact: str
    inputs: dict[str, Value] = {}
    source: str = ""


class SwitchedPersona(Kept):
    kind: Literal["switched_persona"] = "switched_persona"
    persona: str


class SetBudget(Kept):
    """What this journey's language models may cost from now on."""

    kind: Literal["set_budget"] = "set_budget"
    cap: Dollars


class ChildEnded(Kept):
    """A journey that this one started has closed."""

    kind: Literal["child_ended"] = "child_ended"
    child: ChildClosed


class TimeCame(Kept):
    kind: Literal["time_came"] = "time_came"
    timer: Timer


Fact = Annotated[
    Began
    | Said
    | Gave
    | Chose
    | WentBack
    | Skipped
    | Paused
    | Resumed
    | Abandoned
    | Stopped
    | SettledEffect
    | FoundOut
    | Made
    | TimeCame
    | Heard
    | SwitchedPersona
    | ChildEnded
    | SetBudget,
    Field(discriminator="kind"),
]
