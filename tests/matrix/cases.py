"""Which faults are met by which call, for how long, and what is said then."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from providers.pages import OUR_PAGES, read_passages
from tests.gemini import faults as laid
from tests.reliability import CALLS, FAULTS, LASTING, NO_CONNECTION, WAYS, Call, End, Fault, Lasting, end_of

QUESTION: Final = "how long does a kitchen renovation take?"
LAST_CHOICE: Final = "mid-range appliances please"  # with it everything is known, and skills run
# What pages are found by: vectors of a fake are alike only for the very same words.
ASKED: Final = [passage.asked[0] for passage in read_passages(OUR_PAGES) if passage.id.startswith("appliances#")]
# While a fault lasts, and when it is over. What is said first has a call of its kind; so has what is said again.
SAID: Final[dict[Call, tuple[str, str, str]]] = {
    "answer": (QUESTION, "how do I live without a kitchen?", "what is quartz like as a countertop?"),
    "embedding": (ASKED[1], ASKED[2], ASKED[3]),
    "vision": (
        "there is mould behind the sink, what should I do about it?",
        "and what should I do about mould on the ceiling?",
        "what is quartz like as a countertop?",
    ),
    "reply": (LAST_CHOICE, "actually premium appliances please", "actually mid-range appliances please"),
}
KNOWN: Final = {
    "goal": {"kind": "text", "text": "new cabinets"},
    "place": {"kind": "place", "country": "US", "postcode": "98101"},
    "room_size": {"kind": "room_size", "length_ft": "14.5", "width_ft": "12"},
    "counter_run": {"kind": "length", "feet": "22.5"},
    "style": {"kind": "choice", "option": "modern"},
    "scope": {"kind": "choice", "option": "moderate"},
    "cabinet_tier": {"kind": "choice", "option": "semi_custom"},
    "counter_material": {"kind": "choice", "option": "quartz"},
    "floor_material": {"kind": "choice", "option": "tile"},
}
WIRE: Final[dict[Call, str]] = {
    "answer": "streamGenerateContent",
    "reply": "streamGenerateContent",
    "vision": "generateContent",
    "embedding": "batchEmbedContents",
}
TIMES: Final[dict[Lasting, int | None]] = {"once": 1, "three times": 3, "for 30 minutes": None, "for ever": None}


@dataclass(frozen=True)
class Case:
    fault: Fault
    call: Call
    lasting: Lasting

    @property
    def id(self) -> str:
        return f"{self.fault.id}-{self.call}-{self.lasting.replace(' ', '_')}"

    @property
    def times(self) -> int | None:
        return TIMES[self.lasting]

    @property
    def text(self) -> str:
        return SAID[self.call][0]

    @property
    def end(self) -> End:
        return end_of(self.fault.way, self.fault.word, self.call, self.lasting)


def befalls(fault: Fault, call: Call) -> bool:
    return fault.name == NO_CONNECTION or laid.Fault(fault=fault.name).fits(WIRE[call])


def _all() -> Iterator[Case]:
    for fault in FAULTS:
        for call in CALLS:
            if befalls(fault, call):
                yield from (Case(fault, call, lasting) for lasting in LASTING)


ALL: Final = tuple(_all())
# Every fault for ever in the first call, which goes the whole way down; one of each way also once, in the second call and beside a
# picture. The others are left to `make test-long`.
_SHOWN: Final = [next(fault for fault in FAULTS if fault.way is way) for way in WAYS]
SHORT: Final = tuple(
    case
    for case in ALL
    if (case.call == "answer" and case.lasting == "for ever")
    or (case.call in ("answer", "reply", "vision") and case.lasting in ("once", "for ever") and case.fault in _SHOWN)
    or (case.fault.id, case.call, case.lasting) == ("torn", "reply", "once")  # a draft that breaks off is told from the next
)
