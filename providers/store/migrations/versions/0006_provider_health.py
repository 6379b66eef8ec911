"""How each engine does: which ones rest, and when one of the workers asks again"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "provider_health",
        sa.Column("engine", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", providers.store.tables.Utc(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=40), server_default="", nullable=False),
        sa.Column("retry_at", providers.store.tables.Utc(timezone=True), nullable=True),
        sa.Column("probe_at", providers.store.tables.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("engine", name=op.f("pk_provider_health")),
    )


def downgrade() -> None:
    op.drop_table("provider_health")
