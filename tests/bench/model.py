"""HomeView asking a model, beside a plain Temporal workflow, LangGraph and DBOS asking one, in turn on the same machine.

What compares is the overhead: a turn's time less its calls x the time of a call. HomeView makes one call on a plain turn and two where
skills ran (its ledger tells how many), a peer always two, so turns a second at 100 ms a call favour HomeView; at 0 ms calls are free.

For HomeView: two workers where a peer has one process; its SQLite flushes at checkpoints, like the Temporal server's (which the plain
workflow has as well), where LangGraph's and DBOS's flush at every step. Against it: it embeds, searches and remembers where a peer's
retrieval is a constant; it writes drafts, events, a ledger and a read model; it reads a stream with google-genai where a peer reads a line
of JSON with a bare HTTP client. For DBOS: WAL mode, which is not its default.

The fakes' CPU stands in a column of its own and counts as no engine's; their time is inside the turn, and so in the overhead. The fake
Gemini would embed each message (some 4 CPU ms): it is asked to read all lines of a cell before its clock runs, and then looks them up.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

from tests.bench.beds import Bed, fake_gemini, fake_model, homeview, of_one_process, plain_temporal
from tests.bench.cells import Report, Row, loaded
from tests.bench.load import Load
from tests.bench.table import table
from tests.bench.talk import ROUND
from tests.bench.turns import AT_ONCE, engine_cpu, summary, sweep

CALLS = ("understand", "reply")  # steps of a peer's turn that are a model's work; its retrieval answers at once
TALK = 60  # turns
WINDOWS = tuple(range(last - len(ROUND) + 1, last + 1) for last in (20, TALK))  # a whole round each: the same kinds of messages
OVERHEAD = 60.0  # ms of one journey's turn, the aim
RATIO = 2.0  # of turns a second to the plain workflow's, the aim
PEERS = ("plain-temporal", "langgraph", "dbos")


async def run(report: Report, work: Path, index: Path, *, quick: bool, rounds: int, peer_python: str, latency: float) -> None:
    latencies = sorted({0.0, latency})
    each = " and ".join(f"{ms:g}" for ms in latencies)
    report.say(f"model: the talk of `turns`, {each} ms a call of a model; the overhead is a turn's time less its calls")
    report.say("  The fakes' CPU is the column `model` and no engine's; the fake Gemini has read every line before the clock runs.")
    async with contextlib.AsyncExitStack() as stack:
        gemini = await stack.enter_async_context(fake_gemini(work))
        fake = await stack.enter_async_context(fake_model(work, CALLS))
        beds = [await stack.enter_async_context(homeview(work, index, model=gemini))]
        beds.append(await stack.enter_async_context(plain_temporal(work, peer_python, fake)))
        beds.append(await stack.enter_async_context(of_one_process("langgraph", work, peer_python, fake)))
        beds.append(await stack.enter_async_context(of_one_process("dbos", work, peer_python, fake)))
        people = AT_ONCE[:2] if quick else AT_ONCE
        await sweep(report, "model", beds, people, lambda bed, at_once: latencies, rounds=rounds, alone=2 if quick else 4)
        await _tokens(report, beds[0])
    report.say("\n" + summary(report.of("model")) + "\n")
    report.say(_aims(report.of("model")))
    report.say(_prompts(report.of("model_tokens")))


def _aims(rows: Sequence[Row]) -> str:
    """Beside the figures; nothing is asserted."""

    def of(bed: str, at_once: int, ms: float) -> list[Row]:
        return [row for row in rows if (row["bed"], row["at_once"], row["latency_ms"]) == (bed, at_once, ms)]

    lines = []
    for ms in sorted({row["latency_ms"] for row in rows}):
        ours = of("homeview", 1, ms)
        lines.append(
            f"{ms:g} ms a call, 1 journey: overhead p50 {median(row['overhead_p50'] for row in ours):.0f} ms (aim: {OVERHEAD:g} at most), "
            f"the fake Gemini's own {median(row['cpu_ms']['model'] for row in ours):.1f} CPU ms among them"
        )
        for peer in PEERS:
            pairs = list(zip(of("homeview", 16, ms), of(peer, 16, ms), strict=True))
            ratio = median(our["per_second"] / their["per_second"] for our, their in pairs)
            cpu = median(engine_cpu(their) / engine_cpu(our) for our, their in pairs)
            aim = f" (aim: {RATIO:g} at least)" if peer == "plain-temporal" else ""
            lines.append(
                f"{ms:g} ms a call, 16 journeys: {ratio:.2f} x the turns a second of {peer}{aim}, which takes {cpu:.2f} x our CPU a turn"
            )
    return "\n".join(lines)


async def _tokens(report: Report, bed: Bed) -> None:
    """What a turn sends to the model, by the ledger: does it grow with the talk?"""
    row = await loaded(bed, Load(bed.url, at_once=1, turns=TALK, first=80_000))
    calls = await bed.booked(row["journeys"])
    opening = min(call["seq"] for call in calls)  # the journey's beginning was a turn as well
    for window in WINDOWS:
        turns: dict[int, list[int]] = {turn: [] for turn in window}
        for call in calls:
            if (turn := call["seq"] - opening + 1) in turns and call["usage"]:
                turns[turn].append(call["usage"]["promptTokenCount"])
        told: dict[str, Any] = {"calls": mean(len(sent) for sent in turns.values()), "tokens": mean(sum(sent) for sent in turns.values())}
        told |= {"first_call": mean(sent[0] for sent in turns.values() if sent), "most": max(sum(sent) for sent in turns.values())}
        report.add("model_tokens", of=f"{window[0]}-{window[-1]}", errors=row["errors"], **told)


def _prompts(rows: Sequence[Row]) -> str:
    head = ["turns", "prompt tokens a turn", "of the first call", "most of a turn", "calls a turn"]
    body = [[row["of"], f"{row['tokens']:.0f}", f"{row['first_call']:.0f}", f"{row['most']}", f"{row['calls']:.2f}"] for row in rows]
    early, late = (row["tokens"] for row in rows)
    return (
        f"\nOne journey of {TALK} turns; four characters are a token, instructions counted, the answer's schema not\n"
        f"{table(head, body)}\nlate {late / early:.2f} x early"
    )
