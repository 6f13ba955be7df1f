"""Joining: who needs what others asked for, too."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MARIADB = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_engine": "InnoDB",
}


def upgrade() -> None:
    op.create_table(
        "joining",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("capacity", sa.String(length=190), nullable=False),
        sa.PrimaryKeyConstraint("page", "account", "capacity", name=op.f("pk_joining")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_joining_account"), "joining", ["account"], unique=False, if_not_exists=True
    )


def downgrade() -> None:
    op.drop_table("joining")
