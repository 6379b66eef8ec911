"""Measure the engine beside its peers: `python -m tests.bench`, or `make bench`. It prints and records; it asserts nothing.

`turns` has HomeView answer with the offline mind, `model` ask a language model, each beside peers; the others are about HomeView alone.
`faults` counts what comes of every fault of a model, and writes the counts into docs/reliability.md.
Read ratios and CPU milliseconds. Seconds belong to the machine and to whatever else ran on it: `others` says how many cores
that was, `speed` how fast a core was (both beside each cell).
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.bench import cold, fairness, faults, growth, inputs, intents, model, moving, parked, retrieval, start, streams, turns
from tests.bench.beds import build_index
from tests.bench.cells import Report, open_out

PARTS = ("turns", "model", "streams", "growth", "cold", "parked", "moving", "start", "retrieval", "inputs", "intents", "fairness", "faults")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to run, of: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller figures: is everything there?")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of `turns` and `model` (default 3, with --quick 1)")
    parser.add_argument("--latency", type=float, default=100.0, help="ms a call of a fake model, beside the cells with 0 (default 100)")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has dbos, langgraph and langgraph-checkpoint-sqlite")
    parser.add_argument("--out", type=Path, help="file to add a JSON line to for each cell")
    parser.add_argument("--work", type=Path, help="folder for the temporary homes (default: the system's)")
    return parser.parse_args()


async def run(chosen: argparse.Namespace, work: Path, index: Path, report: Report) -> None:
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    assert me
    loop.add_signal_handler(signal.SIGTERM, me.cancel)  # so that every bed is taken down
    wanted = chosen.only.split(",")
    rounds = chosen.rounds or (1 if chosen.quick else 3)
    for name, beside in (("turns", turns.run), ("model", model.run)):
        if name in wanted:
            await beside(report, work, index, quick=chosen.quick, rounds=rounds, peer_python=chosen.peer_python, latency=chosen.latency)
    for name, part in (
        ("streams", streams.run),
        ("growth", growth.run),
        ("cold", cold.run),
        ("parked", parked.run),
        ("moving", moving.run),
        ("fairness", fairness.run),
        ("faults", faults.run),
    ):
        if name in wanted:
            await part(report, work, index, quick=chosen.quick)
    for name, alone in (("start", start.run), ("retrieval", retrieval.run), ("inputs", inputs.run), ("intents", intents.run)):
        if name in wanted:
            await alone(report, work, quick=chosen.quick)


def main() -> int:
    chosen = arguments()
    if unknown := set(chosen.only.split(",")) - set(PARTS):
        print(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    for name in [name for name in os.environ if name.startswith(("GEMINI_", "HOMEVIEW_")) and name != "HOMEVIEW_MODELS"]:
        del os.environ[name]
    out = open_out(chosen.out)
    with (
        contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt),
        tempfile.TemporaryDirectory(prefix="homeview-bench-", dir=chosen.work) as folder,
    ):
        work = Path(folder)
        index = build_index(work)
        asyncio.run(run(chosen, work, index, Report(out)))
        return 0
    return 130


if __name__ == "__main__":
    sys.exit(main())
