"""What a client asked: the call, the model, and Gemini's own JSON, read for what an answer needs of it."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

Json = dict[str, Any]
CallName = Literal["generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents", "countTokens", "getModel"]
CALLS: frozenset[str] = frozenset(get_args(CallName))
GENERATING: frozenset[str] = frozenset({"generateContent", "streamGenerateContent"})
NAMING = frozenset({"properties", "$defs", "defs"})  # whose keys are somebody's names and no fields of Gemini's


def camelled(value: Any, named: bool = False) -> Any:
    """Gemini reads `minLength` and `min_length` alike, and google-genai sends both: the first in a request, the second in a schema."""
    if isinstance(value, list):
        return [camelled(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key if named else _camel(key): camelled(item, not named and key in NAMING) for key, item in value.items()}


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.title() for word in rest)


@dataclass(frozen=True)
class Asked:
    name: str
    model: str
    version: str  # v1 or v1beta
    body: Json  # in camel case
    response_id: str

    @property
    def streams(self) -> bool:
        return self.name == "streamGenerateContent"

    @property
    def config(self) -> Json:
        found: Json = self.body.get("generationConfig", {})
        return found

    @property
    def schema(self) -> Json | None:
        """In Gemini's words (types in capitals, no references) or as JSON Schema. Where plain text is wanted it counts for nothing."""
        if self.config.get("responseMimeType") not in ("application/json", "text/x.enum"):
            return None
        return self.config.get("responseSchema") or self.config.get("responseJsonSchema")

    @property
    def prompt(self) -> list[Json]:
        """Every content the model reads, the system's first."""
        return [*([self.body["systemInstruction"]] if "systemInstruction" in self.body else []), *self.body.get("contents", [])]

    @property
    def question(self) -> str:
        """What was said last, and the kinds of the files sent with it."""
        last = self.body["contents"][-1]
        files = [part["inlineData"]["mimeType"] for part in last.get("parts", []) if "inlineData" in part]
        return " ".join([text_of(last), *(f"[{kind}]" for kind in files)])


def text_of(content: Json) -> str:
    return " ".join(part["text"] for part in content.get("parts", []) if "text" in part)
