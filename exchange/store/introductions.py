"""Introductions: two people whom a coordinator brings together by hand, and who wants none.

An introduction is a suggestion that a person made, with a line of theirs: the same row, the same
notices, the same answers. It waits until the bot has told the seeker, or there is a reason not to;
then its outcome is on record, once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from exchange.model import INTRODUCED, Match, Reason, Suggestion, SuggestionStatus
from exchange.model.keys import ProfileKey
from exchange.store.codec import NoticeState
from exchange.store.database import Database
from exchange.store.schema import introduction, introduction_refusal, notice
from exchange.store.suggestions import Suggestions

TOLD = "sent"
"""The outcome of an introduction of which the seeker was told; any other is a ``Reason``."""

MOST_A_DAY = 5
"""How many introductions one coordinator can make in a day, by UTC."""

LONGEST_LINE = 200
"""How many characters the coordinator's line has at most."""


_PRIVATE = frozenset({Reason.DECLINED.value, Reason.NOTIFY_NO.value})
"""Outcomes that would tell what somebody asked of us about somebody, or in the tool."""


class NotIntroduced(Exception):
    """Nothing was kept: ``code`` is ``limit`` (of the day) or ``before`` (of this pair)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Introduction:
    """That ``coordinator`` (central user id, 0 where forgotten; ``name``) introduced two people.

    ``line`` is what they wrote, as plain text. ``outcome`` is empty while it waits, then ``TOLD``
    or the value of a ``Reason``; it ended in ``run``, if in one.
    """

    suggestion: int
    coordinator: int
    name: str
    line: str
    made: datetime
    outcome: str = ""
    ended: datetime | None = None
    run: int | None = None
    id: int = 0

    @property
    def shown_outcome(self) -> str:
        """The outcome as others may know it: not which of the two said no, nor to what."""
        return Reason.INTRODUCTION_REFUSED.value if self.outcome in _PRIVATE else self.outcome

    @property
    def coordinator_key(self) -> str:
        """The key of the coordinator's own profile; empty where they were forgotten."""
        return str(ProfileKey.for_person(self.coordinator)) if self.coordinator else ""


Refusals = Collection[tuple[str, str]]
"""Who wants no introductions: (profile key, the coordinator's key, or empty for all of them)."""


def is_refused(each: Introduction, keys: Iterable[str], refusals: Refusals) -> bool:
    """Whether one of these parties wants no introductions, or none by this coordinator."""
    return any((key, about) in refusals for key in keys for about in {"", each.coordinator_key})


