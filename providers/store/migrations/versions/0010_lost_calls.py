"""How often a call went out and brought no answer"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("model_calls", sa.Column("lost", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("model_calls", "lost")
