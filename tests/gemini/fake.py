"""The fake Gemini itself: what it was told to do, what it was asked, and what it does with a call."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.gemini.answers import Answer, answer
from tests.gemini.asked import GENERATING, Asked, CallName, Json, camelled
from tests.gemini.errors import NO_KEY, WRONG_KEY, Refusal
from tests.gemini.faults import Fault, laid, sent
from tests.gemini.refused import refused
from tests.gemini.script import Laid, Script

KEY = "x-goog-api-key"


class Call(BaseModel):
    """One request as it arrived, without its key."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    model: str
    request: Json | None  # None: it was no JSON object
    headers: dict[str, str]
    when: datetime
    gave: str  # a fault's name, `refused`, or `answer`


class FakeGemini:
    """What tests hold. It takes any key, or only the one it was told of. `rule` answers what nothing was scripted for, after so many
    tokens of `thoughts`; where it gives None, the plain rules do. `pace`: seconds between the pieces of a stream; `open`: answers that
    have begun and not ended."""

    def __init__(self, key: str | None = None, rule: Callable[[Asked], str | None] | None = None) -> None:
        self.url = ""
        self.pace = 0.0
        self.open = 0
        self.rule = rule
        self.thoughts = 0
        self.calls: list[Call] = []
        self._key = key
        self._script = Script()

    def script(self, *turns: str | Json | Answer | Fault, call: CallName | None = None) -> None:
        """Queue what the next calls give, of this name or of any: a text, an object said as JSON, an `Answer`, a `Fault`."""
        for turn in turns:
            said = Answer(text=turn) if isinstance(turn, str) else Answer(data=turn) if isinstance(turn, dict) else turn
            self._script.queue(said, call)

    def fault(
        self,
        name: str,
        *,
        nth: int = 1,
        times: int | None = 1,
        call: CallName | None = None,
        of: Callable[[Asked], bool] | None = None,
        seconds: float = 1,
        after: int = 1,
    ) -> None:
        """Lay a fault for the nth fitting call from now, and the following ones up to `times`; None: for every one, until `forget`. `of`:
        which requests fit, by what they ask."""
        if nth < 1 or times == 0:
            raise ValueError("the first call is the 1st, and a fault that is laid befalls one call at least")
        self._script.lay(Laid(Fault(fault=name, seconds=seconds, after=after), call, nth - 1, times, of))

    def forget(self) -> None:
        """As if just started; rule and pace stay."""
        self.calls.clear()
        self._script = Script()

    def meet(self, version: str, model: str, name: str, headers: Mapping[str, str], body: Json | None) -> ASGIApp:
        """Write the call down and choose what it is given. A call that is refused in good order takes nothing from the script."""
        asked = Asked(name, model, version, camelled(body or {}), f"fake-{len(self.calls) + 1}")
        refusal = self._no_entry(headers.get(KEY)) or refused(asked)
        turn = None if refusal else self._script.take(name, asked)
        gave = "refused" if refusal else turn.fault if isinstance(turn, Fault) else "answer"
        shown = {header: value for header, value in headers.items() if header not in (KEY, "authorization", "cookie")}
        self.calls.append(Call(name=name, version=version, model=model, request=body, headers=shown, when=datetime.now(UTC), gave=gave))
        if refusal:
            return refusal.response()
        if isinstance(turn, Fault):
            return self._counted(laid(turn, asked, answer(asked, self._by_rule(asked))))
        return self._counted(sent(asked, answer(asked, turn or self._by_rule(asked)), self.pace))

    def _counted(self, app: ASGIApp) -> ASGIApp:
        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            self.open += 1
            try:
                await app(scope, receive, send)
            finally:
                self.open -= 1

        return answering

    def _by_rule(self, asked: Asked) -> Answer | None:
        text = self.rule(asked) if self.rule and asked.name in GENERATING else None
        return None if text is None else Answer(text=text, thoughts=self.thoughts)

    def _no_entry(self, key: str | None) -> Refusal | None:
        if not key:
            return NO_KEY
        return WRONG_KEY if self._key not in (None, key) else None
