"""Open requests: who asks for what on a page of its own, and what several want beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange.matching.shared_wants import SharedWants
from exchange.model import Profile, Want


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that somebody made: who asks, for what."""

    key: str
    name: str
    is_group: bool
    want: Want
    languages: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedWant:
    """An unlisted capacity that several want in their profiles: the want as one of them wrote it."""

    capacity: str
    want: Want
    parties: tuple[Profile, ...]


def collect_requests(profiles: Iterable[Profile]) -> list[OpenRequest]:
    """Return the requests in profiles, those that end first on top."""
    requests = [
        OpenRequest(
            key=profile.key,
            name=profile.name,
            is_group=profile.is_group,
            want=want,
            languages=tuple(language.code for language in profile.languages),
            country=profile.country,
            region=profile.region,
            edited=profile.edited,
        )
        for profile in profiles
        for want in profile.wants
        if want.is_own_request
    ]
    return sorted(
        requests, key=lambda one: (one.want.until or date.max, one.key, one.want.capacity)
    )


def most_joined(requests: Iterable[OpenRequest]) -> tuple[OpenRequest, ...]:
    """Return requests with those at the top that most people joined, else in their order."""
    return tuple(sorted(requests, key=lambda one: -one.want.joins))


def shared_wants(shared: SharedWants, requests: Sequence[OpenRequest]) -> list[SharedWant]:
    """Return the unlisted wants that several have, the most first; but what a request asks for.

    A request says of itself how many need it.
    """
    asked = {one.want.capacity for one in requests}
    found = [
        SharedWant(
            capacity,
            next(want for want in held[0].wants if want.capacity == capacity),
            held,
        )
        for capacity, held in shared.parties.items()
        if capacity not in asked
    ]
    return sorted(found, key=lambda one: (-len(one.parties), one.capacity))
