"""What Gemini answered, gathered from one response or from a stream's chunks."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from providers.errors import UpstreamNetwork

if TYPE_CHECKING:
    from google.genai.types import Candidate, GenerateContentResponse

Finish = Literal["stop", "max_tokens", "blocked", "empty"]


@dataclass
class Answer:
    """So far. `usage` is the last one reported, as Gemini counts it: each chunk tells the total up to it. `model` is who answered."""

    model: str
    text: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    _heard: bool = False
    _began: bool = False
    _finish: str = ""
    _blocked: str = ""

    @property
    def has_begun(self) -> bool:
        """Whether a piece of it came, with text or without."""
        return self._heard

    def hear(self, response: "GenerateContentResponse") -> bool:
        """Whether there is more text than before."""
        self._heard = True
        self.model = response.model_version or self.model
        if response.usage_metadata:
            self.usage = response.usage_metadata.model_dump(mode="json", by_alias=True, exclude_none=True)
        if response.prompt_feedback and response.prompt_feedback.block_reason:
            self._blocked = str(response.prompt_feedback.block_reason.value)
        if not response.candidates:
            return False
        candidate = response.candidates[0]
        self._began = True
        if candidate.finish_reason:
            self._finish = str(candidate.finish_reason.value)
        more = _said(candidate)
        self.text += more
        return bool(more)

    def ended(self) -> tuple[Finish, str]:
        """How, and the provider's word for why where it was blocked. Raises UpstreamNetwork where it ended before it was finished."""
        if self._blocked:
            return "blocked", self._blocked
        if not self._heard or (self._began and not self._finish):
            raise UpstreamNetwork("Gemini's answer ended before it was finished.")
        match self._finish:
            case "STOP" | "":
                return ("stop" if self.text.strip() else "empty"), ""
            case "MAX_TOKENS" | "CONTINUATION":  # the second: of one request, where a further one could go on
                return "max_tokens", ""
            case withheld:  # SAFETY, RECITATION, BLOCKLIST, PROHIBITED_CONTENT, SPII, OTHER … and those that are yet to come
                return "blocked", withheld


def _said(candidate: "Candidate") -> str:
    """Its text without its thoughts."""
    parts = (candidate.content and candidate.content.parts) or []
    return "".join(part.text for part in parts if part.text and not part.thought)
