"""Words a reply with no model: what was decided, results by code, passages with their sources. It never imitates a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from journeys.messages import Line
from journeys.reply import Citation, Reply
from journeys.spending import OFFERS_MORE
from journeys.state import JourneyState
from journeys.template import Template
from journeys.view import Action, actions, question
from providers.base import Passage
from providers.offline import shortfalls
from providers.offline.page import Page
from providers.offline.sentences import SENTENCES

UNCHECKED = "general trade knowledge, unchecked"
UNSOURCED = "No page of mine was used for this, so take it as unverified."
# Lines that a model's words replace: all else is said by code, whoever speaks.
CONVERSATION = frozenset({"question", "small_talk", "out_of_scope", "clarify"})
FIRST = frozenset({"hazard", "welcome_back", "no_model", "no_words", "over_budget", "owed", "let_go", "made_good"})


class OfflineWriter:
    """`asks_model`: a language model is asked at each message, and the welcome says so."""

    engine = "offline"

    def __init__(self, asks_model: bool = False) -> None:
        self.asks_model = asks_model

    def write(
        self,
        template: Template,
        state: JourneyState,
        say: Sequence[Line],
        results: Mapping[tuple[str, str], Mapping[str, Any]],
        passages: Sequence[Passage],
        spoken: str | None = None,
    ) -> Reply:
        page = Page(template, state, results, passages, self.asks_model)
        first = [part for line in say if line.code in FIRST and (part := SENTENCES[line.code](page, line))]
        words = [spoken + page.sources()] if spoken else []
        unsourced = spoken and not passages and any(line.code == "question" for line in say)
        rest = [line for line in say if line.code not in FIRST and not (spoken and line.code in CONVERSATION)]
        parts = [*first, *words, *(part for line in rest if (part := SENTENCES[line.code](page, line)))]
        if unsourced:
            parts.insert(len(first) + 1, UNSOURCED)
        asked = question(template, state)
        if asked:
            parts.append(asked)
        elif stuck := page.stuck_at({line.about for line in say if line.code == "problem"}):
            parts.append(shortfalls.problem(page, Line(code="problem", about=stuck)))
        if not parts:
            parts.append(page.standing())
        quoted = passages if spoken or any(line.code == "question" for line in say) else []
        citations = [Citation(id=p.id, title=p.title, source=p.source, date_read=p.date_read) for p in quoted]
        citations += [
            Citation(id=f"{step}.{skill}", title=template.step(step).title if template.step(step) else step, source=str(body["citation"]))  # type: ignore[union-attr]
            for (step, skill), body in results.items()
            if body.get("citation")
        ]
        doable = [*_raising(say), *actions(template, state)]
        return Reply(text="\n\n".join(parts), citations=citations, actions=doable, questions=[asked] if asked else [])


def _raising(say: Sequence[Line]) -> list[Action]:
    """Raising the journey's budget, where its template has the person asked; nobody in a journey can raise another."""
    spent = [line.names for line in say if line.code == "over_budget" and line.about in OFFERS_MORE]
    return [
        Action(action="set_budget", label=f"Raise the budget for language models to {cap} US dollars", params={"cap": cap})
        for scope, cap in spent
        if scope == "journey"
    ]
