"""HomeView for journeys that meet faults side by side. Each has a fake Gemini, breakers and limits of its own, so none disturbs another."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import BaseModel, SecretStr
from temporalio import activity
from temporalio.testing import WorkflowEnvironment

from activities.answers import AnswerOut
from activities.models import SECONDS
from activities.retrieval import PaidRetrieval
from providers.base import Generated, Picture
from providers.breaker import LONG_REST, Breaker, Breakers
from providers.gemini.client import GeminiClient
from providers.gemini.embedder import EMBEDDING_MODEL, Counted, GeminiEmbedder
from providers.gemini.model import GeminiModel
from providers.index import ChromaKnowledge
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.store.calls import calls_of
from providers.store.log import entries_after
from tests.gemini.asked import GENERATING, Asked
from tests.gemini.fake import FakeGemini
from tests.gemini.homeview import SensibleGemini, brief_of
from tests.gemini.running import fake_gemini
from tests.matrix.cases import KNOWN, QUESTION, SAID, Case
from tests.matrix.emulator import emulator_slots
from tests.reliability import MODELS, NO_CONNECTION, Fault, engine_of
from tests.running import Stack, stack, until
from worker.build import Providers

AT_ONCE: Final = 24  # journeys; more of them only wait for the processor
IMPATIENT: Final = 3.0  # seconds for a call that meets silence; the others have all that the product gives them
NOBODY: Final = "http://127.0.0.1:9"  # a port that nobody listens on
PICTURE: Final = Picture(data=b"\x89PNG\r\n\x1a\n a picture", media_type="image/png")
OUTAGE: Final = timedelta(minutes=30)
ORDINARY: Final = "what is quartz like as a countertop?"


@dataclass
class Clock:
    """The server's, as seconds that it is ahead of ours: more than none where it skips time."""

    ahead: float = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def look(self) -> None:
        """At what the server says that it is, which a local activity is not told."""
        info = activity.info()
        if not info.is_local:
            self.ahead = max(self.ahead, info.started_time.timestamp() - time.time())


class EachItsOwn(Breakers):
    """Breakers of a journey's own, unless it is named as one of those who share some, and a clock by which their rests are over when its
    fault is."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.rested = clock, Counter[str]()
        self.shared: dict[str, str] = {}

    def of(self, engine: str) -> Breaker:
        self.clock.look()
        journey = activity.info().workflow_id or ""
        journey = self.shared.get(journey, journey)
        return self._of.setdefault(f"{journey}/{engine}", Breaker(engine, lambda: self.clock.now() + self.rested[journey]))


@dataclass
class Shut:
    """The way to a model, for so many requests of a call (None: all of them) and while it `holds`."""

    call: str
    times: int | None
    holds: Callable[[], bool]

    def befalls(self, call: str) -> bool:
        if call != self.call or self.times == 0 or not self.holds():
            return False
        self.times = self.times and self.times - 1
        return True


def called(asked: Asked) -> str:
    if asked.name not in GENERATING:
        return "embedding"
    return "answer" if "intents" in (brief_of(asked) or {}) else "reply"


class Slot(Protocol):
    """What one journey at a time has to itself. `most`: seconds that a call may take; `pictures` go with each request."""

    most: float
    pictures: tuple[Picture, ...]

    def begin(self) -> None: ...

    def lay(self, fault: Fault, call: str, times: int | None, holds: Callable[[], bool] = ...) -> None:
        """A fault for so many requests of the call (None: for all of them), while it `holds`."""
        ...

    def forget(self) -> None: ...

    def asked(self) -> list[str]:
        """The models of all requests since it began."""
        ...

    def befallen(self, fault: Fault) -> bool | None:
        """Whether any request has met it; None where that is not known."""
        ...

    def wire(self) -> frozenset[str]:
        """By which of Gemini's calls; none where that is not known."""
        ...

    async def model(self, call: str, name: str, content: str) -> GeminiModel:
        """To be asked once."""
        ...


