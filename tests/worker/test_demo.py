"""`homeview demo`, as a stranger runs it: it keeps its promises, and leaves nothing behind, however it ends."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.worker.processes import until
from worker.demo import SCRIPT, trimmed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class Demo:
    """A demo whose temporary folder is ours, so that every process of it can be told by its environment or arguments."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.output = folder / "tmp", folder / "demo.out"
        self.folder.mkdir()
        env = {**os.environ, "TMPDIR": str(self.folder), "PYTHONIOENCODING": "utf-8"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker.cli", "demo", "--speed", "0", *arguments],
                env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self.output.read_text()

    def running(self) -> list[str]:
        """Its own processes, the demo itself left out."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = str(self.folder) in " ".join([*process.cmdline(), *process.environ().values()])
                if ours and process.pid != self.process.pid and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
        return found


@contextlib.contextmanager
def a_demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    demo = Demo(folder, *arguments)
    try:
        yield demo
    finally:
        demo.process.kill()
        demo.process.wait()
        until(lambda: not demo.running())


def test_it_kills_its_worker_in_a_turn_loses_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with a_demo(tmp_path) as demo:
        assert demo.process.wait(240) == 0, demo.said
        said = " ".join(demo.said.split())
        assert "is killed with SIGKILL" in said
        assert f"{len(SCRIPT) + 1} turns for {len(SCRIPT)} messages and the start, each message once" in said
        assert "the same key sent again gives the same turn" in said
        assert re.search(r"answered [\d.]+ s after the kill", said)
        assert re.search(r"[\d.]+ a turn, [\d.]+ kB a turn", said)
        assert "✗" not in said
        assert "Traceback" not in said
        assert max(map(len, demo.said.splitlines())) <= 80
        assert demo.running() == []
        assert list(demo.folder.glob("homeview-demo-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_on_the_way_it_ends_everything_it_started(tmp_path: Path, number: signal.Signals) -> None:
    with a_demo(tmp_path) as demo:
        until(lambda: "Indexing" in demo.said or demo.process.poll() is not None, 60)
        assert demo.running()
        demo.process.send_signal(number)
        assert demo.process.wait(60) == 130
        assert demo.said.rstrip().endswith("Stopped.")
        assert demo.running() == []
        assert list(demo.folder.glob("homeview-demo-*")) == []


def test_kill_9_of_it_leaves_no_process(tmp_path: Path) -> None:
    with a_demo(tmp_path) as demo:
        until(lambda: "Indexing" in demo.said or demo.process.poll() is not None, 60)
        demo.process.kill()
        until(lambda: not demo.running())


def test_a_long_reply_keeps_its_sentences_and_its_last_table() -> None:
    lists = "Taken for granted:\n" + "\n".join(f"- point {n}" for n in range(40))
    text = "\n\n".join(["So many slabs.", "| A |\n| - |\n| 1 |", lists, "About $40,500.", "| B |\n| - |\n| 2 |", "Source: a book."])
    assert trimmed(text) == ("So many slabs.\n\nAbout $40,500.\n\n| B |\n| - |\n| 2 |\n\nSource: a book.", 44)
    assert trimmed("Short.") == ("Short.", 0)
