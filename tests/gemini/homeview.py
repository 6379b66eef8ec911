"""A Gemini that reads HomeView's own briefs: what a sensible model would answer, by our offline reader and by quoting.

It understands no more than the reader does, so journeys that are talked with it go where they go offline.
"""

import json
from datetime import date
from functools import cache

from journeys.inputs import Choices, Found, Need, Option
from providers.library import library
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from tests.gemini.asked import Asked, Json, text_of

# A brief leaves the words that people use for an input or a decision for the model to know.
KNOWN = {
    (need.name, need.ask): need
    for template in library().versions.values()
    for step in template.steps
    for need in [*step.all_needs(), step.decision_need()]
    if need
}


class Unforgetting(MiniLM):
    """What it has read once costs nothing the second time, however much was read in between: a benchmark has all read beforehand."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered = cache(self._vector)


class SensibleGemini:
    """Answers by the brief; None where there is none."""

    def __init__(self, reader: OfflineReader | None = None) -> None:
        self.reader = reader or OfflineReader(Unforgetting(), lambda: date(2026, 11, 22))

    def __call__(self, asked: Asked) -> str | None:
        brief = brief_of(asked)
        if brief is None:
            return None
        return told(self, brief)

    def answer(self, brief: Json) -> Json:
        text = brief["message"]
        asked = (brief.get("asked") or {}).get("need")
        read = self.reader.read(text, [_need(told) for told in brief.get("needs", [])], asked)
        inputs = [
            {"need": found.need, "quote": text[found.start : found.end], "option": option}
            for found in read.found
            for option in _options(found)
        ]
        intents = [intent.model_dump() for intent in read.intents]
        return {"intents": intents, "inputs": inputs, "reply": _reply(brief, [intent["name"] for intent in intents])}


def told(gemini: SensibleGemini, brief: Json) -> str:
    """The answer to a brief, be it of a turn's first call or of its second."""
    return json.dumps(gemini.answer(brief) if "intents" in brief else {"reply": "That settles it; the details stand below."})


def brief_of(asked: Asked) -> Json | None:
    """What the last content holds beside pictures. That of a turn's first call has "intents"."""
    try:
        brief = json.loads(text_of(asked.body["contents"][-1]))
    except ValueError:
        return None
    return brief if isinstance(brief, dict) and "message" in brief else None


def _options(found: Found) -> list[str | None]:
    """One entry an option; of a list of which none was picked, and of what is no choice, one without any."""
    if isinstance(found.value, Choices):
        return list(found.value.options) or [None]
    return [getattr(found.value, "option", None)]


def _need(told: Json) -> Need:
    """With the words people use for it where it is one of our templates', which a brief leaves for the model to know."""
    if known := KNOWN.get((told["name"], told["asks"])):
        return known
    options = [Option(id=id_, title=title) for id_, title in told.get("options", {}).items()]
    return Need(name=told["name"], kind=told["kind"], title=told["name"], ask=told["asks"], options=options)


def _reply(brief: Json, intents: list[str]) -> str:
    if "ask_question" in intents[:1] or brief["message"].rstrip().endswith("?"):
        if passages := brief.get("passages"):
            return f"{passages[0]['text'].split('. ')[0].rstrip('.')} [1]."
        earlier = brief.get("earlier")
        return f"You told me: {earlier[0]['said']}" if earlier else "I don't have that in my pages."
    return "Thank you, that helps."
