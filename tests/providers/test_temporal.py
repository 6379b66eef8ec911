"""The way to Temporal: small payloads, refused by field name, and a wait that ends in a sentence."""

import logging
import socket

import httpx2
import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from journeys.inputs import Frozen
from providers import devserver
from providers.settings import Settings
from providers.temporal import (
    LARGEST_PAYLOAD,
    PayloadTooLarge,
    TemporalNotUp,
    connect,
    data_converter,
    metrics_runtime,
    wait_until_up,
)
from tests.providers import payload_workflow
from tests.providers.payload_workflow import Passing, write_letters

pytestmark = pytest.mark.anyio
CONVERTER = data_converter.payload_converter


class Letter(Frozen):
    id: str
    text: str
    pages: list[str] = []


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
async def server():
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter,
        dev_server_existing_path=str(devserver.find_temporal()),
        dev_server_extra_args=devserver.test_server_arguments(),
        search_attributes=devserver.search_attribute_keys(),
    ) as environment:
        yield environment


def settings_for(environment: WorkflowEnvironment) -> Settings:
    return Settings(_env_file=None, other_temporal=environment.client.service_client.config.target_host)


def test_a_payload_of_exactly_the_limit_is_let_through():
    text = "x" * (LARGEST_PAYLOAD - 2)  # two quotes
    assert CONVERTER.from_payload(CONVERTER.to_payload(text), str) == text
    with pytest.raises(PayloadTooLarge):
        CONVERTER.to_payload(text + "x")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Letter(id="a", text="x" * 70_000, pages=["y" * 1_000]), "Letter.text"),
        (Letter(id="a", text="x", pages=["y" * 40_000, "z" * 40_000]), "Letter.pages"),
        ({"small": 1, "große": "ü" * 40_000}, "dict.große"),
        ([1, "x" * 70_000], "list[1]"),
        ("x" * 70_000, "str"),
        (b"x" * 70_000, "bytes"),
    ],
)
def test_a_payload_above_it_is_refused_by_the_name_of_its_largest_field(value, field):
    with pytest.raises(PayloadTooLarge) as refusal:
        CONVERTER.to_payloads(["fine", value])
    assert refusal.value.field == field
    assert field in str(refusal.value)
    assert 65_536 < refusal.value.field_bytes <= refusal.value.total_bytes or field == "Letter.pages"
    assert refusal.value.non_retryable


def test_what_temporal_hands_through_raw_is_measured_too():
    raw = CONVERTER.to_payload("x")
    raw.data = b"x" * 70_000
    with pytest.raises(PayloadTooLarge):
        CONVERTER.to_payload(RawValue(raw))


async def test_a_client_sends_nothing_that_is_too_large(server):
    client = await connect(settings_for(server))
    with pytest.raises(PayloadTooLarge, match="str takes 70,002 of 70,002 bytes"):
        await client.start_workflow(Passing.run, "x" * 70_000, id="never", task_queue="q")
    with pytest.raises(RPCError, match="workflow not found"):
        await client.get_workflow_handle("never").describe()


async def test_an_activity_with_too_large_a_result_fails_once_and_by_field(server):
    client = await connect(settings_for(server))
    async with Worker(client, task_queue="q", workflows=[Passing], activities=[write_letters]):
        passing = await client.start_workflow(Passing.run, "x", id="passing", task_queue="q")
        assert await passing.execute_update(Passing.by_activity, 60_000) == 60_000
        payload_workflow.CALLS.clear()
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await passing.execute_update(Passing.by_activity, 70_000)
        assert isinstance(failure.value.cause, ActivityError)
        cause = failure.value.cause.cause
        assert isinstance(cause, ApplicationError)
        assert (cause.type, cause.non_retryable, payload_workflow.CALLS) == ("PayloadTooLarge", True, [70_000])
        assert "dict.letters" in str(cause)


async def test_workflow_code_that_sends_too_much_goes_on_and_says_so_in_the_log(server, caplog):
    client = await connect(settings_for(server))
    async with Worker(client, task_queue="q", workflows=[Passing], activities=[write_letters]):
        passing = await client.start_workflow(Passing.run, "x", id="passing", task_queue="q")
        with caplog.at_level(logging.ERROR, "temporalio.workflow"):
            assert len((await passing.execute_update(Passing.by_hand, 70_000))["letters"]) == 70_000
    (line,) = [record for record in caplog.records if record.message.startswith("payload.too_large")]
    assert (line.field, line.bytes) == ("dict.letters", 70_014)


async def test_an_address_where_nobody_answers_ends_in_a_sentence(free_port):
    with pytest.raises(TemporalNotUp, match=rf"No Temporal server answered at 127.0.0.1:{free_port} within 0.5 s"):
        await wait_until_up(f"127.0.0.1:{free_port}", 0.5)


async def test_an_address_that_accepts_and_says_nothing_ends_in_a_sentence_too():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TemporalNotUp):
        await wait_until_up(f"127.0.0.1:{silent.getsockname()[1]}", 0.5)


async def test_metrics_are_served_on_the_workers_port_and_nowhere_by_default(server, free_port):
    assert metrics_runtime(settings_for(server)) is None
    settings = settings_for(server).model_copy(update={"worker_metrics_port": free_port})
    runtime = metrics_runtime(settings)
    assert isinstance(runtime, Runtime)
    client: Client = await connect(settings, runtime=runtime)
    await client.service_client.check_health()
    async with httpx2.AsyncClient(trust_env=False) as http:
        page = await http.get(f"http://127.0.0.1:{free_port}/metrics")
    assert "temporal_request_latency_seconds" in page.text
