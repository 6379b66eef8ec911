"""What a reply is written from, and the few words that every sentence of it may need."""

from collections.abc import Mapping, Sequence
from typing import Any

from journeys.inputs import Need
from journeys.state import JourneyState
from journeys.template import Template
from journeys.wording import told
from providers.base import Passage


class Page:
    def __init__(
        self,
        template: Template,
        state: JourneyState,
        results: Mapping[tuple[str, str], Mapping[str, Any]],
        passages: Sequence[Passage],
        asks_model: bool,
    ) -> None:
        self.template, self.state, self.results, self.passages, self.asks_model = template, state, results, passages, asks_model
        self.assumed: set[str] = set()

    def told_once(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A result without the assumptions that another result of this reply has told already."""
        told = [entry for entry in body.get("assumptions", []) if entry not in self.assumed]
        self.assumed.update(told)
        return {**body, "assumptions": told} if "assumptions" in body else dict(body)

    def title(self, step_id: str) -> str:
        step = self.template.step(step_id)
        return step.title if step else step_id

    def need(self, name: str) -> Need | None:
        return self.template.need(name)

    def had(self, need: Need) -> str:
        return f"{need.title.lower()}: {told(self.state.inputs[need.name], need, self.state.currency)}"

    def option(self, step_id: str, option_id: str) -> str:
        step = self.template.step(step_id)
        pick = step.decision.pick(option_id) if step and step.decision else None
        return pick.title if pick else option_id

    def sources(self) -> str:
        told = "; ".join(f"[{n}] {passage.title}, {passage.source}" for n, passage in enumerate(self.passages, 1))
        return f"\n\nSources: {told}." if told else ""

    def way_back(self) -> str:
        return "" if self.state.is_closed else " You can go back to it."

    def stuck_at(self, told: set[str]) -> str | None:
        """The blocked step the conversation is at, where the reply has not told of it: silence would leave nothing to do."""
        focus = self.state.focus
        stuck = focus and self.state.status == "active" and self.state.steps[focus].status == "blocked"
        return focus if stuck and focus not in told else None

    def standing(self) -> str:
        settled = [s.title.lower() for s in self.template.steps if self.state.steps[s.id].status == "done"]
        ahead = [s.title.lower() for s in self.template.steps if self.state.steps[s.id].status not in ("done", "skipped")]
        done = f"Done: {', '.join(settled)}." if settled else "Nothing is settled yet."
        return f"{done} Still to come: {', '.join(ahead)}." if ahead else done
