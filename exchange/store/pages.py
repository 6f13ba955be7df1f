"""Pages: which pages hold our templates, which revision was read, and what was read there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, Text, cast, func, or_, select

from exchange.model import GONE, Problem, User, account_problem
from exchange.model.keys import GROUP_PREFIX
from exchange.model.programme import (
    ProgrammeRecord,
)
from exchange.store.codec import pack_user, unpack_user
from exchange.store.database import Database, batches
from exchange.store.programme_tables import application, programme
from exchange.store.schema import account, joining, page, problem


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page as it was last read.

    ``reading`` is what stands there, as JSON, so that profiles can be put together again without
    the wiki. ``owner`` is the user name that the page belongs to, empty where nobody's; ``party``
    the key of the profile that it speaks for, empty where there is none. ``agreed`` are the
    central ids of those, of its owner or contacts, who put the template there or edited the page
    with it in place: the owner rule. ``joined`` are those who joined a request there, as (central
    id, capacity), where this reading looked; see ``JoinedRequests``. ``programme`` is the programme
    round that stands there, with those who are in it by their own hand.
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
    joined: Collection[tuple[int, str]] | None = field(default=None, compare=False)
    programme: ProgrammeRecord | None = field(default=None, compare=False)

    @property
    def consented(self) -> bool:
        """Whether somebody who may speak here agreed."""
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

    def mentioning(self, names: Iterable[str]) -> list[PageRecord]:
        """The pages whose reading holds one of these names, as a part of some word or value."""
        texts = [json.dumps(name, ensure_ascii=False)[1:-1] for name in sorted(names) if name]
        if not texts:
            return []
        reading = cast(page.c.reading, Text)
        query = select(page).where(or_(*(reading.contains(t, autoescape=True) for t in texts)))
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(query.order_by(page.c.id))]

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

    def ids_owned_by(self, names: Iterable[str]) -> list[int]:
        """The ids of the pages in the user space of these user names."""
        found: list[int] = []
        with self._database.reading() as connection:
            for part in batches(sorted({*names} - {""})):
                found += connection.scalars(select(page.c.id).where(page.c.owner.in_(part)))
        return sorted(found)

    def groups_of(self, account: int) -> list[str]:
        """The keys of the groups that this account (a central id) agreed to speak for."""
        agreed = cast(page.c.agreed, String(4000))
        query = select(page.c.party, page.c.agreed).where(
            page.c.party.startswith(GROUP_PREFIX), agreed.like(f"%{account}%")
        )
        with self._database.reading() as connection:
            return sorted({row.party for row in connection.execute(query) if account in row.agreed})

    def groups_by_contact(self) -> dict[int, list[str]]:
        """The keys of the groups for which accounts agreed to speak: {central id: keys}."""
        query = select(page.c.party, page.c.agreed).where(page.c.party.startswith(GROUP_PREFIX))
        found: dict[int, set[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                for account in row.agreed:
                    found.setdefault(account, set()).add(row.party)
        return {account: sorted(keys) for account, keys in found.items()}

    def all(self) -> list[PageRecord]:
        """Every page, by id."""
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(select(page).order_by(page.c.id))]

    def forget_emptied(self) -> None:
        """Remove the pages of which only the revision was kept: they are read again."""
        with self._database.writing() as connection:
            connection.execute(page.delete().where(page.c.title == ""))

    def forget(self, ids: Iterable[int]) -> None:
        """Remove these pages and the problems on them."""
        wanted = sorted(set(ids))
        with self._database.writing():
            self._database.delete(problem, "page_id", wanted)
            # Who organised a programme stays: nobody takes it over by emptying its page for a while.
            for each in (joining, programme, application):
                self._database.delete(each, "page", wanted)
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


CONTACT_CODES = (
    "no-such-user",
    "contact-not-confirmed",
    "join-not-confirmed",
    "organiser-not-confirmed",
    "organiser-not-accepted",
    "application-not-confirmed",
    "too-many-contacts",
    "not-the-owner",
)
"""The problems whose text is user names."""


def strip_contacts(reading: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a stored reading without these user names as contacts, and in problems."""
    gone = frozenset(names)

    def kept(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                name: [one for one in each if one not in gone] if name == "contacts" else kept(each)
                for name, each in value.items()
            }
        return [kept(each) for each in value] if isinstance(value, list) else value

    stripped: dict[str, Any] = kept(dict(reading))
    if "problems" in stripped:
        stripped["problems"] = [
            each | {"text": ""} if _names_somebody(each, names) else each
            for each in stripped["problems"]
        ]
    return stripped


def _names_somebody(each: Mapping[str, Any], names: Collection[str]) -> bool:
    text = each.get("text", "")
    return each.get("code") in CONTACT_CODES and any(name in text for name in names)


# -- Problems: what could not be understood on the pages, for their owners and for coordinators.


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A problem and where it stands. ``profile`` is a profile key, empty where nobody's."""

    page_id: int
    page: str
    problem: Problem
    profile: str = ""


class Problems:
    """The problems of the index, by page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, found: Mapping[int, Iterable[PageProblem]]) -> None:
        """Keep these problems as all that there are on these pages: {page id: problems}."""
        rows = [
            {
                "page_id": page_id,
                "page": each.page,
                "profile": each.profile,
                "code": each.problem.code,
                "parameter": each.problem.parameter[:100],
                "text": each.problem.text[:255],
                "hint": each.problem.hint[:255],
            }
            for page_id, problems in sorted(found.items())
            for each in problems
        ]
        with self._database.writing() as connection:
            self._database.delete(problem, "page_id", sorted(found))
            if rows:
                connection.execute(problem.insert(), rows)

    def all(self) -> list[PageProblem]:
        """Every problem, by page and in the order found."""
        return self._select()

    def on(self, page_id: int) -> list[PageProblem]:
        """The problems on one page."""
        return self._select(problem.c.page_id == page_id)

    def profiles_with(self, codes: Iterable[str]) -> set[str]:
        """The keys of the profiles on whose pages there is a problem of these codes."""
        query = select(problem.c.profile).where(problem.c.code.in_(sorted(codes))).distinct()
        with self._database.reading() as connection:
            return set(connection.scalars(query)) - {""}

    def count(self) -> int:
        """How many problems there are."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(problem)) or 0

    def _select(self, *conditions: ColumnElement[Any]) -> list[PageProblem]:
        query = select(problem).where(*conditions).order_by(problem.c.page, problem.c.id)
        with self._database.reading() as connection:
            return [
                PageProblem(
                    page_id=row.page_id,
                    page=row.page,
                    profile=row.profile,
                    problem=Problem(row.code, row.parameter, row.text, row.hint),
                )
                for row in connection.execute(query)
            ]


# -- Accounts: the state of people's accounts as last seen.


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

    def gone(self, ids: Iterable[int]) -> frozenset[int]:
        """Those of these accounts who are on no page any more: hidden, vanished or missing."""
        found = self.get_many(ids).items()
        return frozenset(id for id, user in found if account_problem(user) in GONE)

    def get_many(self, ids: Iterable[int]) -> dict[int, User]:
        """The accounts of these central user ids, as far as we know them."""
        found = {}
        with self._database.reading() as connection:
            for part in batches(sorted(set(ids))):
                query = select(account.c.id, account.c.state).where(account.c.id.in_(part))
                for id, body in connection.execute(query):
                    found[id] = unpack_user(body)
        return dict(sorted(found.items()))
