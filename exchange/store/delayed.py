"""Delayed: suggestions that wait for the next period, so that there is something to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from exchange.model import Suggestion, SuggestionStatus
from exchange.store.codec import unpack_suggestion
from exchange.store.database import Database, batches
from exchange.store.schema import answer, suggestion


class DelayedSuggestions:
    """Suggestions of which nobody is told before the next period, and who met all the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, moment: datetime) -> list[Suggestion]:
        """The delayed suggestions that were made since then, by id."""
        query = (
            select(suggestion)
            .where(
                suggestion.c.status == SuggestionStatus.DELAYED.value,
                suggestion.c.made >= moment,
            )
            .order_by(suggestion.c.id)
        )
        with self._database.reading() as connection:
            return [unpack_suggestion(row) for row in connection.execute(query)]

    def record_contacts(self, met: Mapping[int, datetime], *, via: str) -> None:
        """Note when the two of a suggestion met of which nobody told them; it stays delayed.

        The first time counts; safe to repeat.
        """
        with self._database.writing() as connection:
            known: set[int] = set()
            for part in batches(sorted(met)):
                query = select(answer.c.suggestion).where(answer.c.suggestion.in_(part))
                known |= set(connection.scalars(query))
            rows = [
                {
                    "suggestion": id,
                    "status": SuggestionStatus.IN_TOUCH.value,
                    "by": "",
                    "via": via,
                    "at": at,
                    "revision": None,
                }
                for id, at in sorted(met.items())
                if id not in known
            ]
            for part in batches(rows):
                connection.execute(answer.insert(), part)