@dataclass
class FakeSlot:
    """With a fake Gemini."""

    gemini: FakeGemini
    client: GeminiClient
    nobody: GeminiClient
    most: float = SECONDS
    pictures: tuple[Picture, ...] = ()
    shut: Shut | None = None
    turned_away: list[str] = field(default_factory=list)

    def lay(self, fault: Fault, call: str, times: int | None, holds: Callable[[], bool] = lambda: True) -> None:
        if fault.name == NO_CONNECTION:
            self.shut = Shut(call, times, holds)
        else:
            self.gemini.fault(fault.name, times=times, seconds=fault.seconds, of=lambda asked: called(asked) == call and holds())

    def begin(self) -> None:
        self.gemini.calls.clear()

    def asked(self) -> list[str]:
        """The order of those that found nobody among the others is lost."""
        return [*(call.model for call in self.gemini.calls), *self.turned_away]

    def befallen(self, fault: Fault) -> bool | None:
        return bool(self.turned_away) or any(call.gave == fault.name for call in self.gemini.calls)

    def wire(self) -> frozenset[str]:
        return frozenset(call.name for call in self.gemini.calls)

    def way(self, call: str, name: str) -> GeminiClient:
        if self.shut and self.shut.befalls(call):
            self.turned_away.append(name)
            return self.nobody
        return self.client

    async def model(self, call: str, name: str, content: str) -> GeminiModel:
        return GeminiModel(self.way(call, name), name)

    def forget(self) -> None:
        self.gemini.forget()
        self.shut = None
        self.turned_away.clear()


class OfTheJourney:
    """A LanguageModel: the one that the journey of the call has to itself."""

    def __init__(self, name: str, slots: dict[str, Slot]) -> None:
        self.name, self.engine, self.slots = name, engine_of(name), slots

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
        slot = self.slots[activity.info().workflow_id or ""]
        model = await slot.model("answer" if schema is AnswerOut else "reply", self.name, content)
        within, shown = min(seconds, slot.most), [*images, *slot.pictures]
        return await model.generate(
            instructions, content, schema=schema, most_tokens=most_tokens, seconds=within, on_text=on_text, images=shown
        )

    async def look(self, *, seconds: float) -> None: ...


class EmbedderOfTheJourney:
    """Of its messages; `whole` is the embedder that made the index."""

    def __init__(self, whole: GeminiEmbedder, slots: dict[str, Slot], within: float) -> None:
        self.model_id, self.slots, self.within = whole.model_id, slots, within

    async def embed_counted(self, texts: list[str]) -> Counted:
        slot = self.slots[activity.info().workflow_id or ""]
        assert isinstance(slot, FakeSlot)
        return await GeminiEmbedder(slot.way("embedding", EMBEDDING_MODEL), seconds=min(self.within, slot.most)).embed_counted(texts)

    async def look(self, *, seconds: float) -> None: ...


@dataclass(frozen=True)
class Seen:
    """A turn, as its person saw it and as it was booked. `asked`: the model of each request of all its calls; `wire`: by which
    of Gemini's calls the journey had asked by then; `owed`: the turns whose fuller answer is owed after it."""

    text: str
    status: int
    turn: dict[str, Any]
    rows: list[dict[str, Any]]
    asked: list[str]
    wire: frozenset[str]
    owed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Met:
    """`turns` while the fault lasted, and the one `after` it. `said`: every message of the person that the journey kept; `told`: how
    often each turn was replied to; `left`: calls that nobody ended. `promised`: turns whose fuller answer was owed; `made_good`: how many
    such answers came; `requests` that arrived over it all, and how many are `booked`; `befallen`: whether the fault was seen to be met."""

    journey: str
    turns: list[Seen]
    after: dict[str, Any]
    said: list[str]
    told: Counter[str]
    left: list[str]
    promised: frozenset[str] = frozenset()
    made_good: int = 0
    requests: int = 0
    booked: int = 0
    befallen: bool | None = None


