"""What comes of every fault of a language model, as data: tests hold the running system to it, and docs/reliability.md is written from it.
What comes of every other outage stands beside its tests (tests/outages/table.py).

python -m tests.reliability      writes the page's tables anew
"""

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

from activities.models import SECONDS
from api.routes.turns import send_message
from providers.breaker import FAILURES, LONG_REST, LONGEST_REST, PROBE, REST
from providers.store.places import SERVED_WITHIN
from tests.outages.table import rows
from workflows.asking import IN_LINE
from workflows.policies import MODEL_CALL

PAGE: Final = Path(__file__).parents[1] / "docs" / "reliability.md"
MODELS: Final = ("gemini-3.8-flash", "gemini-3.5-flash-lite")  # in the order in which they are asked
WORD: Final = "*word*"  # stands in a row for what the ledger calls the fault
Call = Literal["answer", "reply", "vision", "embedding"]  # vision: an answer that is not streamed, to a message with a picture
CALLS: Final[tuple[Call, ...]] = ("answer", "reply", "vision", "embedding")
IN_A_TURN: Final[tuple[Call, ...]] = ("answer", "reply")  # what a person is told of differs; vision ends as an answer does
Lasting = Literal["once", "three times", "for 30 minutes", "for ever"]
LASTING: Final[tuple[Lasting, ...]] = ("once", "three times", "for 30 minutes", "for ever")


class Row(NamedTuple):
    """Of the ledger. `name`: behind that of the call, such as .repair or .route2. `calls`: how often this one was made."""

    name: str
    status: str
    error: str = ""
    calls: int = 1


@dataclass(frozen=True)
class Way:
    """What comes of a kind of fault that is met once, three times, and of one that does not end within the turn."""

    title: str
    means: str
    once: tuple[Row, ...]
    thrice: tuple[Row, ...]
    ever: tuple[Row, ...]

    def met(self, lasting: Lasting) -> tuple[Row, ...]:
        return {"once": self.once, "three times": self.thrice}.get(lasting, self.ever)


PASSES = Way(
    "it may pass",
    "the model or the way to it fails; asked again it may answer",
    once=(Row("", "answered", calls=2),),
    thrice=(Row("", "failed", WORD, 3), Row(".route2", "answered")),
    ever=(Row("", "failed", WORD, 3), Row(".route2", "failed", WORD, 3)),
)
REFUSED = Way(
    "it is refused",
    "the same request will be refused again, or not before the person has waited too long",
    once=(Row("", "failed", WORD), Row(".route2", "answered")),
    thrice=(Row("", "failed", WORD), Row(".route2", "failed", WORD)),
    ever=(Row("", "failed", WORD), Row(".route2", "failed", WORD)),
)
WITHHELD = Way(
    "the answer is withheld",
    "the provider's safety rules block what was asked or answered",
    once=(Row("", "blocked", WORD),),
    thrice=(Row("", "blocked", WORD),),
    ever=(Row("", "blocked", WORD),),
)
UNUSABLE = Way(
    "the answer can't be used",
    "it arrives, and is not what was asked for",
    once=(Row("", "broken", WORD), Row(".repair", "answered")),
    thrice=(Row("", "broken", WORD), Row(".repair", "broken", WORD), Row(".route2", "broken", WORD), Row(".route2.repair", "answered")),
    ever=(
        Row("", "broken", WORD),
        Row(".repair", "broken", WORD),
        Row(".route2", "broken", WORD),
        Row(".route2.repair", "broken", WORD),
    ),
)
LATE = Way(
    "it is late",
    "the answer arrives within its time",
    once=(Row("", "answered"),),
    thrice=(Row("", "answered"),),
    ever=(Row("", "answered"),),
)
WAYS: Final = (PASSES, REFUSED, WITHHELD, UNUSABLE, LATE)


@dataclass(frozen=True)
class Fault:
    """`name` and `seconds` as the fake Gemini knows them; `word`: what the ledger calls it. `silent`: only our own clock ends it."""

    name: str
    told: str
    way: Way
    word: str = ""
    seconds: float = 1
    silent: bool = False

    @property
    def id(self) -> str:
        return self.name if self.seconds == 1 else f"{self.name}_{self.seconds:g}s"


NO_CONNECTION: Final = "no_connection"  # nobody listens: it befalls the way to the fake, not the fake