class Introductions:
    """The introductions, by id, and the refusals."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suggestions = Suggestions(database)

    def make(
        self, match: Match, *, coordinator: int, name: str, line: str, at: datetime
    ) -> Introduction:
        """Keep an introduction and plan its suggestion, in the place of what was planned for the two.

        The day's places are numbered and each is taken once, so that two forms sent at once
        cannot be one too many. Raises ``NotIntroduced``; nothing is kept then.
        """
        with self._database.writing() as connection:
            others = [
                one.id
                for one in self._suggestions.involving(match.seeker)
                if one.match.pair == match.pair and not one.is_by_hand
            ]
            self._suggestions.withdraw(others, at=at)  # of these, what is planned
            (kept,) = self._suggestions.plan([Suggestion(match, INTRODUCED, at)])
            waiting = select(introduction.c.id).where(
                introduction.c.suggestion == kept.id, introduction.c.waits.is_not(None)
            )
            if kept.status is not SuggestionStatus.PLANNED or connection.scalar(waiting):
                raise NotIntroduced("before")
            row = {
                "suggestion": kept.id,
                "coordinator": coordinator,
                "name": name,
                "line": line,
                "made": at,
                "day": at.date(),
                "waits": 1,
                "outcome": "",
            }
            for place in range(1, MOST_A_DAY + 1):
                if self._database.insert_new(introduction, row | {"place": place}):
                    break
            else:
                raise NotIntroduced("limit")
            found = connection.execute(
                select(introduction).where(
                    introduction.c.suggestion == kept.id, introduction.c.waits == 1
                )
            ).one()
        return _unpack(found)

    def left(self, coordinator: int, *, day: date) -> int:
        """How many introductions a coordinator can still make on a day."""
        query = select(func.count()).where(
            introduction.c.coordinator == coordinator, introduction.c.day == day
        )
        with self._database.reading() as connection:
            return max(0, MOST_A_DAY - int(connection.scalar(query) or 0))

    def waiting(self) -> list[Introduction]:
        """Those that nobody was told of yet, oldest first."""
        return self._select(introduction.c.waits.is_not(None))

    def by(self, coordinator: int, *, since: datetime) -> list[Introduction]:
        """Those that one coordinator made since then, newest first."""
        found = self._select(
            introduction.c.coordinator == coordinator, introduction.c.made >= since
        )
        return found[::-1]

    def ended_in(self, run: int) -> list[Introduction]:
        """Those whose outcome a run brought, oldest first."""
        return self._select(introduction.c.run == run)

    def of(self, suggestions: Iterable[int]) -> dict[int, Introduction]:
        """The newest introduction of each of these suggestions that is one: {suggestion: it}."""
        wanted = sorted(set(suggestions))
        if not wanted:
            return {}
        return {one.suggestion: one for one in self._select(introduction.c.suggestion.in_(wanted))}

    def end(self, id: int, outcome: Reason, *, at: datetime, run: int | None = None) -> None:
        """Record why nobody was told of an introduction that waits, and take its suggestion back."""
        with self._database.writing() as connection:
            waits = introduction.c.waits.is_not(None)
            about = select(introduction.c.suggestion).where(introduction.c.id == id, waits)
            of = connection.scalar(about)
            if of is not None:
                self._suggestions.withdraw([of], at=at)
                self._end([introduction.c.id == id], outcome.value, at=at, run=run)

    def take_back(self, id: int, *, coordinator: int, at: datetime) -> bool:
        """Take one back that its coordinator made and that waits; whether it was still time.

        It is not while the bot is at it: then what becomes of the notice is the outcome.
        """
        with self._database.writing() as connection:
            found = connection.execute(
                select(introduction)
                .where(
                    introduction.c.id == id,
                    introduction.c.coordinator == coordinator,
                    introduction.c.waits.is_not(None),
                )
                .with_for_update()
            ).first()
            if found is None:
                return False
            begun = select(notice.c.suggestions).where(
                notice.c.state.in_([NoticeState.BEGUN.value, NoticeState.UNKNOWN.value])
            )
            if any(found.suggestion in told for told in connection.scalars(begun)):
                return False
            self.end(id, Reason.TAKEN_BACK, at=at)
        return True

    def end_told(self, suggestions: Iterable[int], *, at: datetime, run: int | None = None) -> None:
        """Record that the seekers of these suggestions were told, where one was an introduction."""
        wanted = sorted(set(suggestions))
        if wanted:
            self._end([introduction.c.suggestion.in_(wanted)], TOLD, at=at, run=run)

    def _end(
        self, which: Iterable[ColumnElement[bool]], outcome: str, *, at: datetime, run: int | None
    ) -> None:
        query = (
            introduction.update()
            .where(introduction.c.waits.is_not(None), *which)
            .values(outcome=outcome, ended=at, run=run, waits=None)
        )
        with self._database.writing() as connection:
            connection.execute(query)

    def _select(self, *conditions: ColumnElement[Any]) -> list[Introduction]:
        query = select(introduction).where(*conditions).order_by(introduction.c.id)
        with self._database.reading() as connection:
            return [_unpack(row) for row in connection.execute(query)]

    def forget(self, coordinator: int, names: Iterable[str]) -> None:
        """Take somebody's name and words out of those that they made, and out of others' lines.

        Those of theirs that wait name no coordinator then, so the next run ends them.
        """
        theirs = introduction.update().where(introduction.c.coordinator == coordinator)
        named = [introduction.c.line.contains(name, autoescape=True) for name in sorted(names)]
        with self._database.writing() as connection:
            connection.execute(theirs.values(coordinator=None, name="", line=""))
            if named:
                connection.execute(introduction.update().where(or_(*named)).values(line=""))

    # -- who wants none ---------------------------------------------------------------------------

    def refuse(self, speaker: str, about: str = "", *, at: datetime, via: str) -> None:
        """Never introduce somebody again: by one coordinator (a profile key), or by any."""
        row = {"speaker": speaker, "about": about, "at": at, "via": via}
        self._database.insert_new(introduction_refusal, row)

    def allow(self, speaker: str, about: str = "") -> None:
        """Take a refusal back."""
        query = introduction_refusal.delete().where(
            introduction_refusal.c.speaker == speaker, introduction_refusal.c.about == about
        )
        with self._database.writing() as connection:
            connection.execute(query)

    def refusals(self, speaker: str | None = None) -> frozenset[tuple[str, str]]:
        """Who wants no introductions by whom, of everybody or of one profile."""
        query = select(introduction_refusal.c.speaker, introduction_refusal.c.about)
        if speaker is not None:
            query = query.where(introduction_refusal.c.speaker == speaker)
        with self._database.reading() as connection:
            return frozenset((row.speaker, row.about) for row in connection.execute(query))

    def rename(self, names: Iterable[str], to: str) -> None:
        """Let refusals by or about somebody go by another name: their mark, or their key again."""
        with self._database.writing() as connection:
            for column in (introduction_refusal.c.speaker, introduction_refusal.c.about):
                rows = connection.execute(
                    select(introduction_refusal).where(column.in_(sorted(names)))
                ).all()
                for row in rows:
                    old = dict(row._mapping)
                    self.allow(old["speaker"], old["about"])
                    self._database.insert_new(introduction_refusal, old | {column.name: to})


def _unpack(row: Row[Any]) -> Introduction:
    return Introduction(
        suggestion=row.suggestion,
        coordinator=row.coordinator or 0,
        name=row.name,
        line=row.line,
        made=row.made,
        outcome=row.outcome,
        ended=row.ended,
        run=row.run,
        id=row.id,
    )
