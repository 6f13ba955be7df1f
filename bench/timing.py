"""Timing: what a question takes, by the clock and of this process's own time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Taken(NamedTuple):
    """Milliseconds by the clock and of this process's time, each in order."""

    clock: list[float]
    work: list[float]

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
    clock, work = [], []
    for _ in range(rounds):
        for query in queries:
            begun, worked = time.perf_counter(), time.thread_time()
            ask(query)
            work.append(1000 * (time.thread_time() - worked))
            clock.append(1000 * (time.perf_counter() - begun))
    return Taken(sorted(clock), sorted(work))


def told(name: str, taken: Taken) -> Taken:
    """Print both: on a machine that others use too, the clock counts their work as well."""
    clock = taken.clock
    print(
        f"  {name:<42} CPU p50 {taken.median:8.2f} ms  p99 {taken.late:8.2f} ms"
        f"   (clock {clock[len(clock) // 2]:.2f} and {clock[int(len(clock) * 0.99)]:.2f})",
        flush=True,
    )
    return taken


def pace() -> None:
    """Print how busy the machine is and what a fixed loop takes: neighbours slow CPU time, too."""
    loops = measured(lambda _: sum(at * at for at in range(100_000)), ("",), 5)
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; "
        f"100,000 squares take {loops.work[0]:.1f} ms",
        flush=True,
    )
