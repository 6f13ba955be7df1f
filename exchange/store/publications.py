"""Publications: what we last wrote on pages of ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.tables import publication


@dataclass(frozen=True, slots=True)
class Publication:
    """The digest of a page's text as we wrote it, and the revision that it became."""

    title: str
    digest: str
    revision: int
    written: datetime


class Publications:
    """The pages that we write, by title."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, title: str) -> Publication | None:
        """What we last wrote on this page."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(publication).where(publication.c.title == title)
            ).first()
        return None if row is None else Publication(*row)

    def all(self) -> dict[str, Publication]:
        """Every page that we write: {title: publication}."""
        with self._database.reading() as connection:
            query = select(publication).order_by(publication.c.title)
            return {row.title: Publication(*row) for row in connection.execute(query)}

    def save(self, each: Publication) -> None:
        """Keep what we wrote."""
        self._database.upsert(
            publication,
            [
                {
                    "title": each.title,
                    "digest": each.digest,
                    "revision": each.revision,
                    "written": each.written,
                }
            ],
        )

    def forget(self, titles: Iterable[str]) -> None:
        """Remove these pages."""
        self._database.delete(publication, "title", sorted(set(titles)))