FAULTS: Final = (
    Fault("overloaded", "the model is overloaded (503)", PASSES, "Upstream5xx"),
    Fault("internal", "an error on the provider's side (500)", PASSES, "Upstream5xx"),
    Fault("deadline", "the provider's own time is over (504)", PASSES, "Upstream5xx"),
    Fault("bad_gateway", "a gateway's page in place of an answer (502)", PASSES, "Upstream5xx"),
    Fault("broken_json", "what arrives can't be read", PASSES, "Upstream5xx"),
    Fault("error_in_stream", "an error in the middle of an answer", PASSES, "Upstream5xx"),
    Fault(NO_CONNECTION, "the connection is refused", PASSES, "UpstreamNetwork"),
    Fault("reset", "the connection closes with no answer", PASSES, "UpstreamNetwork"),
    Fault("torn", "the connection closes in the middle of an answer", PASSES, "UpstreamNetwork"),
    Fault("cut_stream", "an answer ends before it is finished", PASSES, "UpstreamNetwork"),
    Fault("hang", "silence", PASSES, "UpstreamTimeout", silent=True),
    Fault("stalled_stream", "silence in the middle of an answer", PASSES, "UpstreamTimeout", silent=True),
    Fault("slow", "an answer that is later than its time", PASSES, "UpstreamTimeout", seconds=60, silent=True),
    Fault("gave_up", "the provider waited too long for the request (408)", PASSES, "UpstreamTimeout"),
    Fault("rate_limited_untimed", "too many requests, and not how long to wait (429)", PASSES, "RateLimited"),
    Fault("rate_limited", "too many requests: come again in a second (429)", PASSES, "RateLimited", seconds=1),
    Fault("rate_limited", "too many requests: come again in a minute (429)", REFUSED, "RateLimited", seconds=60),
    Fault("daily_quota", "today's quota is spent (429)", REFUSED, "QuotaExhausted"),
    Fault("invalid_key", "the key is not accepted (400)", REFUSED, "AuthConfig"),
    Fault("unauthenticated", "there is no valid login (401)", REFUSED, "AuthConfig"),
    Fault("no_rights", "the key's rights do not reach (403)", REFUSED, "AuthConfig"),
    Fault("invalid_argument", "the request is not accepted (400)", REFUSED, "InvalidRequest"),
    Fault("model_not_found", "there is no such model (404)", REFUSED, "InvalidRequest"),
    Fault("prompt_blocked", "what was asked is blocked", WITHHELD, "Blocked"),
    Fault("candidate_blocked", "what was answered is blocked", WITHHELD, "Blocked"),
    Fault("max_tokens", "the answer is too long and was cut off", UNUSABLE, "Truncated"),
    Fault("truncated_json", "the answer's JSON ends in its middle", UNUSABLE, "WrongShape"),
    Fault("wrong_schema", "the answer has another shape", UNUSABLE, "WrongShape"),
    Fault("no_candidates", "there is no answer in the answer", UNUSABLE, "Empty"),
    Fault("empty_text", "the answer is empty", UNUSABLE, "Empty"),
    Fault("slow", "a slow answer", LATE, seconds=0.5),
)

# What the person is told of it, by how it ended; "" is everything else.
_NO_ANSWER: Final = {
    "blocked": "The language model withheld its answer to this, so I read it by my own rules.",
    "broken": "The language model gave no answer that I can use, so I answer from my own rules and pages.",
    "": "The language model can't be used at the moment, so I answer from my own rules and pages.",
}
SENTENCES: Final[dict[Call, dict[str, str]]] = {
    "answer": _NO_ANSWER,
    "vision": _NO_ANSWER,
    "reply": {
        "blocked": "The language model withheld its words on this, so these are my own.",
        "broken": "The language model gave no words that I can use, so these are my own.",
        "": "The language model can't be used at the moment, so these words are my own.",
    },
    "embedding": {},
}


@dataclass(frozen=True)
class End:
    """Of a turn that met a fault. `engine` and `degraded` are the turn's, `told` is a sentence of its reply; `ledger` holds the rows of the
    call that met it, in order, with the offline reading that took its place; `asked`: how many requests the call made."""

    engine: str
    degraded: tuple[str, ...]
    told: str
    ledger: tuple[Row, ...]
    asked: int


