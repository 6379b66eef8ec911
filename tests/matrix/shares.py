"""The verdicts on a whole matrix as figures: shares beside their aims, and how each kind of fault ended. docs/reliability.md shows them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.matrix.cases import Case
from tests.matrix.house import Met
from tests.matrix.play import Played
from tests.matrix.verdicts import Kind, Verdict, judged
from tests.reliability import CALLS, LASTING, LATE, PASSES, UNUSABLE, WAYS, Call, Lasting, Way, table, with_table

COMMAND: Final = "python -m tests.bench --only faults"
Verdicts = Mapping[Case, Verdict]


def verdicts(played: Played) -> Verdicts:
    """A case of which not even that can be said what came of it ends as one that nobody was helped in."""
    return {
        case: judged(case, met) if isinstance(met, Met) else Verdict("dead end", (type(met).__name__,), is_back=False)
        for case, met in played.items()
    }


def is_transient(case: Case) -> bool:
    """A fault that may pass, that a repair may mend or that is only late, and does pass within the turn's tries. All others are permanent:
    what is refused or withheld, and what lasts half an hour or for ever."""
    return case.lasting in ("once", "three times") and case.fault.way in (PASSES, UNUSABLE, LATE)


@dataclass(frozen=True)
class Share:
    """`aim`: the least share, or None where the count has to be 0."""

    name: str
    aim: float | None
    of: Callable[[Case], bool]
    holds: Callable[[Verdict], bool]

    def counted(self, found: Verdicts) -> tuple[int, int]:
        """How many, and of how many."""
        asked = [verdict for case, verdict in found.items() if self.of(case)]
        return sum(map(self.holds, asked)), len(asked)

    def is_reached(self, found: Verdicts) -> bool:
        count, cases = self.counted(found)
        return cases > 0 and (count == 0 if self.aim is None else count >= self.aim * cases)

    def told(self, found: Verdicts) -> str:
        count, cases = self.counted(found)
        return str(count) if self.aim is None else f"{count} of {cases} ({100 * count / max(cases, 1):.1f} %)"


def _everywhere(case: Case) -> bool:
    return True


SHARES: Final = (
    Share("transient faults: recovered", 0.99, is_transient, lambda verdict: verdict.kind == "recovered"),
    Share(
        "permanent faults: answered usefully",
        0.9,
        lambda case: not is_transient(case),
        lambda verdict: verdict.kind in ("recovered", "useful"),
    ),
    Share("answered as always again, once the fault is over", 0.99, _everywhere, lambda verdict: verdict.is_back),
    Share("dead ends", None, _everywhere, lambda verdict: verdict.kind == "dead end"),
    Share("cases in which something was lost, doubled or left open", None, _everywhere, lambda verdict: bool(verdict.wrong)),
    Share("**failures that self-healing prevents**", 0.9, _everywhere, lambda verdict: verdict.heals),
)


def shares(ours: Verdicts, emulated: Verdicts) -> str:
    rows = [["cases", "", str(len(ours)), str(len(emulated))]]
    for share in SHARES:
        aim = "0" if share.aim is None else f"at least {100 * share.aim:g} %"
        rows.append([share.name, aim, share.told(ours), share.told(emulated)])
    came = [f"{sum(v.came for v in found.values())} of {sum(v.owed for v in found.values())}" for found in (ours, emulated)]
    rows.insert(-1, ["fuller answers that were owed and came by themselves, once", "all", *came])
    return table(["", "aim", "our fake Gemini", "llmock"], rows)


def matrix(found: Verdicts) -> str:
    """How many faults of each way ended how, by call and by how long they last."""
    rows = [
        [way.title if lasting == LASTING[0] else "", lasting, *(_cell(found, way, lasting, call) for call in CALLS)]
        for way in WAYS
        for lasting in LASTING
    ]
    return table(["what comes of the fault", "it is met", *(f"`{call}`" for call in CALLS)], rows)


def _cell(found: Verdicts, way: Way, lasting: Lasting, call: Call) -> str:
    kinds: Counter[Kind] = Counter(
        verdict.kind for case, verdict in found.items() if (case.fault.way, case.lasting, case.call) == (way, lasting, call)
    )
    order: tuple[Kind, ...] = ("recovered", "useful", "useless", "dead end")
    return ", ".join(f"{kinds[kind]} {kind}" for kind in order if kinds[kind]) or "–"


def failed(found: Verdicts) -> list[str]:
    """A line for each case that is not healed."""
    return [
        f"{case.id}: {verdict.kind}{'' if verdict.is_back else ', not back'}; {'; '.join(verdict.wrong)}"
        for case, verdict in found.items()
        if not verdict.heals
    ]


def written(page: str, ours: Verdicts, emulated: Verdicts) -> str:
    """The page with these figures."""
    for name, text in (("shares", shares(ours, emulated)), ("matrix", matrix(ours)), ("llmock", matrix(emulated))):
        page = with_table(page, name, COMMAND, text)
    return page
