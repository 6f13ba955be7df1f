"""What a round of matching found, and the day on which a seeker arrived."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPTIONS: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_engine": "InnoDB",
}


def upgrade() -> None:
    op.create_table(
        "unmet",
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.String(length=190), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("profile", "capacity", name=op.f("pk_unmet")),
        if_not_exists=True,
        **_OPTIONS,
    )
    op.create_table(
        "gathering",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("capacity", sa.String(length=190), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "position", name=op.f("pk_gathering")),
        if_not_exists=True,
        **_OPTIONS,
    )
    op.create_index(
        op.f("ix_gathering_capacity"), "gathering", ["capacity"], unique=False, if_not_exists=True
    )
    op.create_table(
        "arrival",
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("profile", name=op.f("pk_arrival")),
        if_not_exists=True,
        **_OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("arrival")
    op.drop_table("gathering")
    op.drop_table("unmet")
