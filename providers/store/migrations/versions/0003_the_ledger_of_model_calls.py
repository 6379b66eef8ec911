"""The ledger of model calls: what was asked, by which words, what came back, what it cost"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "briefs",
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=16), nullable=False),
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "call", name=op.f("pk_briefs")),
    )
    for column in (
        sa.Column("prompt", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("in_doubt", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("error", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("why", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("priced_as", sa.String(length=80), nullable=False, server_default=""),
    ):
        op.add_column("model_calls", column)
    op.create_index(op.f("ix_model_calls_turn_id"), "model_calls", ["turn_id"])
    op.add_column("turns", sa.Column("cost", sa.Numeric(precision=14, scale=8), nullable=True))
    tokens = sa.text("kind = 'token'")
    op.create_index("ix_events_tokens", "events", ["at"], sqlite_where=tokens, postgresql_where=tokens)


def downgrade() -> None:
    op.drop_index("ix_events_tokens", "events")
    op.drop_column("turns", "cost")
    op.drop_index(op.f("ix_model_calls_turn_id"), "model_calls")
    for name in ("priced_as", "raw", "why", "error", "in_doubt", "attempts", "prompt"):
        op.drop_column("model_calls", name)
    op.drop_table("briefs")
