"""Keeper: holds the search index in memory and makes it anew when the store's has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from exchange.directory import Directory
from exchange.model import Profile, Want
from exchange.search import Index, build
from exchange.store.facade import Store
from exchange.store.notes import BUILD

_BACKGROUND = 2_000
"""From so many profiles on the index is made beside the answers, not before one."""


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


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of the index, and the requests in it, those that end first at the top."""

    index: Index
    requests: tuple[Request, ...] = ()

    def open(self, today: date) -> tuple[Request, ...]:
        """Give the requests that are still of use today."""
        return tuple(
            one for one in self.requests if one.want.until is None or one.want.until >= today
        )


class Keeper:
    """Gives the current shelf: one small query an answer, everything only where it changed."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._shelf: Shelf | None = None
        self._making = threading.Lock()
        self._migrated = False

    def current(self) -> Shelf:
        """Give the newest shelf that there is; raises StoreAway only while there is none."""
        if not self._migrated:
            self._store.migrate()
            self._migrated = True
        build = self._store.notes.get(BUILD) or ""
        held = self._shelf
        if held is not None and held.index.build == build:
            return held
        if held is not None and len(held.index) >= _BACKGROUND:
            if self._making.acquire(blocking=False):
                threading.Thread(target=self._remake, args=(build,), daemon=True).start()
            return held
        with self._making:
            if self._shelf is None or self._shelf.index.build != build:
                self._shelf = self._make(build)
            return self._shelf

    def _remake(self, build: str) -> None:
        try:
            self._shelf = self._make(build)
        finally:
            self._making.release()

    def _make(self, name: str) -> Shelf:
        profiles = self._store.profiles.all()
        index = build(profiles, directory=self._directory, name=name)
        return Shelf(index, tuple(_requests(profiles)))


def _requests(profiles: Iterable[Profile]) -> list[Request]:
    found = [
        Request(
            key=profile.key,
            name=profile.name,
            is_group=profile.is_group,
            want=want,
            languages=tuple(language.code for language in profile.languages),
            country=profile.country,
            region=profile.region,
        )
        for profile in profiles
        for want in profile.wants
        if want.request
    ]
    return sorted(found, key=lambda one: (one.want.until or date.max, one.key, one.want.capacity))
