"""Runs: when each command ran, how it ended, what it counted, and what became of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from exchange.model import Outcome
from exchange.store.database import Database
from exchange.store.outcomes import describe, outcome_of
from exchange.store.tables import outcome, run


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

    def record(self, id: int, candidate: str, result: Outcome) -> None:
        """Note what became of a candidate; the last word of a run counts."""
        self.record_many(id, {candidate: result})

    def record_many(self, id: int, results: Mapping[str, Outcome]) -> None:
        """Note what became of several candidates: {candidate: outcome}."""
        rows = []
        for candidate, result in sorted(results.items()):
            state, reason, detail, page, revision = describe(result)
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

    def last_delivery(self, *, aside: str = "publish:") -> tuple[Run, dict[str, Outcome]] | None:
        """The newest run that wrote (or may have written) to somebody, or else had candidates.

        It comes with what became of each candidate. Candidates whose name begins with ``aside``
        are pages of ours and do not count.
        """
        people = ~outcome.c.candidate.startswith(aside)
        candidates = select(func.max(outcome.c.run)).where(people)
        wrote = candidates.where(outcome.c.kind.in_(["sent", "unknown"]))
        query = (
            select(run, outcome)
            .join(outcome, outcome.c.run == run.c.id)
            .where(run.c.id == func.coalesce(wrote.scalar_subquery(), candidates.scalar_subquery()))
            .where(people)
            .order_by(outcome.c.candidate)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return (_unpack(rows[0]), {row.candidate: _outcome(row) for row in rows}) if rows else None

    def recent(self, limit: int = 20) -> list[Run]:
        """The newest runs, newest first."""
        return self._select(select(run).order_by(run.c.begun.desc(), run.c.id.desc()).limit(limit))

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
    return outcome_of(row.kind, row.reason, row.detail, row.page, row.revision)
