"""Bounds on what many or slow requests may take, so that the others are still answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class TooBusy(Exception):
    """As many as are allowed are under way; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(f"too busy; try again after {retry_after} s")


class AtMost:
    """Lets so many in at a time and turns the others away at once, instead of letting them wait."""

    def __init__(self, limit: int) -> None:
        self._free = threading.BoundedSemaphore(limit)

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Take a place for the block; raises TooBusy where there is none."""
        if not self._free.acquire(blocking=False):
            raise TooBusy
        try:
            yield
        finally:
            self._free.release()


class BoundedCalls:
    """Calls to another server: at most ``limit`` under way, each waited for ``seconds`` at most.

    They run in threads of their own: time-outs of a socket start again with every byte, so only
    who waits in another thread can stop waiting. A call that was given up keeps its place until
    it ends, so a server that hangs is not asked by ever more of them.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.seconds = seconds
        self._free = threading.BoundedSemaphore(limit)
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix="outgoing")

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Begin a call, for whoever waits for several at a time; raises TooBusy."""
        if not self._free.acquire(blocking=False):
            raise TooBusy
        try:
            future: Future[T] = self._pool.submit(call)
        except BaseException:
            self._free.release()
            raise
        future.add_done_callback(lambda _: self._free.release())
        return future

    def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns; raises TooBusy, or TimeoutError after ``seconds``."""
        future = self.start(call)
        try:
            return future.result(timeout=self.seconds)
        except FutureTimeout as error:
            raise TimeoutError(f"no answer within {self.seconds:g} s") from error
