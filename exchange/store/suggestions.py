"""Suggestions: who was suggested to whom, what they answered, and every answer ever given."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from exchange.errors import StoreError
from exchange.model import Chain, Circle, Cohort, Suggestion, SuggestionStatus
from exchange.store.codec import pack_suggestion, unpack_suggestion
from exchange.store.database import Database, batches
from exchange.store.schema import answer, first_seen, group_proposal, suggestion
from exchange.store.schema import unmet as lacking

Identity = tuple[str, str, str, str]
"""(seeker, helper, want, period): no two suggestions share it."""


@dataclass(frozen=True, slots=True)
class SuggestionAnswer:
    """One answer to a suggestion: by a profile key, ``via`` ``wiki`` or ``web``."""

    suggestion: int
    status: SuggestionStatus
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
                untold = old is not None and old.status in (
                    SuggestionStatus.PLANNED,
                    SuggestionStatus.WITHDRAWN,
                )
                if old is None or not untold:
                    continue
                if (old.match, old.status) != (each.match, each.status):
                    connection.execute(
                        suggestion.update()
                        .where(suggestion.c.id == old.id)
                        .values(pack_suggestion(each) | {"made": old.created_at})
                    )
                    known[identity(each)] = replace(each, id=old.id, created_at=old.created_at)
            fresh = {identity(each): each for each in wanted if identity(each) not in known}
            if fresh:
                connection.execute(
                    suggestion.insert(), [pack_suggestion(each) for each in fresh.values()]
                )
                known |= self._identified(fresh.values())
        return [known[identity(each)] for each in wanted]

    def withdraw(self, ids: Iterable[int], *, at: datetime) -> None:
        """Take back suggestions that were planned and never told."""
        self._mark(ids, SuggestionStatus.WITHDRAWN, (SuggestionStatus.PLANNED,), {"answered": at})

    def mark_notified(self, ids: Iterable[int], *, at: datetime) -> None:
        """Open suggestions that the seeker has now been told of."""
        self._mark(ids, SuggestionStatus.OPEN, (SuggestionStatus.PLANNED,), {"told": at})

    def expire(self, ids: Iterable[int], *, at: datetime) -> None:
        """Free the seats of open suggestions that were met by silence."""
        self._mark(ids, SuggestionStatus.EXPIRED, (SuggestionStatus.OPEN,), {"answered": at})

    def answer(
        self,
        id: int,
        *,
        status: SuggestionStatus,
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

    def take_back(self, id: int, *, by: str, via: str) -> bool:
        """Take back the newest answer to a suggestion; whether it was theirs and given this way.

        The answer before it counts again; without one the suggestion waits as it did.
        """
        with self._database.writing() as connection:
            locked = select(suggestion.c.id).where(suggestion.c.id == id).with_for_update()
            connection.execute(locked)
            given = connection.execute(
                select(answer)
                .where(answer.c.suggestion == id)
                .order_by(answer.c.at.desc(), answer.c.id.desc())
                .limit(2)
            ).all()
            if not given or (given[0].by, given[0].via) != (by, via):
                return False
            connection.execute(answer.delete().where(answer.c.id == given[0].id))
            left = given[1:]
            status = left[0].status if left else SuggestionStatus.OPEN.value
            connection.execute(
                suggestion.update()
                .where(suggestion.c.id == id)
                .values(status=status, answered=left[0].at if left else None)
            )
        return True

    def answers(self, id: int | None = None) -> list[SuggestionAnswer]:
        """The answers to one suggestion, or to all, oldest first."""
        query = select(answer).order_by(answer.c.at, answer.c.id)
        if id is not None:
            query = query.where(answer.c.suggestion == id)
        with self._database.reading() as connection:
            return [
                SuggestionAnswer(
                    suggestion=row.suggestion,
                    status=SuggestionStatus(row.status),
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
        conditions = [suggestion.c.status == SuggestionStatus.PLANNED.value]
        if period is not None:
            conditions.append(suggestion.c.period == period)
        return self._select(*conditions)

    def open(self) -> list[Suggestion]:
        """Suggestions that hold a seat: told, and not declined, exchanged or expired."""
        held = [status.value for status in SuggestionStatus if status.holds_seat]
        return self._select(suggestion.c.status.in_(held))

    def involving(self, key: str) -> list[Suggestion]:
        """The suggestions in which a profile is the seeker, the helper or the interpreter."""
        return self._select(involves(key))

    def unanswered(self, keys: Iterable[str]) -> list[int]:
        """The ids of what is planned or open with one of these profiles, in any role."""
        wanted = frozenset(keys)
        if not wanted:
            return []
        waiting = (SuggestionStatus.PLANNED.value, SuggestionStatus.OPEN.value)
        columns = (suggestion.c.seeker, suggestion.c.helper, suggestion.c.interpreter)
        query = select(suggestion.c.id, *columns).where(suggestion.c.status.in_(waiting))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(suggestion.c.id))
            return [id for id, *parties in rows if wanted & {*parties}]

    def history(self, *, since: datetime | None = None) -> list[Suggestion]:
        """Every suggestion that was made (since then), withdrawn ones left out."""
        conditions = [suggestion.c.status != SuggestionStatus.WITHDRAWN.value]
        if since is not None:
            conditions.append(suggestion.c.made >= since)
        return self._select(*conditions)

    def counts(self, *, things: Collection[str] = ()) -> dict[str, int]:
        """How many suggestions there are in each status, but for those of ``things``."""
        query = select(suggestion.c.status, func.count()).group_by(suggestion.c.status)
        query = query.where(suggestion.c.want.not_in(sorted(things))).order_by(suggestion.c.status)
        with self._database.reading() as connection:
            return dict(connection.execute(query).all())

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
        self,
        ids: Iterable[int],
        to: SuggestionStatus,
        of: tuple[SuggestionStatus, ...],
        values: dict[str, Any],
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


def involves(key: str) -> ColumnElement[bool]:
    """Whether a profile is one of those whom a suggestion is about."""
    roles = (suggestion.c.seeker, suggestion.c.helper, suggestion.c.interpreter)
    return or_(*(role == key for role in roles))


def identity(each: Suggestion) -> Identity:
    """What makes a suggestion the same as another."""
    match = each.match
    return (match.seeker, match.helper, match.want, each.period)


# -- Rounds: what the newest round of matching found beside its suggestions.

COHORT = "cohort"
CIRCLE = "circle"
CHAIN = "chain"


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
        chains: Iterable[Chain] = (),
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
            *(_row(CHAIN, at, "", _circle(each)) for at, each in enumerate(chains)),
        ]
        with self._database.writing() as connection:
            connection.execute(lacking.delete())
            connection.execute(group_proposal.delete())
            for part in batches(rows):
                connection.execute(lacking.insert(), part)
            for part in batches(groups):
                connection.execute(group_proposal.insert(), part)

    def unmet(self, *profiles: str) -> list[tuple[str, str, str]]:
        """Wants that nobody was found for: (seeker, capacity, reason), of these seekers or of all."""
        query = select(lacking.c.profile, lacking.c.capacity, lacking.c.reason)
        if profiles:
            query = query.where(lacking.c.profile.in_(profiles))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(lacking.c.profile, lacking.c.capacity))
            return [(row.profile, row.capacity, row.reason) for row in rows]

    def cohorts(self, capacity: str | None = None) -> list[Cohort]:
        """Groups who could learn together: for one capacity, or all."""
        where = [group_proposal.c.kind == COHORT]
        if capacity is not None:
            where.append(group_proposal.c.capacity == capacity)
        return self._cohorts(*where)

    def _cohorts(self, *where: ColumnElement[Any]) -> list[Cohort]:
        return [_cohort_of(body) for body in self._bodies(*where)]

    def cohorts_with(self, keys: Collection[str]) -> list[Cohort]:
        """The cohorts in which one of these profiles is a member or helps."""
        return self.groups_with(keys)[0]

    def groups_with(self, keys: Collection[str]) -> tuple[list[Cohort], list[Chain]]:
        """The cohorts and the chains in which one of these profiles is. One query."""
        text = cast(group_proposal.c.body, Text)
        named = [text.contains(f'"{key}"', autoescape=True) for key in sorted(keys)]
        found = self._bodies(group_proposal.c.kind.in_([COHORT, CHAIN]), or_(false(), *named))
        theirs = [one for one in found if {*one["members"], *one.get("helpers", ())} & {*keys}]
        chains = [
            Chain(tuple(one["members"]), tuple(one["capacities"]), one["score"])
            for one in theirs
            if "language" not in one
        ]
        return [_cohort_of(one) for one in theirs if "language" in one], chains

    def circles(self) -> list[Circle]:
        """Swaps and circles of three."""
        return [
            Circle(tuple(body["members"]), tuple(body["capacities"]), body["score"])
            for body in self._bodies(group_proposal.c.kind == CIRCLE)
        ]

    def record_first_seen(self, profiles: Iterable[str], *, day: date) -> int:
        """Note the day for those who are seen to want something for the first time."""
        known = self.first_seen()
        rows = [{"profile": key, "day": day} for key in sorted(set(profiles) - known.keys())]
        with self._database.writing() as connection:
            for part in batches(rows):
                connection.execute(first_seen.insert(), part)
        return len(rows)

    def first_seen(self) -> dict[str, date]:
        """When each seeker was first seen to want something: {profile key: day}."""
        query = select(first_seen.c.profile, first_seen.c.day).order_by(first_seen.c.profile)
        with self._database.reading() as connection:
            return dict(connection.execute(query).all())

    def seekers(self) -> tuple[list[tuple[str, str, str]], dict[str, date]]:
        """What is known of all seekers, by one query: (``unmet()``, ``arrivals()``)."""
        came = select(
            first_seen.c.profile,
            first_seen.c.day,
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
        query = select(group_proposal.c.body).where(*where).order_by(group_proposal.c.position)
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


def _cohort_of(body: dict[str, Any]) -> Cohort:
    return Cohort(
        capacity=body["capacity"],
        language=body["language"],
        members=tuple(body["members"]),
        helpers=tuple(body["helpers"]),
        hours=tuple(body["hours"]),
        until=date.fromisoformat(body["until"]) if body["until"] else None,
    )


def _circle(each: Circle | Chain) -> dict[str, Any]:
    return {
        "members": list(each.members),
        "capacities": list(each.capacities),
        "score": each.score,
    }
