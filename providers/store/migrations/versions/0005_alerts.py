"""Alerts to the people who run HomeView"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    at = providers.store.tables.Utc(timezone=True)
    op.create_table(
        "alerts",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("raised_at", at, nullable=False),
        sa.Column("status", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("due_at", at, nullable=False),
        sa.Column("claimed_at", at, nullable=True),
        sa.Column("sent_at", at, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_status_due_at"), "alerts", ["status", "due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_alerts_status_due_at"), "alerts")
    op.drop_table("alerts")
