"""Pages: which pages hold our templates, which revision was read, and what was read there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from exchange.store.database import Database, batches
from exchange.store.tables import page, problem


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page as it was last read.

    ``reading`` is what stands there, as JSON, so that profiles can be put together again without
    the wiki. ``owner`` is the user name that the page belongs to, empty where nobody's.
    ``consented`` is the owner rule: the owner put the profile there or edited the page with it
    in place.
    """

    id: int
    title: str
    namespace: int
    revision: int
    edited: datetime | None = None
    editor: str = ""
    owner: str = ""
    consented: bool = True
    reading: dict[str, Any] = field(default_factory=dict)


class Pages:
    """The pages of the index, by page id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> dict[int, int]:
        """What was read so far: {page id: revision id}."""
        with self._database.reading() as connection:
            query = select(page.c.id, page.c.revision).order_by(page.c.id)
            return dict(connection.execute(query).tuples().all())

    def save(self, records: Iterable[PageRecord]) -> None:
        """Keep these pages, each over what was known of it."""
        rows = [
            {
                "id": record.id,
                "title": record.title,
                "namespace": record.namespace,
                "revision": record.revision,
                "edited": record.edited,
                "editor": record.editor[:255],
                "owner": record.owner[:255],
                "consented": record.consented,
                "reading": record.reading,
            }
            for record in records
        ]
        self._database.upsert(page, rows)

    def get(self, id: int) -> PageRecord | None:
        """The page of this id."""
        with self._database.reading() as connection:
            row = connection.execute(select(page).where(page.c.id == id)).first()
        return None if row is None else _record(row)

    def by_ids(self, ids: Iterable[int]) -> dict[int, PageRecord]:
        """The pages of these ids, as far as they are known."""
        found = {}
        with self._database.reading() as connection:
            for part in batches(sorted(set(ids))):
                for row in connection.execute(select(page).where(page.c.id.in_(part))):
                    found[row.id] = _record(row)
        return dict(sorted(found.items()))

    def all(self) -> list[PageRecord]:
        """Every page, by id."""
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(select(page).order_by(page.c.id))]

    def forget(self, ids: Iterable[int]) -> None:
        """Remove these pages and the problems on them."""
        wanted = sorted(set(ids))
        with self._database.writing():
            self._database.delete(problem, "page_id", wanted)
            self._database.delete(page, "id", wanted)

    def count(self) -> int:
        """How many pages there are."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(page)) or 0


def _record(row: Row[Any]) -> PageRecord:
    return PageRecord(
        id=row.id,
        title=row.title,
        namespace=row.namespace,
        revision=row.revision,
        edited=row.edited,
        editor=row.editor,
        owner=row.owner,
        consented=row.consented,
        reading=row.reading,
    )
