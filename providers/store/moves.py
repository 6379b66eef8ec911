"""Open journeys of one version of a template, with the state that their turns left, for looking at a move before it is made."""

from collections import defaultdict

from sqlalchemy import Connection, select

from journeys import engine
from journeys.messages import Decision
from journeys.moving import rebuilt
from journeys.state import JourneyState
from journeys.template import Template
from providers.store.tables import journeys, turns

_CLOSED = ("completed", "abandoned")


def open_journeys(db: Connection, tenant: str, template: Template, *, after: str, limit: int) -> list[JourneyState]:
    """In order of their ids, at most `limit` behind `after`. A state is put together from the decisions that the journey's turns carried
    out; what a turn carried out before a pause stopped it is missing, until the workflow's own next turn."""
    wanted = select(journeys).where(
        journeys.c.template == template.name, journeys.c.tenant == tenant, journeys.c.status.not_in(_CLOSED), journeys.c.id > after
    )
    rows = list(db.execute(wanted.order_by(journeys.c.id).limit(limit)).mappings())
    carried_out = defaultdict[str, list[tuple[str, Decision]]](list)
    decided = select(turns.c.journey_id, turns.c.operation, turns.c.decision).where(
        turns.c.journey_id.in_([row["id"] for row in rows]), turns.c.status == "done", turns.c.decision.is_not(None)
    )
    for journey_id, operation, decision in db.execute(decided.order_by(turns.c.journey_id, turns.c.seq)):
        carried_out[journey_id].append((operation, Decision.model_validate(decision)))
    states = []
    for row in rows:
        first = engine.first_state(
            journey_id=row["id"],
            tenant=row["tenant"],
            template=template,
            persona=row["persona"],
            title=row["title"],
            locale=row["view"]["locale"],
            currency=row["view"]["currency"],
            now=row["created_at"],
        )
        state = rebuilt(first, template, carried_out[row["id"]])
        state.status = row["status"]
        states.append(state)
    return states