def end_of(way: Way, word: str, call: Call, lasting: Lasting) -> End:
    if call == "embedding":  # asked once a turn; where it gives nothing, the passages of the free index stand
        row = Row("embed", "answered") if way is LATE else Row("embed", "failed", word)
        return End(engine_of(MODELS[0]), (), "", (row, Row("answer", "answered")), 2)
    named: Call = "answer" if call == "vision" else call
    rows = tuple(Row(named + row.name, row.status, word if row.error == WORD else row.error, row.calls) for row in way.met(lasting))
    last = {model_of(row.name): row for row in rows}  # of each model: what its calls came to
    degraded = tuple(row.error if row.status == "failed" else row.status for row in last.values() if row.status != "answered")
    asked = sum(row.calls for row in rows)
    by = next((model for model, row in last.items() if row.status == "answered"), None)
    if by is not None:
        return End(engine_of(by if named == "answer" else MODELS[0]), degraded, "", rows, asked)
    told = SENTENCES[call].get(degraded[-1], SENTENCES[call][""])
    if call == "reply":
        return End(engine_of(MODELS[0]), degraded, told, rows, asked)
    return End("offline", degraded, told, (*rows, Row("understand", "answered")), asked)


def model_of(name: str) -> str:
    """Which model is asked in a call of this name."""
    return MODELS["route2" in name]


def engine_of(model: str) -> str:
    return f"gemini:{model}"


# --- the page ------------------------------------------------------------------------------------------------------------
# Of the vector of a message, where a paid embedder finds the passages (HOMEVIEW_EMBEDDER=gemini); tests/test_model_embedding.py.
EMBED_FAILED = f"the reply as always, from the passages of the free index<br>`embed` failed ({WORD})<br>1 request"
EMBEDDING: Final[dict[Way, str]] = {
    PASSES: EMBED_FAILED,
    REFUSED: EMBED_FAILED,
    WITHHELD: "can't befall it",
    UNUSABLE: "can't befall it",
    LATE: "the reply as always<br>`embed` answered<br>1 request",
}


def tables() -> dict[str, str]:
    """By the name under which each stands in the page."""
    told = {"limits": limits(), "kinds": kinds(), "ways": ways(), "sentences": sentences(), "faults": faults()}
    return {**told, "outages": outages()}


def limits() -> str:
    tries, whole = MODEL_CALL["retry_policy"].maximum_attempts, MODEL_CALL["schedule_to_close_timeout"].total_seconds()
    in_line, queued = IN_LINE.total_seconds(), MODEL_CALL["schedule_to_start_timeout"].total_seconds()
    waits = inspect.signature(send_message).parameters["wait"].default
    rows = [
        ["calls of a turn", "at most two: `answer`, and `reply` where there is an outcome to word"],
        ["models of a call", "those of `HOMEVIEW_CHAT_ROUTES`, by default two of Gemini's, then DeepSeek's where it has a key"],
        ["tries on one model", f"{tries}, with half a second to two between them, or the delay that the provider names"],
        ["repairs of an answer that can't be used", "one on each model, with room for twice the tokens"],
        ["failures in a row after which a model rests", f"{FAILURES}; one where its key or its quota fails"],
        ["how long it rests", f"{REST:g} to {LONGEST_REST:g} seconds, doubled by each probe that fails; {LONG_REST:g} for key or quota"],
        ["requests to a model that rests", f"one probe, of all workers together, and never two within {REST:g} seconds"],
        ["time for one request", f"{SECONDS:g} seconds; {PROBE:g} for a probe"],
        ["time for one model, tries and pauses together", f"{whole:g} seconds"],
        [
            "time for a call's turn, where `HOMEVIEW_MODEL_CALLS_PER_SECOND` is used up",
            f"{in_line:g} seconds in its tenant's line and {queued:g} in the "
            f"queue, there {SERVED_WITHIN:g} as a rule; then the reply comes without a model",
        ],
        ["time that the API waits before it answers 202", f"{waits:g} seconds; `?wait=` changes it"],
    ]
    return table(["limit", ""], rows)


