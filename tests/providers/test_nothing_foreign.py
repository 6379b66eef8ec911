"""What a database or Chroma raises becomes one of our errors; nothing of what people wrote, nor of a password, is in it or behind it."""

import asyncio
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError
from temporalio import activity
from temporalio.api.failure.v1 import Failure
from temporalio.converter import default
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.boundary import Boundary
from providers.base import Passage
from providers.errors import AuthConfig, Misconfigured, ProviderError, RateLimited, Resting, StoreUnavailable
from providers.index import ChromaKnowledge, IndexDamaged
from providers.offline.embeddings import MiniLM
from providers.store.store import Store
from providers.store.tables import requests
from tests.factories import NOW

pytestmark = pytest.mark.anyio
SECRET = "my gate code is 4711"
ROW = {"journey_id": SECRET, "operation": "converse", "key": "k", "body_hash": "h", "turn_id": "t", "at": NOW}


def shown(failure: BaseException) -> str:
    """Everything in it and behind it, as a log or a careless handler could print it."""
    chain = list(behind(failure))
    return "".join(traceback.format_exception(failure)) + "".join(f"{one} {one!r} {one.args} {vars(one)}" for one in chain)


def behind(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


# --- the database --------------------------------------------------------------------------------------------------------
def twice(db: Connection) -> None:
    db.execute(insert(requests).values(**ROW))
    db.execute(insert(requests).values(**ROW))


def of_no_table(db: Connection) -> None:
    db.execute(text("SELECT * FROM nothing WHERE a = :a"), {"a": SECRET})


def of_no_type(db: Connection) -> None:
    db.execute(insert(requests).values(**{**ROW, "key": object()}))


@pytest.mark.parametrize(
    ("work", "kind"), [(twice, IntegrityError), (of_no_table, Misconfigured), (of_no_type, Exception)], ids=lambda case: case.__name__
)
@pytest.mark.parametrize("grouped", [False, True])
async def test_a_write_that_fails_shows_no_values(store: Store, work: Callable[[Connection], None], kind: type, grouped: bool) -> None:
    writes = [store.write(work)]
    if grouped:
        writes += [store.write(lambda db: None) for _ in range(3)]
    first, *_ = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(first, kind)
    assert SECRET not in shown(first)
    assert len(str(first)) < 500


async def test_a_read_that_fails_shows_no_values(store: Store) -> None:
    with pytest.raises(Misconfigured) as failure:
        await store.read(of_no_table)
    assert list(behind(failure.value)) == [failure.value]
    assert SECRET not in shown(failure.value)


async def test_a_database_that_can_not_be_opened_is_unavailable_and_bare() -> None:
    store = Store("sqlite:////nowhere/at/all.db")
    with pytest.raises(StoreUnavailable) as failure:
        await store.read(lambda db: db.execute(select(requests)))
    assert list(behind(failure.value)) == [failure.value]
    store.close()


async def test_a_server_that_is_away_names_neither_its_host_nor_its_user() -> None:
    pytest.importorskip("psycopg")
    store = Store("postgresql+psycopg://somebody:pass-word@127.0.0.1:9/homeview?connect_timeout=2")
    with pytest.raises(StoreUnavailable) as failure:
        await store.read(lambda db: db.execute(select(requests)))
    assert not [word for word in ("somebody", "pass-word", "127.0.0.1") if word in shown(failure.value)]
    store.close()


# --- Chroma --------------------------------------------------------------------------------------------------------------
def chroma_error() -> Exception:
    from chromadb.errors import InternalError

    return InternalError(SECRET)


@pytest.mark.parametrize("raised", [chroma_error, lambda: OSError(SECRET), lambda: KeyError(SECRET), lambda: RuntimeError(SECRET)])
async def test_what_chroma_raises_becomes_a_damaged_index_and_nothing_else(
    index_root: Path, embedder: MiniLM, raised: Callable[[], Exception]
) -> None:
    class Broken:
        def query(self, **asked: Any) -> Any:
            raise raised()

    knowledge = ChromaKnowledge(index_root, embedder)
    await knowledge.load()
    knowledge._collection = Broken()
    with pytest.raises(IndexDamaged) as failure:
        await knowledge.search(SECRET)
    assert list(behind(failure.value)) == [failure.value]
    assert SECRET not in shown(failure.value)
    found: list[Passage] = await knowledge.search("how long does a kitchen renovation take?")
    assert found  # it was opened anew
    knowledge.close()


# --- what Temporal is told -----------------------------------------------------------------------------------------------
def with_a_secret_behind(error: Exception) -> Exception:
    error.__cause__ = RuntimeError(SECRET)
    error.__context__ = error.__cause__
    return error


@pytest.mark.parametrize(
    ("error", "kind", "final"),
    [
        (RuntimeError(SECRET), "RuntimeError", True),
        (IntegrityError(SECRET, {"a": SECRET}, Exception(SECRET)), "IntegrityError", True),
        (StoreUnavailable("-"), "StoreUnavailable", False),
        (RateLimited("-", 3.0), "RateLimited", False),
        (Resting("-", 3.0), "Resting", False),
        (AuthConfig("-"), "AuthConfig", True),
        (ProviderError("-"), "ProviderError", True),
    ],
)
async def test_a_failure_in_history_holds_its_kind_and_nothing_of_what_was_raised(error: Exception, kind: str, final: bool) -> None:
    @activity.defn
    async def deed() -> None:
        raise with_a_secret_behind(error)

    env = ActivityEnvironment()
    env.info = replace(env.info, schedule_to_close_timeout=timedelta(seconds=30))
    inner = _Ends(deed)
    with pytest.raises(ApplicationError) as failure:
        await env.run(Boundary().intercept_activity(inner).execute_activity, None)  # type: ignore[arg-type]
    assert (failure.value.type, failure.value.non_retryable) == (kind, final)
    assert failure.value.__cause__ is None
    told = Failure()
    default().failure_converter.to_failure(failure.value, default().payload_converter, told)
    assert SECRET not in str(told)
    if kind in ("RateLimited", "Resting"):
        assert failure.value.next_retry_delay and failure.value.next_retry_delay.total_seconds() == 3


async def test_what_rests_by_now_is_not_tried_again() -> None:
    error = StoreUnavailable("-")
    error.again = False

    async def deed() -> None:
        raise error

    with pytest.raises(ApplicationError) as failure:
        await ActivityEnvironment().run(Boundary().intercept_activity(_Ends(deed)).execute_activity, None)  # type: ignore[arg-type]
    assert failure.value.non_retryable


class _Ends:
    """The innermost of the interceptors."""

    def __init__(self, deed: Callable[[], Any]) -> None:
        self.deed = deed

    async def execute_activity(self, input: Any) -> Any:
        return await self.deed()
