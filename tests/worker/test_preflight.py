"""Before anything starts, whatever is in the way is named, with what to do about it."""

import os
import socket
import sqlite3
import subprocess
import sys

import pytest

from providers.own_prices import overrides
from providers.settings import Settings
from tests.worker.processes import free_ports
from worker import preflight
from worker.preflight import NotReady, check_database, check_home, check_ports, check_prices, holder_of, only_one, ready


def settings_in(home, **changes):
    api, temporal, ui = free_ports(3)
    return Settings(**({"_env_file": None, "home": home, "api_port": api, "temporal_port": temporal, "temporal_ui_port": ui} | changes))


def a_database(file, rows=2000):
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 200,)] * rows)
    connection.close()
    return file


def test_a_good_machine_passes_and_the_home_folder_is_made(tmp_path):
    with ready(settings_in(tmp_path / "a" / "home")):
        assert (tmp_path / "a" / "home" / "dev.lock").read_text() == str(os.getpid())


def test_a_home_that_is_a_file_is_named(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(NotReady, match=r"The data folder .*/home cannot be written to: .*HOMEVIEW_HOME"):
        check_home(tmp_path / "home")


def test_a_home_that_refuses_files_is_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(preflight.Path, "write_bytes", refuse)  # tests may run as root, whom no mode stops
    with pytest.raises(NotReady, match="cannot be written to: Permission denied"):
        check_home(tmp_path)


def test_a_disk_without_room_is_named(tmp_path):
    check_home(tmp_path, lambda _: 200 * 2**20)
    with pytest.raises(NotReady, match="has 199 MB left, and HomeView needs 200 MB"):
        check_home(tmp_path, lambda _: 200 * 2**20 - 1)


def test_a_file_of_prices_that_is_broken_is_named_with_what_is_wrong_in_it(tmp_path):
    file = tmp_path / "prices.yaml"
    with pytest.raises(NotReady, match=r"^HOMEVIEW_PRICES: The prices in .*/prices\.yaml can't be read: No such file or directory\."):
        check_prices(file)
    file.write_text("prices: []\n")
    with ready(settings_in(tmp_path / "home", prices=file)):
        pass
    overrides.cache_clear()
    file.write_text("prices:\n  - engine: gemini:x\n    input: much\n    source: s\n    read: 2026-11-22\n")
    with (
        pytest.raises(NotReady, match=r"prices\.yaml can't be read: prices\.0\.input: "),
        ready(settings_in(tmp_path / "home", prices=file)),
    ):
        pass


@pytest.mark.parametrize("setting", ["api_port", "temporal_port", "temporal_ui_port", "worker_metrics_port", "temporal_metrics_port"])
def test_a_port_in_use_is_named_with_its_holder_and_its_setting(tmp_path, setting):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NotReady) as refusal:
            check_ports(settings_in(tmp_path, **{setting: port}), patience=0)
    said = str(refusal.value)
    assert said.startswith(f"Port {port} on 127.0.0.1 is in use")
    assert said.endswith(f"choose another port in HOMEVIEW_{setting.upper()}.")
    assert sys.platform != "linux" or f"by process {os.getpid()} (" in said


