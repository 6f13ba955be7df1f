"""Counts: what a harvest found and did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands in the index after a harvest, and what the harvest did to get there.

    ``pages``, ``profiles``, ``offers``, ``wants`` and ``problems`` count the index (profiles that
    take part; pages that speak for somebody). ``read`` pages were new or changed, ``unchanged``
    ones were not asked for, ``gone`` ones lost the template. ``changed`` and ``removed`` count
    profiles. ``failed`` pages could not be read or asked about; the next harvest tries again.
    """

    pages: int = 0
    profiles: int = 0
    offers: int = 0
    wants: int = 0
    problems: int = 0
    read: int = 0
    unchanged: int = 0
    gone: int = 0
    changed: int = 0
    removed: int = 0
    failed: int = 0
