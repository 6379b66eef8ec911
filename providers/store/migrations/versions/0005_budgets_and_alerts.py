"""What language models may cost, and alerts to the people who run HomeView"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

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
    money = providers.store.tables.Money()
    op.create_table(
        "budgets",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("cap", money, nullable=False),
        sa.Column("chosen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("spent", money, server_default="0", nullable=False),
        sa.Column("reserved", money, server_default="0", nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "period", name=op.f("pk_budgets")),
    )
    op.add_column("model_calls", sa.Column("tenant", sa.String(length=64), server_default="", nullable=False))
    op.add_column("model_calls", sa.Column("day", sa.String(length=10), server_default="", nullable=False))
    op.add_column("model_calls", sa.Column("reserved", money, server_default="0", nullable=False))
    op.add_column("model_calls", sa.Column("doubtful", money, server_default="0", nullable=False))
    op.create_index(op.f("ix_model_calls_tenant_day"), "model_calls", ["tenant", "day"])
    _count_what_was_spent(op.get_bind())


def _count_what_was_spent(db: sa.Connection) -> None:
    """Calls from before there were budgets count in them. The caps are set when the first call after this is paid."""
    calls = sa.table("model_calls", *(sa.column(name) for name in ("deed", "journey_id", "tenant", "day")))
    calls.append_column(sa.column("cost", sa.Numeric(14, 8)))
    calls.append_column(sa.column("started_at", providers.store.tables.Utc()))
    journeys = sa.table("journeys", sa.column("id"), sa.column("tenant"))
    spent: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    told = sa.select(calls.c.deed, calls.c.journey_id, calls.c.cost, calls.c.started_at, journeys.c.tenant)
    for deed, journey, cost, at, tenant in db.execute(told.join(journeys, journeys.c.id == calls.c.journey_id)).all():
        day = f"{at:%Y-%m-%d}"
        db.execute(calls.update().where(calls.c.deed == deed).values(tenant=tenant, day=day))
        for place in (("journey", journey, ""), ("tenant", tenant, day[:7]), ("day", tenant, day)) if cost else ():
            spent[place] += cost
    rows = [{"scope": scope, "key": key, "period": period, "cap": cost, "spent": cost} for (scope, key, period), cost in spent.items()]
    columns: list[Any] = [sa.column(name) for name in ("scope", "key", "period")]
    sums: list[Any] = [sa.column(name, providers.store.tables.Money()) for name in ("cap", "spent")]
    if rows:
        db.execute(sa.table("budgets", *columns, *sums).insert(), rows)


def downgrade() -> None:
    op.drop_index(op.f("ix_model_calls_tenant_day"), "model_calls")
    for name in ("doubtful", "reserved", "day", "tenant"):
        op.drop_column("model_calls", name)
    op.drop_table("budgets")
    op.drop_index(op.f("ix_alerts_status_due_at"), "alerts")
    op.drop_table("alerts")
