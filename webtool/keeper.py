"""Keeper: holds what the pages are made from in memory, made anew when the store has changed."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.directory import Directory, extend
from exchange.errors import DirectoryError
from exchange.matching import History, Lookup, load_weights
from exchange.model import Profile, Want
from exchange.reports import Facts, read_facts
from exchange.search import Index, build
from exchange.store.facade import Store
from exchange.store.notes import BUILD, DIRECTORY

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
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is made from the store: the index, the directory it was made with, the requests.

    The directory is the committed one with what the wiki's own page adds to it. Of what people
    want, the index holds what they still wanted on ``day``.
    """

    index: Index
    directory: Directory
    day: date
    requests: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of the store: the index, and the requests, those that end first at the top.

    ``state`` names the state: it changes with every harvest and every run of the bot.
    """

    index: Index
    directory: Directory
    requests: tuple[Request, ...] = ()
    state: str = ""

    def open(self, today: date) -> tuple[Request, ...]:
        """Give the requests that are still of use today."""
        return tuple(
            one for one in self.requests if one.want.until is None or one.want.until >= today
        )

    def newest(self, today: date, most: int) -> tuple[Request, ...]:
        """Give the open requests that were written last."""
        dated = (one for one in self.open(today) if one.edited)
        return tuple(sorted(dated, key=lambda one: one.edited or datetime.min, reverse=True)[:most])


class Keeper:
    """Gives the current shelf: two small queries an answer, everything only where it changed."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        self._held: Held | None = None
        self._making = threading.Lock()
        self._migrated = False
        self._facts: tuple[object, Facts] | None = None
        self._lookup: tuple[object, Lookup] | None = None
        self._reading = threading.Lock()

    def current(self, today: date) -> Shelf:
        """Give the newest shelf that there is; raises StoreAway where the database is away."""
        if not self._migrated:
            self._store.migrate()
            self._migrated = True
        build = self._store.notes.get(BUILD) or ""
        newest = self._store.runs.recent(1)
        held = self._current(build, today)
        run = f"{newest[0].id}/{newest[0].status}" if newest else ""
        state = f"{held.index.build}|{held.day}|{run}"
        return Shelf(held.index, held.directory, held.requests, state)

    def facts(self, shelf: Shelf, today: date) -> Facts:
        """Give what reports count, read once for each state and day."""
        with self._reading:
            key = (shelf.state, today)
            if self._facts is None or self._facts[0] != key:
                broader = {one.id: one.broader for one in shelf.directory}
                self._facts = key, read_facts(self._store, broader=broader, today=today)
                _settle(shelf.index)
            return self._facts[1]

    def lookup(self, shelf: Shelf, today: date) -> Lookup:
        """Give what finds helpers, read once for each index and day.

        It knows no history: what two people answered is theirs, and must not show in public.
        """
        with self._reading:
            key = (shelf.index.build, today)
            if self._lookup is None or self._lookup[0] != key:
                lookup = Lookup(
                    self._store.profiles.all(),
                    directory=shelf.directory,
                    weights=load_weights(),
                    history=History(),
                    today=today,
                )
                self._lookup = key, lookup
                _settle(shelf.index)
            return self._lookup[1]

    def _current(self, build: str, today: date) -> Held:
        held = self._held
        if held is not None and _is_of(held, build, today):
            return held
        if held is not None and len(held.index) >= _BACKGROUND:
            if self._making.acquire(blocking=False):
                threading.Thread(target=self._remake, args=(build, today), daemon=True).start()
            return held
        with self._making:
            if self._held is None or not _is_of(self._held, build, today):
                self._held = self._make(build, today)
            return self._held

    def _remake(self, build: str, today: date) -> None:
        try:
            self._held = self._make(build, today)
        finally:
            self._making.release()

    def _make(self, name: str, today: date) -> Held:
        profiles, directory = self._store.profiles.all(), self._extended()
        before = self._held.index if self._held is not None else None
        wanting = (_still(profile, today) for profile in profiles)
        index = build(wanting, directory=directory, name=name, before=before)
        requests = tuple(_requests(profiles))
        del profiles
        _settle(index)
        return Held(index, directory, today, requests)

    def _extended(self) -> Directory:
        added = self._store.notes.get(DIRECTORY) or ""
        try:
            return extend(self._directory, added) if added.strip() else self._directory
        except DirectoryError:
            # It was good with the directory of the last harvest; the next one tells its problems.
            return self._directory


def _settle(index: Index) -> None:
    """Spare the garbage collector what stays: going through it all stops answers by the way."""
    if len(index) >= _BACKGROUND:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _is_of(held: Held, build: str, today: date) -> bool:
    return held.index.build == build and held.day == today


def _still(profile: Profile, today: date) -> Profile:
    """Leave out what somebody wanted until a day that has passed; reports do not count it either."""
    wants = tuple(one for one in profile.wants if one.until is None or one.until >= today)
    return profile if len(wants) == len(profile.wants) else replace(profile, wants=wants)


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
            edited=profile.edited,
        )
        for profile in profiles
        for want in profile.wants
        if want.request
    ]
    return sorted(found, key=lambda one: (one.want.until or date.max, one.key, one.want.capacity))
