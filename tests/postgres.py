"""A real PostgreSQL for the tests: Debian's programs, a throw-away cluster on a socket in a folder of its own, a fresh database each.

PostgreSQL refuses to run as root; where the tests do, it runs as Debian's user `postgres`. It ends with whoever started it, also by
kill -9, and leaves nothing: the machine's own clusters are not touched.
"""

import contextlib
import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from providers.store.migrate import migrate

MISSING = "PostgreSQL is not installed here; on Debian and Ubuntu: apt-get install postgresql"
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "deadlock_timeout": "100ms",
    "timezone": "America/New_York",  # not UTC, on purpose
}
_USER = "homeview"
_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
_numbers = itertools.count(1)


def find_programs() -> Path | None:
    """The folder of the newest version's `initdb` and `postgres`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    elsewhere = shutil.which("initdb")
    return found[-1].parent if found else Path(elsewhere).parent if elsewhere else None


def _as_whom() -> str | None:
    """The user to run it as; None where the tests' own may."""
    return "postgres" if os.getuid() == 0 else None


def _dying_with_us() -> Callable[[], None] | None:
    """For the child, after it has changed its user: an immediate shutdown when we die, however that happens. Linux only."""
    if sys.platform != "linux":
        return None
    prctl, ours = ctypes.CDLL(None).prctl, os.getpid()

    def ask_the_kernel() -> None:
        prctl(_DIE_WITH_PARENT, signal.SIGQUIT)
        if os.getppid() != ours:
            os._exit(1)

    return ask_the_kernel


@dataclass
class Cluster:
    """A server that can be stopped and started again; its databases stay."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    migrated: bool = False

    def make(self) -> None:
        if user := _as_whom():
            shutil.chown(self.folder, user, pwd.getpwnam(user).pw_gid)
        made = self._run("initdb", "-D", str(self.folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        assert made.wait(60) == 0, (self.folder / "log").read_text()

    def start(self) -> None:
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        self.process = self._run("postgres", "-D", str(self.folder / "data"), "-k", str(self.folder), *settings)
        give_up = time.monotonic() + 30
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < give_up, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Whoever is connected is told that the server goes away; nothing is lost."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)
            self.process = None

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Not there meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def standing_by(self) -> Iterator[None]:
        """Started again as a standby, which takes no writes, and promoted in the end."""
        self.stop()
        signal_file = self.folder / "data" / "standby.signal"
        signal_file.touch()
        if user := _as_whom():
            shutil.chown(signal_file, user)
        self.start()
        try:
            yield
        finally:
            self.tell("SELECT pg_promote()")  # waits until it is done

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}"

    @contextlib.contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a fresh one with our tables, copied from one that was migrated; dropped afterwards, whoever still uses it."""
        if not self.migrated:
            self.tell("CREATE DATABASE migrated")
            migrate(self.url("migrated"))
            self.migrated = True
        name = f"test_{next(_numbers)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'migrated'}")
        try:
            yield self.url(name)
        finally:
            self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def tell(self, statement: str) -> None:
        """As its owner, in a transaction of its own."""
        with psycopg.connect(host=str(self.folder), user=_USER, dbname="postgres", autocommit=True) as db:
            db.execute(statement.encode())

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self.tell("SELECT 1")
            return True
        return False

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        user = _as_whom()
        rights = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / program), *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdout=log,
                stderr=log,
                preexec_fn=_dying_with_us(),
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it
                **rights,  # type: ignore[call-overload]
            )


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Skips the test where PostgreSQL is not installed."""
    programs = find_programs()
    if programs is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="homeview-pg-"))  # not pytest's, which only its own user may enter; and short, for the socket
    made = Cluster(programs, folder)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
