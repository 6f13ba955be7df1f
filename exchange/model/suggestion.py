"""Match: a seeker, a helper, what they would exchange, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import combinations


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One named part of a score; parts add up to the score.

    ``name`` has the message ``reason-<name>`` in i18n; ``facts`` are that message's values
    (capacity ids, language codes, hours), in an order that the message's documentation gives.
    """

    name: str
    points: float
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Who interprets between a seeker and a helper, and the language of each, as codes."""

    interpreter: str
    seeker_language: str
    helper_language: str


@dataclass(frozen=True, slots=True)
class Match:
    """A helper suggested to a seeker for one want.

    ``seeker`` and ``helper`` are profile keys, ``want`` and ``offer`` capacity ids (they differ
    where the offer is narrower or broader). ``reciprocal`` holds what the helper wants and the seeker
    offers, as (want, offer) pairs: learning is a two-way street. ``interpretation`` is there where
    the two have no language in common, and a third person interprets.
    """

    seeker: str
    helper: str
    want: str
    offer: str
    score: float
    parts: tuple[ScorePart, ...] = ()
    reciprocal: tuple[tuple[str, str], ...] = ()
    interpretation: Interpretation | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """The seeker and the helper, in an order that does not depend on who asks."""
        return (
            (self.seeker, self.helper) if self.seeker < self.helper else (self.helper, self.seeker)
        )

    @property
    def interpreter(self) -> str:
        """The profile key of who interprets; empty where nobody needs to."""
        return self.interpretation.interpreter if self.interpretation is not None else ""

    @property
    def parties(self) -> tuple[str, ...]:
        """Everybody whom it is about: seeker, helper and, where there is one, interpreter."""
        both = (self.seeker, self.helper)
        return (*both, self.interpreter) if self.interpretation is not None else both

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two who would meet, the smaller key of each first."""
        return tuple(combinations(sorted(self.parties), 2))


class SuggestionStatus(StrEnum):
    """Where a suggestion stands. The first five are answers that people give."""

    ACCEPTED = "accepted"
    IN_TOUCH = "in-touch"
    EXCHANGED = "exchanged"
    DECLINED = "not-a-match"
    STOPPED = "stop"
    PLANNED = "planned"
    DELAYED = "delayed"
    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def holds_seat(self) -> bool:
        """Whether the helper's seat is taken while a suggestion stands here."""
        return self in (SuggestionStatus.OPEN, SuggestionStatus.ACCEPTED, SuggestionStatus.IN_TOUCH)


AGREED = frozenset(
    (SuggestionStatus.ACCEPTED, SuggestionStatus.IN_TOUCH, SuggestionStatus.EXCHANGED)
)
"""Where a suggestion stands to which somebody said yes."""

UNDER_WAY = (SuggestionStatus.ACCEPTED, SuggestionStatus.IN_TOUCH)
"""Where it stands between the yes and the exchange."""

QUALITIES = (1, 2, 3)
"""How much an exchange helped: a little, a good deal, a lot."""

INTRODUCED = "introduced"
"""What stands in the place of the period where a coordinator made a suggestion by hand."""

PROGRAMME = "programme-"
"""How what stands in the place of the period begins where a programme's organiser confirmed it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A match with a history: when it was made and told, and what became of it.

    ``id`` is 0 until the store has given it one. ``period`` is the round it was made in, such as
    ``2026-W47``, ``INTRODUCED``, or ``PROGRAMME`` and a page id. ``quality`` is how much it helped, one of ``QUALITIES``, or 0
    where the seeker did not say.
    """

    match: Match
    period: str
    created_at: datetime
    status: SuggestionStatus = SuggestionStatus.PLANNED
    notified_at: datetime | None = None
    answered_at: datetime | None = None
    id: int = 0
    quality: int = 0

    @property
    def is_introduction(self) -> bool:
        """Whether a coordinator made it by hand."""
        return self.period == INTRODUCED

    @property
    def is_of_programme(self) -> bool:
        """Whether the organiser of a programme confirmed it."""
        return self.period.startswith(PROGRAMME)

    def is_agreed(self, yes: Collection[str]) -> bool:
        """Whether both said yes, where ``yes`` are the profile keys of those who did.

        Whoever was in touch or exchanged something has agreed, however that became known.
        """
        if self.status is SuggestionStatus.ACCEPTED:
            return all(key in yes for key in self.match.pair)
        return self.status in AGREED

    @property
    def is_by_hand(self) -> bool:
        """Whether a person decided it: no round of matching plans it anew or takes it back."""
        return self.is_introduction or self.is_of_programme


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who want the same thing and could learn it together.

    ``members`` and ``helpers`` are profile keys; ``hours`` are the hours of the day in UTC (0 to
    23) at which all of them whose time zone is known are awake; nobody knows when they are free.
    It is empty where no time zone is known, or no hour suits all.
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


@dataclass(frozen=True, slots=True)
class Chain:
    """Suggestions of one round that hang together: each member helps the next.

    The first helps and wants nothing. ``members[i]`` helps ``members[i + 1]`` with
    ``capacities[i]``.
    """

    members: tuple[str, ...]
    capacities: tuple[str, ...]
    score: float = field(default=0.0, compare=False)
