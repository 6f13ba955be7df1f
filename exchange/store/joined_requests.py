"""Joined requests: who needs what others asked for, too, by their own hand on the wiki."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from exchange.model import Profile, Want
from exchange.store.codec import digest, unpack_profile
from exchange.store.database import Database, batches
from exchange.store.schema import item, joining, page, profile

NOTHING = ""
"""The capacity of whoever left a request in the tool, until the page is read."""


class JoinedRequests:
    """Who joined what on which page; a part of the index, as the pages are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, found: Mapping[int, Collection[tuple[int, str]]]) -> None:
        """Keep these as all who joined on these pages: {page id: (central id, capacity)}."""
        rows = [
            {"page": id, "account": account, "capacity": capacity[:190]}
            for id, joined in sorted(found.items())
            for account, capacity in sorted(set(joined))
        ]
        with self._database.writing() as connection:
            self._database.delete(joining, "page", sorted(found))
            for part in batches(rows):
                connection.execute(joining.insert(), part)

    def set(self, page: int, account: int, capacities: Collection[str]) -> None:
        """Keep what one account has just joined on a page, until the page is read.

        Whoever joined nothing any more keeps a row that names no capacity: by that the next
        harvest knows that their profile has changed.
        """
        rows = [
            {"page": page, "account": account, "capacity": capacity[:190]}
            for capacity in dict.fromkeys(capacities or [NOTHING])
        ]
        theirs = (joining.c.page == page) & (joining.c.account == account)
        with self._database.writing() as connection:
            connection.execute(joining.delete().where(theirs))
            connection.execute(joining.insert(), rows)

    def all(self) -> dict[int, list[tuple[int, str]]]:
        """Everybody who joined anything: {page id: (central id, capacity)}."""
        with self._database.reading() as connection:
            pages = set(connection.scalars(select(joining.c.page)))
        return self.on(pages)

    def on(self, pages: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
        """Who joined requests on these pages: {page id: (central id, capacity)}."""
        return self._joined(joining.c.page, pages)

    def by(self, accounts: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
        """The pages on which these accounts joined a request: {page id: (central id, capacity)}."""
        return self._joined(joining.c.account, accounts)

    def askers(self, account: int) -> list[tuple[Profile, Want]]:
        """Return what one account joined as it stands now, by who asks: (who asks, for what)."""
        query = (
            select(page.c.title, joining.c.capacity, profile.c.body)
            .where(joining.c.account == account)
            .where(page.c.id == joining.c.page, profile.c.key == page.c.party)
            .order_by(profile.c.key, page.c.id, joining.c.capacity)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            (asker, want)
            for title, capacity, body in rows
            for asker in (unpack_profile(body),)
            for want in asker.wants
            if want.is_own_request and (want.request, want.capacity) == (title, capacity)
        ]

    def _joined(
        self, column: ColumnElement[Any], values: Iterable[int]
    ) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        with self._database.reading() as connection:
            for part in batches(sorted(set(values))):
                query = select(joining).where(column.in_(part))
                for row in connection.execute(query.order_by(*joining.primary_key)):
                    found.setdefault(row.page, []).append((row.account, row.capacity))
        return dict(sorted(found.items()))


def leave_requests(
    connection: Connection, key: str, body: Mapping[str, Any], is_theirs: Callable[[object], bool]
) -> dict[str, Any] | None:
    """Return a stored profile without the requests of somebody who is forgotten (``is_theirs``).

    None where it held nothing else and is gone, too.
    """
    wants = []
    for want in body.get("wants", ()):
        titles = [title for title in want.get("joined", ()) if not is_theirs(title)]
        kept = {name: each for name, each in want.items() if name != "joined"}
        if titles:
            kept["joined"] = titles
        if not is_theirs(want.get("request")):
            wants.append(kept)
        elif titles:
            wants.append(kept | {"request": titles[0]})
    for title in {want["request"] for want in body.get("wants", ()) if want.get("request")}:
        if is_theirs(title):
            gone = (item.c.profile == key) & (item.c.request == title)
            connection.execute(item.delete().where(gone))
    if not wants and is_theirs(body.get("page")):
        connection.execute(item.delete().where(item.c.profile == key))
        connection.execute(profile.delete().where(profile.c.key == key))
        return None
    left = {name: each for name, each in body.items() if name != "wants"}
    return left | {"wants": wants} if wants else left


def uncount_joins(connection: Connection, account: int) -> None:
    """Take what somebody joined out of the counts of those who asked for it, and forget it."""
    rows = connection.execute(select(joining).where(joining.c.account == account)).all()
    connection.execute(joining.delete().where(joining.c.account == account))
    for row in rows:
        asked = select(profile.c.key, profile.c.body, page.c.title).where(
            page.c.id == row.page, profile.c.key == page.c.party
        )
        for key, body, title in connection.execute(asked).all():
            wants = [
                want | {"joins": max(want.get("joins", 0) - 1, 0)}
                if (want.get("request"), want["capacity"]) == (title, row.capacity)
                else want
                for want in body.get("wants", ())
            ]
            wants = [{n: v for n, v in want.items() if n != "joins" or v} for want in wants]
            left = body | {"wants": wants} if wants else body
            named = {name: value for name, value in left.items() if name != "name"}
            values = {"body": left, "digest": digest(named)}
            connection.execute(profile.update().where(profile.c.key == key).values(values))
