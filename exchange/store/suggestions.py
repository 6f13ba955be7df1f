"""Suggestions: who was suggested to whom, what they answered, and every answer ever given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from exchange.errors import StoreError
from exchange.model import Status, Suggestion
from exchange.store.database import Database, batches
from exchange.store.rows import pack_suggestion, unpack_suggestion
from exchange.store.tables import answer, suggestion

Identity = tuple[str, str, str, str]
"""(seeker, helper, want, period): no two suggestions share it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a suggestion: by a profile key, ``via`` ``wiki`` or ``web``."""

    suggestion: int
    status: Status
    by: str
    via: str
    at: datetime
    revision: int | None = None


class Suggestions:
    """The suggestions of the delivery history, by id. None is ever removed by a harvest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
        """Keep new suggestions and give them back with their ids, in the same order.

        One that is known already (same seeker, helper, want and period) is not written again: it
        comes back as the store has it. Only where nobody was told of it, its score and parts are
        written anew, and one that was withdrawn is planned again.
        """
        wanted = list(suggestions)
        with self._database.writing() as connection:
            known = self._identified(wanted)
            for each in wanted:
                old = known.get(identity(each))
                untold = old is not None and old.status in (Status.PLANNED, Status.WITHDRAWN)
                if (
                    old is not None
                    and untold
                    and (old.match, old.status)
                    != (
                        each.match,
                        each.status,
                    )
                ):
                    connection.execute(
                        suggestion.update()
                        .where(suggestion.c.id == old.id)
                        .values(pack_suggestion(each) | {"made": old.made})
                    )
                    known[identity(each)] = replace(each, id=old.id, made=old.made)
            fresh = {identity(each): each for each in wanted if identity(each) not in known}
            if fresh:
                connection.execute(
                    suggestion.insert(), [pack_suggestion(each) for each in fresh.values()]
                )
                known |= self._identified(fresh.values())
        return [known[identity(each)] for each in wanted]

    def withdraw(self, ids: Iterable[int], *, at: datetime) -> None:
        """Take back suggestions that were planned and never told."""
        self._mark(ids, Status.WITHDRAWN, (Status.PLANNED,), {"answered": at})

    def tell(self, ids: Iterable[int], *, at: datetime) -> None:
        """Open suggestions that the seeker has now been told of."""
        self._mark(ids, Status.OPEN, (Status.PLANNED,), {"told": at})

    def expire(self, ids: Iterable[int], *, at: datetime) -> None:
        """Free the seats of open suggestions that were met by silence."""
        self._mark(ids, Status.EXPIRED, (Status.OPEN,), {"answered": at})

    def answer(
        self,
        id: int,
        *,
        status: Status,
        by: str,
        via: str,
        at: datetime,
        revision: int | None = None,
    ) -> Suggestion:
        """Record an answer and give back the suggestion as it stands then.

        All answers are kept, each once; the newest counts, wherever it was given.
        """
        row = {
            "suggestion": id,
            "status": status.value,
            "by": by,
            "via": via,
            "at": at,
            "revision": revision,
        }
        with self._database.writing() as connection:
            # The row's lock puts two answers to one suggestion in a line.
            found = connection.execute(
                select(suggestion).where(suggestion.c.id == id).with_for_update()
            ).first()
            if found is None:
                raise StoreError(f"there is no suggestion {id}")
            same = [answer.c[name] == row[name] for name in ("suggestion", "via", "at", "status")]
            if connection.scalar(select(answer.c.id).where(*same)) is None:
                connection.execute(answer.insert(), row)
            newest = connection.execute(
                select(answer.c.status, answer.c.at)
                .where(answer.c.suggestion == id)
                .order_by(answer.c.at.desc(), answer.c.id.desc())
                .limit(1)
            ).one()
            told = found.told or at
            connection.execute(
                suggestion.update()
                .where(suggestion.c.id == id)
                .values(status=newest.status, answered=newest.at, told=told)
            )
            return unpack_suggestion(
                connection.execute(select(suggestion).where(suggestion.c.id == id)).one()
            )

    def answers(self, id: int | None = None) -> list[Answer]:
        """The answers to one suggestion, or to all, oldest first."""
        query = select(answer).order_by(answer.c.at, answer.c.id)
        if id is not None:
            query = query.where(answer.c.suggestion == id)
        with self._database.reading() as connection:
            return [
                Answer(
                    suggestion=row.suggestion,
                    status=Status(row.status),
                    by=row.by,
                    via=row.via,
                    at=row.at,
                    revision=row.revision,
                )
                for row in connection.execute(query)
            ]

    def get(self, id: int) -> Suggestion | None:
        """The suggestion of this id."""
        found = self._select(suggestion.c.id == id)
        return found[0] if found else None

    def get_many(self, ids: Iterable[int]) -> dict[int, Suggestion]:
        """The suggestions of these ids, as far as there are any."""
        found: dict[int, Suggestion] = {}
        for part in batches(sorted(set(ids))):
            found |= {each.id: each for each in self._select(suggestion.c.id.in_(part))}
        return found

    def planned(self, period: str | None = None) -> list[Suggestion]:
        """Suggestions that nobody was told of yet: of one period, or of all."""
        conditions = [suggestion.c.status == Status.PLANNED.value]
        if period is not None:
            conditions.append(suggestion.c.period == period)
        return self._select(*conditions)

    def open(self) -> list[Suggestion]:
        """Suggestions that hold a seat: told, and not declined, exchanged or expired."""
        held = [status.value for status in Status if status.holds_seat]
        return self._select(suggestion.c.status.in_(held))

    def of(self, key: str) -> list[Suggestion]:
        """The suggestions in which a profile is the seeker or the helper."""
        return self._select(or_(suggestion.c.seeker == key, suggestion.c.helper == key))

    def history(self, *, since: datetime | None = None) -> list[Suggestion]:
        """Every suggestion that was made (since then), withdrawn ones left out."""
        conditions = [suggestion.c.status != Status.WITHDRAWN.value]
        if since is not None:
            conditions.append(suggestion.c.made >= since)
        return self._select(*conditions)

    def counts(self) -> dict[str, int]:
        """How many suggestions there are in each status."""
        query = select(suggestion.c.status, func.count()).group_by(suggestion.c.status)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(suggestion.c.status))
            return dict(rows.all())

    def all(self) -> list[Suggestion]:
        """Every suggestion, by id."""
        return self._select()

    def _identified(self, wanted: Iterable[Suggestion]) -> dict[Identity, Suggestion]:
        keys = {identity(each) for each in wanted}
        seekers = sorted({key[0] for key in keys})
        periods = sorted({key[3] for key in keys})
        found = {}
        for part in batches(seekers):
            for each in self._select(
                suggestion.c.seeker.in_(part), suggestion.c.period.in_(periods)
            ):
                found[identity(each)] = each
        return found

    def _mark(
        self, ids: Iterable[int], to: Status, of: tuple[Status, ...], values: dict[str, Any]
    ) -> None:
        was = [status.value for status in of]
        with self._database.writing() as connection:
            for part in batches(sorted(set(ids))):
                connection.execute(
                    suggestion.update()
                    .where(suggestion.c.id.in_(part), suggestion.c.status.in_(was))
                    .values(status=to.value, **values)
                )

    def _select(self, *conditions: ColumnElement[Any]) -> list[Suggestion]:
        query = select(suggestion).where(*conditions).order_by(suggestion.c.id)
        with self._database.reading() as connection:
            return [unpack_suggestion(row) for row in connection.execute(query)]


def identity(each: Suggestion) -> Identity:
    """What makes a suggestion the same as another."""
    match = each.match
    return (match.seeker, match.helper, match.want, each.period)
