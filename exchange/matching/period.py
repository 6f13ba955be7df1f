"""Period: the round that a suggestion is made in, named by the ISO week in which it begins."""

from __future__ import annotations

from datetime import date, timedelta

_FIRST_MONDAY = date(1970, 1, 5)


def period_start(day: date, days: int = 14) -> date:
    """Give the Monday on which the period that ``day`` is in began."""
    return day - timedelta(days=(day - _FIRST_MONDAY).days % days)


def period_of(day: date, days: int = 14) -> str:
    """Name the period of ``days`` days that ``day`` is in, such as ``2026-W47``."""
    year, week, _ = period_start(day, days).isocalendar()
    return f"{year}-W{week:02}"
