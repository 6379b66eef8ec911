"""What a person gets back for a turn."""

from journeys.inputs import Frozen
from journeys.view import Action


class Citation(Frozen):
    """Where a statement comes from. `source` names something one could open, or says that it is unchecked."""

    id: str
    title: str
    source: str
    date_read: str = ""


class Reply(Frozen):
    text: str
    citations: list[Citation] = []
    actions: list[Action] = []
    questions: list[str] = []
