"""Helpers: who could help somebody, with reasons, and who could learn together."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.model import Cohort, Match, Profile


def helpers_of(profile: Profile, limit: int = 6) -> Sequence[tuple[Match, Profile]]:
    """Give the best helpers for somebody's wants, as (match, helper)."""
    return []


def cohorts_of(capacity: str) -> Sequence[Cohort]:
    """Give the groups of people who could learn a capacity together."""
    return []
