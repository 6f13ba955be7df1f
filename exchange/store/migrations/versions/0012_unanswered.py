"""Unanswered: since when somebody has not said whether they are still there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("profile")}
    if "unanswered" not in known:
        op.add_column(
            "profile",
            sa.Column("unanswered", sa.String(length=40), nullable=False, server_default=""),
        )
    # Until now whoever had not edited for two years was left out, and this said so.
    op.execute("UPDATE unmet SET reason = 'away' WHERE reason = 'stale'")


def downgrade() -> None:
    op.drop_column("profile", "unanswered")
