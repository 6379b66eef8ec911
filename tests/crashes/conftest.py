"""One fleet for the folder: its processes and journeys are what costs time."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crashes.fleet import Fleet, fleet

REPORT = "HOMEVIEW_CRASH_REPORT"  # the file to which the recovery times go as JSON, where it is named


@pytest.fixture(scope="package")
async def journeys(tmp_path_factory: pytest.TempPathFactory, index_root: Path) -> AsyncIterator[Fleet]:
    async with fleet(tmp_path_factory.mktemp("kills"), index_root) as running:
        yield running
    if REPORT in os.environ:
        Path(os.environ[REPORT]).write_text(json.dumps([vars(kill) for kill in running.kills], indent=1))
