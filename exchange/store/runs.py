"""Runs: when each command ran, how it ended, what it counted, and what became of whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, literal, or_, select, union_all

from exchange.model import Outcome
from exchange.model.keys import PUBLICATION_PREFIX, CandidateId, ProfileKey
from exchange.store.codec import outcome_from_row, outcome_to_row
from exchange.store.database import Database, batches
from exchange.store.schema import (
    introduction,
    lease,
    metadata_text,
    metric,
    outcome,
    place_week,
    published_page,
    run,
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command. ``status`` is its exit status, None while it runs or if it died."""

    id: int
    command: str
    begun: datetime
    ended: datetime | None = None
    status: int | None = None
    counts: dict[str, Any] = field(default_factory=dict)


class Runs:
    """The runs of the delivery history, by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, command: str, *, at: datetime) -> int:
        """Open a run and give back its id."""
        with self._database.writing() as connection:
            row = {"command": command, "begun": at, "counts": {}}
            key = connection.execute(run.insert(), row).inserted_primary_key
        return int(key[0]) if key else 0

    def end(self, id: int, *, at: datetime, status: int, counts: Mapping[str, Any]) -> None:
        """Close a run with its exit status and counts."""
        with self._database.writing() as connection:
            connection.execute(
                run.update()
                .where(run.c.id == id)
                .values(ended=at, status=status, counts=dict(counts))
            )

    def record_many(self, id: int, results: Mapping[str, Outcome]) -> None:
        """Note what became of several candidates: {candidate: outcome}."""
        rows = []
        for candidate, result in sorted(results.items()):
            state, reason, detail, page, revision = outcome_to_row(result)
            rows.append(
                {
                    "run": id,
                    "candidate": candidate,
                    "kind": state.value,
                    "reason": reason,
                    "detail": detail[:255],
                    "page": page,
                    "revision": revision,
                }
            )
        self._database.upsert(outcome, rows)

    def outcomes(self, id: int) -> dict[str, Outcome]:
        """What became of each candidate of a run: {candidate: outcome}."""
        query = select(outcome).where(outcome.c.run == id).order_by(outcome.c.candidate)
        with self._database.reading() as connection:
            return {row.candidate: _outcome(row) for row in connection.execute(query)}

    def newest_reason(self, profile: ProfileKey, role: str, *, since: datetime) -> str:
        """Why the newest run since then left a person, or a contact of a group, out; else empty."""
        query = (
            select(outcome.c.candidate, outcome.c.reason)
            .join(run, run.c.id == outcome.c.run)
            .where(
                run.c.begun >= since,
                outcome.c.candidate.startswith(str(profile), autoescape=True),
            )
            .order_by(run.c.begun.desc(), run.c.id.desc(), outcome.c.candidate)
        )
        with self._database.reading() as connection:
            for row in connection.execute(query):
                candidate = CandidateId.parse(row.candidate)
                if (candidate.recipient.profile, candidate.role) == (profile, role):
                    return str(row.reason)
        return ""

    def get(self, id: int) -> Run | None:
        """The run of this id."""
        found = self._select(select(run).where(run.c.id == id))
        return found[0] if found else None

    def last(self, command: str, *, ended: bool = False) -> Run | None:
        """The newest run of a command; with ``ended``, the newest that came to its end."""
        query = select(run).where(run.c.command == command)
        if ended:
            query = query.where(run.c.ended.is_not(None))
        found = self._select(query.order_by(run.c.begun.desc(), run.c.id.desc()).limit(1))
        return found[0] if found else None

    def covers(self, moment: datetime) -> bool:
        """Whether a run that we know of was under way then, give or take a few minutes.

        A run that never came to its end may have gone on for a day.
        """
        near = timedelta(minutes=10)
        query = select(run.c.id).where(
            run.c.begun <= moment + near,
            or_(
                run.c.ended >= moment - near,
                and_(run.c.ended.is_(None), run.c.begun >= moment - timedelta(days=1)),
            ),
        )
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def last_delivery(self) -> tuple[Run, dict[str, Outcome], int] | None:
        """The newest run that wrote (or may have written) to somebody, or else had candidates.

        It comes with what became of each candidate, and how many introductions ended in it. Report
        pages are no candidates here.
        """
        ended = select(func.count()).where(introduction.c.run == run.c.id).scalar_subquery()
        people = ~outcome.c.candidate.startswith(PUBLICATION_PREFIX)
        candidates = select(func.max(outcome.c.run)).where(people)
        wrote = candidates.where(outcome.c.kind.in_(["sent", "unknown"]))
        query = (
            select(run, outcome, ended.label("introductions"))
            .join(outcome, outcome.c.run == run.c.id)
            .where(run.c.id == func.coalesce(wrote.scalar_subquery(), candidates.scalar_subquery()))
            .where(people)
            .order_by(outcome.c.candidate)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return None
        outcomes = {row.candidate: _outcome(row) for row in rows}
        return _unpack(rows[0]), outcomes, rows[0].introductions

    def commands(self) -> dict[str, Run]:
        """The newest run of each command that ever ran."""
        newest = func.row_number().over(
            partition_by=run.c.command, order_by=(run.c.begun.desc(), run.c.id.desc())
        )
        ranked = select(run, newest.label("rank")).subquery()
        query = select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.command)
        return {found.command: found for found in self._select(query)}

    def _select(self, query: Select[Any]) -> list[Run]:
        with self._database.reading() as connection:
            return [_unpack(row) for row in connection.execute(query)]


def _unpack(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        command=row.command,
        begun=row.begun,
        ended=row.ended,
        status=row.status,
        counts=row.counts,
    )


def _outcome(row: Row[Any]) -> Outcome:
    return outcome_from_row(row.kind, row.reason, row.detail, row.page, row.revision)


# -- Measures: numbers of the exchange, one value a day and name.


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A value on a day; ``n`` is the number of cases behind a rate, where it is one."""

    day: date
    value: float
    n: int | None = None


