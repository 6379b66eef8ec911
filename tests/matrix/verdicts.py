"""What a person got who met a fault, judged by code: by what was answered over HTTP, what is kept of it, and what the wire saw."""

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from journeys.vocabulary import ACTIONS
from tests.matrix.cases import Case
from tests.matrix.house import Met, Seen
from tests.reliability import LATE, MODELS, PASSES, REFUSED, SENTENCES, UNUSABLE, WITHHELD, End, Row, engine_of

MODELS_WORDS: Final = "That settles it; the details stand below."
# What a turn may ask of a language model at most, in requests: tries, repairs and routes together.
MOST: Final = {PASSES: 6, REFUSED: 2, WITHHELD: 1, UNUSABLE: 4, LATE: 1}

Kind = Literal["recovered", "useful", "useless", "dead end"]


@dataclass(frozen=True)
class Verdict:
    """`recovered`: a model's own answer, in the very turn. `useful`: a reply without one that says so, answers from what there is and has
    something to do next. `useless`: a reply that does not. `dead end`: no reply, or nothing to do next. Of a fault that lasts half an hour
    it is the worst of the turns meanwhile. `wrong`: what was lost, doubled or left behind, in words. `owed`: how many fuller answers were
    owed when the fault was over, and how many of them `came` without being asked for again."""

    kind: Kind
    wrong: tuple[str, ...] = ()
    is_back: bool = True
    owed: int = 0
    came: int = 0

    @property
    def heals(self) -> bool:
        return self.kind in ("recovered", "useful") and not self.wrong and self.is_back


def judged(case: Case, met: Met) -> Verdict:
    order: tuple[Kind, ...] = ("recovered", "useful", "useless", "dead end")
    kind = max((kind_of(case, seen) for seen in met.turns), key=order.index)
    back = met.after.get("status") == "done" and met.after.get("engine") == engine_of(MODELS[0]) and not met.after["degraded"]
    return Verdict(kind, tuple(wrong_with(case, met)), back, len(met.promised), met.made_good)


def end_met(case: Case, seen: Seen) -> End:
    """Without the first call, where it is the second that met the fault."""
    others = 1 if case.call == "reply" else 0
    rows = tuple(Row(row["name"], row["status"], row["error"], row["attempts"]) for row in seen.rows)
    told = next((sentence for sentence in SENTENCES[case.call].values() if sentence in seen.turn["reply"]["text"]), "")
    return End(seen.turn["engine"], tuple(seen.turn["degraded"]), told, rows[others:], len(seen.asked) - others)


def kind_of(case: Case, seen: Seen) -> Kind:
    turn = seen.turn
    reply = turn.get("reply") or {}
    if seen.status != 200 or turn.get("status") != "done" or not reply.get("text") or not reply["actions"]:
        return "dead end"
    if any(action["action"] not in ACTIONS for action in reply["actions"]):
        return "dead end"
    told = [sentence for sentence in SENTENCES[case.call].values() if sentence in reply["text"]]
    if case.call == "reply":
        shown = turn["results"] and all(result["headline"] in reply["text"] for result in turn["results"])
        by_model = MODELS_WORDS in reply["text"]
    else:
        shown = bool(reply["citations"])
        by_model = turn["engine"] != "offline"
    if case.call == "vision" and not reply["text"].startswith("Safety first:"):
        return "useless"
    if by_model:
        return "recovered" if shown and not told else "useless"
    return "useful" if shown and told and turn["degraded"] and reply["questions"] else "useless"


def wrong_with(case: Case, met: Met) -> list[str]:
    kept = Counter(met.said)
    wrong = [f"{seen.text!r} is kept {kept[seen.text]} times" for seen in met.turns if kept[seen.text] != 1]
    wrong += [f"turn {seen.turn.get('seq')} was not replied to" for seen in met.turns if not met.told[seen.turn.get("turn_id", "")]]
    wrong += [f"turn {turn} was replied to {n} times" for turn, n in met.told.items() if n > 1]
    wrong += [f"{deed} was left open" for deed in met.left]
    if met.befallen is False:
        wrong.append("the fault was never met")
    if len(met.promised) != met.made_good:
        wrong.append(f"{len(met.promised)} fuller answers were owed and {met.made_good} came")
    if met.requests != met.booked:
        wrong.append(f"{met.requests} requests were made and {met.booked} booked")
    # The first call of a turn beside its second, or the one behind an embedding.
    most = {"reply": MOST[case.fault.way] + 1, "embedding": 2}.get(case.call, MOST[case.fault.way])
    for seen in met.turns:
        wrong += [f"{row['deed']} is in doubt" for row in seen.rows if row["in_doubt"]]
        requests = sum(row["attempts"] for row in seen.rows if row["engine"] != "offline")
        if requests > most:
            wrong.append(f"{requests} requests were made for one turn")
        steps = [result["step"] for result in seen.turn.get("results", [])]
        if len(steps) != len(set(steps)):
            wrong.append("a result was made twice")
    return wrong
