"""The Protocols of the outside world. One appears with its second provider or its first fake."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NamedTuple, Protocol

from pydantic import BaseModel, StringConstraints

from journeys.brief import Brief
from journeys.effects import EffectNews, EffectStatus
from journeys.inputs import Frozen, Need, Slug
from journeys.memory import Recollection
from journeys.messages import ChildClosed, Ended, JourneyStart, Line, Understanding
from journeys.reply import Reply
from journeys.spending import Spending
from journeys.state import JourneyState
from journeys.template import Template
from providers.errors import Unavailable

GENERAL: Final = "general"
Region = Annotated[str, StringConstraints(pattern=rf"^({GENERAL}|[A-Z]{{2}}(-[A-Z]{{2,3}})?)$")]  # US, US-WA


class Embedder(Protocol):
    """Sentences to unit vectors. `model_id` names weights and revision: vectors of different ids never mix.

    `floor` (0 to 1): the score (providers/index.py) below which a passage does not answer; each model has its own."""

    model_id: str
    dimensions: int
    floor: float

    async def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class Passage(Frozen):
    """A piece of a knowledge page. `asked`: how people ask for it, found with it and never shown. `personas`: whom it is for, none
    named: everybody; `steps`: of which steps of a journey it speaks, none named: of any. `score` (0 to 1): how near it is to the question,
    by its text and by `asked`."""

    id: str
    title: str
    text: str
    source: str
    date_read: str
    region: str
    topic: str = ""
    personas: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    score: float = 0.0


class Where(Frozen):
    """Which passages a search may find: those that meet every field that is set.

    `topic`: those of that topic. `region`: those of it, of the country it lies in, and the general ones; US takes no page of US-WA.
    `persona`: those for everybody, and for it. `step`: those of any step, and of it. A name that no page knows is no mistake: it takes
    the pages for everybody, or of any step.
    """

    topic: Slug | None = None
    region: Region | None = None
    persona: Slug | None = None
    step: Slug | None = None


class Templates(Protocol):
    async def to_start(self, name: str, journey_id: str) -> Template:
        """The template that a journey starts with, by id or id@version; asked again for it, the same. Raises where there is none."""
        ...


class Journeys(Protocol):
    """Other journeys, as one of them sees them."""

    async def start(self, start: JourneyStart) -> None:
        """Started and begun, once for the same id. Raises Unavailable."""
        ...

    async def tell(self, parent: str, closed: ChildClosed) -> None:
        """Nothing happens where the parent is gone."""
        ...

    async def tell_of_effect(self, journey_id: str, news: EffectNews) -> None:
        """Nothing happens where the journey has closed. Raises Unavailable."""
        ...


class Knowledge(Protocol):
    """Retrieval: the passages nearest to a question, best first, none below the floor that means "I don't have that"."""

    async def load(self) -> None:
        """Open before the first question. Raises what a question would raise."""
        ...

    async def search(
        self, question: str, *, limit: int = 3, where: Where | None = None, vector: Sequence[float] | None = None
    ) -> list[Passage]:
        """At most `limit` passages, of those that `where` admits. `vector`: the question's embedding, where the caller has it already;
        none is paid for then."""
        ...

    async def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages of these ids, in their order; an id that is gone is left out."""
        ...


class Reader(Protocol):
    """Understands one message: intents with probabilities, and the inputs it holds for the needs that are open."""

    engine: str

    async def understand(self, text: str, needs: Sequence[Need], asked: str | None) -> Understanding:
        """`needs`: every need the journey knows; `asked`: the name of the one the person was last asked for."""
        ...


class Generated(Frozen):
    """What a language model answered to one call, whatever it is worth. `text` is everything it said; whoever asked for JSON checks it.

    `finish`: stop (it said all it wanted), max_tokens (cut off), blocked (the provider withheld it; `reason` is the provider's word for
    why), empty (nothing was said). `usage` is what the provider reports, unchanged. `cost` in US dollars, at the price of the call's own
    time; `priced_as` names the model whose price was taken, which is another one where the model's own price is not known.
    """

    text: str
    finish: Literal["stop", "max_tokens", "blocked", "empty"]
    reason: str = ""
    model: str
    usage: dict[str, Any] = {}
    cost: Decimal = Decimal(0)
    priced_as: str = ""
    price_known: bool = True


