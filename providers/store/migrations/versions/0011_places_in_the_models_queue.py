"""Places in the models' queue"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("at", providers.store.tables.Utc(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_tenant_gone"), "places", ["tenant", "gone"])


def downgrade() -> None:
    op.drop_table("places")
