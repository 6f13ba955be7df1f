"""Snapshots: what pages are made from, held in memory and refreshed when the store has changed.

Where there are many profiles a snapshot is refreshed in the background while answers use the
one before (stale-while-revalidate); where there are few, before the next answer.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from pyroaring import BitMap

from exchange.directory import Directory, extend
from exchange.errors import DirectoryError
from exchange.matching import History, Lookup, load_weights
from exchange.matching.shared_wants import SharedWants, count_shared
from exchange.model import Profile
from exchange.privacy import CountryProtection
from exchange.reports import Subpage, Table, find_report, list_reports, place_page
from exchange.reports import build_tables as build_report
from exchange.reports.data import ReportData
from exchange.reports.queue import WaitingRow, queue_rows
from exchange.reports.reading import read_report_data
from exchange.search import Index, build_index
from exchange.store.profiles import ActiveProfiles
from exchange.store.store import Store, StoreVersion
from webtool.open_requests import OpenRequest, collect_requests

log = logging.getLogger(__name__)
T = TypeVar("T")

MANY_PROFILES = 2_000
"""From so many profiles on everything is refreshed in the background."""
REST_FACTOR = 4
"""Rest for so many times as long as the last refresh took: a busy wiki changes every minute, and
the answers need the processor as well."""
RETRY_SECONDS = 30.0
"""Seconds until the next try after a refresh that failed."""


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """What the index, the reports and the lookup of helpers are all made from, read once.

    ``directory`` is the committed one with what the wiki's page adds to it.
    """

    active: ActiveProfiles
    directory: Directory
    day: date

    @property
    def is_large(self) -> bool:
        """Whether it takes too long to make something from it before an answer."""
        return len(self.active.profiles) >= MANY_PROFILES

    @property
    def profiles(self) -> Collection[Profile]:
        """Everybody who takes part."""
        return self.active.profiles.values()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of the store: the search index and the requests, those that end first on top.

    ``shared`` are the unlisted wants that several have. ``version`` changes with every harvest and
    every run of the bot; ``written`` is when it was written. ``stale_since`` is when the index was written, where the store has a newer version.
    """

    index: Index
    source: SnapshotSource
    requests: tuple[OpenRequest, ...] = ()
    shared: SharedWants = field(default_factory=SharedWants)
    version: str = ""
    written: datetime | None = None
    stale_since: datetime | None = None

    @property
    def index_version(self) -> str:
        """What the index was made from: the version without the newest run."""
        return f"{self.index.build}|{self.source.day}"

    @property
    def directory(self) -> Directory:
        """The directory of this version."""
        return self.source.directory

    def open_requests(self, today: date, *, things: bool = False) -> tuple[OpenRequest, ...]:
        """Return the requests for skills, or for ``things``, that are still of use today."""
        return tuple(
            one
            for one in self.requests
            if (one.want.until is None or one.want.until >= today)
            and self.directory.is_thing(one.want.capacity) is things
        )

    def newest_requests(self, today: date, most: int) -> tuple[OpenRequest, ...]:
        """Return the open requests that were written last."""
        dated = (request for request in self.open_requests(today) if request.edited)
        newest = sorted(dated, key=lambda one: one.edited or datetime.min, reverse=True)
        return tuple(newest[:most])


class FilledReport(NamedTuple):
    """A report with its tables, the pages below it, and by sheet what waits in the queue."""

    tables: tuple[Table, ...]
    leaves: tuple[Subpage, ...]
    waiting: Mapping[str, tuple[WaitingRow, ...]]


class ReportCache:
    """The reports of one version, and the pages of places."""

    def __init__(self, facts: ReportData) -> None:
        self._facts: ReportData | None = facts
        self._unmet, self.cohorts = {**facts.unmet, **facts.of_things.unmet}, facts.cohorts
        self._unmet_in: tuple[Index, Mapping[str, BitMap]] | None = None
        self._filled: dict[str, FilledReport] = {}
        self._places: dict[tuple[str, str], Subpage | None] = {}
        self._filling = threading.Lock()

    def get(self, id: str) -> FilledReport:
        """Return a filled report; raises KeyError where there is none of this id."""
        declared = find_report(id)
        with self._filling:
            if id not in self._filled:
                facts = self._facts
                assert facts is not None
                leaves = tuple(declared.subpages(facts)) if declared.subpages else ()
                waiting = queue_rows(facts) if id == "queue" else {}
                self._filled[id] = FilledReport(build_report(declared, facts), leaves, waiting)
            return self._filled[id]

    def unmet(self, index: Index) -> Mapping[str, BitMap]:
        """Return who has an unmet want for each capacity itself, as document numbers."""
        held = self._unmet_in
        if held is None or held[0] is not index:
            found = {capacity: index.numbers(keys) for capacity, keys in self._unmet.items()}
            held = self._unmet_in = index, found
        return held[1]

    def place(self, kind: str, id: str) -> Subpage | None:
        """Return the page of a place; None without people, or of a large movement (but regions)."""
        if kind == "region" or self._facts is None:
            return next((one for one in self.get("places").leaves if one.name == id), None)
        with self._filling:
            if (kind, id) not in self._places:
                self._places[kind, id] = place_page(self._facts, kind, id)
            return self._places[kind, id]

    def fill_all(self) -> None:
        """Fill every report now, and let go of the facts."""
        for declared in list_reports():
            self.get(declared.id)
        self._facts = None


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """A value, the version of the store that it was made from, and when that was written."""

    value: T
    version: str
    written: datetime | None = None


