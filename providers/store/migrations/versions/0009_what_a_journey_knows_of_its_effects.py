"""What a journey was told of each of its effects, and which ones shall be withdrawn"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("effects", sa.Column("told", sa.String(length=16), server_default="", nullable=False))
    op.add_column("effects", sa.Column("unwanted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE effects SET told = status")  # up to now its turn told the person, or a sweep nobody


def downgrade() -> None:
    with op.batch_alter_table("effects") as table:
        table.drop_column("unwanted")
        table.drop_column("told")