class CutShort(asyncio.CancelledError):
    """A call of a model was cancelled while it answered: `so_far` is what came, with what it cost as far as one can tell."""

    def __init__(self, so_far: Generated) -> None:
        super().__init__()
        self.so_far = so_far


class Picture(Frozen):
    """`data` is the file, `media_type` such as image/jpeg."""

    data: bytes
    media_type: str


class LanguageModel(Protocol):
    """One model of one provider. `engine` names both, such as gemini:gemini-3.8-flash."""

    engine: str

    async def generate(
        self,
        instructions: str,
        content: str,
        *,
        schema: type[BaseModel] | None = None,
        most_tokens: int,
        seconds: float,
        on_text: Callable[[str], Awaitable[None]] | None = None,
        images: Sequence[Picture] = (),
    ) -> Generated:
        """One call, never repeated here; the `images` go with the `content`. With `schema` the model is asked for JSON of that shape; with
        `on_text` the answer streams, and everything said so far is handed over as it grows. `seconds` bounds the whole call. Raises an
        Unavailable or a Refused; cancelled, a CutShort where anything may have been spent."""
        ...

    async def look(self, *, seconds: float) -> None:
        """Whether its provider is there, takes the key and knows the model, by a question that costs nothing. Raises as `generate`, an
        InvalidRequest where the model is none that the provider names; nothing where it has no answer to such a question."""
        ...


class Writer(Protocol):
    """Words the reply to a turn from what was decided, the results it made (by step and skill) and the passages it cites."""

    engine: str

    def write(
        self,
        template: Template,
        state: JourneyState,
        say: Sequence[Line],
        results: Mapping[tuple[str, str], Mapping[str, Any]],
        passages: Sequence[Passage],
        spoken: str | None = None,
    ) -> Reply:
        """`spoken`: a model's words, which stand in the place of what code would say of the conversation itself."""
        ...


class Memory(Protocol):
    """What a person said in a journey and the last exchanges, bounded: a prompt does not grow with the conversation."""

    async def keep(self, journey_id: str, turn_id: str, seq: int, text: str, at: datetime) -> None:
        """Remember what of this message may matter later. Again for the same turn: nothing changes."""
        ...

    async def recall(self, journey_id: str, text: str, *, before: int, limit: int) -> Recollection:
        """For a reply to `text` in the turn numbered `before`: the exchanges right before it, and at most `limit` older sentences."""
        ...


class Event(Frozen):
    """One entry of the event log: `kind` is step, cost, reply, notice, failed or end."""

    kind: str
    data: dict[str, Any]


class Known(Frozen):
    """What the records hold for a turn about to be opened: itself, if it has ended; the later ones, which the workflow missed;
    and the answer of a call by its deed."""

    ended: Ended | None = None
    missed: list[Ended] = []
    answer: dict[str, Any] | None = None


class Hold(Frozen):
    """What a call may cost at most, in US dollars, and what its journey's template says of spending."""

    worst: Decimal = Decimal(0)
    spending: Spending = Spending()


class Call(Frozen):
    """A row of the ledger: `status` is started, answered, broken (what came can't be used: `why`), blocked (the provider withheld it),
    stopped (nobody wanted the rest), failed (nothing came) or over_budget (it was not made: `why` names the scope whose budget does not
    cover it). `attempt` counts all calls of the turn, so that drafts of two attempts can be told apart."""

    deed: str
    status: Literal["started", "answered", "broken", "blocked", "stopped", "failed", "over_budget"]
    why: str = ""
    attempt: int = 1


