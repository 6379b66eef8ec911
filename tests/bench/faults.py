"""Every fault of a language model by every call, for every duration, and what its person got: the figures of docs/reliability.md.

They are counts and no seconds, so the page has them as they are found; with --quick a part is played and the page is left alone.
"""

import time
from pathlib import Path

from providers.index import ChromaKnowledge
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from tests.bench.cells import Report
from tests.matrix import emulator
from tests.matrix.cases import ALL
from tests.matrix.play import play, play_emulated
from tests.matrix.shares import failed, matrix, shares, verdicts, written
from tests.reliability import PAGE

QUICK = ("overloaded", "invalid_key", "prompt_blocked", "wrong_schema")


async def run(report: Report, work: Path, index: Path, *, quick: bool) -> None:
    chosen = [case for case in ALL if not quick or case.fault.id in QUICK]
    by_llmock = [case for case in emulator.CASES if case in chosen]
    report.say(f"faults: {len(chosen)} cases against the fake Gemini, {len(by_llmock)} against llmock")
    embedder = MiniLM()
    knowledge = ChromaKnowledge(index, embedder)
    home = work / "faults"
    home.mkdir()
    began = time.monotonic()
    try:
        ours = verdicts(await play(chosen, home, OfflineReader(embedder), knowledge, report.say))
        emulated = verdicts(await play_emulated(by_llmock, home, OfflineReader(embedder), knowledge))
    finally:
        knowledge.close()
    for by, found in (("fake", ours), ("llmock", emulated)):
        for case, verdict in found.items():
            told = {"kind": verdict.kind, "wrong": list(verdict.wrong), "is_back": verdict.is_back}
            report.add("faults", by=by, fault=case.fault.id, call=case.call, lasting=case.lasting, **told)
    report.say(f"\n{shares(ours, emulated)}\n\n{matrix(ours)}\n\n{matrix(emulated)}\n\n{time.monotonic() - began:.0f} s")
    report.say("\n".join(failed(ours) + failed(emulated)))
    if not quick:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), ours, emulated), encoding="utf-8")
        report.say(f"written to {PAGE}")
