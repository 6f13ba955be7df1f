"""Accounts: the state of people's accounts as last seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from exchange.model import User
from exchange.store.codec import pack_user, unpack_user
from exchange.store.database import Database, batches
from exchange.store.tables import account


class Accounts:
    """Accounts by central user id and by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, users: Iterable[User], *, seen: datetime) -> None:
        """Keep the state of these accounts; those that do not exist (id 0) are left out."""
        known = {user.id: user for user in users if user.exists}
        rows = [
            {"id": id, "name": user.name, "state": pack_user(user), "seen": seen}
            for id, user in sorted(known.items())
        ]
        self._database.upsert(account, rows)

    def get(self, id: int) -> User | None:
        """The account of this central user id."""
        with self._database.reading() as connection:
            body = connection.scalar(select(account.c.state).where(account.c.id == id))
        return None if body is None else unpack_user(body)

    def by_names(self, names: Iterable[str]) -> dict[str, User]:
        """The accounts of these names, as far as we know them: {name: user}."""
        wanted, found = sorted(set(names)), {}
        with self._database.reading() as connection:
            for part in batches(wanted):
                query = select(account.c.name, account.c.state).where(account.c.name.in_(part))
                for name, body in connection.execute(query.order_by(account.c.seen)):
                    found[name] = unpack_user(body)
        return found

    def all(self) -> dict[int, User]:
        """Every account that we know: {central user id: user}."""
        query = select(account.c.id, account.c.state).order_by(account.c.id)
        with self._database.reading() as connection:
            return {id: unpack_user(body) for id, body in connection.execute(query)}

    def stale(self, *, before: datetime, limit: int) -> list[User]:
        """The accounts that were last looked at before then, the longest ago first."""
        query = select(account.c.state).where(account.c.seen < before)
        with self._database.reading() as connection:
            rows = connection.scalars(query.order_by(account.c.seen, account.c.id).limit(limit))
            return [unpack_user(body) for body in rows]

    def get_many(self, ids: Iterable[int]) -> dict[int, User]:
        """The accounts of these central user ids, as far as we know them."""
        found = {}
        with self._database.reading() as connection:
            for part in batches(sorted(set(ids))):
                query = select(account.c.id, account.c.state).where(account.c.id.in_(part))
                for id, body in connection.execute(query):
                    found[id] = unpack_user(body)
        return dict(sorted(found.items()))

    def forget(self, ids: Iterable[int]) -> None:
        """Remove these accounts."""
        self._database.delete(account, "id", sorted(set(ids)))
