"""The database: reads side by side, writes through one thread that commits together whatever has gathered.

Work is handed over as plain functions of a SQLAlchemy `Connection`, so one hop to a thread covers a whole transaction.
Writers never wait for a clock: while one commit is on its way the next group gathers behind it.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from providers.store.engine import READERS, WRITER, failure_of, for_reading, is_deadlock, open_engine

T = TypeVar("T")
Work = Callable[[Connection], T]
Outcome = tuple[Any, Exception | None]
_GROUP = 64  # at most this many works share a commit, so that one slow group can't starve a turn


class Store:
    """Open until `close`. `url` is SQLAlchemy's, such as sqlite:///path or postgresql+psycopg://…"""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url, may_make=False)
        self._reading = for_reading(self.engine)
        self._works: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_groups, name=WRITER, daemon=True)
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
            with self._reading.connect() as db:
                return work(db)
        except DBAPIError as error:
            failure = failure_of(error)
        raise failure  # here, where the database's own error, which holds the values, is not its context

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
        wanted = [(work, done) for work, done in group if done.set_running_or_notify_cancel()]
        outcomes = self._committed([work for work, _ in wanted])
        for (_, done), (value, failure) in zip(wanted, outcomes, strict=True):
            if failure is not None:
                done.set_exception(failure)
            else:
                done.set_result(value)

    def _committed(self, works: Sequence[Work[Any]]) -> list[Outcome]:
        """All in one transaction, each behind a savepoint where there are several, so that one that fails takes no other with it."""
        try:
            with self.engine.begin() as db:
                return [_alone(db, work) for work in works] if len(works) > 1 else [(work(db), None) for work in works]
        except DBAPIError as error:  # of a work that is alone, or of the database itself: nothing of the group is on disk
            if len(works) > 1 and is_deadlock(error):  # with the group of another process; a work that is alone holds one journey only
                return [outcome for work in works for outcome in self._committed([work])]
            return [(None, failure_of(error))] * len(works)
        except Exception as error:  # a bug of ours must fail its works, not end the only writer
            return [(None, error)] * len(works)


def _alone(db: Connection, work: Work[Any]) -> Outcome:
    savepoint = db.begin_nested()
    try:
        value = work(db)
    except (OperationalError, InterfaceError):
        raise  # a full disk has ended the transaction with its savepoints: rolling back to one would hide the reason
    except Exception as error:
        savepoint.rollback()
        return None, failure_of(error) if isinstance(error, DBAPIError) else error
    savepoint.commit()
    return value, None
