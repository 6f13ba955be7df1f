"""Sessions: logins of the web tool. The cookie's secret and the token are never kept in clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.tables import session


@dataclass(frozen=True, slots=True)
class Session:
    """A login: ``id`` is the hash of the cookie's secret, ``token`` is encrypted."""

    id: str
    account: int
    name: str
    token: bytes
    begun: datetime
    expires: datetime


class Sessions:
    """The logins, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, each: Session) -> None:
        """Keep a new login."""
        values = {
            "id": each.id,
            "account": each.account,
            "name": each.name,
            "token": each.token,
            "begun": each.begun,
            "expires": each.expires,
        }
        with self._database.writing() as connection:
            connection.execute(session.insert(), values)

    def get(self, id: str, *, now: datetime) -> Session | None:
        """The login of this id, if it has not expired."""
        query = select(session).where(session.c.id == id, session.c.expires > now)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Session(*row)

    def end(self, id: str) -> None:
        """Drop a login and its token."""
        with self._database.writing() as connection:
            connection.execute(session.delete().where(session.c.id == id))

    def end_all(self, account: int) -> None:
        """Drop every login of an account."""
        with self._database.writing() as connection:
            connection.execute(session.delete().where(session.c.account == account))

    def expire(self, *, now: datetime) -> int:
        """Drop the logins that have expired; give back how many."""
        with self._database.writing() as connection:
            return connection.execute(session.delete().where(session.c.expires <= now)).rowcount
