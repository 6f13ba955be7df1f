"""Stream: recent changes as they happen, from Wikimedia's EventStreams (server-sent events).

https://wikitech.wikimedia.org/wiki/Event_Platform/EventStreams describes the service. It closes
every connection after a quarter of an hour; ``since`` takes up where the last one ended.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import requests

from bot.wiki import Change
from exchange.errors import WikiAway

WIKIMEDIA = "https://stream.wikimedia.org/v2/stream/recentchange"
_FARM = ("wikimedia.org", "wikipedia.org", "wikidata.org", "mediawiki.org", "wiktionary.org")
_SILENCE = 60.0
"""Seconds without a byte after which a connection counts as lost."""


def address_for(setting: str, wiki: str) -> str:
    """Give the stream to follow: none, the one that is set, or (``auto``) Wikimedia's own."""
    if setting != "auto":
        return setting
    host = urlsplit(wiki).hostname or ""
    own = any(host == domain or host.endswith(f".{domain}") for domain in _FARM)
    return WIKIMEDIA if own else ""


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

        Connects where there is no connection. Raises ``WikiAway`` where it was lost: ask the
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
            raise WikiAway(f"the stream of changes ended: {reason}")
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
            raise WikiAway(f"the stream of changes does not answer: {error}") from error
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
