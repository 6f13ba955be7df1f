"""Who interprets between a seeker and a helper, and in which languages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_columns("suggestion")}
    if "interpreter" not in known:
        op.add_column(
            "suggestion",
            sa.Column("interpreter", sa.String(length=80), nullable=False, server_default=""),
        )
    if "languages" not in known:
        op.add_column("suggestion", sa.Column("languages", sa.JSON(), nullable=True))
    op.create_index(
        op.f("ix_suggestion_interpreter"), "suggestion", ["interpreter"], if_not_exists=True
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_suggestion_interpreter"), "suggestion")
    op.drop_column("suggestion", "languages")
    op.drop_column("suggestion", "interpreter")
