"""Watch: recent changes -> the index. Resumes where it stopped; falls back to a harvest."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.harvest import harvest
from bot.progress import Progress, Silent
from bot.watch.stream import Stream, address_for
from bot.wiki import Change, Wiki
from exchange.errors import StoreAway, WikiAway
from exchange.settings import Settings
from exchange.store import Store

POSITION = "watch-position"
"""The note that tells up to when recent changes have been followed."""

_LOST = timedelta(days=25)
"""Older changes are no longer listed by MediaWiki (30 days): read everything instead."""

_OVERLAP = timedelta(seconds=30)
"""Changes can be listed a little after their time; what was read before costs nothing again."""

_LONGEST = 300.0

log = logging.getLogger("exchange.watch")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was followed: changes seen, pages looked at, profiles that changed, full harvests."""

    changes: int = 0
    pages: int = 0
    changed: int = 0
    harvests: int = 0
    failures: int = 0


class _Follower:
    """One run of watch, with what it has seen so far."""

    def __init__(
        self, settings: Settings, store: Store, wiki: Wiki, clock: Callable[[], datetime]
    ) -> None:
        self.settings = settings
        self.store = store
        self.wiki = wiki
        self.clock = clock
        self.seen: frozenset[Change] = frozenset()
        self.lost = False
        self.counts = Counts()
        self.stream = self._stream()
        self.harvested: datetime | None = None

    def _stream(self) -> Stream | None:
        watch, wiki = self.settings.watch, self.settings.wiki
        address = address_for(watch.stream, wiki.address)
        if not address:
            return None
        server = urlsplit(self.wiki.site().server or wiki.address)
        return Stream(
            address,
            server=server.hostname or server.path.strip("/"),
            namespaces=self.settings.harvest.namespaces,
            agent=f"CapacityExchange ({wiki.contact})",
        )

    def position(self) -> datetime | None:
        """Up to when changes have been followed, or None where that is too long ago."""
        text = self.store.notes.get(POSITION)
        position = datetime.fromisoformat(text) if text else None
        return position if position and self.clock() - position < _LOST else None

    def once(self, *, seconds: float) -> None:
        """Bring the index up to now: by what changed, or whole where that cannot be told."""
        begun, position = self.clock(), self.position()
        due = timedelta(hours=self.settings.watch.full_hours)
        if position is None or self.harvested is None or begun - self.harvested >= due:
            found = harvest(settings=self.settings, store=self.store, wiki=self.wiki, now=begun)
            self.harvested = begun
            self._count(harvests=1, pages=found.read, changed=found.changed)
            self._arrive(begun)
            return
        changes = self._changes(position, seconds)
        fresh = [each for each in changes if each not in self.seen]
        if fresh:
            self._read(fresh)
            self.seen = frozenset(changes)
            self._arrive(max([position, *(each.timestamp for each in fresh)]))

    def _changes(self, position: datetime, seconds: float) -> list[Change]:
        self.lost = self.stream is None
        if self.stream is not None:
            try:
                return self.stream.take(since=position, seconds=seconds)
            except WikiAway as error:
                self.lost = True
                log.info("stream-lost", extra={"why": str(error)})
        namespaces = self.settings.harvest.namespaces
        return list(self.wiki.changes(since=position - _OVERLAP, namespaces=namespaces))

    def _read(self, changes: Collection[Change]) -> None:
        ids = {each.page_id for each in changes if each.page_id}
        titles = {each.title for each in changes if not each.page_id or each.kind != "edit"}
        # A page that was moved away or deleted is known by its old title alone.
        ids.update(self.store.pages.ids(titles))
        ids.update(p.id for p in self.wiki.pages(titles=titles, content=False).values() if p.id)
        found = harvest(
            settings=self.settings, store=self.store, wiki=self.wiki, now=self.clock(), only=ids
        )
        self._count(changes=len(changes), pages=found.read, changed=found.changed)
        log.info("followed", extra={"pages": found.read, "changed": found.changed})

    def _arrive(self, position: datetime) -> None:
        self.store.notes.set(POSITION, position.isoformat(), at=self.clock())

    def _count(self, **more: int) -> None:
        now = {name: getattr(self.counts, name) + value for name, value in more.items()}
        self.counts = Counts(
            **{name: now.get(name, getattr(self.counts, name)) for name in Counts.__slots__}
        )

    def failed(self, error: Exception) -> None:
        """Note that the wiki or the database was away."""
        self._count(failures=1)
        log.warning("away", extra={"why": f"{type(error).__name__}: {error}"})


def watch(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Counts:
    """Follow recent changes until ``stop`` is set (or SIGTERM or SIGINT comes).

    Begins with a harvest, which is cheap where little changed, and makes one every
    ``watch.full_hours``. While the wiki or the database is away it waits, longer each time.
    """
    follower = _Follower(settings, store, wiki, clock)
    stop = stop or _until_a_signal()
    pause = settings.watch.poll_seconds
    failures = 0
    try:
        for _ in (progress or Silent()).track(iter(stop.is_set, True), "Following changes"):
            try:
                follower.once(seconds=pause)
                failures = 0
            except (WikiAway, StoreAway) as error:
                failures += 1
                follower.failed(error)
            patience = min(_LONGEST, pause * 2**failures) if failures else pause
            # A stream waits by itself for what comes.
            if follower.lost or failures:
                stop.wait(patience)
    finally:
        if follower.stream is not None:
            follower.stream.close()
    return follower.counts


def _until_a_signal() -> threading.Event:
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    return stop