class Heard(NamedTuple):
    """Of an engine: when it was last asked, whatever came of it, and when it last answered."""

    asked_at: datetime | None = None
    answered_at: datetime | None = None


class Ledger(Protocol):
    """The model calls of every turn and what they were made from. Every writing method can be run again with the same outcome."""

    async def brief(self, turn_id: str, call: str) -> Brief: ...

    async def keep_brief(self, journey_id: str, turn_id: str, brief: Brief, at: datetime) -> None: ...

    async def begin_call(self, row: Mapping[str, Any], *, hold: Hold, again: bool = True) -> Call:
        """`started`, on disk, before the call is made, and what it may cost reserved; or what came of it, where it was made before. A call
        that failed is made again where `again` allows it."""
        ...

    async def begin_first(self, row: Mapping[str, Any], call: str, hold: Callable[[Brief], Hold]) -> tuple[Call, Brief]:
        """`begin_call`, and in the same transaction the brief that the call is made from."""
        ...

    async def begin_check(self, row: Mapping[str, Any], worst: Decimal) -> Call:
        """`begin_call` for a call that belongs to no journey: the house pays for it, under the caps of a day and of a month. What an
        earlier check of this engine left under way is given up. Nothing is kept of one that no budget covers."""
        ...

    async def heard(self, engine: str) -> Heard: ...

    async def book_call(self, deed: str, row: Mapping[str, Any]) -> Call:
        """What came of it; with `lost`, of one that failed, that it may be charged all the same. Gives the call as it stands: the first to
        book is believed."""
        ...

    async def call_of(self, deed: str) -> Call | None:
        """As it stands."""
        ...

    async def set_budget(self, journey_id: str, cap: Decimal) -> None:
        """What the journey's calls may cost together, in US dollars. Raises BelowSpent where more than that is spent or reserved."""
        ...

    async def lacking(self, turn_id: str) -> tuple[str, Decimal]:
        """Of a turn with a call that no budget covered: the scope of that budget, and its cap."""
        ...

    async def answer_of(self, deed: str) -> dict[str, Any]: ...

    async def tell_draft(self, journey_id: str, turn_id: str, attempt: int, n: int, piece: str) -> None:
        """A piece of a reply that is being written, to the event log."""
        ...


class Places(Protocol):
    """In the models' queue, where it has a rate limit."""

    async def take(self, turn_id: str, tenant: str, at: datetime) -> float:
        """0 where the turn may ask its models now; else, while its tenant has as many calls waiting as its turns serve in time, the
        seconds after which to ask again."""
        ...


