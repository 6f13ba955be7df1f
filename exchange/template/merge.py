"""Merge: the readings of one party's pages -> one profile."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.model import Problem, Profile
from exchange.template.declaration import Reading


def merge(
    *, key: str, name: str, readings: Iterable[Reading]
) -> tuple[Profile, tuple[Problem, ...]]:
    """Merge what one person or group declares, on one page or several, into one profile.

    ``key`` is ``user:<central id>`` or ``page:<page id>``, ``name`` for display; ``readings`` are
    the pages that count for this party (the owner rule is the caller's), oldest edit first. Of
    several profiles the newest explicit value of each parameter wins. Requests become wants that
    carry their page's title. Languages come from ``languages=``, else from the newest Babel box.
    Gives the profile and the problems that the merging itself found.
    """
    return Profile(key, name), ()
