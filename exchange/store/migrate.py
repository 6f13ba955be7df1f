"""Migrations: bring a database to the newest tables, and tell where the two differ.

Alembic is only imported where there is something to do: its import takes as long as a short
command, and nearly every start finds the newest tables.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import inspect, text

from exchange.errors import StoreError
from exchange.store.database import Database
from exchange.store.schema import UTCDateTime, metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parent / "migrations"
LOCK_SECONDS = 60


def head() -> str:
    """The revision that this version of the code wants: the newest file's."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(database: Database) -> str:
    """The revision that a database is at; empty for a new one."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def upgrade(database: Database) -> bool:
    """Bring a database to the newest tables; tell whether there was anything to do.

    Safe to call from several programs at once: one works, the others wait. Safe to repeat where a
    program ended in the middle. ``StoreError`` where the database is newer than this code.
    """
    wanted = head()
    if current(database) == wanted:
        return False

    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)

    # The lock is held until the transaction is over: MariaDB commits tables one by one, but the
    # note of the migration they are at only with the transaction.
    lock = database.advisory_lock(f"cxc-migrate-{database.url.database}", seconds=LOCK_SECONDS)
    with lock, database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"fn": steps})
        at = context.get_current_revision()
        if at == wanted:
            return False
        if at and at not in {script.revision for script in scripts.walk_revisions()}:
            raise StoreError(
                f"the database is at migration {at}, which this version does not know: "
                "deploy the newer version again, or restore the backup from before it"
            )
        with Operations.context(context):
            context.run_migrations()
    return True


def drift(database: Database) -> list[str]:
    """Every difference between a database and ``tables.metadata``; empty where there is none."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


def render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column type into a migration as what it stands for."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')"
    return False


@cache
def _scripts() -> ScriptDirectory:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return ScriptDirectory.from_config(config)
