"""Renewal: what takes long to make is made anew beside the answers, which use the old one until then.

The first one has no older one to answer with. Whoever asks for it makes it, and all others who
ask wait for that one: an empty page or a "come back later" would be wrong for every reader, and
this happens once a process. ``webtool.watch`` makes it before anybody asks, where it can.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

REST = 4
"""After something was made for so long, so many times as long it is not made again: a busy wiki
changes every minute, and the answers need the processor as well."""
AGAIN = 30.0
"""Seconds until the next try after one that failed."""


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """A thing, the state of the store that it was made from, and when that state was written."""

    value: T
    state: str
    at: datetime | None = None


def in_a_thread(work: Callable[[], None]) -> None:
    """Do something beside the answers; it does not keep the process alive."""
    threading.Thread(target=work, daemon=True).start()


class Renewal(Generic[T]):
    """Holds the newest of a thing that there is, and makes the next one.

    ``name`` says in the log what it is. All renewals of a process share one ``turn``: they are
    made one after the other, so at most one of them is in memory twice. Threads begin when they
    are needed, which is after the fork of a worker, as nothing is asked before it.
    """

    def __init__(
        self,
        name: str,
        turn: threading.Lock,
        *,
        start: Callable[[Callable[[], None]], None] = in_a_thread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.held: Made[T] | None = None
        self._turn, self._start, self._clock = turn, start, clock
        self._making = threading.Lock()
        self._busy = threading.Lock()
        self._wanted: tuple[str, Callable[[], Made[T]]] | None = None
        self._behind_since: float | None = None
        self._not_before = float("-inf")

    def get(self, state: str, make: Callable[[], Made[T]], *, beside: bool) -> Made[T]:
        """Give the one of this state; with ``beside``, an older one while this one is made."""
        held = self.held
        if held is not None and held.state == state:
            return held
        if held is not None and beside:
            self.begin(state, make)
            return held
        with self._making:
            if self.held is None or (self.held.state != state and not beside):
                self._keep(make())
            assert self.held is not None
            return self.held

    def begin(self, state: str, make: Callable[[], Made[T]]) -> None:
        """Make the one of this state beside the answers: not two at a time, nor without rest."""
        if self.held is not None and self.held.state == state:
            return
        self._wanted = state, make
        if self._behind_since is None:
            self._behind_since = self._clock()
        if self._clock() < self._not_before or not self._busy.acquire(blocking=False):
            return
        try:
            self._start(self._renew)
        except RuntimeError:  # no thread is to be had; the next answer tries again
            log.exception("cannot renew", extra={"what": self.name})
            self._busy.release()

    def behind(self) -> float:
        """Give for how many seconds a newer state has been known than the one that is held."""
        since = self._behind_since
        return 0.0 if since is None else self._clock() - since

    def _renew(self) -> None:
        try:
            with self._turn, self._making:
                begun = self._clock()
                # While this one waited for its turn, there may have come a newer state.
                wanted, self._wanted = self._wanted, None
                if wanted is not None and (self.held is None or self.held.state != wanted[0]):
                    self._keep(wanted[1]())
                self._not_before = self._clock() + REST * (self._clock() - begun)
        except Exception:
            log.exception("cannot renew", extra={"what": self.name})
            self._not_before = self._clock() + AGAIN
        finally:
            self._busy.release()

    def _keep(self, made: Made[T]) -> None:
        self.held = made
        self._behind_since = None
