"""Keeper: holds what the pages are made from in memory, made anew when the store has changed."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from exchange.directory import Directory, extend
from exchange.errors import DirectoryError
from exchange.matching import History, Lookup, load_weights
from exchange.model import Profile
from exchange.reports import read_facts
from exchange.search import Index, build
from exchange.store.facade import Store
from exchange.store.state import State
from webtool.counted import Counted
from webtool.renewal import Made, Renewal, in_a_thread
from webtool.shelf import Basis, Request, Shelf, requests_of


@dataclass(frozen=True, slots=True)
class Held:
    """The index, the requests, and what both are made from.

    Of what people want, the index holds what they still wanted on the day of the basis.
    """

    index: Index
    basis: Basis
    requests: tuple[Request, ...] = ()


class Keeper:
    """Gives the current shelf: one small query an answer, everything only where it changed.

    The index, the reports and the lookup of helpers are renewed in one way: where there are many
    profiles beside the answers, else before the next one. The latter two are made from the basis
    of the index, and so after it.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        *,
        start: Callable[[Callable[[], None]], None] = in_a_thread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._directory = directory
        self._migrated = False
        turn = threading.Lock()
        self._index = Renewal[Held]("index", turn, start=start, clock=clock)
        self._counted = Renewal[Counted]("reports", turn, start=start, clock=clock)
        self._lookup = Renewal[Lookup]("helpers", turn, start=start, clock=clock)

    def current(self, today: date) -> Shelf:
        """Give the newest shelf that there is; raises StoreAway where the database is away."""
        if not self._migrated:
            self._store.migrate()
            self._migrated = True
        before = self._index.held.value if self._index.held is not None else None
        same_day = before is not None and before.basis.day == today
        now = self._store.states.now(known=before.index.build if before and same_day else None)
        wanted = f"{now.build}|{today}"
        beside = before is not None and before.basis.many
        made = self._index.get(wanted, partial(self._make, now, today), beside=beside)
        held, late = made.value, made.state != wanted
        shelf = Shelf(
            held.index,
            held.basis,
            held.requests,
            state=f"{made.state}|{now.run}",
            at=now.at,
            late=made.at if late else None,
        )
        if beside and not late:
            # Whoever comes for them next finds them ready, if anybody ever came for them.
            if self._counted.held is not None:
                self._counted.begin(shelf.state, self._counting(shelf))
            if self._lookup.held is not None:
                self._lookup.begin(shelf.origin, self._looking(shelf))
        return shelf

    def counted(self, shelf: Shelf) -> Made[Counted]:
        """Give the reports: of this state, or of an earlier one while they are counted."""
        if self._counted.held is not None and shelf.late is not None:
            return self._counted.held
        make = self._counting(shelf)
        return self._counted.get(shelf.state, make, beside=shelf.basis.many)

    def lookup(self, shelf: Shelf) -> Made[Lookup]:
        """Give what finds helpers: of this index, or of an earlier one while it is made.

        It knows no history: what two people answered is theirs, and must not show in public.
        """
        if self._lookup.held is not None and shelf.late is not None:
            return self._lookup.held
        make = self._looking(shelf)
        return self._lookup.get(shelf.origin, make, beside=shelf.basis.many)

    def behind(self) -> dict[str, float]:
        """Give for how many seconds each has been older than the store."""
        return {one.name: one.behind() for one in (self._index, self._counted, self._lookup)}

    def _make(self, now: State, today: date) -> Made[Held]:
        before = self._index.held.value if self._index.held is not None else None
        many = before is not None and before.basis.many
        active = self._store.profiles.active(before.basis.active if before and many else None)
        basis = Basis(active, self._extended(now.directory), today)
        index = build(
            (_still(profile, today) for profile in basis.profiles),
            directory=basis.directory,
            name=now.build,
            before=before.index if before else None,
        )
        held = Held(index, basis, tuple(requests_of(basis.profiles)))
        _settle(basis)
        return Made(held, f"{now.build}|{today}", now.at)

    def _counting(self, shelf: Shelf) -> Callable[[], Made[Counted]]:
        # Not the shelf itself waits for its turn: an old index must not wait with it.
        basis, state, at = shelf.basis, shelf.state, shelf.late or shelf.at

        def count() -> Made[Counted]:
            broader = {one.id: one.broader for one in basis.directory}
            counted = Counted(
                read_facts(self._store, broader=broader, today=basis.day, profiles=basis.profiles)
            )
            if basis.many:
                counted.fill()
            _settle(basis)
            return Made(counted, state, at)

        return count

    def _looking(self, shelf: Shelf) -> Callable[[], Made[Lookup]]:
        basis, origin, at = shelf.basis, shelf.origin, shelf.late or shelf.at

        def look() -> Made[Lookup]:
            lookup = Lookup(
                basis.profiles,
                directory=basis.directory,
                weights=load_weights(),
                history=History(),
                today=basis.day,
            )
            _settle(basis)
            return Made(lookup, origin, at)

        return look

    def _extended(self, added: str) -> Directory:
        try:
            return extend(self._directory, added) if added.strip() else self._directory
        except DirectoryError:
            # It was good with the directory of the last harvest; the next one tells its problems.
            return self._directory


def _settle(basis: Basis) -> None:
    """Spare the garbage collector what stays: going through it all stops answers by the way.

    It looks at what is new since the last time only. What goes later, goes without it: nothing of
    what is made here is in a circle.
    """
    if basis.many:
        gc.collect()
        gc.freeze()


def _still(profile: Profile, today: date) -> Profile:
    """Leave out what somebody wanted until a day that has passed; reports do not count it either."""
    wants = tuple(one for one in profile.wants if one.until is None or one.until >= today)
    return profile if len(wants) == len(profile.wants) else replace(profile, wants=wants)
