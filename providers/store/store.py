"""The database: reads side by side, writes through one thread that commits together whatever has gathered.

Work is handed over as plain functions of a SQLAlchemy `Connection`, so one hop to a thread covers a whole transaction.
Writers never wait for a clock: while one commit is on its way the next group gathers behind it.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from providers.errors import Misconfigured, StoreUnavailable

T = TypeVar("T")
Work = Callable[[Connection], T]
_GROUP = 64  # at most this many works share a commit, so that one slow group can't starve a turn
_READERS = 4


class Store:
    """Open until `close`. `url` is SQLAlchemy's, such as sqlite:///path or postgresql+psycopg://…"""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._works: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_groups, name="store-write", daemon=True)
        self._writer.start()

    async def write(self, work: Work[T]) -> T:
        """Run the work in a transaction; it is on disk when this returns. Raises StoreUnavailable where a retry may help."""
        done: Future[T] = Future()
        self._works.put((work, done))
        return await asyncio.wrap_future(done)

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def close(self) -> None:
        """Ends after everything handed over so far is committed."""
        self._works.put(None)
        self._writer.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _read(self, work: Work[T]) -> T:
        try:
            with self.engine.connect() as db:
                return work(db)
        except (OperationalError, InterfaceError) as error:
            raise failure_of(error) from error

    def _write_groups(self) -> None:
        while (first := self._works.get()) is not None:
            group = [first]
            while len(group) < _GROUP and not self._works.empty():
                following = self._works.get()
                if following is None:
                    self._works.put(None)
                    break
                group.append(following)
            self._write_group(group)

    def _write_group(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        """All in one transaction, each behind a savepoint where there are several, so that one that fails takes no other with it."""
        wanted = [(work, done) for work, done in group if done.set_running_or_notify_cancel()]
        outcomes: list[tuple[Any, Exception | None]] = []
        try:
            with self.engine.begin() as db:
                outcomes = [_alone(db, work) for work, _ in wanted] if len(wanted) > 1 else [(work(db), None) for work, _ in wanted]
        except (IntegrityError, DataError) as error:  # of a work that is alone: its own fault
            outcomes = [(None, error)]
        except DBAPIError as error:  # the database itself: nothing of the group is on disk
            outcomes = [(None, failure_of(error))] * len(wanted)
        except Exception as error:  # a bug of ours must fail its works, not end the only writer
            outcomes = [(None, error)] * len(wanted)
        for (_, done), (value, failure) in zip(wanted, outcomes, strict=True):
            if failure is not None:
                done.set_exception(failure)
            else:
                done.set_result(value)


def _alone(db: Connection, work: Work[Any]) -> tuple[Any, Exception | None]:
    savepoint = db.begin_nested()
    try:
        value = work(db)
    except (OperationalError, InterfaceError):
        raise  # a full disk has ended the transaction with its savepoints: rolling back to one would hide the reason
    except Exception as error:
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return value, None


def failure_of(error: DBAPIError) -> Exception:
    """A table or column that is not there won't come by waiting: SQLite gives that the code 1, and a locked or full database others."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return Misconfigured(f"{reason(error)} The database does not fit this version of HomeView.")
    return StoreUnavailable(reason(error))


def reason(error: DBAPIError) -> str:
    """The database's own short complaint, without the statement and its values, which hold what people wrote."""
    return f"The database can't be used now: {error.orig}"[:300]


def open_engine(url: str) -> Engine:
    """An engine with the settings we measured: WAL and NORMAL make SQLite three times as fast and survive kill -9."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return create_engine(url, pool_size=_READERS + 1)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5.0}, pool_size=_READERS + 1)

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # ours is the BEGIN below; sqlite3's own comes too late for a savepoint
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The writer takes the lock at once: a read that turns into a write can't wait for another writer, it fails.
        writing = threading.current_thread().name == "store-write"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
