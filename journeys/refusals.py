"""Well-formed requests that can't be granted now. The message is a sentence for a person; the class name is the type on the wire."""

from typing import ClassVar


class Refusal(Exception):
    """`status` is the HTTP status; `actions` are the ids of what can be done instead (vocabulary.ACTIONS)."""

    status: ClassVar[int] = 409
    actions: ClassVar[tuple[str, ...]] = ("status",)


class TooManyAtOnce(Refusal):
    """Four requests of this journey are being worked on; the server could not even let a pause in beyond ten."""

    status = 429
    actions = ("retry",)


class KeyReused(Refusal):
    """The same Idempotency-Key came with another body."""

    actions = ("new_key",)


class JourneyClosed(Refusal):
    actions = ("results", "start")


class JourneyPaused(Refusal):
    actions = ("resume", "abandon")


class StepNotOpen(Refusal):
    actions = ("status", "go_back")


class StepCantBeSkipped(Refusal):
    actions = ("status",)


class UnknownStep(Refusal):
    status = 422
    actions = ("status",)


class UnknownInput(Refusal):
    status = 422
    actions = ("status",)


class UnknownOption(Refusal):
    status = 422
    actions = ("status",)


class UnknownFact(Refusal):
    status = 422
    actions = ("status",)


class UnknownPersona(Refusal):
    status = 422
    actions = ("status",)


class UnknownRole(Refusal):
    status = 422
    actions = ("status",)


class NotYours(Refusal):
    """The decision is for somebody else in the journey."""

    status = 403
    actions = ("status",)


class Spent(Refusal):
    """An option that leads back was chosen as often as it may be."""

    actions = ("decide", "status")


class BelowSpent(Refusal):
    """A budget can't be lower than what is spent of it, or may be by calls that are under way."""

    actions = ("set_budget", "status")


class WrongKind(Refusal):
    """The value is of another kind than the input, or outside its bounds."""

    status = 422
    actions = ("status",)


class NotInDoubt(Refusal):
    """There is no such effect, or everybody knows what became of it."""


class CantMove(Refusal):
    """The journey can't go on under that version of its template; the message says why."""


class VersionTaken(Refusal):
    """This version of the template is there with other content, and no longer a draft."""

    actions = ("versions", "new_key")


class NotPublished(Refusal):
    """Only a published version can be started, shared out or moved to."""

    actions = ("versions",)


class NothingEarlier(Refusal):
    """There is no earlier version to roll back to."""

    actions = ("versions",)


def _all(cls: type[Refusal]) -> dict[str, type[Refusal]]:
    found = {cls.__name__: cls}
    for sub in cls.__subclasses__():
        found |= _all(sub)
    return found


def by_name() -> dict[str, type[Refusal]]:
    """Every refusal by the name under which it crosses the wire."""
    return _all(Refusal)
