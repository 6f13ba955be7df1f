"""Quality: how much an exchange helped, as whoever learnt says in one click."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_columns("suggestion")}
    if "quality" not in known:
        op.add_column("suggestion", sa.Column("quality", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("suggestion", "quality")