class Metrics:
    """The measures of the delivery history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, day: date, values: Mapping[str, float | tuple[float, int | None]]) -> None:
        """Keep the values of a day, over what was there: {name: value or (value, n)}."""
        rows = []
        for name, given in sorted(values.items()):
            value, n = given if isinstance(given, tuple) else (given, None)
            rows.append({"day": day, "name": name, "value": float(value), "n": n})
        self._database.upsert(metric, rows)

    def replace(self, prefix: str, day: date, values: Mapping[str, float]) -> None:
        """Keep these measures of a day alone, of all whose names begin so: they have no history."""
        rows = [
            {"day": day, "name": f"{prefix}{name}", "value": float(value), "n": None}
            for name, value in sorted(values.items())
        ]
        with self._database.writing() as connection:
            connection.execute(metric.delete().where(metric.c.name.startswith(prefix)))
            if rows:
                connection.execute(metric.insert(), rows)

    def series(self, name: str, *, since: date | None = None) -> list[MetricValue]:
        """The values of one measure, by day."""
        query = select(metric).where(metric.c.name == name).order_by(metric.c.day)
        if since is not None:
            query = query.where(metric.c.day >= since)
        with self._database.reading() as connection:
            return [MetricValue(row.day, row.value, row.n) for row in connection.execute(query)]

    def on(self, day: date) -> dict[str, MetricValue]:
        """All values of one day."""
        query = select(metric).where(metric.c.day == day).order_by(metric.c.name)
        with self._database.reading() as connection:
            return {
                row.name: MetricValue(row.day, row.value, row.n)
                for row in connection.execute(query)
            }

    def latest(self, *, until: date | None = None) -> dict[str, MetricValue]:
        """The newest value of each measure that has a history (on or before ``until``)."""
        newest = select(metric.c.name, func.max(metric.c.day).label("day")).where(
            ~metric.c.name.contains(":")
        )
        if until is not None:
            newest = newest.where(metric.c.day <= until)
        last = newest.group_by(metric.c.name).subquery()
        query = (
            select(metric)
            .join(last, (last.c.name == metric.c.name) & (last.c.day == metric.c.day))
            .order_by(metric.c.name)
        )
        with self._database.reading() as connection:
            return {
                row.name: MetricValue(row.day, row.value, row.n)
                for row in connection.execute(query)
            }


WEEKS_KEPT = 106
"""For how many weeks the counts of places are kept: two years and the week that they began in."""


PlaceWeek = tuple[date, str, str, int, int, int, int, int]


class PlaceWeeks:
    """How many people, offers, wants and unmet wants each place had, one row a week."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, week: date, rows: Iterable[PlaceWeek]) -> None:
        """Keep the counts of a week in place of what was there, and let go of what is too old.

        A row is (Monday, kind, place, people, groups, offers, wants, unmet wants).
        """
        names = [column.name for column in place_week.columns]
        oldest = week - timedelta(weeks=WEEKS_KEPT)
        with self._database.writing() as connection:
            old = (place_week.c.week == week) | (place_week.c.week < oldest)
            connection.execute(place_week.delete().where(old))
        self._database.upsert(place_week, [dict(zip(names, row, strict=True)) for row in rows])

    def all_with_measures(
        self,
    ) -> tuple[list[tuple[date, str, float, int | None]], list[PlaceWeek]]:
        """All measures by name and day, and every place's weeks, both in one query.

        A measure is (day, name, value, n), a week (Monday, kind, place, people, groups, offers,
        wants, unmet wants).
        """
        nothing = literal(0)
        measures = select(
            metric.c.day, literal("").label("kind"), metric.c.name, metric.c.value, metric.c.n,
            *(nothing.label(name) for name in ("offers", "wants", "unmet")),
        )  # fmt: skip
        both = union_all(measures, select(*place_week.c)).subquery()
        query = select(both).order_by(both.c.kind, both.c.name, both.c.day)
        with self._database.reading() as connection:
            rows = list(connection.execute(query))
        return (
            [(row.day, row.name, row.value, row.n) for row in rows if not row.kind],
            [
                (row.day, row.kind, row.name, int(row.value), row.n, *row[5:])
                for row in rows
                if row.kind
            ],
        )


