"""Preferences: what somebody asked of the bot beside their profile: stop, pause, cap, forget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.tables import preference


class Preferences:
    """Named values by profile key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, profile: str, name: str, value: str, *, at: datetime, via: str) -> None:
        """Keep a value; ``via`` is ``wiki`` or ``web``."""
        row = {"profile": profile, "name": name, "value": value, "at": at, "via": via}
        self._database.upsert(preference, [row])

    def of(self, profile: str) -> dict[str, str]:
        """Everything that one profile asked: {name: value}."""
        query = select(preference).where(preference.c.profile == profile)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(preference.c.name))
            return {row.name: row.value for row in rows}

    def all(self, name: str) -> dict[str, str]:
        """Everyone who asked one thing: {profile key: value}."""
        query = select(preference).where(preference.c.name == name)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(preference.c.profile))
            return {row.profile: row.value for row in rows}

    def drop(self, profile: str, name: str | None = None) -> None:
        """Remove one value of a profile, or all of them."""
        query = preference.delete().where(preference.c.profile == profile)
        if name is not None:
            query = query.where(preference.c.name == name)
        with self._database.writing() as connection:
            connection.execute(query)
