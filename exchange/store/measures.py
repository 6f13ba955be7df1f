"""Measures: numbers of the exchange, one value a day and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from exchange.store.database import Database
from exchange.store.tables import measure


@dataclass(frozen=True, slots=True)
class Measured:
    """A value on a day; ``n`` is the number of cases behind a rate, where it is one."""

    day: date
    value: float
    n: int | None = None


class Measures:
    """The measures of the delivery history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, day: date, values: Mapping[str, float | tuple[float, int | None]]) -> None:
        """Keep the values of a day, over what was there: {name: value or (value, n)}."""
        rows = []
        for name, given in sorted(values.items()):
            value, n = given if isinstance(given, tuple) else (given, None)
            rows.append({"day": day, "name": name, "value": float(value), "n": n})
        self._database.upsert(measure, rows)

    def series(self, name: str, *, since: date | None = None) -> list[Measured]:
        """The values of one measure, by day."""
        query = select(measure).where(measure.c.name == name).order_by(measure.c.day)
        if since is not None:
            query = query.where(measure.c.day >= since)
        with self._database.reading() as connection:
            return [Measured(row.day, row.value, row.n) for row in connection.execute(query)]

    def all(self) -> list[tuple[date, str, float, int | None]]:
        """The whole history, by name and day: (day, name, value, n)."""
        query = select(measure).order_by(measure.c.name, measure.c.day)
        with self._database.reading() as connection:
            return [(row.day, row.name, row.value, row.n) for row in connection.execute(query)]

    def on(self, day: date) -> dict[str, Measured]:
        """All values of one day."""
        query = select(measure).where(measure.c.day == day).order_by(measure.c.name)
        with self._database.reading() as connection:
            return {
                row.name: Measured(row.day, row.value, row.n) for row in connection.execute(query)
            }

    def latest(self, *, until: date | None = None) -> dict[str, Measured]:
        """The newest value of each measure (on or before ``until``)."""
        newest = select(measure.c.name, func.max(measure.c.day).label("day"))
        if until is not None:
            newest = newest.where(measure.c.day <= until)
        last = newest.group_by(measure.c.name).subquery()
        query = (
            select(measure)
            .join(last, (last.c.name == measure.c.name) & (last.c.day == measure.c.day))
            .order_by(measure.c.name)
        )
        with self._database.reading() as connection:
            return {
                row.name: Measured(row.day, row.value, row.n) for row in connection.execute(query)
            }
