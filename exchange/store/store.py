"""Store: everything that is kept, one attribute a noun."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    FromClause,
    Select,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)

from exchange.store import migrate
from exchange.store.database import BATCH, Database
from exchange.store.declined_cohorts import DECLINED_COHORTS, DeclinedCohorts
from exchange.store.delayed import DelayedSuggestions
from exchange.store.introductions import Introductions
from exchange.store.joined_requests import JoinedRequests
from exchange.store.notices import Notices
from exchange.store.pages import Accounts, Pages, Problems
from exchange.store.people import (
    Coordinators,
    KeptTexts,
    LoginSessions,
    Preferences,
    RateLimits,
)
from exchange.store.profiles import Profiles
from exchange.store.programmes import Programmes
from exchange.store.responses import Responses
from exchange.store.runs import (
    DIRECTORY_PAGE,
    INDEX_VERSION,
    Locks,
    MetadataTexts,
    Metrics,
    PlaceWeeks,
    PublishedPages,
    Runs,
)
from exchange.store.schema import item, metadata, metadata_text, page, problem, profile, run
from exchange.store.signs_of_life import SignsOfLife
from exchange.store.suggestions import Rounds, Suggestions
from exchange.store.unclear_answers import UnclearAnswers

_COUNTED = ("page", "profile", "offer", "want", "problem")

_ONE = literal(1).label("one")
"""Ties together what may be there and what may not, so that there is always one row."""


def _version_query() -> Select[Any]:
    """The build, its directory, the newest run and decline: one row, whatever there is."""
    newest = (
        select(_ONE, run.c.id, run.c.status, run.c.begun, run.c.ended)
        .order_by(run.c.begun.desc(), run.c.id.desc())
        .limit(1)
        .subquery()
    )
    built = (
        select(_ONE, metadata_text.c.value, metadata_text.c.at)
        .where(metadata_text.c.name == INDEX_VERSION)
        .subquery()
    )
    page = (
        select(_ONE, metadata_text.c.value).where(metadata_text.c.name == DIRECTORY_PAGE).subquery()
    )
    declined = (
        select(_ONE, metadata_text.c.value)
        .where(metadata_text.c.name == DECLINED_COHORTS)
        .subquery()
    )
    always = select(_ONE).subquery()
    joined: FromClause = always
    for each in (built, page, newest, declined):
        joined = joined.outerjoin(each, each.c.one == always.c.one)
    columns = (
        newest.c.id,
        newest.c.status,
        newest.c.begun,
        newest.c.ended,
        declined.c.value.label("declined"),
    )
    is_known = built.c.value == bindparam("known", type_=metadata_text.c.value.type)
    text = case((is_known, null()), else_=page.c.value).label("directory")
    return select(built.c.value.label("build"), built.c.at, text, *columns).select_from(joined)


_VERSION = _version_query()
"""Put together once: that takes longer than to ask it."""


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """What the store holds: ``build`` names the index, ``run`` the newest run and how it stands,
    and how often a cohort was declined.

    ``at`` is when the newer of the two was written, None for an empty store. ``directory`` is the
    last good text of the directory's page, left out where the build is known already.
    """

    build: str = ""
    run: str = ""
    at: datetime | None = None
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """The database behind both programs. Errors: ``StoreUnavailable``, ``StoreError``."""

    database: Database
    pages: Pages
    joined_requests: JoinedRequests
    accounts: Accounts
    profiles: Profiles
    problems: Problems
    suggestions: Suggestions
    notices: Notices
    responses: Responses
    introductions: Introductions
    programmes: Programmes
    unclear_answers: UnclearAnswers
    rounds: Rounds
    declined_cohorts: DeclinedCohorts
    delayed: DelayedSuggestions
    runs: Runs
    metrics: Metrics
    place_weeks: PlaceWeeks
    published_pages: PublishedPages
    preferences: Preferences
    coordinators: Coordinators
    signs_of_life: SignsOfLife
    locks: Locks
    sessions: LoginSessions
    kept_texts: KeptTexts
    rate_limits: RateLimits
    metadata: MetadataTexts

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
            joined_requests=JoinedRequests(database),
            accounts=Accounts(database),
            profiles=Profiles(database),
            problems=Problems(database),
            suggestions=Suggestions(database),
            notices=Notices(database),
            responses=Responses(database),
            introductions=Introductions(database),
            programmes=Programmes(database),
            unclear_answers=UnclearAnswers(database),
            rounds=Rounds(database),
            declined_cohorts=DeclinedCohorts(database),
            delayed=DelayedSuggestions(database),
            runs=Runs(database),
            metrics=Metrics(database),
            place_weeks=PlaceWeeks(database),
            published_pages=PublishedPages(database),
            preferences=Preferences(database),
            coordinators=Coordinators(database),
            signs_of_life=SignsOfLife(database),
            locks=Locks(database),
            sessions=LoginSessions(database),
            kept_texts=KeptTexts(database),
            rate_limits=RateLimits(database),
            metadata=MetadataTexts(database),
        )
        if migrated:
            store.migrate()
        return store

    def migrate(self) -> bool:
        """Bring the tables to the newest form; tell whether there was anything to do."""
        return migrate.upgrade(self.database)

    def copy_into(self, url: str) -> Store:
        """Return a new store at ``url`` with everything that this one holds; for a dry run.

        Read in one snapshot, a table at a time, in batches of rows; ``url`` names an empty database.
        """
        copy = Store.open(url)
        with self.database.reading() as source, copy.database.writing() as target:
            for table in metadata.sorted_tables:
                rows = source.execute(select(table))
                while part := rows.mappings().fetchmany(BATCH):
                    target.execute(table.insert(), [dict(row) for row in part])
        return copy

    def counts(self, *, today: date, things: Collection[str] = ()) -> dict[str, int]:
        """Return how much the index holds: {name: number}.

        One query. ``pages`` are those that speak for somebody; profiles are the active ones, and
        offers and open wants theirs, a capacity once each, as everywhere: those of ``things`` are
        not counted with the skills.
        """
        active = profile.c.active.is_(True)
        still_open = item.c.until.is_(None) | (item.c.until >= today)
        held = (
            select(item.c.direction, item.c.profile, item.c.capacity)
            .join(profile, profile.c.key == item.c.profile)
            .where(active, still_open, item.c.capacity.not_in(sorted(things)))
            .distinct()
            .subquery()
        )
        query = union_all(
            select(literal("page"), func.count()).select_from(page).where(page.c.party != ""),
            select(literal("profile"), func.count()).select_from(profile).where(active),
            select(held.c.direction, func.count()).group_by(held.c.direction),
            select(literal("problem"), func.count()).select_from(problem),
        )
        with self.database.reading() as connection:
            found: dict[str, int] = dict(connection.execute(query).all())
        return {f"{name}s": found.get(name, 0) for name in _COUNTED}

    def version(self, *, known: str | None = None) -> StoreVersion:
        """Return what the store holds now, by one query: every answer of the web tool asks for it.

        ``known`` is the build that the caller holds, with the directory that belongs to it.
        """
        with self.database.reading() as connection:
            row = connection.execute(_VERSION, {"known": known}).one()
        moments = (row.at, row.ended or row.begun)
        run = "" if row.id is None else f"{row.id}/{row.status}"
        return StoreVersion(
            build=row.build or "",
            run=run + (f"/{row.declined}" if row.declined else ""),
            at=max((each for each in moments if each), default=None),
            directory=row.directory or "",
        )

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
