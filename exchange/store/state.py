"""State: by what a reader of the store tells that something was written since they last looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import FromClause, case, literal, null, select

from exchange.store.database import Database
from exchange.store.notes import BUILD, DIRECTORY
from exchange.store.tables import note, run

_ONE = literal(1).label("one")
"""Ties together what may be there and what may not, so that there is always one row."""


@dataclass(frozen=True, slots=True)
class State:
    """What the store holds: ``build`` names the index, ``run`` the newest run and how it stands.

    ``at`` is when the newer of the two was written, None for an empty store. ``directory`` is the
    last good text of the directory's page, left out where the build is known already.
    """

    build: str = ""
    run: str = ""
    at: datetime | None = None
    directory: str = ""


class States:
    """The state that the store is in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self, *, known: str | None = None) -> State:
        """The state as it is now, by one query: every answer of the web tool asks for it.

        ``known`` is the build that the caller holds, with the directory that belongs to it.
        """
        newest = (
            select(_ONE, run.c.id, run.c.status, run.c.begun, run.c.ended)
            .order_by(run.c.begun.desc(), run.c.id.desc())
            .limit(1)
            .subquery()
        )
        built = select(_ONE, note.c.value, note.c.at).where(note.c.name == BUILD).subquery()
        page = select(_ONE, note.c.value).where(note.c.name == DIRECTORY).subquery()
        always = select(_ONE).subquery()
        joined: FromClause = always
        for each in (built, page, newest):
            joined = joined.outerjoin(each, each.c.one == always.c.one)
        columns = (newest.c.id, newest.c.status, newest.c.begun, newest.c.ended)
        text = case((built.c.value == known, null()), else_=page.c.value).label("directory")
        query = select(built.c.value.label("build"), built.c.at, text, *columns)
        with self._database.reading() as connection:
            row = connection.execute(query.select_from(joined)).one()
        moments = (row.at, row.ended or row.begun)
        return State(
            build=row.build or "",
            run="" if row.id is None else f"{row.id}/{row.status}",
            at=max((each for each in moments if each), default=None),
            directory=row.directory or "",
        )
