"""Templates by version, what new journeys start with, and who got which version by an experiment"""

import sqlalchemy as sa
from alembic import op

import providers.store.tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    at = providers.store.tables.Utc(timezone=True)
    op.create_table(
        "templates",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=True),
        sa.Column("published_at", at, nullable=True),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_templates")),
    )
    op.create_table(
        "template_heads",
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("experiment", sa.String(length=80), nullable=True),
        sa.Column("split", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("template", name=op.f("pk_template_heads")),
    )
    op.create_table(
        "template_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_log")),
    )
    op.create_index(op.f("ix_template_log_template_id"), "template_log", ["template", "id"])
    op.create_table(
        "template_requests",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_template_requests")),
    )
    op.create_table(
        "assignments",
        sa.Column("journey_id", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("experiment", sa.String(length=80), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.PrimaryKeyConstraint("journey_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_experiment_version"), "assignments", ["experiment", "version"])
    op.add_column("journeys", sa.Column("moved_from", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_journeys_template_id"), "journeys", ["template", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_journeys_template_id"), "journeys")
    op.drop_column("journeys", "moved_from")
    op.drop_index(op.f("ix_assignments_experiment_version"), "assignments")
    op.drop_index(op.f("ix_template_log_template_id"), "template_log")
    for name in ("assignments", "template_requests", "template_log", "template_heads", "templates"):
        op.drop_table(name)