# -- Publications: what we last wrote on pages of ours.


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """The digest of a page's text as we wrote it, and the revision that it became."""

    title: str
    digest: str
    revision: int
    written: datetime


class PublishedPages:
    """The pages that we write, by title."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, PublishedPage]:
        """Every page that we write: {title: publication}."""
        with self._database.reading() as connection:
            query = select(published_page).order_by(published_page.c.title)
            return {row.title: PublishedPage(*row) for row in connection.execute(query)}

    def forget(self, titles: Iterable[str]) -> None:
        """Forget pages that are not there any more."""
        with self._database.writing() as connection:
            for part in batches([*titles]):
                connection.execute(delete(published_page).where(published_page.c.title.in_(part)))

    def save(self, each: PublishedPage) -> None:
        """Keep what we wrote."""
        self._database.upsert(
            published_page,
            [
                {
                    "title": each.title,
                    "digest": each.digest,
                    "revision": each.revision,
                    "written": each.written,
                }
            ],
        )


# -- Notes: small facts by name.

REBUILT = "history-rebuilt"
"""The note that holds every message until the operator has confirmed the history."""

INDEX_VERSION = "index-build"
"""The note whose value changes whenever the index does."""

DIRECTORY_PAGE = "directory-page"
"""The note that holds the last good text of the directory's page on the wiki."""


class MetadataTexts:
    """Texts by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """The text of this name."""
        with self._database.reading() as connection:
            return connection.scalar(
                select(metadata_text.c.value).where(metadata_text.c.name == name)
            )

    def set(self, name: str, value: str, *, at: datetime) -> None:
        """Keep a text."""
        self._database.upsert(metadata_text, [{"name": name, "value": value, "at": at}])

    def drop(self, name: str) -> None:
        """Remove a text."""
        with self._database.writing() as connection:
            connection.execute(metadata_text.delete().where(metadata_text.c.name == name))


# -- Leases: who may run now. A lease that is not renewed expires, so a dead run blocks nobody.


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a name, and until when."""

    name: str
    holder: str
    expires: datetime


class Locks:
    """One holder a name at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, holder: str, *, now: datetime, ttl: timedelta) -> bool:
        """Take a lease that is free, expired or one's own; tell whether one has it now."""
        with self._database.writing() as connection:
            if self._database.insert_new(
                lease, {"name": name, "holder": holder, "expires": now + ttl}
            ):
                return True
            connection.execute(
                lease.update()
                .where(lease.c.name == name)
                .where((lease.c.holder == holder) | (lease.c.expires <= now))
                .values(holder=holder, expires=now + ttl)
            )
            query = select(lease.c.holder).where(lease.c.name == name)
            return connection.scalar(query) == holder

    def renew(self, name: str, holder: str, *, now: datetime, ttl: timedelta) -> bool:
        """Extend one's own lease; False where it is no longer one's own: stop at once."""
        with self._database.writing() as connection:
            connection.execute(
                lease.update()
                .where(lease.c.name == name, lease.c.holder == holder, lease.c.expires > now)
                .values(expires=now + ttl)
            )
            found = connection.execute(select(lease).where(lease.c.name == name)).first()
        return found is not None and found.holder == holder and found.expires > now

    def release(self, name: str, holder: str) -> None:
        """Release one's own lease."""
        with self._database.writing() as connection:
            connection.execute(lease.delete().where(lease.c.name == name, lease.c.holder == holder))

    def get(self, name: str) -> Lock | None:
        """Who holds a name."""
        with self._database.reading() as connection:
            row = connection.execute(select(lease).where(lease.c.name == name)).first()
        return None if row is None else Lock(row.name, row.holder, row.expires)
