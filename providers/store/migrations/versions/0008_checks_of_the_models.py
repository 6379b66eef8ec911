"""Checks of the models, which belong to no journey; how much each journey still owes"""

import json

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    at = providers.store.tables.Utc(timezone=True)
    op.add_column("provider_health", sa.Column("checked_at", at, nullable=True))
    op.add_column("provider_health", sa.Column("check_at", at, nullable=True))
    with op.batch_alter_table("model_calls") as calls:
        calls.alter_column("journey_id", existing_type=sa.String(length=64), nullable=True)
        calls.alter_column("turn_id", existing_type=sa.String(length=64), nullable=True)
    op.create_index(op.f("ix_model_calls_engine_started_at"), "model_calls", ["engine", "started_at"])
    op.add_column("journeys", sa.Column("owed", sa.Integer(), server_default="0", nullable=False))
    only = sa.text("owed > 0")
    op.create_index("ix_journeys_owed", "journeys", ["owed"], sqlite_where=only, postgresql_where=only)
    _count_what_is_owed(op.get_bind())


def _count_what_is_owed(db: sa.Connection) -> None:
    journeys = sa.table("journeys", sa.column("id"), sa.column("view", sa.JSON()), sa.column("owed"), sa.column("status"))
    open_ones = sa.select(journeys.c.id, journeys.c.view).where(journeys.c.status.not_in(["completed", "abandoned"]))
    for journey, view in db.execute(open_ones).all():
        kept = json.loads(view) if isinstance(view, str) else view
        if owed := len(kept.get("owed") or []):
            db.execute(journeys.update().where(journeys.c.id == journey).values(owed=owed))


def downgrade() -> None:
    op.drop_index("ix_journeys_owed", "journeys")
    op.drop_column("journeys", "owed")
    op.drop_index(op.f("ix_model_calls_engine_started_at"), "model_calls")
    op.execute("DELETE FROM model_calls WHERE journey_id IS NULL")
    with op.batch_alter_table("model_calls") as calls:
        calls.alter_column("turn_id", existing_type=sa.String(length=64), nullable=False)
        calls.alter_column("journey_id", existing_type=sa.String(length=64), nullable=False)
    op.drop_column("provider_health", "check_at")
    op.drop_column("provider_health", "checked_at")
