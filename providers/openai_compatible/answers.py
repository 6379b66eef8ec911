"""What a server answered, gathered from one completion or from a stream's chunks."""

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from providers import statuses
from providers.errors import Upstream5xx, UpstreamNetwork

Finish = Literal["stop", "max_tokens", "blocked", "empty"]
DATA: Final = "data:"
DONE: Final = "[DONE]"


@dataclass
class Answer:
    """So far. `usage` is the last one reported; `model` is who answered."""

    server: str
    model: str
    text: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    is_done: bool = False  # nothing more will come, though the connection may stay open
    _heard: bool = False
    _began: bool = False
    _finish: str = ""
    _refused: bool = False

    def hear_line(self, line: str) -> bool:
        """Of a stream of events; comments, which keep a connection alive, and other fields say nothing."""
        if not line.startswith(DATA):
            return False
        told = line.removeprefix(DATA).strip()
        if told == DONE:
            self._heard = self.is_done = True
            return False
        return self.hear(told)

    def hear(self, told: str | bytes) -> bool:
        """Whether there is more text than before. Raises Upstream5xx where this is no answer."""
        completion = _read(told)
        if completion is None or "error" in completion:
            raise statuses.unreadable(self.server) if completion is None else Upstream5xx(f"{self.server} failed in its answer.")
        self._heard = True
        match completion:
            case {"model": str(model)} if model:
                self.model = model
        match completion:
            case {"usage": dict(usage)}:
                self.usage = usage
        match completion.get("choices"):
            case None | []:
                return False
            case [dict(choice), *_]:
                return self._hear_choice(choice)
        raise statuses.unreadable(self.server)

    def _hear_choice(self, choice: dict[str, Any]) -> bool:
        self._began = True
        match choice.get("finish_reason"):
            case str(reason):
                self._finish = reason
        match choice.get("delta") or choice.get("message"):
            case {"refusal": str(refusal)} if refusal:
                self._refused = True
            case {"content": str(more)}:
                self.text += more
                return bool(more)
        return False

    @property
    def has_begun(self) -> bool:
        """Whether a piece of it came, with text or without."""
        return self._heard

    def ended(self) -> tuple[Finish, str]:
        """How, and the server's word for why where it was withheld. Raises UpstreamNetwork where it ended before it was finished, and
        Upstream5xx where the server gave it up."""
        if self._refused:
            return "blocked", "refusal"
        if not self._heard or (self._began and not self._finish):
            raise UpstreamNetwork(f"The answer of {self.server} ended before it was finished.")
        match self._finish:
            case "stop" | "":
                return ("stop" if self.text.strip() else "empty"), ""
            case "length":
                return "max_tokens", ""
            case "insufficient_system_resource":  # DeepSeek's: interrupted for want of machines
                raise Upstream5xx(f"{self.server} broke its answer off.").charged(True)
            case withheld:  # content_filter, and those that are yet to come
                return "blocked", withheld[:80]


def listed(server: str, told: bytes) -> set[str]:
    """The models of a server, as it lists them. Raises Upstream5xx where this is no list."""
    match _read(told):
        case {"data": [*models]}:
            return {str(model.get("id")) for model in models if isinstance(model, dict)}
    raise statuses.unreadable(server)


def _read(told: str | bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