# What each kind of the tree in providers/errors.py means: for retries, the route, the breaker, the person, the operator.
AGAIN, GONE = "tried again, 3 tries in all", "not tried again"
NEXT = "the next one, then offline"
TOLD = "that no model can be used now, where none answers"
KINDS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "Upstream5xx": (AGAIN, NEXT, "counts", TOLD, "the provider's status page"),
    "UpstreamTimeout": (AGAIN, NEXT, "counts", TOLD, "the provider's status page"),
    "UpstreamNetwork": (AGAIN, NEXT, "counts", TOLD, "the way out of your network"),
    "RateLimited": ("after the server's own delay, where it fits in", NEXT, "counts", TOLD, "raise the quota, if often"),
    "Resting": ("not asked at all", NEXT, "is the breaker's own", TOLD, "look at `/v1/health`"),
    "QuotaExhausted": (GONE, NEXT, "opens it at once", TOLD, "wait a day, or raise it"),
    "AuthConfig": (GONE, NEXT, "opens it at once", TOLD, "mend the key; restart the workers"),
    "InvalidRequest": (GONE, NEXT, "does not count", TOLD, "look at the model's name; else a bug of ours"),
    "StoreUnavailable": (
        "until it is there",
        "the same",
        "does not count",
        "waits, or is told to send it again",
        "the database's disk or server",
    ),
    "Misconfigured": (GONE, "none", "does not count", "what is missing is left out and named", "the message says what to change"),
}


def kinds() -> str:
    head = ["kind", "the call is", "the route", "the breaker", "the person is told", "for operators"]
    rows = [
        [f"`{kind}`", *(f"“{cell}”" if cell in SENTENCES["answer"].values() else cell for cell in told)] for kind, told in KINDS.items()
    ]
    return table(head, rows)


def ways() -> str:
    rows = []
    for way in WAYS:
        name = f"**{way.title}**: {way.means}"
        lasting: tuple[Lasting, ...] = ("once", "three times", "for ever")
        cells = {times: [cell(end_of(way, WORD, call, times)) for call in IN_A_TURN] for times in lasting}
        alike = [times for times in lasting if cells[times] == cells["for ever"]]
        told: list[tuple[str, Lasting]] = [*((times, times) for times in lasting if times not in alike), (" or ".join(alike), "for ever")]
        rows += [[name if nth == 0 else "", words, *cells[times], EMBEDDING[way]] for nth, (words, times) in enumerate(told)]
    return table(["what comes of it", "the fault is met", "first call, `answer`", "second call, `reply`", "`embedding`"], rows)


def cell(end: End) -> str:
    rows = ", ".join(shown(row) for row in end.ledger)
    return f"{seen(end)}<br>{rows}<br>{end.asked} request{'s' if end.asked > 1 else ''}"


def seen(end: End) -> str:
    if end.told:
        who = "**rules and pages answer**" if end.engine == "offline" else "**code words it**"
    else:
        who = "the reply as always" if model_of(end.ledger[-1].name) == MODELS[0] else "the second model's reply"
    return who + (f"; degraded: {', '.join(end.degraded)}" if end.degraded else "")


def shown(row: Row) -> str:
    error = f" ({row.error})" if row.error else ""
    return f"`{row.name}` {row.status}{error}" + (f" after {row.calls} tries" if row.calls > 1 else "")


def sentences() -> str:
    names = {"blocked": WITHHELD.title, "broken": UNUSABLE.title, "": "anything else"}
    rows = [[name, *(f"“{SENTENCES[call][kind]}”" for call in IN_A_TURN)] for kind, name in names.items()]
    return table(["why", "first call, `answer`", "second call, `reply`"], rows)


def faults() -> str:
    rows = [[fault.told, f"`{fault.word}`" if fault.word else "", fault.way.title] for fault in FAULTS]
    return table(["fault", "*word* in the ledger", "what comes of it"], rows)


def outages() -> str:
    head = ["what fails", "how", "a message meanwhile", "a new journey", "a look at one", "accepted and lost, or doubled", "how it heals"]
    return table(head, rows())


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(page: str) -> str:
    """The page with its tables as they must be."""
    for name, text in tables().items():
        page = with_table(page, name, "python -m tests.reliability", text)
    return page


def with_table(page: str, name: str, command: str, text: str) -> str:
    """Each table stands between two comments of its name; the first one says which command writes it."""
    opening, closing = f"<!-- {name}: {command} -->\n", f"<!-- /{name} -->"
    before, _, rest = page.partition(opening)
    _, found, after = rest.partition(closing)
    assert found, f"the page has no place for the table {name}"
    return f"{before}{opening}{text}\n{closing}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
