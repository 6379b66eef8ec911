"""The ledger of effects: what goes out into the world, each under its deed"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    at = providers.store.tables.Utc(timezone=True)
    op.create_table(
        "effects",
        sa.Column("deed", sa.String(length=200), nullable=False),
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("outlet", sa.String(length=40), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.String(length=40), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved_at", at, nullable=False),
        sa.Column("changed_at", at, nullable=False),
        sa.PrimaryKeyConstraint("deed", name=op.f("pk_effects")),
    )
    op.create_index(op.f("ix_effects_journey_id"), "effects", ["journey_id"])
    op.create_index(op.f("ix_effects_status_changed_at"), "effects", ["status", "changed_at"])


def downgrade() -> None:
    op.drop_table("effects")
