"""How far a notice's page has been read, and which answer was confirmed on it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite knows no ADD COLUMN IF NOT EXISTS.
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("notice")}
    for name in ("read_revision", "confirmed_revision"):
        if name not in there:
            op.add_column(
                "notice", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            )


def downgrade() -> None:
    for name in ("confirmed_revision", "read_revision"):
        with op.batch_alter_table("notice") as batch:
            batch.drop_column(name)
