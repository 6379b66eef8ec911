"""`homeview dev`: one command starts everything in order, ends everything in order, and says in a sentence why it can't."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys

import pytest

from providers.settings import Settings
from providers.temporal import TemporalNotUp
from tests.worker.processes import a_dev, free_ports, lives, until
from tests.worker.run_dev import a_standin
from worker.dev import Stack, dev, stack_of


def settings_in(tmp_path, **changes):
    api, temporal, ui = free_ports(3)
    return Settings(_env_file=None, home=tmp_path / "home", api_port=api, temporal_port=temporal, temporal_ui_port=ui, **changes)


def a_stack(settings, journal, temporal=True):
    return Stack(
        temporal=a_standin("temporal", str(journal)) if temporal else None,
        workers=(a_standin("worker", str(journal)),),
        api=a_standin("api", str(journal), "--port", str(settings.api_port)),
    )


async def at_once(address, within):
    pass


async def nothing():
    pass


def test_everything_starts_in_order_and_ctrl_c_ends_it_in_the_reverse_one(tmp_path):
    with a_dev(tmp_path / "home") as dev:
        dev.until_up()
        assert dev.happened[:2] == ["start temporal", "prepare -"]
        assert sorted(dev.happened[2:]) == ["start api", "start worker", "start worker-2"]
        assert all(lives(pid) for pid in dev.children)
        for said in (f"http://127.0.0.1:{dev.ports[0]}/docs", f"http://127.0.0.1:{dev.ports[2]}", "homeview chat", str(dev.home)):
            assert said in dev.said
        dev.send(signal.SIGINT)
        assert dev.ended() == 0
        assert dev.happened[5:] == ["stop api", "stop worker-2", "stop worker", "stop temporal"]
        assert not [pid for pid in dev.children if lives(pid)]


def test_sigterm_ends_it_as_orderly(tmp_path):
    with a_dev(tmp_path / "home") as dev:
        dev.until_up()
        dev.send(signal.SIGTERM)
        assert dev.ended() == 0
        assert dev.happened[5:] == ["stop api", "stop worker-2", "stop worker", "stop temporal"]


def test_kill_9_of_the_supervisor_leaves_no_child_and_the_next_start_works(tmp_path):
    with a_dev(tmp_path / "home") as dev:
        dev.until_up()
        dev.send(signal.SIGKILL)
        dev.ended()
        until(lambda: not [pid for pid in dev.children if lives(pid)], 10)
        with a_dev(tmp_path / "home", ports=dev.ports) as again:
            again.until_up()


def test_ctrl_c_while_it_starts_ends_it_too(tmp_path):
    with a_dev(tmp_path / "home", "--temporal=silent") as dev:
        until(lambda: dev.children)
        dev.send(signal.SIGINT)
        assert dev.ended() == 0
        assert dev.happened == ["start temporal", "stop temporal"]
        assert not lives(dev.pid("temporal"))


def test_a_second_ctrl_c_hurries_a_child_that_will_not_go(tmp_path):
    with a_dev(tmp_path / "home", "--worker=--stubborn") as dev:
        dev.until_up()
        dev.send(signal.SIGINT)
        until(lambda: "ignore worker" in dev.happened)
        assert lives(dev.pid("worker"))
        dev.send(signal.SIGINT)
        assert dev.ended() == 0
        assert not [pid for pid in dev.children if lives(pid)]


def test_a_worker_that_dies_is_started_again_and_the_other_goes_on(tmp_path):
    with a_dev(tmp_path / "home") as dev:
        dev.until_up()
        os.kill(dev.pid("worker"), signal.SIGKILL)
        until(lambda: dev.happened.count("start worker") == 2)
        assert "The worker was ended by SIGKILL; it starts again in 0.5 s." in dev.said
        assert lives(dev.pid("worker-2"))
        assert dev.happened.count("start worker-2") == 1
        assert dev.process.poll() is None


def test_a_child_that_keeps_dying_ends_everything_with_its_last_words(tmp_path):
    with a_dev(tmp_path / "home", "--worker=--crash") as dev:
        assert dev.ended() == 1
        assert dev.happened.count("start worker") == 3
        assert "The worker ended with exit code 1, for the third time in a minute." in dev.said
        assert dev.said.rstrip().endswith("CoalError: no more coal")
        assert f"{dev.home}/logs/worker.log" in dev.said
        assert not [pid for pid in dev.children if lives(pid)]


def test_a_second_dev_on_the_same_folder_is_refused_and_the_first_goes_on(tmp_path):
    with a_dev(tmp_path / "home") as first:
        first.until_up()
        with a_dev(tmp_path / "home") as second:
            assert second.ended() == 1
            assert f"Another `homeview dev` (process {first.process.pid}) already uses {first.home}" in second.said
        assert first.process.poll() is None


def test_a_port_in_use_is_a_sentence(tmp_path, capsys):
    settings = settings_in(tmp_path)
    with socket.create_server(("127.0.0.1", settings.temporal_ui_port)):
        assert dev(settings, nothing) == 1
    said = capsys.readouterr().err
    assert f"Port {settings.temporal_ui_port} on 127.0.0.1 is in use" in said
    assert "HOMEVIEW_TEMPORAL_UI_PORT" in said


def test_a_damaged_database_is_a_sentence_and_nothing_starts(tmp_path, capsys):
    settings = settings_in(tmp_path)
    settings.home.mkdir()
    settings.temporal_db.write_bytes(b"this was a database once" * 1000)
    assert dev(settings, nothing, stack=a_stack(settings, tmp_path / "journal")) == 1
    assert f"{settings.temporal_db}, the Temporal server's database with every open journey, is damaged" in capsys.readouterr().err
    assert not (tmp_path / "journal").exists()


def test_a_full_disk_is_a_sentence(tmp_path, capsys):
    assert dev(settings_in(tmp_path), nothing, free=lambda folder: 5 * 2**20) == 1
    assert "has 5 MB left, and HomeView needs 200 MB" in capsys.readouterr().err


def test_a_temporal_that_does_not_answer_is_a_sentence_with_its_last_words(tmp_path, capsys):
    settings = settings_in(tmp_path)
    heard = settings.logs / "temporal.log"

    async def not_up(address, within):
        while not (heard.exists() and heard.read_text()):  # noqa: ASYNC110  what is printed is heard a moment later
            await asyncio.sleep(0.02)
        raise TemporalNotUp(f"No Temporal server answered at {address} within {within:g} s.")

    assert dev(settings, nothing, stack=a_stack(settings, tmp_path / "journal"), temporal_up=not_up) == 1
    said = capsys.readouterr().err
    assert f"No Temporal server answered at 127.0.0.1:{settings.temporal_port} within 30 s. Its last lines" in said
    assert "temporal is here" in said


def test_an_exception_while_preparing_stops_everything_and_is_not_swallowed(tmp_path):
    settings = settings_in(tmp_path)

    async def broken():
        raise sqlite3.OperationalError("no such column")

    with pytest.raises(sqlite3.OperationalError):
        dev(settings, broken, stack=a_stack(settings, tmp_path / "journal"), temporal_up=at_once)


def test_a_temporal_of_someone_elses_is_waited_for_and_not_started(tmp_path):
    settings = settings_in(tmp_path, other_temporal="temporal.example:7233")
    asked = []

    async def up(address, within):
        asked.append(address)
        os.kill(os.getpid(), signal.SIGINT)  # seen far enough

    assert stack_of(settings).temporal is None
    assert dev(settings, nothing, stack=a_stack(settings, tmp_path / "journal", temporal=False), temporal_up=up) == 0
    assert asked == ["temporal.example:7233"]


def test_workers_and_api_are_our_own_command_with_the_same_settings(tmp_path):
    settings = settings_in(tmp_path)
    stack = stack_of(settings)
    for worker in stack.workers:
        assert list(worker.command) == [sys.executable, "-m", "worker.cli", "worker"]
        assert worker.environment == stack.api.environment
    assert list(stack.api.command) == [sys.executable, "-m", "worker.cli", "api"]
    assert stack.api.environment["HOMEVIEW_API_PORT"] == str(settings.api_port)
    assert stack.temporal
    assert f"--db-filename={settings.temporal_db}" in stack.temporal.command


def test_there_are_as_many_workers_as_asked_each_with_a_log_and_a_metrics_port_of_its_own(tmp_path):
    stack = stack_of(settings_in(tmp_path, workers=3, worker_metrics_port=9400))
    assert [worker.name for worker in stack.workers] == ["worker", "worker-2", "worker-3"]  # a child's log is named after it
    assert [worker.environment["HOMEVIEW_WORKER_METRICS_PORT"] for worker in stack.workers] == ["9400", "9401", "9402"]


def test_without_a_metrics_port_there_are_two_workers_and_none_has_one(tmp_path):
    stack = stack_of(settings_in(tmp_path))
    assert [worker.environment["HOMEVIEW_WORKER_METRICS_PORT"] for worker in stack.workers] == ["0", "0"]
