"""Database: one engine with two doors, ``reading`` and ``writing``, and errors in our own words."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from exchange.errors import StoreError, StoreUnavailable

BATCH = 500
"""How many keys go into one ``IN (…)``, and rows into one statement."""

LOCK_SECONDS = 30
"""How long a program waits until another has written to the same SQLite file."""

_AWAY = {
    1020,  # record has changed since last read: the snapshot is stale
    1040,  # too many connections
    1053,  # server shutdown in progress
    1205,  # lock wait timeout
    1213,  # deadlock
    1226,  # user has exceeded max_user_connections
    1290,  # running with --read-only
    1792,  # read-only transaction
    1836,  # running in read-only mode
    1927,  # connection was killed
    2002,  # can't connect through a socket
    2003,  # can't connect to host
    2006,  # server has gone away
    2013,  # lost connection during query
    2014,  # commands out of sync: the connection broke half-way
    2055,  # lost connection at ...
    4031,  # disconnected by the server because of inactivity
}
_AWAY_SQLITE = ("locked", "busy", "readonly", "unable to open", "disk i/o", "disk is full")

_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Database:
    """An engine, and the connection that the current thread has open, if any.

    ``with database.writing() as connection`` is one transaction: committed at the end, rolled
    back on an exception. A ``reading`` or ``writing`` inside it joins it, so that several nouns
    can be written in one transaction. Driver errors come out as ``StoreUnavailable`` (later may be
    different) or ``StoreError``; their texts hold no values and no password.
    """

    def __init__(self, url: str) -> None:
        """Prepare an engine; nothing connects yet. ``StoreError`` for a URL that is none."""
        self.url = _parse(url)
        self.engine = _engine(self.url)
        self._open = threading.local()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``mysql`` (MariaDB counts as ``mysql``)."""
        return "mysql" if self.engine.dialect.name in ("mysql", "mariadb") else "sqlite"

    def exists(self) -> bool:
        """Whether there is a file to connect to, which connecting would make; a server: True."""
        file = self.url.database
        return self.dialect != "sqlite" or (bool(file) and Path(str(file)).exists())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent snapshot; nothing is locked for others."""
        with self._connection(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction."""
        with self._connection(write=True) as connection:
            yield connection

    @contextmanager
    def _connection(self, *, write: bool) -> Iterator[Connection]:
        outer: tuple[Connection, bool] | None = getattr(self._open, "now", None)
        if outer is not None:
            if write and not outer[1]:
                raise StoreError("a write inside of a read: open the transaction with writing()")
            yield outer[0]
            return
        try:
            with self._translated(), self.engine.connect() as connection:
                connection.execution_options(write=write)
                self._open.now = (connection, write)
                with connection.begin():
                    yield connection
        finally:
            self._open.now = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise _translate(error) from error

    @contextmanager
    def advisory_lock(self, name: str, *, seconds: int) -> Iterator[None]:
        """Hold the lock ``name`` of MariaDB, alone among programs, over several transactions.

        ``StoreUnavailable`` where another program holds it for longer than ``seconds``. SQLite has no
        such locks: there the transaction that writes is alone.
        """
        if self.dialect == "sqlite":
            yield
            return
        with self._translated(), self.engine.connect() as connection:
            values = {"name": name[:64], "seconds": seconds}
            if connection.scalar(text("SELECT GET_LOCK(:name, :seconds)"), values) != 1:
                raise StoreUnavailable(
                    f"another program holds the lock {name}; try again in a minute"
                )
            # The lock is the connection's, so that it goes wherever the program ends.
            connection.commit()
            try:
                yield
            finally:
                try:
                    connection.execute(text("SELECT RELEASE_LOCK(:name)"), values)
                except SQLAlchemyError:
                    connection.invalidate()  # A connection that is closed holds no lock.

    def upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, writing over those whose primary key is there already."""
        if not rows:
            return
        keys = {column.name for column in table.primary_key.columns}
        names = [name for name in rows[0] if name not in keys]
        with self.writing() as connection:
            if self.dialect == "mysql":
                insert = mysql.insert(table)
                statement = insert.on_duplicate_key_update({n: insert.inserted[n] for n in names})
                connection.execute(statement, list(rows))
            else:
                into = sqlite.insert(table)
                connection.execute(
                    into.on_conflict_do_update(
                        index_elements=sorted(keys), set_={n: into.excluded[n] for n in names}
                    ),
                    list(rows),
                )

    def insert_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same key is there; tell whether it was inserted."""
        with self.writing() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(table.insert(), row)
            except IntegrityError:
                return False
            return True

    def delete(self, table: Table, column: str, values: Sequence[Any]) -> None:
        """Delete the rows whose ``column`` is one of ``values``."""
        with self.writing() as connection:
            for part in batches(values):
                connection.execute(table.delete().where(table.c[column].in_(part)))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def batches(values: Sequence[Any], size: int = BATCH) -> Iterator[Sequence[Any]]:
    """Cut a sequence into pieces that fit into one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(
            "the database URL is none that SQLAlchemy knows; use sqlite:///FILE or "
            "mysql+pymysql://USER:PASSWORD@HOST/NAME"
        ) from None
    if parsed.get_backend_name() in ("mysql", "mariadb"):
        return parsed.update_query_dict({"charset": "utf8mb4"})
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"{parsed.get_backend_name()} is not supported; use SQLite or MariaDB")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        # Toolforge asks tools to close idle connections, and closes them itself after a while.
        engine = create_engine(
            url,
            json_serializer=_json,
            pool_pre_ping=True,
            pool_recycle=240,
            pool_size=4,
            max_overflow=4,
            pool_timeout=10,
            connect_args={"connect_timeout": 5, "read_timeout": 120, "write_timeout": 120},
            isolation_level="REPEATABLE READ",
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_mariadb)
        return engine
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, json_serializer=_json, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_mariadb(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
        cursor.execute("SET SESSION innodb_lock_wait_timeout=20")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            # Of several programs that open a new file, SQLite lets one make the switch and turns
            # the others away at once, whatever their timeout.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader cannot wait for its turn: it fails at once.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _translate(error: Exception) -> StoreError:
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("the database: every connection is in use; try again later")
    if isinstance(error, OSError):
        return StoreUnavailable(f"the database does not answer: {error.strerror or error}")
    if not isinstance(error, DBAPIError):
        return StoreError(f"the database: {error}")
    original = error.orig
    code = original.args[0] if original is not None and original.args else 0
    message = str(original)
    away = error.connection_invalidated or (
        code in _AWAY
        if isinstance(code, int)
        else any(word in message.lower() for word in _AWAY_SQLITE)
    )
    if away:
        return StoreUnavailable(
            f"the database takes no part right now ({message}); try again later"
        )
    return StoreError(f"the database refused: {message}")
