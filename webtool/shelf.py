"""Shelf: what the pages of one state of the store are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from exchange.directory import Directory
from exchange.model import Profile, Want
from exchange.search import Index
from exchange.store.profiles import Active

_MANY = 2_000
"""From so many profiles on everything is made beside the answers, not before one."""


@dataclass(frozen=True, slots=True)
class Request:
    """An open request: who asks, for what."""

    key: str
    name: str
    is_group: bool
    want: Want
    languages: tuple[str, ...] = ()
    country: str | None = None
    region: str | None = None
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the index, the reports and the lookup of helpers are all made from, read once.

    The directory is the committed one with what the wiki's own page adds to it.
    """

    active: Active
    directory: Directory
    day: date

    @property
    def many(self) -> bool:
        """Tell whether nobody should wait for what is made from so many."""
        return len(self.active.profiles) >= _MANY

    @property
    def profiles(self) -> Collection[Profile]:
        """Everybody who takes part."""
        return self.active.profiles.values()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of the store: the index, and the requests, those that end first at the top.

    ``state`` names the state: it changes with every harvest and every run of the bot; ``at`` is
    when it was written. ``late`` tells of when the index is, where the store has a newer one.
    """

    index: Index
    basis: Basis
    requests: tuple[Request, ...] = ()
    state: str = ""
    at: datetime | None = None
    late: datetime | None = None

    @property
    def origin(self) -> str:
        """Name what the index was made from: the state without the newest run."""
        return f"{self.index.build}|{self.basis.day}"

    @property
    def directory(self) -> Directory:
        """The directory as this state has it."""
        return self.basis.directory

    def open(self, today: date) -> tuple[Request, ...]:
        """Give the requests that are still of use today."""
        return tuple(
            one for one in self.requests if one.want.until is None or one.want.until >= today
        )

    def newest(self, today: date, most: int) -> tuple[Request, ...]:
        """Give the open requests that were written last."""
        dated = (one for one in self.open(today) if one.edited)
        return tuple(sorted(dated, key=lambda one: one.edited or datetime.min, reverse=True)[:most])


def requests_of(profiles: Iterable[Profile]) -> list[Request]:
    """Give the requests in profiles, those that end first at the top."""
    found = [
        Request(
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
        if want.request
    ]
    return sorted(found, key=lambda one: (one.want.until or date.max, one.key, one.want.capacity))
