"""Helpers: who could help somebody, with reasons, and who could learn together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.matching import reasons
from exchange.model import Cohort, Match, Profile
from webtool.context import context, lookup, reader


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who could help, the match, and the reasons in words."""

    helper: Profile
    match: Match
    reasons: tuple[str, ...]


def matches_of(profile: Profile, limit: int = 6) -> list[tuple[Match, Profile]]:
    """Give the best helpers for somebody's open wants, each helper once, best first."""
    finder = lookup().value
    best: dict[str, Match] = {}
    found = finder.helpers_for(profile.key, most=limit)
    for match in sorted(found, key=lambda one: (-one.score, one.helper, one.want)):
        best.setdefault(match.helper, match)
    return [(match, finder.profiles[key]) for key, match in list(best.items())[:limit]]


def helpers_of(profile: Profile, limit: int = 6) -> Sequence[Helper]:
    """Give the best helpers for somebody with the reasons in the reader's language."""
    wording, directory = reader().wording, context().directory
    return [
        Helper(helper, match, tuple(reasons(match, wording, directory)))
        for match, helper in matches_of(profile, limit)
    ]


def cohorts_of(capacity: str) -> Sequence[Cohort]:
    """Give the groups of people who could learn a capacity together, from the last round."""
    return context().store.rounds.cohorts(capacity)[:12]
