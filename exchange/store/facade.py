"""Store: everything that is kept, one attribute a noun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from exchange.store import migrate
from exchange.store.accounts import Accounts
from exchange.store.contents import Contents
from exchange.store.database import Database
from exchange.store.deeds import Deeds
from exchange.store.leases import Leases
from exchange.store.measures import Measures
from exchange.store.notes import Notes
from exchange.store.notices import Notices
from exchange.store.pages import Pages
from exchange.store.preferences import Preferences
from exchange.store.problems import Problems
from exchange.store.profiles import Profiles
from exchange.store.publications import Publications
from exchange.store.rounds import Rounds
from exchange.store.runs import Runs
from exchange.store.sessions import Sessions
from exchange.store.state import States
from exchange.store.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class Store:
    """The database behind both programs. Errors: ``StoreAway``, ``StoreError``."""

    database: Database
    pages: Pages
    accounts: Accounts
    profiles: Profiles
    problems: Problems
    suggestions: Suggestions
    notices: Notices
    rounds: Rounds
    runs: Runs
    measures: Measures
    publications: Publications
    preferences: Preferences
    leases: Leases
    sessions: Sessions
    deeds: Deeds
    notes: Notes
    contents: Contents
    states: States

    @classmethod
    def open(cls, url: str, *, migrated: bool = True) -> Store:
        """Open a database, made and brought to the newest tables where it needs that.

        With ``migrated`` false nothing connects yet: the web tool starts even while the database
        is away, and calls ``migrate`` when it is there.
        """
        database = Database(url)
        store = cls(
            database=database,
            pages=Pages(database),
            accounts=Accounts(database),
            profiles=Profiles(database),
            problems=Problems(database),
            suggestions=Suggestions(database),
            notices=Notices(database),
            rounds=Rounds(database),
            runs=Runs(database),
            measures=Measures(database),
            publications=Publications(database),
            preferences=Preferences(database),
            leases=Leases(database),
            sessions=Sessions(database),
            deeds=Deeds(database),
            notes=Notes(database),
            contents=Contents(database),
            states=States(database),
        )
        if migrated:
            store.migrate()
        return store

    def migrate(self) -> bool:
        """Bring the tables to the newest form; tell whether there was anything to do."""
        return migrate.upgrade(self.database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write with several nouns in one transaction: all of it, or nothing."""
        with self.database.writing():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read with several nouns from one consistent state."""
        with self.database.reading():
            yield

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