def test_the_ports_of_a_server_that_we_do_not_start_are_not_our_affair(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        check_ports(settings_in(tmp_path, temporal_port=other.getsockname()[1], other_temporal="127.0.0.1:1"), patience=0)


def test_one_port_for_two_things_is_named(tmp_path):
    with pytest.raises(NotReady, match="HOMEVIEW_API_PORT and HOMEVIEW_TEMPORAL_UI_PORT both take 8111"):
        check_ports(settings_in(tmp_path, api_port=8111, temporal_ui_port=8111), patience=0)


def test_every_workers_metrics_port_is_looked_at(tmp_path):
    settings = settings_in(tmp_path, workers=3, worker_metrics_port=free_ports(1)[0])
    last = settings.worker_metrics_ports[-1]
    with pytest.raises(NotReady, match=f"HOMEVIEW_API_PORT and HOMEVIEW_WORKER_METRICS_PORT both take {last}"):
        check_ports(settings.model_copy(update={"api_port": last}), patience=0)
    with pytest.raises(NotReady, match="HOMEVIEW_WORKER_METRICS_PORT counts up to 65536 for 3 workers, beyond 65535"):
        check_ports(settings_in(tmp_path, workers=3, worker_metrics_port=65534), patience=0)


def test_a_port_that_becomes_free_in_time_is_waited_for(tmp_path, monkeypatch):
    other = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(preflight.time, "sleep", lambda _: other.close())
    check_ports(settings_in(tmp_path, api_port=other.getsockname()[1]), patience=10)


def test_a_port_where_a_connection_was_just_closed_is_free(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        port = server.getsockname()[1]
        server.accept()[0].close()  # we close first: this end waits
    check_ports(settings_in(tmp_path, api_port=port), patience=0)


def test_nobody_holds_a_free_port():
    assert holder_of(free_ports(1)[0]) is None


def test_a_database_that_is_not_there_yet_is_fine(tmp_path):
    check_database(tmp_path / "none.db", "the database,")


def test_a_whole_database_passes_also_beside_its_writer(tmp_path):
    file = a_database(tmp_path / "a b?#%.db")
    check_database(file, "the database,")
    writer = sqlite3.connect(file)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES ('y')")
    check_database(file, "the database,")
    writer.close()


def test_a_database_whose_writer_was_killed_passes(tmp_path):
    code = f"""if True:
        import os, sqlite3
        connection = sqlite3.connect({str(tmp_path / "t.db")!r}, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x TEXT)")
        connection.execute("INSERT INTO t VALUES ('y')")
        os.kill(os.getpid(), 9)"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    assert (tmp_path / "t.db-wal").stat().st_size
    check_database(tmp_path / "t.db", "the database,")


def test_a_database_with_a_broken_page_is_named(tmp_path):
    file = a_database(tmp_path / "t.db")
    with file.open("r+b") as pages:
        pages.seek(4096 * 3)
        pages.write(os.urandom(4096 * 3))
    with pytest.raises(NotReady) as refusal:
        check_database(file, "HomeView's database,")
    said = str(refusal.value)
    assert said.startswith(f"{file}, HomeView's database, is damaged (")
    assert f"(mv {file} {file}.damaged)" in said
    assert "restore it from your backup" in said


def test_a_database_server_that_does_not_answer_is_named(tmp_path):
    url = f"postgresql+psycopg://me:canary@127.0.0.1:{free_ports(1)[0]}/homeview"
    with pytest.raises(NotReady, match=r"its server does not answer.* Check HOMEVIEW_DATABASE_URL, that the server runs") as refusal:
        ready(settings_in(tmp_path, database_url=url)).__enter__()
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("no url", "HOMEVIEW_DATABASE_URL is no SQLAlchemy URL, such as postgresql"),
        ("mysql://h/d", "HOMEVIEW_DATABASE_URL names neither SQLite nor PostgreSQL"),
        ("postgresql+asyncpg://h/d", "HomeView talks to PostgreSQL by psycopg"),
    ],
)
def test_a_database_that_homeview_does_not_know_is_named(tmp_path, url, said):
    with pytest.raises(NotReady, match=said):
        ready(settings_in(tmp_path, database_url=url)).__enter__()


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "t.db").write_bytes(b"no database at all " * 500)
    with pytest.raises(NotReady, match=r"is damaged \(file is not a database\)"):
        check_database(tmp_path / "t.db", "HomeView's database,")


def test_a_cut_off_database_is_named(tmp_path):
    file = a_database(tmp_path / "t.db")
    os.truncate(file, file.stat().st_size // 2)
    with pytest.raises(NotReady, match="is damaged"):
        check_database(file, "HomeView's database,")


def test_a_database_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "t.db").mkdir()
    with pytest.raises(NotReady, match="cannot be read"):
        check_database(tmp_path / "t.db", "HomeView's database,")


def test_a_very_large_database_is_looked_at_for_a_bounded_time(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "LONGEST_LOOK", -1.0)
    check_database(a_database(tmp_path / "t.db", rows=100_000), "the database,")


def test_one_folder_has_one_dev_and_the_lock_ends_with_its_process(tmp_path):
    code = f"""if True:
        import signal, pathlib
        from worker.preflight import only_one
        with only_one(pathlib.Path({str(tmp_path)!r})):
            print("held", flush=True)
            signal.pause()"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(NotReady, match=rf"process {other.pid}\) already uses"), only_one(tmp_path):
            pass
        other.kill()
        other.wait()
    with only_one(tmp_path):
        pass
