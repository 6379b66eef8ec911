"""Fixtures that several rooms share. A server of its own for each module, so that no journey of one meets a worker of another."""

import os
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from temporalio.testing import WorkflowEnvironment

from providers.index import ChromaKnowledge
from providers.indexing import ensure_index
from providers.offline.embeddings import MiniLM
from providers.offline.reader import OfflineReader
from providers.offline.writer import OfflineWriter
from providers.pages import OUR_PAGES
from providers.store.migrate import migrate
from providers.store.store import Store
from tests.postgres import Cluster, cluster
from tests.running import Stack, local_server, stack

# A busy machine is no counterexample. The examples are the same each time, so that a failure belongs to a change; `make test-long` draws
# new ones.
settings.register_profile("homeview", deadline=None, derandomize=os.environ.get("HOMEVIEW_EXPLORE") is None)
settings.load_profile("homeview")

for name in list(os.environ):  # no test meets a key or a setting of the machine it runs on
    if name.startswith(("GEMINI_", "DEEPSEEK_", "HOMEVIEW_")) and not name.startswith(
        ("HOMEVIEW_STORM_", "HOMEVIEW_KILLS", "HOMEVIEW_CRASH_", "HOMEVIEW_SEED", "HOMEVIEW_PLAYED", "HOMEVIEW_EXPLORE")
    ):
        del os.environ[name]


os.environ.setdefault("HOMEVIEW_SEED", str(random.SystemRandom().randrange(10**6)))  # the same in each of pytest's processes


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
async def index_root(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLM) -> Path:
    root = tmp_path_factory.mktemp("index")
    await ensure_index(OUR_PAGES, root, embedder)
    return root


@pytest.fixture(scope="session")
async def mind(index_root: Path, embedder: MiniLM) -> AsyncIterator[tuple[Any, Any, Any]]:
    """The offline reader, our pages, the offline writer."""
    knowledge = ChromaKnowledge(index_root, embedder)
    yield OfflineReader(embedder), knowledge, OfflineWriter()
    knowledge.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of our own; skips where it is not installed."""
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with our tables: the test runs on each."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'homeview.db'}"
        migrate(url)
        yield url
    else:
        postgres: Cluster = request.getfixturevalue("postgres")
        with postgres.database() as url:
            yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


@pytest.fixture(scope="module")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with local_server() as env:
        yield env


@pytest.fixture(scope="module")
async def homeview(
    temporal: WorkflowEnvironment, mind: tuple[Any, Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    async with stack(temporal, tmp_path_factory.mktemp("home"), mind) as running:
        yield running