@dataclass
class House:
    """One stack and as many slots as journeys may be talked at once."""

    homeview: Stack
    slots: dict[str, Slot]
    breakers: EachItsOwn
    clock: Clock = field(default_factory=Clock)
    free: asyncio.Queue[Slot] = field(default_factory=asyncio.Queue)
    before: Counter[str] = field(default_factory=Counter)  # requests that a journey had booked when its case began

    async def meet(self, case: Case) -> Met:
        async with self.journey(case) as (journey, slot):
            slot.lay(case.fault, _befallen(case), case.times)
            seen = await self.say(journey, slot, case.text)
            requests, befallen = len(slot.asked()), slot.befallen(case.fault)
            slot.forget()
            self.breakers.rested[journey] += int(2 * LONG_REST)
            after = await self.say(journey, slot, ORDINARY)
            return replace(await self.left(journey, slot, [seen], after, requests), befallen=befallen)

    async def sit_out(self, cases: Sequence[Case], passes: Callable[[timedelta], Awaitable[None]]) -> list[Met]:
        """Side by side, half an hour of the server's time in which the fault befalls every call; it ends by the clock alone."""
        async with contextlib.AsyncExitStack() as talking:
            journeys = await asyncio.gather(*(talking.enter_async_context(self.journey(case)) for case in cases))
            ends = self.clock.now() + OUTAGE.total_seconds()
            for case, (_, slot) in zip(cases, journeys, strict=True):
                slot.lay(case.fault, _befallen(case), None, lambda: self.clock.now() < ends)
            turns: list[list[Seen]] = []
            for nth, minutes in enumerate((0, 10, 21)):
                if minutes:
                    await passes(timedelta(minutes=minutes))
                talk = [self.say(journey, slot, SAID[case.call][nth]) for case, (journey, slot) in zip(cases, journeys, strict=True)]
                turns.append(await asyncio.gather(*talk))
            kept = [self.left(journey, slot, list(seen), after, 0) for (journey, slot), *seen, after in zip(journeys, *turns, strict=True)]
            met = zip(cases, journeys, await asyncio.gather(*kept), strict=True)
            return [replace(found, befallen=slot.befallen(case.fault)) for case, (_, slot), found in met]

    async def say(self, journey: str, slot: Slot, text: str) -> Seen:
        before = slot.asked()
        answer = await self.homeview.http.post(f"/v1/journeys/{journey}/messages?wait=60", json={"text": text})
        if answer.status_code == 202:
            where = answer.headers["Location"]

            async def ended() -> bool:
                return (await self.homeview.http.get(where)).status_code == 200

            await until(ended, within=120, every=0.5)
            answer = await self.homeview.http.get(where)
        turn = answer.json().get("turn") or {}
        rows = [row for row in await self.calls(journey) if row["turn_id"] == turn.get("turn_id")]
        asked = list((Counter(slot.asked()) - Counter(before)).elements())
        owed = frozenset(owed["turn_id"] for owed in (await self.homeview.view(journey))["owed"])
        return Seen(text, answer.status_code, turn, rows, asked, slot.wire(), owed)

    async def left(self, journey: str, slot: Slot, turns: list[Seen], after: Seen, requests: int) -> Met:
        """When the fuller answers that were owed have come. `requests`: those before the slot forgot its fault."""

        async def nothing_is_owed() -> bool:
            return not (await self.homeview.view(journey))["owed"]

        with contextlib.suppress(TimeoutError):
            await until(nothing_is_owed, within=60, every=0.2)
        kept = await self.homeview.http.get(f"/v1/journeys/{journey}/messages?limit=50")
        said = [item["text"] for item in kept.json()["items"] if item.get("text")]
        entries = await self.homeview.store.read(lambda db: entries_after(db, journey, 0))
        events = [(entry.kind, json.loads(entry.frame.decode().partition("data: ")[2])) for entry in entries]
        told = Counter(data["turn_id"] for kind, data in events if kind == "reply")
        calls = await self.calls(journey)
        left = [row["deed"] for row in calls if row["status"] == "started"]
        promised = frozenset[str]().union(*(seen.owed for seen in turns))
        made_good = sum(item["operation"] == "fulfil" for item in kept.json()["items"])
        booked = sum(row["attempts"] for row in calls if row["engine"] != "offline") - self.before[journey]
        return Met(journey, turns, after.turn, said, told, left, promised, made_good, requests + len(slot.asked()), booked)

    async def calls(self, journey: str) -> list[dict[str, Any]]:
        return await self.homeview.store.read(lambda db: calls_of(db, journey))

    @contextlib.asynccontextmanager
    async def journeys(self, count: int) -> AsyncIterator[list[tuple[str, Slot]]]:
        async with contextlib.AsyncExitStack() as talking:
            yield [await talking.enter_async_context(self.journey()) for _ in range(count)]

    @contextlib.asynccontextmanager
    async def journey(self, case: Case | None = None) -> AsyncIterator[tuple[str, Slot]]:
        """A journey with a slot; with a case, ready for its message."""
        slot = await self.free.get()
        try:
            slot.most = IMPATIENT if case and case.fault.silent else SECONDS
            slot.pictures = (PICTURE,) if case and case.call == "vision" else ()
            journey = await self.homeview.start()
            self.slots[journey] = slot
            if case and case.call == "reply":
                given = await self.homeview.http.post(f"/v1/journeys/{journey}/inputs", json={"inputs": KNOWN})
                assert given.status_code == 200, given.text
            self.before[journey] = sum(row["attempts"] for row in await self.calls(journey) if row["engine"] != "offline")
            slot.begin()
            yield journey, slot
        finally:
            slot.forget()
            self.free.put_nowait(slot)


