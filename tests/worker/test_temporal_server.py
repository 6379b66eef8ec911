"""`homeview dev` with the real Temporal server: tuned as the file says, healed when it dies, stopped clean."""

import os
import signal
import sqlite3

import psutil
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from journeys.names import SEARCH_ATTRIBUTE_NAMES
from providers.temporal import wait_until_up
from tests.worker.processes import a_dev, lives, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def server_of(dev):
    found = [child for child in psutil.Process(dev.process.pid).children() if child.name() == "temporal"]
    return found[0].pid if found and lives(found[0].pid) else None


async def test_the_real_server_is_up_tuned_and_stopped_clean(tmp_path):
    with a_dev(tmp_path / "home", "--temporal=real") as dev:
        dev.until_up()
        server = server_of(dev)
        client = await Client.connect(f"127.0.0.1:{dev.ports[1]}")
        assert await client.service_client.check_health()
        registered = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
        assert sorted(registered.custom_attributes) == sorted(SEARCH_ATTRIBUTE_NAMES)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        with sqlite3.connect(f"file:{dev.home}/temporal.db?mode=ro", uri=True) as database:
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        dev.send(signal.SIGINT)
        assert dev.ended() == 0
        assert not lives(server)
        assert "cannot" not in dev.said


async def test_a_killed_server_comes_back_on_its_file_and_dies_with_its_supervisor(tmp_path):
    with a_dev(tmp_path / "home", "--temporal=real") as dev:
        dev.until_up()
        first = server_of(dev)
        os.kill(first, signal.SIGKILL)
        until(lambda: server_of(dev) not in (None, first))
        await wait_until_up(f"127.0.0.1:{dev.ports[1]}", 20)
        second = server_of(dev)
        dev.send(signal.SIGKILL)
        dev.ended()
        until(lambda: not lives(second), 10)
