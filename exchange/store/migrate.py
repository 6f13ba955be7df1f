"""Migrations: bring a database to the newest tables, and tell where the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from exchange.errors import StoreAway, StoreError
from exchange.store.database import Database
from exchange.store.tables import UTCDateTime, metadata

FOLDER = Path(__file__).parent / "migrations"
_LOCK_SECONDS = 60


def head() -> str:
    """The revision that this version of the code wants."""
    return _scripts().get_current_head() or ""


def current(database: Database) -> str:
    """The revision that a database is at; empty for a new one."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(database: Database) -> bool:
    """Bring a database to the newest tables; tell whether there was anything to do.

    Safe to call from several programs at once: one works, the others wait. ``StoreError`` where
    the database is newer than this code.
    """
    scripts = _scripts()
    wanted = scripts.get_current_head()
    if current(database) == wanted:
        return False

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)

    with database.writing() as connection, _alone(database, connection):
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
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


def render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column type into a migration as what it stands for."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')"
    return False


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


@contextmanager
def _alone(database: Database, connection: Connection) -> Iterator[None]:
    """One migration at a time: SQLite's write lock does it, MariaDB needs a named lock."""
    if database.dialect == "sqlite":
        yield
        return
    name = {"name": f"cxc-migrate-{database.url.database}"[:64]}
    got = connection.scalar(text(f"SELECT GET_LOCK(:name, {_LOCK_SECONDS})"), name)
    if got != 1:
        raise StoreAway("another program migrates the database; try again in a minute")
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)