def run_in_thread(work: Callable[[], None]) -> None:
    """Do something in the background; it does not keep the process alive."""
    threading.Thread(target=work, daemon=True).start()


class BackgroundRefresh(Generic[T]):
    """Holds the newest value that there is, and makes the next one.

    ``name`` identifies it in the log. All refreshes of a process share one ``turn``: they run one
    after the other, so that at most one value is in memory twice. Threads start when they are
    needed, which is after a server has forked its workers.
    """

    def __init__(
        self,
        name: str,
        turn: threading.Lock,
        *,
        start: Callable[[Callable[[], None]], None] = run_in_thread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.newest: Versioned[T] | None = None
        self._turn, self._start, self._clock = turn, start, clock
        self._making = threading.Lock()
        self._busy = threading.Lock()
        self._wanted: tuple[str, Callable[[], Versioned[T]]] | None = None
        self._stale_since: float | None = None
        self._not_before = float("-inf")

    def get(
        self, version: str, make: Callable[[], Versioned[T]], *, background: bool
    ) -> Versioned[T]:
        """Return the value of this version; in the background, an older one until it is made."""
        newest = self.newest
        if newest is not None and newest.version == version:
            return newest
        if newest is not None and background:
            self.begin(version, make)
            return newest
        with self._making:
            if self.newest is None or (self.newest.version != version and not background):
                self._keep(make())
            assert self.newest is not None
            return self.newest

    def begin(self, version: str, make: Callable[[], Versioned[T]]) -> None:
        """Make the value of this version in the background: one at a time, and with rests."""
        if self.newest is not None and self.newest.version == version:
            return
        self._wanted = version, make
        if self._stale_since is None:
            self._stale_since = self._clock()
        if self._clock() < self._not_before or not self._busy.acquire(blocking=False):
            return
        try:
            self._start(self._refresh)
        except RuntimeError:  # no thread is to be had; the next answer tries again
            log.exception("cannot refresh", extra={"what": self.name})
            self._busy.release()

    def stale_seconds(self) -> float:
        """Return for how many seconds a newer version has been known than the one held."""
        since = self._stale_since
        return 0.0 if since is None else self._clock() - since

    def _refresh(self) -> None:
        try:
            with self._turn, self._making:
                begun = self._clock()
                # While this one waited for its turn, a newer version may have come.
                wanted, self._wanted = self._wanted, None
                if wanted and (self.newest is None or self.newest.version != wanted[0]):
                    self._keep(wanted[1]())
                self._not_before = self._clock() + REST_FACTOR * (self._clock() - begun)
        except Exception:
            log.exception("cannot refresh", extra={"what": self.name})
            self._not_before = self._clock() + RETRY_SECONDS
        finally:
            self._busy.release()

    def _keep(self, value: Versioned[T]) -> None:
        self.newest = value
        self._stale_since = None


class SnapshotCache:
    """The snapshot of the store's current version, its reports and its lookup of helpers.

    An answer costs one small query here, and everything is read only where it changed. Reports
    and lookup are made from the source of the index, and so after it.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        protected_countries: frozenset[str],
        *,
        start: Callable[[Callable[[], None]], None] = run_in_thread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._directory = directory
        self._protection = CountryProtection(protected_countries)
        self._migrated = False
        turn = threading.Lock()
        self._index = BackgroundRefresh[Snapshot]("index", turn, start=start, clock=clock)
        self._reports = BackgroundRefresh[ReportCache]("reports", turn, start=start, clock=clock)
        self._lookup = BackgroundRefresh[Lookup]("helpers", turn, start=start, clock=clock)

    def current(self, today: date) -> Snapshot:
        """Return the newest snapshot there is; raises StoreUnavailable where the database is away."""
        if not self._migrated:
            self._store.migrate()
            self._migrated = True
        before = self._index.newest.value if self._index.newest is not None else None
        same_day = before is not None and before.source.day == today
        now = self._store.version(known=before.index.build if before and same_day else None)
        wanted = f"{now.build}|{today}"
        background = before is not None and before.source.is_large
        made = self._index.get(wanted, partial(self._build, now, today), background=background)
        is_stale = made.version != wanted
        snapshot = replace(
            made.value,
            version=f"{made.version}|{now.run}",
            written=now.at,
            stale_since=made.written if is_stale else None,
        )
        if background and not is_stale:
            # Whoever needs them next finds them ready, if anybody ever needed them.
            if self._reports.newest is not None:
                self._reports.begin(snapshot.version, self._report_maker(snapshot))
            if self._lookup.newest is not None:
                self._lookup.begin(snapshot.index_version, self._lookup_maker(snapshot))
        return snapshot

    def reports(self, snapshot: Snapshot) -> Versioned[ReportCache]:
        """Return the reports: of this version, or of an earlier one while they are counted."""
        if self._reports.newest is not None and snapshot.stale_since is not None:
            return self._reports.newest
        make = self._report_maker(snapshot)
        return self._reports.get(snapshot.version, make, background=snapshot.source.is_large)

    def lookup(self, snapshot: Snapshot) -> Versioned[Lookup]:
        """Return what finds helpers: of this index, or of an earlier one while it is made.

        It knows no history: what two people answered is theirs, and must not show in public.
        """
        if self._lookup.newest is not None and snapshot.stale_since is not None:
            return self._lookup.newest
        make = self._lookup_maker(snapshot)
        return self._lookup.get(snapshot.index_version, make, background=snapshot.source.is_large)

    def stale_seconds(self) -> dict[str, float]:
        """Return for how many seconds each has been older than the store."""
        refreshes = (self._index, self._reports, self._lookup)
        return {refresh.name: refresh.stale_seconds() for refresh in refreshes}

    def _build(self, now: StoreVersion, today: date) -> Versioned[Snapshot]:
        before = self._index.newest.value if self._index.newest is not None else None
        large = before is not None and before.source.is_large
        active = self._store.profiles.active(before.source.active if before and large else None)
        source = SnapshotSource(active, self._extended(now.directory), today)
        shown = self._protection.conceal_all(source.profiles)
        index = build_index(
            (_with_current_wants(profile, today) for profile in shown),
            directory=source.directory,
            name=now.build,
            before=before.index if before else None,
        )
        shared = SharedWants.among(shown, today)
        requests = tuple(collect_requests(map(shared.counted, shown)))
        _freeze_garbage_collector(source)
        made = Snapshot(index, source, requests, shared)
        return Versioned(made, f"{now.build}|{today}", now.at)

    def _report_maker(self, snapshot: Snapshot) -> Callable[[], Versioned[ReportCache]]:
        # The snapshot itself must not wait for its turn: an old index would wait with it.
        source, version = snapshot.source, snapshot.version
        written = snapshot.stale_since or snapshot.written

        def make_reports() -> Versioned[ReportCache]:
            facts = read_report_data(
                self._store,
                directory=source.directory,
                today=source.day,
                profiles=source.profiles,
                protection=self._protection,
            )
            cache = ReportCache(facts)
            if source.is_large:
                cache.fill_all()
            _freeze_garbage_collector(source)
            return Versioned(cache, version, written)

        return make_reports

    def _lookup_maker(self, snapshot: Snapshot) -> Callable[[], Versioned[Lookup]]:
        source, version = snapshot.source, snapshot.index_version
        written = snapshot.stale_since or snapshot.written

        def make_lookup() -> Versioned[Lookup]:
            lookup = Lookup(
                count_shared(source.profiles, source.day),
                directory=source.directory,
                weights=load_weights(),
                history=History(),
                today=source.day,
            )
            _freeze_garbage_collector(source)
            return Versioned(lookup, version, written)

        return make_lookup

    def _extended(self, added: str) -> Directory:
        try:
            return extend(self._directory, added) if added.strip() else self._directory
        except DirectoryError:
            # The last harvest accepted it with its directory; the next one reports its problems.
            return self._directory


def _freeze_garbage_collector(source: SnapshotSource) -> None:
    """Keep the garbage collector from walking through what stays, which would stop answers.

    It then looks only at what is new. What goes later goes without it: nothing made here is part
    of a reference cycle.
    """
    if source.is_large:
        gc.collect()
        gc.freeze()


def _with_current_wants(profile: Profile, today: date) -> Profile:
    """Leave out wants whose day has passed; reports do not count them either."""
    wants = profile.open_wants(today)
    return profile if len(wants) == len(profile.wants) else replace(profile, wants=wants)
