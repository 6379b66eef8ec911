"""What must be true before anything starts. Each check either passes or raises NotReady, whose message a person can act on."""

import errno
import fcntl
import os
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from providers.devserver import DevServerUnavailable, find_temporal
from providers.errors import Misconfigured
from providers.settings import LOOPBACK, Settings

LAST_PORT: Final = 65535
SPACE_NEEDED: Final = 200 * 1024 * 1024  # bytes
LONGEST_LOOK: Final = 5.0  # seconds for one database; a larger one is looked at in part
DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
UNREADABLE: Final = (sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)

FreeSpace = Callable[[Path], int]


class NotReady(Exception):
    """HomeView cannot start as things are; the message says what is in the way and what to do."""


def free_space(folder: Path) -> int:
    """Bytes left for us on the disk that holds the folder."""
    return shutil.disk_usage(folder).free


@contextmanager
def ready(settings: Settings, free: FreeSpace = free_space) -> Iterator[None]:
    """All checks, then the home folder is ours for as long as this is held. It is made if it is missing. Raises NotReady."""
    if settings.starts_temporal:
        check_temporal_command()
    check_home(settings.home, free)
    if settings.prices:
        check_prices(settings.prices)
    with only_one(settings.home):
        check_ports(settings)
        if settings.database_file:
            check_database(settings.database_file, "HomeView's database,")
        else:
            check_server(settings.database_url)
        if settings.starts_temporal:
            check_database(settings.temporal_db, "the Temporal server's database with every open journey,")
        yield


def check_temporal_command() -> None:
    try:
        find_temporal()
    except DevServerUnavailable as unavailable:
        raise NotReady(str(unavailable)) from unavailable


def check_home(home: Path, free: FreeSpace = free_space) -> None:
    """The home folder can be written to and has room."""
    probe = home / f".probe-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise NotReady(
            f"The data folder {home} cannot be written to: {error.strerror}. Mend that or name another folder in HOMEVIEW_HOME."
        ) from error
    if (left := free(home)) < SPACE_NEEDED:
        raise NotReady(
            f"The disk of the data folder {home} has {left // 2**20} MB left, and HomeView needs {SPACE_NEEDED // 2**20} MB. "
            "Make room or name a folder on another disk in HOMEVIEW_HOME."
        )


def check_prices(file: Path) -> None:
    """The operator's own prices can be read: a worker would end over them again and again."""
    from providers.own_prices import overrides

    try:
        overrides(file)
    except Misconfigured as sentence:
        raise NotReady(f"HOMEVIEW_PRICES: {sentence}") from sentence


def check_ports(settings: Settings, patience: float = 2.0) -> None:
    """Every port we are about to listen on is ours alone and free.

    `patience`: seconds that a port may still take to become free, since the children of a killed `homeview dev` die a moment after it."""
    ports = [("HOMEVIEW_API_PORT", settings.api_host, settings.api_port)]
    if settings.starts_temporal:
        ports += [("HOMEVIEW_TEMPORAL_PORT", LOOPBACK, settings.temporal_port)]
        ports += [("HOMEVIEW_TEMPORAL_UI_PORT", LOOPBACK, settings.temporal_ui_port)]
        ports += [("HOMEVIEW_TEMPORAL_METRICS_PORT", LOOPBACK, settings.temporal_metrics_port)]
    ports += [("HOMEVIEW_WORKER_METRICS_PORT", LOOPBACK, port) for port in settings.worker_metrics_ports]
    give_up = time.monotonic() + patience
    seen: dict[int, str] = {}
    for setting, host, port in ports:
        if port in seen:
            raise NotReady(f"{seen[port]} and {setting} both take {port}: give one of them another port.")
        if port > LAST_PORT:
            raise NotReady(f"{setting} counts up to {port} for {settings.workers} workers, beyond {LAST_PORT}: give it a lower port.")
        if port:
            seen[port] = setting
            _check_port(setting, host, port, give_up)


def _check_port(setting: str, host: str, port: int, give_up: float) -> None:
    while problem := _why_not(host, port):
        if time.monotonic() >= give_up or problem.errno != errno.EADDRINUSE:
            held = f" by {holder}" if (holder := holder_of(port)) else ""
            what = f"is in use{held}" if problem.errno == errno.EADDRINUSE else f"cannot be opened: {problem.strerror}"
            raise NotReady(f"Port {port} on {host} {what}. Stop what holds it or choose another port in {setting}.")
        time.sleep(0.1)


def _why_not(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a closed connection's port is free
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def holder_of(port: int) -> str | None:
    """`process 123 (name)` that listens on the port; None where the system does not say (other systems, other users' processes)."""
    if sys.platform != "linux":
        return None
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for descriptor in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if os.readlink(descriptor) in sockets:
                process = descriptor.parent.parent
                return f"process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:  # it ended, or it is another user's
            continue
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *rest = line.split()
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:  # 0A: LISTEN
                yield rest[5]


def check_database(file: Path, what: str) -> None:
    """An SQLite file that exists is whole, as far as SQLite can tell within `LONGEST_LOOK`. It is opened read-only and never copied."""
    if not file.exists():
        return
    give_up = time.monotonic() + LONGEST_LOOK
    try:
        connection = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=1)
        try:
            connection.set_progress_handler(lambda: int(time.monotonic() > give_up), 100_000)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        kind = error.sqlite_errorcode & 0xFF  # the rest of the code says where in SQLite
        if kind in DAMAGED:
            raise _damaged(file, what, str(error)) from error
        if kind in UNREADABLE:
            raise NotReady(f"{file}, {what} cannot be read: {error}. See to the file's owner and rights, and to the disk.") from error
        return  # busy, interrupted by us, or waiting to be recovered: nothing is known to be wrong
    if found != "ok":
        raise _damaged(file, what, found)


def check_server(url: str) -> None:
    """A database that is no file answers. It is asked at once: it is not ours to start, nor to wait for."""
    from providers.store.migrate import reach  # half a second of SQLAlchemy, when everything cheaper has passed

    try:
        reach(url)
    except Misconfigured as sentence:
        raise NotReady(str(sentence)) from sentence


def _damaged(file: Path, what: str, found: str) -> NotReady:
    return NotReady(
        f"{file}, {what} is damaged ({' '.join(found.split())}). Move it aside, with the files beside it that end in -wal and -shm "
        f"(mv {file} {file}.damaged), and restore it from your backup; without a backup HomeView starts with an empty one."
    )


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Holds the home folder's lock, which ends with the process, however that ends. A second `homeview dev` on one folder gets NotReady."""
    path = home / "dev.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise NotReady(
                f"Another `homeview dev` (process {lock.read().strip() or 'unknown'}) already uses {home}. "
                "Use that one, stop it, or name another folder in HOMEVIEW_HOME."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
