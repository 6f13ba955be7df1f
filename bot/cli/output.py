"""What people and scripts see: tables, JSON, progress, and errors with their exit status."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from exchange.errors import ExchangeError, SettingsError

DONE = 0
FAILURES = 1
USAGE = 2


@dataclass
class CommandStatus:
    """How a command ends: its exit status, and what went wrong in words."""

    status: int = DONE
    problems: list[str] = field(default_factory=list)


@contextmanager
def caught_errors() -> Iterator[CommandStatus]:
    """Turn errors into an exit status, and print them on standard error.

    2 for wrong settings, all of them together; 1 for whatever else went wrong.
    """
    result = CommandStatus()
    try:
        yield result
    except SettingsError as error:
        result.problems += error.problems
        result.status = USAGE
    except ExchangeError as error:
        result.problems.append(str(error))
        result.status = FAILURES
    except KeyboardInterrupt:
        result.problems.append("interrupted; the next run takes up what was begun")
        result.status = FAILURES
    print_errors(result.problems)


def print_errors(problems: Iterable[str]) -> None:
    """Print problems on standard error, a line each."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(problem, markup=False, style="red")


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says: names of people are in every script.

    What came in as bytes that are no text (an argument, a file's name) goes out as it came.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and hasattr(stream, "buffer"):
            reconfigure(encoding="utf-8", errors="surrogateescape")


COUNTED = (
    "pages",
    "profiles",
    "problems",
    "offers",
    "wants",
    "matches",
    "planned",
    "sent",
    "held",
    "unknown",
    "edits",
    "requests",
)
"""What is always in the JSON, 0 where nothing counted it; ``skipped`` and ``seconds`` too."""

_STATE = frozenset(
    [
        "pages",
        "profiles",
        "problems",
        "offers",
        "wants",
        "matches",
        "unmet",
        "swaps",
        "circles",
        "chains",
        "interpreted",
        "cohorts",
        "reports",
        "unchanged",
    ]
)
"""Counts of what there is: the newest is right. All others count what was done, and add up."""

_REASONS = {"skipped": "skipped", "because": "held", "kept": "not written"}
"""Counts by reason, and what the table calls them."""


def combined_counts(steps: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the counts of all steps as one.

    Where steps count the same, what was done adds up; of what there is, the newest counts.
    """
    total: dict[str, Any] = dict.fromkeys(COUNTED, 0) | {"skipped": {}, "seconds": 0.0}
    for counts in steps.values():
        for name, value in counts.items():
            before = total.get(name)
            if name in _REASONS and isinstance(value, Mapping):
                known = before if isinstance(before, Mapping) else {}
                total[name] = dict(known) | {
                    reason: known.get(reason, 0) + count for reason, count in value.items()
                }
            elif isinstance(value, Mapping):
                total[name] = (dict(before) if isinstance(before, Mapping) else {}) | dict(value)
            elif _is_number(value) and _is_number(before) and name not in _STATE:
                total[name] = before + value
            else:
                total[name] = value
    total["seconds"] = round(total["seconds"], 3)
    return total


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def format_json(
    command: str,
    result: CommandStatus,
    steps: Mapping[str, Mapping[str, Any]],
    *,
    dry_run: bool = False,
) -> str:
    """Return one line with everything that was counted, in all and step by step."""
    whole = {"command": command, "status": result.status, "dry_run": dry_run}
    whole |= combined_counts(steps)
    whole |= {"steps": dict(steps), "errors": list(result.problems)}
    return json.dumps(whole, ensure_ascii=False)


def make_table(*columns: str) -> Table:
    """Return an empty table in the style of all our tables; numbers are right-aligned."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = column in ("value", "n", "took", "seconds", "points")
        table.add_column(column, justify="right" if numeric else "left", no_wrap=numeric)
    return table


def print_steps(
    console: Console, steps: Mapping[str, Mapping[str, Any]], *, folder: Path | None = None
) -> None:
    """Print a table with a row for each step: what it counted, and why it held anything back.

    ``folder`` is where a dry run left its pages; None for a run.
    """
    table = make_table("step", "counted", "seconds")
    table.columns[0].style = "cyan"
    table.columns[0].no_wrap = True
    for step, counts in steps.items():
        seconds = f"{counts.get('seconds', 0):.1f}"
        lines = Text("\n").join([_summary(counts), *_reason_lines(counts)])
        table.add_row(step, lines, seconds)
    console.print(table, highlight=False)
    edits = _sum(steps, "edits")
    if folder is not None:
        pages = f"; the pages are in {folder}/" if edits else ""
        text = f"Dry run: nothing was written. A run would make {_edits(edits)}{pages}."
    elif edits or any(_sum(steps, name) for name in ("changed", "removed", "sent", "failed")):
        text = _edits(edits)
    else:
        text = "nothing changed"
    console.print(text, style="bold", highlight=False, soft_wrap=True)


def _edits(number: int) -> str:
    return f"{number:,} {'edit' if number == 1 else 'edits'}"


def _sum(steps: Mapping[str, Mapping[str, Any]], name: str) -> int:
    return sum(int(counts.get(name, 0)) for counts in steps.values())


def _summary(counts: Mapping[str, Any]) -> Text:
    """What people want to see of some counts; what is 0 says nothing."""
    parts: list[tuple[str, str]] = []
    for name, value in counts.items():
        label = name.replace("_", " ")
        if name == "error":
            parts.append((str(value), "red"))
        elif isinstance(value, bool | str):
            parts.append((f"{label} {value}", ""))
        elif _is_number(value) and value and name != "seconds":
            noun = label.replace("matches", "match").removesuffix("s") if value == 1 else label
            parts.append((f"{value:,} {noun}", "red" if name == "failed" else ""))
        elif name in ("skipped", "kept") and isinstance(value, Mapping) and value:
            parts.append((f"{sum(value.values()):,} {_REASONS[name]}", ""))
    text = Text(", ").join(Text(part, style=style) for part, style in parts)
    return text if parts else Text("–", style="dim")


def _reason_lines(counts: Mapping[str, Any]) -> list[Text]:
    """A line for each reason (``held: stop-page 180 (User:Bot/Stop)``) and each page of its own."""
    details = counts.get("details") or {}
    lines = []
    for name, label in _REASONS.items():
        by_reason = counts.get(name)
        if not isinstance(by_reason, Mapping):
            continue
        for reason, count in by_reason.items():
            line = Text.assemble(
                (f"{label}: {reason}", "yellow" if name == "because" else "dim"),
                (f" {count:,}", "" if name == "because" else "dim"),
            )
            if detail := details.get(reason):
                line.append(f" ({detail})", style="dim")
            lines.append(line)
    notes = (
        ("left", "left alone", "yellow"),
        ("unprotected", "not protected", "yellow"),
        ("refused", "refused", "red"),
    )
    for name, label, style in notes:
        by_title = counts.get(name)
        if isinstance(by_title, Mapping):
            lines += [Text(f"{label}: {title} ({why})", style) for title, why in by_title.items()]
    return lines


T = TypeVar("T")


class Progress(Protocol):
    """Somebody who wants to know how far a run is."""

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Yield the items and count them under ``name``; ``total`` where it is known."""
        ...


class Silent:
    """Nobody who wants to know."""

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Yield the items."""
        return iter(items)


class ProgressBars:
    """Bars on a terminal; a bar stays when its stage is done."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Yield the items and move a bar."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        task = self._bars.add_task(name, total=total)
        done = 0
        for item in items:
            yield item
            done += 1
            self._bars.advance(task)
        # A stage that turned out shorter or longer than expected is done all the same.
        self._bars.update(task, total=done or 1, completed=done or 1)


class ProgressLines:
    """A line now and then, where output goes into a file: a long run is not a silent one."""

    def __init__(
        self, stream: TextIO, *, every: float = 15.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``every`` is the least number of seconds between two lines of one stage."""
        self._stream = stream
        self._every = every
        self._clock = clock

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Yield the items and print how many there were; short stages print nothing."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        of = f" of {total:,}" if total is not None else ""
        last, done, told = self._clock(), 0, False
        for item in items:
            yield item
            done += 1
            if self._clock() - last >= self._every:
                print(f"{name}: {done:,}{of}", file=self._stream, flush=True)
                last, told = self._clock(), True
        if told:
            print(f"{name}: done, {done:,}", file=self._stream, flush=True)


@contextmanager
def progress_bars(*, on: bool) -> Iterator[Progress]:
    """Show bars on standard error where that is a terminal and ``on``, and lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield ProgressLines(sys.stderr)
        return
    if not on:
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
        yield ProgressBars(bars)
