"""Programmes: programme rounds, who applied to them, and what an organiser confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MARIADB = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_engine": "InnoDB",
}


def upgrade() -> None:
    moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    number = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
    op.create_table(
        "programme",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_programme")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_table(
        "organiser",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("page", "account", name=op.f("pk_organiser")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_organiser_account"), "organiser", ["account"], unique=False, if_not_exists=True
    )
    op.create_table(
        "application",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("applied", moment, nullable=False),
        sa.Column("partners", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("page", "account", name=op.f("pk_application")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_application_account"), "application", ["account"], unique=False, if_not_exists=True
    )
    op.create_table(
        "programme_pair",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seeker", sa.String(length=80), nullable=False),
        sa.Column("helper", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("suggestion", number, nullable=False),
        sa.Column("agreed", sa.BigInteger(), nullable=False),
        sa.Column("organiser", sa.BigInteger(), nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("ended", moment, nullable=True),
        sa.PrimaryKeyConstraint("page", "seeker", "helper", name=op.f("pk_programme_pair")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_programme_pair_suggestion"),
        "programme_pair",
        ["suggestion"],
        unique=False,
        if_not_exists=True,
    )


def downgrade() -> None:
    for name in ("programme_pair", "application", "organiser", "programme"):
        op.drop_table(name)
