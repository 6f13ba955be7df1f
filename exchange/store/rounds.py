"""Rounds: what the newest round of matching found beside its suggestions.

Unmet wants with their reasons, cohorts and circles are replaced by every round; the day on which
a seeker arrived is kept for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, literal, null, select, union_all

from exchange.model import Circle, Cohort
from exchange.store.database import Database, batches
from exchange.store.tables import arrival, gathering
from exchange.store.tables import unmet as lacking

COHORT = "cohort"
CIRCLE = "circle"


class Rounds:
    """The newest round of matching."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(
        self,
        *,
        unmet: Iterable[tuple[str, str, str]],
        cohorts: Iterable[Cohort] = (),
        circles: Iterable[Circle] = (),
    ) -> None:
        """Keep what a round found, over what the round before it did.

        ``unmet`` gives (seeker's profile key, capacity id, reason); ``circles`` swaps too.
        """
        wants = {(key, capacity[:190]): reason for key, capacity, reason in unmet}
        rows = [
            {"profile": key, "capacity": capacity, "reason": reason}
            for (key, capacity), reason in sorted(wants.items())
        ]
        groups = [
            *(_row(COHORT, at, each.capacity, _cohort(each)) for at, each in enumerate(cohorts)),
            *(_row(CIRCLE, at, "", _circle(each)) for at, each in enumerate(circles)),
        ]
        with self._database.writing() as connection:
            connection.execute(lacking.delete())
            connection.execute(gathering.delete())
            for part in batches(rows):
                connection.execute(lacking.insert(), part)
            for part in batches(groups):
                connection.execute(gathering.insert(), part)

    def unmet(self, profile: str | None = None) -> list[tuple[str, str, str]]:
        """Wants that nobody was found for: (seeker, capacity, reason), of one seeker or of all."""
        query = select(lacking.c.profile, lacking.c.capacity, lacking.c.reason)
        if profile is not None:
            query = query.where(lacking.c.profile == profile)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(lacking.c.profile, lacking.c.capacity))
            return [(row.profile, row.capacity, row.reason) for row in rows]

    def cohorts(self, capacity: str | None = None) -> list[Cohort]:
        """Groups who could learn together: for one capacity, or all."""
        where = [gathering.c.kind == COHORT]
        if capacity is not None:
            where.append(gathering.c.capacity == capacity)
        return [
            Cohort(
                capacity=body["capacity"],
                language=body["language"],
                members=tuple(body["members"]),
                helpers=tuple(body["helpers"]),
                hours=tuple(body["hours"]),
                until=date.fromisoformat(body["until"]) if body["until"] else None,
            )
            for body in self._bodies(*where)
        ]

    def circles(self) -> list[Circle]:
        """Swaps and circles of three."""
        return [
            Circle(tuple(body["members"]), tuple(body["capacities"]), body["score"])
            for body in self._bodies(gathering.c.kind == CIRCLE)
        ]

    def arrive(self, profiles: Iterable[str], *, day: date) -> int:
        """Note the day for those who are seen to want something for the first time."""
        known = self.arrivals()
        rows = [{"profile": key, "day": day} for key in sorted(set(profiles) - known.keys())]
        with self._database.writing() as connection:
            for part in batches(rows):
                connection.execute(arrival.insert(), part)
        return len(rows)

    def arrivals(self) -> dict[str, date]:
        """When each seeker was first seen to want something: {profile key: day}."""
        query = select(arrival.c.profile, arrival.c.day).order_by(arrival.c.profile)
        with self._database.reading() as connection:
            return dict(connection.execute(query).all())

    def seekers(self) -> tuple[list[tuple[str, str, str]], dict[str, date]]:
        """What is known of all seekers, by one query: (``unmet()``, ``arrivals()``)."""
        came = select(
            arrival.c.profile,
            arrival.c.day,
            literal("").label("capacity"),
            literal("").label("reason"),
        )
        lacked = select(lacking.c.profile, null(), lacking.c.capacity, lacking.c.reason)
        unmet: list[tuple[str, str, str]] = []
        arrivals: dict[str, date] = {}
        with self._database.reading() as connection:
            for profile, day, capacity, reason in connection.execute(union_all(came, lacked)):
                if day is None:
                    unmet.append((profile, capacity, reason))
                else:
                    arrivals[profile] = day
        return sorted(unmet), dict(sorted(arrivals.items()))

    def _bodies(self, *where: ColumnElement[Any]) -> list[dict[str, Any]]:
        query = select(gathering.c.body).where(*where).order_by(gathering.c.position)
        with self._database.reading() as connection:
            return list(connection.scalars(query))


def _row(kind: str, position: int, capacity: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "position": position, "capacity": capacity[:190], "body": body}


def _cohort(each: Cohort) -> dict[str, Any]:
    return {
        "capacity": each.capacity,
        "language": each.language,
        "members": list(each.members),
        "helpers": list(each.helpers),
        "hours": list(each.hours),
        "until": each.until.isoformat() if each.until else None,
    }


def _circle(each: Circle) -> dict[str, Any]:
    return {
        "members": list(each.members),
        "capacities": list(each.capacities),
        "score": each.score,
    }
