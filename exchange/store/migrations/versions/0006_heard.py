"""What was not understood, one row a notice; and who never wants to meet whom, of the forgotten.

Made so that it may run again: MariaDB commits tables one by one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unclear_answer",
        sa.Column("notice", sa.String(length=32), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column(
            "settled",
            sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
            nullable=True,
        ),
        sa.Column("settled_by", sa.String(length=80), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_unclear_answer")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        if_not_exists=True,
    )
    op.create_index(
        op.f("ix_unclear_answer_account"), "unclear_answer", ["account"], if_not_exists=True
    )
    op.create_table(
        "block_mark",
        sa.Column("speaker", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column(
            "at",
            sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("speaker", "about", name=op.f("pk_block_mark")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
        if_not_exists=True,
    )
    _move_unclear_answers()


def _move_unclear_answers() -> None:
    """Make a row of each preference ``unclear``, whose value was the notice and the revision."""
    connection = op.get_bind()
    preference = sa.table(
        "preference", sa.column("profile"), sa.column("name"), sa.column("value"), sa.column("at")
    )
    unclear = sa.table(
        "unclear_answer",
        *map(sa.column, ("notice", "account", "revision", "at", "settled_by", "via")),
    )
    theirs = preference.c.name == "unclear"
    there = set(connection.scalars(sa.select(unclear.c.notice)))
    rows = connection.execute(
        sa.select(preference.c.profile, preference.c.value, preference.c.at).where(theirs)
    ).all()
    for profile, value, at in rows:
        notice, _, written = value.partition(" ")
        account = profile.partition(":")[2]
        if notice not in there and written.isdecimal() and account.isdecimal():
            values = {
                "notice": notice,
                "account": int(account),
                "revision": int(written),
                "at": at,
                "settled_by": "",
                "via": "",
            }
            connection.execute(unclear.insert().values(**values))
            there.add(notice)
    connection.execute(preference.delete().where(theirs))


def downgrade() -> None:
    op.drop_table("block_mark")
    op.drop_table("unclear_answer")
