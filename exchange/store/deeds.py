"""Deeds: what somebody did in the tool lately, so that one person cannot do too much."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from exchange.store.database import Database
from exchange.store.tables import deed

KEPT = timedelta(days=2)


class Deeds:
    """Kind and moment of writes by account; older ones than ``KEPT`` are dropped on the way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: int, kind: str, *, at: datetime) -> None:
        """Remember that somebody did something."""
        with self._database.writing() as connection:
            connection.execute(deed.delete().where(deed.c.at < at - KEPT))
            connection.execute(deed.insert(), {"account": account, "kind": kind, "at": at})

    def count(self, account: int, *, since: datetime) -> int:
        """How much somebody did since then."""
        query = select(func.count()).where(deed.c.account == account, deed.c.at > since)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def drop(self, account: int) -> None:
        """Forget what somebody did."""
        with self._database.writing() as connection:
            connection.execute(deed.delete().where(deed.c.account == account))
