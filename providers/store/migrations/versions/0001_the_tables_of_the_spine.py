"""The tables of the spine"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("journey_id", "seq", name=op.f("uq_events_journey_id_seq")),
        sa.UniqueConstraint("turn_id", "kind", "attempt", "n", name=op.f("uq_events_turn_id_kind_attempt_n")),
    )
    op.create_table(
        "journeys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("persona", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("view", sa.JSON(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.Column("updated_at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journeys")),
    )
    with op.batch_alter_table("journeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journeys_tenant_created_at_id"), ["tenant", "created_at", "id"], unique=False)

    op.create_table(
        "requests",
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "operation", "key", name=op.f("pk_requests")),
    )
    op.create_table(
        "results",
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("skill", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("made_with", sa.String(length=80), nullable=False),
        sa.Column("headline", sa.String(length=400), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "step", "skill", "version", name=op.f("pk_results")),
    )
    op.create_table(
        "timeline",
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("turn_seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "turn_seq", "n", name=op.f("pk_timeline")),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("decision", sa.JSON(), nullable=True),
        sa.Column("intents", sa.JSON(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=True),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("engine", sa.String(length=40), nullable=True),
        sa.Column("degraded", sa.JSON(), nullable=True),
        sa.Column("started_at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", providers.store.tables.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turns_journey_id_seq"), ["journey_id", "seq"], unique=False)

    op.create_table(
        "model_calls",
        sa.Column("deed", sa.String(length=200), nullable=False),
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("engine", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("usage", sa.JSON(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=14, scale=8), nullable=False),
        sa.Column("started_at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", providers.store.tables.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["journey_id"], ["journeys.id"], name=op.f("fk_model_calls_journey_id")),
        sa.PrimaryKeyConstraint("deed", name=op.f("pk_model_calls")),
    )
    with op.batch_alter_table("model_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_calls_journey_id"), ["journey_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("model_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_calls_journey_id"))

    op.drop_table("model_calls")
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turns_journey_id_seq"))

    op.drop_table("turns")
    op.drop_table("timeline")
    op.drop_table("results")
    op.drop_table("requests")
    with op.batch_alter_table("journeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journeys_tenant_created_at_id"))

    op.drop_table("journeys")
    op.drop_table("events")
