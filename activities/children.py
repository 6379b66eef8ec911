"""Starts the journeys that a journey starts, and tells it when one of them has closed. Both are safe to repeat."""

from temporalio import activity

from journeys.messages import ChildClosed, JourneyStart
from journeys.work import BeginChild, TellParent
from providers import base


class Children:
    """`journeys` starts and tells; `template` gives the one that new journeys begin with."""

    def __init__(self, journeys: base.Journeys, templates: base.Templates) -> None:
        self.journeys, self.templates = journeys, templates

    @activity.defn(name="start_child")
    async def start(self, asked: BeginChild) -> None:
        """A journey of its own: closing the one that started it does not end it. Where the library has no such template, that is final."""
        child = asked.child
        template = await self.templates.to_start(child.template, child.journey_id)
        persona = child.persona if child.persona in template.personas else template.personas[0]
        await self.journeys.start(
            JourneyStart(
                journey_id=child.journey_id,
                tenant=asked.tenant,
                template=template,
                persona=persona,
                title=child.title,
                locale=asked.locale,
                currency=asked.currency,
                parent=asked.journey_id,
                inputs=child.inputs,
            )
        )

    @activity.defn(name="tell_parent")
    async def tell_parent(self, asked: TellParent) -> None:
        """One that has closed meanwhile need not know any more."""
        await self.journeys.tell(asked.parent, ChildClosed(**asked.model_dump(include={"journey_id", "status", "headline"})))
