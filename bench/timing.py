"""Timing: what a question takes, by the clock and of this process's own time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Taken(NamedTuple):
    """Milliseconds by the clock and of this process's time, each in order.

    ``pace`` is what a fixed loop took of this process's time, once a round: neighbours on the same
    cores slow that down, too.
    """

    clock: list[float]
    work: list[float]
    pace: list[float]

    @property
    def median(self) -> float:
        """The median of this process's time."""
        return self.work[len(self.work) // 2]

    @property
    def late(self) -> float:
        """What 99 of 100 take at most, of this process's time."""
        return self.work[int(len(self.work) * 0.99)]


def measured(ask: Callable[[str], object], queries: Sequence[str], rounds: int) -> Taken:
    """Ask every query so many times, in turn."""
    clock, work, pace = [], [], []
    for _ in range(rounds):
        worked = time.thread_time()
        sum(at * at for at in range(100_000))
        pace.append(1000 * (time.thread_time() - worked))
        for query in queries:
            begun, worked = time.perf_counter(), time.thread_time()
            ask(query)
            work.append(1000 * (time.thread_time() - worked))
            clock.append(1000 * (time.perf_counter() - begun))
    return Taken(sorted(clock), sorted(work), sorted(pace))


def told(name: str, taken: Taken) -> Taken:
    """Print both: on a machine that others use too, the clock counts their work as well."""
    clock, pace = taken.clock, taken.pace
    print(
        f"  {name:<40} CPU p50 {taken.median:8.2f} ms  p99 {taken.late:8.2f} ms"
        f"   (clock {clock[len(clock) // 2]:.2f} and {clock[int(len(clock) * 0.99)]:.2f};"
        f" 100,000 squares {pace[0]:.1f} to {pace[-1]:.1f})",
        flush=True,
    )
    return taken


def busy() -> str:
    """Say how busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
