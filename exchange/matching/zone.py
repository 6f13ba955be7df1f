"""Zone: how far from UTC somebody's clock is on a day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

UNKNOWN = -1
"""A clock that is not known; known ones are quarters of an hour, 0 to 95, from UTC eastwards."""

QUARTERS = 96
"""Quarters of an hour in a day."""

_OFFSET = re.compile(r"^(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2})(?::?(\d{2}))?$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def quarters_of(timezone: str | None, day: date) -> int:
    """Give the clock's distance from UTC at noon of ``day`` in quarters of an hour, 0 to 95.

    ``timezone`` is an IANA name (``Africa/Lagos``) or an offset (``UTC+5:30``). What is not known
    gives ``UNKNOWN``.
    """
    if not timezone:
        return UNKNOWN
    if timezone.strip().upper() in ("UTC", "GMT", "Z"):
        return 0
    if found := _OFFSET.match(timezone.strip()):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return _quarters(minutes if found[1] == "+" else -minutes)
    try:
        offset = datetime.combine(day, time(12), UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    except (KeyError, ValueError, OSError):
        return UNKNOWN
    return UNKNOWN if offset is None else _quarters(round(offset.total_seconds() / 60))


def _quarters(minutes: int) -> int:
    return round(minutes / 15) % QUARTERS


def hours_apart(one: int, other: int) -> float:
    """Give the hours between two known clocks, 0 to 12, the short way round."""
    apart = abs(one - other)
    return min(apart, QUARTERS - apart) / 4
