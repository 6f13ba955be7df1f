"""Notes: small facts by name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.tables import note

BUILD = "index-build"
"""The note whose value changes whenever the index does."""

DIRECTORY = "directory-page"
"""The note that holds the last good text of the directory's page on the wiki."""


class Notes:
    """Texts by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """The text of this name."""
        with self._database.reading() as connection:
            return connection.scalar(select(note.c.value).where(note.c.name == name))

    def at(self, name: str) -> datetime | None:
        """When the text of this name was last written."""
        with self._database.reading() as connection:
            return connection.scalar(select(note.c.at).where(note.c.name == name))

    def set(self, name: str, value: str, *, at: datetime) -> None:
        """Keep a text."""
        self._database.upsert(note, [{"name": name, "value": value, "at": at}])

    def drop(self, name: str) -> None:
        """Remove a text."""
        with self._database.writing() as connection:
            connection.execute(note.delete().where(note.c.name == name))
