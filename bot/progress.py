"""Progress: what a run is doing now, as bars on a terminal and as nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

T = TypeVar("T")


class Progress(Protocol):
    """Somebody who wants to know how far a run is."""

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Give the items on, and count them under ``name``; ``total`` where it is known."""
        ...


class Silent:
    """Nobody who wants to know."""

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Give the items on."""
        return iter(items)


class Terminal:
    """Bars on a terminal; a bar stays when its stage is done."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Give the items on, and move a bar."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        task = self._bars.add_task(name, total=total)
        done = 0
        for item in items:
            yield item
            done += 1
            self._bars.advance(task)
        # A stage that turned out shorter or longer than thought is done all the same.
        self._bars.update(task, total=done or 1, completed=done or 1)


@contextmanager
def shown(*, on: bool) -> Iterator[Progress]:
    """Show bars on standard error while it is a terminal and ``on``; else stay silent."""
    console = Console(stderr=True)
    if not on or not console.is_terminal:
        yield Silent()
        return
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console) as bars:
        yield Terminal(bars)
