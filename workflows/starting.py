"""How a journey's first run is started, whoever starts it: the API for a person, or a journey for one of its own."""

from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from journeys import names
from journeys.messages import JourneyStart
from workflows.journey import JourneyWorkflow
from workflows.policies import TASK_TIMEOUT, priority
from workflows.turns import PERSONA, STATUS, STEP, TEMPLATE


def first_run(start: JourneyStart) -> WithStartWorkflowOperation[Any, Any]:
    """One operation a call: Temporal takes each only once. Started again, it is the journey that runs already; one that has closed is not
    begun anew."""
    template, persona = start.template, start.persona
    return WithStartWorkflowOperation(
        JourneyWorkflow.run,
        start,
        id=start.journey_id,
        task_queue=names.JOURNEYS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        task_timeout=TASK_TIMEOUT,
        priority=priority(start.tenant),
        static_summary=f"{template.title} for a {persona.replace('_', ' ')}",
        static_details=f"Template **{template.name}**, {len(template.steps)} steps: {', '.join(step.title for step in template.steps)}.",
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(TEMPLATE, template.name),
                SearchAttributePair(PERSONA, persona),
                SearchAttributePair(STEP, template.steps[0].id),
                SearchAttributePair(STATUS, "active"),
            ]
        ),
    )