class Records(Protocol):
    """The journey's rows. Every writing method can be run again with the same outcome. Raises StoreUnavailable."""

    async def known(self, journey_id: str, turn_id: str, seq: int, deed: str) -> Known: ...

    async def open_turn(
        self,
        *,
        journey: Mapping[str, Any] | None,
        request: Mapping[str, Any],
        turn: Mapping[str, Any],
        calls: Sequence[Mapping[str, Any]] = (),
        brief: Mapping[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Store what was asked; with `journey`, its row first; with `brief`, what a model is told of it. Gives the decision that
        stands: the first one stored for this turn at this place of the journey, whoever else was opening it. A turn that has ended stays as
        it is."""
        ...

    async def close_turn(
        self,
        *,
        journey_id: str,
        turn_id: str,
        seq: int,
        at: datetime,
        turn: Mapping[str, Any],
        journey: Mapping[str, Any] | None,
        entries: Sequence[Mapping[str, Any]],
        news: Sequence[Event],
        effects: Mapping[str, str] | None = None,
    ) -> bool:
        """Turn, view, timeline and events in one transaction; False where the turn was closed before. `effects`: of which status of each
        the journey knows by it."""
        ...

    async def tell_turn(self, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str) -> tuple[dict[str, Any] | None, bool]:
        """`open_turn` and `close_turn` in one transaction. Not closed (False) where another decision stands, or the journey's status is
        no longer this one: a pause or an end came first."""
        ...

    async def make_good(self, opening: Mapping[str, Any], closing: Mapping[str, Any], status: str, owed: str) -> bool:
        """`tell_turn` for the turn that makes good what the turn `owed` left undone, whose calls are booked on that one. Nothing is written
        (False) where the journey's status is no longer this one."""
        ...

    async def show_owed(self, journey_id: str, status: str, owed: Sequence[Mapping[str, Any]]) -> None:
        """What the journey owes, into its view; nothing is written where its status is no longer this one."""
        ...

    async def show(self, journey_id: str, at: datetime, columns: Mapping[str, Any]) -> None:
        """The journey's row as it is now."""
        ...

    async def keep_result(self, row: Mapping[str, Any]) -> None:
        """Store a result under (journey, step, skill, version); the last one written for a version stands."""
        ...

    async def results(self, journey_id: str, refs: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], dict[str, Any]]:
        """Rows (`body`, `inputs_hash`, `made_with`, `headline`, `made_at`) by (step, skill), of the versions asked for."""
        ...


class Effect(Frozen):
    """One effect in the world, as its row says (providers/store/tables.py). `receipt` is what the outlet calls it; `outlet` its name.
    `told`: the status of which its journey knows; `unwanted`: it shall be withdrawn, and nobody can say yet whether it is."""

    deed: str
    journey_id: str
    turn_id: str
    step: str
    kind: str
    recipient: str
    body: str
    body_hash: str
    status: EffectStatus
    outlet: str = ""
    receipt: str = ""
    error: str = ""
    tries: int = 0
    reserved_at: datetime
    changed_at: datetime
    told: str = ""
    unwanted: bool = False


class Effects(Protocol):
    """The ledger of effects. Every writing method can be run again with the same outcome."""

    async def reserve(self, rows: Sequence[Mapping[str, Any]]) -> None: ...

    async def effect(self, deed: str) -> Effect | None: ...

    async def move(self, deed: str, was: Sequence[str], to: str, at: datetime, **values: Any) -> bool:
        """From one of these states to another; False where it is in none of them any more."""
        ...

    async def unsettled(self, before: datetime, limit: int) -> list[Effect]: ...

    async def untold(self, before: datetime, limit: int) -> list[Effect]:
        """Those whose journey was told something else of them, or nothing, and to which nothing happened since."""
        ...

    async def tell(self, deed: str, status: str) -> None:
        """That its journey knows of this status."""
        ...


class NotSent(Unavailable):
    """Certainly nothing went out: it may be sent again without asking anybody."""


class Outlet(Protocol):
    """Where effects go out. `sends` is False where it only keeps them for the person; `can_be_asked`: whether `find` knows what it has."""

    name: str
    sends: bool
    can_be_asked: bool

    async def send(self, deed: str, kind: str, to: str, body: str) -> str:
        """The receipt. The deed is its idempotency key. Raises NotSent, a Refused, or another Unavailable, after which nobody can say
        whether it went out."""
        ...

    async def find(self, deed: str) -> str | None:
        """The receipt of an effect that it has; None where it never got it."""
        ...

    async def undo(self, deed: str, receipt: str) -> bool:
        """Whether it is withdrawn."""
        ...

    async def close(self) -> None: ...


class Wedged(Frozen):
    """A journey whose workflow task fails again and again. `problem`: the type of what was raised, or the server's word for the cause."""

    journey_id: str
    run_id: str
    problem: str


class OpenJourneys(Protocol):
    async def wedged(self) -> list[Wedged]:
        """At most a hundred. Raises Unavailable; Misconfigured where the server marks none."""
        ...


class House(Protocol):
    """What the people who run HomeView are told of all journeys together. Raises StoreUnavailable."""

    async def tell(self, *, key: str, kind: str, about: str, text: str) -> bool:
        """An alert, once for its key; whether it is new."""
        ...

    async def figures(self) -> Mapping[str, int]:
        """What lies undone, each by the name of its metric."""
        ...
