"""One house for the folder: its processes are what costs time. Each test gives it back whole."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outages.house import House, house


@pytest.fixture(scope="package")
async def home(tmp_path_factory: pytest.TempPathFactory, index_root: Path) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("outages"), index_root) as running:
        yield running
