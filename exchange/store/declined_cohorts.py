"""Declined cohorts: who said "not for me" of learning a capacity together, in a language.

It holds for whatever group a later round finds for the two, until they take it back. It is kept as
a preference of their profile, so that it goes with them when they are forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from exchange.store.database import Database
from exchange.store.people import Preferences
from exchange.store.runs import MetadataTexts
from exchange.store.schema import preference

COHORT = "cohort "
"""How the name of a preference begins that says "not for me": a digest of which follows."""

DECLINED_COHORTS = "declined-cohorts"
"""The note that counts how often somebody declined a cohort, or took that back: what shows them is
made anew then."""

Declined = frozenset[tuple[str, str, str]]
"""Who declined what: (profile key, capacity, language)."""


class DeclinedCohorts:
    """Who declined which cohorts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._preferences = Preferences(database)
        self._texts = MetadataTexts(database)

    def decline(
        self, profile: str, capacity: str, language: str, *, at: datetime, via: str
    ) -> None:
        """Keep that a profile is in no cohort for this capacity in this language."""
        with self._database.writing():
            value = f"{language} {capacity}"
            self._preferences.set(profile, _name(capacity, language), value, at=at, via=via)
            self._count(at)

    def take_back(self, profile: str, capacity: str, language: str, *, at: datetime) -> None:
        """Let a profile be in such cohorts again."""
        with self._database.writing():
            self._preferences.drop(profile, _name(capacity, language))
            self._count(at)

    def _count(self, at: datetime) -> None:
        before = int(self._texts.get(DECLINED_COHORTS) or 0)
        self._texts.set(DECLINED_COHORTS, str(before + 1), at=at)

    def all(self, profiles: Collection[str] | None = None) -> Declined:
        """Everything that was declined, or what these profiles declined."""
        query = select(preference.c.profile, preference.c.value).where(
            preference.c.name.startswith(COHORT, autoescape=True)
        )
        if profiles is not None:
            query = query.where(preference.c.profile.in_(sorted(profiles)))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return frozenset((row.profile, *what_was_declined(row.value)) for row in rows)


def what_was_declined(value: str) -> tuple[str, str]:
    """Return the capacity and the language that the value of such a preference names."""
    language, _, capacity = value.partition(" ")
    return capacity, language


def _name(capacity: str, language: str) -> str:
    digest = hashlib.sha256(f"{language} {capacity}".encode()).hexdigest()
    return f"{COHORT}{digest[:32]}"
