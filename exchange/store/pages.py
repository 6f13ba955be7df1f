"""Pages: which pages hold our templates, which revision was read, and what was read there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, select

from exchange.store.database import Database, batches
from exchange.store.tables import page, problem


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page as it was last read.

    ``reading`` is what stands there, as JSON, so that profiles can be put together again without
    the wiki. ``owner`` is the user name that the page belongs to, empty where nobody's; ``party``
    the key of the profile that it speaks for, empty where there is none. ``agreed`` are the
    central ids of those, of its owner or contacts, who put the template there or edited the page
    with it in place: the owner rule.
    """

    id: int
    title: str
    namespace: int
    revision: int
    edited: datetime | None = None
    editor: str = ""
    owner: str = ""
    party: str = ""
    agreed: tuple[int, ...] = ()
    reading: dict[str, Any] = field(default_factory=dict)

    @property
    def consented(self) -> bool:
        """Tell whether somebody who may speak here agreed."""
        return bool(self.agreed)


class Pages:
    """The pages of the index, by page id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> dict[int, int]:
        """What was read so far: {page id: revision id}."""
        with self._database.reading() as connection:
            query = select(page.c.id, page.c.revision).order_by(page.c.id)
            return dict(connection.execute(query).all())

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
                "party": record.party,
                "agreed": list(record.agreed),
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

    def by_title(self, title: str) -> PageRecord | None:
        """The page of this title, as it was when it was read."""
        query = select(page).where(page.c.title == title).order_by(page.c.id).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _record(row)

    def by_ids(self, ids: Iterable[int]) -> dict[int, PageRecord]:
        """The pages of these ids, as far as they are known."""
        found = {}
        with self._database.reading() as connection:
            for part in batches(sorted(set(ids))):
                for row in connection.execute(select(page).where(page.c.id.in_(part))):
                    found[row.id] = _record(row)
        return dict(sorted(found.items()))

    def of(self, parties: Iterable[str]) -> list[PageRecord]:
        """The pages that speak for these profiles, by id."""
        found: list[PageRecord] = []
        with self._database.reading() as connection:
            for part in batches(sorted(set(parties))):
                query = select(page).where(page.c.party.in_(part))
                found += [_record(row) for row in connection.execute(query)]
        return sorted(found, key=lambda record: record.id)

    def parties_agreed_by(self, ids: Iterable[int]) -> set[str]:
        """The profiles on whose pages one of these accounts agreed to something."""
        wanted = set(ids)
        if not wanted:
            return set()
        query = select(page.c.party, page.c.agreed).where(page.c.party != "")
        with self._database.reading() as connection:
            return {party for party, agreed in connection.execute(query) if wanted & {*agreed}}

    def ids(self, titles: Iterable[str]) -> list[int]:
        """The ids under which pages of these titles are known."""
        found: list[int] = []
        with self._database.reading() as connection:
            for part in batches(sorted(set(titles))):
                found += connection.scalars(select(page.c.id).where(page.c.title.in_(part)))
        return sorted(found)

    def groups_of(self, account: int) -> list[str]:
        """The keys of the groups that this account (a central id) agreed to speak for."""
        agreed = cast(page.c.agreed, String(4000))
        query = select(page.c.party, page.c.agreed).where(
            page.c.party.like("page:%"), agreed.like(f"%{account}%")
        )
        with self._database.reading() as connection:
            return sorted({row.party for row in connection.execute(query) if account in row.agreed})

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


def _record(row: Row[Any]) -> PageRecord:
    return PageRecord(
        id=row.id,
        title=row.title,
        namespace=row.namespace,
        revision=row.revision,
        edited=row.edited,
        editor=row.editor,
        owner=row.owner,
        party=row.party,
        agreed=tuple(row.agreed),
        reading=row.reading,
    )
