"""Journeys that start journeys, where the workflow server can't be reached."""

import pytest
from temporalio.client import Client
from temporalio.service import RetryConfig

from journeys.messages import ChildClosed, JourneyStart
from providers.errors import Unavailable
from providers.temporal import data_converter
from tests.factories import kitchen
from tests.running import local_server
from worker.children import TemporalJourneys

pytestmark = pytest.mark.anyio


async def test_a_start_that_the_server_does_not_answer_is_tried_again_and_never_final() -> None:
    once = RetryConfig(initial_interval_millis=1, max_interval_millis=1, max_elapsed_time_millis=1, max_retries=1)
    async with local_server() as env:
        address = env.client.service_client.config.target_host
        journeys = TemporalJourneys(await Client.connect(address, retry_config=once, data_converter=data_converter))
    whom = {"journey_id": "child", "tenant": "home", "persona": "homeowner", "title": "Kitchen", "locale": "en-US", "currency": "USD"}
    with pytest.raises(Unavailable, match="did not start it"):
        await journeys.start(JourneyStart(template=kitchen(), parent="parent", **whom))
    with pytest.raises(Unavailable, match="did not tell it"):
        await journeys.tell("parent", ChildClosed(journey_id="child", status="completed", headline=""))