def _befallen(case: Case) -> str:
    return "answer" if case.call == "vision" else case.call


@contextlib.asynccontextmanager
async def fake_slots(sensible: SensibleGemini, count: int) -> AsyncIterator[list[FakeSlot]]:
    async with contextlib.AsyncExitStack() as running:
        nobody = GeminiClient(SecretStr("a-key"), NOBODY)
        await nobody.load()
        running.push_async_callback(nobody.close)
        slots = []
        for _ in range(count):
            gemini = await running.enter_async_context(fake_gemini(rule=sensible))
            client = GeminiClient(SecretStr("a-key"), gemini.url)
            await client.load()
            running.push_async_callback(client.close)
            slots.append(FakeSlot(gemini, client, nobody))
        yield slots


@contextlib.asynccontextmanager
async def house(
    env: WorkflowEnvironment,
    home: Path,
    reader: OfflineReader,
    knowledge: ChromaKnowledge,
    *,
    paid: ChromaKnowledge | None = None,
    at_once: int = AT_ONCE,
    emulated: bool = False,
) -> AsyncIterator[House]:
    """`paid`: the index that a paid embedder made, where messages are embedded by it. `emulated`: llmock in place of our fake."""
    slots: dict[str, Slot] = {}
    clock = Clock()
    breakers = EachItsOwn(clock)

    def through(providers: Providers) -> Providers:
        if paid is None:
            return replace(providers, breakers=breakers)
        assert isinstance(paid.embedder, GeminiEmbedder)
        embedder = EmbedderOfTheJourney(paid.embedder, slots, paid.embedder.seconds)
        return replace(providers, breakers=breakers, retrieval=PaidRetrieval(providers.ledger, embedder, paid, breakers))

    models = [OfTheJourney(name, slots) for name in MODELS]
    mind = (reader, knowledge, OfflineWriter(asks_model=True))
    home.mkdir(exist_ok=True)
    async with contextlib.AsyncExitStack() as running:
        homeview = await running.enter_async_context(stack(env, home, mind, models=models, through=through))
        there, sensible = House(homeview, slots, breakers, clock), SensibleGemini(reader)
        slots_of = emulator_slots(sensible, at_once) if emulated else fake_slots(sensible, at_once)
        for slot in await running.enter_async_context(slots_of):
            there.free.put_nowait(slot)
        async with there.journey() as (journey, slot):  # what only a first message loads is loaded by this one
            await there.say(journey, slot, QUESTION)
        yield there
