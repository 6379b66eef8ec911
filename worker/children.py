"""A door's part: starts and tells journeys through the worker's own client, for activities/children.py."""

from typing import TYPE_CHECKING, Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from journeys import names
from journeys.effects import EffectNews
from journeys.messages import Begin, ChildClosed, JourneyStart
from journeys.template import Template
from providers.errors import Unavailable
from providers.store.store import Store
from workflows.journey import JourneyWorkflow
from workflows.starting import first_run

if TYPE_CHECKING:
    from providers.shelf import Shelf


class TemporalJourneys:
    def __init__(self, client: Client) -> None:
        self.client = client

    async def start(self, start: JourneyStart) -> None:
        hashed = names.body_hash("begin", {"parent": start.parent})
        update: Any = JourneyWorkflow.begin
        key = f"child/{start.journey_id}"
        begin = Begin(key=key, body_hash=hashed)
        try:
            await self.client.execute_update_with_start_workflow(
                update, begin, id=names.update_id("begin", key), start_workflow_operation=first_run(start)
            )
        except RPCError as error:
            raise Unavailable(f"The workflow server did not start it ({error.status.name}).") from None

    async def tell(self, parent: str, closed: ChildClosed) -> None:
        try:
            await self.client.get_workflow_handle(parent).signal(JourneyWorkflow.child_ended, closed)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise Unavailable(f"The workflow server did not tell it ({error.status.name}).") from None

    async def tell_of_effect(self, journey_id: str, news: EffectNews) -> None:
        try:
            await self.client.get_workflow_handle(journey_id).signal(JourneyWorkflow.effect_found_out, news)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise Unavailable(f"The workflow server did not tell it ({error.status.name}).") from None


class Shelved:
    """The template library, opened when it is first asked for: reading YAML costs a start what only few turns need."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def to_start(self, name: str, journey_id: str) -> Template:
        return await self._shelf().to_start(name, journey_id)

    def _shelf(self) -> "Shelf":
        from providers.library import library
        from providers.shelf import Shelf

        return Shelf(self.store, library())
