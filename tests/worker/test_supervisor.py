"""Children are kept alive with growing pauses, given up in time, and ended with everything they started."""

import asyncio
import os
import signal
import sys

import pytest

from tests.worker.processes import lives
from tests.worker.run_dev import a_standin
from worker.output import LARGEST_LOG, LINES_KEPT, LONGEST_LINE, Output
from worker.supervisor import GaveUp, Program, Restarts, Supervisor

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "journal"
    path.touch()
    return path


@pytest.fixture
def said():
    return []


@pytest.fixture
async def supervisor(tmp_path, said):
    supervisor = Supervisor(tmp_path / "logs", said.append, restarts=lambda: Restarts(first=0.01))
    yield supervisor
    hurry = asyncio.Event()
    hurry.set()
    await supervisor.drain(hurry)


async def eventually(condition):
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  another process sets no event of ours
            await asyncio.sleep(0.02)


def python(code, **changes):
    return Program("it", "thing", [sys.executable, "-S", "-c", code], **changes)


def pids(journal, what="start"):
    return [int(line.split()[-1 if what == "start" else 1]) for line in journal.read_text().splitlines() if line.startswith(what)]


def test_the_pause_doubles_up_to_eight_seconds():
    restarts = Restarts()
    assert [restarts.died(now, lived=31) for now in range(0, 7 * 31, 31)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_a_child_that_lived_a_minute_starts_over_at_the_shortest_pause():
    restarts = Restarts()
    assert [restarts.died(now, lived=lived) for now, lived in ((0, 1), (40, 40), (140, 99), (180, 40))] == [0.5, 1, 0.5, 1]


def test_the_third_death_within_a_minute_is_the_last():
    restarts = Restarts()
    assert [restarts.died(now, lived=1) for now in (0, 30, 59)] == [0.5, 1, None]
    restarts = Restarts()
    assert [restarts.died(now, lived=1) for now in (0, 30, 61)] == [0.5, 1, 2]


async def test_a_child_that_is_killed_starts_again_with_a_new_pid(supervisor, journal, said):
    await supervisor.start(a_standin("it", str(journal)))
    await eventually(lambda: len(pids(journal)) == 1)
    os.kill(pids(journal)[0], signal.SIGKILL)
    await eventually(lambda: len(pids(journal)) == 2)
    os.kill(pids(journal)[1], signal.SIGKILL)
    await eventually(lambda: len(pids(journal)) == 3)
    assert said == ["The it was ended by SIGKILL; it starts again in 0.01 s.", "The it was ended by SIGKILL; it starts again in 0.02 s."]


async def test_three_deaths_end_it_and_the_last_lines_are_told(supervisor, tmp_path):
    await supervisor.start(python("print('first'); print('last'); raise SystemExit(7)"))
    with pytest.raises(GaveUp) as gave_up:
        async with asyncio.timeout(60):
            await supervisor.gave_up()
    assert str(gave_up.value).startswith("The thing ended with exit code 7, for the third time in a minute. Its last lines, from ")
    assert str(gave_up.value).endswith("\n    first\n    last")
    assert (tmp_path / "logs" / "it.log").read_text() == "first\nlast\n" * 3


async def test_an_end_without_error_counts_as_a_death_too(supervisor):
    await supervisor.start(python("pass"))
    with pytest.raises(GaveUp, match="exit code 0, for the third time"):
        async with asyncio.timeout(60):
            await supervisor.gave_up()


async def test_a_program_that_is_not_there_is_a_sentence(supervisor):
    with pytest.raises(GaveUp, match=r"The thing cannot be started: .*no-such-program"):
        await supervisor.start(Program("it", "thing", ["/no-such-program"]))


async def test_a_child_that_ignores_sigterm_is_killed_when_its_patience_is_over(supervisor, journal):
    await supervisor.start(a_standin("it", str(journal), "--stubborn", patience=0.2))
    await eventually(lambda: pids(journal))
    await supervisor.drain(asyncio.Event())
    assert not lives(pids(journal)[0])
    assert "ignore it" in journal.read_text()


async def test_what_a_child_started_ends_with_it(supervisor, journal):
    await supervisor.start(a_standin("it", str(journal), "--offspring"))
    await eventually(lambda: pids(journal, "offspring"))
    assert lives(pids(journal, "offspring")[0])
    await supervisor.drain(asyncio.Event())
    await eventually(lambda: not lives(pids(journal, "offspring")[0]))


async def test_a_child_that_dies_while_it_is_being_stopped_stays_dead(supervisor, journal):
    await supervisor.start(a_standin("it", str(journal)))
    await eventually(lambda: pids(journal))
    await supervisor.drain(asyncio.Event())
    assert len(pids(journal)) == 1


async def test_each_child_has_a_session_of_its_own_so_that_ctrl_c_reaches_us_alone(supervisor, journal):
    await supervisor.start(a_standin("it", str(journal)))
    await eventually(lambda: pids(journal))
    assert os.getsid(pids(journal)[0]) == pids(journal)[0] != os.getsid(0)


async def test_only_warnings_are_echoed_and_all_is_logged(supervisor, said, tmp_path):
    lines = [
        "plain", "WARNING: careful", '{"level": "info", "event": "no error here"}', '{"event": "x", "level": "error"}',
        "2026-11-22 [warning  ] slow", "ValueError: broken", "0 errors",
    ]  # fmt: skip
    await supervisor.start(python(f"print({chr(10).join(lines)!r}, flush=True); import signal; signal.pause()"))
    await eventually(lambda: "0 errors" in (tmp_path / "logs" / "it.log").read_text())
    assert said == [f"it: {lines[position]}" for position in (1, 3, 4, 5)]


async def test_a_child_may_be_kept_from_echoing(supervisor, said, tmp_path):
    await supervisor.start(python("print('ERROR all', flush=True); import signal; signal.pause()", echoes_warnings=False))
    await eventually(lambda: "all" in (tmp_path / "logs" / "it.log").read_text())
    assert said == []


def test_the_output_of_the_last_start_is_kept_beside_the_new(tmp_path):
    log = tmp_path / "logs" / "it.log"
    for words in ("one", "two", "three"):
        output = Output(log)
        output.feed(words.encode() + b"\n")
        output.close()
    assert (log.read_text(), log.with_name("it.log.1").read_text()) == ("three\n", "two\n")


def copied(tmp_path, *chunks):
    output = Output(tmp_path / "it.log")
    for chunk in chunks:
        output.feed(chunk)
    output.end_line()
    output.close()
    return output


def test_output_of_any_shape_is_copied_whole(tmp_path):
    output = copied(tmp_path, b"ab", b"c\n\xff\n", b"x" * (LONGEST_LINE * 2), b"\nno newline at the end")
    assert output.path.read_bytes().replace(b"\n", b"") == b"abc\xff" + b"x" * (LONGEST_LINE * 2) + b"no newline at the end"
    assert (output.last[0], output.last[-1]) == ("abc", "no newline at the end")


def test_only_the_last_lines_stay_in_memory(tmp_path):
    output = copied(tmp_path, b"".join(f"{number}\n".encode() for number in range(1000)))
    assert list(output.last) == [str(number) for number in range(1000 - LINES_KEPT, 1000)]


def test_a_log_never_grows_without_end(tmp_path):
    line = b"x" * 1023 + b"\n"
    output = copied(tmp_path, line * (LARGEST_LOG // 1024 * 2))
    assert output.path.stat().st_size <= LARGEST_LOG + 1024
    assert output.path.with_name("it.log.1").stat().st_size <= LARGEST_LOG + 1024
