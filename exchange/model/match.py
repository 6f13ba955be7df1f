"""Match: a seeker, a helper, what they would exchange, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a score; parts add up to the score.

    ``name`` has the message ``reason-<name>`` in i18n; ``facts`` are that message's values
    (capacity ids, language codes, hours), in an order that the message's documentation gives.
    """

    name: str
    points: float
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A helper suggested to a seeker for one want.

    ``seeker`` and ``helper`` are profile keys, ``want`` and ``offer`` capacity ids (they differ
    where the offer is narrower or broader). ``back`` holds what the helper wants and the seeker
    offers, as (want, offer) pairs: learning is a two-way street.
    """

    seeker: str
    helper: str
    want: str
    offer: str
    score: float
    parts: tuple[Part, ...] = ()
    back: tuple[tuple[str, str], ...] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """The two people, in an order that does not depend on who asks."""
        return (
            (self.seeker, self.helper) if self.seeker < self.helper else (self.helper, self.seeker)
        )


class Status(StrEnum):
    """Where a suggestion stands. The first five are answers that people give."""

    ACCEPTED = "accepted"
    IN_TOUCH = "in-touch"
    EXCHANGED = "exchanged"
    DECLINED = "not-a-match"
    STOPPED = "stop"
    PLANNED = "planned"
    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def holds_seat(self) -> bool:
        """Tell whether the helper's seat is taken while a suggestion stands here."""
        return self in (Status.OPEN, Status.ACCEPTED, Status.IN_TOUCH)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A match with a history: when it was made and told, and what became of it.

    ``id`` is 0 until the store has given it one. ``period`` is the round it was made in, such as
    ``2026-W47``.
    """

    match: Match
    period: str
    made: datetime
    status: Status = Status.PLANNED
    told: datetime | None = None
    answered: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who want the same thing and could learn it together.

    ``members`` and ``helpers`` are profile keys; ``hours`` are the hours of the day in UTC (0 to
    23) at which all of them are awake and free, empty where no time zones are known.
    """

    capacity: str
    language: str
    members: tuple[str, ...]
    helpers: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """A swap (two) or circle of three: each teaches the next, the last teaches the first.

    ``members[i]`` teaches ``capacities[i]`` to ``members[(i + 1) % len(members)]``.
    """

    members: tuple[str, ...]
    capacities: tuple[str, ...]
    score: float = field(default=0.0, compare=False)
