"""Introductions: whom a coordinator brought together, and who wants none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
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
        "introduction",
        sa.Column("id", number, nullable=False),
        sa.Column("suggestion", number, nullable=False),
        sa.Column("coordinator", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("line", sa.String(length=255), nullable=False),
        sa.Column("made", moment, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("ended", moment, nullable=True),
        sa.Column("run", number, nullable=True),
        sa.ForeignKeyConstraint(
            ["suggestion"], ["suggestion.id"], name=op.f("fk_introduction_suggestion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint(
            "coordinator", "day", "place", name=op.f("uq_introduction_coordinator_day_place")
        ),
        sa.UniqueConstraint("suggestion", "waits", name=op.f("uq_introduction_suggestion_waits")),
        **MARIADB,
        if_not_exists=True,
    )
    op.create_table(
        "introduction_refusal",
        sa.Column("speaker", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("speaker", "about", name=op.f("pk_introduction_refusal")),
        **MARIADB,
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("introduction_refusal")
    op.drop_table("introduction")
