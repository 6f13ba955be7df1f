"""Result: what one round of matching found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from exchange.model import Circle, Cohort, Match


class Lack(StrEnum):
    """Why a want has no suggestion, or two people do not match; ``unmatched-<value>`` in i18n."""

    # About the want, the hardest to mend first.
    NOBODY = "nobody"  # nobody offers it, nor anything narrower or broader
    LANGUAGE = "language"  # those who offer it share no usable language with the seeker
    SUGGESTED = "suggested"  # all who could help were suggested before
    AWAY = "away"  # all who could help are away, quiet or stale; or the seeker is away
    SEATS = "seats"  # all who could help have their seats taken
    LIMIT = "limit"  # the seeker has all the suggestions that one period brings
    # About the seeker.
    QUIET = "quiet"  # wants no messages
    STALE = "stale"  # the profile was not edited for too long
    LATE = "late"  # the want's last day is over
    LIVE = "live"  # the want is in somebody's hands already
    # About two people.
    SELF = "self"  # they are one person, or one person answers for both


@dataclass(frozen=True, slots=True)
class Unmet:
    """A want without a suggestion: the seeker's key, the capacity id, and why."""

    seeker: str
    want: str
    reason: Lack


class Measure(NamedTuple):
    """One figure of a run and how many it is about (None where it is no rate or mean)."""

    value: float
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One round: suggestions, wants without one, and what else came to light.

    ``matches`` are in the order (seeker, best first); ``measures`` is by name (docs/matching.md
    lists them). ``swaps`` are circles of two among people in this round, ``circles`` of three.
    """

    period: str
    matches: tuple[Match, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    swaps: tuple[Circle, ...] = ()
    circles: tuple[Circle, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=lambda: MappingProxyType({}))
