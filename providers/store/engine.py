"""How a database is opened, and what its complaints mean: SQLite by file, PostgreSQL by URL."""

import os
import sqlite3
import threading
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, DisconnectionError, IntegrityError, NoSuchModuleError, ProgrammingError

from providers.errors import Misconfigured, StoreUnavailable

READERS = 4
WRITER = "store-write"  # the name of the thread that writes

# What a URL may say otherwise. A server that vanished without a word is noticed within half a minute, by readers and listeners alike.
_POSTGRESQL = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "application_name": "homeview",
}
# As long as SQLite's busy_timeout; and a process that was stopped in the middle of a transaction gives its rows back.
_PATIENCE = "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'"
# Classes of SQLSTATE that no waiting mends: no such table or right, no such database or schema, no such user.
_MISFITS = ("42", "3D", "3F", "28")
_DEADLOCK = "40P01"
# What a connection to SQLite does not get over, though its file does: it was opened for reading only, say, and stays so.
_WORN_OUT = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_engine(url: str, *, may_make: bool = True) -> Engine:
    """An engine with the settings we measured. Raises Misconfigured where the URL can't be used; nothing is connected yet. Unless it
    `may_make` an SQLite file, one that is not there is out of use until it is put back."""
    try:
        parsed = make_url(url)
        return _sqlite(parsed, may_make) if parsed.get_backend_name() == "sqlite" else _server(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        raise Misconfigured("HOMEVIEW_DATABASE_URL is no SQLAlchemy URL, such as postgresql+psycopg://user:password@host/name.") from error
    except ImportError as error:
        raise Misconfigured(f"HOMEVIEW_DATABASE_URL needs a driver ({error}): psycopg, the extra `postgres`, for PostgreSQL.") from error


def _sqlite(url: URL, may_make: bool) -> Engine:
    """WAL and NORMAL make SQLite three times as fast and survive kill -9."""
    path = url.database if url.database and url.database != ":memory:" and not url.database.startswith("file:") else None
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5.0}, pool_size=READERS + 1, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # ours is the BEGIN below; sqlite3's own comes too late for a savepoint
        try:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()  # nobody else does before it is collected as garbage
            raise

    @event.listens_for(engine, "do_connect")
    def look(_dialect: Any, record: Any, _arguments: Any, _named: Any) -> None:
        if path and not may_make:
            require_writable(path)
        record.info["file"] = identity(path)

    @event.listens_for(engine, "checkout")
    def still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        if path and record.info["file"] not in (None, identity(path)):  # what is written to a removed file is gone with the process
            raise DisconnectionError("the database file was moved or removed")

    @event.listens_for(engine, "handle_error")
    def wear(context: ExceptionContext) -> None:
        code = getattr(context.original_exception, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _WORN_OUT:
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The writer takes the lock at once: a read that turns into a write can't wait for another writer, it fails.
        writing = threading.current_thread().name == WRITER
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def require_writable(path: str) -> None:
    """Raises sqlite3.OperationalError where the file is not there or its disk is read-only. A connection opened for reading has SQLite open
    the file's shared memory for reading too, for the whole process: whoever connects later can't write either until all have closed."""
    if not os.path.exists(path):
        raise sqlite3.OperationalError("the database file is not there")
    if not os.access(path, os.W_OK):
        raise sqlite3.OperationalError("the database file can't be written")


def identity(path: str | None) -> tuple[int, int] | None:
    """Which file stands there; None where none does. Another one put in its place is another."""
    try:
        found = os.stat(path or "")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _server(url: URL) -> Engine:
    """PostgreSQL, asked for a sign of life before each transaction, so that a server that was started again costs nobody an error."""
    if url.get_backend_name() != "postgresql":
        raise Misconfigured("HOMEVIEW_DATABASE_URL names neither SQLite nor PostgreSQL, and HomeView knows no other.")
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise Misconfigured("HomeView talks to PostgreSQL by psycopg: HOMEVIEW_DATABASE_URL begins with postgresql+psycopg://.")
    more = {name: value for name, value in _POSTGRESQL.items() if name not in url.query}
    engine = create_engine(url.update_query_dict(more), pool_size=READERS + 1, pool_pre_ping=True, hide_parameters=True)
    from providers.store.postgresql import WithoutNul  # imports psycopg, which create_engine has found: not for SQLite

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(str, WithoutNul)
        connection.execute(_PATIENCE)
        connection.commit()

    return engine


def for_reading(engine: Engine) -> Engine:
    """The same pool; all statements of one read see the same moment, as they do on SQLite by themselves."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def failure_of(error: DBAPIError) -> Exception:
    """What to raise for it: its own kind where the work is at fault, Misconfigured where waiting won't help, otherwise StoreUnavailable.
    Statement and values, which are what people wrote, stay behind.

    SQLite gives a missing table or column the code 1, and a locked or full database others; PostgreSQL has classes of SQLSTATE, and none
    where the server was not reached or went away."""
    state = state_of(error)
    if isinstance(error, (IntegrityError, DataError)):
        return _bare(error)
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR or state[:2] in _MISFITS:
        return Misconfigured(f"{reason(error)} The database does not fit this version of HomeView.")
    if isinstance(error, ProgrammingError):  # the driver itself refused what we asked of it
        return _bare(error)
    return StoreUnavailable(reason(error))


def _bare(error: DBAPIError) -> DBAPIError:
    """Of the same kind, with no more than the driver's name for it."""
    return type(error)(None, None, Exception(f"{type(error.orig).__name__} {state_of(error)}".strip()))


def is_deadlock(error: DBAPIError) -> bool:
    return state_of(error) == _DEADLOCK


def state_of(error: DBAPIError) -> str:
    """PostgreSQL's SQLSTATE; empty where there is none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def reason(error: DBAPIError) -> str:
    """The database's own short complaint, without the statement and its values, which hold what people wrote."""
    diagnosis = getattr(error.orig, "diag", None)  # PostgreSQL's whole text quotes both, and names host and user where it was not reached
    said = error.orig if diagnosis is None else getattr(diagnosis, "message_primary", None) or "its server does not answer."
    return f"The database can't be used now: {' '.join(str(said).split())}"[:300]
