"""Outlook: whom a profile would be matched with, told at once, before the bot has read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from exchange.matching import History, Lookup, load_weights, reasons
from exchange.model import Match, Profile, Status
from webtool.context import context, reader, shelf

MOST = 6
_ASKED = 60
"""So many of those who want what somebody offers are looked at more closely."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Somebody to meet, the match, and the reasons in words."""

    other: Profile
    match: Match
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who could help somebody, and whom they could help; the best first, each of them once."""

    helpers: tuple[Meeting, ...] = ()
    seekers: tuple[Meeting, ...] = ()


def outlook(profile: Profile) -> Outlook:
    """Look at everybody in the index as if this profile stood there already.

    Pairs that were suggested before are left out, as the bot will leave them out.
    """
    here = context()
    others = shelf().basis.profiles
    lookup = Lookup(
        [*others, replace(profile, edited=here.now())],
        directory=here.directory,
        weights=load_weights(),
        history=History(
            pairs=frozenset(
                one.match.pair
                for one in here.store.suggestions.of(profile.key)
                if one.status not in (Status.PLANNED, Status.WITHDRAWN)
            )
        ),
        today=here.today,
    )
    offered = {one.capacity for one in profile.offers}
    asking = [
        one.key
        for one in others
        if one.key != profile.key and any(want.capacity in offered for want in one.wants)
    ]
    wanted = (
        match
        for key in asking[:_ASKED]
        for match in lookup.helpers_for(key, most=_ASKED)
        if match.helper == profile.key
    )
    return Outlook(
        _meetings(lookup, lookup.helpers_for(profile.key, most=MOST), "helper"),
        _meetings(lookup, wanted, "seeker"),
    )


def _meetings(lookup: Lookup, found: Iterable[Match], side: str) -> tuple[Meeting, ...]:
    words, directory = reader().wording, context().directory
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda one: (-one.score, one.seeker, one.helper, one.want)):
        best.setdefault(getattr(match, side), match)
    return tuple(
        Meeting(lookup.profiles[key], match, tuple(reasons(match, words, directory)))
        for key, match in list(best.items())[:MOST]
    )
