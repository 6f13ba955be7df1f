"""Watch: recent changes -> the index. Resumes where it stopped; falls back to a harvest."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import requests

from bot.cli.output import Progress, Silent
from bot.harvest import harvest_pages
from bot.wiki import Change, Wiki
from exchange.errors import StoreUnavailable, WikiUnavailable
from exchange.settings import Settings
from exchange.settings.schema import AUTO, is_wikimedia
from exchange.store import Store

WIKIMEDIA = "https://stream.wikimedia.org/v2/stream/recentchange"
_SILENCE = 60.0
"""Seconds without a byte after which a connection counts as lost."""


def stream_address(setting: str, wiki: str) -> str:
    """Return the stream to follow: none, the one that is set, or (``auto``) Wikimedia's own."""
    if setting != AUTO:
        return setting
    return WIKIMEDIA if is_wikimedia(wiki) else ""


class Stream:
    """A connection that a thread reads; ``take`` gives what came since it was last asked.

    ``server`` is the host of the wiki: a stream carries the changes of all wikis.
    """

    def __init__(self, address: str, *, server: str, namespaces: Iterable[int], agent: str) -> None:
        self._address = address
        self._server = server
        self._namespaces = frozenset(namespaces)
        self._agent = agent
        self._arrived: queue.Queue[Change] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._answer: requests.Response | None = None
        self._lost = ""

    def take(self, *, since: datetime, seconds: float) -> list[Change]:
        """Wait so long for changes at most, and give what there is, oldest first.

        Connects where there is no connection. Raises ``WikiUnavailable`` where it was lost: ask the
        wiki itself for what was missed.
        """
        if self._thread is None:
            self._connect(since)
        found: list[Change] = []
        try:
            found.append(self._arrived.get(timeout=seconds))
            while True:
                found.append(self._arrived.get_nowait())
        except queue.Empty:
            pass
        if not found and self._lost:
            reason, self._thread = self._lost, None
            raise WikiUnavailable(f"the stream of changes ended: {reason}")
        return found

    def close(self) -> None:
        """End the connection."""
        if self._answer is not None:
            # Closing it would wait for the thread that reads; this wakes that thread up.
            with contextlib.suppress(OSError, ValueError):
                self._answer.raw.shutdown()

    def _connect(self, since: datetime) -> None:
        self._lost = ""
        query = urlencode({"since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})
        try:
            self._answer = requests.get(
                f"{self._address}?{query}",
                headers={"User-Agent": self._agent, "Accept": "text/event-stream"},
                stream=True,
                timeout=(15, _SILENCE),
            )
            self._answer.raise_for_status()
        except requests.RequestException as error:
            raise WikiUnavailable(f"the stream of changes does not answer: {error}") from error
        self._thread = threading.Thread(target=self._read, args=(self._answer,), daemon=True)
        self._thread.start()

    def _read(self, answer: requests.Response) -> None:
        try:
            for data in _events(answer):
                change = _change(data, self._server)
                if change is not None and data.get("namespace") in self._namespaces:
                    self._arrived.put(change)
            self._lost = "the server closed it"
        except (requests.RequestException, OSError, ValueError, AttributeError) as error:
            self._lost = type(error).__name__


def _events(answer: requests.Response) -> Iterator[dict[str, object]]:
    """The data of each server-sent event; what is no JSON object is passed over."""
    lines: list[str] = []
    for raw in answer.iter_lines(chunk_size=1):
        line = raw.decode("utf-8", "replace")
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            try:
                data = json.loads("\n".join(lines))
            except ValueError:
                data = None
            lines = []
            if isinstance(data, dict):
                yield data


def _change(data: dict[str, object], server: str) -> Change | None:
    """A recent change of our wiki, or None (another wiki, a category's, a canary event)."""
    meta = data.get("meta")
    if isinstance(meta, dict) and meta.get("domain") == "canary":
        return None
    kind = str(data.get("type", ""))
    if data.get("server_name") != server or kind not in ("edit", "new", "log"):
        return None
    moment = data.get("timestamp")
    revision = data.get("revision")
    newest = revision.get("new") if isinstance(revision, dict) else 0
    if not isinstance(moment, int | float):
        return None
    return Change(
        title=str(data.get("title", "")),
        page_id=0,
        revision=int(newest or 0),
        user=str(data.get("user", "")),
        timestamp=datetime.fromtimestamp(moment, UTC),
        kind=str(data.get("log_type") or kind),
    )


POSITION = "watch-position"
"""The note that tells up to when recent changes have been followed."""

_LOST = timedelta(days=25)
"""Older changes are no longer listed by MediaWiki (30 days): read everything instead."""

_OVERLAP = timedelta(seconds=30)
"""Changes can be listed a little after their time; what was read before costs nothing again."""

_LONGEST = 300.0

log = logging.getLogger("exchange.watch")


@dataclass(frozen=True, slots=True)
class WatchResult:
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
        self.counts = WatchResult()
        self.stream = self._stream()
        self.harvested: datetime | None = None

    def _stream(self) -> Stream | None:
        watch, wiki = self.settings.watch, self.settings.wiki
        address = stream_address(watch.stream, wiki.address)
        if not address:
            return None
        server = urlsplit(self.wiki.site().server or wiki.address)
        return Stream(
            address,
            server=server.hostname or server.path.strip("/"),
            namespaces=self.settings.harvest.namespaces,
            agent=self.settings.user_agent,
        )

    def position(self) -> datetime | None:
        """Up to when changes have been followed, or None where that is too long ago."""
        text = self.store.metadata.get(POSITION)
        position = datetime.fromisoformat(text) if text else None
        return position if position and self.clock() - position < _LOST else None

    def once(self, *, seconds: float) -> None:
        """Bring the index up to now: by what changed, or whole where that cannot be told."""
        begun, position = self.clock(), self.position()
        due = timedelta(hours=self.settings.watch.full_hours)
        if position is None or self.harvested is None or begun - self.harvested >= due:
            found = harvest_pages(
                settings=self.settings, store=self.store, wiki=self.wiki, now=begun
            )
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
            except WikiUnavailable as error:
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
        found = harvest_pages(
            settings=self.settings, store=self.store, wiki=self.wiki, now=self.clock(), only=ids
        )
        self._count(changes=len(changes), pages=found.read, changed=found.changed)
        log.info("followed", extra={"pages": found.read, "changed": found.changed})

    def _arrive(self, position: datetime) -> None:
        self.store.metadata.set(POSITION, position.isoformat(), at=self.clock())

    def _count(self, **more: int) -> None:
        now = {name: getattr(self.counts, name) + value for name, value in more.items()}
        self.counts = WatchResult(
            **{name: now.get(name, getattr(self.counts, name)) for name in WatchResult.__slots__}
        )

    def failed(self, error: Exception) -> None:
        """Note that the wiki or the database was away."""
        self._count(failures=1)
        log.warning("away", extra={"why": f"{type(error).__name__}: {error}"})


def watch_changes(
    *,
    settings: Settings,
    store: Store,
    wiki: Wiki,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> WatchResult:
    """Follow recent changes until ``stop`` is set (or SIGTERM or SIGINT comes).

    Begins with a harvest, which is cheap where little changed, and makes one every
    ``watch_changes.full_hours``. While the wiki or the database is away it waits, longer each time.
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
            except (WikiUnavailable, StoreUnavailable) as error:
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
